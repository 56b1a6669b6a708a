"""The one dispatcher of the adapters we ship: JSON-RPC lines in, calls out, answers back.

Standard library only, because it also runs in the interpreter of somebody else's
virtual environment. It never imports the implementation and never lets an exception
of it through: a handler turns what it catches into an `ImplementationError`.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import sys
import threading
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

#: In quotes, as Python 3.7, which Spark 2.4 needs, cannot evaluate it.
Handler: TypeAlias = "Callable[[dict[str, Any]], dict[str, Any]]"

_CODES = {"implementation": -32000, "unsupported": -32001, "adapter": -32002}


class CallError(Exception):
    """A call that does not return: one of three kinds, as docs/protocol.md says."""

    kind = "adapter"

    def __init__(self, message: str, class_name: str = "", counts_as: str = "other") -> None:
        super().__init__(message)
        self.data = {
            "kind": self.kind,
            "class": class_name,
            "message": message,
            "counts_as": counts_as,
        }


class Fatal(CallError):
    """A fault after which nothing can be served: the adapter answers it and hangs up."""


class ImplementationError(CallError):
    """The implementation raised; class, message and what it counts as are its own."""

    kind = "implementation"


class Unsupported(CallError):
    """The implementation has no such operation."""

    kind = "unsupported"


class Dispatcher:
    """Serve the channel: no two calls share a thread, so that a hang blocks no other."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self._handlers = handlers
        self._channel = _private_channel()
        self._writing = threading.Lock()
        self._crew = _Crew()
        self._pid = os.getpid()

    def log(self, level: str, logger: str, message: str) -> None:
        """Send the notification `log`.

        Args:
            level: `DEBUG`, `INFO`, `WARN` or `ERROR`.
            logger: name of the logger.
            message: the line, a throwable's text included.
        """
        params = {"level": level, "logger": logger, "message": message}
        self._send({"jsonrpc": "2.0", "method": "log", "params": params})

    def serve(self) -> None:
        """Answer calls until the channel closes or `shutdown` has been answered."""
        with self._channel.makefile("rb") as lines:
            for line in lines:
                request = json.loads(line)
                if request["method"] == "shutdown":
                    self._send({"jsonrpc": "2.0", "id": request["id"], "result": {}})
                    return
                self._crew.run(partial(self._answer, request))

    def hang_up(self) -> None:
        """Close the channel: `serve` returns, and the suite sees its end."""
        with contextlib.suppress(OSError):  # the suite may have closed it first
            self._channel.shutdown(socket.SHUT_RDWR)

    def _answer(self, request: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        is_last = False
        try:
            answer["result"] = self._call(request["method"], request["params"])
        except CallError as error:
            answer["error"] = _error(error)
            is_last = isinstance(error, Fatal)
        except Exception as error:  # noqa: BLE001 - reported as the adapter's own fault
            traceback.print_exc()
            answer["error"] = _error(CallError(str(error), type(error).__name__))
        self._send(answer)
        if is_last:
            self.hang_up()

    def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        handler = self._handlers.get(method)
        if handler is None:
            raise Unsupported(f"no method {method}")
        return handler(params)

    def _send(self, message: dict[str, Any]) -> None:
        if os.getpid() != self._pid:
            os._exit(0)  # a copy that the implementation forked; it has no say here
        # Half of a surrogate pair has no UTF-8; a file name, or an error's text, may hold one.
        line = json.dumps(message, ensure_ascii=False).encode(errors="replace") + b"\n"
        with self._writing:
            try:
                self._channel.sendall(line)
            except OSError:
                self.hang_up()  # the suite has gone; nobody is left to tell


class _Crew:
    """Threads that run calls: a free one, or else a new one (which costs 0.1 ms)."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._free = threading.Semaphore(0)

    def run(self, call: Callable[[], None]) -> None:
        if not self._free.acquire(blocking=False):
            threading.Thread(target=self._work, daemon=True).start()
        self._calls.put(call)

    def _work(self) -> None:
        while True:
            self._calls.get()()
            self._free.release()


def _error(error: CallError) -> dict[str, Any]:
    code = _CODES[error.kind]
    return {"code": code, "message": str(error), "data": error.data}


def _private_channel() -> socket.socket:
    """Move the channel to a close-on-exec descriptor and clear the standard ones."""
    channel = socket.socket(fileno=os.dup(0))
    channel.set_inheritable(False)
    os.environ.pop("WFC_RPC", None)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdout.flush()
    os.dup2(2, 1)
    return channel
