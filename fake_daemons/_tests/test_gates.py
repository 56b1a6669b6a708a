"""Gates: a fake stands at a named point until it is let through, and can be told so."""

from __future__ import annotations

import os
import signal

from fake_daemons._tests.field import SECRET_ON_WIRE, Field, wait_until


def test_worker_stands_and_passes(field: Field) -> None:
    field.make_gate("door")
    line = field.start("well_behaved", "authenticate=gate:door").connect()
    line.pid()
    line.write(SECRET_ON_WIRE)
    field.wait_for("gate", "worker", name="door")
    assert field.seen("passed") == []
    assert field.seen("reply") == []
    field.open_gate("door")
    assert line.read(6)
    assert field.seen("passed", "worker", name="door")


def test_opening_for_writing_shows_that_it_stands_there(field: Field) -> None:
    field.make_gate("door")
    fake = field.start("well_behaved", "announce=gate:door")
    field.open_gate("door")
    assert fake.port() > 0


def test_one_byte_lets_one_through(field: Field) -> None:
    field.make_gate("door")
    fake = field.start("well_behaved", "acknowledge=gate:door")
    port = fake.port()
    lines = [fake.connect(port) for _ in range(3)]
    for n in (1, 2, 3):
        field.wait_for("fault", "worker", action="gate", n=n)
    for passed in (1, 2, 3):
        field.open_gate("door")
        wait_until(lambda: len(field.seen("acknowledge")) >= passed, f"{passed} acknowledge")  # noqa: B023 - called at once
        assert len(field.seen("passed")) == passed
    assert all(line.pid() > 0 for line in lines)


def test_byte_may_come_before_the_fake(field: Field) -> None:
    field.make_gate("door")
    gate = os.open(field.directory / "gate.door", os.O_RDWR)
    os.write(gate, b"!")
    assert field.start("well_behaved", "announce=gate:door").port() > 0
    os.close(gate)


def test_writer_without_a_byte_lets_nobody_through(field: Field) -> None:
    field.make_gate("door")
    fake = field.start("well_behaved", "announce=gate:door")
    for _ in range(3):
        os.close(os.open(field.directory / "gate.door", os.O_WRONLY))
    assert field.seen("passed") == []
    field.open_gate("door")
    assert fake.port() > 0


def test_plan_is_read_anew_behind_the_gate(field: Field) -> None:
    field.make_gate("door")
    fake = field.start("well_behaved", "accept=gate:door")
    line = fake.connect()
    field.wait_for("gate")
    field.plan("fork=fail:12")
    field.open_gate("door")
    assert line.read(100) == b"\x00\x00\x00\x0c"


def test_sigterm_is_answered_at_the_gate(field: Field) -> None:
    field.make_gate("door")
    fake = field.start("well_behaved", "announce=gate:door")
    field.wait_for("gate")
    fake.send_signal(signal.SIGTERM)
    assert fake.wait() == 1
    assert field.seen("signal", number=15)


def test_gate_that_was_not_made_is_an_error(field: Field) -> None:
    fake = field.start("well_behaved", "announce=gate:nowhere")
    assert fake.wait() == 1
    assert b"gate.nowhere" in fake.stderr()
