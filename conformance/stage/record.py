"""What one scenario established about each clause, until it is weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract.clauses import find
from conformance.errors import ContractViolation
from conformance.evidence.findings import put_down_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.contract.profiles import Profile
    from conformance.evidence.findings import Case, Finding


class Record:
    """Findings by clause, and why some clauses could not be judged.

    Args:
        claimed: ids of the clauses that the scenario is about, the main one first.
        profile: by which it is judged.

    Attributes:
        findings: what is wrong, by clause; an empty list means judged and kept.
        unverified: why a clause could not be judged.
        set_aside: why a clause is not about this implementation after all.
        cases: stories that the findings name.
        trace: directory with what was seen; empty if nothing is kept.
    """

    def __init__(self, claimed: tuple[str, ...], profile: Profile) -> None:
        self.claimed = claimed
        self.findings: dict[str, list[Finding]] = {}
        self.unverified: dict[str, str] = {}
        self.set_aside: dict[str, str] = {}
        self.cases: list[Case] = []
        self.trace = ""
        self._profile = profile

    def judge(self, clause: str, *wrongs: Iterable[Finding]) -> None:
        """Take a checker's findings on a clause.

        Args:
            clause: id; must be one of the claimed ones.
            *wrongs: findings; nothing in them means that the clause is kept.

        Raises:
            KeyError: if the scenario does not claim the clause.
        """
        if clause not in self.claimed:
            raise KeyError(f"the scenario does not claim {clause}")
        if not self._profile.applies(find(clause)):
            return
        self.findings.setdefault(clause, []).extend(put_down_to(clause, *wrongs))

    def witness(self, finding: Finding) -> None:
        """Take a finding on a clause that the scenario is not about: it counts all the same.

        Args:
            finding: with its clause, which the profile has.
        """
        if finding.clause not in self.claimed:
            self.claimed += (finding.clause,)
        self.judge(finding.clause, [finding])

    def give_up(self, clause: str, reason: str) -> None:
        """Say that a clause could not be judged.

        Args:
            clause: its id.
            reason: why.
        """
        self.unverified[clause] = reason

    def leave_out(self, clause: str, reason: str) -> None:
        """Say that a clause asks for nothing here: what it is about is not there.

        Args:
            clause: its id.
            reason: why.
        """
        self.set_aside[clause] = reason

    def give_up_rest(self, reason: str) -> None:
        """Say that what was not judged so far could not be.

        Args:
            reason: why.
        """
        for clause in self.claimed:
            if clause not in self.findings and clause not in self.set_aside:
                self.unverified.setdefault(clause, reason)

    def blame_main(self, finding: Finding) -> ContractViolation:
        """Put a failure that ends the scenario on its main clause.

        Args:
            finding: what went wrong.

        Returns:
            The error to raise.
        """
        main = next((c for c in self.claimed if self._profile.applies(find(c))), self.claimed[0])
        blamed = put_down_to(main, [finding])
        self.findings.setdefault(main, []).extend(blamed)
        return ContractViolation(blamed)

    def all_findings(self) -> tuple[Finding, ...]:
        """Collect the findings on all clauses.

        Returns:
            The findings, by clause.
        """
        return tuple(one for found in self.findings.values() for one in found)
