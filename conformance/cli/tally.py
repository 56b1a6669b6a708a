"""How far a round is: which clauses and families are done, how long the rest may take."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.contract.clauses import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Before that many tests have ended, no estimate is given.
_ENOUGH = 5


class Tally:
    """How far a round is.

    Args:
        claims: for each test, the clauses it is about.

    Attributes:
        total: how many clauses the round is about.
        tests: how many tests it has.
        ended: how many of those have ended.
    """

    def __init__(self, claims: Iterable[Sequence[str]]) -> None:
        wanted = [tuple(one) for one in claims]
        self.tests = len(wanted)
        self.ended = 0
        self._left = Counter(clause for claimed in wanted for clause in claimed)
        self.total = len(self._left)
        self._families = {
            name: {clause.id for clause in clauses} & set(self._left)
            for name, clauses in FAMILIES.items()
        }

    @property
    def done(self) -> int:
        """How many clauses are done: no test that claims them is left."""
        return sum(map(self.is_done, self._left))

    def is_done(self, clause: str) -> bool:
        """Tell whether nothing that is left of the round can change what became of a clause.

        Args:
            clause: its id.

        Returns:
            Whether no test that claims it is left.
        """
        return self._left[clause] <= 0

    def end_test(self, claimed: Sequence[str]) -> tuple[str, ...]:
        """Count a test that has ended.

        Args:
            claimed: clauses it is about, and others on which it found something.

        Returns:
            Names of the families that this has finished.
        """
        before = self.finished_families()
        self.ended += 1
        self._left.subtract(clause for clause in claimed if clause in self._left)
        return tuple(name for name in self.finished_families() if name not in before)

    def finished_families(self) -> tuple[str, ...]:
        """List the families all of whose clauses are done.

        Returns:
            Their names, in the order of the contract.
        """
        return tuple(
            name
            for name, clauses in self._families.items()
            if clauses and all(map(self.is_done, clauses))
        )

    def clauses_of(self, family: str) -> frozenset[str]:
        """List the clauses of a family that this round is about.

        Args:
            family: its name.

        Returns:
            Their ids.
        """
        return frozenset(self._families[family])

    def left_s(self, elapsed_s: float) -> float | None:
        """Estimate how long the rest takes, by the mean of what has ended.

        Args:
            elapsed_s: seconds since the round began.

        Returns:
            Seconds, or None while too little is known.
        """
        if self.ended < _ENOUGH:
            return None
        return elapsed_s / self.ended * (self.tests - self.ended)
