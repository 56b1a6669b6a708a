"""`wfc` interrupted at moments of its life, one after the other, each hit exactly."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.cli.run import ended_by
from conformance.door.find import ROOT
from conformance.drive.interrupts import Interrupts
from conformance.errors import DoorError

from .command import REFERENCE, Wfc

if TYPE_CHECKING:
    from .command import Ended

INTERRUPTED = 2
#: How the script below ends if the moment never came.
NEVER_CAME = 99
#: `wfc` that sends itself a signal at a moment: an audit event of Python's, or the end of a
#: fork, where Python swallows whatever a handler raises.
STRUCK = """
import os, sys
number, event, what, *sys.argv[1:] = sys.argv[1:]
times = 0

def strike():
    global times
    times += 1
    if times == 1:
        os.kill(os.getpid(), int(number))

def look(name, arguments):
    if name == "tempfile.mkdtemp":
        with open("directories", "a") as file:
            print(arguments[0], file=file)
    if name == event and what in str(arguments):
        strike()

if event == "fork":
    os.register_at_fork(after_in_parent=strike)
sys.addaudithook(look)
from conformance.cli import main
code = main()
sys.exit(code if times else 99)
"""
#: The reference, but the first create interrupts the suite, which waits for its answer.
INTERRUPTS = """
import os, signal
from reference_impl import make as make_reference

def make(*arguments, **options):
    factory = make_reference(*arguments, **options)
    create = factory.create
    def interrupt():
        factory.create = create
        os.kill(os.getppid(), signal.SIGINT)
        return create()
    factory.create = interrupt
    return factory
"""
RUN = ("run", "--impl", REFERENCE, "--clause", "F-RST-03", "--effort", "none")
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])

STARTS = [
    pytest.param("import", "'click'", id="while it reads its command line"),
    pytest.param("tempfile.mkdtemp", "wfc-", id="while its directory is made"),
    pytest.param("subprocess.Popen", "conformance.adapters", id="before the adapter is forked"),
    pytest.param("fork", "", id="in a hook of the fork"),
    pytest.param("open", "adapter-1.stderr", id="while the adapter is started"),
]
MOMENTS = [
    pytest.param("import", "'hypothesis'", id="while pytest starts"),
    pytest.param("open", "scenarios/test_restart.py", id="while tests are collected"),
    pytest.param("open", "/scenario-1/sightings", id="at the start of a test"),
    pytest.param("shutil.rmtree", "/scenario-1", id="at the end of a test"),
    pytest.param("os.rename", "verdict.json", id="while the report is written"),
    pytest.param("shutil.rmtree", "/wfc-", id="while all is put away"),
]


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    return Wfc(tmp_path)


def strike(wfc: Wfc, number: int, moment: tuple[str, str], *arguments: str) -> Ended:
    """Interrupt it then, and see that it leaves no directory; `Wfc` sees to the rest."""
    (wfc.directory / "struck.py").write_text(STRUCK, encoding="utf-8")
    ended = wfc.python("struck.py", str(int(number)), *moment, *arguments)
    assert ended.status != NEVER_CAME, ended
    made = wfc.directory / "directories"
    left = made.read_text(encoding="utf-8").split() if made.exists() else []
    assert [path for path in left if Path(path).exists()] == []
    return ended


@SIGNALS
@pytest.mark.parametrize(("event", "what"), STARTS)
def test_a_run_that_has_not_begun_ends_with_2(
    wfc: Wfc, number: signal.Signals, event: str, what: str
) -> None:
    """Its adapter never answers; there is nothing to report on."""
    impl = wfc.adapter("lines.read()") if event != "subprocess.Popen" else REFERENCE
    ended = strike(wfc, number, (event, what), "run", "--impl", impl)
    assert ended.status == INTERRUPTED, ended
    assert "interrupted" in ended.err
    assert "gnored" not in ended.err
    assert not (wfc.directory / "wfc-report").exists()


@SIGNALS
@pytest.mark.parametrize(("event", "what"), MOMENTS)
def test_a_run_that_has_begun_ends_with_2_and_a_partial_report(
    wfc: Wfc, number: signal.Signals, event: str, what: str
) -> None:
    ended = strike(wfc, number, (event, what), *RUN)
    assert ended.status == INTERRUPTED, ended
    assert ended.err == ""
    report = json.loads((wfc.directory / "wfc-report/latest/verdict.json").read_bytes())
    assert (report["state"], report["exit_code"]) == ("interrupted", INTERRUPTED)
    assert report["errors"] == []


def test_a_machine_that_is_interrupted_finds_nothing(wfc: Wfc) -> None:
    """An example that is cut off proves nothing; what it shows does not end in a search."""
    (wfc.directory / "interrupts.py").write_text(INTERRUPTS, encoding="utf-8")
    ended = wfc("run", "--impl", "py:interrupts:make", "--explore", "60s", "--seed", "1")
    assert ended.status == INTERRUPTED, ended
    assert ended.err == ""
    report = json.loads((wfc.directory / "wfc-report/latest/verdict.json").read_bytes())
    assert (report["state"], report["errors"], report["cases"]) == ("interrupted", [], [])
    assert {one["verdict"] for one in report["clauses"]} <= {"UNVERIFIED", "NOT APPLICABLE"}


@SIGNALS
@pytest.mark.parametrize(
    ("event", "what"),
    [
        *STARTS,
        pytest.param("open", "/scenario-1/sightings", id="when it makes a factory"),
        pytest.param("shutil.rmtree", "/wfc-", id="while all is put away"),
    ],
)
def test_the_doctor_ends_with_2(wfc: Wfc, number: signal.Signals, event: str, what: str) -> None:
    ended = strike(wfc, number, (event, what), "doctor", "--impl", REFERENCE)
    assert ended.status == INTERRUPTED, ended
    assert "interrupted" in ended.err


@SIGNALS
@pytest.mark.parametrize(
    ("event", "what"),
    [
        *STARTS,
        pytest.param("open", "/scenario-1/sightings", id="when it makes a factory"),
        pytest.param("shutil.rmtree", "/scenario-1", id="at its end"),
        pytest.param("shutil.rmtree", "/wfc-", id="while all is put away"),
    ],
)
def test_a_replay_ends_with_2(wfc: Wfc, number: signal.Signals, event: str, what: str) -> None:
    case = next((ROOT / "scenarios" / "regressions").glob("*.yaml"))
    shutil.copy(case, wfc.directory / "case.yaml")
    ended = strike(wfc, number, (event, what), "replay", "case.yaml", "--impl", REFERENCE)
    assert ended.status == INTERRUPTED, ended
    assert "interrupted" in ended.err


def break_down(why: str) -> None:
    raise DoorError(why)


def test_what_an_interrupt_has_broken_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    with Interrupts() as interrupts:
        with pytest.raises(DoorError), ended_by(interrupts):
            break_down("the adapter is no good")
        signal.raise_signal(signal.SIGINT)
        with ended_by(interrupts):
            interrupts.check()
        with ended_by(interrupts):
            break_down("no factory f13")
    assert capsys.readouterr().err == "wfc: while it was being ended: no factory f13\n"
