"""A console to try the factory by hand: create a worker, talk to it, give it back.

Workers are numbered w1, w2, ... in the order in which they were first handed out; an idle
worker that comes back keeps its number.
"""

from __future__ import annotations

import argparse
import cmd
import logging
import sys
from typing import TYPE_CHECKING

from .connection import Connection
from .errors import FactoryError
from .interrupt import Interrupt
from .making import DAEMON_MODULE, WORKER_MODULE, make
from .profile import DOCUMENTED

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from .factory import PythonWorkerFactory

#: How long a worker may take to answer an `exchange`.
_ANSWER_S = 10.0

#: What help says.
COMMANDS = {
    "create": "hand out a worker, idle or new",
    "exchange [wN] TEXT": "send a text to a worker (the newest) and read the echo",
    "release N": "give worker N back; it becomes idle",
    "stop-worker N": "end worker N",
    "stop": "end the daemon and all idle workers",
    "status": "the daemon and the workers",
    "help": "this list",
    "quit": "stop everything and leave",
}


class ConsoleError(Exception):
    """The user asked for what cannot be."""


class Console(cmd.Cmd):
    """Reads commands and does them.

    Args:
        factory: the factory to play with.
    """

    prompt = "factory> "
    intro = "A factory of Python workers. Type help for the commands."
    #: `input` looks for signals once more behind one that has raised; readline does not.
    use_rawinput = False

    def __init__(self, factory: PythonWorkerFactory) -> None:
        # No completion key: it would load readline, which writes escape codes.
        super().__init__(completekey="")
        self._factory = factory
        self._workers: list[socket.socket] = []
        self._pids: dict[socket.socket, int | None] = {}
        self._states: dict[socket.socket, str] = {}

    def do_create(self, arguments: str) -> None:
        """Hand out a worker, idle or new."""
        _expect_nothing(arguments)
        sock, pid = self._factory.create()
        if sock not in self._states:
            self._workers.append(sock)
        self._states[sock] = "active"
        self._pids[sock] = pid
        self._say(f"{self._name(sock)}: pid {pid}")

    def do_exchange(self, arguments: str) -> None:
        """Send a text to a worker and read the echo."""
        first, _, rest = arguments.partition(" ")
        is_named = bool(rest.strip()) and first[:1] == "w" and first[1:].isdecimal()
        sock = self._worker(first) if is_named else self._newest()
        text = rest.strip() if is_named else arguments
        if not text:
            raise ConsoleError("exchange needs a text")
        pid, echo = _exchange(sock, text)
        self._say(f"{self._name(sock)}: pid {pid} answers: {echo}")

    def do_release(self, arguments: str) -> None:
        """Give a worker back; it becomes idle."""
        sock = self._worker(arguments)
        self._factory.release_worker(sock)
        if self._states[sock] == "active":
            self._states[sock] = "idle" if sock.fileno() >= 0 else "closed"
        self._say(f"{self._name(sock)}: {self._states[sock]}")

    def do_stop_worker(self, arguments: str) -> None:
        """End a worker."""
        sock = self._worker(arguments)
        self._factory.stop_worker(sock)
        self._states[sock] = "stopped"
        self._say(f"{self._name(sock)}: stopped")

    def do_stop(self, arguments: str) -> None:
        """End the daemon and all idle workers."""
        _expect_nothing(arguments)
        self._factory.stop()
        self._say("stopped")

    def do_status(self, arguments: str) -> None:
        """Show the daemon and the workers."""
        _expect_nothing(arguments)
        seen = self._factory.inspect()
        if seen["daemon_pid"] is None:
            self._say("daemon: none")
        else:
            self._say(f"daemon: pid {seen['daemon_pid']}, port {seen['daemon_port']}")
        for sock in self._workers:
            if self._states[sock] == "idle" and sock.fileno() < 0:
                self._states[sock] = "closed"
            pid, state = self._pids[sock], self._states[sock]
            self._say(f"{self._name(sock)}: pid {pid}, {state}")
        if not self._workers:
            self._say("workers: none")

    def do_help(self, arg: str) -> None:
        """List the commands."""
        _expect_nothing(arg)
        for usage, meaning in COMMANDS.items():
            self._say(f"{usage:<20} {meaning}")

    def do_quit(self, arguments: str) -> bool:
        """Leave; `main` stops everything."""
        _expect_nothing(arguments)
        return True

    def do_EOF(self, _arguments: str) -> bool:  # noqa: N802 - cmd wants this name
        """Leave, as quit does."""
        self._say("")
        return True

    def onecmd(self, line: str) -> bool:
        """Do one line; what goes wrong becomes one line too.

        Args:
            line: as typed.

        Returns:
            Whether to leave.
        """
        try:
            return bool(super().onecmd(line.replace("stop-worker", "stop_worker", 1)))
        except (ConsoleError, FactoryError, OSError) as error:
            self._say(f"error: {' '.join(str(error).split())}")
            return False

    def emptyline(self) -> bool:
        """Do nothing, rather than the last command again."""
        return False

    def default(self, line: str) -> None:
        """Complain about an unknown command."""
        word = line.split(maxsplit=1)[0].replace("stop_worker", "stop-worker")
        raise ConsoleError(f"no command {word!r}; type help for the commands")

    def close(self) -> None:
        """End everything, active workers too."""
        for sock in self._workers:
            self._factory.stop_worker(sock)
        self._factory.stop()

    def _say(self, text: str) -> None:
        self.stdout.write(f"{text}\n")
        self.stdout.flush()

    def _name(self, sock: socket.socket) -> str:
        return f"w{self._workers.index(sock) + 1}"

    def _worker(self, name: str) -> socket.socket:
        number = name.strip().removeprefix("w")
        if not number:
            raise ConsoleError("which worker? for example w1")
        if not number.isdecimal() or not 1 <= int(number) <= len(self._workers):
            raise ConsoleError(f"no worker {name.strip()!r}; status lists them")
        return self._workers[int(number) - 1]

    def _newest(self) -> socket.socket:
        active = [s for s in self._workers if self._states[s] == "active"]
        if not active:
            raise ConsoleError("no active worker; create one first")
        return active[-1]


def _expect_nothing(arguments: str) -> None:
    if arguments:
        raise ConsoleError(f"did not expect {arguments!r}")


def _exchange(sock: socket.socket, text: str) -> tuple[int, str]:
    """Send a text and read the answer: the worker's pid and the text."""
    connection = Connection(sock, _ANSWER_S)
    connection.write_text(text)
    pid = connection.read_int()
    return pid, connection.read(connection.read_int()).decode(errors="replace")


def main(arguments: Sequence[str]) -> int:
    """Run the console until it is left.

    Args:
        arguments: of the command line, without the program.

    Returns:
        The exit status.
    """
    wishes = _parser().parse_args(arguments)
    interrupt = Interrupt()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    factory = make(
        wishes.python,
        {"SPARK_REUSE_WORKER": "1"},
        use_daemon=not wishes.simple,
        daemon_module=wishes.daemon_module,
        worker_module=wishes.worker_module,
        profile=wishes.profile,
    )
    console = Console(factory)
    try:
        interrupt.listen()
        console.cmdloop()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    finally:
        interrupt.ignore()
        console.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reference_impl", description="Try the factory by hand."
    )
    parser.add_argument("--python", default=sys.executable, help="program to run")
    parser.add_argument("--daemon-module", default=DAEMON_MODULE)
    parser.add_argument("--worker-module", default=WORKER_MODULE)
    parser.add_argument("--profile", default=DOCUMENTED, help="such as spark-4.3")
    parser.add_argument("--simple", action="store_true", help="without the daemon")
    return parser
