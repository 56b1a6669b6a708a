"""What is seen of processes and of the side channel."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.observe.channel import SideChannel

if TYPE_CHECKING:
    from pathlib import Path

LISTENS = """
import os, signal, socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.write(1, b"%d" % s.getsockname()[1]); signal.pause()
"""


def test_a_living_process_is_seen_with_all_that_scenarios_ask_for() -> None:
    """Parent, group, environment, directory, descriptors, signals, listening sockets."""
    env = {"PATH": os.defpath, "WFC_TEST_SEEN": "a b"}
    seen = sandbox.start([sandbox.own_python(), "-c", LISTENS], env=env, cwd="/")
    port = int(os.read(seen.stdout_fd, 10))
    look = processes.look(seen.pid)
    assert look is not None
    assert (look.parent_pid, look.group_pid) == (os.getpid(), os.getpgrp())
    assert processes.is_alive(seen.pid)
    assert processes.environment(seen.pid)["WFC_TEST_SEEN"] == "a b"
    assert processes.with_variable("WFC_TEST_SEEN", "a b") == (seen.pid,)
    assert processes.directory(seen.pid) == "/"
    assert {0, 1, 2} <= set(processes.descriptors(seen.pid))
    assert processes.signal_masks(seen.pid)["SigIgn"] & 1 << (signal.SIGHUP - 1)
    assert processes.listening_sockets(seen.pid) == (f"0100007F:{port:04X}",)
    assert seen.pid in [child.pid for child in processes.children(os.getpid())]
    seen.end()


def test_a_zombie_is_dead() -> None:
    """It has ended, though nobody has collected it; how, the kernel still knows."""
    assert processes.zombie_status(os.getpid()) is None
    pid = os.fork()
    if pid == 0:
        os._exit(3)
    assert wait_until(lambda: processes.zombie_status(pid), 5.0) == 3
    assert not processes.is_alive(pid)
    sandbox.reap(pid)
    assert processes.look(pid) is None
    assert processes.zombie_status(pid) is None


def test_nothing_is_seen_of_what_is_gone() -> None:
    """Empty answers, no errors."""
    gone = sandbox.start([sandbox.own_python(), "-c", ""], env={})
    gone.end(within_s=10)
    assert processes.look(gone.pid) is None
    assert processes.environment(gone.pid) == {}
    assert processes.descriptors(gone.pid) == {}
    assert processes.directory(gone.pid) == ""
    assert processes.signal_masks(gone.pid) == {}
    assert processes.listening_sockets(gone.pid) == ()


def test_the_side_channel_holds_what_both_sides_wrote_in_order(tmp_path: Path) -> None:
    """The harness's notes and a fake's lines share one file."""
    path = tmp_path / "sightings"
    channel = SideChannel(path)
    channel.note("call", id=1, op="factory.create")
    fake = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(fake, b"5 99 1 daemon start cwd=/a%20b\n6 99 2 daemon li")
    assert [seen.what for seen in channel.history()] == ["call", "start"]
    os.write(fake, b"sten port=1\n")
    os.close(fake)
    history = channel.history()
    assert [seen.what for seen in history] == ["call", "start", "listen"]
    assert history.of("start")[0].keys == {"cwd": "/a b"}
    channel.note("return", detail="a b=c\nd%")
    assert channel.history().of("return")[0].keys == {"detail": "a b=c\nd%"}
    channel.close()


def test_a_line_that_a_kill_has_torn_is_dropped_and_the_next_one_kept(tmp_path: Path) -> None:
    """The kernel copies page by page; a writer killed in between leaves no newline."""
    channel = SideChannel(tmp_path / "sightings")
    whole = b"41235 5774 1 worker born n=1\n"
    for torn in (b"41234 9 2 daemon fork n=1 worker_pid=57", b"41234 9", b"412", b"41234 9 2 dae"):
        with (tmp_path / "sightings").open("ab") as file:
            file.write(torn + whole)
    history = channel.history()
    channel.close()
    assert [seen.pid for seen in history.of("born", "worker", n=1)] == [5774] * 4
    assert len(history) == 4
