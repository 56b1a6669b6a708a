"""Open a run: from what the user asked for to a started implementation and an empty ledger."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - msgspec reads it
from typing import Literal

import msgspec

from conformance.contract.clauses import matching
from conformance.contract.deviations import Deviation  # noqa: TC001 - msgspec reads it
from conformance.contract.profiles import Profile, find_profile
from conformance.door.daemon import find_daemon
from conformance.door.find import find
from conformance.drive.installed import find_installed
from conformance.drive.interrupts import current
from conformance.errors import UsageError
from conformance.stage.ledger import Ledger, terms_of
from conformance.stage.run import Run

#: How long the machines search; `none`: they are left out.
Effort = Literal["quick", "default", "thorough", "none"]

#: Units of a duration, in seconds.
_UNITS = {"s": 1, "m": 60, "h": 3600}


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """How the machines search.

    Attributes:
        effort: how long, when they do not explore.
        seed: of all they draw.
        explore_s: for how many seconds to explore at random; None if they do not. A
            test is told its own share.
        examples_dir: where hypothesis keeps examples while exploring; None if it does
            not.
        cases_dir: where cases are written, each in a directory of its own; None if
            they are not kept.
    """

    effort: Effort = "default"
    seed: int = 0
    explore_s: float | None = None
    examples_dir: Path | None = None
    cases_dir: Path | None = None

    @property
    def is_exploring(self) -> bool:
        """Whether the machines alone run, at random, for a while."""
        return self.explore_s is not None

    @property
    def has_machines(self) -> bool:
        """Whether the machines run at all."""
        return self.effort != "none"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for; empty where he did not.

    Attributes:
        impl: KIND:ID of the implementation.
        daemon: daemon module to be judged instead of the implementation's own.
        python: interpreter that has the daemon module; the suite's own if empty.
        profile: name of the profile.
        clauses: patterns of clause ids; what matches none is left out.
        score_should: whether a SHOULD counts like a MUST.
        known: deviations that are expected, beside those of the profile.
        expired: clauses whose entry among `known` has expired, with the reason.
        search: how the machines search.
    """

    impl: str = ""
    daemon: str = ""
    python: str = ""
    profile: str = ""
    clauses: tuple[str, ...] = ()
    score_should: bool = False
    known: tuple[Deviation, ...] = ()
    expired: dict[str, str] = {}
    search: Search = Search()

    @property
    def is_selection(self) -> bool:
        """Whether anything is deselected."""
        return bool(self.left_out)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What of the suite is left out, each with the option that says so."""
        left_out = {
            f"all but {' '.join(self.clauses)} (--clause)": bool(self.clauses),
            "the written scenarios (--explore)": self.search.is_exploring,
            "the machines (--effort none)": not self.search.has_machines,
        }
        return tuple(said for said, holds in left_out.items() if holds)

    def check(self) -> Profile | None:
        """See that everything named exists, before anything is started.

        Returns:
            The profile, or None if the user named none.

        Raises:
            UsageError: if something does not exist, or nothing is to be judged.
        """
        if not self.impl and not self.daemon:
            raise UsageError("say what to judge: --impl KIND:ID or --daemon MODULE")
        if self.python and not self.daemon:
            raise UsageError(
                "--python names the interpreter of a daemon module: add --daemon MODULE"
            )
        if self.search.is_exploring and not self.search.has_machines:
            raise UsageError("--explore runs the machines alone, --effort none leaves them out")
        for glob in self.clauses:
            matching(glob)
        return find_profile(self.profile) if self.profile else None


def seconds_in(duration: str) -> float:
    """Read a duration such as `30s`, `10m` or `1h`.

    Args:
        duration: a whole number and its unit.

    Returns:
        Seconds.

    Raises:
        UsageError: if it is no such duration, or no time at all.
    """
    number, unit = duration[:-1], duration[-1:]
    if unit not in _UNITS or not (number.isascii() and number.isdigit()) or not int(number):
        raise UsageError(f"{duration!r} is no duration: write 30s, 10m or 1h")
    return float(int(number) * _UNITS[unit])


class Opened:
    """A run that has been opened; given to pytest as a plugin, it is not opened twice.

    Args:
        run: the run.
        ledger: its ledger, still empty.
        wanted: what the user asked for, with the profile that was chosen.

    Attributes:
        run: the run; whoever opened it closes it.
        ledger: what its tests establish.
        wanted: what was asked for.
    """

    def __init__(self, run: Run, ledger: Ledger, wanted: Wanted) -> None:
        self.run = run
        self.ledger = ledger
        self.wanted = wanted

    @property
    def search(self) -> Search:
        """How the machines search."""
        return self.wanted.search

    def keep_cases(self, directory: Path) -> None:
        """Have cases written.

        Args:
            directory: where; it need not exist.
        """
        search = msgspec.structs.replace(self.search, cases_dir=directory.absolute())
        self.wanted = msgspec.structs.replace(self.wanted, search=search)


def open_run(wanted: Wanted) -> Opened:
    """Start the implementation and open the books.

    Args:
        wanted: what the user asked for.

    Returns:
        The run, to be closed by the caller.

    Raises:
        UsageError: if something asked for does not exist; `DoorError` if the
            implementation cannot be started.
    """
    run = make_run(wanted)
    try:
        return start_run(run, wanted)
    except BaseException:
        with current().held():
            run.close()
        raise


def make_run(wanted: Wanted) -> Run:
    """Make a run; nothing of the implementation is started yet.

    Args:
        wanted: what the user asked for.

    Returns:
        The run, to be closed by the caller.

    Raises:
        UsageError: if something asked for does not exist; `DoorError` if that is an
            interpreter.
    """
    wanted.check()
    implementation = find(wanted.impl) if wanted.impl else None
    is_sparks = wanted.daemon.partition(".")[0] == "pyspark"
    python = wanted.python or (sys.executable if is_sparks else "")
    if python:  # which tells the release of what is Spark's own
        found = find_installed(wanted.daemon, python)
        return Run(implementation, found.daemon, found.profile)
    return Run(implementation, find_daemon(wanted.daemon) if wanted.daemon else None)


def start_run(run: Run, wanted: Wanted) -> Opened:
    """Start the implementation, ask it who it is, and open the books.

    Args:
        run: as `make_run` gave it.
        wanted: what the user asked for.

    Returns:
        The run with its ledger.

    Raises:
        UsageError: if its profile is unknown; `DoorError` if it cannot be started.
    """
    terms = terms_of(
        run,
        wanted.check(),
        is_selection=wanted.is_selection,
        score_should=wanted.score_should,
    )
    known = (*wanted.known, *terms.known)
    judged = msgspec.structs.replace(terms, known=known, expired=wanted.expired)
    chosen = msgspec.structs.replace(wanted, profile=terms.profile.name)
    return Opened(run, Ledger(judged), chosen)
