"""`wfc matrix` as a process: what it runs, what it reads, what it writes, how it ends."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.matrix.options import read_subjects
from conformance.cli.matrix.running import directories
from conformance.contract.clauses import CLAUSES
from conformance.drive.clock import wait_until
from conformance.errors import UsageError
from conformance.evidence.findings import Verdict
from conformance.report.matrix_file import Asked, read

from .command import REFERENCE, Wfc
from .matrices import entry, run, store

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.matrix_file import Matrix

    from .command import Ended

#: Quick, and all that is asked of whoever is run.
QUICK = ("--clause", "F-RST-03", "--effort", "none")
FINE = run(entry("F-POOL-01", Verdict.PASS))
BAD = run(entry("F-POOL-01", Verdict.FAIL))


@pytest.fixture
def wfc(tmp_path: Path) -> Wfc:
    return Wfc(tmp_path)


def write(directory: Path, **subjects: dict[str, str]) -> None:
    """Write the user's file: subjects by name, with their other keys."""
    lines: list[str] = []
    for name, keys in subjects.items():
        pairs = {"name": name, **keys}
        lines += ["[[subject]]", *(f"{key} = {json.dumps(text)}" for key, text in pairs.items())]
    (directory / "m.toml").write_text("\n".join(lines), encoding="utf-8")


def made(wfc: Wfc) -> Matrix:
    """What was written."""
    return read(wfc.directory / "wfc-report" / "matrix" / "matrix.json")


def test_stored_runs_are_read_and_told(wfc: Wfc) -> None:
    """A proven failure of one of them is the exit code of all."""
    write(wfc.directory, good={"run": "good"}, bad={"run": "bad/verdict.json"})
    store(wfc.directory / "good", FINE)
    store(wfc.directory / "bad", BAD)
    ended = wfc("matrix", "m.toml")
    assert (ended.status, ended.err) == (1, "")
    assert "good: CONFORMANT" in ended.out
    assert f"1 of {len(CLAUSES)} clauses differ" in ended.out
    assert [one.report for one in made(wfc).subjects] == ["good", "bad/verdict.json"]
    assert (made(wfc).state, made(wfc).exit_code) == ("finished", 1)
    written = {one.name for one in (wfc.directory / "wfc-report" / "matrix").iterdir()}
    assert written == {"matrix.json", "matrix.md", "matrix.html"}


def test_json_is_all_that_standard_output_gets(wfc: Wfc) -> None:
    write(wfc.directory, good={"run": "good"})
    store(wfc.directory / "good", FINE)
    ended = wfc("matrix", "m.toml", "--json")
    assert ended.status == 0
    assert [one["asked"]["name"] for one in json.loads(ended.out)["subjects"]] == ["good"]


def test_subjects_are_run_in_the_directory_of_their_file(wfc: Wfc) -> None:
    """One that cannot be started stands in the table; settings of `wfc run` are not theirs."""
    place = wfc.directory / "deep"
    place.mkdir()
    write(place, ours={"impl": "py:mine:make", "profile": "spark-4.3"}, none={"impl": "cmd:./none"})
    text = "from reference_impl import make as make\n"
    (place / "mine.py").write_text(text, encoding="utf-8")
    settings = '[tool.worker-factory-conformance]\ndaemon = "no.such.daemon"\n'
    (place / "pyproject.toml").write_text(settings, encoding="utf-8")
    summary = wfc.directory / "summary.md"
    ended = wfc("matrix", "deep/m.toml", *QUICK, GITHUB_STEP_SUMMARY=str(summary))
    assert ended.status == 8, ended
    told = summary.read_text(encoding="utf-8")
    assert told.startswith("# Matrix")
    assert "## INCOMPLETE" not in told  # as the summary of a run begins
    ours, none = made(wfc).subjects
    assert ours.cells["F-RST-03"].verdict is Verdict.PASS
    assert (ours.profile, ours.state, ours.exit_code) == ("spark-4.3", "finished", 0)
    assert (wfc.directory / "wfc-report" / "matrix" / ours.report / "verdict.json").exists()
    assert (none.state, none.exit_code) == ("not started", 8)
    assert "no program './none'" in none.reason
    assert "not started: cmd:./none: no program" in " ".join(ended.out.split())
    assert [one.clause for one in made(wfc).clauses] == ["F-RST-03"]


def test_a_subject_that_names_nothing_real_is_a_usage_error_in_the_table(wfc: Wfc) -> None:
    write(wfc.directory, a={"impl": "py:no_callable"}, b={"run": "nowhere"})
    assert wfc("matrix", "m.toml", *QUICK).status == 4
    assert [(one.state, one.exit_code) for one in made(wfc).subjects] == [("not started", 4)] * 2


def only(wfc: Wfc, *names: str) -> Ended:
    """Run the command for some of its subjects."""
    return wfc("matrix", "m.toml", *(word for name in names for word in ("--only", name)))


def test_only_some_are_done_again_and_the_rest_is_kept(wfc: Wfc) -> None:
    """The stored runs of both have become bad ones; only one of them is looked at."""
    write(wfc.directory, a={"run": "a"}, b={"run": "b"})
    for name in ("a", "b"):
        store(wfc.directory / name, FINE)
    assert wfc("matrix", "m.toml").status == 0
    for name in ("a", "b"):
        (wfc.directory / name / "verdict.json").unlink()
        (wfc.directory / name).rmdir()
        store(wfc.directory / name, BAD)
    assert only(wfc, "b").status == 1
    assert [one.exit_code for one in made(wfc).subjects] == [0, 1]


