"""Which connections a process holds."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from conformance.observe import processes, sock_diag, tcp

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.observe.sock_diag import Connection


def connections_near(pid: int) -> frozenset[int]:
    """List the TCP sockets that are connected on loopback, whoever holds them.

    Args:
        pid: of a process, in whose network to look.

    Returns:
        Inodes, by which a later look tells an old connection from a new one: a daemon may
        be given the port of an earlier one, whose connections somebody has leaked.
    """
    return frozenset(
        one.inode for one in _connections(pid) if one.inode and _is_loopback(one.address)
    )


def count_connections_to(
    pid: int, ports: Collection[int], but: Collection[int] = frozenset()
) -> int:
    """Count the TCP sockets of a process that are connected to ports of this machine.

    What counts is that the process has not closed: one whose peer has closed counts too,
    one that the process has closed or shut down does not.

    Args:
        pid: of the process.
        ports: that daemons or workers listen on, on loopback.
        but: inodes of sockets that do not count.

    Returns:
        How many; 0 if the process is gone. A socket held twice counts once.
    """
    if not ports:
        return 0
    inodes = {
        one.inode
        for one in _connections(pid)
        if one.port in ports and one.inode and one.inode not in but and _is_loopback(one.address)
    }
    return len(inodes & processes.socket_inodes(pid)) if inodes else 0


def _connections(pid: int) -> list[Connection]:
    """Ask the kernel, if the process has the same network as we; else read its tables."""
    try:
        if os.path.samefile(f"/proc/{pid}/ns/net", "/proc/self/ns/net"):
            return sock_diag.connections()
    except OSError:  # some sandboxes have no sock_diag
        pass
    return tcp.connections(pid)


def _is_loopback(packed: bytes) -> bool:
    if len(packed) == len(IPv4Address(0).packed):
        return IPv4Address(packed).is_loopback
    address = IPv6Address(packed)
    return (address.ipv4_mapped or address).is_loopback  # a JVM speaks IPv4 on IPv6 sockets
