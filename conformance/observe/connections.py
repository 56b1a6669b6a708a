"""Which connections a process holds."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from conformance.observe import processes, sock_diag, tcp

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.observe.sock_diag import Connection


def count_connections_to(
    pid: int, ports: Collection[int], before: Collection[int] = frozenset()
) -> int:
    """Count the TCP sockets of a process that are connected to ports of this machine.

    What counts is that the process has not closed: one whose peer has closed counts too,
    one that the process has closed or shut down does not.

    Args:
        pid: of the process.
        ports: that daemons or workers listen on, on loopback.
        before: inodes of sockets that it held before anybody listened there: the kernel
            gives out a port again while some peer of its last owner has not closed yet.

    Returns:
        How many; 0 if the process is gone. A socket held twice counts once.
    """
    if not ports:
        return 0
    inodes = {
        one.inode
        for one in _connections(pid)
        if one.port in ports and one.inode and _is_loopback(one.address)
    }
    return len((inodes & processes.socket_inodes(pid)) - set(before)) if inodes else 0


def abandoned_connections(pid: int, ports: Collection[int]) -> tuple[int, ...]:
    """Name the ports whose listener is gone, while a process holds a connection to them alone.

    Where a listener closes amid a handshake, Linux (6.18 is one that does) may take the other
    end away and tell nobody: about one in several thousand. Whoever reads there without a
    limit reads for ever.

    Args:
        pid: of the process.
        ports: that daemons listened on, on loopback.

    Returns:
        The ports, in order; none if each connection has another end.
    """
    every = [one for one in _connections(pid) if _is_loopback(one.address)]
    ends = {(one.own_port, one.port) for one in every}
    listening = {int(address.rpartition(":")[2], 16) for address, _ in tcp.listening(pid)}
    held = processes.socket_inodes(pid)
    alone = {
        one.port
        for one in every
        if one.state == sock_diag.ESTABLISHED
        and one.inode in held
        and (one.port, one.own_port) not in ends
    }
    return tuple(sorted((alone & set(ports)) - listening))


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
