"""The calls of the door, as calls of the Java half (spark_door.java)."""

from __future__ import annotations

import base64
import json
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.adapters.dispatcher import CallError, Fatal, Handler, Unsupported
from conformance.adapters.spark_asked import (
    idle_timeout_s,
    key_of,
    modules_for,
    pairs,
    settings_for,
)
from conformance.adapters.spark_errors import as_call_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.adapters.spark_jvm import Jvm

_PROTOCOL_VERSION = "1"

#: How an exchange ended, by the first byte that spark_conversation.java returns.
_ENDS = ("none", "eof", "reset", "timeout")

#: When so many factories have been stopped, the older half is let go: Spark leaves a
#: thread for each. A run of the scenarios stays far below.
_MANY_FACTORIES = 1000


class SparkDoor:
    """Turn the calls of the door into calls of the Java half."""

    def __init__(self, jvm: Jvm, on_loss: Callable[[], None]) -> None:
        self._jvm = jvm
        self._on_loss = on_loss
        self._factories: dict[str, tuple[Any, float]] = {}
        self._naming = threading.Lock()
        self._last_factory = 0
        self._stopped: dict[str, None] = {}

    def handlers(self) -> dict[str, Handler]:
        """Tell which method is served by what.

        Returns:
            Method name to handler.
        """
        return {
            "initialize": self.initialize,
            "factory.new": self.new,
            "factory.create": self.create,
            "factory.release_worker": self.release_worker,
            "factory.stop_worker": self.stop_worker,
            "factory.is_worker_stopped": self.is_worker_stopped,
            "factory.stop": self.stop,
            "factory.inspect": self.inspect,
            "worker.exchange": self.exchange,
            "worker.close": self.close,
            "worker.block": self.block,
            "worker.forget": self.forget,
            "env.create": self.env_create,
            "env.release": lambda p: self._give_back("releasePythonWorker", p),
            "env.destroy": lambda p: self._give_back("destroyPythonWorker", p),
            "env.stop": lambda _: self._run(lambda door: door.envStop()) or {},
            "ping": lambda _: {},
        }

    def initialize(self, params: dict[str, Any]) -> dict[str, Any]:
        """Bring Spark up and tell what it offers.

        Args:
            params: parameters of `initialize`.

        Returns:
            Result of `initialize`.

        Raises:
            Fatal: if the version of the protocol is unknown or Spark does not come up.
        """
        if params["protocol_version"] != _PROTOCOL_VERSION:
            raise Fatal(f"speaks protocol {_PROTOCOL_VERSION} alone")
        try:
            self._jvm.open()
        except CallError:
            raise
        except Exception as error:
            line = str(error).strip().replace("\n", " | ")[:500]
            raise Fatal(f"Spark does not come up: {line}") from error
        return self._about()

    def _about(self) -> dict[str, Any]:
        line = self._jvm.spark.line
        return {
            "protocol_version": _PROTOCOL_VERSION,
            "name": "Apache Spark PythonWorkerFactory",
            "version": self._jvm.spark.version,
            "language": "Scala",
            "pid": self._jvm.pid,
            "capabilities": [
                "concurrent",
                "inspect",
                *(["log"] if self._jvm.spark.has_log else []),
                "forget",
                "block",
                "env",
                "simple",
                "isolated_env",
            ],
            "daemon": {
                "module": "pyspark.daemon",
                "python_exec": sys.executable,
                "python_path": "",
                "worker_hook": "pyspark.worker" if self._jvm.spark.is_old else "argv",
            },
            "profile": f"spark-{line[0]}.{line[1]}",
        }

    def new(self, params: dict[str, Any]) -> dict[str, Any]:
        """Make a factory.

        Args:
            params: parameters of `factory.new`.

        Returns:
            Result of `factory.new`.
        """
        options: dict[str, Any] = params["options"]
        settings, honoured = settings_for(self._jvm.spark, options, self._jvm.folder)
        settings.update(modules_for(self._jvm.spark, params))
        asked = (*key_of(params), params["use_daemon"], pairs(settings))
        factory = self._run(lambda door: door.newFactory(*asked))
        with self._naming:
            self._last_factory += 1
            name = f"f{self._last_factory}"
            self._factories[name] = (factory, idle_timeout_s(options))
        return {
            "factory": name,
            "options": {option: option in honoured for option in options},
        }

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        """Ask a factory for a worker.

        Args:
            params: parameters of `factory.create`.

        Returns:
            Result of `factory.create`.
        """
        factory, _ = self._factory(params)
        return _object(self._run(lambda door: door.create(factory)))

    def release_worker(self, params: dict[str, Any]) -> dict[str, Any]:
        """Give a worker back to its factory.

        Args:
            params: parameters of `factory.release_worker`.

        Returns:
            Nothing.
        """
        factory, idle_timeout_s = self._factory(params)
        self._run(lambda door: door.release(factory, params["worker"], idle_timeout_s))
        return {}

    def stop_worker(self, params: dict[str, Any]) -> dict[str, Any]:
        """Have a factory stop a worker.

        Args:
            params: parameters of `factory.stop_worker`.

        Returns:
            Nothing.
        """
        factory, _ = self._factory(params)
        self._run(lambda door: door.stopWorker(factory, params["worker"]))
        return {}

    def is_worker_stopped(self, params: dict[str, Any]) -> dict[str, Any]:
        """Ask a factory whether a simple worker's process has ended.

        Args:
            params: parameters of `factory.is_worker_stopped`.

        Returns:
            Result of `factory.is_worker_stopped`.

        Raises:
            Unsupported: up to Spark 3.5, which has no such method.
        """
        if self._jvm.spark.is_old:
            raise Unsupported("isWorkerStopped came with Spark 4.0")
        factory, _ = self._factory(params)
        stopped = self._run(lambda door: door.isWorkerStopped(factory, params["worker"]))
        return {"stopped": bool(stopped)}

    def stop(self, params: dict[str, Any]) -> dict[str, Any]:
        """Stop a factory.

        Args:
            params: parameters of `factory.stop`.

        Returns:
            Nothing.
        """
        factory, _ = self._factory(params)
        self._run(lambda _: factory.stop())
        for old in self._out_of_use(params["factory"]):
            self._run(partial(_retire, factory=old))
        return {}

    def _out_of_use(self, stopped: str) -> list[Any]:
        """Take out the factories that were stopped long before this one, all at once.

        In one go and rarely: a leak of Spark's, which clauses are about, must not look
        mended because old factories are cleared away at the pace at which new ones come.
        """
        with self._naming:
            self._stopped[stopped] = None
            if len(self._stopped) < _MANY_FACTORIES:
                return []
            names = list(self._stopped)[: _MANY_FACTORIES // 2]
            for name in names:
                del self._stopped[name]
            return [self._factories.pop(name)[0] for name in names]

    def inspect(self, params: dict[str, Any]) -> dict[str, Any]:
        """Read a factory's private state by reflection.

        Args:
            params: parameters of `factory.inspect`.

        Returns:
            Result of `factory.inspect`.
        """
        factory, _ = self._factory(params)
        return _object(self._run(lambda door: door.inspect(factory)))

    def exchange(self, params: dict[str, Any]) -> dict[str, Any]:
        """Write to a worker and read from it, within a limit.

        Args:
            params: parameters of `worker.exchange`.

        Returns:
            Result of `worker.exchange`.
        """
        written = bytearray(base64.b64decode(params["write"]))
        asked = (params["worker"], written, params["read"], params["within_ms"])
        told = self._run(lambda door: door.exchange(*asked))
        return {"data": base64.b64encode(told[1:]).decode(), "end": _ENDS[told[0]]}

    def close(self, params: dict[str, Any]) -> dict[str, Any]:
        """Close the caller's own end of a worker's connection.

        Args:
            params: parameters of `worker.close`.

        Returns:
            Nothing.
        """
        self._run(lambda door: door.close(params["worker"]))
        return {}

    def block(self, params: dict[str, Any]) -> dict[str, Any]:
        """Put the caller's own end of a worker's connection into blocking mode.

        Args:
            params: parameters of `worker.block`.

        Returns:
            Nothing.
        """
        self._run(lambda door: door.block(params["worker"]))
        return {}

    def forget(self, params: dict[str, Any]) -> dict[str, Any]:
        """Drop the last reference to a worker, and collect garbage.

        Args:
            params: parameters of `worker.forget`.

        Returns:
            Nothing.
        """
        self._run(lambda door: door.forget(params["worker"]))
        return {}

    def env_create(self, params: dict[str, Any]) -> dict[str, Any]:
        """Ask SparkEnv for a worker.

        Args:
            params: parameters of `env.create`.

        Returns:
            Result of `env.create`.
        """
        settings = pairs(modules_for(self._jvm.spark, params))
        asked = (*key_of(params), params["use_daemon"], settings)
        return _object(self._run(lambda door: door.envCreate(*asked)))

    def _give_back(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        asked = (method, *key_of(params), params["worker"])
        self._run(lambda door: door.envGiveBack(*asked))
        return {}

    def _factory(self, params: dict[str, Any]) -> tuple[Any, float]:
        """Find a factory and its idle time-out, negative for Spark's own."""
        try:
            return self._factories[params["factory"]]
        except KeyError:
            raise CallError(f"no factory {params['factory']}") from None

    def _run(self, call: Callable[[Any], Any]) -> Any:
        """Call Java; what it throws becomes the door's error."""
        door = getattr(self._jvm, "door", None)
        if door is None:
            raise CallError("initialize first")
        try:
            return call(door)
        except self._jvm.py4j_error as error:
            if not hasattr(error, "java_exception") and self._jvm.has_ended():
                self._on_loss()
            raise as_call_error(error, door) from None


def _retire(door: Any, factory: Any) -> None:
    door.retire(factory)


def _object(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
