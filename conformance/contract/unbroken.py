"""Clauses that no mutant breaks, each with the reason; any other has a mutant at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract.clause import Level

if TYPE_CHECKING:
    from conformance.contract.clause import Clause

_PERMISSION = "a permission: nothing to break"
_UNIX = "mutants are made of the reference, which has no Unix domain sockets"
_ENV = "it is about SparkEnv; mutants are made of the reference, which is a factory alone"

#: Why there is no mutant for a MUST or a SHOULD.
REASONS: dict[str, str] = {
    "F-CONN-13": _UNIX,
    "F-CONN-14": _UNIX,
    "F-CONN-18": "it can be read in the source alone: no test can see it broken",
    "F-ENV-01": _ENV,
    "F-ENV-02": _ENV,
    "F-ENV-03": _ENV,
    "F-ENV-04": _ENV,
    "F-SIMP-11": _UNIX,
    "F-SIMP-12": "the door for Python has no isWorkerStopped, which is the JVM's alone",
}


def reason_unbroken(clause: Clause) -> str:
    """Say why a clause has no mutant.

    Args:
        clause: any.

    Returns:
        The reason; empty if it must have one.
    """
    if clause.level is Level.MAY:
        return _PERMISSION
    return REASONS.get(clause.id, "")
