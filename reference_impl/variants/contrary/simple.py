"""A worker without a daemon."""

from __future__ import annotations

import hmac
import socket
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

from .orders import Trouble
from .post import Post, Worker

if TYPE_CHECKING:
    from .clerk import Clerk
    from .orders import Orders


def create(orders: Orders, secret: str, clerk: Clerk) -> Worker:
    """Start one, and let it connect back.

    Args:
        orders: of the factory.
        secret: of the factory.
        clerk: who waits for it.

    Returns:
        The worker.

    Raises:
        Trouble: it did not connect back as it should.
    """
    family = socket.AF_INET6 if orders.is_ipv6 else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)) as listener:
        listener.bind(("::1" if orders.is_ipv6 else "127.0.0.1", 0))
        listener.listen(1)
        process = subprocess.Popen(
            orders.command,
            stdin=subprocess.DEVNULL,
            stdout=2,
            env=orders.environment(secret, listener.getsockname()[1]),
            cwd=orders.directory(),
        )
        try:
            worker = _awaited(listener, process, orders.limit_s("connect_timeout_s"), clerk)
            return _checked(worker, secret, orders, clerk)
        except Trouble as trouble:
            kill(process)
            text = f"Python worker failed to connect back. ({trouble})"
            raise Trouble(text, trouble.counts_as) from trouble


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a simple worker, whatever it does."""
    process.kill()
    process.wait()


def _awaited(
    listener: socket.socket, process: subprocess.Popen[bytes], within_s: float, clerk: Clerk
) -> Worker:
    come: list[Worker] = []

    def has_come() -> bool:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return process.poll() is not None
        come.append(Worker(fileno=connection.detach()))
        return True

    if not clerk.wait(has_come, within_s):
        raise Trouble("it does not come", "time_out")
    if not come:
        raise Trouble(f"it has left with {process.returncode}", "start_failed")
    come[0].settimeout(0.0)
    come[0].process = process
    return come[0]


def _checked(worker: Worker, secret: str, orders: Orders, clerk: Clerk) -> Worker:
    post = Post(worker, clerk, orders.limit_s("connect_timeout_s"))
    try:
        _check(post, secret)
        worker.pid = Post(worker, clerk, orders.limit_s("handshake_timeout_s")).take_pid()
    except Trouble:
        worker.close()
        raise
    return worker


def _check(post: Post, secret: str) -> None:
    is_right = hmac.compare_digest(post.take_text().encode(), secret.encode())
    post.put_text("ok" if is_right else "err")
    if not is_right:
        raise Trouble("Authentication failed.", "authentication")
