"""Runs the stages on this host."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from typing import TYPE_CHECKING

from conformance.cli.doctor.messages import Gathering
from conformance.cli.doctor.parcel import pack
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, wait_until, wait_until_readable
from conformance.drive.interrupts import current
from conformance.errors import SuiteError
from conformance.observe import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from conformance.cli.doctor.asked import Asked
    from conformance.report.doctor_file import Examination, StageEntry

_TIDY_S = 10.0
_CHUNK_BYTES = 65536
#: Marks everything that the stages start.
_TOKEN = "WFC_DOCTOR_TOKEN"  # noqa: S105 - a variable's name


def examine(asked: Asked, on_stage: Callable[[StageEntry], None]) -> Examination:
    """Run the stages in a process of their own.

    Args:
        asked: what is examined.
        on_stage: told of each stage when it has ended.

    Returns:
        What was seen.

    Raises:
        SuiteError: if the stages themselves break.
        KeyboardInterrupt: if an interrupt has come, when all has been ended.
    """
    token = secrets.token_hex(16)
    gathering = Gathering(asked)
    with tempfile.TemporaryFile() as stderr:
        process = sandbox.start(
            (sys.executable, "-I", "-S", "-", asked.options(token)),
            env=os.environ,
            stderr=stderr.fileno(),
            leads_group=True,
        )
        try:
            hand_over(process, pack())
            for line in lines_of(process, asked.whole_s):
                stage = gathering.take(line)
                if stage is not None:
                    on_stage(stage)
            if not gathering.so_far.is_whole:
                raise SuiteError(f"the doctor's stages broke: {last_line(stderr)}")
        finally:
            with current().held():
                _tidy(process, token)
    return gathering.so_far


def hand_over(process: sandbox.Process, text: str) -> None:
    """Write a text to a process' standard input, then close it.

    Args:
        process: that reads it.
        text: any.
    """
    left = text.encode()
    while left:
        left = left[os.write(process.stdin_fd, left) :]
    process.close_stdin()


def lines_of(process: sandbox.Process, within_s: float) -> Iterator[bytes]:
    """Read what a process writes to its standard output, line by line, as it comes.

    Args:
        process: whose output is ours.
        within_s: limit in seconds for all of it.

    Yields:
        Lines, without their ends.
    """
    deadline = Deadline(within_s)
    rest = b""
    while wait_until_readable(process.stdout_fd, deadline.left_s):
        more = os.read(process.stdout_fd, _CHUNK_BYTES)
        if not more:
            return
        *lines, rest = (rest + more).split(b"\n")
        yield from lines


def _tidy(process: sandbox.Process, token: str) -> None:
    """Let the stages tidy up after themselves; kill what they leave."""
    if process.exit_status() is None:
        process.signal(15)
    process.end(within_s=_TIDY_S)

    def sweep() -> bool:
        left = processes.with_variable(_TOKEN, token)
        for pid in left:
            sandbox.kill(pid)
        return not left

    wait_until(sweep, _TIDY_S)


def last_line(stderr: IO[bytes]) -> str:
    """Read the last line of what a process said before it broke.

    Args:
        stderr: the file that took its standard error.

    Returns:
        The line.
    """
    stderr.seek(0)
    lines = stderr.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "they ended without a word"
