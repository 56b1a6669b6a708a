"""The life of a simple worker: connect, offer the secret, send the pid, serve."""

from __future__ import annotations

import os
from _socket import AF_INET, AF_INET6, AF_UNIX, SOCK_STREAM

from fake_daemons.kernel import TYPE_CHECKING, Socket, override, signal
from fake_daemons.leash import wear
from fake_daemons.mischief import Actions, hang, step
from fake_daemons.process import run
from fake_daemons.scene import setting
from fake_daemons.serving import PeerClosedError, Serving
from fake_daemons.wire import INT_BYTES, frame, unpack

if TYPE_CHECKING:
    from fake_daemons.faults import Fault


def live(faults: str = "") -> None:
    """Be a simple worker from start to end; never return.

    Args:
        faults: what this fake does wrong, beside what the suite asks for.
    """
    run(Simple, faults)


class Simple(Serving):
    """A worker without a daemon: the factory listens, and it connects."""

    who, stem = "simple", "simple"

    @override
    def live(self) -> None:
        """Live from the leash to the end of the connection."""
        if leash := setting("LEASH", ""):
            _make_group()
            wear(leash)
        self.n = 1
        self.heed_signals()
        self.report_start()
        step(self, "start")
        try:
            self._introduce()
            self.serve()
        except PeerClosedError:
            self.leave()

    @override
    def on_sigterm(self) -> None:
        """Die by it, as Spark's simple worker does."""
        step(self, "sigterm", self._die_of_it, {"ignore": lambda _: None})

    def _die_of_it(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)

    def _introduce(self) -> None:
        step(self, "connect", self._connect, {"never": lambda _: hang(self)})
        offers: Actions = {
            "wrong": lambda _: self._offer(self._secret()[::-1] + b"?"),
            "half": lambda _: self._offer_half(),
            "empty": lambda _: self._offer(b""),
            "never": lambda _: self.drain(),
        }
        if not self.scene.socket_path:  # there the permissions are trusted instead
            step(self, "offer", lambda: self._offer(self._secret()), offers)
            self._read_answer()
        pids: Actions = {"never": lambda _: self.drain(), "pid": self._send_other_pid}
        step(self, "pid", lambda: self.acknowledge(os.getpid()), pids)

    def _read_answer(self) -> None:
        text = self.receive(unpack(self.receive(INT_BYTES)))
        self.report("answer", text=text)
        if text != b"ok":
            self.drain()

    def _connect(self) -> None:
        if path := self.scene.socket_path:
            self.report("connect", port=0, path=path)
            self._reach(Socket(AF_UNIX, SOCK_STREAM), path)
            return
        address = self.scene.loopback
        port = int(os.environ["PYTHON_WORKER_FACTORY_PORT"])
        self.report("connect", port=port)
        family = AF_INET6 if ":" in address else AF_INET
        self._reach(Socket(family, SOCK_STREAM), (address, port))

    def _reach(self, connection: Socket, address: str | tuple[str, int]) -> None:
        """Connect; a factory that has given up does not listen any more."""
        self.connection = connection
        try:
            connection.connect(address)
        except (ConnectionRefusedError, FileNotFoundError) as error:
            self.report("refused", error=repr(error))
            self.end(1)

    def _secret(self) -> bytes:
        return self.scene.secret or b""

    def _offer(self, secret: bytes) -> None:
        self.report("offer", length=len(secret))
        self.send(frame(secret))

    def _offer_half(self) -> None:
        """Half of the secret; the process stays even when the factory has closed."""
        self._ignores_close = True
        secret = self._secret()
        self.report("offer", length=len(secret))
        self.send(frame(secret)[: INT_BYTES + len(secret) // 2])
        self.drain()

    def _send_other_pid(self, fault: Fault) -> None:
        self.acknowledge(int(fault.argument))
        if int(fault.argument) < 0:
            self.drain()


def _make_group() -> None:
    """Lead a group of its own; a session leader does already."""
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
