"""Every clause of the contract, family by family.

Keys in the sources: [J] bytecode of the release's jar, [P] its Python source, [E1] to [E10]
runs of the real class with scripted daemons; where no release is named, all examined ones.
"""

from __future__ import annotations

import difflib
from fnmatch import fnmatchcase
from itertools import chain
from typing import TYPE_CHECKING

from conformance.contract.families import (
    concurrency,
    connection,
    daemon,
    pool,
    restart,
    simple,
    start,
    stop,
)
from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.contract.clause import Clause

#: The families, in the order in which a worker meets them.
FAMILIES: dict[str, tuple[Clause, ...]] = {
    "Start of the daemon": start.CLAUSES,
    "Connection and handshake": connection.CLAUSES,
    "Restart": restart.CLAUSES,
    "Pool": pool.CLAUSES,
    "stopWorker and stop": stop.CLAUSES,
    "Concurrency and SparkEnv": concurrency.CLAUSES,
    "Simple workers": simple.CLAUSES,
    "Daemon": daemon.CLAUSES,
}

#: All clauses, in the order of their families.
CLAUSES: tuple[Clause, ...] = tuple(chain.from_iterable(FAMILIES.values()))

_BY_ID = {clause.id: clause for clause in CLAUSES}


def find(clause_id: str) -> Clause:
    """Find a clause.

    Args:
        clause_id: such as `F-RST-01`.

    Returns:
        The clause.

    Raises:
        UsageError: if there is none of that id; it names similar ones.
    """
    if clause_id in _BY_ID:
        return _BY_ID[clause_id]
    near = difflib.get_close_matches(clause_id.upper(), _BY_ID)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise UsageError(f"there is no clause {clause_id!r}{hint}")


def matching(glob: str) -> tuple[Clause, ...]:
    """Find the clauses whose id matches a pattern.

    Args:
        glob: a shell pattern, such as `F-RST-*`.

    Returns:
        The clauses, at least one.

    Raises:
        UsageError: if no id matches; a pattern without effect is a mistake.
    """
    found = tuple(clause for clause in CLAUSES if fnmatchcase(clause.id, glob))
    if not found:
        raise UsageError(f"no clause matches {glob!r}; try F-START-*, F-POOL-* or D-*")
    return found
