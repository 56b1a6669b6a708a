"""The leash: no fake outlives the process that holds its other end."""

from __future__ import annotations

import os
import signal
import subprocess  # noqa: TID251 - a suite to be killed
import sys
from pathlib import Path

import pytest

from fake_daemons._tests.field import ROOT, Field

#: A suite in miniature: it holds the leash, starts one fake and waits for its own end.
_SUITE = """
import os, subprocess, sys
leash = os.open(os.environ["WFC_LEASH"], os.O_RDWR | os.O_CLOEXEC)
pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
fake = subprocess.Popen([sys.argv[1], "-m", sys.argv[2]], cwd="/", **pipes)
sys.stdout.buffer.write(fake.stdout.read(4))
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
"""


def _start_suite(field: Field, faults: str) -> tuple[subprocess.Popen[bytes], int]:
    own = field.directory / "own-leash"
    os.mkfifo(own)
    suite = subprocess.Popen(
        [sys.executable, "-c", _SUITE, field.python, "fake_daemons.well_behaved"],
        env=field.environment(faults, WFC_LEASH=str(own)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert suite.stdout is not None
    return suite, int.from_bytes(suite.stdout.read(4), "big")


@pytest.mark.parametrize(
    "faults",
    [
        "",
        "hang_up=ignore;sigterm=ignore;serve=ignore_close",
        "authenticate=crash;serve=ignore_close",  # a stopped one would die of its death
        "fork=bomb,limit=4",
        "authenticated=hang",
    ],
)
def test_all_die_when_the_suite_is_killed(field: Field, faults: str) -> None:
    suite, port = _start_suite(field, faults)
    fake = field.start("well_behaved", "start=exit:0")
    line = fake.connect(port)
    worker_pid = line.shake_hands()
    os.kill(worker_pid, signal.SIGSTOP)
    fake.wait()
    assert worker_pid in field.alive()
    suite.kill()
    suite.wait()
    field.wait_until_alone()
    for stream in (suite.stdin, suite.stdout):
        if stream is not None:
            stream.close()


def test_simple_worker_dies_too(field: Field) -> None:
    fake = field.start("simple_never_connects", PYTHON_WORKER_FACTORY_PORT="1")
    field.wait_for("fault", action="never")
    field.let_go_of_the_leash()
    assert fake.wait() == -signal.SIGKILL


def test_fake_that_comes_too_late_dies_at_once(field: Field) -> None:
    late = field.directory / "late"
    os.mkfifo(late)
    fake = field.start("well_behaved", WFC_LEASH=str(late))
    assert fake.wait() == -signal.SIGKILL
    assert fake.read(1) == b""
    assert field.seen("start") == []


def test_leash_that_is_gone_is_an_error(field: Field) -> None:
    fake = field.start("well_behaved", WFC_LEASH=str(field.directory / "none"))
    assert fake.wait() == 1
    assert fake.read(1) == b""


def test_session_leader_is_leashed(field: Field) -> None:
    process = subprocess.Popen(
        [field.python, "-m", "fake_daemons.simple_never_connects"],
        env=field.environment(PYTHON_WORKER_FACTORY_PORT="1"),
        start_new_session=True,
    )
    field.wait_for("fault", action="never")
    assert str(ROOT) in Path(f"/proc/{process.pid}/environ").read_text("utf-8")
    field.let_go_of_the_leash()
    assert process.wait(10) == -signal.SIGKILL
