"""Clauses on stopWorker, stop, and what they leave behind."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="F-STOP-01",
        level=Level.MUST,
        text="stopWorker writes the worker's registered pid, 4 bytes big endian, to the daemon's "
        "stdin, flushes it, and then closes the worker's connection.",
        source="page 5; PythonWorkerFactory.stopWorker [J], [E2], [E7]",
        needs=(Need.FAKES,),
        page=5,
    ),
    Clause(
        id="F-STOP-02",
        level=Level.MUST,
        text="stopWorker of an unregistered worker only closes its connection.",
        source="PythonWorkerFactory.stopWorker [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-STOP-03",
        level=Level.MUST,
        text="stopWorker while there is no daemon, as after stop(), only closes the connection.",
        source="PythonWorkerFactory.stopWorker [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-STOP-04",
        level=Level.MUST,
        text="A second stopWorker of the same worker does not fail; it may repeat the kill "
        "request.",
        source="PythonWorkerFactory.stopWorker [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-STOP-05",
        level=Level.SHOULD,
        text="stopWorker closes the connection and does not fail when the daemon is dead.",
        source="PythonWorkerFactory.stopWorker [J], [E7]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-STOP-06",
        level=Level.SHOULD,
        text="The pid of an earlier daemon's worker is not sent to a later daemon.",
        source="PythonWorkerFactory.stopWorker [J], [E2] cross_gen",
        needs=(Need.FAKES,),
        defect=True,
    ),
    Clause(
        id="F-STOP-07",
        level=Level.MUST,
        text="stop() closes the idle workers, terminates the daemon (SIGTERM, and the end of its "
        "stdin) and forgets it.",
        source="page 3; PythonWorkerFactory.stopDaemon [J], [E2], [E8]",
        needs=(Need.FAKES,),
        page=3,
    ),
    Clause(
        id="F-STOP-08",
        level=Level.MUST,
        text="stop() is allowed before the first create() and again after stop(), without effect "
        "and without failure.",
        source="PythonWorkerFactory.stop [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-STOP-09",
        level=Level.MUST,
        text="create() after stop() works and starts a new daemon.",
        source="page 3; PythonWorkerFactory.stop, startDaemon [J], [E2]",
        needs=(Need.FAKES, Need.CALLER),
        page=3,
    ),
    Clause(
        id="F-STOP-10",
        level=Level.MAY,
        text="stop() may leave the connections of active workers open, and may return before the "
        "daemon has ended.",
        source="PythonWorkerFactory.stopDaemon [J], [E2], [E8]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-STOP-11",
        level=Level.SHOULD,
        text="stop() ends the thread that watches the idle workers.",
        source="PythonWorkerFactory, thread `Idle Worker Monitor for <pythonExec>` [J], [E8]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-STOP-12",
        level=Level.SHOULD,
        text="stop() ends a create() that is stalled in its handshake.",
        source="PythonWorkerFactory.stop [J], [E8]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-STOP-13",
        level=Level.MUST,
        text="The registry does not keep workers alive: one that its caller has dropped "
        "disappears from it.",
        source="page 5; PythonWorkerFactory.daemonWorkers, a WeakHashMap [J], [E2] weak_registry",
        needs=(Need.FAKES, Need.INSPECT),
        page=5,
    ),
)
