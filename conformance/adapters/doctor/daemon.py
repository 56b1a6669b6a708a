"""The stages of a daemon: what Spark's factory does to it from its start to its end."""

from __future__ import annotations

import codecs
import os
import socket
import time
from typing import TYPE_CHECKING

from conformance.adapters.doctor import proc
from conformance.adapters.doctor.ends import (
    ended_early,
    held_stdout,
    not_connected,
    with_end,
)
from conformance.adapters.doctor.launch import SECRET, TOKEN, Process, environment, how
from conformance.adapters.doctor.python import not_started
from conformance.adapters.doctor.seen import Failed
from conformance.adapters.doctor.wire import INT_BYTES, Connection, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.adapters.doctor.python import Python
    from conformance.adapters.doctor.seen import Options

_FAMILIES = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}
_HIGHEST_PORT = 65535
#: Since 4.0 the factory hands the worker module to the daemon.
_FIRST_WITH_ARGUMENT = (4, 0)
#: How long to listen for the rest of what was printed, in seconds.
_REST_S = 0.2
_SHOWN_BYTES = 120
#: A process that wants to run at more than this part of all looks spins. What it is given
#: of a busy machine does not matter.
_SPINS = 0.5


class DaemonStages:
    """One daemon, and how far it has come.

    Args:
        options: what is examined.
        python: its interpreter.
    """

    def __init__(self, options: Options, python: Python) -> None:
        self._options = options
        self._secret = os.urandom(32).hex()
        has_argument = options.argument
        if has_argument is None:
            has_argument = bool(python.pyspark) and python.line >= _FIRST_WITH_ARGUMENT
        self.argv = [python.path, "-m", options.daemon, *([options.worker] * has_argument)]
        self._limit_s = options.limit_s
        self._process: Process | None = None
        self._connections: list[Connection] = []
        self._port = 0
        self._address = ""
        #: How the first worker's connection was lost before it was read from.
        self._lost: Failed | None = None

    def stages(self) -> list[tuple[str, Callable[[], str]]]:
        """List the stages in their order.

        Returns:
            Name of each, and what does it and says what it saw.
        """
        served: list[tuple[str, Callable[[], str]]] = [
            ("connect", self.connect),
            ("pid", self.see_pid),
            ("secret", self.authenticate),
            ("wrong secret", self.offer_wrong_secret),
            ("echo", self.echo),
            ("idle close", self.close_idle),
            ("kill request", self.request_kill),
        ]
        return [
            ("start", self.start),
            ("first bytes", self.see_first_bytes),
            ("port", self.see_port),
            *((name, self._minding_its_end(do)) for name, do in served),
            ("hang-up", self.hang_up),
            ("nothing left", self.see_nothing_left),
        ]

    def start(self) -> str:
        """Start it, and see that it does not end before its first byte."""
        env = environment(self._options, **self._own_variables())
        began = time.monotonic()
        try:
            self._process = Process(self.argv, env)
        except OSError as error:
            raise not_started(self.argv[0], error) from None
        if not self._daemon.peek(1, self._options.start_s):
            status = self._daemon.wait(0.5)
            if status is not None:
                if holders := self._daemon.holders(proc.ours(TOKEN, self._options.token)):
                    raise held_stdout(self._daemon, status, holders)
                raise ended_early(self._daemon, status, "announced its port")
            return f"pid {self._daemon.pid}, which lives {time.monotonic() - began:.1f} s later"
        return f"pid {self._daemon.pid}, {time.monotonic() - began:.1f} s to its first byte"

    def see_first_bytes(self) -> str:
        """See that four bytes come, and that they are no text."""
        if not self._daemon.peek(1, 0):
            within = f"{self._options.start_s:g} s"
            if self._daemon.waits_for_errors():
                saw = "it waits, as nobody reads its stderr, which is full, before the port"
                raise Failed("floods-stderr", saw)
            if self._daemon.status() is None and not self._daemon.is_at_end:
                raise Failed("silent", f"nothing on its stdout for {within}; it lives")
            raise Failed("closed-stdout", "its stdout ended without a byte; it lives")
        head = self._daemon.peek(INT_BYTES, self._limit_s)
        if is_text(head):
            text = self._daemon.peek(_SHOWN_BYTES, _REST_S).split(b"\0", 1)[0]
            shown = self._daemon.hide(text.decode(errors="replace"))
            raise Failed("text", f"text where the port should be: {shown!r}")
        if len(head) < INT_BYTES:
            raise Failed("half-port", f"{len(head)} of 4 bytes: {spaced(head)}")
        return spaced(head)

    def see_port(self) -> str:
        """See that they are the port of a socket that the daemon listens on."""
        head = self._daemon.read(INT_BYTES, self._limit_s)
        self._port = unpack(head)
        if not 1 <= self._port <= _HIGHEST_PORT:
            raise Failed("not-a-port", f"{spaced(head)} is {self._port} (0x{head.hex()}): no port")
        proc.wait_until(lambda: self._listening() or self._daemon.peek(INT_BYTES, 0), self._limit_s)
        places = self._listening()
        if places and self._port not in [place.port for place in places]:
            real = ", ".join(f"{place.address} port {place.port}" for place in places)
            rest = self._daemon.peek(INT_BYTES, _REST_S)
            also = f"; the next bytes are {spaced(rest)}" if rest else ""
            raise Failed("foreign-port", f"{self._port}, but the daemon listens on {real}{also}")
        self._daemon.read_on()
        mine = [place.address for place in places if place.port == self._port]
        return f"{self._port}" + (f", where it listens on {' and '.join(mine)}" if mine else "")

    def connect(self) -> str:
        """Connect for the first worker, by the family of addresses that Spark takes.

        Nothing else connects before it: some daemons serve but one, or end of it.
        """
        prefers_6 = environment(self._options).get("SPARK_PREFER_IPV6", "").lower() == "true"
        self._address, other = ("::1", "127.0.0.1") if prefers_6 else ("127.0.0.1", "::1")
        try:
            self._open_first()
        except Failed as failed:
            if failed.symptom != "refused":
                raise
            wrong = self._try(other)
            symptom = "refused" if wrong else "wrong-family"
            saw = f"{failed.saw}; {other}: {wrong or 'accepts'}; Spark takes {self._address}"
            raise Failed(symptom, saw) from None
        return f"{self._address} accepts"

    def see_pid(self) -> str:
        """Read the pid, and see whose it is."""
        if self._lost:
            raise self._lost
        connection = self._connections[0]
        connection.pid = connection.read_int("pid of the worker")
        self._check_pid(connection.pid)
        parents = proc.ancestors(connection.pid)
        if self._daemon.pid not in parents:
            parent = parents[0] if parents else 0
            saw = f"{connection.pid} is no child of the daemon but of {parent}"
            raise Failed("foreign-pid", saw)
        between = "child" if parents[0] == self._daemon.pid else "descendant"
        return f"{connection.pid}, a {between} of the daemon"

    def authenticate(self) -> str:
        """Prove the secret."""
        self._prove(self._connections[0])
        return "accepted"

    def offer_wrong_secret(self) -> str:
        """Offer another secret; no task must follow."""
        connection = self._open()
        connection.pid = connection.read_int("pid of the worker")
        connection.send_text("f" * len(self._secret))
        try:
            reply = connection.read_reply()
        except Failed as failed:
            if failed.symptom.startswith("no-"):
                raise Failed("wrong-secret-pends", "a wrong secret gets no reply") from None
            return f"refused without `err` ({failed.saw})"
        if reply == "ok":
            raise Failed("accepts-any-secret", "a wrong secret gets `ok`")
        if not connection.ends():
            raise Failed("wrong-secret-stays", f"`{reply}`, but the connection stays open")
        return f"refused: `{self._daemon.hide(reply)}`"

    def echo(self) -> str:
        """Send a task to a real worker, one that it refuses."""
        return self._connections[0].ask_oddly()

    def close_idle(self) -> str:
        """Close idle workers' connections, as after a minute in the pool."""
        self._new_worker()  # one that has had no task; the first has had one
        pids = [connection.pid for connection in self._connections]
        began_s = time.monotonic()
        for connection in self._connections:
            connection.close()
        watch = proc.Watch(pids)
        ended = proc.wait_until(watch.have_ended, self._limit_s)
        took_s = time.monotonic() - began_s
        if ended:
            return f"{len(pids)} workers ended {took_s:.1f} s after their connections"
        pid, share, spent_s = watch.busiest()
        saw = f"worker {pid} lives {took_s:.1f} s after its connection"
        if share > _SPINS:
            raise Failed("spins", f"{saw}, never sleeps, and has computed for {spent_s:.2f} s")
        raise Failed("stays", saw)

    def request_kill(self) -> str:
        """Ask the daemon to kill a worker of its own."""
        worker = self._new_worker()
        try:
            self._daemon.write(pack(worker.pid))
        except OSError as error:
            raise Failed("stdin-closed", f"the daemon's stdin is closed: {error}") from None
        if not proc.wait_until(lambda: not proc.is_alive(worker.pid), self._limit_s):
            raise Failed("kill-ignored", f"worker {worker.pid} lives {self._limit_s:g} s later")
        if self._daemon.status() is not None:
            raise Failed("dies-of-kill", f"the daemon {how(self._daemon.status())} of it")
        return f"worker {worker.pid} was killed, the daemon goes on"

    def hang_up(self) -> str:
        """Close the daemon's stdin, by which Spark ends it."""
        self._daemon.hang_up()
        status = self._daemon.wait(self._limit_s)
        if status is None:
            raise Failed("stays-after-hang-up", f"it lives {self._limit_s:g} s later")
        return f"the daemon {how(status)}"

    def see_nothing_left(self) -> str:
        """See that all that came of the daemon has ended."""
        token = self._options.token
        if proc.wait_until(lambda: not proc.ours(TOKEN, token), self._limit_s):
            return "all its processes have ended"
        left = ", ".join(str(pid) for pid in proc.ours(TOKEN, token))
        raise Failed("left", f"these processes live {self._limit_s:g} s later: {left}")

    def said(self) -> list[str]:
        """Read the end of its standard error.

        Returns:
            Lines.
        """
        return self._process.said() if self._process else []

    def close(self) -> None:
        """End the daemon."""
        for connection in self._connections:
            connection.close()
        if self._process:
            self._process.end()

    @property
    def _daemon(self) -> Process:
        if self._process is None:
            raise Failed("not-started", "the daemon was not started")
        return self._process

    def _listening(self) -> list[proc.Listening]:
        everyone = [self._daemon.pid, *proc.ours(TOKEN, self._options.token)]
        return proc.listening(everyone)

    def _try(self, address: str) -> str:
        """Connect and close at once; say what went wrong, or nothing."""
        try:
            self._dial(address).close()
        except ConnectionResetError:
            return ""  # it was accepted; what comes next is the next stage's
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def _dial(self, address: str) -> socket.socket:
        sock = socket.socket(_FAMILIES[address], socket.SOCK_STREAM)
        try:
            sock.settimeout(self._limit_s)
            sock.connect((address, self._port))
        except BaseException:
            sock.close()
            raise
        return sock

    def _open_first(self) -> None:
        """Connect for the first worker; a reset is for the stage that reads from it."""
        try:
            self._open()
        except Failed as failed:
            if failed.symptom != "reset-before-pid":
                raise
            self._lost = failed

    def _open(self) -> Connection:
        try:
            connection = Connection(self._dial(self._address), self._limit_s)
        except OSError as error:
            raise not_connected(self._address, error, self._limit_s) from None
        self._connections.append(connection)
        return connection

    def _heirs(self) -> list[int]:
        """Find who listens on the port."""
        pids = proc.ours(TOKEN, self._options.token)
        return [
            pid for pid in pids if self._port in [place.port for place in proc.listening([pid])]
        ]

    def _minding_its_end(self, do: Callable[[], str]) -> Callable[[], str]:
        """Have a stage that fails tell that the started process has ended, where it has."""

        def stage() -> str:
            try:
                return do()
            except Failed as failed:
                raise with_end(failed, self._daemon, self._heirs) from None

        return stage

    def _new_worker(self) -> Connection:
        connection = self._open()
        connection.pid = connection.read_int("pid of the worker")
        self._check_pid(connection.pid)
        if self._daemon.pid not in proc.ancestors(connection.pid):
            raise Failed("foreign-pid", f"{connection.pid} is no child of the daemon")
        self._prove(connection)
        return connection

    def _own_variables(self) -> dict[str, str]:
        """Give what the factory itself sets."""
        return {SECRET: self._secret}

    def _prove(self, connection: Connection) -> None:
        connection.send_text(self._secret)
        self._expect_ok(connection)

    def _expect_ok(self, connection: Connection) -> None:
        reply = connection.read_reply()
        if reply == "ok":
            return
        symptom = "refused-secret" if reply == "err" else "garbled-reply"
        raise Failed(symptom, f"the right secret gets {self._daemon.hide(reply)!r}")

    def _check_pid(self, pid: int) -> None:
        if pid < 0:
            raise Failed("negative-pid", f"{pid}: the daemon refuses")
        if pid == 0 or not os.path.exists(f"/proc/{pid}"):
            raise Failed("gone-pid", f"{pid} is no process")


def is_text(data: bytes) -> bool:
    """Tell whether bytes are what somebody would print.

    Args:
        data: any.

    Returns:
        Whether they are.
    """
    begin = data.split(b"\0", 1)[0]  # a port begins with two zeros
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(begin)  # it may be cut
    except UnicodeDecodeError:
        return False
    return bool(begin) and all(one.isprintable() or one in "\t\n\r\x1b\ufeff" for one in text)


def spaced(data: bytes) -> str:
    """Write bytes as people read them.

    Args:
        data: any.

    Returns:
        Hexadecimal digits, in pairs.
    """
    return " ".join(f"{byte:02x}" for byte in data)
