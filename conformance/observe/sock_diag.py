"""Ask the kernel for the TCP connections of our network (`man 7 sock_diag`).

Five times as quick as the tables in /proc/net, which are printed with every connection of
the last minute (TIME_WAIT): a run leaves thousands of those.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

#: linux/netlink.h, linux/sock_diag.h
_NETLINK_SOCK_DIAG = 4
#: linux/inet_diag.h: the older question, to which both families answer at once. The kernel
#: goes through all its sockets for each question, which is what takes time.
_TCPDIAG_GETSOCK = 18
_REQUEST_DUMP = 0x301
_ERROR, _DONE = 2, 3
_ALIGNMENT = 4

#: linux/netlink.h, struct nlmsghdr: length, type, flags, sequence, port.
_HEADER = struct.Struct("=IHHII")
#: linux/inet_diag.h, struct inet_diag_req: family, address lengths, extensions, ends,
#: states, table; only the states matter.
_QUESTION = struct.Struct("=4x48xI4x")
#: linux/inet_diag.h, struct inet_diag_msg: family, state, ports and addresses of both ends, inode.
_ANSWER = struct.Struct("=BB2x2s2s16x16s4x8x16xI")

#: linux/tcp_states.h: ESTABLISHED, SYN_SENT and CLOSE_WAIT. What this end has shut down, or
#: what no process holds, is not asked for: a JVM keeps the descriptor of a closed channel
#: until its selector has looked, and the peer has seen the end of the stream long before.
HELD_STATES = (1, 2, 8)
ESTABLISHED = 1
_STATES = sum(1 << state for state in HELD_STATES)

_ADDRESS_BYTES = {socket.AF_INET: 4, socket.AF_INET6: 16}
_RECEIVE_BYTES = 1 << 16


class Connection(msgspec.Struct, frozen=True):
    """A TCP connection, or the attempt at one.

    Attributes:
        address: of the peer, packed.
        port: of the peer.
        own_port: of this end.
        state: of this end, as linux/tcp_states.h numbers them.
        inode: that descriptors name; 0 if no process holds it, any more or yet.
    """

    address: bytes
    port: int
    own_port: int
    state: int
    inode: int


def connections() -> list[Connection]:
    """List the connections of this process's network, whoever holds them.

    Returns:
        The connections, in no order.

    Raises:
        OSError: if the kernel does not tell.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        return list(_ask(kernel))


def _ask(kernel: socket.socket) -> Iterator[Connection]:
    question = _QUESTION.pack(_STATES)
    length = _HEADER.size + len(question)
    kernel.send(_HEADER.pack(length, _TCPDIAG_GETSOCK, _REQUEST_DUMP, 0, 0) + question)
    while True:
        for kind, body in _messages(kernel.recv(_RECEIVE_BYTES)):
            if kind == _DONE:
                return
            if kind == _ERROR:
                raise OSError(-struct.unpack_from("=i", body)[0], "sock_diag")
            yield _connection(body)


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        length, kind, *_ = _HEADER.unpack_from(data, at)
        yield kind, data[at + _HEADER.size : at + length]
        at += -(-length // _ALIGNMENT) * _ALIGNMENT


def _connection(body: bytes) -> Connection:
    family, state, own_port, port, address, inode = _ANSWER.unpack_from(body)
    return Connection(
        address=address[: _ADDRESS_BYTES[family]],
        port=int.from_bytes(port, "big"),
        own_port=int.from_bytes(own_port, "big"),
        state=state,
        inode=inode,
    )
