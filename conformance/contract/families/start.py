"""Clauses on how the factory starts its daemon."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="F-START-01",
        level=Level.MUST,
        text="In daemon mode the factory starts no process before the first create().",
        source="page 3; PythonWorkerFactory.startDaemon, [E2] stop_before_any",
        needs=(Need.FAKES,),
        page=3,
    ),
    Clause(
        id="F-START-02",
        level=Level.MUST,
        text="The daemon is started as `<pythonExec> -m <daemonModule>`, followed by the worker "
        "module where the profile says so (Spark 4.0 and later).",
        source="page 10; PythonWorkerFactory.startDaemon [J], [E1], [E7]",
        needs=(Need.FAKES,),
        page=10,
    ),
    Clause(
        id="F-START-03",
        level=Level.MUST,
        text="The daemon gets the environment of the factory's process, overlaid by envVars, "
        "overlaid by the factory's own variables.",
        source="page 10; PythonWorkerFactory.startDaemon [J], [E2] env",
        needs=(Need.FAKES,),
        page=10,
    ),
    Clause(
        id="F-START-04",
        level=Level.MUST,
        text="The daemon's environment has PYTHONUNBUFFERED=YES.",
        source="page 10; PythonWorkerFactory.startDaemon [J], [E2] env",
        needs=(Need.FAKES,),
        page=10,
    ),
    Clause(
        id="F-START-05",
        level=Level.MUST,
        text="Over TCP the daemon's environment has PYTHON_WORKER_FACTORY_SECRET, the factory's "
        "secret, whatever envVars say.",
        source="page 10; Spark 2.3.1 and later PythonWorkerFactory.startDaemon [J], [E2] env",
        needs=(Need.FAKES,),
        page=10,
    ),
    Clause(
        id="F-START-06",
        level=Level.MUST,
        text="The daemon's PYTHONPATH is the factory's own path, that of envVars and that of the "
        "factory's process, in this order, without empty parts.",
        source="page 10; PythonUtils.mergePythonPaths [J], [E10]",
        needs=(Need.FAKES,),
        page=10,
    ),
    Clause(
        id="F-START-07",
        level=Level.MUST,
        text="The daemon's environment has SPARK_PREFER_IPV6=True exactly when the factory's "
        "process prefers IPv6.",
        source="page 10; Spark 3.4.4 PythonWorkerFactory.startDaemon [J], SPARK-39508",
        needs=(Need.FAKES,),
        since="3.4",
        page=10,
    ),
    Clause(
        id="F-START-08",
        level=Level.MUST,
        text="When SPARK_JOB_ARTIFACT_UUID is set and not `default`, the daemon's working "
        "directory is the artifact directory of that name, created if need be; otherwise "
        "it is that of the factory's process.",
        source="Spark 3.5.0 PythonWorkerFactory.startDaemon [J], [E2], SPARK-44348",
        needs=(Need.FAKES,),
        since="3.5",
    ),
    Clause(
        id="F-START-09",
        level=Level.MUST,
        text="Over TCP the factory reads the port from the first 4 bytes of the daemon's stdout, "
        "a signed big-endian integer, and from no more than these.",
        source="page 10; PythonWorkerFactory.startDaemon [J], [E4]",
        needs=(Need.FAKES, Need.CALLER),
        page=10,
    ),
    Clause(
        id="F-START-10",
        level=Level.MUST,
        text="A port outside 1 to 65535 makes create() fail with a message that names the daemon "
        "module, the value (decimal and as 0x%08x), the command and the PYTHONPATH.",
        source="Spark 2.4.0 PythonWorkerFactory.startDaemon [J], [E1], SPARK-23240",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-START-11",
        level=Level.MUST,
        text="The end of the daemon's stdout before the port makes create() fail with a message "
        "that names the daemon module; the exit status may be added.",
        source="PythonWorkerFactory.startDaemon [J], [E1], SPARK-29885",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-START-12",
        level=Level.MUST,
        text="When a daemon that still lives closes its stdout before the port, create() reports "
        "that, and not a NullPointerException.",
        source="PythonWorkerFactory.startDaemon [J], [E1], PR 41288",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-START-13",
        level=Level.MUST,
        text="If the daemon has ended within 10 s after a failed start and left text on its "
        "stderr, the exception has that text and the PYTHONPATH.",
        source="PythonWorkerFactory.PROCESS_WAIT_TIMEOUT_MS, startDaemon [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-START-14",
        level=Level.MUST,
        text="If the daemon has not ended within 10 s after a failed start, create() throws the "
        "original failure then, within about 10 s of it.",
        source="PythonWorkerFactory.PROCESS_WAIT_TIMEOUT_MS, startDaemon [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-START-15",
        level=Level.MUST,
        text="After a failed start the factory has stopped the process and has no daemon and the "
        "port 0 recorded.",
        source="page 3, 4; PythonWorkerFactory.startDaemon, stopDaemon [J], [E1] state",
        needs=(Need.FAKES,),
        page=4,
    ),
    Clause(
        id="F-START-16",
        level=Level.MUST,
        text="The next create() after a failed start starts a new daemon.",
        source="PythonWorkerFactory.startDaemon [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-START-17",
        level=Level.MUST,
        text="After the port the factory keeps draining the daemon's stdout and stderr.",
        source="page 10; PythonWorkerFactory.redirectStreamsToStderr [J], [E1] noise_after",
        needs=(Need.FAKES, Need.CALLER),
        page=10,
    ),
    Clause(
        id="F-START-18",
        level=Level.SHOULD,
        text="The factory drains the daemon's stderr also before the port, so that a talkative "
        "start does not block.",
        source="PythonWorkerFactory.startDaemon [J], [E8]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-START-19",
        level=Level.SHOULD,
        text="The wait for the port has a limit.",
        source="PythonWorkerFactory.startDaemon [J]",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-START-20",
        level=Level.MUST,
        text="The factory does not retry a failed start of its own accord.",
        source="PythonWorkerFactory.createThroughDaemon [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-START-21",
        level=Level.MUST,
        text="A Python executable that does not exist surfaces as an I/O error, without a restart.",
        source="PythonWorkerFactory.startDaemon [J], [E1]",
        needs=(Need.CALLER,),
    ),
    Clause(
        id="F-START-22",
        level=Level.MUST,
        text="A factory has one secret for all its life, over restarts and stop() too.",
        source="PythonWorkerFactory.authHelper [J], [E2]",
        needs=(Need.FAKES,),
    ),
    Clause(
        id="F-START-23",
        level=Level.MUST,
        text="Different factories have different secrets (by default 256 bits, as 64 lower-case "
        "hexadecimal digits).",
        source="Spark 2.4.0 SocketAuthHelper.secret [J]",
        needs=(Need.FAKES,),
    ),
)
