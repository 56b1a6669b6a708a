"""The factory in daemon mode, with our own daemon and with scripted ones."""

from __future__ import annotations

import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest

from reference_impl import errors

from .workshop import LIMIT_S, Workshop, exchange, is_gone, wait_until

if TYPE_CHECKING:
    from pathlib import Path

RESTART_LINES = [
    "Failed to open socket to Python daemon: Connection refused",
    "Assuming that daemon unexpectedly quit, attempting to restart",
]

#: Heads of scripted daemons: they announce a port as the real one does.
LISTEN = """
import os, signal, socket, struct, sys
listener = socket.create_server(("127.0.0.1", 0))
def announce(port):
    os.write(1, struct.pack("!i", port))
def hang():
    while True:
        signal.pause()
"""

#: How a scripted worker refuses the secret.
REFUSE = """
sock.sendall(struct.pack('!i', os.getpid()))
sock.recv(4), sock.recv(64)
sock.sendall(struct.pack('!i', 3) + b'err')
"""


def scripted(folder: Path, name: str, script: str) -> str:
    """A daemon module that does what the script says."""
    (folder / f"{name}.py").write_text(LISTEN + script, encoding="utf-8")
    return name


@pytest.mark.parametrize("profile", ["documented", "spark-3.1", "spark-4.3"])
def test_create_exchange_release_and_reuse(workshop: Workshop, profile: str) -> None:
    factory = workshop.factory(profile=profile)
    first, pid = workshop.create(factory)
    assert exchange(first) == (pid, b"hello")
    assert exchange(first, b"") == (pid, b"")
    factory.release_worker(first)
    factory.release_worker(first)
    assert factory.inspect()["idle"] == [pid]
    again, same = workshop.create(factory)
    assert (again, same) == (first, pid)
    assert again.getblocking() == (profile != "spark-4.3")
    assert workshop.create(factory)[1] != pid


def test_idle_workers_come_back_in_order(workshop: Workshop) -> None:
    factory = workshop.factory()
    socks = [workshop.create(factory)[0] for _ in range(3)]
    for sock in socks:
        factory.release_worker(sock)
    assert [workshop.create(factory)[0] for _ in range(3)] == socks


def test_a_stopped_worker_is_killed_and_never_pooled(workshop: Workshop) -> None:
    factory = workshop.factory()
    sock, pid = workshop.create(factory)
    factory.release_worker(sock)
    factory.stop_worker(sock)
    factory.stop_worker(sock)
    factory.release_worker(sock)
    wait_until(lambda: is_gone(pid))
    assert factory.inspect()["idle"] == []
    assert workshop.create(factory)[1] != pid


@pytest.mark.parametrize("profile", ["documented", "spark-4.3"])
def test_a_dead_daemon_is_replaced_once(
    workshop: Workshop, caplog: pytest.LogCaptureFixture, profile: str
) -> None:
    factory = workshop.factory(profile=profile)
    active, _ = workshop.create(factory)
    daemon = factory.inspect()["daemon_pid"]
    assert isinstance(daemon, int)
    os.kill(daemon, signal.SIGKILL)
    wait_until(lambda: is_gone(daemon))
    with ThreadPoolExecutor(4) as callers:
        made = list(callers.map(lambda _: workshop.create(factory), range(4)))
    assert len({pid for _, pid in made}) == 4
    assert exchange(active)[1] == b"hello"
    assert [r.getMessage() for r in caplog.records] == RESTART_LINES
    factory.stop_worker(active)  # of an earlier daemon: closed, no kill request


def test_a_stopped_factory_leaves_nothing_and_starts_again(workshop: Workshop) -> None:
    factory = workshop.factory()
    idle, idle_pid = workshop.create(factory)
    _, active_pid = workshop.create(factory)
    daemon = factory.inspect()["daemon_pid"]
    factory.release_worker(idle)
    secret = factory.secret
    factory.stop()
    factory.stop()
    assert idle.fileno() < 0
    assert isinstance(daemon, int)
    wait_until(lambda: all(map(is_gone, (idle_pid, active_pid, daemon))))
    sock, pid = workshop.create(factory)
    assert exchange(sock)[0] == pid
    assert factory.secret == secret