def test_what_was_never_run_is_not_green(wfc: Wfc) -> None:
    write(wfc.directory, a={"run": "a"}, b={"run": "b"})
    store(wfc.directory / "a", FINE)
    assert only(wfc, "a").status == 7
    assert [one.state for one in made(wfc).subjects] == ["finished", "not run"]


def test_what_is_stored_of_another_question_is_not_kept(wfc: Wfc) -> None:
    write(wfc.directory, a={"run": "a"}, b={"run": "b"})
    for name in ("a", "b"):
        store(wfc.directory / name, FINE)
    assert wfc("matrix", "m.toml").status == 0
    write(wfc.directory, a={"run": "a"}, b={"run": "elsewhere"})
    assert only(wfc, "a").status == 7
    assert "asked otherwise" in made(wfc).subjects[1].reason


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_and_keeps_what_is_there(wfc: Wfc, number: int) -> None:
    """The second subject never answers; `Wfc` sees that no process of it is left."""
    waiting = f"cmd:{sys.executable} adapter.py"
    wfc.adapter("open('waiting', 'w').close(); lines.read()")
    write(wfc.directory, a={"run": "a"}, b={"impl": waiting}, c={"run": "a"})
    store(wfc.directory / "a", FINE)
    started = wfc.start("-m", "conformance", "matrix", "m.toml")
    assert wait_until((wfc.directory / "waiting").exists, 30)
    started.signal(number)
    ended = started()
    assert ended.status == 2, ended
    assert [one.state for one in made(wfc).subjects] == ["finished", "not run", "not run"]
    assert (made(wfc).state, made(wfc).exit_code) == ("interrupted", 2)


def test_a_run_that_has_begun_leaves_what_it_found(wfc: Wfc) -> None:
    """It is told to end as Ctrl-C would tell it, and its partial verdict is a column."""
    write(wfc.directory, a={"impl": REFERENCE}, b={"impl": REFERENCE})
    started = wfc.start("-m", "conformance", "matrix", "m.toml", "--clause", "F-*")
    begun = wfc.directory / "wfc-report" / "matrix" / "runs" / "a" / "latest" / "verdict.json"
    assert wait_until(begun.exists, 30)
    started.signal(signal.SIGINT)
    ended = started()
    assert ended.status == 2, ended
    first, second = made(wfc).subjects
    assert (first.state, first.exit_code, second.state) == ("interrupted", 2, "not run")
    assert "interrupted, so far INCOMPLETE" in " ".join(ended.out.split())
    assert (begun.parent / "report.html").exists()


def test_a_malformed_file_is_one_line(wfc: Wfc) -> None:
    write(wfc.directory, a={"imple": REFERENCE})
    ended = wfc("matrix", "m.toml")
    assert (ended.status, ended.out) == (4, "")
    assert ended.err == "wfc: m.toml: Object contains unknown field `imple` - at `$.subject[0]`\n"
    assert not (wfc.directory / "wfc-report").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"no \[\[subject\]\]"),
        ("[[subject]]\nname = 3\nrun = 'a'", "Expected `str`"),
        ("[[subject]]\nrun = 'a'", "missing required field `name`"),
        ("[[subject]]\nname = 'a'", "nothing to judge"),
        ("[[subject]]\nname = ' '\nrun = 'a'", "a name that can be printed"),
        ('[[subject]]\nname = "\\u001b[31m"\nrun = "a"', "a name that can be printed"),
        ("[[subject]]\nname = 'a'\nrun = 'a'\nimpl = 'py:a:b'", "leave out all but"),
        ("[[subject]]\nname = 'a'\nimpl = 'py:a:b'\npython = 'p'", "python without daemon"),
        ("[[subject]]\nname = 'a'\nimpl = 'py:a:b'\nprofile = 'spark-9'", "no profile"),
        ("[[subject]]\nname = 'a'\nimpl = 'py:a:b'\nlevel = 'may'", "level"),
        ("[[subject]]\nname = 'a'\nrun = 'a'\n" * 2, "two subjects 'a'"),
        ("[[subjects]]\nname = 'a'\nrun = 'a'", "unknown field `subjects`"),
        ("[[subject", "m.toml"),
    ],
)
def test_a_file_that_says_nonsense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_subjects(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "goot"), "no subject 'goot'; it has good"),
        (("--clause", "F-NIL-*"), "no clause matches 'F-NIL-*'"),
        (("--out", "m.toml"), "m.toml"),
    ],
)
def test_an_option_that_cannot_be_is_one_line(
    wfc: Wfc, arguments: tuple[str, ...], said: str
) -> None:
    write(wfc.directory, good={"run": "good"})
    ended = wfc("matrix", "m.toml", *arguments)
    assert ended.status == 4
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_no_two_subjects_share_a_directory_and_none_is_outside() -> None:
    names = ("Spark 4.3", "spark-4.3", "../../etc", "...", "/", "ß")
    asked: Any = tuple(Asked(name=name, impl="py:a:b") for name in names)
    found = directories(asked)
    assert len(set(found.values())) == len(names)
    assert all(path.parts[0] == "runs" and len(path.parts) == 2 for path in found.values())
    assert not {".", ".."} & {path.name for path in found.values()}
