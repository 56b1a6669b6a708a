"""Tickets: a fault strikes as often as there are tickets, over all processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fake_daemons._tests.field import SECRET_ON_WIRE, Fake, Field, Line, wait_until

if TYPE_CHECKING:
    from fake_daemons._tests.factory_end import FactoryEnd


def _ready(fake: Fake, count: int) -> list[Line]:
    """Connect workers and offer them the secret, so that nothing keeps them."""
    port = fake.port()
    lines = [fake.connect(port) for _ in range(count)]
    for line in lines:
        line.pid()
        line.write(SECRET_ON_WIRE)
    return lines


def test_strikes_exactly_as_often_as_there_are_tickets_however_they_race(field: Field) -> None:
    field.make_gate("start")
    field.make_tickets("a", 3)
    faults = "authenticate=gate:start;authenticate=close,ticket=a:9"
    lines = [line for _ in range(2) for line in _ready(field.start("well_behaved", faults), 6)]
    wait_until(lambda: len(field.seen("gate")) == len(lines), "all stand at the gate")
    gate = os.open(field.directory / "gate.start", os.O_RDWR)
    os.write(gate, b"!" * len(lines))
    answers = sorted(line.read(6) for line in lines)
    os.close(gate)
    assert answers == [b""] * 3 + [b"\x00\x00\x00\x02ok"] * 9
    struck = field.seen("fault", "worker", point="authenticate", action="close")
    assert sorted(seen["ticket"] for seen in struck) == ["a.1", "a.2", "a.3"]
    assert len({seen["from"] for seen in struck}) == 3
    assert field.tickets("a") == []


def test_takes_no_more_than_it_says_and_the_first_ones_first(field: Field) -> None:
    field.make_tickets("a", 3)
    fake = field.start("well_behaved", "accept=close,ticket=a:2")
    port = fake.port()
    assert [fake.connect(port).end() for _ in range(2)] == ["eof", "eof"]
    assert fake.connect(port).shake_hands() > 0
    assert [seen["ticket"] for seen in field.seen("fault")] == ["a.1", "a.2"]
    assert [path.name for path in field.tickets("a")] == ["ticket.a.3"]


def test_goes_by_the_tickets_that_are_left(field: Field) -> None:
    field.make_tickets("a", 3)
    field.tickets("a")[0].unlink()
    fake = field.start("well_behaved", "accept=close,ticket=a:3")
    assert fake.connect().end() == "eof"
    assert field.seen("fault")[0]["ticket"] == "a.2"


def test_fault_without_a_ticket_tells_none(field: Field) -> None:
    assert field.start("well_behaved", "accept=close").connect().end() == "eof"
    assert "ticket" not in field.seen("fault")[0]


def test_costs_nothing_where_something_else_does_not_match(field: Field) -> None:
    field.make_tickets("a", 9)
    text = "accept=close{0}@c2;accept=close{0}@g2;start=exit{0}@g2;fork=fail:11{0}@g2c1;pid=kill{0}"
    assert _ready(field.start("well_behaved", text.format(",ticket=a:9")), 1)[0].read(6)
    assert len(field.tickets("a")) == 9
    assert field.seen("fault") == []


def test_each_fault_of_a_point_takes_its_own_until_one_ends_the_process(field: Field) -> None:
    field.make_tickets("a", 3)
    one = "ticket=a:3"
    faults = f"announce=slow:0,{one};announce=exit:4,{one};announce=slow:0,{one}"
    assert field.start("well_behaved", faults).wait() == 4
    struck = [(seen["action"], seen["ticket"]) for seen in field.seen("fault")]
    assert struck == [("slow", "a.1"), ("exit", "a.2")]
    assert len(field.tickets("a")) == 1


def test_each_passing_takes_one(field: Field) -> None:
    field.make_tickets("a", 2)
    line = _ready(field.start("well_behaved", "serve=stray,ticket=a:2"), 1)[0]
    assert line.read(7)[6:] == b"?"
    line.ask_who()
    assert line.read(1) == b"?"
    line.ask_who()
    line.ask_who()
    assert field.tickets("a") == []


def test_withdrawn_tickets_are_no_strike(field: Field) -> None:
    field.make_gate("g")
    field.make_tickets("a", 2)
    fake = field.start("well_behaved", "acknowledge=gate:g,ticket=g:1")
    field.make_tickets("g", 1)
    field.plan("acknowledge=kill,ticket=a:2;serve=die,ticket=a:2")
    line = fake.connect()
    field.wait_for("gate", "worker")
    for ticket in field.tickets("a"):
        ticket.unlink()
    field.open_gate("g")
    pid = line.shake_hands()
    assert line.ask_who() == pid
    assert len(field.seen("fault")) == 1


def test_withdrawn_tickets_are_no_strike_though_the_page_names_them(field: Field) -> None:
    field.make_tickets("a", 1)
    field.plan("leave=exit:3,ticket=a:1;serve=die,ticket=a:1@c2")
    line = _ready(field.start("well_behaved"), 1)[0]
    assert line.read(6)
    line.ask_who()
    field.tickets("a")[0].unlink()
    line.close()
    assert field.wait_for("end", "worker")["status"] == "0"
    assert field.seen("fault") == []


def test_without_a_directory_there_are_no_tickets(field: Field) -> None:
    field.make_tickets("a", 1)
    fake = field.start("well_behaved", "accept=close,ticket=a:1", WFC_DIR="")
    assert fake.connect().shake_hands() > 0
    assert field.seen("fault") == []


def test_a_gate_with_a_ticket_holds_one_and_lets_the_next_pass(field: Field) -> None:
    field.make_gate("g1")
    field.make_tickets("g1", 1)
    fake = field.start("well_behaved")
    field.plan("acknowledge=gate:g1,ticket=g1:1")
    port = fake.port()
    held = fake.connect(port)
    field.wait_for("gate", "worker", name="g1")
    assert fake.connect(port).shake_hands() > 0
    assert field.seen("acknowledge", n=1) == []
    field.open_gate("g1")
    assert held.shake_hands() > 0
    assert field.seen("fault", point="acknowledge", action="gate", ticket="g1.1", n=1)
    assert len(field.seen("gate")) == len(field.seen("passed")) == 1


def test_simple_workers_take_tickets_too(field: Field, factory: FactoryEnd) -> None:
    field.make_tickets("a", 1)
    assert factory.start("simple_well_behaved", "start=exit:5,ticket=a:1").wait() == 5
    factory.start("simple_well_behaved", "start=exit:5,ticket=a:1")
    assert factory.accept().read(10) == SECRET_ON_WIRE
    assert field.seen("fault", "simple", point="start", ticket="a.1")


def test_what_is_no_ticket_ends_the_fake(field: Field) -> None:
    fake = field.start("well_behaved", "accept=close,ticket=a:0")
    assert fake.wait() == 64
    assert b"ticket 'a:0'" in fake.stderr()
