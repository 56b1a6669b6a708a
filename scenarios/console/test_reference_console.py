"""The reference's console: a worker's life, typed by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pexpect

if TYPE_CHECKING:
    from collections.abc import Callable

PROMPT = "factory> "


def ask(console: pexpect.spawn[str], line: str) -> str:
    """Type a line.

    Args:
        console: at its prompt.
        line: to type.

    Returns:
        What is answered before the next prompt, the echo of the line left out.
    """
    console.sendline(line)
    console.expect_exact(PROMPT)
    return str(console.before).partition("\n")[2].replace("\r", "").strip()


def pid_in(answer: str) -> int:
    """Read a pid from an answer.

    Args:
        answer: of the console.

    Returns:
        The pid.
    """
    found = re.search(r"pid (\d+)", answer)
    assert found, answer
    return int(found[1])


def test_a_worker_is_created_asked_released_and_handed_out_again(
    spawn: Callable[..., pexpect.spawn[str]],
) -> None:
    """The same worker comes back, by name and by pid."""
    console = spawn("reference_impl")
    console.expect_exact(PROMPT)
    created = ask(console, "create")
    answered = ask(console, "exchange who are you?")
    assert pid_in(answered) == pid_in(created)
    assert answered.endswith("who are you?")
    ask(console, "release w1")
    assert ask(console, "create") == created
    console.sendline("quit")
    console.expect(pexpect.EOF)
    assert console.wait() == 0


def test_a_stopped_worker_is_not_handed_out_again(
    spawn: Callable[..., pexpect.spawn[str]],
) -> None:
    """After stop-worker the next create gives another process."""
    console = spawn("reference_impl")
    console.expect_exact(PROMPT)
    first = pid_in(ask(console, "create"))
    assert "stopped" in ask(console, "stop-worker w1")
    assert pid_in(ask(console, "create")) != first
    assert f"pid {first}, stopped" in ask(console, "status")


def test_stop_ends_the_daemon_and_the_next_create_starts_another(
    spawn: Callable[..., pexpect.spawn[str]],
) -> None:
    """The daemon's pid stands in the status."""
    console = spawn("reference_impl")
    console.expect_exact(PROMPT)
    ask(console, "create")
    first = pid_in(ask(console, "status"))
    ask(console, "stop")
    assert "daemon: none" in ask(console, "status")
    ask(console, "create")
    assert pid_in(ask(console, "status")) != first


def test_what_it_does_not_know_is_one_line(spawn: Callable[..., pexpect.spawn[str]]) -> None:
    """A wrong word does not end the console."""
    console = spawn("reference_impl")
    console.expect_exact(PROMPT)
    assert ask(console, "restart").count("\n") == 0
    assert ask(console, "release w7").count("\n") == 0
    assert "create" in ask(console, "help")


def test_ctrl_c_ends_it_and_all_it_started(spawn: Callable[..., pexpect.spawn[str]]) -> None:
    """The fixture sees that no daemon and no worker is left."""
    console = spawn("reference_impl")
    console.expect_exact(PROMPT)
    ask(console, "create")
    console.sendintr()
    console.expect(pexpect.EOF)
    assert "Traceback" not in str(console.before)
    assert console.wait() == 0


def test_the_end_of_input_ends_it(spawn: Callable[..., pexpect.spawn[str]]) -> None:
    """Ctrl-D is quit."""
    console = spawn("reference_impl")
    console.expect_exact(PROMPT)
    ask(console, "create")
    console.sendeof()
    console.expect(pexpect.EOF)
    assert console.wait() == 0
