"""Faults of a worker: at its pid, its authentication, its tasks, and while it is idle."""

from __future__ import annotations

import os
from _socket import SHUT_RDWR

from fake_daemons.chaos.ending import die, kill_parent, pause, wait_for_signal
from fake_daemons.chaos.misdeed import offer
from fake_daemons.kernel import TYPE_CHECKING
from fake_daemons.wire import frame, pack

if TYPE_CHECKING:
    from fake_daemons.chaos.worker import Worker

_PAUSE_S = 0.02


@offer("pid")
def never_acknowledges(worker: Worker, _pid: bytes, _argument: str) -> None:
    """The worker never sends its pid."""
    worker.drain()


@offer("pid", "number", "-1")
def negative_pid(worker: Worker, _pid: bytes, value: str) -> None:
    """The worker sends a negative value in place of its pid: the launch has failed."""
    worker.send(pack(int(value)))
    worker.drain()


@offer("pid", "pid", "parent")
def foreign_pid(worker: Worker, _pid: bytes, whose: str) -> None:
    """The worker sends the pid of its parent, of the first worker, or one that is gone."""
    worker.send(pack(worker.pid_of(whose)))


@offer("pid")
def same_pid_twice(worker: Worker, _pid: bytes, _argument: str) -> None:
    """The worker sends the pid of the daemon's first worker."""
    worker.send(pack(worker.pid_of("first")))


@offer("pid")
def acknowledges_half(worker: Worker, pid: bytes, _argument: str) -> None:
    """The worker sends two bytes of its pid and ends."""
    worker.send(pid[:2])
    die("exit")


@offer("pid", "pieces", "4")
def acknowledges_in_fragments(worker: Worker, pid: bytes, pieces: str) -> None:
    """The worker sends its pid in so many segments."""
    for at in range(int(pieces) - 1):
        worker.send(pid[at : at + 1])
        pause(_PAUSE_S)
    worker.send(pid[int(pieces) - 1 :])


@offer("pid", "way", "kill")
def dies_before_pid(_worker: Worker, _pid: bytes, way: str) -> None:
    """The worker dies before it has sent its pid."""
    die(way)


@offer("pid", "way", "kill")
def dies_after_pid(worker: Worker, pid: bytes, way: str) -> None:
    """The worker dies when it has sent its pid, before it reads the secret."""
    worker.send(pid)
    die(way)


@offer("pid")
def crashes_after_acknowledge(worker: Worker, pid: bytes, _argument: str) -> None:
    """Daemon and worker are killed when the pid is sent, before the secret is read."""
    worker.send(pid)
    kill_parent()
    die("kill")


@offer("reply", "text", "err")
def bad_auth(worker: Worker, _reply: bytes, text: str) -> None:
    """The worker answers the secret with something other than `ok`."""
    worker.send(frame(os.fsencode(text)))
    worker.drain()


@offer("reply")
def garbage_auth(worker: Worker, _reply: bytes, _argument: str) -> None:
    """The worker answers the secret with bytes that are no text."""
    worker.send(frame(b"\xff\xfe"))
    worker.drain()


@offer("reply")
def half_auth(worker: Worker, reply: bytes, _argument: str) -> None:
    """The worker answers the secret with half a reply and ends."""
    worker.send(reply[: len(reply) // 2])
    die("exit")


@offer("reply", "seconds", "1")
def late_auth(worker: Worker, reply: bytes, seconds: str) -> None:
    """The worker answers the secret late, by so many seconds."""
    pause(float(seconds))
    worker.send(reply)


@offer("reply")
def never_authenticates(worker: Worker, _reply: bytes, _argument: str) -> None:
    """The worker reads the secret and never answers it."""
    worker.drain()


@offer("replied", "way", "kill")
def dies_after_auth(_worker: Worker, way: str) -> None:
    """The worker dies when it has been authenticated, before its first task."""
    die(way)


@offer("replied")
def crashes_after_authenticate(_worker: Worker, _argument: str) -> None:
    """Daemon and worker are killed when the secret has been accepted."""
    kill_parent()
    die("kill")


@offer("task", "way and bytes", "kill,1")
def dies_in_task(_worker: Worker, argument: str) -> None:
    """The worker dies in a task, when it has written so many bytes of the task's output."""
    die(argument.partition(",")[0])


@offer("task", "bytes", "1")
def closes_during_flush(worker: Worker, _argument: str) -> None:
    """The worker's connection is closed when so many bytes of the task's output are written."""
    worker.connection.shutdown(SHUT_RDWR)


@offer("idle", "way", "kill")
def dies_idle(_worker: Worker, way: str) -> None:
    """The worker dies as soon as it is idle after a task."""
    die(way)


@offer("idle", "seconds", "0.1")
def stray_byte(worker: Worker, seconds: str) -> None:
    """The worker sends a byte that nobody asked for when it has been idle for so many seconds."""
    pause(float(seconds))  # at once, Spark might read and drop it with the end of the task
    worker.send(b"?")


@offer("close")
def ignores_close(_worker: Worker, _argument: str) -> None:
    """The worker stays when Spark closes its connection, until the daemon ends."""
    wait_for_signal()
