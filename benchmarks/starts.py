"""The start of a fake daemon against that of a bare interpreter."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.results import Comparison, Round
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import now_s

#: As many bytes as a port has.
_BARE = ("-c", "import os; os.write(1, b'port')")
_FAKE = ("-m", "fake_daemons.well_behaved")
_ANNOUNCEMENT_BYTES = 4


def compare(rounds: int) -> Comparison:
    """Start both until they have written four bytes.

    Args:
        rounds: how many.

    Returns:
        Seconds a start.
    """
    found = Comparison(name="start", ours="fake daemon", other="bare interpreter", telling="ms")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        python = sandbox.make_bare_python(directory / "python")
        env = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(directory / "pyc"),
            "PYTHON_WORKER_FACTORY_SECRET": "secret",
        }
        for side in (_FAKE, _BARE):
            _start(python, side, env)
        found.rounds = [
            Round(_start(python, _FAKE, env), _start(python, _BARE, env)) for _ in range(rounds)
        ]
    return found


def _start(python: str, arguments: tuple[str, ...], env: dict[str, str]) -> float:
    began_s = now_s()
    process = sandbox.start([python, *arguments], env=env)
    os.read(process.stdout_fd, _ANNOUNCEMENT_BYTES)
    took_s = now_s() - began_s
    process.end()
    return took_s
