"""What each action does at the points of a daemon, by bytes and sightings."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from fake_daemons._tests.field import ERR_ON_WIRE, LIMIT_S, Fake, Field, wait_until


def _struck(field: Field, point: str, action: str) -> bool:
    return bool(field.seen("fault", point=point, action=action))


@pytest.mark.parametrize(
    ("action", "written"),
    [
        ("port:0", "00000000"),
        ("port:-1", "ffffffff"),
        ("port:70000", "00011170"),
        ("text:Hello%20%C3%A4", "48656c6c6f20c3a4"),
        ("bytes:DEADBEEF00", "deadbeef00"),
    ],
)
def test_announce_something_else(field: Field, action: str, written: str) -> None:
    fake = field.start("well_behaved", f"announce={action}")
    assert fake.read(len(written) // 2).hex() == written
    assert _struck(field, "announce", action.split(":", maxsplit=1)[0])
    assert field.seen("announce")[0]["bytes"] == written
    fake.hang_up()
    assert fake.wait() == 1
    assert fake.read(1) == b""


def test_announce_half_then_deaf(field: Field) -> None:
    fake = field.start("well_behaved", "announce=half")
    assert len(fake.read(2)) == 2
    fake.hang_up()
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1
    assert fake.read(1) == b""
    assert field.seen("signal", number=15)
    assert not field.seen("hang_up")
    assert _struck(field, "announce", "half")


def test_announce_eof(field: Field) -> None:
    fake = field.start("well_behaved", "announce=eof")
    assert fake.read(4) == b""
    assert fake.is_running()
    assert fake.connect(int(field.seen("listen")[0]["port"])).shake_hands() > 0
    assert _struck(field, "announce", "eof")


def test_announce_never(field: Field) -> None:
    fake = field.start("well_behaved", "announce=never")
    port = int(field.wait_for("listen")["port"])
    assert fake.connect(port).shake_hands() > 0
    fake.hang_up()
    assert fake.read(4) == b""
    assert field.seen("announce") == []
    assert _struck(field, "announce", "never")


def test_announce_nobody(field: Field) -> None:
    fake = field.start("well_behaved", "announce=nobody@g1")
    with pytest.raises(ConnectionRefusedError):
        fake.connect()
    assert _struck(field, "announce", "nobody")
    assert field.start("well_behaved", "announce=nobody@g1").connect().shake_hands() > 0


@pytest.mark.parametrize(("action", "end"), [("reset", "reset"), ("close", "eof")])
def test_accept_and_let_go(field: Field, action: str, end: str) -> None:
    fake = field.start("well_behaved", f"accept={action}@c1")
    port = fake.port()
    assert fake.connect(port).end() == end
    assert _struck(field, "accept", action)
    assert fake.connect(port).shake_hands() > 0
    assert [seen["n"] for seen in field.seen("fork")] == ["2"]


@pytest.mark.parametrize("end", ["eof", "reset"])
def test_accept_silently(field: Field, end: str) -> None:
    fake = field.start("well_behaved", "accept=silent@c1")
    port = fake.port()
    silent = fake.connect(port)
    other = fake.connect(port)
    other.shake_hands()
    silent.write(b"early")
    wait_until(lambda: _struck(field, "accept", "silent"), "silent")
    silent.close() if end == "eof" else silent.reset()
    assert field.wait_for("closed", "daemon", n=1)["how"] == end
    if end == "eof":
        assert field.seen("early", "daemon")[0]["bytes"] == "5"


def test_silent_connections_are_no_business_of_workers(field: Field) -> None:
    fake = field.start("well_behaved", "accept=silent@c1")
    port = fake.port()
    silent = fake.connect(port)
    other = fake.connect(port)
    other.shake_hands()
    fake.send_signal(signal.SIGKILL)
    assert silent.end() == "eof"
    other.close()


def test_accept_and_refuse_the_next(field: Field) -> None:
    fake = field.start("well_behaved", "accept=refuse@c1")
    port = fake.port()
    line = fake.connect(port)
    pid = line.shake_hands()
    assert _struck(field, "accept", "refuse")
    with pytest.raises(ConnectionRefusedError):
        fake.connect(port)
    fake.write(pid.to_bytes(4, "big"))
    assert line.end() == "eof"
    fake.hang_up()
    assert fake.wait() == 1


def test_fork_fails(field: Field) -> None:
    fake = field.start("well_behaved", "fork=fail:11@c1")
    port = fake.port()
    assert fake.connect(port).read(100) == b"\x00\x00\x00\x0b"
    assert field.seen("acknowledge", "daemon", value=11, n=1)
    assert _struck(field, "fork", "fail")
    assert fake.connect(port).shake_hands() > 0


def test_fork_bomb_is_guarded_and_dies_with_its_group(field: Field) -> None:
    fake = field.start("well_behaved", "fork=bomb,limit=5@c1")
    line = fake.connect()
    line.shake_hands()
    assert _struck(field, "fork", "bomb")
    assert field.seen("fault", action="guard")[0]["forked"] == "5"
    assert len(field.alive()) == 7
    line.close()
    field.wait_for("end", "worker")
    fake.hang_up()
    fake.wait()
    field.wait_until_alone()


def test_kill_request_ignored_for_one_worker(field: Field) -> None:
    fake = field.start("well_behaved", "kill_request=ignore@c1")
    port = fake.port()
    lines = [fake.connect(port) for _ in range(2)]
    pids = [line.shake_hands() for line in lines]
    for pid in pids:
        fake.write(pid.to_bytes(4, "big"))
    assert lines[1].end() == "eof"
    assert lines[0].ask_who() == pids[0]
    assert len(field.seen("fault", point="kill_request", action="ignore", n=1)) == 1


def test_hang_up_ignored(field: Field) -> None:
    fake = field.start("well_behaved", "hang_up=ignore")
    port = fake.port()
    fake.hang_up()
    field.wait_for("fault", point="hang_up", action="ignore")
    assert fake.connect(port).shake_hands() > 0
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1


def test_sigterm_ignored(field: Field) -> None:
    fake = field.start("well_behaved", "sigterm=ignore")
    port = fake.port()
    fake.send_signal(signal.SIGTERM)
    field.wait_for("fault", point="sigterm", action="ignore")
    assert fake.connect(port).shake_hands() > 0
    fake.hang_up()
    assert fake.wait() == 1


@pytest.mark.parametrize(
    ("action", "status"),
    [("exit", 1), ("exit:0", 0), ("exit:42,stderr=so%20long", 42), ("kill", -9), ("crash", -9)],
)
@pytest.mark.parametrize("point", ["start", "announced"])
def test_daemon_goes(field: Field, point: str, action: str, status: int) -> None:
    fake = field.start("well_behaved", f"{point}={action}")
    assert fake.wait() == status
    assert len(fake.read(4)) == (4 if point == "announced" else 0)
    assert (fake.stderr() == b"so long\n") == ("stderr" in action)
    assert field.seen("fault", point=point)
    assert len(field.seen("end", "daemon", status=status)) == ("exit" in action)


def test_hang_is_deaf_to_hang_up_alone(field: Field) -> None:
    fake = field.start("well_behaved", "announced=hang")
    fake.port()
    fake.hang_up()
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1
    assert not field.seen("hang_up")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_flood_waits_to_be_drained(field: Field, stream: str) -> None:
    fake = field.start("well_behaved", f"announced=flood:{stream},bytes=300001")
    port = fake.port()
    line = fake.connect(port)
    field.wait_for("fault", point="announced", action="flood")
    assert field.seen("accept") == []
    source = getattr(fake.process, stream).fileno()
    left = 300001
    while left:
        left -= len(os.read(source, left))
    assert line.shake_hands() > 0


def test_flooding_daemon_answers_sigterm(field: Field) -> None:
    fake = field.start("well_behaved", "announce=flood:stderr")
    field.wait_for("fault", action="flood")
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1


@pytest.mark.parametrize(
    ("then", "end", "status"),
    [("close", "eof", None), ("reset", "reset", None), ("exit", "eof", 1), ("hang", "", None)],
)
def test_then(field: Field, then: str, end: str, status: int | None) -> None:
    fake = field.start("well_behaved", f"accept=refuse,then={then}")
    line = fake.connect()
    field.wait_for("fault", point="accept")
    if end:
        assert line.end() == end
    if status is not None:
        assert fake.wait() == status
    assert field.seen("fork") == []


def test_plan_page_is_read_at_every_point(field: Field) -> None:
    fake = field.start("well_behaved")
    port = fake.port()
    fake.connect(port).shake_hands()
    field.plan("accept=close")
    assert fake.connect(port).end() == "eof"
    field.plan("authenticate=reply:err@c3-")
    line = fake.connect(port)
    line.pid()
    line.write(b"\x00\x00\x00\x065ecre7")
    assert line.read(7) == ERR_ON_WIRE
    field.plan("")
    fake.connect(port).shake_hands()


def test_faults_of_all_sources_strike_in_order(field: Field) -> None:
    field.plan("announced=slow:0.002")
    fake = field.start("slow_port", "announced=slow:0.001;announced=exit:9", WFC_SECONDS="0")
    assert fake.wait() == 9
    struck = [(seen["point"], seen["action"]) for seen in field.seen("fault")]
    assert struck == [("announce", "slow"), ("announced", "slow"), ("announced", "exit")]


@pytest.mark.parametrize("where", ["WFC_FAULTS", "WFC_WHEN", "plan"])
def test_unreadable_faults_end_the_fake(field: Field, where: str) -> None:
    if where == "plan":
        field.plan("start=explode")
        fake = field.start("crash_after_n")
    else:
        fake = field.start("crash_after_n", **{where: "start=explode"})
    assert fake.wait() == 64
    said = fake.stderr().decode()
    assert said.count("\n") == 1
    assert "start=explode" in said


def test_when_narrows_the_fakes_own_faults(field: Field) -> None:
    first, second = (field.start("accepts_and_closes", WFC_WHEN="c2") for _ in range(2))
    for fake in (first, second):
        port = fake.port()
        fake.connect(port).shake_hands()
        assert fake.connect(port).end() == "eof"


def test_slow_waits_and_goes_on(field: Field) -> None:
    line = field.start("well_behaved", "accept=slow:0.2").connect()
    line.shake_hands()
    accept, fork = (_at(field, what) for what in ("accept", "fork"))
    assert 0.2e9 <= fork - accept < LIMIT_S * 1e9


def _at(field: Field, what: str) -> int:
    """When it was first seen, in nanoseconds."""
    lines = Path(field.directory / "sightings").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.split()[4] == what).split()[0])


def _pass_all(fake: Fake) -> None:
    line = fake.connect()
    pid = line.shake_hands()
    line.ask_who()
    fake.write(pid.to_bytes(4, "big"))
    assert line.end() == "eof"


def test_every_point_of_daemon_and_worker_is_passed(field: Field) -> None:
    before = "start announce announced accept fork acknowledge acknowledged authenticate"
    points = f"{before} authenticated serve kill_request hang_up".split()
    fake = field.start("well_behaved", ";".join(f"{point}=slow:0" for point in points))
    _pass_all(fake)
    fake.hang_up()
    assert fake.wait() == 1
    # Who is killed does not leave: test_leave.py.
    struck = list(dict.fromkeys(seen["point"] for seen in field.seen("fault", action="slow")))
    assert struck == points
    other = field.start("well_behaved", "sigterm=slow:0")
    other.port()
    other.send_signal(signal.SIGTERM)
    assert other.wait() == 1
    assert _struck(field, "sigterm", "slow")
