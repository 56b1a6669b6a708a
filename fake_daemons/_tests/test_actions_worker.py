"""What each action does at the points of a forked worker."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from fake_daemons._tests.field import (
    ERR_ON_WIRE,
    OK_ON_WIRE,
    SECRET_ON_WIRE,
    Field,
    Line,
    wait_until,
)


def _offer(line: Line) -> Line:
    """Read the pid and send the secret."""
    line.pid()
    line.write(SECRET_ON_WIRE)
    return line


def _struck(field: Field, point: str, action: str) -> bool:
    return bool(field.seen("fault", "worker", point=point, action=action, n=1))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_acknowledge_in_fragments(field: Field, count: int) -> None:
    line = field.start("well_behaved", f"acknowledge=fragments:{count},pause=0.05").connect()
    line.socket.recv(1)
    line.write(SECRET_ON_WIRE)
    line.read(3)
    assert line.read(6) == OK_ON_WIRE
    assert field.seen("early")[0]["bytes"] == ("10" if count > 1 else "0")
    assert _struck(field, "acknowledge", "fragments")


def test_acknowledge_half(field: Field) -> None:
    line = field.start("well_behaved", "acknowledge=half").connect()
    assert line.read(100) == b"\x00\x00"
    field.wait_for("end", "worker")
    assert field.seen("acknowledge")[0]["bytes"] == "0000"
    assert field.seen("early", bytes=0)
    assert _struck(field, "acknowledge", "half")


def test_acknowledge_never(field: Field) -> None:
    line = field.start("well_behaved", "acknowledge=never").connect()
    line.write(b"too soon")
    line.close()
    assert field.wait_for("closed", n=1)["how"] == "eof"
    assert field.seen("early")[0]["bytes"] == "8"
    assert field.seen("acknowledge") == []
    assert _struck(field, "acknowledge", "never")


@pytest.mark.parametrize("value", [-1, -5, 0, 1, 2147483647])
def test_acknowledge_a_number(field: Field, value: int) -> None:
    line = field.start("well_behaved", f"acknowledge=pid:{value}").connect()
    assert line.pid() == value
    line.close()
    field.wait_for("closed", n=1)
    assert field.seen("acknowledge", value=value)
    assert field.seen("authenticate") == []
    assert _struck(field, "acknowledge", "pid")


def test_acknowledge_pids_of_others(field: Field) -> None:
    faults = "acknowledge=pid:parent@c2;acknowledge=pid:first@c3;acknowledge=pid:gone@c4"
    fake = field.start("well_behaved", faults)
    port = fake.port()
    lines = [fake.connect(port) for _ in range(4)]
    pids = [line.pid() for line in lines]
    assert pids[0] == int(field.seen("fork", n=1)[0]["worker_pid"])
    assert pids[1:3] == [fake.pid, pids[0]]
    assert not Path(f"/proc/{pids[3]}").exists()
    assert len(set(pids)) == 3


@pytest.mark.parametrize("worker", ["lives", "dies"])
def test_crash_kills_the_daemon_before_the_worker_goes_on(field: Field, worker: str) -> None:
    faults = "authenticate=crash" + (";authenticate=kill" if worker == "dies" else "")
    fake = field.start("well_behaved", faults)
    port = fake.port()
    line = _offer(fake.connect(port))
    if worker == "lives":
        assert line.read(6) == OK_ON_WIRE
        assert line.ask_who() > 0
        line.close()
    else:
        assert line.end() == "eof"
    with pytest.raises(ConnectionRefusedError):
        fake.connect(port)
    assert fake.wait() == -signal.SIGKILL
    field.wait_until_alone()


def test_two_workers_may_crash_the_daemon_together(field: Field) -> None:
    field.make_gate("g")
    fake = field.start("well_behaved", "authenticate=gate:g;authenticate=crash")
    port = fake.port()
    lines = [_offer(fake.connect(port)) for _ in range(3)]
    wait_until(lambda: len(field.seen("gate")) == len(lines), "all stand at the gate")
    gate = os.open(field.directory / "gate.g", os.O_RDWR)
    os.write(gate, b"!!!")
    assert [line.read(6) for line in lines] == [OK_ON_WIRE] * 3
    os.close(gate)
    assert fake.wait() == -signal.SIGKILL


def test_kill_with_the_secret_unread_is_a_reset(field: Field) -> None:
    field.make_gate("g")
    line = field.start("well_behaved", "acknowledged=gate:g;acknowledged=kill").connect()
    _offer(line)
    field.wait_for("gate")
    field.open_gate("g")
    assert line.end() == "reset"


@pytest.mark.parametrize(
    ("action", "raw"),
    [
        ("reply:err", ERR_ON_WIRE),
        ("reply:OK", b"\x00\x00\x00\x02OK"),
        ("reply:", b"\x00\x00\x00\x00"),
        ("length:-1", b"\xff\xff\xff\xffok"),
        ("length:1000", b"\x00\x00\x03\xe8ok"),
        ("garbage", b"\x00\x00\x00\x02\xff\xfe"),
    ],
)
def test_other_replies_stay_to_see_the_close(field: Field, action: str, raw: bytes) -> None:
    line = _offer(field.start("well_behaved", f"authenticate={action}").connect())
    assert line.read(len(raw)) == raw
    assert field.seen("closed") == []
    line.close()
    field.wait_for("closed", n=1, how="eof")
    assert field.seen("reply")[0]["bytes"] == raw.hex()
    assert field.seen("serving") == []
    assert _struck(field, "authenticate", action.split(":", maxsplit=1)[0])


def test_reply_ok_by_hand_is_as_good(field: Field) -> None:
    line = _offer(field.start("well_behaved", "authenticate=reply:ok").connect())
    assert line.read(6) == OK_ON_WIRE
    assert line.ask_who() > 0


def test_half_a_reply(field: Field) -> None:
    line = _offer(field.start("well_behaved", "authenticate=half").connect())
    assert line.read(100) == b"\x00\x00\x00"
    assert _struck(field, "authenticate", "half")


@pytest.mark.parametrize(("action", "end"), [("close", "eof"), ("reset", "reset")])
def test_no_reply_but_an_end(field: Field, action: str, end: str) -> None:
    line = _offer(field.start("well_behaved", f"authenticate={action}").connect())
    assert line.end() == end
    assert field.seen("authenticate", ok=1)
    assert field.seen("reply") == []
    assert _struck(field, "authenticate", action)


def test_never_a_reply(field: Field) -> None:
    line = _offer(field.start("well_behaved", "authenticate=never").connect())
    field.wait_for("fault", action="never")
    line.close()
    field.wait_for("closed", how="eof")
    assert field.seen("reply") == []


def test_dies_idle(field: Field) -> None:
    line = field.start("well_behaved", "serve=die").connect()
    line.shake_hands()
    assert line.end() == "eof"
    assert field.wait_for("end", "worker")["status"] == "0"
    assert _struck(field, "serve", "die")


def test_stray_byte(field: Field) -> None:
    line = field.start("well_behaved", "serve=stray").connect()
    pid = line.shake_hands()
    assert line.read(1) == b"?"
    assert line.ask_who() == pid
    assert line.read(1) == b"?"
    assert len(field.seen("fault", point="serve", action="stray")) == 2


def test_ignored_close_is_told(field: Field) -> None:
    fake = field.start("well_behaved", "serve=ignore_close")
    line = fake.connect()
    pid = line.shake_hands()
    line.close()
    field.wait_for("closed", n=1)
    assert _struck(field, "serve", "ignore_close")
    assert pid in field.alive()
    os.kill(pid, signal.SIGTERM)
    fake.hang_up()
    field.wait_until_alone()


def test_live_fault_strikes_after_the_next_frame(field: Field) -> None:
    line = field.start("well_behaved").connect()
    line.shake_hands()
    field.plan("serve=die")
    line.ask_who()
    assert line.end() == "eof"


@pytest.mark.parametrize(("action", "end"), [("exit:3", "eof"), ("kill", "eof")])
@pytest.mark.parametrize("point", ["acknowledge", "acknowledged", "authenticated"])
def test_worker_goes_and_the_daemon_stays(field: Field, point: str, action: str, end: str) -> None:
    fake = field.start("well_behaved", f"{point}={action}@c1")
    port = fake.port()
    line = fake.connect(port)
    if point == "authenticated":
        line.shake_hands()
    assert line.end() == end
    assert fake.connect(port).shake_hands() > 0
    assert len(field.seen("end", "worker", status=3)) == ("exit" in action)


def test_hanging_worker_is_deaf_to_close_and_dies_with_the_group(field: Field) -> None:
    fake = field.start("well_behaved", "authenticated=hang")
    line = fake.connect()
    pid = line.shake_hands()
    line.close()
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1
    field.wait_until_alone()
    assert not Path(f"/proc/{pid}").exists() or pid not in field.alive()
    assert field.seen("closed") == []


@pytest.mark.parametrize(("then", "end"), [("close", "eof"), ("reset", "reset"), ("exit", "eof")])
def test_then_after_the_pid(field: Field, then: str, end: str) -> None:
    line = field.start("well_behaved", f"acknowledge=pid:7,then={then}").connect()
    if end == "eof":
        assert line.pid() == 7
    assert line.end() == end
    field.wait_for("end", "worker")


def test_large_frame_is_echoed(field: Field) -> None:
    line = field.start("well_behaved").connect()
    pid = line.shake_hands()
    body = bytes(range(256)) * 4096
    line.write(len(body).to_bytes(4, "big") + body)
    assert line.pid() == pid
    assert line.read(4 + len(body)) == len(body).to_bytes(4, "big") + body
    assert field.seen("exchange")[0]["bytes"] == str(len(body))


def test_negative_frame_ends_the_worker(field: Field) -> None:
    line = field.start("well_behaved").connect()
    line.shake_hands()
    line.write(b"\xff\xff\xff\xff")
    assert line.end() == "eof"
    assert field.wait_for("end", "worker")["status"] == "1"
