"""The console, as a user types."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from reference_impl.interrupt import Interrupt

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(params=["", "--simple"])
def console(request: pytest.FixtureRequest) -> Iterator[pexpect.spawn[str]]:
    """A console at its prompt."""
    arguments = ["-m", "reference_impl", *filter(None, [request.param])]
    child = pexpect.spawn(
        sys.executable, arguments, cwd=str(ROOT), encoding="utf-8", timeout=10, echo=False
    )
    child.expect_exact("factory> ")
    yield child
    child.close(force=True)


def ask(console: pexpect.spawn[str], line: str) -> str:
    """Type a line; what is answered before the next prompt."""
    console.sendline(line)
    console.expect_exact("factory> ")
    return str(console.before).replace("\r\n", "\n")


def test_a_session(console: pexpect.spawn[str]) -> None:
    assert ask(console, "create").startswith("w1: pid ")
    assert ask(console, "exchange hello there").endswith("answers: hello there\n")
    assert ask(console, "create").startswith("w2: pid ")
    assert ask(console, "exchange w1 one").startswith("w1: pid ")
    assert ask(console, "release 1") in ("w1: idle\n", "w1: closed\n")
    assert ask(console, "stop-worker w2") == "w2: stopped\n"
    assert "w2: pid " in ask(console, "status")
    assert ask(console, "stop") == "stopped\n"
    assert "daemon: none" in ask(console, "status")
    assert "stop-worker N" in ask(console, "help")
    console.sendline("quit")
    console.expect(pexpect.EOF)
    console.wait()
    assert console.exitstatus == 0


@pytest.mark.parametrize("console", [""], indirect=True)
def test_bad_input_is_one_clear_line(console: pexpect.spawn[str]) -> None:
    for line, words in {
        "exchange hi": "no active worker",
        "exchange": "no active worker",
        "release": "which worker",
        "release w7": "no worker 'w7'",
        "stop-worker x": "no worker 'x'",
        "dance": "no command 'dance'",
        "create two": "did not expect 'two'",
    }.items():
        answer = ask(console, line)
        assert answer.startswith("error: ")
        assert words in answer
        assert answer.count("\n") == 1
    assert ask(console, "") == ""
    console.sendeof()
    console.expect(pexpect.EOF)


@pytest.mark.parametrize("console", [""], indirect=True)
def test_ctrl_c_behind_the_last_look_before_a_read(console: pexpect.spawn[str]) -> None:
    """Another thread takes the signal: the read does not end, as if it had begun behind it."""
    ask(console, "create")
    others = {int(one) for one in os.listdir(f"/proc/{console.pid}/task")} - {console.pid}
    assert ctypes.CDLL(None).tgkill(console.pid, min(others), signal.SIGINT) == 0
    console.expect(pexpect.EOF)
    assert console.wait() == 0


@pytest.mark.parametrize("console", [""], indirect=True)
def test_impatient_ctrl_c_changes_nothing(console: pexpect.spawn[str]) -> None:
    ask(console, "create")
    for _ in range(3):
        os.kill(int(console.pid or 0), signal.SIGINT)
    console.expect(pexpect.EOF)
    assert "Traceback" not in str(console.before)
    assert console.wait() == 0


def test_ctrl_c_that_was_swallowed_is_raised_again() -> None:
    interrupt = Interrupt()
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)]
    try:
        interrupt.listen()
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            select.select([], [], [], 10.0)
    finally:
        interrupt.ignore()
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGALRM, before[1])
