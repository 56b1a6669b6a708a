"""Two doors to an implementation: a Python callable, or a command that speaks JSON-RPC lines."""

from __future__ import annotations

import base64
import contextlib
import importlib
import inspect
import itertools
import json
import logging
import os
import queue
import shlex
import socket
import subprocess  # noqa: TID251 - there is no suite here to start processes with
import sys
import threading
from collections import deque
from typing import Any

from conformance.machines.repro_player.world import MUST_HAPPEN_S, CannotReplay

#: For an answer of the adapter itself: a Java virtual machine starts, and Spark in it.
_ADAPTER_S = 60.0
#: What can be replayed without the suite.
_FORMS = "py:MODULE:CALLABLE or cmd:COMMAND"


class Raised(Exception):
    """The implementation raised.

    Args:
        kind: what it counts as (docs/protocol.md).
        text: class and message.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def open_door(name: str, env: dict[str, str]) -> PythonDoor | CommandDoor:
    """Load or start an implementation.

    Args:
        name: KIND:ID.
        env: what its process needs in its environment.

    Returns:
        The door.

    Raises:
        CannotReplay: if that cannot be done here.
    """
    kind, _, rest = name.partition(":")
    if kind == "mutant" and rest:
        kind, rest = "py", f"reference_impl.mutants.{rest}:make"
    if kind == "py" and ":" in rest:
        return PythonDoor(rest, env)
    if kind == "cmd" and rest:
        return CommandDoor(shlex.split(rest), env)
    if kind == "spark":
        raise CannotReplay(
            "Spark's own factory needs the suite: wfc replay scenario.yaml --impl "
            f"{name}; or name an adapter of yours, cmd:COMMAND"
        )
    raise CannotReplay(f"no implementation {name!r}: name one, {_FORMS}")


class PythonDoor:
    """A Python callable, in this process.

    Args:
        spec: `MODULE:CALLABLE`; the current directory is searched first.
        env: what its children shall inherit.

    Attributes:
        pid: of the process that holds the implementation.
        warnings: what was logged at WARN so far; None if nobody passes it on.
    """

    def __init__(self, spec: str, env: dict[str, str]) -> None:
        self.pid = os.getpid()
        self.warnings: list[str] | None = []
        logging.getLogger().addHandler(_Warnings(self.warnings))
        os.environ.update(env)
        sys.path.insert(0, os.getcwd())
        module, _, path = spec.partition(":")
        try:
            found: Any = importlib.import_module(module)
            for part in path.split("."):
                found = getattr(found, part)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise CannotReplay(
                f"cannot load {spec} ({why}); it is looked for in the current "
                "directory and on PYTHONPATH"
            ) from error
        self._make = found

    def new(self, parameters: dict[str, Any]) -> Any:
        """Make a factory.

        Args:
            parameters: of `factory.new` (docs/protocol.md).

        Returns:
            The factory.
        """
        rest = dict(parameters)
        options = rest.pop("options")
        first = (rest.pop("python_exec"), rest.pop("env_vars"))
        kinds = {one.kind for one in inspect.signature(self._make).parameters.values()}
        if inspect.Parameter.VAR_KEYWORD in kinds:
            rest |= options
        return _translated(lambda: self._make(*first, **rest))

    def create(self, factory: Any) -> tuple[Any, int | None]:
        """Ask for a worker.

        Args:
            factory: as made.

        Returns:
            The worker and its pid.
        """

        def call() -> tuple[Any, int | None]:
            worker, pid = factory.create()  # anything else is its failure, too
            return worker, pid

        made: tuple[Any, int | None] = _translated(call)
        return made

    def ask(self, method: str, factory: Any, *worker: Any) -> None:
        """Release or stop a worker, or stop a factory.

        Args:
            method: `release_worker`, `stop_worker` or `stop`.
            factory: as made.
            *worker: if it is about one.
        """
        _translated(lambda: getattr(factory, method)(*worker))

    def exchange(self, worker: Any, data: bytes, size: int) -> bytes:
        """Write to a worker and read from it.

        Args:
            worker: as created.
            data: to write.
            size: how many bytes to read.

        Returns:
            What came within the limit, or before the connection ended.
        """
        answer = b""
        try:
            before = worker.gettimeout()
            worker.settimeout(MUST_HAPPEN_S)
            worker.sendall(data)
            while len(answer) < size and (more := worker.recv(size - len(answer))):
                answer += more
            worker.settimeout(before)
        except OSError:
            return answer
        return answer

    def inspect(self, factory: Any) -> dict[str, Any]:
        """Have a factory show itself.

        Args:
            factory: as made.

        Returns:
            Result of `factory.inspect` (docs/protocol.md); empty if it shows nothing.
        """
        look = getattr(factory, "inspect", None)
        return dict(_translated(look)) if callable(look) else {}

    def close_worker(self, worker: Any) -> None:
        """Close the caller's end of a worker's connection.

        Args:
            worker: as created.
        """
        _translated(worker.close)

    def close(self) -> None:
        """Leave: what runs in this process ends with it."""


class _Warnings(logging.Handler):
    """Keeps what is logged at WARN, as docs/protocol.md writes it.

    Args:
        kept: where.
    """

    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, with the text of its exception.

        Args:
            record: of the line.
        """
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno == logging.WARNING:
            self._kept.append(record.getMessage() + (f" {error}" if error else ""))


#: The last error, kept as a caller may keep it; the suite's own door does so, too.
_kept: deque[BaseException] = deque(maxlen=1)


