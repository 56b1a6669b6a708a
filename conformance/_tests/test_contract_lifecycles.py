"""Lifecycles are total: each pair of state and event is a move or a mistake of ours."""

from __future__ import annotations

import subprocess  # noqa: TID251 - runs docs/draw.py as a user does
import sys
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from conformance.contract import lifecycles as life
from conformance.contract.drawings import draw_clauses, draw_lifecycles, mermaid
from conformance.errors import SuiteError

Table = dict[tuple[StrEnum, StrEnum], StrEnum]

LIVES: dict[str, tuple[Any, type[StrEnum], type[StrEnum], StrEnum]] = {
    "factory": (life.FACTORY, life.FactoryState, life.FactoryEvent, life.FACTORY_START),
    "daemon": (life.DAEMON, life.DaemonState, life.DaemonEvent, life.DAEMON_START),
    "worker": (life.WORKER, life.WorkerState, life.WorkerEvent, life.WORKER_START),
}
PAIRS = [
    pytest.param(table, state, event, id=f"{name}-{state.name}-{event.name}")
    for name, (table, states, events, _) in LIVES.items()
    for state, event in product(states, events)
]
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("table", "state", "event"), PAIRS)
def test_each_pair_is_a_move_or_refused(table: Table, state: StrEnum, event: StrEnum) -> None:
    if (state, event) in table:
        assert life.step(table, state, event) is table[state, event]
        assert isinstance(table[state, event], type(state))
    else:
        with pytest.raises(SuiteError, match="no move from"):
            life.step(table, state, event)


@pytest.mark.parametrize("name", LIVES)
def test_every_state_can_be_reached_and_every_event_used(name: str) -> None:
    table, states, events, start = LIVES[name]
    reached = {start}
    for _ in states:
        reached |= {after for (state, _), after in table.items() if state in reached}
    assert reached == set(states)
    assert {event for _, event in table} == set(events)


@pytest.mark.parametrize("name", ["daemon", "worker"])
def test_a_life_has_one_end_that_every_state_can_reach(name: str) -> None:
    table, states, _, _ = LIVES[name]
    moves = {(state, after) for (state, _), after in table.items() if state is not after}
    ends = set(states) - {state for state, _ in moves}
    assert len(ends) == 1
    doomed = ends
    for _ in states:
        doomed = doomed | {state for state, after in moves if after in doomed}
    assert doomed == set(states)


def walk(name: str, *events: str) -> str:
    table, _, kinds, state = LIVES[name]
    for event in events:
        state = life.step(table, state, kinds[event])
    return state.value


@pytest.mark.parametrize(
    ("name", "events", "expected"),
    [
        ("factory", "CREATE PORT_READ CONNECTED", "running"),
        ("factory", "CREATE START_FAILED", "uninitialised"),
        ("factory", "CREATE PORT_READ HANDSHAKE_FAILED", "running"),
        ("factory", "CREATE PORT_READ SOCKET_EXCEPTION PORT_READ CONNECTED", "running"),
        ("factory", "CREATE PORT_READ SOCKET_EXCEPTION START_FAILED", "uninitialised"),
        ("factory", "CREATE PORT_READ SOCKET_EXCEPTION PORT_READ SOCKET_EXCEPTION", "running"),
        ("factory", "CREATE PORT_READ CONNECTED STOP STOP", "uninitialised"),
        ("daemon", "LISTEN ANNOUNCE ACCEPT KILL_REQUEST SIGHUP HANG_UP EXIT", "ended"),
        ("daemon", "LISTEN ANNOUNCE SIGTERM EXIT", "ended"),
        ("daemon", "LISTEN SIGTERM", "ended"),
        ("worker", "ACKNOWLEDGE AUTHENTICATE HAND_OUT RELEASE HAND_OUT STOP END", "dead"),
        ("worker", "ACKNOWLEDGE REFUSE END", "dead"),
        ("worker", "ACKNOWLEDGE TRUST HAND_OUT RELEASE CLOSE", "stopped"),
        ("worker", "ACKNOWLEDGE AUTHENTICATE HAND_OUT RELEASE RELEASE", "idle"),
    ],
)
def test_lives_walked_by_hand(name: str, events: str, expected: str) -> None:
    assert walk(name, *events.split()) == expected


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("factory", "CREATE CREATE"),  # one daemon at a time (F-CONC-01)
        ("factory", "CREATE STOP"),  # stop() waits for the lock
        ("daemon", "ANNOUNCE"),  # listening comes first (D-02)
        ("daemon", "LISTEN ACCEPT"),
        ("worker", "AUTHENTICATE"),  # the pid comes first (D-05)
        ("worker", "ACKNOWLEDGE HAND_OUT"),  # nobody gets it unauthenticated (F-CONN-07)
        ("worker", "ACKNOWLEDGE AUTHENTICATE HAND_OUT HAND_OUT"),  # two owners
        ("worker", "ACKNOWLEDGE AUTHENTICATE HAND_OUT STOP HAND_OUT"),  # F-POOL-13
        ("worker", "ACKNOWLEDGE AUTHENTICATE HAND_OUT RELEASE END HAND_OUT"),  # F-POOL-03
    ],
)
def test_moves_refused(name: str, events: str) -> None:
    with pytest.raises(SuiteError, match="no move from"):
        walk(name, *events.split())


def test_mermaid_of_a_small_life() -> None:
    state, event = life.WorkerState, life.WorkerEvent
    table = {
        (state.IDLE, event.RELEASE): state.IDLE,
        (state.IDLE, event.STOP): state.DEAD,
        (state.IDLE, event.END): state.DEAD,
    }
    assert mermaid(table, state.IDLE) == (
        "stateDiagram-v2\n"
        '    state "idle" as idle\n'
        '    state "dead" as dead\n'
        "    [*] --> idle\n"
        "    idle --> idle: release\n"
        "    idle --> dead: stopWorker, end\n"
        "    dead --> [*]\n"
    )


def test_the_pages_are_as_drawn() -> None:
    assert (DOCS / "lifecycles.md").read_text(encoding="utf-8") == draw_lifecycles()
    assert (DOCS / "clauses.md").read_text(encoding="utf-8") == draw_clauses()


def test_cells_hold_no_bare_bar() -> None:
    rows = [line for line in draw_clauses().splitlines() if line.startswith(("| F-", "| D-"))]
    assert len(rows) == 148
    assert {row.replace("\\|", "").count("|") for row in rows} == {8}


@pytest.mark.parametrize(("arguments", "status"), [(["--check"], 0), (["--chekc"], 2)])
def test_draw_as_a_command(arguments: list[str], status: int) -> None:
    command = [sys.executable, str(DOCS / "draw.py"), *arguments]
    assert subprocess.run(command, capture_output=True, check=False).returncode == status
