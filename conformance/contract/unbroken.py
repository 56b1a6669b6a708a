"""Clauses that no mutant breaks, each with the reason; any other has a mutant at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract.clause import Level

if TYPE_CHECKING:
    from conformance.contract.clause import Clause

_PERMISSION = "a permission: nothing to break"
_ENV = "it is about SparkEnv; mutants are made of the reference, which is a factory alone"
_NATURAL = f"{_ENV}. Spark 3.5 is a natural mutant: judged by the profile spark-4.3 it fails"

#: Why there is no mutant for a MUST or a SHOULD.
REASONS: dict[str, str] = {
    "D-45": "it is about modules that wrap pyspark.daemon, and no mutant does; tests have such",
    "F-CONN-18": "it can be read in the source alone: no test can see it broken",
    "F-ENV-01": _NATURAL,
    "F-ENV-02": _NATURAL,
    "F-ENV-03": _ENV,
    "F-ENV-04": _ENV,
    "F-SIMP-12": "the door for Python has no isWorkerStopped: only Spark's adapter can be asked",
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