def test_dead_idle_workers_are_discarded(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    factory = workshop.factory()
    sock, pid = workshop.create(factory)
    stranger, friend = socket.socketpair()
    factory.release_worker(sock)
    factory.release_worker(stranger)
    daemon = factory.inspect()["daemon_pid"]
    assert isinstance(daemon, int)
    os.kill(daemon, signal.SIGTERM)  # takes its workers along
    wait_until(lambda: is_gone(daemon) and is_gone(pid))
    assert workshop.create(factory)[1] != pid
    friend.close()
    assert sock.fileno() < 0
    assert stranger.fileno() < 0
    assert len([r for r in caplog.records if "discarding." in r.getMessage()]) == 2


def test_idle_workers_are_closed_after_the_time_out(workshop: Workshop) -> None:
    factory = workshop.factory(idle_timeout_s=0.05)
    active, _ = workshop.create(factory)
    idle, pid = workshop.create(factory)
    factory.release_worker(idle)
    wait_until(lambda: idle.fileno() < 0)
    wait_until(lambda: is_gone(pid))
    assert exchange(active)[1] == b"hello"


def test_the_oldest_idle_worker_makes_room(workshop: Workshop) -> None:
    factory = workshop.factory(idle_worker_max_pool_size=1)
    (first, first_pid), (second, second_pid) = (workshop.create(factory) for _ in range(2))
    factory.release_worker(first)
    factory.release_worker(second)
    wait_until(lambda: is_gone(first_pid))
    assert factory.inspect()["idle"] == [second_pid]


def test_options_are_checked_and_told(workshop: Workshop) -> None:
    factory = workshop.factory(idle_timeout_s=1, colour="red", profile="tangerine")
    told = {"idle_timeout_s": True, "colour": False, "profile": False}
    assert factory.inspect()["options"] == told
    with pytest.raises(errors.BadOption):
        workshop.factory(idle_worker_max_pool_size=0)


def test_the_child_gets_the_environment_of_the_contract(workshop: Workshop, tmp_path: Path) -> None:
    env = {
        "PYTHON_WORKER_FACTORY_SECRET": "mine",
        "SPARK_JOB_ARTIFACT_UUID": "u1",
        "SPARK_FILES_ROOT": str(tmp_path),
    }
    factory = workshop.factory(env_vars=env, profile="spark-4.0")
    workshop.create(factory)
    daemon = psutil.Process(int(str(factory.inspect()["daemon_pid"])))
    seen = daemon.environ()
    assert seen["PYTHON_WORKER_FACTORY_SECRET"] == factory.secret
    assert len(factory.secret) == 64
    assert seen["PYTHONUNBUFFERED"] == "YES"
    assert "SPARK_PREFER_IPV6" not in seen
    assert str(tmp_path) in seen["PYTHONPATH"].split(":")[1:]
    assert daemon.cwd() == str(tmp_path / "u1")
    assert daemon.cmdline()[1:] == ["-m", "reference_impl.daemon", "reference_impl.worker"]


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ("announce(0)", errors.InvalidPort, "0 (0x00000000)"),
        ("announce(-1); hang()", errors.InvalidPort, "-1 (0xffffffff)"),
        ("raise SystemExit('no luck')", errors.StartFailed, "no luck"),
        ("hang()", errors.TimedOut, "0.3 s"),
        ("os.write(2, b'x' * 999999); raise SystemExit(3)", errors.StartFailed, "xxx"),
    ],
)
def test_a_failed_start_is_explained_and_forgotten(
    workshop: Workshop,
    tmp_path: Path,
    script: str,
    error: type[errors.FactoryError],
    words: str,
) -> None:
    module = scripted(tmp_path, "failing", script)
    factory = workshop.factory(
        daemon_module=module,
        port_timeout_s=0.3 if script == "hang()" else LIMIT_S,
        process_wait_timeout_s=0.1 if "hang()" in script else LIMIT_S,
    )
    with pytest.raises(error) as caught:
        factory.create()
    assert words in str(caught.value)
    assert module in str(caught.value)
    assert factory.inspect()["daemon_pid"] is None


