"""A worker module that tells about its process, for daemons under test.

Its name begins with `pyspark`, because Spark's own daemon refuses others. A task is one
order: a 4-byte length and a text; the answer has the same form. Orders:

    echo TEXT       answers TEXT
    pid             its pid
    parent          its parent's pid
    group           its process group
    module          its own module name
    imported        pid of the process that imported this module
    hooks           functions on the way to a worker that a wrapping module has put into
                    pyspark.daemon: NAME=1 for each that has led here, NAME=0 for each that
                    has not; `none`
    signals         dispositions of HUP, TERM, CHLD, INT: `dfl`, `ign`, `int` or `other`
    say TEXT        writes TEXT to standard output and standard error
    flood           writes a megabyte to standard error
    touch PATH      makes a file
    deaf            ignores every signal that can be ignored
    linger          answers, then stays deaf to the connection
    exit [WHY]      answers, then raises SystemExit, with an integer if WHY is one
    raise           answers, then raises an exception
    clog            answers, then makes the final flush of its output fail

Run as a program, it is a simple worker: it connects to the factory and serves.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
from typing import BinaryIO

_IMPORTED_BY = os.getpid()
#: Names of pyspark.daemon by which it comes to a task.
_TO_A_WORKER = ("manager", "worker", "worker_main")
_INT = struct.Struct("!i")
_NAMES: dict[object, str] = {
    signal.SIG_DFL: "dfl",
    signal.SIG_IGN: "ign",
    signal.default_int_handler: "int",
}


def main(infile: BinaryIO, outfile: BinaryIO) -> None:
    """Serve one task.

    Args:
        infile: buffered, from the factory.
        outfile: buffered, to the factory.

    Raises:
        SystemExit: on the order `exit`, or when the peer has closed.
    """
    head = infile.read(_INT.size)
    if len(head) < _INT.size:
        raise SystemExit(-1)
    order, _, text = infile.read(*_INT.unpack(head)).decode().partition(" ")
    if order in _BEFORE:
        _BEFORE[order](text)
    answer = (_ANSWERS[order]() if order in _ANSWERS else text).encode()
    outfile.write(_INT.pack(len(answer)) + answer)
    outfile.flush()
    if order in _AFTER:
        _AFTER[order](text, outfile)


def _say(text: str) -> None:
    print(text, flush=True)
    print(text, file=sys.stderr, flush=True)


def _flood(_text: str) -> None:
    left = 1 << 20
    while left > 0:
        left -= os.write(2, b"." * min(left, 1 << 16))


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT))


def _turn_deaf(_text: str) -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)


def _signals() -> str:
    numbers = (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD, signal.SIGINT)
    return " ".join(_NAMES.get(signal.getsignal(one), "other") for one in numbers)


def _hooks() -> str:
    from inspect import currentframe  # noqa: PLC0415 - start-up time

    daemon = sys.modules.get("pyspark.daemon")
    at_home = (getattr(daemon, "__file__", None), main.__code__.co_filename)
    running: set[object] = set()
    frame = currentframe()  # of a stack that has crossed a fork
    while frame is not None:
        running.add(frame.f_code)
        frame = frame.f_back
    told: list[str] = []
    for name in _TO_A_WORKER:
        code = getattr(getattr(daemon, name, None), "__code__", None)
        if code is not None and code.co_filename not in at_home:
            told.append(f"{name}={int(code in running)}")
    return " ".join(told) or "none"


def _exit(text: str, _outfile: BinaryIO) -> None:
    raise SystemExit(int(text) if text.isdigit() else text)


def _raise(_text: str, _outfile: BinaryIO) -> None:
    raise RuntimeError("as ordered")


def _linger(_text: str, _outfile: BinaryIO) -> None:
    while True:
        signal.pause()


def _clog(_text: str, outfile: BinaryIO) -> None:
    outfile.write(b"never to be flushed")
    os.close(outfile.fileno())


_BEFORE = {"say": _say, "flood": _flood, "touch": _touch, "deaf": _turn_deaf}
_ANSWERS = {
    "pid": lambda: str(os.getpid()),
    "parent": lambda: str(os.getppid()),
    "group": lambda: str(os.getpgrp()),
    "module": lambda: __name__,
    "imported": lambda: str(_IMPORTED_BY),
    "signals": _signals,
    "hooks": _hooks,
}
_AFTER = {"exit": _exit, "raise": _raise, "linger": _linger, "clog": _clog}


def _connect() -> socket.socket:
    """Connect to the factory that started us, and prove that it did."""
    path = os.environ.get("PYTHON_WORKER_FACTORY_SOCK_PATH")
    if path:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        return connection
    port = int(os.environ["PYTHON_WORKER_FACTORY_PORT"])
    connection = socket.create_connection(("localhost", port))
    secret = os.environ["PYTHON_WORKER_FACTORY_SECRET"].encode()
    connection.sendall(_INT.pack(len(secret)) + secret)
    if connection.recv(6, socket.MSG_WAITALL) != _INT.pack(2) + b"ok":
        raise SystemExit("the factory refuses our secret")
    return connection


def _serve_simply() -> None:
    connection = _connect()
    connection.sendall(_INT.pack(os.getpid()))
    infile, outfile = connection.makefile("rb"), connection.makefile("wb")
    while True:
        main(infile, outfile)


if __name__ == "__main__":
    _serve_simply()
