"""What a repro.py says and how it exits: STILL FAILS (1), FIXED (0) or CANNOT REPLAY (2)."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
import traceback
from typing import TYPE_CHECKING

from conformance.machines.repro_player.world import CannotReplay, World

if TYPE_CHECKING:
    from collections.abc import Callable

#: Signals by which somebody asks the script to end.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def conclude(title: str, subject: str, packed: str, play: Callable[[World], str]) -> int:
    """Replay a failure in a world of its own, and say what became of it.

    Args:
        title: of the failure.
        subject: what it is replayed on.
        packed: what the script carries along, as a zip in base64.
        play: replays it, and tells what is wrong; empty if nothing is.

    Returns:
        The exit code.
    """
    say(title)
    try:
        wrong = _in_a_world(packed, play)
    except CannotReplay as error:
        return _cannot(f"{error}")
    except KeyboardInterrupt:
        return _cannot("this script was stopped")
    except BaseException as error:  # noqa: BLE001 - an exit code of 1 would accuse somebody
        traceback.print_exc()
        return _cannot(f"this script broke, or was stopped: {error!r}")
    if wrong:
        say(f"STILL FAILS on {subject}")
        say(wrong, "  ")
        return 1
    say(f"FIXED on {subject}: nothing is wrong that this script can see")
    return 0


def leave(code: int) -> None:
    """Exit although threads of the implementation may still be at work.

    Args:
        code: the exit code.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def say(text: str, indent: str = "") -> None:
    """Print a paragraph.

    Args:
        text: to print.
        indent: before each line.
    """
    lines = textwrap.wrap(text, 100, initial_indent=indent, subsequent_indent=indent)
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def keep_quiet(_text: str) -> None:
    """Say nothing: an earlier playing of the same has said it.

    Args:
        _text: to be kept.
    """


def _cannot(why: str) -> int:
    say(f"CANNOT REPLAY: {why}")
    return 2


def _in_a_world(packed: str, play: Callable[[World], str]) -> str:
    """Make a world, play in it, and leave nothing of it; nothing interrupts first and last."""
    if not os.path.isdir("/proc/self/task"):
        raise CannotReplay("there is no /proc here; use Linux")
    world: World | None = None
    try:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        world = World(packed)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return play(world)
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        if world is not None:
            world.close()
