"""The command line of a daemon's repro.py."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from conformance.machines.daemon_repro_player.rounds import Rounds
from conformance.machines.daemon_repro_player.started import Daemon, Wanted
from conformance.machines.repro_player.telling import ENDING, conclude, keep_quiet, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.machines.repro_player.world import World


def replay(data: dict[str, Any], packed: str, arguments: Sequence[str]) -> int:
    """Replay a failure and say what became of it.

    Args:
        data: the daemon, the scenario, what the model says of each step, where it failed.
        packed: modules of the probe as a zip in base64.
        arguments: of the command line.

    Returns:
        The exit code.
    """
    named = _options(data).parse_args(arguments)
    wanted = _wanted(data, named.module, named.python)
    subject = wanted.module + (f" by {named.python}" if named.python else "")
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    return conclude(data["title"], subject, packed, lambda world: _play(world, wanted, data))


def _options(data: dict[str, Any]) -> argparse.ArgumentParser:
    about = "Replays a failure. Exit code: 1 STILL FAILS, 0 FIXED, 2 CANNOT REPLAY."
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(
        "module",
        metavar="MODULE",
        nargs="?",
        default="",
        help=f"of the daemon; by default {data['daemon']['module']}".replace("%", "%%"),
    )
    parser.add_argument(
        "--python",
        metavar="EXE",
        default="",
        help="interpreter, or virtual environment, that has the module",
    )
    return parser


def _wanted(data: dict[str, Any], module: str, python: str) -> Wanted:
    """What it was found on, but for what is named; that is looked for here first."""
    found_on = data["daemon"]
    path = "" if python else found_on["python_path"]  # an interpreter has its own
    if module or python:
        path = os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", ""), path])
    is_another = module not in ("", found_on["module"])
    return Wanted(
        module=module or found_on["module"],
        python=python or found_on["python_exec"] or sys.executable,
        path=[os.path.abspath(one) for one in path.split(os.pathsep) if one],
        takes_worker=is_another or found_on["worker_hook"] == "argv",
        reuse=data["reuse"],
    )


def _play(world: World, wanted: Wanted, data: dict[str, Any]) -> str:
    """Start the daemon, as often as the scenario asks for; tell what is wrong with it."""
    for number in range(data["repeat"]):
        daemon = Daemon(world, wanted)
        try:
            wrong = Rounds(daemon, data, say if number == 0 else keep_quiet).run()
        finally:
            daemon.close()
        if wrong:
            return wrong
    return ""
