"""What an implementation says of itself breaks no terminal, page or file; nor does a kill."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.report.legible import legible

from .command import REFERENCE, Wfc
from .pages import read_page
from .suites import SuiteRun

HERE = Path(__file__).parent
CLAUSES = ("--clause", "F-RST-08", "--clause", "F-STOP-08", "--effort", "none")
#: No file of a run may be longer than this, in bytes, however much is said.
_LONGEST = 2_000_000


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run on the factory that speaks terribly: the directory of its files, what it printed."""
    place = tmp_path_factory.mktemp("terrible") / "run"
    run = SuiteRun(place, "py:hostile_factories:speaks_terribly", CLAUSES, cwd=HERE)
    status, _ = run.finish()
    assert status == 1, run.output()
    return place / "report" / "latest", run.output()


def test_the_terminal_is_sent_no_escape(told: tuple[Path, str]) -> None:
    """No control character but line ends comes through a pipe; the message is there, cut."""
    _, printed = told
    assert [letter for letter in printed if not letter.isprintable() and letter != "\n"] == []
    assert "<script>alert(1)</script>" in printed
    assert len(printed) < 50_000


def test_no_file_grows_with_what_is_said(told: tuple[Path, str]) -> None:
    """A message of megabytes is cut, and says by how much."""
    directory, _ = told
    sizes = {path.name: path.stat().st_size for path in directory.rglob("*") if path.is_file()}
    assert [name for name, size in sizes.items() if size > _LONGEST] == []
    assert "more characters" in (directory / "verdict.json").read_text(encoding="utf-8")


def test_json_and_junit_can_be_read(told: tuple[Path, str]) -> None:
    """They are UTF-8 and well formed, and tell what was said as text."""
    directory, _ = told
    clauses = json.loads((directory / "verdict.json").read_text(encoding="utf-8"))["clauses"]
    said = [one["actual"] for clause in clauses for one in clause["findings"]]
    assert any("<script>alert(1)" in one for one in said)
    tree = ET.parse(directory / "junit.xml")  # noqa: S314 - our own text
    assert any("<script>alert(1)" in (one.text or "") for one in tree.iter("failure"))


def test_the_page_runs_nothing_of_it(told: tuple[Path, str]) -> None:
    """The page has its own script and no other, no image, no handler."""
    directory, _ = told
    page = read_page((directory / "report.html").read_text(encoding="utf-8"))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.handlers == []
    assert "<script>alert(1)</script>" in page.text


def test_a_replay_and_a_failed_start_are_one_line_and_legible(tmp_path: Path) -> None:
    """Neither an escape sequence nor a line of its own, which a CI log might take for a command."""
    hostile = 'raise RuntimeError("\\x1b]0;t\\x07\\n::error::hostile")\n'
    (tmp_path / "breaks.py").write_text(hostile, encoding="utf-8")
    (tmp_path / "speaks.py").write_text(
        "from reference_impl import make as make_reference\n\n"
        "def create():\n"
        f"    {hostile}\n"
        "def make(*arguments, **options):\n"
        "    factory = make_reference(*arguments, **options)\n"
        "    factory.create = create\n"
        "    return factory\n",
        encoding="utf-8",
    )
    scenario = "wfc: 1\ntitle: It fails\nclauses: [F-POOL-02]\nsteps:\n- {do: create, worker: w1}\n"
    (tmp_path / "scenario.yaml").write_text(scenario, encoding="utf-8")
    wfc = Wfc(tmp_path)
    for arguments, code in (
        (("run", "--impl", "py:breaks:make"), 8),
        (("doctor", "--impl", "py:breaks:make"), 8),
        (("replay", "scenario.yaml", "--impl", "py:speaks:make"), 1),
    ):
        ended = wfc(*arguments)
        said = ended.out + ended.err
        assert ended.status == code, ended
        assert "::error::hostile" in said
        assert [line for line in said.splitlines() if line.startswith("::")] == []
        assert [letter for letter in said if not letter.isprintable() and letter != "\n"] == []


def test_a_killed_run_leaves_a_page_and_no_process(tmp_path: Path) -> None:
    """SIGKILL amid the run: what was found until then can be read, and says that it is no end."""
    wfc = Wfc(tmp_path)
    started = wfc.start("-m", "conformance", "run", "--impl", REFERENCE, "--clause", "F-*")
    page = tmp_path / "wfc-report" / "latest" / "report.html"
    verdict = page.with_name("verdict.json")
    assert wait_until(lambda: _tests_in(verdict) > 1, 30.0)
    started.signal(signal.SIGKILL)
    assert wait_until(lambda: not processes.with_variable("WFC_TEST_MARK", wfc.mark), 10.0)
    assert started().status == -signal.SIGKILL
    read = read_page(page.read_text(encoding="utf-8"))
    assert "did not end" in read.text
    assert read.unclosed == []
    shown = Wfc(tmp_path)("report", "wfc-report/latest")
    assert shown.status == 0
    assert "NOT FINISHED" in shown.out


def _tests_in(verdict: Path) -> int:
    try:
        return len(json.loads(verdict.read_bytes())["tests"])
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 漢 \n\t", "plain ü 漢 \n\t"),
        ("\x1b[31m\x00\x7f", "␛[31m␀␡"),
        ("\ud800\u202e\u200b", "\\ud800\\u202e\\u200b"),
        ("x" * 4001, "x" * 4000 + "… (1 more characters)"),
    ],
)
def test_text_is_made_legible(text: str, shown: str) -> None:
    """Line ends stay, what cannot be printed is shown, length has an end."""
    assert legible(text) == shown
