"""The daemon's life: start, announce, accept, kill on request, hang up, SIGTERM.

Honest, it does what pyspark.daemon does; each named step gives way to faults. Spark's
quirks are not copied where they would let a fake do harm: a kill request for a process
that is not its own worker is reported, no more, and half a request blocks nobody.
"""

from __future__ import annotations

import os
from _socket import SOCK_STREAM

from fake_daemons.accepting import Accepting
from fake_daemons.kernel import TYPE_CHECKING, Socket, override, signal
from fake_daemons.leash import wear
from fake_daemons.mischief import Actions, hang, step
from fake_daemons.process import ORDERLY, run
from fake_daemons.scene import setting
from fake_daemons.wire import INT_BYTES, frame, pack, unpack

if TYPE_CHECKING:
    from fake_daemons.faults import Fault


def live(faults: str = "") -> None:
    """Be a daemon from start to end; never return.

    Args:
        faults: what this fake does wrong, beside what the suite asks for.
    """
    run(Daemon, faults)


def _ignore(_fault: Fault) -> None:
    """Let it pass."""


class Daemon(Accepting):
    """A daemon: leader of its group, parent of its workers."""

    who, stem = "daemon", "generation"

    _request = b""
    _hears_stdin = True
    #: A port that is taken, so that nobody else listens there.
    _decoy: Socket | None = None

    @override
    def live(self) -> None:
        """Live from the process group to the last round."""
        os.setpgid(0, 0)
        if leash := setting("LEASH", ""):
            wear(leash)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.heed_signals()
        self.report_start()
        step(self, "start")
        self._announce(self.listen())
        step(self, "announced")
        while True:
            stdin = [0] if self._hears_stdin else []
            ready = self.wait(*stdin, *self.sources())
            if 0 in ready:
                self._read_stdin()
            self.attend(ready)

    @override
    def on_sigterm(self) -> None:
        """Shut down, unless told to ignore it."""
        step(self, "sigterm", self.shut_down, {"ignore": _ignore}, 0)

    def _announce(self, port: int) -> None:
        true = frame(os.fsencode(self.path)) if self.path else pack(port)
        actions: Actions = {
            "port": lambda fault: self._write(*_number(fault.argument)),
            "text": lambda fault: self._write(port, os.fsencode(fault.argument)),
            "bytes": lambda fault: self._write(port, bytes.fromhex(fault.argument)),
            "half": lambda _: self._announce_half(port, true),
            "eof": lambda _: self._end_stdout(),
            "never": _ignore,
            "nobody": lambda _: self._announce_nobody(),
        }
        step(self, "announce", lambda: self._write(port, true), actions)

    def _write(self, port: int, raw: bytes) -> None:
        self.report("announce", port=port, bytes=raw.hex())
        try:
            os.write(1, raw)
        except BrokenPipeError:
            self.shut_down()  # the factory was stopped meanwhile: nobody is to be told
        self.has_announced = len(raw) >= INT_BYTES

    def _announce_half(self, port: int, raw: bytes) -> None:
        self._write(port, raw[: INT_BYTES // 2])
        hang(self)

    def _announce_nobody(self) -> None:
        """Announce a port that is taken but deaf, or the path of no socket."""
        if self.path:
            self._write(0, frame(os.fsencode(self.path + ".gone")))
            return
        self._decoy = Socket(self.listener.family, SOCK_STREAM)
        self._decoy.bind((self.scene.loopback, 0))
        self._write(*_number(self._decoy.getsockname()[1]))

    def _end_stdout(self) -> None:
        """The factory sees the end of our stdout; descriptor 1 stays taken."""
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)

    def _read_stdin(self) -> None:
        """Read at most the rest of one record: one a round, and never wait for it."""
        part = os.read(0, INT_BYTES - len(self._request))
        if not part:
            self._hang_up()
        self._request += part
        if len(self._request) == INT_BYTES:
            pid, self._request = unpack(self._request), b""
            n = self.workers.get(pid, 0)
            self.report("kill_request", pid=pid, known=int(n > 0))
            step(self, "kill_request", lambda: self._kill(pid), {"ignore": _ignore}, n)

    def _kill(self, pid: int) -> None:
        """Kill a worker; the handle outlives the pid, so no stranger is ever hit."""
        if pid not in self.workers:
            return
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            if _parent(pid) == os.getpid():
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        except ProcessLookupError:
            pass  # the worker saw its connection close, and was quicker than the request
        os.close(handle)

    def _hang_up(self) -> None:
        if self._request:
            self.report("partial_kill", bytes=len(self._request))
        self.report("hang_up")
        step(self, "hang_up", self.shut_down, {"ignore": _ignore}, 0)
        self._hears_stdin = False

    @override
    def shut_down(self) -> None:
        """Take the workers along: SIGHUP to the whole group."""
        self.report("end", status=ORDERLY)
        if self.path and os.path.exists(self.path):
            os.unlink(self.path)
        os.kill(0, signal.SIGHUP)
        os._exit(ORDERLY)


def _number(text: int | str) -> tuple[int, bytes]:
    """A port as it is meant and as it is written."""
    return int(text), pack(int(text))


def _parent(pid: int) -> int:
    """The parent of a process, 0 if there is no such process."""
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        return int(os.read(fd, 1024).rpartition(b")")[2].split()[1])
    except ProcessLookupError:
        return 0
    finally:
        os.close(fd)
