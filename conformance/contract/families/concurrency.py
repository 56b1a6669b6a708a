"""Clauses on concurrent callers, and on SparkEnv, the factory's own caller."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="F-CONC-01",
        level=Level.MUST,
        text="Any number of concurrent create() calls start at most one daemon at a time.",
        source="page 3; PythonWorkerFactory.startDaemon [J], [E2], [E8]",
        needs=(Need.FAKES, Need.CALLER),
        page=3,
    ),
    Clause(
        id="F-CONC-02",
        level=Level.MUST,
        text="Concurrent create() calls never receive the same worker, if each was released once.",
        source="PythonWorkerFactory.create [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-CONC-03",
        level=Level.MUST,
        text="After the daemon's death concurrent create() calls cause one restart, and all "
        "succeed.",
        source="PythonWorkerFactory.createThroughDaemon [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-CONC-04",
        level=Level.MUST,
        text="Whatever the order of concurrent create() and stop() calls, at most one daemon lives "
        "in the end.",
        source="PythonWorkerFactory.startDaemon, stopDaemon [J], [E8]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-CONC-05",
        level=Level.MUST,
        text="The idle clean-up excludes create and release: it never closes a worker that "
        "create() hands out at the same moment.",
        source="Spark 3.0.0 PythonWorkerFactory, the monitor's lock [J], SPARK-25771",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-ENV-01",
        level=Level.MUST,
        text="Requests to SparkEnv with equal keys share a factory and others do not; the key is "
        "Python executable and envVars, and from Spark 4.0 on worker module and daemon module "
        "too.",
        source="SparkEnv.createPythonWorker [J], Spark 4.3.0 [E6]",
        needs=(Need.ENV, Need.FAKES),
    ),
    Clause(
        id="F-ENV-02",
        level=Level.MUST,
        text="A request to SparkEnv whose useDaemon differs from that of the key's factory fails "
        "with an internal error.",
        source="Spark 4.0.0 SparkEnv.createPythonWorker [J], [E6], SPARK-47346",
        needs=(Need.ENV, Need.FAKES, Need.CALLER),
        since="4.0",
    ),
    Clause(
        id="F-ENV-03",
        level=Level.MUST,
        text="Destroying or releasing a worker through SparkEnv with an unknown key has no effect.",
        source="SparkEnv.destroyPythonWorker, releasePythonWorker [J], Spark 4.3.0 [E6]",
        needs=(Need.ENV, Need.FAKES),
    ),
    Clause(
        id="F-ENV-04",
        level=Level.MUST,
        text="SparkEnv.stop() stops every factory.",
        source="SparkEnv.stop [J]",
        needs=(Need.ENV, Need.FAKES),
    ),
)
