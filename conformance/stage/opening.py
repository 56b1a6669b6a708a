"""Open a run: from what the user asked for to a started implementation and an empty ledger."""

from __future__ import annotations

import msgspec

from conformance.contract.clauses import matching
from conformance.contract.deviations import Deviation  # noqa: TC001 - msgspec reads it
from conformance.contract.profiles import Profile, find_profile
from conformance.door.daemon import find_daemon
from conformance.door.find import find
from conformance.errors import UsageError
from conformance.stage.ledger import Ledger, terms_of
from conformance.stage.run import Run


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for; empty where he did not.

    Attributes:
        impl: KIND:ID of the implementation.
        daemon: daemon module to be judged instead of the implementation's own.
        profile: name of the profile.
        clauses: patterns of clause ids; what matches none is left out.
        score_should: whether a SHOULD counts like a MUST.
        known: deviations that are expected, beside those of the profile.
        expired: clauses whose entry among `known` has expired, with the reason.
    """

    impl: str = ""
    daemon: str = ""
    profile: str = ""
    clauses: tuple[str, ...] = ()
    score_should: bool = False
    known: tuple[Deviation, ...] = ()
    expired: dict[str, str] = {}

    def check(self) -> Profile | None:
        """See that everything named exists, before anything is started.

        Returns:
            The profile, or None if the user named none.

        Raises:
            UsageError: if something does not exist, or nothing is to be judged.
        """
        if not self.impl and not self.daemon:
            raise UsageError("say what to judge: --impl KIND:ID or --daemon MODULE")
        for glob in self.clauses:
            matching(glob)
        return find_profile(self.profile) if self.profile else None


class Opened:
    """A run that has been opened; given to pytest as a plugin, it is not opened twice.

    Args:
        run: the run.
        ledger: its ledger, still empty.

    Attributes:
        run: the run; whoever opened it closes it.
        ledger: what its tests establish.
    """

    def __init__(self, run: Run, ledger: Ledger) -> None:
        self.run = run
        self.ledger = ledger


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
        run.close()
        raise


def make_run(wanted: Wanted) -> Run:
    """Make a run; nothing of the implementation is started yet.

    Args:
        wanted: what the user asked for.

    Returns:
        The run, to be closed by the caller.

    Raises:
        UsageError: if something asked for does not exist.
    """
    wanted.check()
    daemon = find_daemon(wanted.daemon) if wanted.daemon else None
    implementation = find(wanted.impl) if wanted.impl else None
    return Run(implementation, daemon)


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
        is_selection=bool(wanted.clauses),
        score_should=wanted.score_should,
    )
    known = (*wanted.known, *terms.known)
    return Opened(run, Ledger(msgspec.structs.replace(terms, known=known, expired=wanted.expired)))
