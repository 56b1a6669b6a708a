"""The account of a run: what was established in all rounds, as verdict.json will tell it."""

from __future__ import annotations

import os
import platform
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import conformance
from conformance.check.verdicts import weigh
from conformance.cli.conclusion import conclude
from conformance.contract.clauses import CLAUSES, find
from conformance.drive.clock import now_s
from conformance.evidence.findings import Case, ClauseResult, Verdict
from conformance.report.legible import legible
from conformance.report.verdict_file import (
    Host,
    PlayedTest,
    Subject,
    Suite,
    VerdictFile,
    count,
    entries,
    legible_finding,
    musts,
)

if TYPE_CHECKING:
    from conformance.check.verdicts import Established
    from conformance.cli.options import Options
    from conformance.report.verdict_file import State
    from conformance.stage.opening import Opened
    from conformance.stage.run import Run

#: Verdicts that say nothing against anyone: if rounds differ in these, nothing is proven.
_HARMLESS = (Verdict.PASS, Verdict.ADVICE, Verdict.UNVERIFIED)


class Account:
    """What was established so far.

    Args:
        options: what the user asked for.
        opened: the first round, opened.
        started_at: date and time, for people.

    Attributes:
        results: the verdict on each clause so far, by its id.
        errors: errors of the suite that belong to no clause.
        directory: of the run's files; None if none are written.
    """

    def __init__(self, options: Options, opened: Opened, started_at: str) -> None:
        self.results: dict[str, ClauseResult] = {}
        self.errors: list[str] = []
        self.directory: Path | None = None
        self._options = options
        self._started_at = started_at
        self._began_s = now_s()
        self._terms = opened.ledger.terms
        self._subject = subject_of(opened.run, options)
        self._all: list[Established] = []
        self._round: list[Established] = []
        self._played: list[PlayedTest] = []
        self._cases: dict[str, Case] = {}
        self._rounds: list[dict[str, Verdict]] = []
        for clause in CLAUSES:
            self._weigh(clause.id)

    @property
    def subject(self) -> Subject:
        """What is judged."""
        return self._subject

    @property
    def profile(self) -> str:
        """Name of the profile it is judged by."""
        return self._terms.profile.name

    @property
    def round(self) -> str:
        """Which round is played, such as `round 2 of 20: `; empty if there is but one."""
        total = self._options.rounds
        return f"round {self.round_number} of {total}: " if total > 1 else ""

    @property
    def round_number(self) -> int:
        """Number of the round that is played, from 1."""
        return len(self._rounds) + 1

    def within_run(self, entry: Established) -> Established:
        """Name what was kept from the run's directory: that may be moved as a whole.

        Args:
            entry: what a test established.

        Returns:
            The same with relative paths, and with text that can be shown and stored.
        """
        findings = {
            clause: tuple(map(legible_finding, found)) for clause, found in entry.findings.items()
        }
        return msgspec.structs.replace(
            entry,
            cases=tuple(map(self._within_run, entry.cases)),
            trace=self._relative(entry.trace),
            inconclusive=legible(entry.inconclusive),
            error=legible(entry.error),
            findings=findings,
        )

    def take(self, entry: Established) -> tuple[ClauseResult, ...]:
        """Take what one test established.

        Args:
            entry: of the test.

        Returns:
            The verdicts on the clauses it is about, as they stand now.
        """
        self._all.append(entry)
        self._round.append(entry)
        shown = self.within_run(entry)
        self._cases |= {case.id: case for case in shown.cases}
        self._played.append(
            PlayedTest(
                id=shown.test,
                clauses=shown.claimed,
                seconds=round(shown.seconds, 4),
                round=self.round_number,
                trace=shown.trace,
                inconclusive=shown.inconclusive,
                error=shown.error,
            )
        )
        for clause in entry.claimed:
            self._weigh(clause)
        return tuple(self.results[clause] for clause in entry.claimed)

    def end_round(self) -> None:
        """Close the books of one round; see whether it came out as those before."""
        mine = {one.id: weigh(one, self._round, self._terms).verdict for one in CLAUSES}
        self._rounds.append(mine)
        self._round = []
        for clause, result in self.results.items():
            self.results[clause] = unsteady(result, [one[clause] for one in self._rounds])

    def file(self, state: State) -> VerdictFile:
        """Tell the run as it stands.

        Args:
            state: of the run.

        Returns:
            What verdict.json will hold.
        """
        results = tuple(self.results[clause.id] for clause in CLAUSES)
        clauses = entries(results, self._terms.profile)
        must_total, must_verified = musts(clauses)
        came = conclude(results, self._terms, state, self.errors, is_gate=self._options.is_gate)
        return VerdictFile(
            suite=Suite(name="worker-factory-conformance", version=conformance.__version__),
            command=self._options.command,
            subject=self._subject,
            host=_host(),
            profile=self._terms.profile.name,
            left_out=self._options.wanted.left_out,
            baseline=self._options.baseline,
            score_should=self._terms.score_should,
            is_gate=self._options.is_gate,
            seed=self._options.wanted.search.seed,
            effort=self._options.wanted.search.effort,
            explore_s=self._options.wanted.search.explore_s,
            jobs=self._options.jobs,
            rounds=self._options.rounds,
            started_at=self._started_at,
            seconds=round(now_s() - self._began_s, 3),
            state=state,
            verdict=came.verdict,
            exit_code=came.exit_code,
            counts=count(clauses),
            must_total=must_total,
            must_verified=must_verified,
            errors=tuple(map(legible, self.errors)),
            clauses=clauses,
            tests=tuple(self._played),
            cases=tuple(self._cases.values()),
        )

    def shown(self) -> VerdictFile:
        """Tell the run as it stands, for the terminal.

        Returns:
            The run, with paths that can be pasted.
        """
        file = self.file("running")
        return file.placed(self.directory) if self.directory else file

    def _within_run(self, case: Case) -> Case:
        return msgspec.structs.replace(case, file=self._relative(case.file))

    def _relative(self, path: str) -> str:
        place = self.directory.absolute() if self.directory else None
        if not path or place is None or not Path(path).is_relative_to(place):
            return path
        return str(Path(path).relative_to(place))

    def _weigh(self, clause: str) -> None:
        self.results[clause] = weigh(find(clause), self._all, self._terms)


