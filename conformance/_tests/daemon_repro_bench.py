"""Where tests run a daemon's `repro.py`: beside copies of the reference and the fakes."""

from __future__ import annotations

import shutil
from pathlib import Path

from conformance._tests.repro_bench import Came, run_script
from conformance.door.find import ROOT
from conformance.door.messages import OwnDaemon
from conformance.drive import sandbox
from conformance.evidence.daemon_scenario import AnyStep, DaemonScenario, Setting
from conformance.machines.daemon_repro import daemon_repro_text
from conformance.observe import processes

REFERENCE = "reference_impl.daemon"

#: A daemon module that tells with which token it was started, and where its probe lies.
TELLER = """\
import os, runpy
with open(os.path.join(os.path.dirname(__file__), "told.new"), "w") as file:
    file.write(os.environ["WFC_TOKEN"] + " " + os.environ["PYTHONPATH"].partition(":")[0])
os.rename(file.name, file.name.replace(".new", ""))
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""


class DaemonBench:
    """A directory with a script, copies of the reference and the fakes, and nothing else."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for name in ("reference_impl", "fake_daemons"):
            ignored = shutil.ignore_patterns("__pycache__", "_tests", "chaos")
            shutil.copytree(ROOT / name, directory / name, ignore=ignored)

    def write(self, *steps: AnyStep, module: str = REFERENCE, reuse: bool = True) -> None:
        scenario = DaemonScenario(
            profile="spark-4.3", daemon=Setting(reuse=reuse), steps=steps, title="What it does"
        )
        self.keep(daemon_repro_text(scenario, self.own(module)))

    def own(self, module: str) -> OwnDaemon:
        return OwnDaemon(module=module, python_path=str(self.directory))

    def keep(self, text: str) -> None:
        (self.directory / "repro.py").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Came:
        came = run_script(self.directory, *arguments)
        living = (pid for pid in sandbox.children() if processes.is_alive(pid))
        # One that has begun to end has no environment any more, by which it could be found.
        left = [pid for pid in living if processes.environment(pid)]
        assert left == []
        sandbox.reap_orphans()
        return came

    def write_teller(self, module: str) -> str:
        (self.directory / "teller.py").write_text(TELLER.format(module=module), encoding="utf-8")
        return "teller"

    def assert_nothing_left(self) -> None:
        """No process with the script's token, and nothing of its directory."""
        token, path = (self.directory / "told").read_text(encoding="utf-8").split()
        assert processes.with_variable("WFC_TOKEN", token) == ()
        assert not Path(path).parent.exists()
