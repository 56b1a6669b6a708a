"""The Python door: any callable that makes a factory, named `pkg.mod:callable`.

Runs in a child process of the suite, so that a hang or a crash of the implementation
cannot take the suite along.
"""

from __future__ import annotations

import base64
import gc
import importlib
import importlib.util
import inspect
import logging
import os
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from conformance.adapters.dispatcher import (
    CallError,
    Dispatcher,
    Handler,
    ImplementationError,
    Unsupported,
)
from conformance.adapters.python_errors import run_implementation

if TYPE_CHECKING:
    import socket

#: Spark's own name; the page's item 11.
FACTORY_LOGGER = "org.apache.spark.api.python.PythonWorkerFactory"


def main() -> None:
    """Serve the callable named by the first argument."""
    sys.path.insert(0, os.getcwd())
    bridge = Bridge(sys.argv[1])
    dispatcher = Dispatcher(bridge.handlers())
    logging.getLogger().addHandler(_LogForwarder(dispatcher))
    dispatcher.serve()
    os._exit(0)  # threads of the implementation must not hold the process


class Bridge:
    """Turn the calls of the door into calls of a Python factory."""

    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._make: Any = None
        self._factories: dict[str, Any] = {}
        self._workers: dict[str, Any] = {}
        #: Name of each worker by its identity, which lasts as long as it is kept above.
        self._names: dict[int, str] = {}
        self._naming = threading.Lock()
        self._last_worker = 0

    def handlers(self) -> dict[str, Handler]:
        """Tell which method is served by what.

        Returns:
            Method name to handler.
        """
        return {
            "initialize": self.initialize,
            "factory.new": self.new,
            "factory.create": self.create,
            "factory.release_worker": lambda p: self._on_worker(p, "release_worker"),
            "factory.stop_worker": lambda p: self._on_worker(p, "stop_worker"),
            "factory.is_worker_stopped": self.is_worker_stopped,
            "factory.stop": self.stop,
            "factory.inspect": self.inspect,
            "worker.exchange": self.exchange,
            "worker.close": self.close,
            "worker.block": self.block,
            "worker.forget": self.forget,
            "ping": lambda _: {},
        }

    def initialize(self, _params: dict[str, Any]) -> dict[str, Any]:
        """Load the callable and tell what it offers.

        Args:
            _params: parameters of `initialize`.

        Returns:
            Result of `initialize`.
        """
        self._make = _load(self._spec)
        package = sys.modules[self._spec.partition(".")[0].partition(":")[0]]
        about: dict[str, Any] = {
            "protocol_version": "1",
            "name": self._spec,
            "version": str(getattr(package, "__version__", "")),
            "language": "Python",
            "pid": os.getpid(),
            "capabilities": ["concurrent", "inspect", "log", "forget", "block", "simple"],
        }
        module = getattr(self._make, "daemon_module", "")
        if module:
            about["daemon"] = {"module": module, "python_path": _home_of(module)}
        return about

    def new(self, params: dict[str, Any]) -> dict[str, Any]:
        """Make a factory.

        Args:
            params: parameters of `factory.new`.

        Returns:
            Result of `factory.new`.
        """
        options = params.pop("options")
        first = (params.pop("python_exec"), params.pop("env_vars"))
        factory, honoured = run_implementation(lambda: self._new(first, params, options))
        with self._naming:
            name = f"f{len(self._factories) + 1}"
            self._factories[name] = factory
        return {"factory": name, "options": honoured}

    def _new(
        self, first: tuple[str, dict[str, str]], params: Any, options: dict[str, Any]
    ) -> tuple[Any, dict[str, bool]]:
        takes_options = _takes_options(self._make)
        try:
            factory = self._make(*first, **params, **(options if takes_options else {}))
        except NotImplementedError as error:
            if params["use_daemon"]:
                raise
            raise Unsupported(str(error) or "it makes no workers without a daemon") from None
        if not takes_options:
            return factory, dict.fromkeys(options, False)
        told: dict[str, bool] = self._state(factory).get("options") or {}
        return factory, {name: bool(told.get(name, True)) for name in options}

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        """Ask a factory for a worker.

        Args:
            params: parameters of `factory.create`.

        Returns:
            Result of `factory.create`.
        """
        connection, pid = _pair(run_implementation(self._factory(params).create))
        return {
            "worker": self._name(connection),
            "pid": pid,
            "nonblocking": _is_nonblocking(connection),
        }

    def _name(self, connection: Any) -> str:
        with self._naming:
            name = self._names.get(id(connection))
            if name is None:
                self._last_worker += 1
                name = self._names[id(connection)] = f"w{self._last_worker}"
                self._workers[name] = connection
            return name

    def _on_worker(self, params: dict[str, Any], method: str) -> dict[str, Any]:
        act = getattr(self._factory(params), method)
        connection = self._worker(params)
        run_implementation(lambda: act(connection))
        return {}

    def is_worker_stopped(self, params: dict[str, Any]) -> dict[str, Any]:
        """Ask a factory whether the process of a simple worker has ended.

        Args:
            params: parameters of `factory.is_worker_stopped`.

        Returns:
            Result of `factory.is_worker_stopped`.
        """
        ask = getattr(self._factory(params), "is_worker_stopped", None)
        if not callable(ask):
            raise Unsupported("the factory has no is_worker_stopped")
        connection = self._worker(params)
        return {"stopped": bool(run_implementation(lambda: ask(connection)))}

    def stop(self, params: dict[str, Any]) -> dict[str, Any]:
        """Stop a factory.

        Args:
            params: parameters of `factory.stop`.

        Returns:
            Nothing.
        """
        run_implementation(self._factory(params).stop)
        return {}

    def inspect(self, params: dict[str, Any]) -> dict[str, Any]:
        """Read a factory's private state, if it shows it.

        Args:
            params: parameters of `factory.inspect`.

        Returns:
            Result of `factory.inspect`.
        """
        state = self._state(self._factory(params))
        names = ("daemon_pid", "daemon_port", "workers", "idle")
        return {name: _plain(state.get(name)) for name in names}

    def _state(self, factory: Any) -> dict[str, Any]:
        if not callable(look := getattr(factory, "inspect", None)):
            return {}
        told: Any = run_implementation(look)
        found: dict[str, Any] = run_implementation(lambda: dict(told))
        return found

    def exchange(self, params: dict[str, Any]) -> dict[str, Any]:
        """Write to a worker and read from it, within a limit.

        Args:
            params: parameters of `worker.exchange`.

        Returns:
            Result of `worker.exchange`.
        """
        connection: socket.socket = self._worker(params)
        before = connection.gettimeout()
        try:
            connection.settimeout(params["within_ms"] / 1000)
            connection.sendall(base64.b64decode(params["write"]))
            data, end = _read(connection, params["read"])
        except TimeoutError:
            data, end = b"", "timeout"
        except OSError:
            data, end = b"", "reset"
        finally:
            _restore_timeout(connection, before)
        return {"data": base64.b64encode(data).decode(), "end": end}

    def close(self, params: dict[str, Any]) -> dict[str, Any]:
        """Close the caller's own end of a worker's connection.

        Args:
            params: parameters of `worker.close`.

        Returns:
            Nothing.
        """
        self._worker(params).close()
        return {}

    def block(self, params: dict[str, Any]) -> dict[str, Any]:
        """Put the caller's own end of a worker's connection into blocking mode.

        Args:
            params: parameters of `worker.block`.

        Returns:
            Nothing.
        """
        self._worker(params).settimeout(None)
        return {}

    def forget(self, params: dict[str, Any]) -> dict[str, Any]:
        """Drop the last reference to a worker that the adapter holds.

        Args:
            params: parameters of `worker.forget`.

        Returns:
            Nothing.
        """
        with self._naming:
            self._names.pop(id(self._workers.pop(params["worker"], None)), None)
        gc.collect()
        return {}

    def _factory(self, params: dict[str, Any]) -> Any:
        try:
            return self._factories[params["factory"]]
        except KeyError:
            raise CallError(f"no factory {params['factory']}") from None

    def _worker(self, params: dict[str, Any]) -> Any:
        try:
            return self._workers[params["worker"]]
        except KeyError:
            raise CallError(f"no worker {params['worker']}") from None


