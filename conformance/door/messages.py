"""The messages of the door, typed: the one source of docs/protocol.schema.json."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

import msgspec

from conformance.evidence.outcomes import CountsAs  # noqa: TC001 - msgspec reads it

#: Version of the protocol; an adapter that speaks another is refused.
PROTOCOL_VERSION = "1"
#: What an adapter may say that it can do.
CAPABILITIES = ("concurrent", "inspect", "log", "forget", "block", "env", "simple", "isolated_env")


class Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of a request."""


class Result(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Result of a request; as it stands, an empty one."""


class Initialize(Params, frozen=True, kw_only=True):
    """Parameters of `initialize`."""

    protocol_version: str = PROTOCOL_VERSION


class OwnDaemon(msgspec.Struct, frozen=True, kw_only=True):
    """The daemon module that an implementation brings along.

    Attributes:
        module: name to start it by.
        python_exec: interpreter that has it; the suite's bare one if empty.
        python_path: directories it needs on PYTHONPATH, joined by `:`.
        worker_hook: how a worker module of ours gets in: `argv` (its first
            argument names it) or `pyspark.worker` (it imports that name).
    """

    module: str
    python_exec: str = ""
    python_path: str = ""
    worker_hook: Literal["argv", "pyspark.worker"] = "argv"


class Initialized(Result, frozen=True, kw_only=True):
    """Result of `initialize`."""

    protocol_version: str
    name: str
    version: str
    language: str
    pid: Annotated[int, msgspec.Meta(ge=1)]
    capabilities: tuple[
        Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(CAPABILITIES)})], ...
    ] = ()
    daemon: OwnDaemon | None = None
    profile: str | None = None

    def __post_init__(self) -> None:
        """Refuse a capability that there is not: its clauses would stay UNVERIFIED, untold."""
        if self.protocol_version != PROTOCOL_VERSION:
            return  # another version has others; the suite refuses it by its number
        for name in self.capabilities:
            if name not in CAPABILITIES:
                near = difflib.get_close_matches(name, CAPABILITIES, n=1)
                known = ", ".join(CAPABILITIES)
                hint = f"did you mean {near[0]}?" if near else f"there are {known}"
                raise ValueError(f"no capability {name!r} ({hint})")


class NewFactory(Params, frozen=True, kw_only=True):
    """Parameters of `factory.new`."""

    python_exec: str
    env_vars: dict[str, str]
    use_daemon: bool = True
    daemon_module: str
    worker_module: str
    options: dict[str, Any] = {}


class FactoryMade(Result, frozen=True, kw_only=True):
    """Result of `factory.new`."""

    factory: str
    options: dict[str, bool] = {}


class OfFactory(Params, frozen=True, kw_only=True):
    """Parameters of what concerns a factory alone."""

    factory: str


class OfWorker(Params, frozen=True, kw_only=True):
    """Parameters of what concerns a factory and one of its workers."""

    factory: str
    worker: str


class OneWorker(Params, frozen=True, kw_only=True):
    """Parameters of what concerns a worker alone."""

    worker: str


class WorkerMade(Result, frozen=True, kw_only=True):
    """Result of `factory.create` and `env.create`."""

    worker: str
    pid: int | None
    nonblocking: bool | None = None


class Exchange(Params, frozen=True, kw_only=True):
    """Parameters of `worker.exchange`."""

    worker: str
    write: bytes
    read: int
    within_ms: int


class Exchanged(Result, frozen=True, kw_only=True):
    """Result of `worker.exchange`."""

    data: bytes
    end: Literal["none", "eof", "reset", "timeout"]


class Inspected(Result, frozen=True, kw_only=True):
    """Result of `factory.inspect`: private state, null where unknown."""

    daemon_pid: int | None = None
    daemon_port: int | None = None
    workers: tuple[int, ...] | None = None
    idle: tuple[int, ...] | None = None


class WorkerStopped(Result, frozen=True, kw_only=True):
    """Result of `factory.is_worker_stopped`."""

    stopped: bool


class EnvRequest(Params, frozen=True, kw_only=True):
    """Parameters of `env.create`."""

    python_exec: str
    env_vars: dict[str, str]
    use_daemon: bool = True
    daemon_module: str
    worker_module: str


class EnvWorker(EnvRequest, frozen=True, kw_only=True):
    """Parameters of `env.release` and `env.destroy`."""

    worker: str


class LogLine(Params, frozen=True, kw_only=True):
    """Parameters of the notification `log`."""

    level: Literal["DEBUG", "INFO", "WARN", "ERROR"]
    logger: str
    message: str


class Nothing(Params, frozen=True, kw_only=True):
    """No parameters."""


#: Each method with the form of its parameters and of its result.
METHODS: dict[str, tuple[type[Params], type[Result]]] = {
    "initialize": (Initialize, Initialized),
    "factory.new": (NewFactory, FactoryMade),
    "factory.create": (OfFactory, WorkerMade),
    "factory.release_worker": (OfWorker, Result),
    "factory.stop_worker": (OfWorker, Result),
    "factory.is_worker_stopped": (OfWorker, WorkerStopped),
    "factory.stop": (OfFactory, Result),
    "factory.inspect": (OfFactory, Inspected),
    "worker.exchange": (Exchange, Exchanged),
    "worker.close": (OneWorker, Result),
    "worker.block": (OneWorker, Result),
    "worker.forget": (OneWorker, Result),
    "env.create": (EnvRequest, WorkerMade),
    "env.release": (EnvWorker, Result),
    "env.destroy": (EnvWorker, Result),
    "env.stop": (Nothing, Result),
    "ping": (Nothing, Result),
    "shutdown": (Nothing, Result),
}


class Fault(msgspec.Struct, frozen=True, kw_only=True, rename={"class_name": "class"}):
    """What stands in `error.data`."""

    kind: Literal["unsupported", "implementation", "adapter"]
    class_name: str = ""
    message: str = ""
    counts_as: CountsAs = "other"


class ErrorObject(msgspec.Struct, frozen=True, kw_only=True):
    """The `error` of a response."""

    code: int
    message: str
    data: Fault


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One call, from the suite to the adapter."""

    id: int
    method: str
    params: dict[str, Any]
    jsonrpc: Literal["2.0"] = "2.0"


class Incoming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line from the adapter: a response to `id`, or the notification `log`."""

    jsonrpc: Literal["2.0"]
    id: int | None = None
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: ErrorObject | msgspec.UnsetType = msgspec.UNSET
    method: str | msgspec.UnsetType = msgspec.UNSET
    params: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
