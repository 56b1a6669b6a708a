"""`wfc doctor` in a terminal: a line a stage as it ends, colours, one explanation; Ctrl-C."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pexpect

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = 100
DOCTOR = ("conformance", "doctor", "--python", sys.executable, "--daemon")


def test_a_healthy_daemon_is_told_stage_by_stage(
    spawn: Callable[..., pexpect.spawn[str]],
) -> None:
    """In green, and in the order in which it happens."""
    wfc = spawn(*DOCTOR, "fake_daemons.well_behaved")
    for stage in ("executable", "start", "first bytes", "port", "secret", "echo", "nothing left"):
        wfc.expect(rf"\x1b\[32mok   \x1b\[0m {stage} ")
    wfc.expect_exact("All stages pass")
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == 0


def test_the_first_failure_is_explained(spawn: Callable[..., pexpect.spawn[str]]) -> None:
    """In red; what Spark says, why, what to do; nothing that can be wrapped is too wide."""
    wfc = spawn(*DOCTOR, "fake_daemons.bad_auth")
    wfc.expect(r"\x1b\[31mFAIL \x1b\[0m secret ")
    for label in ("Spark says", "because", "do"):
        wfc.expect(rf"\r\n  {label} +\S")
    wfc.expect_exact("The daemon does not work: secret.")
    wfc.expect(pexpect.EOF)
    assert max(map(len, str(wfc.before).splitlines())) <= COLUMNS
    assert wfc.wait() == 1


def test_an_interrupt_ends_all_that_was_started(spawn: Callable[..., pexpect.spawn[str]]) -> None:
    """While it waits for a daemon that is silent; the fixture sees that nothing is left."""
    wfc = spawn(*DOCTOR, "fake_daemons.never_announces")
    wfc.expect(r"ok   \S* executable ")
    wfc.sendintr()
    wfc.expect_exact("wfc: interrupted")
    wfc.expect(pexpect.EOF)
    assert wfc.wait() == 2
