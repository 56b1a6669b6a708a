"""A daemon module that another interpreter has: it is found, and judged."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.installed import find_installed
from conformance.errors import DoorError, UsageError
from conformance.stage.opening import Wanted, make_run

from .command import Wfc

if TYPE_CHECKING:
    from pathlib import Path


class Elsewhere:
    """A virtual environment that has what the suite's own interpreter has not."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.python = sandbox.make_bare_python(directory)
        (self.packages,) = directory.glob("lib/python3*/site-packages")

    def install(self, name: str, text: str = "raise SystemExit('imported')") -> None:
        """Install a module; whoever imports it is found out."""
        path = self.packages / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def install_release(self, name: str, release: str) -> None:
        """Install what tells which release of a package is there."""
        about = self.packages / f"{name}-{release}.dist-info"
        about.mkdir()
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n"
        (about / "METADATA").write_text(text, encoding="utf-8")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    return Elsewhere(tmp_path / "elsewhere")


def test_a_module_is_found_by_the_interpreter_that_has_it(elsewhere: Elsewhere) -> None:
    elsewhere.install("theirs.daemon")
    found = find_installed("theirs.daemon", elsewhere.python)
    assert (found.daemon.module, found.profile) == ("theirs.daemon", "")
    assert (found.daemon.python_exec, found.daemon.python_path) == (elsewhere.python, "")


def test_its_virtual_environment_will_do(elsewhere: Elsewhere) -> None:
    elsewhere.install("daemon")
    found = find_installed("daemon", str(elsewhere.directory))
    assert found.daemon.python_exec == elsewhere.python


def test_what_is_found_by_pythonpath_only_needs_it(
    elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "daemon.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "mine"))
    found = find_installed("daemon", elsewhere.python)
    assert found.daemon.python_path == str(tmp_path / "mine")


def test_what_is_in_the_working_directory_needs_it(
    elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "daemon.py").touch()
    monkeypatch.chdir(tmp_path)
    assert find_installed("daemon", elsewhere.python).daemon.python_path == str(tmp_path)


@pytest.mark.parametrize("package", ["pyspark", "pyspark-client"])
def test_sparks_own_daemon_is_judged_by_its_line(elsewhere: Elsewhere, package: str) -> None:
    elsewhere.install("pyspark.daemon")
    elsewhere.install("theirs.daemon")
    elsewhere.install_release(package, "4.2.7")
    assert find_installed("pyspark.daemon", elsewhere.python).profile == "spark-4.2"
    assert find_installed("theirs.daemon", elsewhere.python).profile == ""


def test_a_release_of_no_line_that_was_examined_has_no_profile(elsewhere: Elsewhere) -> None:
    elsewhere.install("pyspark.daemon")
    elsewhere.install_release("pyspark", "17.0.0")
    assert find_installed("pyspark.daemon", elsewhere.python).profile == ""


def test_what_its_start_prints_is_no_answer(elsewhere: Elsewhere) -> None:
    elsewhere.install("daemon")
    elsewhere.install("sitecustomize", "print('good morning')")
    assert find_installed("daemon", elsewhere.python).daemon.module == "daemon"


def test_a_module_that_is_not_there_is_a_usage_error(elsewhere: Elsewhere) -> None:
    elsewhere.install("theirs.daemon")
    for name in ("theirs.demon", "theirs.daemon.deeper", "pytest", ""):
        with pytest.raises(UsageError, match="no daemon module") as caught:
            find_installed(name, elsewhere.python)
        assert not isinstance(caught.value, DoorError)


def test_a_module_of_another_interpreter_is_judged(elsewhere: Elsewhere, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "reference_impl", elsewhere.packages / "theirs")
    place = tmp_path / "place"
    place.mkdir()
    wfc = Wfc(place)
    ours = ("run", "--daemon", "theirs.daemon", "--effort", "none", "--clause", "D-0[56]")
    assert wfc(*ours).status == 4
    ended = wfc(*ours, "--python", elsewhere.python)
    assert (ended.status, ended.err) == (0, "")
    assert "2 PASS" in ended.out
    verdict = (place / "wfc-report" / "latest" / "verdict.json").read_text(encoding="utf-8")
    assert f'"asked_python":"{elsewhere.python}"' in verdict.replace(" ", "")


def test_sparks_own_module_is_judged_by_its_release_whoever_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No --python: then it is the suite's own, and that tells the release."""
    (tmp_path / "pyspark").mkdir()
    for name in ("__init__.py", "daemon.py"):
        (tmp_path / "pyspark" / name).touch()
    (tmp_path / "pyspark-4.2.0.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: pyspark\nVersion: 4.2.0\n"
    (tmp_path / "pyspark-4.2.0.dist-info" / "METADATA").write_text(metadata, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    run = make_run(Wanted(daemon="pyspark.daemon"))
    run.close()
    assert run.own_profile == "spark-4.2"
