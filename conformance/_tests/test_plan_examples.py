"""The model by examples: for each clause that it names, what comes of an operation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from conformance.contract.lifecycles import WorkerState
from conformance.contract.profiles import PROFILES
from conformance.evidence.scenario import (
    AnyStep,
    Arm,
    Cease,
    Create,
    Exchange,
    FactorySettings,
    KillDaemon,
    KillWorker,
    Release,
    Stop,
    StopWorker,
)
from conformance.plan.attempt import RESTART_WARNINGS
from conformance.plan.branch import Branch, Fails, Hands
from conformance.plan.model import Model
from conformance.plan.state import State

from .plan_walks import SETTINGS, named_clauses

if TYPE_CHECKING:
    from collections.abc import Iterable


class Came(NamedTuple):
    """What came of an operation: whose worker was handed out, and what changed."""

    clause: str
    how: str
    starts: int = 0
    connections: int = 0
    warnings: tuple[str, ...] = ()
    kills: str = ""
    may_kill: str = ""
    ends: str = ""
    cut: str = ""
    misuse: str = ""
    left: str = ""


def told(before: State, branch: Branch) -> Came:
    after, outcome = branch.state, branch.outcome
    first = {index: name for name, index in reversed(after.leases)}

    def names(lives: Iterable[int]) -> str:
        return " ".join(first[index] for index in lives)

    def changed(test: str) -> str:
        old = {index for index, life in enumerate(before.lives) if getattr(life, test)}
        new = [index for index, life in enumerate(after.lives) if getattr(life, test)]
        return names(index for index in new if index not in old)

    how = "returns"
    if isinstance(outcome, Hands):
        how = "new" if outcome.is_new else first[outcome.life]
    elif isinstance(outcome, Fails):
        how = " ".join(("fails", *outcome.kinds))
    was_dead = {index for index, life in enumerate(before.lives) if life.state is WorkerState.DEAD}
    is_dead = [index for index, life in enumerate(after.lives) if life.state is WorkerState.DEAD]
    return Came(
        clause=branch.clause,
        how=how,
        starts=after.starts - before.starts,
        connections=after.connections - before.connections,
        warnings=branch.warnings,
        kills=names(after.kills[len(before.kills) :]),
        may_kill=names(sorted(after.may_kill - before.may_kill)),
        ends=names(index for index in is_dead if index not in was_dead),
        cut=changed("is_cut"),
        misuse=" ".join(after.misuse[len(before.misuse) :]),
        left=" ".join(one.fault for one in after.armed),
    )


def come(profile: str, kind: str, *steps: AnyStep) -> list[Came]:
    """Follow the usual branch of each step, and tell all branches of the last one."""
    model, state, found = Model(PROFILES[profile], SETTINGS[kind]), State(), list[Came]()
    for step in steps:
        if isinstance(step, (Arm, Cease, KillDaemon, KillWorker)):
            state = Model.after(state, step)
            continue
        assert isinstance(step, (Create, Exchange, Release, StopWorker, Stop))
        branches = list(model.branches(state, step))
        found = [told(state, branch) for branch in branches]
        state = branches[0].state if branches else state
    return found


C1, C2, C3 = (Create(worker=name) for name in ("w1", "w2", "w3"))
R1, R2 = (Release(worker=name) for name in ("w1", "w2"))
S1, S2 = (StopWorker(worker=name) for name in ("w1", "w2"))
K1, K2 = (KillWorker(worker=name) for name in ("w1", "w2"))
E1 = Exchange(worker="w1")
STOP, KILL = Stop(), KillDaemon()
WARN = RESTART_WARNINGS
DISCARD = ("",)
NOTICED = Came("F-RST-06", "new", 1, 1)
MET_OR_NOTICED = [Came("F-RST-06", "new", 1, 1, WARN), NOTICED]


def arm(fault: str, times: int = 1) -> Arm:
    return Arm(fault=fault, times=times)


#: Profile, factory, steps; what may come of the last one, the usual outcome first.
Example = tuple[str, str, tuple[AnyStep, ...], list[Came]]
PAGE, OLD, NEW = "documented", "spark-3.5", "spark-4.3"
DAEMON, CAPPED, SIMPLE = "daemon", "capped", "simple"
EXAMPLES: list[Example] = [
    # The first create starts the daemon, the second does not.
    (PAGE, DAEMON, (C1,), [Came("F-CONN-01", "new", 1, 1)]),
    (PAGE, DAEMON, (C1, C2), [Came("F-CONN-01", "new", 0, 1)]),
    # What is answered instead of a pid or of `ok`.
    (
        PAGE,
        DAEMON,
        (arm("acknowledge=pid:-1"), C1),
        [Came("F-CONN-04", "fails illegal_state other", 1, 1)],
    ),
    (
        NEW,
        DAEMON,
        (arm("acknowledge=pid:gone"), C1),
        [Came("F-CONN-05", "fails illegal_state other", 1, 1)],
    ),
    (
        PAGE,
        DAEMON,
        (arm("authenticate=reply:err"), C1),
        [Came("F-CONN-08", "fails authentication", 1, 1)],
    ),
    (PAGE, DAEMON, (C1, E1), [Came("F-CONN-12", "returns")]),
    (PAGE, DAEMON, (C1, K1, E1), []),
    # A failed start; the next create starts anew, as after stop().
    (PAGE, DAEMON, (arm("start=exit:3"), C1), [Came("F-START-20", "fails", 1)]),
    (PAGE, DAEMON, (arm("start=exit:3"), C1, C2), [Came("F-START-16", "new", 1, 1)]),
    (PAGE, DAEMON, (arm("start=exit:3"), C1, STOP, C2), [Came("F-STOP-09", "new", 1, 1)]),
    (PAGE, DAEMON, (C1, KILL, arm("start=exit:3"), C2, C3), [Came("F-START-16", "new", 1, 1)]),
    # A lost connection restarts, and with the daemon its workers end.
    (
        PAGE,
        DAEMON,
        (C1, arm("accept=reset"), C2),
        [Came("F-RST-01", "new", 1, 2, WARN, ends="w1")],
    ),
    (PAGE, DAEMON, (arm("announced=crash"), C1), [Came("F-RST-01", "new", 2, 1, WARN)]),
    (
        PAGE,
        DAEMON,
        (arm("accept=refuse"), C1, C2),
        [Came("F-RST-01", "new", 1, 1, WARN, ends="w1")],
    ),
    # After a second loss the second daemon stays or not, which shows later.
    (PAGE, DAEMON, (arm("accept=reset", 2), C1), [Came("F-RST-03", "fails", 2, 2, WARN)] * 2),
    (PAGE, DAEMON, (arm("announced=crash", 2), C1), [Came("F-RST-03", "fails", 2, 0, WARN)] * 2),
    (
        PAGE,
        DAEMON,
        (arm("accept=reset"), arm("authenticate=reply:err"), C1),
        [Came("F-RST-03", "fails authentication", 2, 2, WARN)] * 2,
    ),
    # The orderly end of a connection does not, even if the daemon is dead by then.
    (
        PAGE,
        DAEMON,
        (arm("accept=close"), C1),
        [Came("F-RST-05", "fails end_of_stream other", 1, 1)],
    ),
    (
        PAGE,
        DAEMON,
        (arm("accept=crash"), C1),
        [Came("F-RST-05", "fails end_of_stream other", 1, 1)],
    ),
    (PAGE, DAEMON, (arm("accept=crash"), C1, C2), MET_OR_NOTICED),
    # The daemon died; its workers live on. It is met dead, or that was noticed before.
    (PAGE, DAEMON, (C1, KILL, C2), MET_OR_NOTICED),
    (PAGE, DAEMON, (C1, R1, KILL, C2), [Came("F-POOL-02", "w1"), NOTICED]),
    (PAGE, DAEMON, (arm("acknowledge=crash"), C1, C2), MET_OR_NOTICED),
    (
        PAGE,
        DAEMON,
        (C1, KILL, arm("start=exit:3"), C2),
        [Came("F-RST-08", "fails", 1, 0, WARN), Came("F-START-20", "fails", 1)],
    ),
    (
        PAGE,
        DAEMON,
        (arm("authenticate=reset"), C1),
        [Came("F-RST-01", "new", 2, 2, WARN), Came("F-RST-10", "fails", 1, 1)],
    ),
    (OLD, DAEMON, (arm("authenticate=reset"), C1), [Came("F-RST-01", "new", 2, 2, WARN)]),
    (
        NEW,
        DAEMON,
        (arm("acknowledged=exit", 2), C1),
        [
            Came("F-RST-03", "fails", 2, 2, WARN),
            Came("F-RST-03", "fails", 2, 2, WARN),
            Came("F-RST-10", "fails", 1, 1, left="acknowledged=exit"),
        ],
    ),
    # Idle workers: the first released comes first, a dead one by profile.
    (PAGE, DAEMON, (C1, C2, R1, R2, C3), [Came("F-POOL-02", "w1")]),
    (PAGE, DAEMON, (C1, C2, R2, R1, C3), [Came("F-POOL-02", "w2")]),
    (
        NEW,
        DAEMON,
        (C1, C2, R1, R2, K1, C3),
        [Came("F-POOL-03", "w2", 0, 0, DISCARD, may_kill="w1")],
    ),
    (NEW, DAEMON, (C1, R1, K1, C2), [Came("F-POOL-05", "new", 0, 1, DISCARD, may_kill="w1")]),
    (
        NEW,
        DAEMON,
        (C1, C2, R1, R2, K1, K2, C3),
        [Came("F-POOL-05", "new", 0, 1, DISCARD * 2, may_kill="w1 w2")],
    ),
    (
        OLD,
        DAEMON,
        (C1, R1, K1, C2),
        [Came("F-POOL-02", "w1"), Came("F-CONN-01", "new", 0, 1, may_kill="w1")],
    ),
    (
        PAGE,
        DAEMON,
        (C1, C2, R1, R2, K1, C3),
        [Came("F-POOL-02", "w1"), Came("F-POOL-02", "w2", may_kill="w1")],
    ),
    (
        NEW,
        DAEMON,
        (C1, R1, K1, KILL, C2),
        [
            Came("F-POOL-16", "new", 1, 1, (*DISCARD, *WARN), may_kill="w1"),
            Came("F-POOL-16", "new", 1, 1, DISCARD, may_kill="w1"),
            NOTICED,
        ],
    ),
    (
        OLD,
        DAEMON,
        (C1, R1, K1, KILL, C2),
        [
            Came("F-POOL-02", "w1"),
            Came("F-RST-06", "new", 1, 1, WARN, may_kill="w1"),
            Came("F-RST-06", "new", 1, 1, may_kill="w1"),
            NOTICED,
        ],
    ),
    (PAGE, DAEMON, (arm("authenticated=kill"), C1, E1), []),
    (
        NEW,
        DAEMON,
        (arm("authenticated=kill"), C1, R1, C2),
        [Came("F-POOL-05", "new", 0, 1, DISCARD, may_kill="w1")],
    ),
    # Release, the cap, and what callers should not do.
    (PAGE, DAEMON, (C1, R1), [Came("F-POOL-17", "returns")]),
    (NEW, CAPPED, (C1, C2, R1, R2), [Came("F-POOL-11", "returns", kills="w1")]),
    (NEW, CAPPED, (C1, C2, R1, K1, R2), [Came("F-POOL-11", "returns", may_kill="w1")]),
    (NEW, CAPPED, (C1, C2, R1, KILL, R2), [Came("F-POOL-11", "returns")]),
    (NEW, CAPPED, (C1, R1, R1), [Came("F-POOL-17", "returns", misuse="F-POOL-12")]),
    (PAGE, DAEMON, (C1, R1, R1), [Came("F-POOL-17", "returns", misuse="F-POOL-12")]),
    (PAGE, DAEMON, (C1, S1, R1), [Came("F-POOL-17", "returns", may_kill="w1", misuse="F-POOL-13")]),
    (PAGE, DAEMON, (C1, S1, R1, C2), [Came("F-CONN-01", "new", 0, 1)]),
    (
        PAGE,
        DAEMON,
        (C1, R1, S1),
        [Came("F-STOP-01", "returns", kills="w1", may_kill="w1", misuse="F-POOL-14")],
    ),
    (PAGE, DAEMON, (C1, R1, S1, C2), [Came("F-CONN-01", "new", 0, 1)]),
    # stopWorker: a kill request to the daemon that has forked the worker.
    (PAGE, DAEMON, (C1, S1), [Came("F-STOP-01", "returns", kills="w1")]),
    (
        PAGE,
        DAEMON,
        (C1, arm("kill_request=ignore"), S1),
        [Came("F-STOP-01", "returns", kills="w1")],
    ),
    (PAGE, DAEMON, (C1, K1, S1), [Came("F-STOP-01", "returns", may_kill="w1")]),
    (PAGE, DAEMON, (C1, KILL, C2, S1), [Came("F-STOP-01", "returns")]),
    (PAGE, DAEMON, (C1, STOP, S1), [Came("F-STOP-03", "returns")]),
    (PAGE, DAEMON, (C1, S1, S1), [Came("F-STOP-04", "returns", may_kill="w1")]),
    (PAGE, DAEMON, (C1, KILL, S1), [Came("F-STOP-05", "returns")]),
    (PAGE, DAEMON, (C1, S1, KILL, S1), [Came("F-STOP-05", "returns")]),
    # stop(): whoever is idle is closed, whoever has an owner may be.
    (PAGE, DAEMON, (C1, R1, STOP), [Came("F-STOP-07", "returns")]),
    (
        PAGE,
        DAEMON,
        (C1, STOP),
        [
            Came("F-STOP-07", "returns", ends="w1"),
            Came("F-STOP-07", "returns", ends="w1", cut="w1"),
        ],
    ),
    (
        PAGE,
        DAEMON,
        (C1, KILL, STOP),
        [Came("F-STOP-07", "returns"), Came("F-STOP-07", "returns", cut="w1")],
    ),
    (PAGE, DAEMON, (STOP,), [Came("F-STOP-08", "returns")]),
    (PAGE, DAEMON, (C1, R1, STOP, STOP), [Came("F-STOP-08", "returns")]),
    (PAGE, DAEMON, (C1, STOP, C2), [Came("F-STOP-09", "new", 1, 1)]),
    (PAGE, DAEMON, (C1, KILL, STOP, R1, C2), [Came("F-POOL-02", "w1")]),
    # Without the daemon.
    (PAGE, SIMPLE, (C1,), [Came("F-SIMP-01", "new", 1)]),
    (PAGE, SIMPLE, (C1, E1), [Came("F-SIMP-01", "returns")]),
    (PAGE, SIMPLE, (C1, S1, E1), []),
    (PAGE, SIMPLE, (arm("offer=slow:0.02"), C1), [Came("F-SIMP-01", "new", 1)]),
    (PAGE, SIMPLE, (arm("offer=wrong"), C1), [Came("F-SIMP-03", "fails", 1)]),
    (NEW, SIMPLE, (arm("pid=pid:-1"), C1), [Came("F-SIMP-05", "fails", 1)]),
    (PAGE, SIMPLE, (C1, R1), [Came("F-SIMP-07", "returns")]),
    (PAGE, SIMPLE, (C1, R1, C2), [Came("F-SIMP-01", "new", 1)]),
    (PAGE, SIMPLE, (C1, S1), [Came("F-SIMP-08", "returns")]),
    (PAGE, SIMPLE, (C1, K1, S1), [Came("F-SIMP-08", "returns")]),
    (PAGE, SIMPLE, (C1, STOP), [Came("F-SIMP-09", "returns", ends="w1")]),
    (
        OLD,
        SIMPLE,
        (C1, STOP),
        [Came("F-SIMP-09", "returns", ends="w1"), Came("F-SIMP-09", "returns")],
    ),
    (OLD, SIMPLE, (STOP,), [Came("F-SIMP-09", "returns")]),
    # Two faults at one point: all strike until the process has ended.
    (
        PAGE,
        DAEMON,
        (arm("accept=reset"), arm("accept=crash"), C1),
        [Came("F-RST-01", "new", 2, 2, WARN)],
    ),
    (
        PAGE,
        DAEMON,
        (arm("accept=reset"), arm("accept=reset"), C1),
        [Came("F-RST-01", "new", 2, 2, WARN)],
    ),
    (
        PAGE,
        DAEMON,
        (arm("accept=crash"), arm("accept=reset"), C1),
        [Came("F-RST-05", "fails end_of_stream other", 1, 1, left="accept=reset")],
    ),
    # A worker whose answer ends the attempt does not know it yet.
    (
        PAGE,
        DAEMON,
        (arm("acknowledged=exit"), arm("acknowledge=pid:-1"), C1),
        [Came("F-CONN-04", "fails illegal_state other", 1, 1)],
    ),
    (
        PAGE,
        DAEMON,
        (arm("authenticated=kill"), arm("authenticate=reply:err"), C1),
        [Came("F-CONN-08", "fails authentication", 1, 1)],
    ),
    (
        PAGE,
        DAEMON,
        (arm("authenticated=kill"), arm("authenticate=half"), C1),
        [Came("F-RST-05", "fails end_of_stream other", 1, 1, left="authenticated=kill")],
    ),
    # Faults that cease do not strike; a step that means nothing does nothing.
    (PAGE, DAEMON, (arm("start=exit:3"), Cease(), C1), [Came("F-CONN-01", "new", 1, 1)]),
    (PAGE, DAEMON, (KILL, K1, C1), [Came("F-CONN-01", "new", 1, 1)]),
    (PAGE, DAEMON, (C1, R2), []),
]


def name_of(example: Example) -> str:
    profile, kind, steps, _ = example
    return f"{profile}-{kind}: {', '.join(map(_word, steps))}"


def _word(step: AnyStep) -> str:
    if isinstance(step, Arm):
        return re.sub(r"[^a-z0-9]+", "-", step.fault) + f" x{step.times}"
    return f"{type(step).__name__.lower()} {getattr(step, 'worker', '')}".strip()


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_example(example: Example) -> None:
    profile, kind, steps, expected = example
    assert come(profile, kind, *steps) == expected


def test_every_clause_that_the_model_names_has_an_example() -> None:
    shown = {
        clause
        for *_, expected in EXAMPLES
        for came in expected
        for clause in (came.clause, *came.misuse.split())
    }
    assert shown == named_clauses()
    assert len({name_of(one) for one in EXAMPLES}) == len(EXAMPLES)


def test_a_dead_worker_ahead_of_a_living_one_while_the_daemon_is_dead_too() -> None:
    """Whoever fails at discarding it has F-POOL-16 to answer for, as Spark has."""
    model = Model(PROFILES["spark-4.3"], FactorySettings())
    state = State()
    for operation in (Create(worker="w1"), Create(worker="w2")):
        state = next(model.branches(state, operation)).state
    for worker in ("w1", "w2"):
        state = next(model.branches(state, Release(worker=worker))).state
    state = Model.after(Model.after(state, KillWorker(worker="w1")), KillDaemon())
    branch = next(model.branches(state, Create(worker="w3")))
    assert (branch.outcome, branch.clause) == (Hands(1, is_new=False), "F-POOL-16")