def _host() -> Host:
    return Host(
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        cpus=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
    )


def unsteady(result: ClauseResult, rounds: list[Verdict]) -> ClauseResult:
    """Mark a clause that did not come out the same in each round.

    Args:
        result: of all rounds taken together.
        rounds: the verdict of each round.

    Returns:
        The result; INCONCLUSIVE if it would be harmless but the rounds differ, and with
        the rounds counted in its reason.
    """
    if len(set(rounds)) <= 1:
        return result
    counted = Counter(rounds).most_common()
    differs = "rounds differ: " + ", ".join(f"{times} {verdict}" for verdict, times in counted)
    verdict = Verdict.INCONCLUSIVE if result.verdict in _HARMLESS else result.verdict
    reason = f"{differs}; {result.reason}" if result.reason else differs
    return msgspec.structs.replace(result, verdict=verdict, reason=reason)


def subject_of(run: Run, options: Options) -> Subject:
    """Tell what is judged.

    Args:
        run: opened.
        options: what the user asked for.

    Returns:
        What verdict.json says about it.
    """
    own = run.own_daemon
    daemon = own.module if own else ""
    asked, python = options.wanted.daemon, options.wanted.python
    if run.implementation is None:
        return Subject(daemon=daemon, asked_daemon=asked, asked_python=python)
    about = run.about
    return Subject(
        impl=options.wanted.impl,
        name=legible(about.name),
        version=legible(about.version),
        language=legible(about.language),
        capabilities=about.capabilities,
        daemon=daemon,
        asked_daemon=asked,
        asked_python=python,
    )
