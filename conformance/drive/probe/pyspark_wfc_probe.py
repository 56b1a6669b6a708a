"""A worker module that tells about its process, for daemons under test.

Its name begins with `pyspark`, because Spark's own daemon refuses others. A task is one
order: a 4-byte length and a text; the answer has the same form. Orders:

    echo TEXT       answers TEXT
    pid             its pid
    parent          its parent's pid
    group           its process group
    module          its own module name
    signals         dispositions of HUP, TERM, CHLD, INT: `dfl`, `ign`, `int` or `other`
    stdin           what a read of standard input gives, as a Python literal
    fds             its open descriptors: `number=target`, joined by spaces
    say TEXT        writes TEXT to standard output and standard error
    exit STATUS     answers, then raises SystemExit
    raise           answers, then raises an exception
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from typing import BinaryIO

_NAMES = {
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
        RuntimeError: on the order `raise`.
    """
    head = infile.read(4)
    if len(head) < 4:
        raise SystemExit(-1)
    order, _, text = infile.read(struct.unpack("!i", head)[0]).decode().partition(" ")
    answer = _answer(order, text).encode()
    outfile.write(struct.pack("!i", len(answer)) + answer)
    outfile.flush()
    if order == "exit":
        raise SystemExit(int(text))
    if order == "raise":
        raise RuntimeError("as ordered")


def _answer(order: str, text: str) -> str:
    if order == "say":
        print(text, flush=True)
        print(text, file=sys.stderr, flush=True)
    tell = {
        "pid": lambda: str(os.getpid()),
        "parent": lambda: str(os.getppid()),
        "group": lambda: str(os.getpgrp()),
        "module": lambda: __name__,
        "signals": _signals,
        "stdin": lambda: repr(os.read(0, 1)),
        "fds": _descriptors,
    }
    return tell[order]() if order in tell else text


def _signals() -> str:
    numbers = (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD, signal.SIGINT)
    return " ".join(_NAMES.get(signal.getsignal(one), "other") for one in numbers)


def _descriptors() -> str:
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(f"{name}={os.readlink('/proc/self/fd/' + name)}")
        except OSError:
            continue
    return " ".join(found)
