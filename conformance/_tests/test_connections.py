"""Which connections a process is seen to hold."""

from __future__ import annotations

import os
import socket

import pytest

from conformance.drive import sandbox
from conformance.observe import sock_diag, tcp
from conformance.observe.connections import abandoned_connections, count_connections_to

#: linux/tcp.h; what is closed in that state says nothing to its peer.
TCP_REPAIR = 19
ENV = {"PATH": os.defpath}

#: Connects by IPv4, by IPv4 on an IPv6 socket, and once more by IPv4 through a second
#: descriptor of the first; then does one thing for each byte it is sent.
CONNECTS = """
import os, socket, sys
port = int(sys.argv[1])
one = socket.create_connection(("127.0.0.1", port))
two = socket.socket(socket.AF_INET6)
two.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
two.connect(("::ffff:127.0.0.1", port))
copy = one.dup()
os.write(1, b"!")
for leave in (two.close, one.close, copy.close):
    os.read(0, 1)
    leave()
    os.write(1, b"!")
os.read(0, 1)
"""


@pytest.fixture(params=["sock_diag", "tables"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of asking the kernel."""
    chosen: str = request.param
    if chosen == "tables":
        monkeypatch.setattr(sock_diag, "connections", refuse)
    return chosen


def refuse() -> None:
    raise OSError("some sandboxes have no sock_diag")


@pytest.mark.usefixtures("way")
def test_what_a_process_holds_is_counted_until_it_closes_it() -> None:
    """A connection that its peer has closed counts; a copy of a descriptor does not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        caller = sandbox.start([sandbox.own_python(), "-c", CONNECTS, str(port)], env=ENV)
        ours = [server.accept()[0] for _ in range(2)]
        counts = [count(caller, port)]
        for end in ours:
            end.close()  # the caller's sockets are in CLOSE_WAIT from now on
        counts.append(count_connections_to(caller.pid, [port]))
        for _ in range(3):
            os.write(caller.stdin_fd, b"?")
            counts.append(count(caller, port))
        assert counts == [2, 2, 1, 1, 0]
        assert count_connections_to(os.getpid(), [port]) == 0
        caller.end()
    assert count_connections_to(caller.pid, [port]) == 0


@pytest.mark.usefixtures("way")
def test_what_was_held_before_is_not_counted() -> None:
    """The port is that of a daemon which has gone; another one may get it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        old, new = (socket.create_connection(("127.0.0.1", port)) for _ in range(2))
        with old, new:
            before = {os.fstat(old.fileno()).st_ino}
            assert count_connections_to(os.getpid(), [port], before) == 1
            assert count_connections_to(os.getpid(), [port]) == 2


@pytest.mark.usefixtures("way")
def test_a_connection_whose_other_end_was_taken_away_is_abandoned() -> None:
    """The kernel can be told to forget one end (TCP_REPAIR), as it forgets some by itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            assert abandoned_connections(os.getpid(), [port]) == ()  # it waits to be accepted
            with server.accept()[0] as end:
                assert abandoned_connections(os.getpid(), [port]) == ()
                try:
                    end.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
                except PermissionError:
                    pytest.skip("the kernel lets nobody but root forget a connection")
            assert abandoned_connections(os.getpid(), [port]) == ()  # its listener lives
            server.close()
            assert abandoned_connections(os.getpid(), [port]) == (port,)
            assert abandoned_connections(os.getpid(), [1]) == ()
            assert abandoned_connections(1, [port]) == ()


def count(caller: sandbox.Process, port: int) -> int:
    assert os.read(caller.stdout_fd, 1) == b"!"
    assert count_connections_to(caller.pid, []) == 0
    assert count_connections_to(caller.pid, [1]) == 0
    return count_connections_to(caller.pid, [1, port])


def test_both_ways_tell_the_same() -> None:
    """Family, peer and inode; of connections of ours, as others come and go."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as ours:
            asked = [one for one in sock_diag.connections() if one.port == port]
            read = [one for one in tcp.connections(os.getpid()) if one.port == port]
            inode = os.fstat(ours.fileno()).st_ino
            assert [(one.address, one.inode) for one in asked] == [(b"\x7f\0\0\1", inode)]
            assert read == asked