def _translated(call: Any) -> Any:
    """Call the implementation; whatever it raises is its answer."""
    try:
        return call()
    except BaseException as error:
        _kept.append(error)
        text = f"{type(error).__name__}: {error}"
        raise Raised(_counted_as(error), text.replace("\n", " ")) from error


def _counted_as(error: BaseException) -> str:
    """Classify as docs/protocol.md asks for: by itself, or else by the first cause that can be."""
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    return next((kind for one in chain if (kind := _kind_of(one)) != "other"), "other")


def _kind_of(error: BaseException) -> str:
    """Classify it alone: by its own word, by its text, by its class."""
    told = getattr(error, "counts_as", None)
    if isinstance(told, str):
        return told
    for words, kind in (
        ("Authentication failed", "authentication"),
        ("Invalid port number", "invalid_port"),
    ):
        if words in str(error):
            return kind
    for classes, kind in (
        (TimeoutError, "time_out"),
        (EOFError, "end_of_stream"),
        ((FileNotFoundError, PermissionError), "start_failed"),
        (OSError, "socket_error"),
    ):
        if isinstance(error, classes):
            return kind
    return "other"


class CommandDoor:
    """An adapter: a process that speaks the protocol of the door, as the suite has it.

    Args:
        argv: its command.
        env: to add to its environment.

    Attributes:
        pid: of the process that holds the implementation.
        warnings: what was logged at WARN so far; None if nobody passes it on.
    """

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self._channel, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - the user names the command
                    argv,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    env=os.environ | env | {"WFC_RPC": "fd:0"},
                )
        except OSError as error:
            raise CannotReplay(f"cannot start {argv[0]}: {error.strerror}") from error
        self._ids = itertools.count(1)
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._is_over = False
        self.warnings: list[str] | None = []
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            about = self._call("initialize", protocol_version="1")
        except Raised as error:
            raise CannotReplay(f"{argv[0]} does not start: {error}") from error
        self.pid: int = about.get("pid", self._process.pid)
        self._can_inspect = "inspect" in about.get("capabilities", ())
        if "log" not in about.get("capabilities", ()):
            self.warnings = None

    def new(self, parameters: dict[str, Any]) -> Any:
        """Make a factory: as of PythonDoor."""
        return self._call("factory.new", **parameters)["factory"]

    def create(self, factory: Any) -> tuple[Any, int | None]:
        """Ask for a worker: as of PythonDoor."""
        made = self._call("factory.create", factory=factory)
        return made["worker"], made["pid"]

    def ask(self, method: str, factory: Any, *worker: Any) -> None:
        """Release or stop: as of PythonDoor."""
        more = {"worker": worker[0]} if worker else {}
        self._call(f"factory.{method}", factory=factory, **more)

    def exchange(self, worker: Any, data: bytes, size: int) -> bytes:
        """Write and read: as of PythonDoor."""
        wanted = {"write": base64.b64encode(data).decode(), "read": size}
        limit_ms = int(MUST_HAPPEN_S * 1000)
        answer = self._call("worker.exchange", worker=worker, within_ms=limit_ms, **wanted)
        return base64.b64decode(answer["data"])

    def inspect(self, factory: Any) -> dict[str, Any]:
        """Have a factory show itself: as of PythonDoor."""
        return dict(self._call("factory.inspect", factory=factory)) if self._can_inspect else {}

    def close_worker(self, worker: Any) -> None:
        """Close the caller's end: as of PythonDoor."""
        self._call("worker.close", worker=worker)

    def close(self) -> None:
        """Hang up, and end the adapter if it stays."""
        with contextlib.suppress(OSError):  # it may have gone first
            self._channel.shutdown(socket.SHUT_RDWR)
        self._channel.close()
        try:
            self._process.wait(MUST_HAPPEN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _call(self, method: str, **parameters: Any) -> Any:
        number = next(self._ids)
        answers = self._answers[number] = queue.SimpleQueue()
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
        with self._lock:
            if self._is_over:
                raise Raised("lost", "the adapter has gone away")
            try:
                self._channel.sendall(json.dumps(request).encode() + b"\n")
            except OSError as error:
                raise Raised("lost", "the adapter has gone away") from error
        try:
            return _result(method, answers.get(timeout=_ADAPTER_S))
        except queue.Empty:
            raise CannotReplay(f"the adapter does not answer {method}") from None

    def _listen(self) -> None:
        """Hand each answer to its caller; at the end tell all that there will be none."""
        try:
            with self._channel.makefile("rb") as lines:
                for line in lines:
                    message = json.loads(line)
                    if "method" not in message:
                        self._answers[message["id"]].put(message)
                    elif self.warnings is not None and message["params"].get("level") == "WARN":
                        self.warnings.append(message["params"]["message"])
        except (OSError, ValueError, KeyError):
            pass
        with self._lock:
            self._is_over = True
        for answers in list(self._answers.values()):
            answers.put({"error": {"message": "the adapter has gone away", "data": {}}})


def _result(method: str, message: dict[str, Any]) -> Any:
    if "error" not in message:
        return message["result"]
    error: dict[str, Any] = message["error"]
    told: dict[str, Any] = error.get("data", {})
    text = str(error.get("message"))
    if told.get("kind") == "implementation":
        raise Raised(told.get("counts_as", "other"), f"{told.get('class')}: {text}")
    if not told:
        raise Raised("lost", text)
    raise CannotReplay(f"the adapter says of {method}: {text}")
