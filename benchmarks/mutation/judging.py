"""Judges mutants: each is a copy of the package, the suite's scenarios run on it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, now_s, wait_until
from conformance.evidence.findings import Verdict
from conformance.report.verdict_file import VerdictFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.mutation.mutations import Mutant

PACKAGE = "reference_impl"


class Round(NamedTuple):
    """One of the ways in which a mutant is judged: the profile, and how long machines search."""

    profile: str
    effort: str


#: `documented` judges what all releases do, the other the differences of the newest; the
#: machines cost the most, and judge those alone whom no fixed scenario can tell.
FIXED = (Round("documented", "none"), Round("spark-4.3", "none"))
ROUNDS = (*FIXED, Round("documented", "default"))

#: The modules that the daemon loads as well; it knows nothing of the others.
OF_DAEMON = frozenset({"auth"})

#: Far above what a run takes that pays the deadline of many calls.
LIMIT_S = 300.0
#: How long a run may take to clean up once it is interrupted.
_FAREWELL_S = 30.0
#: How often one is played again that was inconclusive, or broke the suite.
_AGAIN = 2

#: Verdicts that tell a mutant from the reference, which keeps even what is recorded as
#: broken by Spark.
_FALLEN = frozenset({Verdict.FAIL, Verdict.ADVICE, Verdict.KNOWN})

_OPTIONS = ("--fail-fast", "--level", "should")


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    NO_START = "killed at start"
    TIMEOUT = "timeout"
    SURVIVED = "survived"
    UNCLEAR = "unclear"


#: By exit code of `wfc run`. 6: the reference keeps what is recorded as broken by Spark.
_OUTCOMES = {0: Outcome.SURVIVED, 1: Outcome.KILLED, 6: Outcome.SURVIVED, 8: Outcome.NO_START}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one run on one mutant.

    Attributes:
        mutant: who was judged.
        round: by which profile, with or without machines.
        outcome: what became of it.
        exit_code: of the run; nothing if it had to be killed.
        clauses: ids of those that failed.
        reason: what the first of them expected and saw; else the end of the output.
        seconds: how long the run took.
    """

    mutant: Mutant
    round: Round
    outcome: Outcome
    exit_code: int | None
    clauses: tuple[str, ...]
    reason: str
    seconds: float


class _Trial:
    """A run that is under way."""

    def __init__(self, mutant: Mutant, how: Round) -> None:
        self.mutant = mutant
        self.round = how
        self._directory = Path(tempfile.mkdtemp(prefix="wfc-mutation-"))
        self._began_s = now_s()
        self._deadline = Deadline(LIMIT_S)
        self._write_package()
        argv = [sandbox.own_python(), "-m", "conformance", "run", "--impl", f"py:{PACKAGE}:make"]
        chosen = ["--profile", how.profile, "--effort", how.effort]
        if self._module not in OF_DAEMON:
            chosen += ["--clause", "F-*"]
        with (self._directory / "output").open("wb") as output:
            self._process = sandbox.start(
                [*argv, *_OPTIONS, *chosen, "--out", str(self._directory / "report")],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=str(self._directory),
                stdout=output.fileno(),
                stderr=output.fileno(),
            )

    def _write_package(self) -> None:
        """Copy the package, compiled files too, but for the one that is another now."""
        package = self._directory / PACKAGE
        leave_out = shutil.ignore_patterns("mutants", "_tests", f"{self._module}.*.pyc")
        shutil.copytree(ROOT / PACKAGE, package, ignore=leave_out)
        (package / f"{self._module}.py").write_text(self.mutant.source, encoding="utf-8")

    @property
    def _module(self) -> str:
        return self.mutant.mutation.module

    def is_over(self) -> bool:
        """Tell whether it has ended, or is out of time."""
        return self._process.exit_status() is not None or self._deadline.is_over

    def finish(self) -> Judgement:
        """End it if need be, read what it found, and leave nothing behind."""
        is_late = self._process.exit_status() is None
        if is_late:
            self._process.signal(signal.SIGINT)
        self._process.end(within_s=_FAREWELL_S)
        code = None if is_late else self._process.exit_status()
        outcome = Outcome.TIMEOUT if is_late else _OUTCOMES.get(code or 0, Outcome.UNCLEAR)
        clauses, reason = self._failures()
        if outcome is Outcome.SURVIVED and clauses:
            outcome = Outcome.KILLED
        shutil.rmtree(self._directory)
        return Judgement(
            mutant=self.mutant,
            round=self.round,
            outcome=outcome,
            exit_code=code,
            clauses=clauses,
            reason=reason,
            seconds=round(now_s() - self._began_s, 1),
        )

    def _failures(self) -> tuple[tuple[str, ...], str]:
        file = self._directory / "report" / "latest" / "verdict.json"
        output = (self._directory / "output").read_text(encoding="utf-8", errors="replace")
        if not file.exists():
            return (), output[-1000:]
        entries = msgspec.json.decode(file.read_bytes(), type=VerdictFile).clauses
        failed = [one for one in entries if one.verdict in _FALLEN]
        found = chain.from_iterable(one.findings for one in failed)
        reasons = [f"expected {one.expected}, saw {one.actual}" for one in found]
        return tuple(one.clause for one in failed), reasons[0] if reasons else output[-1000:]


def judge(
    mutants: Iterable[Mutant], jobs: int, rounds: Sequence[Round] = ROUNDS
) -> Iterator[Judgement]:
    """Judge mutants, several at a time; who survives one round is judged by the next.

    What was inconclusive, or broke the suite, is played again alone: a busy machine
    must not decide.

    Args:
        mutants: all of them.
        jobs: how many runs at a time.
        rounds: in which they are judged.

    Yields:
        The last judgement on each, in the order in which they come.
    """
    unclear: list[Judgement] = []
    for judgement in _several(mutants, rounds, jobs):
        if judgement.outcome in {Outcome.UNCLEAR, Outcome.TIMEOUT}:
            unclear.append(judgement)
        else:
            yield judgement
    for judgement in unclear:
        yield _alone(judgement, rounds)


def _alone(judgement: Judgement, rounds: Sequence[Round]) -> Judgement:
    for _ in range(_AGAIN):
        if judgement.outcome in {Outcome.UNCLEAR, Outcome.TIMEOUT}:
            left = rounds[rounds.index(judgement.round) :]
            (judgement,) = _several([judgement.mutant], left, 1)
    return judgement


def _several(mutants: Iterable[Mutant], rounds: Sequence[Round], jobs: int) -> Iterator[Judgement]:
    """Judge each in one round after another, until it does not survive."""
    waiting = [(mutant, rounds[0]) for mutant in mutants]
    running: list[_Trial] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_Trial(*waiting.pop(0)))
            wait_until(lambda: any(one.is_over() for one in running), LIMIT_S)
            for trial in [one for one in running if one.is_over()]:
                running.remove(trial)
                judgement = trial.finish()
                if judgement.outcome is Outcome.SURVIVED and trial.round != rounds[-1]:
                    following = rounds[rounds.index(trial.round) + 1]
                    waiting.insert(0, (trial.mutant, following))
                else:
                    yield judgement
    finally:
        for trial in running:
            trial.finish()
