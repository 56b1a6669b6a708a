"""The gate from end to end, in a repository of a user's: every exit code with its message."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from .command import Wfc

if TYPE_CHECKING:
    from pathlib import Path

    from .command import Ended

#: A repository whose gate looks at one clause, so that a test takes seconds.
PROJECT = """
[project]
name = "factory"

[tool.worker-factory-conformance]
impl = "py:factory:make"
baseline = "wfc-baseline.toml"
effort = "none"
clause = ["F-POOL-02"]
"""
GOOD = "from reference_impl import make\n"
#: Hands out the worker released last: F-POOL-02 is broken.
REGRESSED = "from reference_impl.mutants.lifo_pool import make\n"
#: Interrupts the suite, as a Ctrl-C would, when the first worker is asked for.
INTERRUPTING = """
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
ENTRY = '[[deviation]]\nclause = "F-POOL-02"\nwrong = "{wrong}"\nreason = "being ported"\n'
#: As the suite names what REGRESSED does.
WRONG = "wrong_handouts"

pytestmark = pytest.mark.timeout(180)


class Repository:
    """A user's repository."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.wfc = Wfc(place)
        self.write("pyproject.toml", PROJECT)
        self.write("factory.py", GOOD)
        self.write("wfc-baseline.toml", "# What we know of.\n")

    def write(self, name: str, text: str) -> None:
        """Write a file of the repository's."""
        (self.place / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        """Read a file of the repository's."""
        return (self.place / name).read_text(encoding="utf-8")

    def gate(self, *options: str, **env: str) -> Ended:
        """What CI runs."""
        return self.wfc("run", *options, **env)

    def badge(self) -> dict[str, Any]:
        """The badge of the newest run."""
        badge: dict[str, Any] = json.loads(self.read("wfc-report/latest/badge.json"))
        return badge


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def verdict_line(ended: Ended) -> str:
    """The line that says how a run came out; below it stands where the report is."""
    lines = ended.out.splitlines()
    return lines[next(at for at, line in enumerate(lines) if line.startswith("report  ")) - 1]


def updates(ended: Ended) -> list[list[str]]:
    """The commands that a run names for what is stale, as words after `wfc`."""
    named = [line for line in ended.out.splitlines() if line.startswith("update  ")]
    return [shlex.split(line)[2:] for line in named]


def test_a_regression_is_1_until_it_is_accepted(repository: Repository) -> None:
    green = repository.gate()
    assert green.status == 0, green
    assert verdict_line(green).endswith("exit 0")
    assert "FAIL" not in green.out

    repository.write("factory.py", REGRESSED)
    red = repository.gate()
    assert red.status == 1, red
    assert "FAIL  F-POOL-02  MUST  The worker released first is reused first." in red.out
    assert verdict_line(red).startswith("NOT CONFORMANT")
    assert verdict_line(red).endswith("exit 1")
    assert repository.badge()["message"] == "1 clause failed"

    accepted = repository.wfc(
        *("baseline", "accept", "wfc-report/latest", "--clause", "F-POOL-02"),
        *("--reason", "being ported", "--link", "https://example.org/1"),
    )
    assert accepted.status == 0, accepted
    assert accepted.out.startswith(f"accepted F-POOL-02: {WRONG} (for ever)\n")
    assert repository.read("wfc-baseline.toml").startswith("# What we know of.\n")
    known = repository.gate()
    assert known.status == 0, known
    assert "KNOWN  recorded deviations, seen as recorded" in known.out
    assert "being ported (wfc-baseline.toml, https://example.org/1)" in known.out


def test_a_deviation_that_is_repaired_is_6_until_it_is_pruned(repository: Repository) -> None:
    text = "# What we know of.\n\n" + ENTRY.format(wrong=WRONG)
    repository.write("wfc-baseline.toml", text)
    stale = repository.gate()
    assert stale.status == 6, stale
    assert "STALE  F-POOL-02" in stale.out
    assert "recorded as broken, but kept: being ported" in stale.out
    assert verdict_line(stale).endswith("exit 6")

    again = next(line for line in stale.out.splitlines() if line.startswith("  again "))
    same = repository.wfc(*shlex.split(again)[2:])
    assert same.status == 6, same

    (prune,) = updates(stale)
    assert prune == ["baseline", "prune", "wfc-report/latest", "--baseline", "wfc-baseline.toml"]
    pruned = repository.wfc(*prune)
    assert pruned.status == 0, pruned
    assert pruned.out.startswith("removed F-POOL-02: it passes\n")
    assert repository.read("wfc-baseline.toml") == "# What we know of.\n\n"
    assert repository.gate().status == 0


@pytest.mark.parametrize(
    ("more", "because"),
    [
        (
            "expires = 2020-01-01\n",
            "because wfc-baseline.toml: the entry expired on 2020-01-01: being ported",
        ),
        ("", "recorded as something_else, fails another way"),
    ],
)
def test_an_entry_that_holds_no_more_is_6(repository: Repository, more: str, because: str) -> None:
    repository.write("factory.py", REGRESSED)
    wrong = WRONG if more else "something_else"
    repository.write("wfc-baseline.toml", ENTRY.format(wrong=wrong) + more)
    ended = repository.gate()
    assert ended.status == 6, ended
    assert "STALE  F-POOL-02" in ended.out
    assert because in " ".join(ended.out.split())
    (accept,) = updates(ended)
    accepted = repository.wfc(*("never" if word == "DATE" else word for word in accept))
    assert accepted.status == 0, accepted
    assert repository.gate().status == 0


def test_a_run_that_a_failure_cut_short_is_no_reason_to_prune(repository: Repository) -> None:
    """What it did not come to may still fail."""
    repository.write("factory.py", REGRESSED)
    entry = ENTRY.format(wrong=WRONG).replace("F-POOL-02", "F-POOL-01")
    repository.write("wfc-baseline.toml", entry)
    cut = repository.gate("--fail-fast", "--clause", "F-POOL-0?")
    assert verdict_line(cut).startswith("CUT SHORT, so far NOT CONFORMANT"), cut
    assert cut.status == 1
    assert "STALE  F-POOL-01" in cut.out
    assert updates(cut) == []
    refused = repository.wfc("baseline", "prune", "wfc-report/latest")
    assert refused.status == 4, refused
    assert refused.err.startswith("wfc: that run is cut short: ")


def test_what_need_not_show_in_every_run_may_pass(repository: Repository) -> None:
    repository.write("wfc-baseline.toml", ENTRY.format(wrong=WRONG) + "certain = false\n")
    ended = repository.gate()
    assert ended.status == 0, ended
    assert "STALE" not in ended.out


@pytest.mark.parametrize(
    ("name", "text", "options", "said"),
    [
        ("wfc-baseline.toml", ENTRY.replace("POOL", "POLO"), [], "did you mean F-POOL-02"),
        ("wfc-baseline.toml", "[[deviations]]\n", [], "unknown field `deviations`"),
        ("pyproject.toml", PROJECT.replace("effort", "efort"), [], "did you mean `effort`"),
        ("pyproject.toml", PROJECT.replace("none", "nine"), [], "'nine'"),
        ("pyproject.toml", PROJECT + "jobs = 0\n", [], "0 is not in the range"),
        ("pyproject.toml", PROJECT.replace("wfc-b", "wcf-b"), [], "wcf-baseline.toml"),
        ("factory.py", GOOD, ["--clause", "F-POLO-*"], "no clause matches 'F-POLO-*'"),
        ("factory.py", GOOD, ["--gaet"], "--gaet"),
    ],
)
def test_a_typo_is_4_and_one_line(
    repository: Repository, name: str, text: str, options: list[str], said: str
) -> None:
    """Nothing is started, nothing is written."""
    repository.write(name, text)
    ended = repository.gate(*options)
    assert (ended.status, ended.err.count("\n"), ended.out) == (4, 1, ""), ended
    assert said in ended.err
    assert not (repository.place / "wfc-report").exists()


def test_nothing_scored_is_5(repository: Repository) -> None:
    """The clause cannot be observed from outside."""
    ended = repository.gate("--profile", "spark-4.3", "--clause", "F-CONN-18")
    assert ended.status == 5, ended
    assert "cannot be observed from outside" in ended.out
    assert verdict_line(ended).endswith("exit 5")
    assert 'message="Nothing was scored."' in repository.read("wfc-report/latest/junit.xml")


def test_a_selection_never_passes_the_gate(repository: Repository) -> None:
    ended = repository.gate("--gate")
    assert ended.status == 7, ended
    assert verdict_line(ended).startswith("INCOMPLETE")
    assert verdict_line(ended).endswith("exit 7")


def test_the_command_line_opens_a_gate_that_the_settings_shut(repository: Repository) -> None:
    repository.write("pyproject.toml", PROJECT + "gate = true\n")
    assert repository.gate().status == 7
    assert repository.gate("--no-gate").status == 0


def test_what_cannot_be_started_is_8(repository: Repository) -> None:
    repository.write("factory.py", "import no_such_module\n")
    ended = repository.gate()
    assert (ended.status, ended.err.count("\n"), ended.out) == (8, 1, ""), ended
    assert "No module named 'no_such_module'" in ended.err


def test_an_interrupt_is_2_and_leaves_a_report(repository: Repository) -> None:
    repository.write("factory.py", INTERRUPTING)
    ended = repository.gate()
    assert ended.status == 2, ended
    assert verdict_line(ended).startswith("INTERRUPTED, so far INCOMPLETE")
    assert repository.badge() | {"message": "interrupted"} == repository.badge()
    assert 'message="The run was interrupted."' in repository.read("wfc-report/latest/junit.xml")


def test_a_job_of_github_s_gets_annotations_and_a_summary(repository: Repository) -> None:
    """Below the verdict, where commands are read again."""
    repository.write("factory.py", REGRESSED)
    job = repository.place / "summary"
    ended = repository.gate(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(job))
    assert ended.status == 1, ended
    lines = ended.out.splitlines()
    offs = [at for at, line in enumerate(lines) if line.startswith("::stop-commands::")]
    ons = [lines.index(f"::{lines[at].removeprefix('::stop-commands::')}::") for at in offs]
    (told,) = [at for at, line in enumerate(lines) if line.startswith("::error ")]
    assert offs[0] == 0
    assert max(ons) < told
    assert lines[told].startswith(
        "::error title=FAIL F-POOL-02 (MUST)::The worker released first is reused first.%0A"
    )
    assert job.read_text(encoding="utf-8").startswith("## NOT CONFORMANT: `py:factory:make`")
