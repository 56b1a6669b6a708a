"""Clauses on idle workers: reuse, death, idle timeout, cap."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="F-POOL-01",
        level=Level.MUST,
        text="create() hands out an idle worker if there is one, before it opens a connection.",
        source="page 7; PythonWorkerFactory.create [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
        page=7,
    ),
    Clause(
        id="F-POOL-02",
        level=Level.MUST,
        text="The worker released first is reused first.",
        source="PythonWorkerFactory.idleWorkers, a queue [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-POOL-03",
        level=Level.MUST,
        text="An idle worker whose process no longer exists is not handed out, but discarded with "
        "a line at WARN, and the next one is tried.",
        source="Spark 4.0.0 PythonWorkerFactory.create [J], [E2], SPARK-47565",
        needs=(Need.FAKES, Need.CALLER),
        since="4.0",
    ),
    Clause(
        id="F-POOL-04",
        level=Level.MAY,
        text="An idle worker may be handed out though its process is dead.",
        source="Spark 3.5.9 PythonWorkerFactory.create [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
        until="3.5",
    ),
    Clause(
        id="F-POOL-05",
        level=Level.MUST,
        text="When all idle workers are dead, create() opens a new connection.",
        source="Spark 4.0.0 PythonWorkerFactory.create [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
        since="4.0",
    ),
    Clause(
        id="F-POOL-06",
        level=Level.MUST,
        text="A queued worker that the factory has not registered is discarded, and create() does "
        "not fail on it.",
        source="Spark 4.1.0 PythonWorkerFactory.create [J], [E2] release_unknown, SPARK-52642",
        needs=(Need.FAKES, Need.CALLER),
        since="4.0",
    ),
    Clause(
        id="F-POOL-07",
        level=Level.MUST,
        text="All idle workers are closed 60 to about 70 s after the last release, without a kill "
        "request.",
        source="PythonWorkerFactory.IDLE_WORKER_TIMEOUT_NS and its monitor [J], [E2] LONG",
        needs=(Need.FAKES,),
    ),
    Clause(
        id="F-POOL-08",
        level=Level.MUST,
        text="The idle timeout does not touch active workers.",
        source="PythonWorkerFactory, the monitor of idleWorkers [J], [E2] LONG",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-POOL-09",
        level=Level.MUST,
        text="With a cap of N at most N workers are idle after a release; the oldest are stopped "
        "with a kill request.",
        source="Spark 4.1.0 PythonWorkerFactory.maxIdleWorkerPoolSize [J], [E6], SPARK-52971",
        needs=(Need.FAKES, Need.CALLER),
        since="4.1",
    ),
    Clause(
        id="F-POOL-10",
        level=Level.MUST,
        text="A cap of 0 or less is rejected.",
        source="Spark 4.1.0 spark.python.factory.idleWorkerMaxPoolSize [J], [E6]",
        needs=(Need.CALLER,),
        since="4.1",
    ),
    Clause(
        id="F-POOL-11",
        level=Level.MUST,
        text="A release does not fail because an evicted worker could not be stopped.",
        source="Spark 4.1.0 PythonWorkerFactory.releaseWorker [J]",
        needs=(Need.FAKES, Need.CALLER),
        since="4.1",
    ),
    Clause(
        id="F-POOL-12",
        level=Level.SHOULD,
        text="A worker that is released twice is not handed to two callers.",
        source="PythonWorkerFactory.releaseWorker [J], [E2], [E6]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-POOL-13",
        level=Level.SHOULD,
        text="A stopped worker that is released is not handed out, and create() does not fail on "
        "it.",
        source="PythonWorkerFactory.releaseWorker, create [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-POOL-14",
        level=Level.SHOULD,
        text="stopWorker of an idle worker removes it from the pool.",
        source="PythonWorkerFactory.stopWorker [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-POOL-15",
        level=Level.MAY,
        text="An idle worker may be reused after its daemon has gone.",
        source="PythonWorkerFactory.create [J], [E2], [E7]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-POOL-16",
        level=Level.SHOULD,
        text="create() succeeds also when an idle worker that it discards and the daemon are both "
        "dead.",
        source="Spark 4.0.0 PythonWorkerFactory.create, stopWorker [J], [E8]",
        needs=(Need.FAKES, Need.CALLER),
        since="4.0",
        defect=True,
    ),
    Clause(
        id="F-POOL-17",
        level=Level.MUST,
        text="A release that evicts nobody sends nothing to the worker or to the daemon.",
        source="PythonWorkerFactory.releaseWorker [J]",
        needs=(Need.FAKES,),
    ),
)
