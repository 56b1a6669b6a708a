"""Clauses on simple workers: one process per create(), without a daemon."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="F-SIMP-01",
        level=Level.MUST,
        text="Without the daemon create() listens on loopback, puts PYTHON_WORKER_FACTORY_PORT and "
        "PYTHON_WORKER_FACTORY_SECRET into the environment and runs `<pythonExec> -m "
        "<workerModule>`.",
        source="page 7; PythonWorkerFactory.createSimpleWorker [J], [E3]",
        needs=(Need.FAKES,),
        page=7,
    ),
    Clause(
        id="F-SIMP-02",
        level=Level.MUST,
        text="create() waits at most 10 s for the simple worker's connection and then fails with "
        "`Python worker failed to connect back.`, the timeout as its cause.",
        source="PythonWorkerFactory.createSimpleWorker [J], [E3], SPARK-45245",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-SIMP-03",
        level=Level.MUST,
        text="The factory checks the simple worker's secret and answers `ok`, or `err` and closes "
        "the connection.",
        source="Spark 2.4.0 SocketAuthHelper.authClient [J], [E3]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-SIMP-04",
        level=Level.MUST,
        text="The wait for the simple worker's secret ends after 10 s.",
        source="Spark 2.4.0 SocketAuthHelper.authClient [J], [E3]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-SIMP-05",
        level=Level.MUST,
        text="After the secret the factory reads the simple worker's pid; a negative one is a "
        "failure.",
        source="Spark 3.2.4 PythonWorkerFactory.createSimpleWorker [J], [E3], SPARK-36062",
        needs=(Need.FAKES, Need.CALLER),
        since="3.2",
    ),
    Clause(
        id="F-SIMP-06",
        level=Level.MUST,
        text="The socket on which create() waits for a simple worker is closed in every case.",
        source="PythonWorkerFactory.createSimpleWorker [J]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-SIMP-07",
        level=Level.MUST,
        text="Releasing a simple worker closes it; it is never pooled.",
        source="page 2; PythonWorkerFactory.releaseWorker [J], [E3]",
        needs=(Need.FAKES, Need.CALLER),
        page=2,
    ),
    Clause(
        id="F-SIMP-08",
        level=Level.MUST,
        text="stopWorker of a simple worker terminates its process and closes the connection.",
        source="page 2; PythonWorkerFactory.stopWorker [J], [E3]",
        needs=(Need.FAKES,),
        page=2,
    ),
    Clause(
        id="F-SIMP-09",
        level=Level.MUST,
        text="stop() terminates the processes of all recorded simple workers.",
        source="page 2; Spark 4.0.0 PythonWorkerFactory.stopDaemon [J], [E3]",
        needs=(Need.FAKES,),
        page=2,
    ),
    Clause(
        id="F-SIMP-10",
        level=Level.SHOULD,
        text="When a simple worker's handshake fails, its process is terminated; its early exit is "
        "noticed, and the wait for its pid has a limit.",
        source="PythonWorkerFactory.createSimpleWorker [J], [E3] never_connect, negpid",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-SIMP-11",
        level=Level.MUST,
        text="In Unix domain mode the factory removes the simple worker's socket file.",
        source="Spark 4.1.0 PythonWorkerFactory.createSimpleWorker [J], [E6]",
        needs=(Need.FAKES,),
        since="4.1",
    ),
    Clause(
        id="F-SIMP-12",
        level=Level.MUST,
        text="isWorkerStopped tells whether a simple worker's process has ended, and refuses in "
        "daemon mode.",
        source="Spark 4.0.0 PythonWorkerFactory.isWorkerStopped [J], [E3]",
        needs=(Need.FAKES, Need.CALLER),
        since="4.0",
    ),
)
