"""Each fake daemon of the catalogue does what its name says; one test bears each name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from fake_daemons._tests.field import (
    FRAME_ON_WIRE,
    OK_ON_WIRE,
    SECRET_ON_WIRE,
    Fake,
    Field,
    Line,
)


def _offer(fake: Fake, port: int | None = None) -> Line:
    """Connect, read the pid, send the secret."""
    line = fake.connect(port)
    line.pid()
    line.write(SECRET_ON_WIRE)
    return line


def _works(fake: Fake, port: int) -> int:
    line = fake.connect(port)
    pid = line.shake_hands()
    assert line.ask_who() == pid
    return pid


def test_well_behaved(field: Field) -> None:
    fake = field.start("well_behaved")
    _works(fake, fake.port())
    assert field.seen("fault") == []


def test_crash_after_n(field: Field) -> None:
    fake = field.start("crash_after_n", WFC_N="2")
    port = fake.port()
    lines = [fake.connect(port) for _ in range(2)]
    pids = [line.shake_hands() for line in lines]
    with pytest.raises(ConnectionRefusedError):
        fake.connect(port)
    assert fake.wait() == -signal.SIGKILL
    assert [line.ask_who() for line in lines] == pids


@pytest.mark.parametrize("text", ["err", "OK", "a,b;c@d %"])
def test_bad_auth(field: Field, text: str) -> None:
    line = _offer(field.start("bad_auth", WFC_TEXT=text))
    assert line.read(4 + len(text)) == len(text).to_bytes(4, "big") + text.encode()


def test_slow_port(field: Field) -> None:
    fake = field.start("slow_port", WFC_SECONDS="0.1")
    field.wait_for("fault", point="announce", action="slow")
    _works(fake, fake.port())


def test_never_announces(field: Field) -> None:
    fake = field.start("never_announces")
    field.wait_for("fault", point="announce", action="never")
    fake.hang_up()
    assert fake.read(1) == b""
    assert fake.wait() == 1


def test_closes_stdout(field: Field) -> None:
    fake = field.start("closes_stdout")
    assert fake.read(1) == b""
    assert fake.is_running()


def test_exits_before_announcing(field: Field) -> None:
    fake = field.start("exits_before_announcing", WFC_STATUS="9", WFC_TEXT="no; such, luck")
    assert fake.read(1) == b""
    assert fake.wait() == 9
    assert fake.stderr() == b"no; such, luck\n"


def test_announces_text(field: Field) -> None:
    assert field.start("announces_text").read(8) == b"Welcome!"


def test_announces_half(field: Field) -> None:
    fake = field.start("announces_half")
    assert len(fake.read(2)) == 2
    fake.send_signal(signal.SIGTERM)
    assert fake.read(1) == b""


def test_announces_port_zero(field: Field) -> None:
    assert field.start("announces_port_zero").port() == 0


def test_announces_huge_port(field: Field) -> None:
    assert field.start("announces_huge_port").port() == 70000


def test_announces_negative_port(field: Field) -> None:
    assert field.start("announces_negative_port", WFC_N="7").port() == -7


def test_announces_nobody(field: Field) -> None:
    fake = field.start("announces_nobody")
    with pytest.raises(ConnectionRefusedError):
        fake.connect()
    assert fake.is_running()


def test_accepts_and_resets(field: Field) -> None:
    assert field.start("accepts_and_resets").connect().end() == "reset"


def test_accepts_and_closes(field: Field) -> None:
    assert field.start("accepts_and_closes").connect().end() == "eof"


def test_accepts_and_stays_silent(field: Field) -> None:
    line = field.start("accepts_and_stays_silent").connect()
    field.wait_for("fault", point="accept", action="silent")
    line.socket.settimeout(0)
    with pytest.raises(BlockingIOError):
        line.socket.recv(1)
    line.close()
    field.wait_for("closed", "daemon", how="eof")


def test_crashes_after_accept(field: Field) -> None:
    fake = field.start("crashes_after_accept", WFC_N="2")
    port = fake.port()
    _works(fake, port)
    assert fake.connect(port).end() == "eof"
    assert fake.wait() == -signal.SIGKILL


def test_crashes_after_acknowledge(field: Field) -> None:
    fake = field.start("crashes_after_acknowledge")
    line = fake.connect()
    assert line.pid() > 0
    assert line.end() == "eof"
    assert fake.wait() == -signal.SIGKILL
    field.wait_until_alone()


def test_crashes_after_authenticate(field: Field) -> None:
    fake = field.start("crashes_after_authenticate")
    line = fake.connect()
    line.shake_hands()
    assert line.end() == "eof"
    assert fake.wait() == -signal.SIGKILL
    field.wait_until_alone()


def test_acknowledges_in_fragments(field: Field) -> None:
    fake = field.start("acknowledges_in_fragments", WFC_N="3", WFC_SECONDS="0.05")
    line = fake.connect()
    assert len(line.socket.recv(4)) == 1
    assert len(line.read(3)) == 3


def test_acknowledges_half(field: Field) -> None:
    assert len(field.start("acknowledges_half").connect().read(9)) == 2


def test_negative_pid(field: Field) -> None:
    assert field.start("negative_pid", WFC_N="5").connect().pid() == -5


@pytest.mark.parametrize("which", ["", "1", "gone"])
def test_foreign_pid(field: Field, which: str) -> None:
    fake = field.start("foreign_pid", WFC_PID=which)
    line = fake.connect()
    pid = line.shake_hands()
    if which == "gone":
        assert not Path(f"/proc/{pid}").exists()
    else:
        assert pid == (int(which) if which else fake.pid)
    fake.write(pid.to_bytes(4, "big"))
    field.wait_for("kill_request", pid=pid, known=0)
    assert fake.is_running()
    assert line.ask_who() != pid


def test_same_pid_twice(field: Field) -> None:
    fake = field.start("same_pid_twice")
    port = fake.port()
    first, second = (fake.connect(port) for _ in range(2))
    assert first.shake_hands() == second.shake_hands()
    assert first.ask_who() != second.ask_who()


def test_late_auth(field: Field) -> None:
    line = _offer(field.start("late_auth", WFC_SECONDS="0.1"))
    field.wait_for("fault", point="authenticate", action="slow")
    assert line.read(6) == OK_ON_WIRE


def test_garbage_auth(field: Field) -> None:
    line = _offer(field.start("garbage_auth"))
    raw = line.read(int.from_bytes(line.read(4), "big"))
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_half_auth(field: Field) -> None:
    assert _offer(field.start("half_auth")).read(9) == OK_ON_WIRE[:3]


def test_never_authenticates(field: Field) -> None:
    line = _offer(field.start("never_authenticates"))
    field.wait_for("authenticate", ok=1)
    line.close()
    field.wait_for("closed")
    assert field.seen("reply") == []


@pytest.mark.parametrize("point", ["announced", "announce"])
def test_floods_stderr(field: Field, point: str) -> None:
    fake = field.start("floods_stderr", WFC_BYTES="100000", WFC_POINT=point)
    field.wait_for("fault", point=point, action="flood")
    assert fake.process.stderr is not None
    assert len(fake.process.stderr.read(100000)) == 100000
    _works(fake, fake.port())


def test_floods_stdout(field: Field) -> None:
    fake = field.start("floods_stdout", WFC_BYTES="100000")
    port = fake.port()
    assert len(fake.read(100000)) == 100000
    _works(fake, port)


def test_ignores_kill(field: Field) -> None:
    fake = field.start("ignores_kill")
    line = fake.connect()
    pid = line.shake_hands()
    fake.write(pid.to_bytes(4, "big"))
    field.wait_for("fault", point="kill_request", action="ignore")
    assert line.ask_who() == pid


def test_ignores_sigterm(field: Field) -> None:
    fake = field.start("ignores_sigterm")
    port = fake.port()
    fake.send_signal(signal.SIGTERM)
    field.wait_for("fault", point="sigterm", action="ignore")
    _works(fake, port)
    fake.hang_up()
    assert fake.wait() == 1


def test_ignores_hang_up(field: Field) -> None:
    fake = field.start("ignores_hang_up")
    port = fake.port()
    fake.hang_up()
    field.wait_for("fault", point="hang_up", action="ignore")
    _works(fake, port)
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1


def test_dies_idle(field: Field) -> None:
    line = field.start("dies_idle").connect()
    line.shake_hands()
    assert line.end() == "eof"


def test_stray_byte(field: Field) -> None:
    line = field.start("stray_byte").connect()
    pid = line.shake_hands()
    line.write(FRAME_ON_WIRE)
    assert line.read(12) == b"?" + pid.to_bytes(4, "big") + FRAME_ON_WIRE


def test_ignores_close(field: Field) -> None:
    line = field.start("ignores_close").connect()
    pid = line.shake_hands()
    line.close()
    field.wait_for("closed", "worker")
    assert pid in field.alive()
    os.kill(pid, signal.SIGKILL)


def test_fork_bomb(field: Field) -> None:
    fake = field.start("fork_bomb", WFC_N="3")
    fake.connect().shake_hands()
    assert len(field.alive()) == 5
    fake.send_signal(signal.SIGTERM)
    fake.wait()
    field.wait_until_alone()
