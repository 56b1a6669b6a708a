"""The command line of a repro.py: STILL FAILS (1), FIXED (0) or CANNOT REPLAY (2)."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
import traceback
from typing import TYPE_CHECKING, Any

from conformance.machines.repro_player.doors import Raised, open_door
from conformance.machines.repro_player.playing import Playing
from conformance.machines.repro_player.world import CannotReplay, World

if TYPE_CHECKING:
    from collections.abc import Sequence


def replay(data: dict[str, Any], fakes: str, arguments: Sequence[str]) -> int:
    """Replay a failure and say what became of it.

    Args:
        data: the scenario, what is allowed at each step, where and how it failed.
        fakes: package `fake_daemons` as a zip in base64.
        arguments: of the command line.

    Returns:
        The exit code.
    """
    wanted = _options(data).parse_args(arguments)
    say(data["title"])
    if not os.path.isdir("/proc/self/task"):
        say("CANNOT REPLAY: there is no /proc here; use Linux")
        return 2
    world = World(fakes)
    try:
        wrong = _play(world, wanted.implementation, data)
    except CannotReplay as error:
        say(f"CANNOT REPLAY: {error}")
        return 2
    except BaseException as error:  # noqa: BLE001 - an exit code of 1 would accuse somebody
        traceback.print_exc()
        say(f"CANNOT REPLAY: this script broke, or was stopped: {error!r}")
        return 2
    finally:
        world.close()
    if wrong:
        say(f"STILL FAILS on {wanted.implementation}")
        say(wrong, "  ")
        return 1
    say(f"FIXED on {wanted.implementation}: nothing is wrong that this script can see")
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


def _options(data: dict[str, Any]) -> argparse.ArgumentParser:
    about = "Replays a failure. Exit code: 1 STILL FAILS, 0 FIXED, 2 CANNOT REPLAY."
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(
        "implementation",
        nargs="?",
        default=data["implementation"],
        help="py:MODULE:CALLABLE, cmd:COMMAND or mutant:NAME; by default %(default)s",
    )
    return parser


def _play(world: World, implementation: str, data: dict[str, Any]) -> str:
    """Play until something is wrong, as often as the scenario asks for; tell what it is."""
    door = open_door(implementation, world.inherited())
    try:
        for number in range(1, data["scenario"].get("repeat", 1) + 1):
            show = say if number == 1 else _keep_quiet
            wrong = Playing(world, door, data, number, show).run()
            if wrong:
                return wrong
    except Raised as error:
        raise CannotReplay(f"{implementation} cannot be made or asked: {error}") from error
    finally:
        door.close()
    return ""


def _keep_quiet(_text: str) -> None:
    """Say nothing: the first playing has said it."""
