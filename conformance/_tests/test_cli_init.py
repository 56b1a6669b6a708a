"""`wfc init`: what it writes runs at once, and nothing of the user's is lost."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from conformance.cli.init.kinds import KINDS, guess_kind
from conformance.cli.settings import find_settings
from conformance.drive import sandbox
from conformance.errors import UsageError

from .command import Wfc

if TYPE_CHECKING:
    from pathlib import Path

#: What each kind needs on this machine.
NEEDS = {"python": "python3", "jvm": "javac", "command": "node"}
PROJECT = '# Mine.\n[project]\nname = "x"\n\n[tool.other]\na = 1\n'

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    place = tmp_path / "repository"
    place.mkdir()
    return Wfc(place)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_runs_at_once_and_fails_honestly(wfc: Wfc, kind: str) -> None:
    """One clause that the stand-in keeps, and one that it breaks."""
    if shutil.which(NEEDS[kind], path="/usr/bin:/bin") is None:
        pytest.skip(f"{NEEDS[kind]} is not installed")
    written = wfc("init", "--kind", kind, "--name", "my_factory")
    assert (written.status, written.err) == (0, ""), written
    if build := KINDS[kind].build.replace("@Name@", "MyFactory"):
        process = sandbox.start(
            ["/bin/sh", "-c", build], env={"PATH": "/usr/bin:/bin"}, cwd=str(wfc.directory)
        )
        process.end(within_s=60)
        assert process.exit_status() == 0
    kept = wfc("run", "--effort", "none", "--clause", "F-CONN-01", "--clause", "F-POOL-02")
    assert kept.status == 0, kept
    assert "2 PASS" in kept.out
    broken = wfc("run", "--effort", "none", "--clause", "F-RST-01")
    assert broken.status == 1, broken
    assert "FAIL  F-RST-01  MUST" in broken.out


def test_a_python_factory_without_simple_workers_breaks_no_clause_of_theirs(wfc: Wfc) -> None:
    """NotImplementedError of `make` says so, and is told in its words."""
    assert wfc("init", "--kind", "python", "--name", "my_factory").status == 0
    doctor = wfc("doctor", "--impl", "py:my_factory:make")
    assert (doctor.status, doctor.err) == (0, "")
    assert "  cannot simple " in doctor.out
    run = wfc("run", "--effort", "none", "--clause", "F-SIMP-0[12]")
    assert run.status == 5, run
    assert "FAIL" not in run.out
    assert (
        "cannot start fake_daemons.simple_well_behaved without a daemon\n    MUST    F-SIMP-01"
        in run.out
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_workflow_can_be_read(wfc: Wfc, kind: str) -> None:
    """And no placeholder is left in any file."""
    assert wfc("init", "--kind", kind).status == 0
    path = wfc.directory / ".github" / "workflows" / "conformance.yml"
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["gate"]["steps"]
    assert "OWNER/REPO@REF" in [step.get("uses") for step in steps]
    written = [one for one in wfc.directory.rglob("*") if one.is_file()]
    texts = {one.name: one.read_text(encoding="utf-8").lower() for one in written}
    assert [name for name, text in texts.items() if "@name@" in text or "@set" in text] == []


def test_a_pyproject_keeps_what_stands_in_it(wfc: Wfc) -> None:
    project = wfc.directory / "pyproject.toml"
    project.write_text(PROJECT, encoding="utf-8")
    assert wfc("init").status == 0
    assert project.read_text(encoding="utf-8").startswith(PROJECT)
    assert find_settings(wfc.directory)["run"] == {"impl": "py:conformance_adapter:make"}
    project.write_text(project.read_text(encoding="utf-8") + "jobs = 2\n", encoding="utf-8")
    assert wfc("init", "--name", "other", "--force").status == 0
    assert project.read_text(encoding="utf-8").startswith(PROJECT)
    assert find_settings(wfc.directory)["run"] == {"impl": "py:other:make", "jobs": 2}
    assert not (wfc.directory / "wfc.toml").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("conformance_adapter.py", "mine"),
        (".github/workflows/conformance.yml", "mine"),
        ("wfc.toml", "jobs = 2\n"),
        ("pyproject.toml", "[tool.worker-factory-conformance]\njobs = 2\n"),
        ("pyproject.toml", "[tool"),
        ("pyproject.toml", "tool = 3\n"),
        ("pyproject.toml", "[tool]\nworker-factory-conformance = 3\n"),
    ],
)
def test_what_exists_stays_and_nothing_else_is_written(wfc: Wfc, name: str, text: str) -> None:
    """One line and exit code 4; the same with a file of settings that is none."""
    path = wfc.directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    ended = wfc("init", "--kind", "python")
    assert (ended.status, ended.out, ended.err.count("\n")) == (4, "", 1), ended
    assert name in ended.err
    assert path.read_text(encoding="utf-8") == text
    left = {one for one in wfc.directory.rglob("*") if one.is_file()}
    assert left == {path, wfc.directory / "out", wfc.directory / "err"}


@pytest.mark.parametrize("name", ["9a", "a-b", "../a", "A", "", "class", "os"])
def test_a_name_that_no_module_can_have_is_a_usage_error(wfc: Wfc, name: str) -> None:
    ended = wfc("init", "--name", name)
    assert (ended.status, ended.err.count("\n")) == (4, 1), ended


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ([], "python"),
        (["build.gradle"], "jvm"),
        (["go.mod"], "command"),
        (["pom.xml", "pyproject.toml"], "python"),
    ],
)
def test_the_kind_is_guessed_from_the_repository(
    tmp_path: Path, files: list[str], kind: str
) -> None:
    for name in files:
        (tmp_path / name).touch()
    assert guess_kind(tmp_path) == kind


def test_a_file_of_our_own_holds_settings(tmp_path: Path) -> None:
    """It is nearer than, or stands beside, a pyproject.toml without any."""
    (tmp_path / "wfc.toml").write_text('impl = "py:a:b"\nout = "o"\n', encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    found = find_settings(tmp_path)
    assert found["run"] == {"impl": "py:a:b", "out": str(tmp_path / "o")}
    assert found["doctor"] == {"impl": "py:a:b"}


@pytest.mark.parametrize(
    ("own", "project", "said"),
    [
        ("jobs = 2\n", "[tool.worker-factory-conformance]\njobs = 2\n", "both have settings"),
        ("job = 2\n", "", "did you mean `jobs`"),
        ("[tool.worker-factory-conformance]\njobs = 2\n", "", "unknown field `tool`"),
    ],
)
def test_settings_that_nobody_would_read_are_refused(
    tmp_path: Path, own: str, project: str, said: str
) -> None:
    (tmp_path / "wfc.toml").write_text(own, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        find_settings(tmp_path)
