"""The kernel's tables of TCP sockets (`man 5 proc`, /proc/net/tcp)."""

from __future__ import annotations

import re
import sys

import msgspec

from conformance.observe import proc
from conformance.observe.sock_diag import HELD_STATES, Connection

#: State of a listening socket: linux/tcp_states.h, TCP_LISTEN.
_LISTEN = "0A"

#: Slot, both ends as address:port, state, five columns, inode.
_LINE = re.compile(
    r"^ *\d+: (\w+:\w{4}) (\w+):(\w{4}) (\w\w) \S+ \S+ \S+ +\d+ +\d+ (\d+)", re.MULTILINE
)
#: Digits of a word of four bytes.
_WORD = 8


class _Line(msgspec.Struct, frozen=True):
    """A line of a table, in hexadecimal digits but for the inode."""

    local: str
    remote_address: str
    remote_port: str
    state: str
    inode: int


def listening(pid: int) -> list[tuple[str, int]]:
    """List the listening sockets of a process's network, whoever holds them.

    Args:
        pid: of the process.

    Returns:
        `address:port` as the kernel writes it, and inode of each; IPv4 first.
    """
    return [(line.local, line.inode) for line in _lines(pid) if line.state == _LISTEN]


def connections(pid: int) -> list[Connection]:
    """List the connections of a process's network, whoever holds them.

    Args:
        pid: of the process.

    Returns:
        The connections, IPv4 first.
    """
    return [
        Connection(
            address=_packed(line.remote_address),
            port=int(line.remote_port, 16),
            own_port=int(line.local.rpartition(":")[2], 16),
            state=int(line.state, 16),
            inode=line.inode,
        )
        for line in _lines(pid)
        if int(line.state, 16) in HELD_STATES
    ]


def _lines(pid: int) -> list[_Line]:
    tables = (proc.read(f"/proc/{pid}/net/{name}").decode() for name in ("tcp", "tcp6"))
    return [
        _Line(local, address, port, state, int(inode))
        for table in tables
        for local, address, port, state, inode in _LINE.findall(table)
    ]


def _packed(digits: str) -> bytes:
    """Read an address: words of four bytes, each written in the machine's order."""
    words = (int(digits[at : at + _WORD], 16) for at in range(0, len(digits), _WORD))
    return b"".join(word.to_bytes(4, sys.byteorder) for word in words)
