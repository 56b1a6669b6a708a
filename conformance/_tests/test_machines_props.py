"""What a factory's fakes are given: the plan page, tickets, gates."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from conformance.errors import SuiteError
from conformance.machines.props import Props

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def props(tmp_path: Path) -> Iterator[Props]:
    made = Props(tmp_path / "f1")
    yield made
    made.close()


def tickets(props: Props) -> list[str]:
    return sorted(one.name for one in props.directory.glob("ticket.*"))


def test_a_fault_comes_with_a_ticket_for_each_time(props: Props) -> None:
    assert props.page.read_text("utf-8") == ""
    props.arm("accept=reset", 2)
    props.arm("announce=slow:0.02")
    assert (
        props.page.read_text("utf-8") == "accept=reset,ticket=t1:2;announce=slow:0.02,ticket=t2:1"
    )
    assert tickets(props) == ["ticket.t1.1", "ticket.t1.2", "ticket.t2.1"]


def test_ceasing_takes_back_what_has_not_struck(props: Props) -> None:
    """What has struck has taken its ticket; that is no mistake."""
    props.cease()
    props.arm("accept=reset", 2)
    (props.directory / "ticket.t1.1").unlink()
    props.cease()
    assert (props.page.read_text("utf-8"), tickets(props)) == ("", [])
    props.arm("accept=close")
    assert props.page.read_text("utf-8") == "accept=close,ticket=t2:1"


def test_a_page_is_replaced_never_changed(props: Props) -> None:
    """Who has it open goes on reading the old one."""
    props.arm("accept=reset")
    with props.page.open(encoding="utf-8") as page:
        props.arm("accept=close")
        assert page.read() == "accept=reset,ticket=t1:1"
    assert sorted(one.name for one in props.directory.iterdir() if one.name[0] == "p") == ["plan"]


def test_a_page_that_is_full_is_a_mistake_of_ours(props: Props) -> None:
    fault = f"acknowledge=fragments:4,pause=0.{'0' * 1000}2"
    for _ in range(3):
        props.arm(fault)
    with pytest.raises(SuiteError, match="4 armed faults do not fit the plan page"):
        props.arm(fault)
    assert len(props.page.read_bytes()) < 4096


def test_a_gate_is_a_pipe_with_a_ticket(props: Props) -> None:
    """A byte waits in it for who comes late; who comes to it after all is not stopped."""
    props.add_gate("g1", "accept")
    assert props.has_gate("g1")
    assert not props.has_gate("g2")
    assert props.page.read_text("utf-8") == "accept=gate:g1,ticket=t1:1"
    pipe = props.directory / "gate.g1"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    props.open_gate("g1")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert os.read(reader, 9) == b"!"
    os.close(reader)
    props.drop_gate("g1")
    assert tickets(props) == []
    props.drop_gate("g1")


def test_closing_lets_go_of_gates_and_may_be_done_twice(props: Props) -> None:
    before = len(os.listdir("/proc/self/fd"))
    props.add_gate("g1", "accept")
    props.add_gate("g2", "announce")
    props.close()
    props.close()
    assert len(os.listdir("/proc/self/fd")) == before
    assert not props.has_gate("g1")
