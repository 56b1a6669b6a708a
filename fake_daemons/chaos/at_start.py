"""Faults before the port is announced, and right behind. The daemon's own code has not begun."""

from __future__ import annotations

import os
from _socket import AF_INET, AF_INET6, SOCK_STREAM

from fake_daemons.chaos.ending import pause, wait_for_hang_up
from fake_daemons.chaos.misdeed import offer
from fake_daemons.kernel import Socket
from fake_daemons.process import ORDERLY
from fake_daemons.wire import pack

_FLOOD_BYTES = "1048576"
_LINE = b"x" * 63 + b"\n"


@offer("none")
def well_behaved(_argument: str) -> None:
    """Nothing: all is left to the installed daemon."""


@offer("start", "status", str(ORDERLY))
def exits_before_announcing(status: str) -> None:
    """The daemon ends before it has announced a port; the argument is its exit status."""
    os._exit(int(status))


@offer("start")
def never_announces(_argument: str) -> None:
    """The daemon never announces a port; hang-up and SIGTERM end it."""
    wait_for_hang_up()


@offer("start", "seconds", "3")
def slow_port(seconds: str) -> None:
    """The daemon announces its port late, by so many seconds."""
    pause(float(seconds))


@offer("start", "text", "Welcome!")
def announces_text(text: str) -> None:
    """The daemon prints a text before its port, as a chatty site customisation does."""
    os.write(1, os.fsencode(text))


@offer("start", "port", "0")
def announces_port_zero(port: str) -> None:
    """The daemon announces port 0."""
    _announce(int(port))


@offer("start", "port", "-1")
def announces_negative_port(port: str) -> None:
    """The daemon announces a negative port."""
    _announce(int(port))


@offer("start", "port", "70000")
def announces_huge_port(port: str) -> None:
    """The daemon announces a port that cannot be."""
    _announce(int(port))


@offer("start", "port", "0")
def announces_half(port: str) -> None:
    """The daemon announces two bytes of a port and hangs."""
    os.write(1, pack(int(port))[:2])
    wait_for_hang_up()


@offer("start", "port", "0")
def announces_nobody(_port: str) -> None:
    """The daemon announces a port on which nobody listens."""
    is_ipv6 = os.environ.get("SPARK_PREFER_IPV6", "").lower() == "true"
    decoy = Socket(AF_INET6 if is_ipv6 else AF_INET, SOCK_STREAM)
    decoy.bind(("::1" if is_ipv6 else "127.0.0.1", 0))
    _announce(decoy.getsockname()[1])


@offer("start")
def closes_stdout(_argument: str) -> None:
    """The daemon closes its stdout in place of announcing a port, and lives on."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    wait_for_hang_up()


@offer("start", "bytes", _FLOOD_BYTES)
def floods_stderr_before_port(count: str) -> None:
    """The daemon writes so many bytes to stderr before its port."""
    _flood(2, int(count))


@offer("announced", "bytes", _FLOOD_BYTES)
def floods_stderr(count: str) -> None:
    """The daemon writes so many bytes to stderr after its port, before it accepts."""
    _flood(2, int(count))


@offer("announced", "bytes", _FLOOD_BYTES)
def floods_stdout(count: str) -> None:
    """The daemon writes so many bytes to stdout after its port, before it accepts."""
    _flood(1, int(count))


def _announce(port: int) -> None:
    os.write(1, pack(port))
    wait_for_hang_up()


def _flood(fd: int, count: int) -> None:
    """Write lines; who ends the reading ends us, too."""
    while count > 0:
        count -= os.write(fd, _LINE[:count])
