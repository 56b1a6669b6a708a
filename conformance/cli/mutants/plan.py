"""What is played: by the reference first, as a control, and then by each mutant."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec
import pytest

from conformance.cli.mutants.trial import Order
from conformance.cli.run import SCENARIOS, pytest_settings
from conformance.errors import SuiteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.cli.mutants.gallery import Gallery
    from conformance.cli.mutants.trial import Told
    from conformance.cli.sources import Mutant


class Scenarios:
    """The fixed scenarios, each with the clauses that it is about.

    To find them is to import them all, which every copy of this process then has done.

    Attributes:
        claims: clauses by the id of the test, in the suite's order.
    """

    def __init__(self) -> None:
        self.claims: dict[str, tuple[str, ...]] = {}
        arguments = [*pytest_settings(), "--collect-only", str(SCENARIOS)]
        status = pytest.main(arguments, plugins=[self])
        if status is pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        if status is not pytest.ExitCode.OK or not self.claims:
            raise SuiteError(f"the scenarios cannot be collected: pytest ended with {status!r}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take in what there is.

        Args:
            session: pytest's.
        """
        # Imported only now: pytest wants to load a plugin before anyone else does.
        from conformance.plugin.choice import claimed_by  # noqa: PLC0415

        fixed = [item for item in session.items if item.get_closest_marker("machine") is None]
        self.claims = {item.nodeid: claimed for item in fixed if (claimed := claimed_by(item))}

    def about(self, clause: str) -> tuple[str, ...]:
        """Find the tests of a clause.

        Args:
            clause: its id.

        Returns:
            Their ids, in the suite's order.
        """
        return tuple(test for test, claimed in self.claims.items() if clause in claimed)


class Plan:
    """What each mutant has to go through.

    Args:
        gallery: where the mutants hang.
        mutants: those that are played.
        is_whole: whether each of them meets every fixed scenario.
    """

    def __init__(self, gallery: Gallery, mutants: Sequence[Mutant], *, is_whole: bool) -> None:
        self._gallery = gallery
        self._mutants = mutants
        self._is_whole = is_whole
        self._scenarios = Scenarios()
        #: What each test took the reference, by profile and test.
        self._seconds: dict[tuple[str, str], float] = {}

    def control(self, jobs: int) -> dict[str, Order]:
        """Have the reference play every test that a mutant will meet.

        Args:
            jobs: how many processes share them.

        Returns:
            Orders by name.
        """
        needed: dict[str, dict[str, None]] = {}
        for mutant in self._mutants:
            tests = needed.setdefault(mutant.profile, {})
            tests |= dict.fromkeys(self._tests(mutant))
        return {
            f"control-{profile}-{number}": self._order(self._gallery.reference, profile, share)
            for profile, tests in needed.items()
            for number, share in enumerate(_shares(tests, jobs), 1)
        }

    def take_control(self, order: Order, told: Told) -> list[str]:
        """Learn from the reference which tests are quick.

        Args:
            order: that it has played.
            told: what came of it.

        Returns:
            What makes all further results worthless; empty if all is well.
        """
        for test, seconds in told.seconds.items():
            self._seconds[order.profile, test] = seconds
        falls = [f"{one.clause} falls in {one.test}" for one in told.falls]
        return [
            f"the reference, by {order.profile}: {wrong}"
            for wrong in (told.refusal, *told.errors, *told.doubts, *falls)
            if wrong
        ]

    def orders(self) -> dict[str, Order]:
        """Say what each mutant plays, those first that will take long.

        Returns:
            Orders by the name of the mutant.
        """
        ranked = sorted(self._mutants, key=self._shortest_s, reverse=True)
        return {one.name: self._order_for(one) for one in ranked}

    def _order_for(self, mutant: Mutant) -> Order:
        order = self._order(
            self._gallery.impl.format(mutant.name), mutant.profile, self._tests(mutant)
        )
        main = mutant.clauses[0]
        return msgspec.structs.replace(
            order,
            machine=mutant.machine,
            declared=mutant.clauses,
            stops_at=() if self._is_whole else (main,),
        )

    def _order(self, impl: str, profile: str, tests: Iterable[str]) -> Order:
        return Order(impl=impl, profile=profile, token=secrets.token_hex(8), tests=tuple(tests))

    def _tests(self, mutant: Mutant) -> tuple[str, ...]:
        """Find a mutant's tests: those of its clause, quickest first, then perhaps the rest."""
        own = self._scenarios.about(mutant.clauses[0])
        quickest = sorted(own, key=lambda test: self._seconds.get((mutant.profile, test), 0.0))
        if self._is_whole:
            return tuple(dict.fromkeys([*quickest, *self._scenarios.claims]))
        return () if mutant.machine else tuple(quickest)

    def _shortest_s(self, mutant: Mutant) -> float:
        if mutant.machine:
            return float("inf")
        own = self._scenarios.about(mutant.clauses[0])
        known = (self._seconds.get((mutant.profile, test)) for test in own)
        return min((seconds for seconds in known if seconds is not None), default=0.0)


def _shares(tests: Mapping[str, None], number: int) -> list[list[str]]:
    """Deal tests out, those of one file together: a file is collected as a whole."""
    by_file: dict[str, list[str]] = {}
    for test in tests:
        by_file.setdefault(test.partition("::")[0], []).append(test)
    shares: list[list[str]] = [[] for _ in range(number)]
    for of_file in sorted(by_file.values(), key=len, reverse=True):
        min(shares, key=len).extend(of_file)
    return [share for share in shares if share]
