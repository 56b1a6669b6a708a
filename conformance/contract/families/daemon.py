"""Clauses on the daemon module and the workers that it forks."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="D-01",
        level=Level.MUST,
        text="The daemon leads its own process group before it announces.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-02",
        level=Level.MUST,
        text="The daemon listens on loopback only, and does so before it announces.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-03",
        level=Level.MUST,
        text="The announcement is the first thing on the daemon's stdout, flushed: over "
        "TCP the port in 4 bytes, over a Unix domain socket (Spark 4.1 and later) the "
        "length and bytes of its path.",
        source="daemon.manager [P], [E4], [E6]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-04",
        level=Level.MUST,
        text="The daemon listens on ::1 when SPARK_PREFER_IPV6 is `true` in any case.",
        source="Spark 3.4.4 daemon.manager [P], [E4], SPARK-39508",
        needs=(Need.DAEMON,),
        since="3.4",
    ),
    Clause(
        id="D-05",
        level=Level.MUST,
        text="The daemon forks one worker for each connection, and that worker's pid "
        "comes first on the connection.",
        source="daemon.manager, worker [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-06",
        level=Level.MUST,
        text="The pid is that of the process that serves the connection, a child of the "
        "daemon in the daemon's process group.",
        source="daemon.manager, worker [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-07",
        level=Level.MUST,
        text="The reply is not sent before the secret has come.",
        source="Spark 2.4.0 daemon.worker [P]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-08",
        level=Level.MUST,
        text="On the right secret the worker answers `ok`; on a wrong one it answers "
        "`err`, closes the connection and ends, and the daemon goes on.",
        source="Spark 2.4.0 daemon.worker [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-09",
        level=Level.MUST,
        text="Over TCP no task runs before the secret was accepted.",
        source="Spark 2.3.1 daemon.worker [P], CVE-2018-1334",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-10",
        level=Level.MUST,
        text="A peer that closes before or during authentication costs its own worker "
        "and nothing else.",
        source="daemon.worker [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-11",
        level=Level.MUST,
        text="A peer that stays silent instead of authenticating blocks no other.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-12",
        level=Level.MUST,
        text="A kill request makes the daemon send SIGKILL to its worker of that pid.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-13",
        level=Level.MUST,
        text="The daemon survives kill requests for unknown and dead pids.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-14",
        level=Level.MUST,
        text="Several kill requests in one write are all executed.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-15",
        level=Level.SHOULD,
        text="The daemon kills its own children only, and ignores values of 0 and below.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
        defect=True,
    ),
    Clause(
        id="D-16",
        level=Level.SHOULD,
        text="The daemon goes on accepting while a kill request is incomplete.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
        defect=True,
    ),
    Clause(
        id="D-17",
        level=Level.MUST,
        text="At the end of its stdin the daemon ends and takes its workers with it.",
        source="daemon.shutdown [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-18",
        level=Level.MUST,
        text="On SIGTERM the daemon ends and takes its workers with it.",
        source="daemon.shutdown [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-19",
        level=Level.MUST,
        text="The daemon itself ignores SIGHUP.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-20",
        level=Level.MAY,
        text="The daemon's exit status after an orderly end may be 1.",
        source="daemon.shutdown [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-21",
        level=Level.MUST,
        text="The daemon leaves no zombies while it lives.",
        source="daemon.manager, SIGCHLD ignored [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-22",
        level=Level.MUST,
        text="A worker has the default action for SIGHUP, SIGTERM and SIGCHLD, and "
        "SIGINT raises KeyboardInterrupt in it.",
        source="daemon.worker [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-23",
        level=Level.MUST,
        text="A worker's stdin is the null device.",
        source="Spark 3.0.0 daemon.manager [P], [E4] fds, SPARK-26175",
        needs=(Need.DAEMON,),
        since="3.0",
    ),
    Clause(
        id="D-24",
        level=Level.MUST,
        text="A worker does not hold the listening socket.",
        source="daemon.manager [P], [E4] fds",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-25",
        level=Level.MUST,
        text="The daemon closes its own copy of a connection, so that the peer sees its "
        "end when the worker ends.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-26",
        level=Level.MUST,
        text="A fork refused with EAGAIN or EINTR is tried once more after about 1 s; a "
        "second refusal may end the daemon.",
        source="daemon.manager [P], [E4] forkfault",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-27",
        level=Level.MUST,
        text="Any other failure to fork is signalled on the connection, which is then "
        "closed, and the daemon goes on.",
        source="daemon.manager [P], [E4] forkfault",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-28",
        level=Level.SHOULD,
        text="The signal of a failed fork is a negative number, which no factory takes for a pid.",
        source="daemon.manager [P], [E4] forkfault",
        needs=(Need.DAEMON,),
        defect=True,
    ),
    Clause(
        id="D-29",
        level=Level.MUST,
        text="With SPARK_REUSE_WORKER not empty a worker serves several tasks on one "
        "connection, authenticated once.",
        source="daemon.worker [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-30",
        level=Level.MUST,
        text="Without SPARK_REUSE_WORKER a worker serves one task and then waits for "
        "the peer to close.",
        source="daemon.worker [P], [E4], SPARK-4088",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-31",
        level=Level.MUST,
        text="After a task that ended with a non-zero exit a worker takes no other task "
        "and waits for the peer to close.",
        source="daemon.worker [P], [E4]; run: 2.4.0, 2.4.8, 3.0.0, 3.0.3",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-32",
        level=Level.MUST,
        text="After an uncaught exception a worker ends with status 1.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-33",
        level=Level.MUST,
        text="A worker ends when the peer closes its idle connection.",
        source="daemon.worker [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-34",
        level=Level.MAY,
        text="Workers may outlive a daemon that was killed, until their connections close.",
        source="daemon.manager [P], [E4], [E7]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-35",
        level=Level.MUST,
        text="The daemon's first argument is the worker module if it begins with "
        "`pyspark`; otherwise pyspark.worker is.",
        source="Spark 4.0.0 daemon [P], [E4], SPARK-48705",
        needs=(Need.DAEMON,),
        since="4.0",
    ),
    Clause(
        id="D-36",
        level=Level.MUST,
        text="The worker module is imported after the fork, not in the daemon.",
        source="Spark 4.2.0 daemon.worker [P], SPARK-54456",
        needs=(Need.DAEMON,),
        since="4.2",
    ),
    Clause(
        id="D-37",
        level=Level.MUST,
        text="In Unix domain mode the daemon removes its socket file on an orderly end; "
        "killed, it may leave it.",
        source="Spark 4.1.0 daemon.shutdown [P], [E4]",
        needs=(Need.DAEMON,),
        since="4.1",
    ),
    Clause(
        id="D-38",
        level=Level.MUST,
        text="In Unix domain mode without PYTHON_WORKER_FACTORY_SOCK_DIR the daemon "
        "fails to start and announces nothing.",
        source="Spark 4.1.0 daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
        since="4.1",
    ),
    Clause(
        id="D-39",
        level=Level.MUST,
        text="The daemon works with descriptors of 1024 and above.",
        source="Spark 4.2.0 daemon.manager, poll [P], SPARK-51966, SPARK-54640",
        needs=(Need.DAEMON,),
        since="4.2",
    ),
    Clause(
        id="D-40",
        level=Level.MUST,
        text="With PYTHON_DAEMON_KILL_WORKER_ON_FLUSH_FAILURE not empty a worker ends "
        "when the final flush of a task's output fails.",
        source="Spark 4.1.0 daemon.worker [P], SPARK-54344",
        needs=(Need.DAEMON,),
        since="4.1",
    ),
    Clause(
        id="D-41",
        level=Level.MUST,
        text="What a worker writes to stdout and stderr goes to the daemon's own.",
        source="daemon.manager [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-42",
        level=Level.MUST,
        text="On SIGINT the daemon ends and takes its workers with it.",
        source="daemon.manager, KeyboardInterrupt [P], [E4]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-43",
        level=Level.SHOULD,
        text="The daemon itself writes nothing to its stdout after the announcement.",
        source="stricter than Spark, whose factory copies what comes; its daemon is silent [P]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-44",
        level=Level.SHOULD,
        text="The daemon serves, kills and ends while nobody reads its stderr, a megabyte of "
        "a worker's output included.",
        source="stricter than Spark, whose factory always reads it once the port has come [J]",
        needs=(Need.DAEMON,),
    ),
    Clause(
        id="D-45",
        level=Level.SHOULD,
        text="A function that a wrapping daemon module puts in place of manager, worker or "
        "worker_main of pyspark.daemon runs in each worker.",
        source="of the module, not of Spark: daemon.worker takes worker_main for a name of its "
        "module up to 4.1; from 4.2 on it imports the worker module and calls its main [P]",
        needs=(Need.DAEMON,),
    ),
)
