"""A daemon that asks `os`, `socket` and `signal` for what Spark's asks them for."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from typing import BinaryIO, NoReturn

from pyspark.worker import main as worker_main  # type: ignore[import-not-found]  # beside us


def manager() -> None:
    os.setpgid(0, 0)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    stdin = os.fdopen(0, "rb", 4)
    stdout = os.fdopen(1, "wb", 4)
    stdout.write(listener.getsockname()[1].to_bytes(4, "big"))
    stdout.flush()
    signal.signal(signal.SIGTERM, lambda _number, _frame: _shut_down())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(listener, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd == 0:
                _hear(stdin)
            else:
                _accept(listener)


def _hear(stdin: BinaryIO) -> None:
    request = stdin.read(4)
    if not request:
        _shut_down()
    with contextlib.suppress(OSError):
        os.kill(int.from_bytes(request, "big"), signal.SIGKILL)


def _shut_down() -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(0, signal.SIGHUP)
    os._exit(1)


def _accept(listener: socket.socket) -> None:
    try:
        connection, _ = listener.accept()
    except InterruptedError:
        return
    try:
        pid = os.fork()
    except OSError as refused:
        _tell(connection, refused.errno or 0)
        connection.close()
        return
    if pid == 0:
        try:
            _live(connection)
        finally:
            os._exit(1)
    connection.close()


def _tell(connection: socket.socket, number: int) -> None:
    out = connection.makefile(mode="wb")
    out.write(number.to_bytes(4, "big"))
    out.flush()
    out.close()


def _live(connection: socket.socket) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    _tell(connection, os.getpid())
    is_known = False
    while True:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        source = os.fdopen(os.dup(connection.fileno()), "rb", 65536)
        sink = os.fdopen(os.dup(connection.fileno()), "wb", 65536)
        if not is_known:
            secret = source.read(int.from_bytes(source.read(4), "big"))
            is_known = secret.decode() == os.environ["PYTHON_WORKER_FACTORY_SECRET"]
            sink.write(b"\0\0\0\2ok" if is_known else b"\0\0\0\3err")
            sink.flush()
        try:
            worker_main(source, sink)
        except SystemExit:
            os._exit(1)
        except OSError as wrong:
            sys.stderr.write(f"{type(wrong).__name__}\n")
            os._exit(1)
