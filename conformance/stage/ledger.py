"""All that the tests of a run established, and who wants to hear of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping  # noqa: TC003 - read by tools

from conformance.check.verdicts import Established, Terms, is_failure, weigh
from conformance.contract.clause import Need
from conformance.contract.clauses import CLAUSES
from conformance.contract.profiles import Profile  # noqa: TC001 - read by tools
from conformance.evidence.findings import ClauseResult  # noqa: TC001 - read by tools
from conformance.stage.run import Run  # noqa: TC001 - read by tools


class Ledger:
    """What the tests of a run established, in the order in which they ended.

    Args:
        terms: by what is judged.

    Attributes:
        established: one entry a test.
        listeners: called with each new entry.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.established: list[Established] = []
        self.listeners: list[Callable[[Established], None]] = []

    def add(self, entry: Established) -> None:
        """Take what one test established.

        Args:
            entry: of the test.
        """
        self.established.append(entry)
        for listener in self.listeners:
            listener(entry)

    def counts(self, clause: str, entry: Established) -> bool:
        """Tell whether what a test found against a clause counts as a failure.

        Args:
            clause: its id.
            entry: of the test.

        Returns:
            Whether it is neither recorded nor mere advice.
        """
        return is_failure(clause, entry, self.terms)

    def results(self) -> tuple[ClauseResult, ...]:
        """Weigh what has been established so far.

        Returns:
            One result a clause of the contract, in its order.
        """
        return tuple(weigh(one, self.established, self.terms) for one in CLAUSES)


def terms_of(run: Run, profile: Profile | None, *, is_selection: bool, score_should: bool) -> Terms:
    """Find out by what a run is judged.

    Args:
        run: the run; its implementation is started to ask it.
        profile: the user's choice; None for the implementation's own.
        is_selection: whether the user deselected anything.
        score_should: whether a SHOULD counts like a MUST.

    Returns:
        The terms.
    """
    return terms_by(
        profile or run.default_profile(),
        run.own_profile,
        _excluded(run),
        is_selection=is_selection,
        score_should=score_should,
    )


def terms_by(
    profile: Profile,
    own_profile: str | None,
    excluded: Mapping[Need, str],
    *,
    is_selection: bool,
    score_should: bool,
) -> Terms:
    """Make the terms: a release must deviate as recorded, others may.

    Args:
        profile: what must hold.
        own_profile: name of the profile that is the implementation's own, if it has one.
        excluded: needs that the implementation leaves no room for, with the reason.
        is_selection: whether the user deselected anything.
        score_should: whether a SHOULD counts like a MUST.

    Returns:
        The terms.
    """
    is_release = profile.name == own_profile
    return Terms(
        profile=profile,
        known=profile.deviations if is_release else (),
        excused=() if is_release else profile.deviations,
        excluded=excluded,
        is_selection=is_selection,
        score_should=score_should,
    )


def _excluded(run: Run) -> dict[Need, str]:
    excluded: dict[Need, str] = {}
    if run.own_daemon is None:
        excluded[Need.DAEMON] = "the implementation brings no daemon module of its own"
    if run.implementation is None:
        for need in (Need.FAKES, Need.CALLER, Need.LOG, Need.INSPECT, Need.ENV):
            excluded[need] = "a daemon module alone is under test"
    elif "env" not in run.about.capabilities:
        excluded[Need.ENV] = "a factory alone is under test; SparkEnv is its caller"
    return excluded
