"""The form of verdict.json: the one source of docs/verdict.schema.json."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable  # noqa: TC003 - public annotation read by tools
from typing import TYPE_CHECKING, Literal

import msgspec

from conformance.contract.clause import Level
from conformance.contract.clauses import find
from conformance.errors import UsageError
from conformance.evidence.findings import Case, ClauseResult, Finding, RunVerdict, Verdict
from conformance.report.legible import legible

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.contract.profiles import Profile

#: Verdicts that say that a clause was judged.
_JUDGED = (Verdict.PASS, Verdict.FAIL, Verdict.KNOWN, Verdict.STALE, Verdict.ADVICE)
#: 256 bits as hexadecimal digits: the form of Spark's secret.
_SECRET = re.compile(r"\b[0-9a-f]{64}\b")


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of verdict.json."""


class Suite(Form, frozen=True, kw_only=True):
    """The suite that judged."""

    name: str
    version: str


class Subject(Form, frozen=True, kw_only=True):
    """What was judged.

    Attributes:
        impl: as the user named it, KIND:ID; empty if a daemon module alone was judged.
        name: as the implementation names itself.
        version: likewise.
        language: likewise.
        capabilities: likewise.
        daemon: daemon module that was judged, empty if there was none.
        asked_daemon: the daemon module that the user named, empty if none.
        asked_python: the interpreter that the user named for it, empty if none.
    """

    impl: str = ""
    name: str = ""
    version: str = ""
    language: str = ""
    capabilities: tuple[str, ...] = ()
    daemon: str = ""
    asked_daemon: str = ""
    asked_python: str = ""


class Host(Form, frozen=True, kw_only=True):
    """Where it was judged.

    Attributes:
        system: name and release of the operating system.
        machine: kind of processor.
        cpus: how many processors the suite may use.
        python: version of the suite's own interpreter.
    """

    system: str = ""
    machine: str = ""
    cpus: int = 0
    python: str = ""


#: How far a run has come.
State = Literal["running", "finished", "cut short", "interrupted"]


class ClauseEntry(Form, frozen=True, kw_only=True):
    """What became of one clause."""

    clause: str
    level: Level
    text: str
    verdict: Verdict
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    tests: tuple[str, ...] = ()


class PlayedTest(Form, frozen=True, kw_only=True):
    """What became of one test, without its findings: they stand with the clauses.

    Attributes:
        id: of the test, as pytest names it.
        clauses: ids of the clauses it is about.
        seconds: how long it took.
        round: which time the suite was played, from 1.
        trace: directory, within the run's, of what was seen in it; empty if nothing is kept.
        inconclusive: why nothing was proven; empty if all went well.
        error: what went wrong in the suite itself; empty if nothing.
    """

    id: str
    clauses: tuple[str, ...]
    seconds: float
    round: int = 1
    trace: str = ""
    inconclusive: str = ""
    error: str = ""


class VerdictFile(Form, frozen=True, kw_only=True):
    """A run: what was judged, by what, and what came of it.

    Attributes:
        format: version of this form.
        suite: that judged.
        command: the command line.
        subject: what was judged.
        host: where.
        profile: name of what it was judged by.
        left_out: what of the suite the user left out, each with the option that did.
        baseline: file of the user's known deviations, as it was named; empty if there was none.
        score_should: whether a SHOULD counted like a MUST.
        is_gate: whether INCOMPLETE counts as inconclusive.
        seed: of every random choice.
        effort: how long the machines searched; `none` if they were left out.
        explore_s: for how many seconds they explored at random; null if they did not.
        jobs: how many processes played.
        rounds: how often the suite was played.
        started_at: date and time in UTC, ISO 8601.
        seconds: wall time.
        state: `running` while the file is still being rewritten, or left so by a kill;
            `cut short` if `--fail-fast` ended it.
        verdict: on the run; while it runs, what it would be if it ended now.
        exit_code: of the command; null while the run goes on.
        counts: how many clauses came to each verdict.
        must_total: how many MUST clauses apply.
        must_verified: how many of those were judged.
        errors: errors of the suite that belong to no clause.
        clauses: one entry for each clause of the contract, in its order.
        tests: one entry for each test that ended, in that order.
        cases: stories that findings name.
    """

    format: Literal["1"] = "1"
    suite: Suite
    command: tuple[str, ...]
    subject: Subject
    host: Host = Host()
    profile: str
    left_out: tuple[str, ...] = ()
    baseline: str = ""
    score_should: bool
    is_gate: bool
    seed: int
    effort: Literal["quick", "default", "thorough", "none"] = "default"
    explore_s: float | None = None
    jobs: int = 1
    rounds: int
    started_at: str
    seconds: float
    state: State
    verdict: RunVerdict
    exit_code: int | None
    counts: dict[str, int]
    must_total: int
    must_verified: int
    errors: tuple[str, ...]
    clauses: tuple[ClauseEntry, ...]
    tests: tuple[PlayedTest, ...]
    cases: tuple[Case, ...] = ()

    def having(self, *verdicts: Verdict) -> tuple[ClauseEntry, ...]:
        """Select clauses by verdict.

        Args:
            *verdicts: any of these.

        Returns:
            The clauses, in the order of the contract.
        """
        return tuple(one for one in self.clauses if one.verdict in verdicts)

    def cases_of(self, entry: ClauseEntry) -> dict[str, Case]:
        """Select the cases that show what became of a clause.

        Args:
            entry: the clause.

        Returns:
            The cases by id, in the order of the findings.
        """
        known = {case.id: case for case in self.cases}
        named = dict.fromkeys(finding.case for finding in entry.findings)
        return {one: known[one] for one in named if one in known}

    def placed(self, directory: Path) -> VerdictFile:
        """Make the paths of cases and traces such that a user can paste them.

        Args:
            directory: of the run.

        Returns:
            The run, with paths that begin with that directory.
        """
        cases = tuple(
            msgspec.structs.replace(case, file=str(directory / case.file)) if case.file else case
            for case in self.cases
        )
        tests = tuple(
            msgspec.structs.replace(test, trace=str(directory / test.trace)) if test.trace else test
            for test in self.tests
        )
        return msgspec.structs.replace(self, cases=cases, tests=tests)

    def trace_of(self, entry: ClauseEntry) -> str:
        """Find what was kept of a scenario that found a clause broken.

        Args:
            entry: the clause.

        Returns:
            Directory of the first such scenario; empty if nothing was kept of any.
        """
        traces = {test.id: test.trace for test in self.tests if test.trace}
        return next((traces[one.test] for one in entry.findings if one.test in traces), "")


