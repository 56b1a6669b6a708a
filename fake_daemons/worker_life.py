"""The life of a forked worker: acknowledge, authenticate, serve until the peer closes."""

from __future__ import annotations

import os
from _socket import IPPROTO_TCP, TCP_NODELAY

from fake_daemons.kernel import TYPE_CHECKING, override, signal
from fake_daemons.mischief import Actions, nothing, step
from fake_daemons.serving import PeerClosedError, Serving
from fake_daemons.sightings import digest
from fake_daemons.wire import ACCEPTED, INT_BYTES, REJECTED, frame, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_daemons.faults import Fault

#: Longest secret that is read; who announces more is drained until he goes.
_LONGEST_SECRET_BYTES = 65536
_PAUSE_S = "0.02"


class Worker(Serving):
    """A worker: child of a daemon, for one connection."""

    first_pid = 0
    parent_pid = 0
    _replied = b""

    @override
    def daemon_pid(self) -> int:
        """Tell which process is the daemon.

        Returns:
            Its pid.
        """
        return self.parent_pid

    @override
    def live(self) -> None:
        """Serve the connection and end."""
        try:
            self._work()
        except KeyboardInterrupt:
            self.report("signal", number=signal.SIGINT)
            self.end(1)

    def _work(self) -> None:
        try:
            self.report("born", n=self.n)
            if not self.scene.socket_directory:
                self.link().setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            self._shake_hands()
            self.serve()
        except PeerClosedError:
            self.leave()

    def _shake_hands(self) -> None:
        acknowledgements: Actions = {
            "fragments": self._acknowledge_in_fragments,
            "half": self._acknowledge_half,
            "pid": self._acknowledge_other,
            "never": self._acknowledge_never,
        }
        self._pass("acknowledge", self._acknowledge_honestly, acknowledgements)
        self._pass("acknowledged")
        if self.scene.socket_directory:
            return  # trusted by the permissions of the socket, as pyspark.daemon does
        honest = ACCEPTED if self._read_secret() == self.scene.secret else REJECTED
        self._pass("authenticate", lambda: self._reply(honest), self._replies())
        self._pass("authenticated")
        if self._replied == REJECTED == honest:
            self.end(0)
        if self._replied != ACCEPTED:
            self.drain()

    def _pass(
        self,
        point: str,
        honest: Callable[[], None] = nothing,
        actions: Actions | None = None,
    ) -> None:
        """Pass a named point; a worker that has let go of its connection ends."""
        step(self, point, honest, actions)
        self.link()

    def _tell_early(self) -> None:
        self.report("early", n=self.n, bytes=self.peek())

    def _acknowledge_honestly(self) -> None:
        self._tell_early()
        self.acknowledge(os.getpid())

    def _acknowledge_other(self, fault: Fault) -> None:
        self._tell_early()
        self.acknowledge(self._pid_named(fault.argument))

    def _pid_named(self, name: str) -> int:
        if name == "parent":
            return self.parent_pid
        if name == "first":
            return self.first_pid
        return _gone_pid() if name == "gone" else int(name)

    def _acknowledge_in_fragments(self, fault: Fault) -> None:
        raw, count = pack(os.getpid()), int(fault.argument)
        self.report("acknowledge", n=self.n, value=os.getpid(), bytes=raw.hex())
        pause_s = float(fault.keys.get("pause", _PAUSE_S))
        for sent in range(count - 1):
            self.send(raw[sent : sent + 1])
            self.wait(within_s=pause_s)
        self._tell_early()
        self.send(raw[count - 1 :])

    def _acknowledge_half(self, _fault: Fault) -> None:
        raw = pack(os.getpid())[:2]
        self._tell_early()
        self.report("acknowledge", n=self.n, value=os.getpid(), bytes=raw.hex())
        self.send(raw)
        self.drop()

    def _acknowledge_never(self, _fault: Fault) -> None:
        try:
            self.drain()
        finally:
            self.report("early", n=self.n, bytes=self.drained_bytes)

    def _read_secret(self) -> bytes:
        size = unpack(self.receive(INT_BYTES))
        if not 0 <= size <= _LONGEST_SECRET_BYTES:
            self.report("authenticate", n=self.n, length=size, digest="", ok=0)
            self.drain()
        secret = self.receive(size)
        ok = int(secret == self.scene.secret)
        keys = {"length": size, "ok": ok}
        self.report("authenticate", n=self.n, digest=digest(secret), **keys)
        if self.scene.secret is None:
            self.end(1)
        return secret

    def _replies(self) -> Actions:
        return {
            "reply": lambda fault: self._reply(frame(os.fsencode(fault.argument))),
            "length": lambda fault: self._reply(pack(int(fault.argument)) + b"ok"),
            "half": lambda _: self._reply_half(),
            "garbage": lambda _: self._reply(frame(b"\xff\xfe")),
            "never": lambda _: self.drain(),
            "close": lambda _: self.drop(),
            "reset": lambda _: self.drop(reset=True),
        }

    def _reply(self, raw: bytes) -> None:
        self.report("reply", n=self.n, bytes=raw.hex())
        self._replied = raw
        self.send(raw)

    def _reply_half(self) -> None:
        self._reply(ACCEPTED[: len(ACCEPTED) // 2])
        self.drop()


def _gone_pid() -> int:
    """A pid that was there a moment ago."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid
