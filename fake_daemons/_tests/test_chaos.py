"""Chaos around a stand-in for Spark's daemon: each fault, seen from the factory's end."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fake_daemons._tests.field import ERR_ON_WIRE, FRAME_ON_WIRE, OK_ON_WIRE, ROOT, SECRET_ON_WIRE
from fake_daemons.chaos.ending import parent_of
from fake_daemons.chaos.menu import MENU

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_daemons._tests.field import Fake, Field

    Start = Callable[..., Fake]

_STANDIN = Path(__file__).parent / "standin"
#: Kinds of death: how it is told, and nothing else here, since no exit status reaches the factory.
_WAYS = ("kill", "segv", "exit")


@pytest.fixture
def chaos(field: Field, tmp_path: Path) -> Iterator[Start]:
    """Start chaos with a fault and, if need be, settings; hang up at the end."""
    started: list[Fake] = []

    def start(fault: str, **settings: str) -> Fake:
        named = {f"WFC_CHAOS_{name}": value for name, value in settings.items()}
        path = f"{ROOT}{os.pathsep}{_STANDIN}"
        state = {"WFC_CHAOS_STATE": str(tmp_path / "state")}
        fake = field.start("chaos", WFC_CHAOS_FAULT=fault, PYTHONPATH=path, **(state | named))
        started.append(fake)
        return fake

    yield start
    for fake in started:
        if fake.is_running():
            fake.hang_up()
            fake.send_signal(signal.SIGTERM)


def said(fake: Fake) -> list[str]:
    """What chaos said, once the daemon and its workers have ended."""
    if fake.is_running():
        fake.hang_up()
    lines = fake.stderr().decode().splitlines()
    return [line for line in lines if line.startswith("chaos: ")]


def works(fake: Fake, port: int) -> None:
    """The next worker does all that it should."""
    line = fake.connect(port)
    pid = line.shake_hands()
    assert parent_of(pid) == fake.pid
    assert line.ask_who() == line.ask_who() == pid
    line.close()


def struck_once(fake: Fake, fault: str) -> None:
    told = said(fake)
    assert len(told) == 1, told
    assert told[0].startswith(f"chaos: {fault} strikes on occasion 1 (pid ")


def test_without_a_fault_all_is_left_to_the_daemon(chaos: Start) -> None:
    fake = chaos("well_behaved")
    works(fake, fake.port())
    assert said(fake) == []


def test_exits_before_announcing(chaos: Start) -> None:
    fake = chaos("exits_before_announcing:7")
    assert fake.read(4) == b""
    assert fake.wait() == 7
    struck_once(fake, "exits_before_announcing")


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("announces_port_zero", b"\0\0\0\0"),
        ("announces_negative_port", b"\xff\xff\xff\xff"),
        ("announces_huge_port", b"\0\x01\x11\x70"),
        ("announces_half:258", b"\0\0"),
        ("closes_stdout", b""),
        ("never_announces", None),
    ],
)
def test_a_daemon_that_announces_no_port_stays_until_it_is_hung_up(
    chaos: Start, fault: str, seen: bytes | None
) -> None:
    fake = chaos(fault)
    if seen is not None:
        assert fake.read(len(seen) or 1) == seen
    assert fake.is_running()
    fake.hang_up()
    assert fake.read(4) == b""
    assert fake.wait() == 1
    struck_once(fake, fault.partition(":")[0])


def test_slow_port(chaos: Start) -> None:
    fake = chaos("slow_port:0.1")
    works(fake, fake.port())
    struck_once(fake, "slow_port")


def test_announces_text(chaos: Start) -> None:
    fake = chaos("announces_text:hell")
    assert fake.read(4) == b"hell"
    works(fake, fake.port())
    struck_once(fake, "announces_text")


def test_announces_nobody(chaos: Start) -> None:
    fake = chaos("announces_nobody")
    port = fake.port()
    with pytest.raises(ConnectionRefusedError):
        fake.connect(port)
    struck_once(fake, "announces_nobody")


@pytest.mark.parametrize("fault", ["floods_stderr_before_port", "floods_stderr"])
def test_floods_stderr(chaos: Start, fault: str) -> None:
    fake = chaos(f"{fault}:200")
    works(fake, fake.port())
    fake.hang_up()
    assert fake.stderr().count(b"x") == 200 - 3


def test_floods_stdout(chaos: Start) -> None:
    fake = chaos("floods_stdout:200")
    port = fake.port()
    assert fake.read(200).count(b"x") == 200 - 3
    works(fake, port)
    struck_once(fake, "floods_stdout")


@pytest.mark.parametrize(
    ("fault", "end"), [("accepts_and_closes", "eof"), ("accepts_and_resets", "reset")]
)
def test_accepts_and_drops(chaos: Start, fault: str, end: str) -> None:
    fake = chaos(fault)
    port = fake.port()
    assert fake.connect(port).end() == end
    works(fake, port)
    struck_once(fake, fault)


@pytest.mark.parametrize("fault", ["accepts_and_stays_silent", "never_acknowledges"])
def test_nothing_comes(chaos: Start, fault: str) -> None:
    fake = chaos(fault)
    port = fake.port()
    silent = fake.connect(port)
    fake.wait_for_stderr()
    works(fake, port)
    silent.socket.settimeout(0)
    with pytest.raises(BlockingIOError):
        silent.socket.recv(1)
    struck_once(fake, fault)


def test_crashes_after_accept(chaos: Start) -> None:
    fake = chaos("crashes_after_accept")
    line = fake.connect(fake.port())
    assert fake.wait() == -signal.SIGKILL
    assert line.end() in {"eof", "reset"}
    struck_once(fake, "crashes_after_accept")


def test_fails_to_fork(chaos: Start) -> None:
    fake = chaos("fails_to_fork:28")
    port = fake.port()
    line = fake.connect(port)
    assert line.pid() == 28
    assert line.end() == "eof"
    works(fake, port)
    struck_once(fake, "fails_to_fork")


def test_crash_after_n(chaos: Start) -> None:
    fake = chaos("crash_after_n:2")
    port = fake.port()
    works(fake, port)
    line = fake.connect(port)
    assert line.shake_hands() == line.ask_who()
    assert fake.wait() == -signal.SIGKILL
    line.close()
    struck_once(fake, "crash_after_n")


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("negative_pid:-5", b"\xff\xff\xff\xfb"),
        ("acknowledges_half", b"\0\0"),
        ("dies_before_pid:kill", b""),
        ("dies_before_pid:segv", b""),
        ("dies_before_pid:exit", b""),
    ],
)
def test_a_worker_that_sends_no_pid(chaos: Start, fault: str, seen: bytes) -> None:
    fake = chaos(fault)
    port = fake.port()
    line = fake.connect(port)
    assert line.read(len(seen)) == seen
    if not fault.startswith("negative"):
        assert line.read(1) == b""
    works(fake, port)
    line.close()
    struck_once(fake, fault.partition(":")[0])


def test_foreign_pid(chaos: Start) -> None:
    fake = chaos("foreign_pid:parent")
    line = fake.connect(fake.port())
    assert line.shake_hands() == fake.pid
    assert parent_of(line.ask_who()) == fake.pid
    struck_once(fake, "foreign_pid")


def test_a_pid_that_is_gone_gets_nobody_killed(chaos: Start) -> None:
    fake = chaos("foreign_pid:gone")
    port = fake.port()
    gone = fake.connect(port).shake_hands()
    assert parent_of(gone) == 0
    fake.write(os.getpid().to_bytes(4, "big"))  # we are no child of the daemon, and live on
    works(fake, port)


def test_same_pid_twice(chaos: Start) -> None:
    fake = chaos("same_pid_twice", EVERY="2")
    port = fake.port()
    first = fake.connect(port).shake_hands()
    line = fake.connect(port)
    assert line.shake_hands() == first
    assert line.ask_who() != first
    assert "occasion 2 " in said(fake)[0]


@pytest.mark.parametrize("fault", ["acknowledges_in_fragments:4", "late_auth:0.1"])
def test_what_only_comes_late_harms_nobody(chaos: Start, fault: str) -> None:
    fake = chaos(fault)
    works(fake, fake.port())
    struck_once(fake, fault.partition(":")[0])


@pytest.mark.parametrize("fault", ["dies_after_pid", "dies_after_auth"])
@pytest.mark.parametrize("way", _WAYS)
def test_a_worker_that_dies_in_the_handshake(chaos: Start, fault: str, way: str) -> None:
    fake = chaos(f"{fault}:{way}")
    port = fake.port()
    line = fake.connect(port)
    if fault == "dies_after_pid":
        assert line.pid() > 0
    else:
        line.shake_hands()
    assert line.end() == "eof"
    works(fake, port)
    struck_once(fake, fault)


@pytest.mark.parametrize("fault", ["crashes_after_acknowledge", "crashes_after_authenticate"])
def test_daemon_and_worker_are_killed(chaos: Start, fault: str) -> None:
    fake = chaos(fault)
    line = fake.connect(fake.port())
    if fault == "crashes_after_acknowledge":
        assert line.pid() > 0
    else:
        line.shake_hands()
    assert line.end() == "eof"
    assert fake.wait() == -signal.SIGKILL
    struck_once(fake, fault)


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        ("bad_auth", ERR_ON_WIRE),
        ("bad_auth:no", b"\0\0\0\2no"),
        ("garbage_auth", b"\0\0\0\2\xff\xfe"),
        ("half_auth", OK_ON_WIRE[:3]),
        ("never_authenticates", b""),
    ],
)
def test_a_worker_that_answers_the_secret_wrongly(chaos: Start, fault: str, reply: bytes) -> None:
    fake = chaos(fault)
    port = fake.port()
    line = fake.connect(port)
    line.pid()
    line.write(SECRET_ON_WIRE)
    assert line.read(len(reply)) == reply
    fake.wait_for_stderr()  # the next worker could come to that point before this one does
    works(fake, port)
    line.close()
    struck_once(fake, fault.partition(":")[0])


@pytest.mark.parametrize(("argument", "written"), [("kill,0", 0), ("segv,1", 1), ("exit,5", 5)])
def test_dies_in_task(chaos: Start, argument: str, written: int) -> None:
    fake = chaos(f"dies_in_task:{argument}")
    port = fake.port()
    line = fake.connect(port)
    line.shake_hands()
    line.write(FRAME_ON_WIRE)
    assert len(line.read(100)) == written
    works(fake, port)
    struck_once(fake, "dies_in_task")


def test_a_task_that_writes_too_little_is_told(chaos: Start) -> None:
    fake = chaos("dies_in_task:kill,100")
    works(fake, fake.port())
    assert "did not strike: the task wrote 89 bytes too few" in said(fake)[0]


def test_closes_during_flush(chaos: Start) -> None:
    fake = chaos("closes_during_flush:3")
    port = fake.port()
    line = fake.connect(port)
    line.shake_hands()
    line.write(FRAME_ON_WIRE)
    assert len(line.read(100)) == 3
    works(fake, port)
    fake.hang_up()
    assert b"BrokenPipeError" in fake.stderr()


def test_dies_idle(chaos: Start) -> None:
    fake = chaos("dies_idle:exit", EVERY="2")
    line = fake.connect(fake.port())
    assert line.shake_hands() == line.ask_who() == line.ask_who()
    assert line.end() == "eof"
    assert "dies_idle strikes on occasion 2 " in said(fake)[0]


def test_stray_byte(chaos: Start) -> None:
    fake = chaos("stray_byte")
    line = fake.connect(fake.port())
    assert line.shake_hands() == line.ask_who()
    assert line.read(1) == b"?"
    assert line.ask_who() > 0
    struck_once(fake, "stray_byte")


def test_ignores_close(chaos: Start, field: Field) -> None:
    fake = chaos("ignores_close")
    port = fake.port()
    line = fake.connect(port)
    pid = line.shake_hands()
    line.close()
    works(fake, port)
    assert pid in field.alive()
    struck_once(fake, "ignores_close")


def test_ignores_kill(chaos: Start) -> None:
    fake = chaos("ignores_kill")
    line = fake.connect(fake.port())
    request = line.shake_hands().to_bytes(4, "big")
    fake.write(request)
    line.ask_who()
    fake.write(request)
    assert line.end() == "eof"
    struck_once(fake, "ignores_kill")


def test_ignores_hang_up(chaos: Start) -> None:
    fake = chaos("ignores_hang_up")
    port = fake.port()
    fake.hang_up()
    works(fake, port)
    works(fake, port)
    fake.send_signal(signal.SIGTERM)
    struck_once(fake, "ignores_hang_up")


def test_ignores_sigterm(chaos: Start) -> None:
    fake = chaos("ignores_sigterm")
    port = fake.port()
    works(fake, port)
    fake.send_signal(signal.SIGTERM)
    works(fake, port)
    struck_once(fake, "ignores_sigterm")


@pytest.mark.parametrize("name", list(MENU))
def test_every_fault_is_committed_here(name: str) -> None:
    assert re.search(rf'"{name}[":]', Path(__file__).read_text("utf-8"))
