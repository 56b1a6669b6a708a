"""What a fake finds in its environment: the scenario that it plays in, or none."""

from __future__ import annotations

import os

from fake_daemons.faults import Fault, FaultError, parse, select

#: Exit status of a fake that cannot make sense of its faults (sysexits' EX_USAGE).
EX_USAGE = 64

_LONGEST_PLAN_BYTES = 4096
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-"


def setting(name: str, otherwise: str) -> str:
    """Read a parameter of a fake's module.

    Args:
        name: the variable without its `WFC_`, such as `N`.
        otherwise: the value if it is not set.

    Returns:
        Its value.
    """
    return os.environ.get("WFC_" + name, otherwise)


def parameter(name: str, otherwise: str) -> str:
    """Read a parameter that becomes part of a fault's text.

    Args:
        name: the variable without its `WFC_`, such as `N`.
        otherwise: the value if it is not set.

    Returns:
        Its value, percent-encoded.
    """
    raw = os.fsencode(setting(name, otherwise))
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)


class Scene:
    """The scenario of a process, handed on to the workers that it forks.

    Args:
        faults: what the fake's own module asks for, when `WFC_WHEN` says so.
        stem: name of the files that count generations.

    Attributes:
        directory: of the scenario, or empty.
        faults: that stand: the module's, the environment's, those of the plan as read last.
        generation: number of this process among those with its stem, from 1.
        secret: that it was given, or None.
    """

    def __init__(self, faults: str, stem: str) -> None:
        self.directory = setting("DIR", "")
        self._standing = _own(faults) + parse(setting("FAULTS", ""))
        self.faults = self._standing
        self._plan_path = setting("PLAN", "")
        self._plan: bytes = b""
        self.secret = os.environb.get(b"PYTHON_WORKER_FACTORY_SECRET")
        self.generation = _reserve(f"{self.directory}/{stem}") if self.directory else 1

    def read_plan(self) -> None:
        """Read the plan page anew; who cannot parse it gets a FaultError."""
        if not self._plan_path:
            return
        page = _read(self._plan_path)
        if page != self._plan:
            text = os.fsdecode(page.replace(b"\0", b" "))
            self._plan, self.faults = page, self._standing + parse(text)

    def take_ticket(self, kind: str) -> str:
        """Take a ticket, so that nobody else has it: whoever removes its file does.

        Args:
            kind: name of the tickets and how many there may be, such as `a1:2`.

        Returns:
            The ticket, such as `a1.2`; empty if none is left, or there is no directory.
        """
        name, _, count = kind.partition(":")
        for number in range(1, int(count) + 1) if self.directory else ():
            try:
                os.unlink(f"{self.directory}/ticket.{name}.{number}")
            except FileNotFoundError:
                continue
            return f"{name}.{number}"
        return ""

    @property
    def loopback(self) -> str:
        """The address that Spark asks for: IPv6 only if it says so."""
        prefers = os.environ.get("SPARK_PREFER_IPV6", "").lower() == "true"
        return "::1" if prefers else "127.0.0.1"

    @property
    def socket_directory(self) -> str:
        """Where Spark 4.1 and later want a daemon's socket; empty over TCP."""
        return os.environ["PYTHON_WORKER_FACTORY_SOCK_DIR"] if self._wants_path else ""

    @property
    def socket_path(self) -> str:
        """Where Spark 4.1 and later wait for a simple worker; empty over TCP."""
        return os.environ["PYTHON_WORKER_FACTORY_SOCK_PATH"] if self._wants_path else ""

    @property
    def _wants_path(self) -> bool:
        return os.environ.get("PYTHON_UNIX_DOMAIN_ENABLED", "").lower() == "true"


def _own(text: str) -> list[Fault]:
    """The module's own faults; `WFC_WHEN` holds a selector for all of them."""
    when = setting("WHEN", "")
    faults = parse(text)
    try:
        for fault in faults:
            select(fault, when)
    except ValueError as wrong:
        raise FaultError(f"cannot parse WFC_WHEN {when!r}: {wrong}") from None
    return faults


def _read(path: str) -> bytes:
    """Open the page each time, so that it may be replaced as a whole by a rename."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return b""
    try:
        return os.pread(fd, _LONGEST_PLAN_BYTES, 0)
    finally:
        os.close(fd)


def _reserve(stem: str) -> int:
    number = 1
    while True:
        try:
            fd = os.open(f"{stem}.{number}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
        else:
            os.close(fd)
            return number
