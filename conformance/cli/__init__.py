"""The command `wfc`: where the rooms meet a user at a terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Exit codes that no error class of ours carries (README, section on exit codes).
_INTERRUPTED = 2
_HARNESS_ERROR = 3
#: Variable that lets a traceback of ours through, for bug reports.
_TRACEBACK = "WFC_TRACEBACK"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `wfc`; what goes wrong ends in one line on stderr, never in a traceback.

    Args:
        arguments: of the command line; those of the process if None.

    Returns:
        The exit code.
    """
    try:
        from conformance.cli.commands import invoke  # noqa: PLC0415 - Ctrl-C may come now

        return invoke(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt:
        return _say("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _INTERRUPTED
    except Exception as error:
        if os.environ.get(_TRACEBACK):
            raise
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return _say(f"error of the suite: {what} ({_TRACEBACK}=1 shows where)", _HARNESS_ERROR)


def _say(line: str, code: int) -> int:
    print(f"wfc: {line}", file=sys.stderr)  # noqa: T201 - the last word of the command
    return code
