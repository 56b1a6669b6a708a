"""Clauses on what makes the factory restart its daemon, and what does not."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="F-RST-01",
        level=Level.MUST,
        text="On a socket exception in the first attempt, a refused connection included, create() "
        "stops the daemon, starts a new one and tries exactly once more.",
        source="page 8; PythonWorkerFactory.createThroughDaemon [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
        page=8,
    ),
    Clause(
        id="F-RST-02",
        level=Level.MUST,
        text="Before that restart the factory logs at WARN `Failed to open socket to Python "
        "daemon:` with the exception, then `Assuming that daemon unexpectedly quit, attempting to "
        "restart`.",
        source="page 8; PythonWorkerFactory.createThroughDaemon [J], [E1]",
        needs=(Need.FAKES, Need.LOG),
        page=8,
    ),
    Clause(
        id="F-RST-03",
        level=Level.MUST,
        text="A failure of the second attempt leaves create() as it is, and no third daemon is "
        "started.",
        source="page 8; PythonWorkerFactory.createThroughDaemon [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
        page=8,
    ),
    Clause(
        id="F-RST-04",
        level=Level.MAY,
        text="After a failure of the second attempt the second daemon may stay recorded and "
        "running.",
        source="PythonWorkerFactory.createThroughDaemon [J], [E1]",
        needs=(Need.FAKES,),
    ),
    Clause(
        id="F-RST-05",
        level=Level.MUST,
        text="The orderly end of a connection, before or after the pid, makes create() fail "
        "without a restart.",
        source="PythonWorkerFactory.createThroughDaemon [J], [E1], [E8]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-RST-06",
        level=Level.MUST,
        text="A create() after the daemon's death, with an empty pool, succeeds with exactly one "
        "new start.",
        source="PythonWorkerFactory.createThroughDaemon [J], [E1], [E2]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-RST-07",
        level=Level.MUST,
        text="60 s without the first byte of the pid make create() restart the daemon and try once "
        "more.",
        source="Spark 4.2.0 PythonWorkerFactory.createThroughDaemon [J], [E5], SPARK-54711",
        needs=(Need.FAKES, Need.CALLER),
        since="4.2",
    ),
    Clause(
        id="F-RST-08",
        level=Level.MUST,
        text="When the second start fails, create() fails with the second daemon's stderr.",
        source="PythonWorkerFactory.createThroughDaemon, startDaemon [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-RST-09",
        level=Level.MUST,
        text="A restart closes all idle workers.",
        source="PythonWorkerFactory.stopDaemon [J]",
        needs=(Need.FAKES,),
    ),
    Clause(
        id="F-RST-10",
        level=Level.MUST,
        text="When the connection is reset between the pid and the reply, create() restarts the "
        "daemon and succeeds; from Spark 4.0 on it may instead fail with an I/O error or an "
        "illegal state.",
        source="PythonWorkerFactory.createThroughDaemon [J], [E8] (8, 6 and 1 of 15 in 4.x)",
        needs=(Need.FAKES, Need.CALLER),
        levels=dict.fromkeys(("4.0", "4.1", "4.2", "4.3"), Level.MAY),
    ),
    Clause(
        id="F-RST-11",
        level=Level.MUST,
        text="A restart does not close the connections of active workers.",
        source="PythonWorkerFactory.stopDaemon [J], [E2] restart_drops_idle",
        needs=(Need.FAKES, Need.CALLER),
    ),
)
