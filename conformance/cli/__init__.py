"""The command `wfc`: where the rooms meet a user at a terminal.

Nothing is imported before `main` runs: Ctrl-C may come at any time, and the sooner somebody
listens, the better.
"""

from __future__ import annotations

import os
import sys

#: Exit codes that no error class of ours carries (README, section on exit codes).
_INTERRUPTED = 2
_HARNESS_ERROR = 3
#: Variable that lets a traceback of ours through, for bug reports.
TRACEBACK = "WFCTRACEBACK"


def main(arguments: list[str] | None = None) -> int:
    """Run `wfc`; what goes wrong ends in one line on stderr, never in a traceback.

    Args:
        arguments: of the command line; if None those of the process, which is ours then:
            an interrupt behind the last word is not heard.

    Returns:
        The exit code.
    """
    try:
        _open_streams()
        from conformance.drive.interrupts import Interrupts  # noqa: PLC0415 - see above

        if arguments is None:
            Interrupts().start()
            return _run(sys.argv[1:])
        with Interrupts():
            return _run(arguments)
    except KeyboardInterrupt:
        return _say("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _INTERRUPTED
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return _say(f"error of the suite: {what} ({TRACEBACK}=1 shows where)", _HARNESS_ERROR)


def _open_streams() -> None:
    """Have the null device for standard streams that were closed, as by `<&-` or a supervisor.

    Else the next files that are opened take their numbers, and what is printed lands there.
    """
    for fd, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(fd, mode, encoding="utf-8", closefd=False))


def _run(arguments: list[str]) -> int:
    from conformance.cli.commands import invoke  # noqa: PLC0415 - see above
    from conformance.drive.interrupts import check  # noqa: PLC0415 - see above

    check()
    return invoke(arguments)


def _say(line: str, code: int) -> int:
    print(f"wfc: {line}", file=sys.stderr)  # noqa: T201 - the last word of the command
    return code
