"""Which TCP connections of this machine a process holds (`man 5 proc`, /proc/net/tcp)."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import sys
from pathlib import Path
from typing import NamedTuple

#: ESTABLISHED, SYN_SENT and CLOSE_WAIT (linux/tcp_states.h): what its holder has not closed.
_HELD_STATES = ("01", "02", "08")
#: Places in a line of the table: both ends as address:port, the state, and the inode.
_OWN, _PEER, _STATE, _INODE = 1, 2, 3, 9
#: Digits of a word of four bytes, each written in the machine's order.
_WORD = 8


class Held(NamedTuple):
    """A connection that is held: port of its holder's end, and of the other one."""

    own_port: int
    port: int


def held_connections(pid: int) -> set[Held]:
    """List the connections by the loopback interface that a process holds.

    Args:
        pid: of the process.

    Returns:
        The connections; none if the process is gone.
    """
    sockets = _sockets(pid)
    return {
        Held(int(own.partition(":")[2], 16), int(peer.partition(":")[2], 16))
        for own, peer, inode in _held(pid)
        if f"socket:[{inode}]" in sockets and _is_loopback(peer.partition(":")[0])
    }


def _held(pid: int) -> list[tuple[str, str, str]]:
    """Both ends and the inode of each connection of the process's network."""
    found: list[tuple[str, str, str]] = []
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()
            rows = [line.split() for line in lines[1:]]
            held = (row for row in rows if row[_STATE] in _HELD_STATES)
            found += [(row[_OWN], row[_PEER], row[_INODE]) for row in held]
    return found


def _sockets(pid: int) -> set[str]:
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found.add(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found


def _is_loopback(digits: str) -> bool:
    words = (int(digits[at : at + _WORD], 16) for at in range(0, len(digits), _WORD))
    packed = b"".join(word.to_bytes(_WORD // 2, sys.byteorder) for word in words)
    address = ipaddress.ip_address(packed)
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)  # some speak IPv4 on sockets for IPv6