def entries(results: Iterable[ClauseResult], profile: Profile) -> tuple[ClauseEntry, ...]:
    """Bring results into the file's form.

    Args:
        results: one a clause.
        profile: by which they were judged; it knows the levels.

    Returns:
        One entry a clause.
    """
    return tuple(_entry(result, profile) for result in results)


def _entry(result: ClauseResult, profile: Profile) -> ClauseEntry:
    clause = find(result.clause)
    return ClauseEntry(
        clause=clause.id,
        level=profile.level(clause),
        text=clause.text,
        verdict=result.verdict,
        reason=legible(result.reason),
        findings=tuple(map(legible_finding, result.findings)),
        tests=result.tests,
    )


def legible_finding(finding: Finding) -> Finding:
    """Show a finding as text that does no harm: what was seen is an implementation's choice.

    Args:
        finding: as it was found.

    Returns:
        The finding, as it can be shown.
    """
    return msgspec.structs.replace(
        finding, expected=legible(finding.expected), actual=legible(finding.actual)
    )


def count(clauses: Iterable[ClauseEntry]) -> dict[str, int]:
    """Count the verdicts.

    Args:
        clauses: the entries.

    Returns:
        Verdict to how many clauses came to it, those with none left out.
    """
    found = Counter(one.verdict for one in clauses)
    return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}


def musts(clauses: Iterable[ClauseEntry]) -> tuple[int, int]:
    """Count the MUST clauses that apply.

    Args:
        clauses: the entries.

    Returns:
        How many apply, and how many of those were judged.
    """
    applying = [
        one
        for one in clauses
        if one.level is Level.MUST and one.verdict is not Verdict.NOT_APPLICABLE
    ]
    return len(applying), sum(one.verdict in _JUDGED for one in applying)


def encode(file: VerdictFile, secrets: Iterable[str] = ()) -> bytes:
    """Write verdict.json, without secrets.

    Args:
        file: what to write.
        secrets: texts that must not stand in it, beside all that looks like a secret.

    Returns:
        The file's content.
    """
    text = msgspec.json.format(msgspec.json.encode(file), indent=1).decode()
    return hidden(text, secrets).encode() + b"\n"


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Take secrets out of a text.

    Args:
        text: any.
        secrets: texts that must not stand in it, beside all that looks like a secret.

    Returns:
        The text without.
    """
    for secret in secrets:
        text = text.replace(secret, "(token)")
    return hide_secrets(text)


def hide_secrets(text: str) -> str:
    """Take out of a text what looks like a factory's secret.

    Args:
        text: any.

    Returns:
        The text without.
    """
    return _SECRET.sub("(secret)", text)


def decode(content: bytes) -> VerdictFile:
    """Read verdict.json.

    Args:
        content: of the file.

    Returns:
        The run.

    Raises:
        UsageError: if it is no verdict.json, or one of another version.
    """
    try:
        return msgspec.json.decode(content, type=VerdictFile)
    except msgspec.DecodeError as error:
        raise UsageError(f"this is no verdict.json of this suite: {error}") from None


def read(place: Path) -> VerdictFile:
    """Read a stored run.

    Args:
        place: the run's directory, or its verdict.json.

    Returns:
        The run.

    Raises:
        UsageError: if there is none, or it cannot be read.
    """
    path = place / "verdict.json" if place.is_dir() else place
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
