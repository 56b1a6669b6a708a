"""The port that a daemon announces, and all that may come in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.faults import unstruck_faults
from conformance.check.handshakes import wrong_connection_counts
from conformance.check.launches import variable_of
from conformance.check.messages import incomplete_messages, null_pointers
from conformance.check.outcomes import endless_calls, failures_to_return
from conformance.check.starts import wrong_start_counts
from conformance.contract.limits import ENDLESS_AFTER_S, MUST_HAPPEN_S
from conformance.evidence.outcomes import Raised
from conformance.stage.together import create_together

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

DAEMON = "fake_daemons.well_behaved"
#: `Hell` as an integer, big endian: what comes of a greeting on stdout.
HELL = ("1214606444", "0x48656c6c")

#: A daemon that has not come to its announcement by then has not announced either.
PORT_WAIT_S = 0.5


@pytest.mark.clauses("F-START-09")
def test_the_port_is_read_from_four_bytes_and_no_more(stage: Stage) -> None:
    """What follows the announcement at once is none of it."""
    factory = stage.factory("announced=flood:stdout,bytes=3")
    created = factory.try_create()
    stage.judge(
        "F-START-09",
        failures_to_return(created.outcome),
        unstruck_faults(stage.history, "announced"),
        wrong_connection_counts(stage.history, 1),
    )


@pytest.mark.clauses("F-START-09", "F-START-10", "F-START-20")
def test_text_on_stdout_is_read_as_a_port(stage: Stage) -> None:
    """A module prints a greeting when it is imported."""
    factory = stage.factory("announce=text:Hello%20world,then=exit")
    failed = factory.try_create()
    stage.judge("F-START-09", incomplete_messages(failed.outcome, *HELL))
    stage.judge("F-START-10", incomplete_messages(failed.outcome, *_particulars(stage), *HELL))
    stage.judge("F-START-20", wrong_start_counts(stage.history, 1))


@pytest.mark.clauses("F-START-09")
def test_the_port_may_come_in_two_pieces(stage: Stage) -> None:
    """The same text, with a pause in the middle of the first four bytes."""
    pieces = "announce=text:He;announce=slow:0.02;announce=text:llo,then=exit"
    failed = stage.factory(pieces).try_create()
    stage.judge("F-START-09", incomplete_messages(failed.outcome, *HELL))


@pytest.mark.clauses("F-START-10", "F-START-20")
@pytest.mark.parametrize(
    ("port", "hexadecimal"),
    [(0, "0x00000000"), (-1, "0xffffffff"), (65536, "0x00010000"), (2**31 - 1, "0x7fffffff")],
)
def test_a_number_that_is_no_port_is_refused(stage: Stage, port: int, hexadecimal: str) -> None:
    """The daemon announces it and exits."""
    failed = stage.factory(f"announce=port:{port},then=exit").try_create()
    parts = (*_particulars(stage), str(port), hexadecimal)
    stage.judge("F-START-10", incomplete_messages(failed.outcome, *parts))
    stage.judge("F-START-20", wrong_start_counts(stage.history, 1))


@pytest.mark.clauses("F-START-10", "F-RST-01")
@pytest.mark.parametrize("port", [1, 65535])
def test_the_first_and_the_last_port_are_taken_for_ports(stage: Stage, port: int) -> None:
    """Nobody listens there: the refused connection is reason for a restart."""
    outcome = stage.factory(f"announce=port:{port}@g1").try_create().outcome
    was_tried = isinstance(outcome, Raised) and outcome.counts_as == "socket_error"
    stage.judge("F-START-10", () if was_tried else failures_to_return(outcome))
    if not stage.record.all_findings():
        restarts = wrong_start_counts(stage.history, 2)
        stage.judge("F-RST-01", failures_to_return(outcome), restarts)


@pytest.mark.clauses("F-START-11", "F-START-12", "F-START-20")
@pytest.mark.parametrize(
    "faults",
    ["start=exit:0", "announce=never,then=exit", "announce=bytes:0000,then=exit", "start=kill"],
    ids=["at once", "after listening", "after two bytes", "killed"],
)
def test_the_end_of_stdout_before_the_port_is_reported(stage: Stage, faults: str) -> None:
    """The daemon ends without a word."""
    failed = stage.factory(faults).try_create()
    stage.judge("F-START-11", incomplete_messages(failed.outcome, DAEMON))
    stage.judge("F-START-12", null_pointers(failed.outcome))
    stage.judge("F-START-20", wrong_start_counts(stage.history, 1))


@pytest.mark.clauses("F-START-19", "F-START-18", "F-START-16")
def test_a_start_ends_however_a_daemon_behaves(stage: Stage) -> None:
    """One daemon never announces, one stops half-way, one talks a lot before it does."""
    faults = ("announce=never@g1-3", "announce=half@g1-3")
    options = {"port_timeout_s": PORT_WAIT_S}
    factories = [stage.factory(fault, options=options) for fault in faults]
    honours = all(factory.honoured.get("port_timeout_s") for factory in factories)
    factories.append(stage.factory("start=flood:stderr@g1-3"))
    within_s = PORT_WAIT_S + MUST_HAPPEN_S if honours else ENDLESS_AFTER_S
    silent, halved, talkative = create_together(stage, factories, within_s)
    if silent.took_s < PORT_WAIT_S:
        stage.judge("F-START-19", unstruck_faults(stage.history, "announce", 2))
    stage.judge("F-START-19", endless_calls(silent.outcome), endless_calls(halved.outcome))
    stage.judge(
        "F-START-18",
        unstruck_faults(stage.history, "start"),
        failures_to_return(talkative.outcome),
    )
    if honours and not stage.record.all_findings():
        again = factories[0].try_create()
        starts = wrong_start_counts(stage.history, len(factories) + 1)
        stage.judge("F-START-16", failures_to_return(again.outcome), starts)


def _particulars(stage: Stage) -> tuple[str, ...]:
    """What the message on an invalid port must name, beside the number."""
    command = f"{stage.run.python_exec} -m {DAEMON}"
    starts = stage.history.of("start", "daemon")
    path = variable_of(stage.history, starts[0].pid, "PYTHONPATH") if starts else None
    return (DAEMON, command, path or "a PYTHONPATH")
