"""Our own daemon, spoken to by hand."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from .workshop import LIMIT_S, exchange, is_gone, receive, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "s3cret"  # noqa: S105 - of the tests alone


class Daemon:
    """A running daemon and connections to it."""

    def __init__(self, *arguments: str, **env: str) -> None:
        variables = {**os.environ, "PYTHON_WORKER_FACTORY_SECRET": SECRET, **env}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reference_impl.daemon", *arguments],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**variables, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self.process.stdout is not None
        self.port = struct.unpack("!i", self.process.stdout.read(4))[0]
        self.sockets: list[socket.socket] = []

    def connect(self) -> tuple[socket.socket, int]:
        """A connection and the pid that it was acknowledged with."""
        sock = socket.create_connection(("127.0.0.1", self.port), LIMIT_S)
        self.sockets.append(sock)
        return sock, struct.unpack("!i", receive(sock, 4))[0]

    def worker(self, secret: str = SECRET) -> tuple[socket.socket, int, bytes]:
        """An authenticated worker, and its reply."""
        sock, pid = self.connect()
        sock.sendall(struct.pack("!i", len(secret)) + secret.encode())
        length = struct.unpack("!i", receive(sock, 4))[0]
        return sock, pid, receive(sock, length)

    def tell(self, raw: bytes) -> None:
        """Write to its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(raw)

    def close(self) -> int:
        """End it by the end of stdin; its status."""
        pids = [child.pid for child in psutil.Process(self.process.pid).children()]
        for sock in self.sockets:
            sock.close()
        self.process.communicate(timeout=LIMIT_S)
        wait_until(lambda: all(map(is_gone, pids)))
        return self.process.returncode


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    """A daemon that ends well."""
    made = Daemon(SPARK_REUSE_WORKER="1")
    yield made
    assert made.close() == 0


def test_it_leads_its_group_and_listens_on_loopback(daemon: Daemon) -> None:
    process = psutil.Process(daemon.process.pid)
    assert os.getpgid(process.pid) == process.pid
    (listener,) = process.net_connections()
    assert listener.laddr.ip == "127.0.0.1"


def test_a_worker_is_a_clean_child(daemon: Daemon) -> None:
    sock, pid, reply = daemon.worker()
    worker = psutil.Process(pid)
    assert reply == b"ok"
    assert worker.ppid() == daemon.process.pid
    assert os.getpgid(pid) == daemon.process.pid
    assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
    assert [c.status for c in worker.net_connections()] == ["ESTABLISHED"]
    assert exchange(sock) == (pid, b"hello")
    assert exchange(sock, b"again") == (pid, b"again")
    sock.close()
    wait_until(lambda: not psutil.pid_exists(pid))


def test_a_wrong_secret_ends_only_its_worker(daemon: Daemon) -> None:
    silent, _ = daemon.connect()
    sock, pid, reply = daemon.worker("wrong")
    assert reply == b"err"
    assert sock.recv(1) == b""
    wait_until(lambda: not psutil.pid_exists(pid))
    assert daemon.worker()[2] == b"ok"
    silent.close()


def test_it_kills_only_its_own_children(daemon: Daemon) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1)
    sock, pid, _ = daemon.worker()
    other, other_pid, _ = daemon.worker()
    numbers = (0, -1, 2**31 - 1, stranger.pid, daemon.process.pid, pid, other_pid)
    daemon.tell(struct.pack("!7i", *numbers)[:-2])
    wait_until(lambda: not psutil.pid_exists(pid))
    assert sock.recv(1) == b""
    daemon.worker()  # it accepts while a record is incomplete
    assert psutil.pid_exists(other_pid)
    daemon.tell(struct.pack("!i", other_pid)[-2:])
    assert other.recv(1) == b""
    assert stranger.poll() is None
    stranger.communicate(b"\n", timeout=LIMIT_S)


def test_sigterm_takes_the_workers_along(daemon: Daemon) -> None:
    _, pid, _ = daemon.worker()
    _, stopped, _ = daemon.worker()
    os.kill(stopped, signal.SIGSTOP)
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.worker()
    os.kill(daemon.process.pid, signal.SIGTERM)
    wait_until(lambda: is_gone(pid) and is_gone(stopped))


def test_a_worker_for_one_task_waits_for_the_peer_to_close(tmp_path: Path) -> None:
    (tmp_path / "pyspark_odd.py").write_text(
        "import sys\n"
        "def main(infile, outfile):\n"
        "    word = infile.read(4)\n"
        "    outfile.write(word)\n"
        "    if word == b'exit': sys.exit(5)\n"
        "    if word == b'fail': raise ValueError('told to')\n",
        encoding="utf-8",
    )
    path = {"PYTHONPATH": str(tmp_path)}
    sys.path.insert(0, str(tmp_path))
    try:
        once = Daemon("pyspark_odd", **path)
        often = Daemon("pyspark_odd", SPARK_REUSE_WORKER="1", **path)
    finally:
        sys.path.remove(str(tmp_path))
    for made, word in ((once, b"task"), (often, b"exit")):
        sock, pid, _ = made.worker()
        sock.sendall(word + b"more")
        assert receive(sock, 4) == word
        assert psutil.pid_exists(pid)
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""
    sock, pid, _ = often.worker()
    sock.sendall(b"fail")
    assert sock.recv(9) in (b"", b"fail")
    wait_until(lambda: not psutil.pid_exists(pid))
    assert (once.close(), often.close()) == (0, 0)
