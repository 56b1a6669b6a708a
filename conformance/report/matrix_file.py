"""The form of matrix.json: many subjects, clause by clause."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

import msgspec

from conformance.contract.clause import Level  # noqa: TC001 - msgspec reads it
from conformance.errors import UsageError
from conformance.evidence.findings import RunVerdict, Verdict
from conformance.report.verdict_file import Subject, Suite, hide_secrets

if TYPE_CHECKING:
    from pathlib import Path

#: What became of a subject: its run came to its end; was interrupted; was killed, or goes on;
#: there is no verdict at all, for a reason; nobody has asked for one yet.
State = Literal["finished", "interrupted", "unfinished", "not started", "not run"]

#: Exit codes in the order in which they win, when subjects differ.
_ORDER = (1, 8, 4, 3, 7, 6, 5)
_FAILED, _INTERRUPTED, _INCONCLUSIVE = 1, 2, 7


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of matrix.json; what is empty is left out."""


class Asked(Form, frozen=True, kw_only=True):
    """One `[[subject]]`, as the user's file has it.

    Attributes:
        name: in the table.
        impl: KIND:ID of an implementation to be run; empty if there is none.
        daemon: daemon module to be run; empty if there is none.
        python: interpreter, or virtual environment, that has the daemon module.
        profile: by which to judge; empty for the subject's own.
        level: whether SHOULD clauses are scored, too.
        baseline: file of known deviations; empty if there is none.
        run: directory, or verdict.json, of a stored run to be read instead.
    """

    name: str
    impl: str = ""
    daemon: str = ""
    python: str = ""
    profile: str = ""
    level: Literal["must", "should"] = "must"
    baseline: str = ""
    run: str = ""


class Recorded(Form, frozen=True, kw_only=True):
    """What the subject's profile records of a clause: how its Spark line breaks it.

    Attributes:
        how: what its releases do instead.
        evidence: where that was seen.
        certain: whether every run shows it.
    """

    how: str
    evidence: str
    certain: bool = True


class Seen(Form, frozen=True, kw_only=True):
    """One wrong that was seen.

    Attributes:
        wrong: name of the checker.
        expected: what the contract asks for.
        actual: what was seen instead.
    """

    wrong: str
    expected: str
    actual: str


class Cell(Form, frozen=True, kw_only=True):
    """What became of one clause in one subject.

    Attributes:
        verdict: on it.
        level: how binding it is there; null if it is that of the row.
        reason: of the verdict.
        recorded: what the profile records.
        seen: the first wrongs that were seen, no two alike.
    """

    verdict: Verdict
    level: Level | None = None
    reason: str = ""
    recorded: tuple[Recorded, ...] = ()
    seen: tuple[Seen, ...] = ()


class Column(Form, frozen=True, kw_only=True):
    """One subject with its verdicts.

    Attributes:
        asked: what the user's file says.
        state: what became of it.
        reason: why it has no verdict; empty if it has one.
        exit_code: of its run; null if it has none.
        about: what was judged; null if nothing was.
        suite: that judged; likewise.
        profile: by which it was judged.
        effort: how long the machines searched.
        verdict: on the run; null if there is none.
        must_total: how many MUST clauses apply.
        must_verified: how many of those were judged.
        started_at: date and time in UTC, ISO 8601.
        seconds: wall time.
        report: directory of its run; relative to that of matrix.json unless it was stored.
        errors: errors of the suite that belong to no clause.
        cells: by the id of the clause.
    """

    asked: Asked
    state: State
    reason: str = ""
    exit_code: int | None = None
    about: Subject | None = None
    suite: Suite | None = None
    profile: str = ""
    effort: str = ""
    verdict: RunVerdict | None = None
    must_total: int = 0
    must_verified: int = 0
    started_at: str = ""
    seconds: float = 0.0
    report: str = ""
    errors: tuple[str, ...] = ()
    cells: dict[str, Cell] = {}

    @property
    def name(self) -> str:
        """Its name in the table."""
        return self.asked.name

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many clauses came to each verdict, those with none left out."""
        found = Counter(cell.verdict for cell in self.cells.values())
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}

    @property
    def weight(self) -> int:
        """The exit code that it counts as.

        What was cut short or never run proves nothing, but for a failure that was seen.
        """
        if self.state in ("finished", "not started"):
            return _INCONCLUSIVE if self.exit_code is None else self.exit_code
        return _FAILED if Verdict.FAIL in self.counts else _INCONCLUSIVE


class Row(Form, frozen=True, kw_only=True):
    """One clause.

    Attributes:
        clause: its id.
        family: it belongs to.
        level: how binding it is, where a cell says no other.
        text: the clause.
    """

    clause: str
    family: str
    level: Level
    text: str


class Matrix(Form, frozen=True, kw_only=True):
    """Many subjects, clause by clause.

    Attributes:
        format: version of this form.
        suite: that put it together.
        command: the command line.
        started_at: date and time in UTC, ISO 8601.
        state: `running` while the file is still being rewritten, or left so by a kill.
        exit_code: of the command; null while it goes on.
        subjects: in the order of the user's file.
        clauses: in the order of the contract; then those that other versions had.
    """

    format: Literal["1"] = "1"
    suite: Suite
    command: tuple[str, ...]
    started_at: str
    state: Literal["running", "finished", "interrupted"]
    exit_code: int | None = None
    subjects: tuple[Column, ...]
    clauses: tuple[Row, ...]

    @property
    def judged(self) -> tuple[Column, ...]:
        """The subjects that have verdicts."""
        return tuple(one for one in self.subjects if one.cells)

    def named(self, name: str) -> Column | None:
        """Find a subject.

        Args:
            name: of the subject.

        Returns:
            Its column; None if there is none.
        """
        return next((one for one in self.subjects if one.name == name), None)


def exit_code_of(matrix: Matrix) -> int:
    """Give the exit status of a matrix.

    Args:
        matrix: in question.

    Returns:
        2 if it was interrupted; else the worst of its subjects: 1 before 8 and 4, which
        say that one has no verdict, then 3, 7, 6, 5; 0 if all are well.
    """
    if matrix.state == "interrupted":
        return _INTERRUPTED
    found = {one.weight for one in matrix.subjects}
    return next((code for code in _ORDER if code in found), 0)


def encode(matrix: Matrix) -> bytes:
    """Write a matrix down.

    Args:
        matrix: in question.

    Returns:
        JSON, to be read by people too, without secrets.
    """
    text = msgspec.json.format(msgspec.json.encode(matrix), indent=1).decode()
    return hide_secrets(text).encode() + b"\n"


def read(path: Path) -> Matrix:
    """Read what `encode` wrote.

    Args:
        path: of the file.

    Returns:
        The matrix.

    Raises:
        UsageError: if it cannot be read, or is no such file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Matrix)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: {error}") from None