class _LogForwarder(logging.Handler):
    """Send what the factory logs through the door."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__(logging.WARNING)
        self._dispatcher = dispatcher

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            message = f"{message} {record.exc_info[1]}"
        level = "ERROR" if record.levelno > logging.WARNING else "WARN"
        self._dispatcher.log(level, record.name, message)


def _load(spec: str) -> Any:
    """Import the callable; the message of a failure is one line."""
    module_name, _, path = spec.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
    except Exception as error:  # noqa: BLE001 - whatever a module raises when imported
        traceback.print_exc()
        raise CallError(f"cannot import {module_name}: {type(error).__name__}: {error}") from None
    for part in path.split("."):
        if not hasattr(found, part):
            raise CallError(f"{module_name} has no {path!r}")
        found = getattr(found, part)
    if not callable(found):
        raise CallError(f"{spec} is no callable; name one that makes a factory")
    return found


def _takes_options(make: Any) -> bool:
    parameters = inspect.signature(make).parameters.values()
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)


def _home_of(module: str) -> str:
    """Find the directory that holds a module's top-level package."""
    found = importlib.util.find_spec(module.partition(".")[0])
    if found is None or not found.submodule_search_locations:
        return os.getcwd()
    return os.path.dirname(next(iter(found.submodule_search_locations)))


def _pair(made: Any) -> tuple[Any, Any]:
    """What create() has to return; anything else is a failure of the implementation."""
    match made:
        case (connection, pid) if hasattr(connection, "fileno"):
            return connection, pid
        case _:
            pass
    raise ImplementationError(f"create() returned {made!r}, no socket and pid", "TypeError")


def _read(connection: socket.socket, wanted: int) -> tuple[bytes, str]:
    data = b""
    while len(data) < wanted:
        try:
            more = connection.recv(wanted - len(data))
        except TimeoutError:
            return data, "timeout"
        if not more:
            return data, "eof"
        data += more
    return data, "none"


def _is_nonblocking(connection: Any) -> bool | None:
    timeout_of = getattr(connection, "gettimeout", None)
    return bool(timeout_of() == 0) if callable(timeout_of) else None


def _restore_timeout(connection: socket.socket, timeout_s: float | None) -> None:
    if connection.fileno() >= 0:
        connection.settimeout(timeout_s)


def _plain(value: Any) -> Any:
    """Make a list of any collection, as JSON knows no other."""
    is_collection = hasattr(value, "__iter__") and not isinstance(value, (str, bytes))
    return list(value) if is_collection else value


if __name__ == "__main__":
    main()
