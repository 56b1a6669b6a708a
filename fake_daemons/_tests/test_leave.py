"""The point `leave`: the peer has closed, and the process has not ended yet."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from fake_daemons._tests.field import OK_ON_WIRE, Field, Line

if TYPE_CHECKING:
    from fake_daemons._tests.factory_end import FactoryEnd


def _serving(field: Field, faults: str = "") -> tuple[Line, int]:
    line = field.start("well_behaved", faults).connect()
    return line, line.shake_hands()


def test_gate_holds_a_worker_that_was_closed(field: Field) -> None:
    field.make_gate("door")
    line, pid = _serving(field, "leave=gate:door")
    line.close()
    field.wait_for("gate", "worker", name="door")
    assert field.seen("closed", "worker", n=1, how="eof")
    assert field.seen("end", "worker") == []
    assert pid in field.alive()
    field.open_gate("door")
    field.wait_for("end", "worker", status=0)
    told = [keys["what"] for keys in field.sightings() if keys["who"] == "worker"]
    assert told[-5:] == ["closed", "fault", "gate", "passed", "end"]


def test_gate_holds_a_simple_worker_that_was_closed(field: Field, factory: FactoryEnd) -> None:
    field.make_gate("door")
    fake = factory.start("simple_well_behaved", "leave=gate:door")
    line = factory.accept()
    line.read(10)
    line.write(OK_ON_WIRE)
    line.pid()
    line.close()
    field.wait_for("gate", "simple", name="door")
    assert field.seen("closed", "simple", n=1)
    assert fake.is_running()
    field.open_gate("door")
    assert fake.wait() == 0


def test_a_ticket_holds_one_worker_and_lets_the_next_go(field: Field) -> None:
    field.make_gate("g")
    field.make_tickets("g", 1)
    fake = field.start("well_behaved")
    port = fake.port()
    lines = [fake.connect(port) for _ in range(2)]
    pids = [line.shake_hands() for line in lines]
    field.plan("leave=gate:g,ticket=g:1")
    lines[0].close()
    field.wait_for("gate", "worker")
    lines[1].close()
    field.wait_for("end", "worker", status=0, **{"from": pids[1]})
    assert pids[0] in field.alive()
    field.open_gate("g")
    field.wait_for("end", "worker", status=0, **{"from": pids[0]})


def test_is_passed_wherever_the_peer_closes(field: Field) -> None:
    line = field.start("well_behaved", "leave=exit:3").connect()
    line.pid()
    line.reset()
    field.wait_for("end", "worker", status=3)
    assert field.seen("closed", how="reset")
    assert field.seen("fault", "worker", point="leave", action="exit", n=1)


def test_is_not_passed_by_who_ends_of_its_own_accord(field: Field) -> None:
    line, _ = _serving(field, "serve=die;leave=exit:3")
    assert line.end() == "eof"
    assert field.wait_for("end", "worker")["status"] == "0"
    assert field.seen("fault", point="leave") == []


def test_slow_worker_takes_its_time(field: Field) -> None:
    line, _ = _serving(field, "leave=slow:0.1")
    line.close()
    field.wait_for("end", "worker", status=0)
    assert field.seen("fault", point="leave", action="slow")


def test_hanging_worker_stays_and_dies_with_the_group(field: Field) -> None:
    fake = field.start("well_behaved", "leave=hang")
    line = fake.connect()
    pid = line.shake_hands()
    line.close()
    field.wait_for("fault", "worker", point="leave", action="hang")
    assert field.seen("closed", n=1)
    assert pid in field.alive()
    fake.hang_up()
    field.wait_until_alone()
    assert field.seen("end", "worker") == []


def test_plan_changed_before_the_close_strikes(field: Field) -> None:
    line, _ = _serving(field)
    field.plan("leave=exit:3")
    line.close()
    field.wait_for("end", "worker", status=3)


@pytest.mark.parametrize("faults", ["leave=hang", "serve=ignore_close;leave=exit:3"])
def test_interrupt_is_told_after_the_close_too(field: Field, faults: str) -> None:
    line, pid = _serving(field, faults)
    line.close()
    field.wait_for("closed" if "ignore" in faults else "fault", "worker", n=1)
    os.kill(pid, signal.SIGINT)
    field.wait_for("end", "worker", status=1)
    assert field.seen("signal", "worker", number=2)
    assert field.seen("broke") == []
    assert len(field.seen("fault", point="leave")) == ("ignore" not in faults)
