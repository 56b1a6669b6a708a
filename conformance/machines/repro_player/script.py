"""The command line of a repro.py: STILL FAILS (1), FIXED (0) or CANNOT REPLAY (2)."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
import traceback
from typing import TYPE_CHECKING, Any

from conformance.machines.repro_player.doors import CommandDoor, PythonDoor, Raised, open_door
from conformance.machines.repro_player.judgement import Judge, Seen, count, tell
from conformance.machines.repro_player.performance import Came, Performance
from conformance.machines.repro_player.scene import Scene
from conformance.machines.repro_player.together import Together, play_alone
from conformance.machines.repro_player.world import CannotReplay, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Steps that are asked of the implementation; others are done to processes and faults.
_OPERATIONS = ("create", "exchange", "release", "stop_worker", "stop")


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
            wrong = _Playing(world, door, data, number).run()
            if wrong:
                return wrong
    except Raised as error:
        raise CannotReplay(f"{implementation} cannot be made or asked: {error}") from error
    finally:
        door.close()
    return ""


class _Playing:
    """One time through the scenario."""

    def __init__(
        self, world: World, door: PythonDoor | CommandDoor, data: dict[str, Any], number: int
    ) -> None:
        scenario = data["scenario"]
        self._data = data
        self._scene = Scene(world, scenario["factories"], number)
        self._performance = Performance(door, self._scene, scenario.get("profile", ""))
        self._show: Callable[[str], None] = say if number == 1 else _keep_quiet
        self._judge = Judge()

    def run(self) -> str:
        """Perform and judge step after step; tell the first that is wrong."""
        try:
            for number, step in enumerate(self._data["scenario"].get("steps", [])):
                wrong = self._step(number, step)
                if wrong:
                    return f"step {number + 1}, {self._data['story'][number]}: {wrong}"
        finally:
            self._scene.close()
        return ""

    def _step(self, number: int, step: dict[str, Any]) -> str:
        before = len(self._scene.told())
        branches = self._perform(step)
        self._performance.rest()
        told = self._scene.told()[before:]
        seen = Seen(branches, step["do"] == "together", count(told))
        came = " | ".join(", ".join(map(tell, branch)) for branch in branches)
        self._show(f"  {number + 1:2} {self._data['story'][number]}: {came or 'done'}")
        found = self._judge.judge(seen, self._data["allowed"][number], self._performance.pids)
        return "; ".join(found or self._scene.crowded())

    def _perform(self, step: dict[str, Any]) -> list[list[Came]]:
        if step["do"] == "together":
            branches = Together(self._performance, self._scene, step).play()
            self._ask_all(step, branches)
            return branches
        if step["do"] not in _OPERATIONS:
            self._performance.do(step)
            return []
        came = play_alone(self._performance, step)
        self._performance.ask_who(came)
        return [[came]]

    def _ask_all(self, step: dict[str, Any], branches: list[list[Came]]) -> None:
        """Ask those who are handed out, not given up again, and have one owner."""
        given_up = {
            one["worker"]
            for branch in step["branches"]
            for one in branch
            if one["do"] in ("release", "stop_worker")
        }
        for came in (one for branch in branches for one in branch):
            if came.operation.get("worker") not in given_up and not came.is_double:
                self._performance.ask_who(came)


def _keep_quiet(_text: str) -> None:
    """Say nothing: the first playing has said it."""
