"""D-45: whether what a wrapping module puts into pyspark.daemon runs, on two kinds of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import silent_hooks

from .command import Wfc

if TYPE_CHECKING:
    from pathlib import Path

#: As much of Spark's daemon as a task needs; how it comes to the worker's main is filled in.
DAEMON = """
import importlib, os, select, socket, struct, sys
from pyspark.worker import main{imported}

def worker(sock):
    stream = sock.makefile("rwb")
    stream.write(struct.pack("!i", os.getpid()))
    stream.flush()
    stream.read(*struct.unpack("!i", stream.read(4)))
    stream.write(struct.pack("!i", 2) + b"ok")
    stream.flush()
    while True:
        {found}(stream, stream)

def manager():
    os.setpgid(0, 0)
    server = socket.create_server(("127.0.0.1", 0))
    sys.stdout.buffer.write(struct.pack("!i", server.getsockname()[1]))
    sys.stdout.flush()
    while server in select.select([0, server], [], [])[0]:
        sock, _ = server.accept()
        if not os.fork():
            worker(sock)
        sock.close()
"""
KINDS = {
    "by its name": DAEMON.format(imported=" as worker_main", found="worker_main"),
    "by argument": DAEMON.format(imported="", found="importlib.import_module(sys.argv[1]).main"),
}
MODULE = """
import pyspark.daemon
from pyspark.worker import main

{body}

if __name__ == "__main__":
    pyspark.daemon.manager()
"""
NOTHING = ""
HOOK = """
def hook(infile, outfile):
    main(infile, outfile)

pyspark.daemon.worker_main = hook
"""
OUTER = """
worker = pyspark.daemon.worker

def hook(sock):
    worker(sock)

pyspark.daemon.worker = hook
"""


@pytest.mark.parametrize(
    ("kind", "body", "verdict"),
    [
        ("by its name", NOTHING, "NOT APPLICABLE"),
        ("by its name", HOOK, "PASS"),
        ("by its name", OUTER, "PASS"),
        ("by argument", NOTHING, "NOT APPLICABLE"),
        ("by argument", HOOK, "ADVICE"),
        ("by argument", OUTER, "PASS"),
    ],
)
def test_a_hook_that_nobody_calls_is_told(
    kind: str, body: str, verdict: str, tmp_path: Path
) -> None:
    """A daemon that imports the worker module itself passes by what stands for worker_main."""
    package = tmp_path / "pyspark"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "daemon.py").write_text(KINDS[kind], encoding="utf-8")
    (tmp_path / "hooked.py").write_text(MODULE.format(body=body), encoding="utf-8")
    options = ("--clause", "D-45", "--effort", "none")
    Wfc(tmp_path)("run", "--daemon", "hooked", *options)
    report = json.loads((tmp_path / "wfc-report" / "latest" / "verdict.json").read_bytes())
    found = next(one for one in report["clauses"] if one["clause"] == "D-45")
    assert found["verdict"] == verdict, found


@pytest.mark.parametrize(
    ("answer", "count"),
    [("worker_main=1", 0), ("worker=1 worker_main=0", 1), ("manager=0 worker=0", 2), (None, 1)],
)
def test_each_silent_hook_is_a_finding(answer: str | None, count: int) -> None:
    """One that runs is none; a worker that does not answer has no hooks to show."""
    assert len(list(silent_hooks(answer))) == count
