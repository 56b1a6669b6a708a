"""Where tests run a `repro.py`: beside a copy of the reference, by a bare interpreter."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess  # noqa: TID251 - the scripts are started as their users do
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from conformance.contract.profiles import find_profile
from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.evidence.scenario import Scenario, Wrong
from conformance.machines.repro import fakes_zip, repro_text, to_the_end
from conformance.plan.foresight import foresee

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.evidence.observations import Observation

STILL_FAILS, FIXED, CANNOT_REPLAY = 1, 0, 2
REFERENCE = "py:reference_impl:make"
WITHIN_S = 100.0

WRONG = Wrong(clause="F-POOL-02", wrong="wrong_handouts", expected="w1", actual="w2")


class Came(NamedTuple):
    """What a script said, and with which code it exited."""

    code: int
    text: str


class Bench:
    """A directory with a script and a copy of the implementation, and nothing else."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        shutil.copytree(
            ROOT / "reference_impl",
            directory / "reference_impl",
            ignore=shutil.ignore_patterns("__pycache__", "_tests"),
        )

    def write(
        self,
        scenario: Scenario,
        allowed: Sequence[Sequence[Observation]] = (),
        implementation: str = REFERENCE,
    ) -> None:
        more = len(to_the_end(scenario).steps) - len(allowed)
        some = [*allowed, *([] for _ in range(more))]
        fakes = fakes_zip(ROOT / "fake_daemons")
        text = repro_text(scenario, some, implementation, [WRONG], fakes)
        (self.directory / "repro.py").write_text(text, encoding="utf-8")

    def write_foreseen(self, scenario: Scenario) -> None:
        """Write it as a case is written: with all that the model allows."""
        profile = find_profile(scenario.profile or "documented")
        self.write(scenario, foresee(to_the_end(scenario), profile))

    def make_impatient(self) -> None:
        """Have it wait but briefly for what is too much to go away, as it will not."""
        make_impatient(self.directory)

    def run(self, *arguments: str) -> Came:
        """Run it by a bare interpreter: no site packages, nothing of the checkout."""
        return run_script(self.directory, *arguments)


def make_impatient(directory: Path) -> None:
    """Have a script wait but briefly for what will not come."""
    script = directory / "repro.py"
    text, patience = script.read_text(encoding="utf-8"), "\nSETTLE_S = 5.0\n"
    assert text.count(patience) == 1
    script.write_text(text.replace(patience, "\nSETTLE_S = 0.5\n"), encoding="utf-8")


def run_script(directory: Path, *arguments: str) -> Came:
    """Run a script by a bare interpreter: no site packages, nothing of the checkout."""
    started = start_script(directory, *arguments)
    try:
        text, _ = started.communicate(timeout=WITHIN_S)
    finally:
        started.kill()
    return Came(started.returncode, text)


def start_script(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a script as `run_script` does; all that it prints comes by its stdout."""
    return subprocess.Popen(
        [sys.executable, "-S", "repro.py", *arguments],
        cwd=directory,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        preexec_fn=sandbox.begin_afresh,  # noqa: PLW1509 - what its user's terminal would give
    )


def traces_of(directory: Path) -> list[str]:
    """Processes that a script has left behind: they would run in its directory."""
    found: list[str] = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found += [pid] if os.readlink(f"/proc/{pid}/cwd") == str(directory) else []
        except OSError:
            continue
    return found


def imported_by(text: str) -> set[str]:
    """Packages that a script imports."""
    packages: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            packages.add((node.module or "").partition(".")[0])
    return packages


def defined_twice(text: str) -> list[str]:
    """Names that more than one of the modules joined in a script defines."""
    named: Counter[str] = Counter()
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            named[node.name] += 1
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named.update(one.id for one in targets if isinstance(one, ast.Name))
    return [name for name, times in named.items() if times > 1]
