"""`wfc` as a process in a directory of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.observe import processes

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = "py:reference_impl:make"
#: Answers one call as told, then whatever the text of the script says.
ADAPTER = """
import json, os, socket, sys
channel = socket.socket(fileno=os.dup(0))
lines = channel.makefile("r")
def answer(result):
    request = json.loads(lines.readline())
    send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}))
def send(line):
    channel.sendall(line.encode() + b"\\n")
ABOUT = {"protocol_version": "1", "name": "n", "version": "1", "language": "Python",
         "pid": os.getpid(), "capabilities": []}
"""


class Ended(NamedTuple):
    """How `wfc` ended."""

    status: int | None
    out: str
    err: str


class Wfc:
    """Runs `wfc` in a directory of its own, and sees that nothing of it is left."""

    #: The doctor shows those of daemons.
    shows_tracebacks = False
    #: How long it may take.
    within_s = 60.0

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.mark = f"{directory.parent.name}/{directory.name}"

    def __call__(self, *arguments: str, **env: str) -> Ended:
        return self.python("-m", "conformance", *arguments, **env)

    def python(self, *arguments: str, **env: str) -> Ended:
        return self.start(*arguments, **env)()

    def start(self, *arguments: str, **env: str) -> Started:
        """Start a Python; call what comes back to wait for it."""
        out, err = self.directory / "out", self.directory / "err"
        mine = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "WFC_TEST_MARK": self.mark}
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = sandbox.start(
                [sys.executable, *arguments],
                env=mine | env,
                cwd=str(self.directory),
                stdout=stdout.fileno(),
                stderr=stderr.fileno(),
            )
        return Started(self, process)

    def adapter(self, behaviour: str) -> str:
        """A command whose process behaves so."""
        script = self.directory / "adapter.py"
        script.write_text(ADAPTER + behaviour, encoding="utf-8")
        return f"cmd:{sys.executable} {script}"


class Started:
    """A process that was started; it is waited for by a call."""

    def __init__(self, wfc: Wfc, process: sandbox.Process) -> None:
        self._wfc = wfc
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, number: int) -> None:
        self._process.signal(number)

    def __call__(self) -> Ended:
        self._process.end(within_s=self._wfc.within_s)
        assert processes.with_variable("WFC_TEST_MARK", self._wfc.mark) == ()
        out, err = self._wfc.directory / "out", self._wfc.directory / "err"
        ended = Ended(
            self._process.exit_status(),
            out.read_text(encoding="utf-8"),
            err.read_text(encoding="utf-8"),
        )
        assert "Traceback" not in ended.err + ended.out * (not self._wfc.shows_tracebacks)
        return ended
