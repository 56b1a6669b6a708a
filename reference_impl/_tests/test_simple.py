"""Workers without a daemon."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from reference_impl.errors import ConnectBackFailed

from .workshop import LIMIT_S, Workshop, exchange, is_gone, wait_until

if TYPE_CHECKING:
    from pathlib import Path


def test_a_simple_worker_echoes_and_is_never_pooled(workshop: Workshop) -> None:
    factory = workshop.factory(use_daemon=False)
    sock, pid = workshop.create(factory)
    assert exchange(sock) == (pid, b"hello")
    factory.release_worker(sock)
    wait_until(lambda: is_gone(pid))
    assert workshop.create(factory)[1] != pid


def test_stop_worker_terminates_the_process(workshop: Workshop) -> None:
    factory = workshop.factory(use_daemon=False)
    sock, pid = workshop.create(factory)
    factory.stop_worker(sock)
    wait_until(lambda: is_gone(pid))
    assert sock.fileno() < 0


def test_stop_terminates_every_process(workshop: Workshop) -> None:
    factory = workshop.factory(use_daemon=False)
    workshop.create(factory)
    workshop.create(factory)
    factory.stop()
    assert psutil.Process().children() == []


@pytest.mark.parametrize(
    ("script", "counts_as"),
    [
        ("raise SystemExit(3)", "start_failed"),
        ("signal.pause()", "time_out"),
        ("text('wrong'); assert sock.recv(99) == b'\\0\\0\\0\\3err'", "authentication"),
        ("text(secret[:9])", "authentication"),
        ("text(secret); sock.recv(6); number(-3)", "illegal_state"),
        ("text(secret); sock.recv(6); signal.pause()", "time_out"),
        ("connect(); sock.close()", "end_of_stream"),
    ],
)
def test_a_failed_handshake_ends_the_process(
    workshop: Workshop, tmp_path: Path, script: str, counts_as: str
) -> None:
    head = """
import os, signal, socket, struct
secret = os.environ["PYTHON_WORKER_FACTORY_SECRET"]
sock = socket.socket()
def connect():
    sock.connect(("127.0.0.1", int(os.environ["PYTHON_WORKER_FACTORY_PORT"])))
def number(n):
    sock.sendall(struct.pack("!i", n))
def text(t):
    connect(); number(len(t)); sock.sendall(t.encode())
"""
    (tmp_path / "odd.py").write_text(head + script + "\n", encoding="utf-8")
    factory = workshop.factory(
        use_daemon=False,
        worker_module="odd",
        connect_timeout_s=0.3 if script == "signal.pause()" else LIMIT_S,
        handshake_timeout_s=0.3,
    )
    with pytest.raises(ConnectBackFailed, match="failed to connect back") as caught:
        factory.create()
    assert caught.value.counts_as == counts_as
    wait_until(lambda: not psutil.Process().children())


def test_a_worker_that_died_can_be_stopped(workshop: Workshop) -> None:
    factory = workshop.factory(use_daemon=False)
    sock, pid = workshop.create(factory)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: is_gone(pid))
    factory.stop_worker(sock)