def test_a_missing_program_is_an_os_error(workshop: Workshop) -> None:
    factory = workshop.factory()
    factory.settings = factory.settings._replace(python_exec="/no/such/python")
    factory.launcher = type(factory.launcher)(factory.settings)
    factory.keeper.launcher = factory.launcher
    with pytest.raises(OSError, match="Cannot run program") as caught:
        factory.create()
    assert isinstance(caught.value, errors.StartFailed)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("pass", errors.EndOfStream),
        ("sock.sendall(struct.pack('!i', -7))", errors.IllegalState),
        (
            REFUSE,
            errors.AuthenticationFailed,
        ),
        ("hang()", errors.TimedOut),
    ],
)
def test_a_failed_handshake_closes_the_socket_and_restarts_nothing(
    workshop: Workshop, tmp_path: Path, answer: str, error: type[errors.FactoryError]
) -> None:
    script = f"""
announce(listener.getsockname()[1])
sock, _ = listener.accept()
{answer}
sock.close()
hang()
"""
    module = scripted(tmp_path, "unkind", script)
    factory = workshop.factory(
        daemon_module=module, handshake_timeout_s=0.3 if answer == "hang()" else LIMIT_S
    )
    before = _open_sockets()
    with pytest.raises(error):
        factory.create()
    assert _open_sockets() == before
    assert factory.inspect()["workers"] == []
    assert factory.keeper.current is not None
    assert factory.keeper.current.generation == 1


def test_a_second_failure_propagates(
    workshop: Workshop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script = "port = listener.getsockname()[1]; listener.close(); announce(port); hang()"
    factory = workshop.factory(daemon_module=scripted(tmp_path, "deaf", script))
    with pytest.raises(errors.SocketFailure, match="Connection refused"):
        factory.create()
    assert factory.keeper.current is not None
    assert factory.keeper.current.generation == 2
    assert [r.getMessage() for r in caplog.records] == RESTART_LINES


@pytest.mark.parametrize("script", ["hang()", "announce(listener.getsockname()[1]); hang()"])
def test_stop_ends_a_stalled_create(workshop: Workshop, tmp_path: Path, script: str) -> None:
    factory = workshop.factory(daemon_module=scripted(tmp_path, "silent", script))
    caught: list[BaseException] = []

    def create() -> None:
        try:
            factory.create()
        except errors.FactoryError as error:
            caught.append(error)

    caller = threading.Thread(target=create)
    caller.start()
    wait_until(lambda: psutil.Process().children())
    factory.stop()
    caller.join(5)
    assert [type(error) for error in caught] == [errors.Stopped]


def test_a_daemon_that_will_not_end_is_killed(workshop: Workshop, tmp_path: Path) -> None:
    script = "signal.signal(signal.SIGTERM, signal.SIG_IGN); announce(0); hang()"
    module = scripted(tmp_path, "stubborn", script)
    factory = workshop.factory(daemon_module=module, process_wait_timeout_s=0.05)
    with pytest.raises(errors.InvalidPort):
        factory.create()
    assert len(psutil.Process().children()) == 1  # the workshop sees that it is killed


def test_concurrent_creates_share_one_daemon(workshop: Workshop) -> None:
    factory = workshop.factory()
    with ThreadPoolExecutor(8) as callers:
        made = list(callers.map(lambda _: workshop.create(factory), range(8)))
    assert len({pid for _, pid in made}) == 8
    assert factory.keeper.current is not None
    assert factory.keeper.current.generation == 1


def _open_sockets() -> int:
    return len(psutil.Process().net_connections())
