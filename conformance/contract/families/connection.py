"""Clauses on the connection to a new worker and its handshake."""

from __future__ import annotations

from conformance.contract.clause import Clause, Level, Need

CLAUSES: tuple[Clause, ...] = (
    Clause(
        id="F-CONN-01",
        level=Level.MUST,
        text="For each new worker the factory opens one connection, to the announced port of the "
        "loopback address.",
        source="page 4, 9; PythonWorkerFactory.createSocket [J], [E9]",
        needs=(Need.FAKES,),
        page=9,
    ),
    Clause(
        id="F-CONN-02",
        level=Level.MUST,
        text="The factory sends nothing on a connection before it has read the whole pid.",
        source="page 9; PythonWorkerFactory.createSocket [J], [E1]",
        needs=(Need.FAKES,),
        page=9,
    ),
    Clause(
        id="F-CONN-03",
        level=Level.MUST,
        text="A pid that arrives in several segments is read whole.",
        source="PythonWorkerFactory.createSocket [J], [E1] slowpid",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-CONN-04",
        level=Level.MUST,
        text="A negative value instead of a pid is a launch failure: create() fails with that "
        "value in its message, without a restart.",
        source="PythonWorkerFactory.createSocket [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-CONN-05",
        level=Level.MUST,
        text="A pid that no process has, 0 included, is a launch failure, without a restart.",
        source="Spark 4.0.0 PythonWorkerFactory.createSocket [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
        since="4.0",
    ),
    Clause(
        id="F-CONN-06",
        level=Level.MAY,
        text="Any value from 0 on may be accepted as a pid, whether there is such a process or "
        "not.",
        source="Spark 3.5.9 PythonWorkerFactory.createSocket [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
        until="3.5",
    ),
    Clause(
        id="F-CONN-07",
        level=Level.MUST,
        text="Over TCP the factory sends the length and the UTF-8 bytes of its secret, then reads "
        "length and reply, and accepts only `ok`.",
        source="page 9; Spark 2.4.0 SocketAuthHelper.authToServer [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
        page=9,
    ),
    Clause(
        id="F-CONN-08",
        level=Level.MUST,
        text="Any other reply text makes create() fail with `Authentication failed.`, an illegal "
        "argument, without a restart.",
        source="Spark 2.4.0 SocketAuthHelper.authToServer [J], [E1]",
        needs=(Need.FAKES, Need.CALLER),
    ),
    Clause(
        id="F-CONN-09",
        level=Level.MUST,
        text="The factory closes the connection when the exchange of secret and reply fails.",
        source="SocketAuthHelper.authToServer [J], [E1] errstay, [E2] fd_leak",
        needs=(Need.FAKES,),
    ),
    Clause(
        id="F-CONN-10",
        level=Level.SHOULD,
        text="The factory closes the connection also when the handshake fails before the secret.",
        source="PythonWorkerFactory.createSocket [J], [E2] fd_leak",
        needs=(Need.FAKES,),
        defect=True,
    ),
    Clause(
        id="F-CONN-11",
        level=Level.MUST,
        text="A worker whose handshake failed is not registered.",
        source="PythonWorkerFactory.daemonWorkers [J], [E1] state",
        needs=(Need.FAKES, Need.INSPECT),
    ),
    Clause(
        id="F-CONN-12",
        level=Level.MUST,
        text="A worker is registered with its pid before create() returns it.",
        source="page 5, 9; PythonWorkerFactory.createSocket, daemonWorkers [J], [E1] state",
        needs=(Need.FAKES,),
        page=9,
    ),
    Clause(
        id="F-CONN-13",
        level=Level.MUST,
        text="Over a Unix domain socket the factory neither sends a secret nor reads a reply.",
        source="Spark 4.1.0 PythonWorkerFactory.createSocket [J], [E6]",
        needs=(Need.FAKES, Need.CALLER),
        since="4.1",
    ),
    Clause(
        id="F-CONN-14",
        level=Level.MUST,
        text="An announced socket path that does not exist makes create() fail.",
        source="Spark 4.1.0 PythonWorkerFactory.startDaemon [J]",
        needs=(Need.FAKES, Need.CALLER),
        since="4.1",
    ),
    Clause(
        id="F-CONN-15",
        level=Level.MUST,
        text="After 60 s without the first byte of the pid the factory gives up and takes the "
        "daemon for lost.",
        source="Spark 4.2.0 PythonWorkerFactory.createSocket [J], [E5], SPARK-54711",
        needs=(Need.FAKES, Need.CALLER),
        since="4.2",
    ),
    Clause(
        id="F-CONN-16",
        level=Level.SHOULD,
        text="Every wait of the handshake has a limit: for the whole pid and for the reply.",
        source="PythonWorkerFactory.createSocket [J], [E1], [E2] lock_blocks",
        needs=(Need.FAKES, Need.CALLER),
        defect=True,
    ),
    Clause(
        id="F-CONN-17",
        level=Level.MUST,
        text="A worker is handed out in non-blocking mode with a valid selector, a reused one too.",
        source="Spark 4.0.0 PythonWorker.refresh, 4.3.0 refreshNonBlocking [J], SPARK-57931",
        needs=(Need.FAKES, Need.CALLER),
        since="4.0",
    ),
    Clause(
        id="F-CONN-18",
        level=Level.SHOULD,
        text="The factory compares the secret of a simple worker with its own in constant time.",
        source="Spark 4.2.0 SocketAuthHelper.authClient [J], SPARK-57066",
        needs=(Need.SOURCE,),
        since="4.2",
    ),
)
