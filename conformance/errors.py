"""Say who is at fault: the caller, the suite, a fake, the machine or the implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ConformanceError(Exception):
    """The suite speaks; the subclass says who is at fault.

    Attributes:
        exit_code: status of `wfc` when this error ends the run, from the table in
            the README.
    """

    exit_code = 3


class UsageError(ConformanceError):
    """You asked for what cannot be: an unknown clause, option, file or profile."""

    exit_code = 4


class DoorError(UsageError):
    """What came through the door does not fit: it cannot be found, started or spoken to."""

    exit_code = 8


class ProtocolError(DoorError):
    """An adapter runs but does not keep the protocol: a finding about the adapter."""


class SuiteError(ConformanceError):
    """The suite broke its own rules: a bug of ours."""


class FakeMisbehaved(ConformanceError):
    """A fake did other than its fault says: a bug of ours."""


class EnvironmentFault(ConformanceError):
    """The machine has no ports, pids, memory or time left: nothing is proven."""

    exit_code = 7


class Undecided(EnvironmentFault):
    """There is no end to the orders that may explain what was seen: nothing is proven."""


class Unobservable(ConformanceError):
    """The implementation gives no way to see this; the clause is UNVERIFIED."""

    exit_code = 0


class ContractViolation(AssertionError):
    """The implementation broke clauses.

    Args:
        findings: what is wrong, one `conformance.evidence.findings.Finding` each.
    """

    def __init__(self, findings: Sequence[object]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
