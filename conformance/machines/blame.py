"""What came out otherwise than allowed: what is wrong, and by which clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check.outcomes import endless_calls, failures_to_raise, failures_to_return
from conformance.check.pools import dead_handouts, double_handouts, mute_handouts, wrong_handouts
from conformance.contract.clauses import find
from conformance.contract.lifecycles import WorkerState
from conformance.evidence.findings import put_down_to
from conformance.evidence.outcomes import Lost, Raised, TimedOut
from conformance.evidence.scenario import Exchange
from conformance.plan.branch import Branch, Fails, Hands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.contract.profiles import Profile
    from conformance.evidence.findings import Finding
    from conformance.machines.performance import Done
    from conformance.plan.state import State


def explain(branch: Branch, done: Done) -> list[Finding]:
    """Say what is wrong with an outcome that no branch allows.

    Args:
        branch: how it usually comes out.
        done: how it came out.

    Returns:
        The findings, each with its clause.
    """
    clause = suspect(branch)
    if isinstance(done.outcome, (TimedOut, Lost)):
        return put_down_to(clause, endless_calls(done.outcome))
    if isinstance(done.operation, Exchange):
        return _explain_exchange(branch, done)
    match branch.outcome:
        case Fails(kinds=kinds):
            return put_down_to(clause, failures_to_raise(done.outcome, kinds))
        case Hands() as hands if not isinstance(done.outcome, Raised):
            return _explain_handout(branch, hands, done)
        case _:
            return put_down_to(clause, failures_to_return(done.outcome))


def suspect(branch: Branch) -> str:
    """Tell which clause is to blame when an operation does not come out by a branch.

    Args:
        branch: how it usually comes out.

    Returns:
        Id of the clause: that about the latest misuse if there was any.
    """
    is_create = isinstance(branch.outcome, (Hands, Fails))
    return branch.state.misuse[-1] if is_create and branch.state.misuse else branch.clause


def suspect_of_leaks(before: Sequence[State], profile: Profile) -> str:
    """Tell which clause is to blame when a connection is left open to the end.

    That about failed handshakes, unless all went well: then somebody was idle to the end,
    was stopped, or had died and was thrown away.

    Args:
        before: states in which the factories may have been when they were stopped.
        profile: by which they are judged.

    Returns:
        Id of the clause.
    """
    lives = {life.state for state in before for life in state.lives}
    if any(state.connections > len(state.lives) for state in before):
        return "F-CONN-10"
    if any(state.idle for state in before):
        return "F-STOP-07"
    if WorkerState.STOPPED in lives:
        return "F-STOP-01"
    is_thrown_away = WorkerState.DEAD in lives and profile.applies(find("F-POOL-03"))
    return "F-POOL-03" if is_thrown_away else "F-CONN-10"


def _explain_exchange(branch: Branch, done: Done) -> list[Finding]:
    """Its owner's worker does not answer, or is another one."""
    clause = "F-RST-11" if branch.state.starts > 1 else branch.clause
    if done.answered_pid is None:
        return put_down_to(clause, mute_handouts([None]))
    return put_down_to(clause, wrong_handouts([str(done.answered_pid)], ["the same worker"]))


def _explain_handout(branch: Branch, hands: Hands, done: Done) -> list[Finding]:
    """Another worker was handed out than the one that had to be."""
    pid = done.answered_pid if done.answered_pid is not None else done.told_pid
    state = branch.state
    known = {one.pid: number for number, one in enumerate(state.lives) if one.pid is not None}
    got = known.get(pid) if pid is not None else None
    name = f"the worker of pid {pid}"
    if got is not None:
        return _explain_old(branch, got, name)
    wanted = _wanted(state, hands)
    clause = state.misuse[-1] if state.misuse else "F-POOL-01"
    return put_down_to(clause, wrong_handouts(["a new one"], [wanted]))


def _explain_old(branch: Branch, got: int, name: str) -> list[Finding]:
    """A worker was handed out that is dead, stopped, somebody's, or not the next one."""
    state = branch.state
    life = state.lives[got]
    misuse = state.misuse[-1] if state.misuse else ""
    if life.state is WorkerState.LEASED:
        return put_down_to(misuse or "F-CONC-02", double_handouts([name, name]))
    if life.state is WorkerState.DEAD:
        return put_down_to(misuse or "F-POOL-03", dead_handouts([name], [name]))
    if life.state is WorkerState.STOPPED:
        return put_down_to(misuse or "F-POOL-13", dead_handouts([name], [name]))
    wanted = "a new one"
    if isinstance(branch.outcome, Hands):
        wanted = _wanted(state, branch.outcome)
    return put_down_to(misuse or "F-POOL-02", wrong_handouts([name], [wanted]))


def _wanted(state: State, hands: Hands) -> str:
    return "a new one" if hands.is_new else f"the worker of pid {state.lives[hands.life].pid}"
