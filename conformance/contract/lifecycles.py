"""The lives of a factory, a daemon and a worker, as tables.

Two rules, after h11: everything that affects a state stands here; this file does not know
who is asking. An illegal move is a missing key.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from conformance.errors import SuiteError

if TYPE_CHECKING:
    from collections.abc import Mapping


class FactoryState(StrEnum):
    """How a factory in daemon mode stands to its daemon; page items 3 and 8."""

    UNINITIALISED = "uninitialised"
    STARTING = "starting"
    CONNECTING = "connecting"
    RUNNING = "running"
    RESTARTING = "restarting"
    RECONNECTING = "reconnecting"


class FactoryEvent(StrEnum):
    """What happens to a factory, asked for or met."""

    CREATE = "create"
    REUSE = "reuse an idle worker"
    PORT_READ = "port read"
    START_FAILED = "start failed"
    CONNECTED = "connected"
    HANDSHAKE_FAILED = "handshake failed"
    SOCKET_EXCEPTION = "socket exception"
    RELEASE = "release"
    STOP_WORKER = "stopWorker"
    STOP = "stop"


class DaemonState(StrEnum):
    """How far a daemon is in its life."""

    STARTED = "started"
    LISTENING = "listening"
    ANNOUNCED = "announced"
    SERVING = "serving"
    SHUTTING_DOWN = "shutting down"
    ENDED = "ended"


class DaemonEvent(StrEnum):
    """What a daemon does, and what is done to it."""

    LISTEN = "listen"
    ANNOUNCE = "announce"
    ACCEPT = "accept"
    KILL_REQUEST = "kill request"
    HANG_UP = "hang up"
    SIGTERM = "SIGTERM"
    SIGHUP = "SIGHUP"
    SIGINT = "SIGINT"
    SIGKILL = "SIGKILL"
    BREAK = "break"
    EXIT = "exit"


class WorkerState(StrEnum):
    """How far a worker of a daemon is in its life."""

    FORKED = "forked"
    ACKNOWLEDGED = "acknowledged"
    AUTHENTICATED = "authenticated"
    LEASED = "leased"
    IDLE = "idle"
    STOPPED = "stopped"
    DEAD = "dead"


class WorkerEvent(StrEnum):
    """What a worker does, and what is done to it."""

    ACKNOWLEDGE = "acknowledge"
    AUTHENTICATE = "authenticate"
    TRUST = "trust the socket file"
    REFUSE = "refuse"
    HAND_OUT = "hand out"
    RELEASE = "release"
    STOP = "stopWorker"
    CLOSE = "close"
    END = "end"


_F, _FE = FactoryState, FactoryEvent
_D, _DE = DaemonState, DaemonEvent
_W, _WE = WorkerState, WorkerEvent

#: Life of a factory in daemon mode. Its lock makes stop() wait for a create(), so that
#: STOP is missing wherever a create() is under way. It does not see its daemon die: that
#: is met at the next connection (F-RST-06), so that no event says so.
FACTORY: dict[tuple[FactoryState, FactoryEvent], FactoryState] = {
    (_F.UNINITIALISED, _FE.CREATE): _F.STARTING,
    (_F.UNINITIALISED, _FE.STOP): _F.UNINITIALISED,
    # Workers outlive their daemon: released after stop(), they may be reused (F-POOL-15).
    (_F.UNINITIALISED, _FE.RELEASE): _F.UNINITIALISED,
    (_F.UNINITIALISED, _FE.REUSE): _F.UNINITIALISED,
    (_F.UNINITIALISED, _FE.STOP_WORKER): _F.UNINITIALISED,
    (_F.STARTING, _FE.PORT_READ): _F.CONNECTING,
    (_F.STARTING, _FE.START_FAILED): _F.UNINITIALISED,
    (_F.CONNECTING, _FE.CONNECTED): _F.RUNNING,
    (_F.CONNECTING, _FE.HANDSHAKE_FAILED): _F.RUNNING,
    (_F.CONNECTING, _FE.SOCKET_EXCEPTION): _F.RESTARTING,
    (_F.RUNNING, _FE.CREATE): _F.CONNECTING,
    (_F.RUNNING, _FE.REUSE): _F.RUNNING,
    (_F.RUNNING, _FE.RELEASE): _F.RUNNING,
    (_F.RUNNING, _FE.STOP_WORKER): _F.RUNNING,
    (_F.RUNNING, _FE.STOP): _F.UNINITIALISED,
    (_F.RESTARTING, _FE.PORT_READ): _F.RECONNECTING,
    (_F.RESTARTING, _FE.START_FAILED): _F.UNINITIALISED,
    (_F.RECONNECTING, _FE.CONNECTED): _F.RUNNING,
    (_F.RECONNECTING, _FE.HANDSHAKE_FAILED): _F.RUNNING,
    # No third daemon; the second one stays (F-RST-03, F-RST-04).
    (_F.RECONNECTING, _FE.SOCKET_EXCEPTION): _F.RUNNING,
}

#: Life of a daemon. Two runners race in ANNOUNCED: the daemon installs its signal handlers
#: after it has announced, so a factory that signals at once may meet the default action;
#: that is SIGKILL's way here, as the daemon ends without taking its workers along.
DAEMON: dict[tuple[DaemonState, DaemonEvent], DaemonState] = {
    (_D.STARTED, _DE.LISTEN): _D.LISTENING,
    (_D.LISTENING, _DE.ANNOUNCE): _D.ANNOUNCED,
    (_D.ANNOUNCED, _DE.ACCEPT): _D.SERVING,
    # A kill request may come first: for a worker of an earlier daemon (F-STOP-06).
    (_D.ANNOUNCED, _DE.KILL_REQUEST): _D.ANNOUNCED,
    (_D.ANNOUNCED, _DE.SIGHUP): _D.ANNOUNCED,
    (_D.SERVING, _DE.ACCEPT): _D.SERVING,
    (_D.SERVING, _DE.KILL_REQUEST): _D.SERVING,
    (_D.SERVING, _DE.SIGHUP): _D.SERVING,
    # Its own SIGHUP to the whole group reaches the daemon too (daemon.shutdown).
    (_D.SHUTTING_DOWN, _DE.SIGHUP): _D.SHUTTING_DOWN,
    (_D.SHUTTING_DOWN, _DE.SIGTERM): _D.ENDED,
    (_D.SHUTTING_DOWN, _DE.EXIT): _D.ENDED,
    (_D.SHUTTING_DOWN, _DE.SIGKILL): _D.ENDED,
}
# Before it announces, a daemon has no handlers: every signal and every failure ends it.
for _state in (_D.STARTED, _D.LISTENING):
    for _event in (_DE.SIGTERM, _DE.SIGHUP, _DE.SIGINT, _DE.SIGKILL, _DE.EXIT):
        DAEMON[_state, _event] = _D.ENDED
for _state in (_D.ANNOUNCED, _D.SERVING):
    for _event in (_DE.HANG_UP, _DE.SIGTERM, _DE.SIGINT, _DE.BREAK):
        DAEMON[_state, _event] = _D.SHUTTING_DOWN
    DAEMON[_state, _DE.SIGKILL] = _D.ENDED

#: Life of a daemon's worker as a conforming factory and daemon lead it: IDLE, HAND_OUT is
#: the only way to a second owner; a stopped or dead worker is never handed out (F-POOL-03,
#: F-POOL-13), though Spark up to 3.5 does so.
WORKER: dict[tuple[WorkerState, WorkerEvent], WorkerState] = {
    (_W.FORKED, _WE.ACKNOWLEDGE): _W.ACKNOWLEDGED,
    (_W.ACKNOWLEDGED, _WE.AUTHENTICATE): _W.AUTHENTICATED,
    # Over a Unix domain socket file permissions stand for the secret (F-CONN-13).
    (_W.ACKNOWLEDGED, _WE.TRUST): _W.AUTHENTICATED,
    (_W.ACKNOWLEDGED, _WE.REFUSE): _W.STOPPED,
    (_W.AUTHENTICATED, _WE.HAND_OUT): _W.LEASED,
    (_W.LEASED, _WE.RELEASE): _W.IDLE,
    (_W.LEASED, _WE.STOP): _W.STOPPED,
    (_W.IDLE, _WE.HAND_OUT): _W.LEASED,
    # Released once more it is idle still, in the pool once (F-POOL-12).
    (_W.IDLE, _WE.RELEASE): _W.IDLE,
    (_W.IDLE, _WE.STOP): _W.STOPPED,
    # What the factory is told of a worker that is over has no effect (F-STOP-04).
    (_W.STOPPED, _WE.STOP): _W.STOPPED,
    (_W.STOPPED, _WE.RELEASE): _W.STOPPED,
    (_W.STOPPED, _WE.CLOSE): _W.STOPPED,
    (_W.DEAD, _WE.STOP): _W.DEAD,
    (_W.DEAD, _WE.RELEASE): _W.DEAD,
    (_W.DEAD, _WE.CLOSE): _W.DEAD,
}
# Its peer may close at any time, and then it has to end (D-10, D-33).
for _alive in (_W.FORKED, _W.ACKNOWLEDGED, _W.AUTHENTICATED, _W.LEASED, _W.IDLE):
    WORKER[_alive, _WE.CLOSE] = _W.STOPPED
    WORKER[_alive, _WE.END] = _W.DEAD
WORKER[_W.STOPPED, _WE.END] = _W.DEAD

#: Where each life begins.
FACTORY_START = FactoryState.UNINITIALISED
DAEMON_START = DaemonState.STARTED
WORKER_START = WorkerState.FORKED

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def step(table: Mapping[tuple[S, E], S], state: S, event: E) -> S:
    """Move along a lifecycle.

    Args:
        table: one of FACTORY, DAEMON, WORKER.
        state: where it stands.
        event: what happens.

    Returns:
        Where it stands then.

    Raises:
        SuiteError: if the contract has no such move.
    """
    try:
        return table[state, event]
    except KeyError:
        raise SuiteError(f"no move from {state.value!r} by {event.value!r}") from None
