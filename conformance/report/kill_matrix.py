"""The form of mutants.json: which test and which clause killed which mutant."""

from __future__ import annotations

from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Literal

import msgspec

from conformance.contract.clause import Level  # noqa: TC001 - msgspec reads it
from conformance.errors import UsageError
from conformance.report.verdict_file import Suite, hide_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Fate(StrEnum):
    """What became of one mutant."""

    #: It shook hands, broke its clause, and broke none that it does not declare.
    KILLED = "killed"
    #: No test saw its clause broken.
    SURVIVED = "survived"
    #: A clause fell that it does not declare.
    UNEXPECTED = "unexpected"
    #: It could not be started.
    NO_HANDSHAKE = "no handshake"
    #: The suite made a mistake; nothing is known of the mutant.
    ERROR = "error"


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of mutants.json."""


class Fall(Form, frozen=True, kw_only=True):
    """A clause seen broken.

    Attributes:
        clause: its id.
        test: that saw it.
        wrong: name of the checker.
        after_s: seconds from the start of the mutant.
    """

    clause: str
    test: str
    wrong: str
    after_s: float


class Surprise(Fall, frozen=True, kw_only=True):
    """A clause seen broken that should not be.

    Attributes:
        expected: what the contract asks for.
        actual: what was seen instead.
    """

    expected: str
    actual: str


class MutantEntry(Form, frozen=True, kw_only=True):
    """What became of one mutant.

    Attributes:
        name: of the mutant.
        text: what it does wrong, in one sentence.
        clauses: what it declares to break, the clause that it is for first.
        profile: by which it was judged.
        machine: that finds it; empty if a fixed scenario does.
        fate: what became of it.
        kill: the finding that killed it; null if none did.
        also: declared clauses that fell beside the one of the kill.
        unexpected: clauses that fell though it does not declare them, each once.
        reason: why it is not killed; empty if it is.
        tests: how many tests were played.
        seconds: how long it took in all.
    """

    name: str
    text: str
    clauses: tuple[str, ...]
    profile: str
    machine: str = ""
    fate: Fate
    kill: Fall | None = None
    also: tuple[str, ...] = ()
    unexpected: tuple[Surprise, ...] = ()
    reason: str = ""
    tests: int = 0
    seconds: float = 0.0

    @property
    def by(self) -> str:
        """Who killed it: the machine by its name, or a test without its folder."""
        test = self.kill.test if self.kill else ""
        _, _, machine = test.partition("test_machine[")
        return f"machine {machine.rstrip(']')}" if machine else test.removeprefix("scenarios/")


class ClauseRow(Form, frozen=True, kw_only=True):
    """One clause, and who shows that it can fail.

    Attributes:
        clause: its id.
        level: how binding it is.
        text: the clause.
        mutants: that are for it.
        reason: why there is none; empty if there is one, or if one is missing.
    """

    clause: str
    level: Level
    text: str
    mutants: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether it has neither a mutant nor a reason."""
        return not self.mutants and not self.reason


class KillMatrix(Form, frozen=True, kw_only=True):
    """A run over mutants.

    Attributes:
        format: version of this form.
        suite: that judged.
        command: the command line.
        is_whole: whether each mutant met every fixed scenario; else it met those of its
            clause, until the first expected finding.
        jobs: how many mutants were played at a time.
        started_at: date and time in UTC, ISO 8601.
        seconds: wall time, the control included.
        control_s: wall time of the control: the reference, unchanged, in the same tests.
        state: `running` while the file is still being rewritten, or left so by a kill.
        exit_code: of the command; null while the run goes on.
        errors: of the suite; with any of them nothing is certain.
        renewed: names of mutants that were played again later; the seconds above do not
            count that.
        mutants: one entry for each that ended, by name.
        clauses: one row for each clause of the contract, in its order; empty if only some
            mutants were asked for.
    """

    format: Literal["1"] = "1"
    suite: Suite
    command: tuple[str, ...]
    is_whole: bool
    jobs: int
    started_at: str
    seconds: float
    control_s: float = 0.0
    state: Literal["running", "finished", "interrupted"]
    exit_code: int | None = None
    errors: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    mutants: tuple[MutantEntry, ...] = ()
    clauses: tuple[ClauseRow, ...] = ()

    def having(self, *fates: Fate) -> tuple[MutantEntry, ...]:
        """Choose mutants by what became of them.

        Args:
            *fates: any of these.

        Returns:
            Their entries, by name.
        """
        return tuple(one for one in self.mutants if one.fate in fates)

    @property
    def missing(self) -> tuple[ClauseRow, ...]:
        """Clauses that have neither a mutant nor a reason."""
        return tuple(row for row in self.clauses if row.is_missing)

    @property
    def median_s(self) -> float:
        """Median of the seconds to a kill; 0 if there was none."""
        return median_kill_s(self.mutants)


def median_kill_s(entries: Iterable[MutantEntry]) -> float:
    """Find the median of the seconds to a kill.

    Args:
        entries: of mutants.

    Returns:
        Seconds; 0 if none was killed.
    """
    taken = [one.kill.after_s for one in entries if one.kill is not None]
    return median(taken) if taken else 0.0


def exit_code_of(matrix: KillMatrix) -> int:
    """Give the exit status of a run over mutants.

    Args:
        matrix: the run.

    Returns:
        2 if it was interrupted, 1 for a mutant that was not killed by its clause or a
        clause without a mutant, 3 for an error of the suite, else 0.
    """
    if matrix.state == "interrupted":
        return 2
    if matrix.having(Fate.SURVIVED, Fate.UNEXPECTED, Fate.NO_HANDSHAKE) or matrix.missing:
        return 1
    return 3 if matrix.errors or matrix.having(Fate.ERROR) else 0


def encode(matrix: KillMatrix) -> bytes:
    """Write a run down.

    Args:
        matrix: the run.

    Returns:
        JSON, to be read by people too, without secrets.
    """
    text = msgspec.json.format(msgspec.json.encode(matrix), indent=1).decode()
    return hide_secrets(text).encode() + b"\n"


def read(path: Path) -> KillMatrix:
    """Read what `encode` wrote.

    Args:
        path: of the file.

    Returns:
        The run.

    Raises:
        UsageError: if it cannot be read, or is no such file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=KillMatrix)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: {error}") from None
