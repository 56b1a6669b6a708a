"""The command line of a factory's repro.py."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from conformance.machines.repro_player.doors import Raised, open_door
from conformance.machines.repro_player.playing import Playing
from conformance.machines.repro_player.telling import conclude, keep_quiet, say
from conformance.machines.repro_player.world import CannotReplay, World

if TYPE_CHECKING:
    from collections.abc import Sequence


def replay(data: dict[str, Any], packed: str, arguments: Sequence[str]) -> int:
    """Replay a failure and say what became of it.

    Args:
        data: the scenario, what is allowed at each step, where and how it failed.
        packed: package `fake_daemons` as a zip in base64.
        arguments: of the command line.

    Returns:
        The exit code.
    """
    name = _options(data).parse_args(arguments).implementation
    return conclude(data["title"], name, packed, lambda world: _play(world, name, data))


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
            show = say if number == 1 else keep_quiet
            wrong = Playing(world, door, data, number, show).run()
            if wrong:
                return wrong
    except Raised as error:
        raise CannotReplay(f"{implementation} cannot be made or asked: {error}") from error
    finally:
        door.close()
    return ""
