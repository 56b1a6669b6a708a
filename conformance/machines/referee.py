"""Judges a performance after each step: the model says what may come, checkers what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.drive.clock import wait_until
from conformance.errors import Undecided
from conformance.evidence.outcomes import Returned
from conformance.evidence.scenario import Create, Operation, Stop
from conformance.machines.blame import explain
from conformance.machines.concurrency import Linearization, clause_of, explain_disorder
from conformance.machines.matching import matched
from conformance.machines.performance import Done
from conformance.machines.scrutiny import Scrutiny, Standing, pids_of
from conformance.plan.branch import Branch, Fails, Returns
from conformance.plan.model import Deed, Model
from conformance.plan.oblivion import in_order
from conformance.plan.state import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from conformance.contract.profiles import Profile
    from conformance.evidence.findings import Finding
    from conformance.machines.crossing import Crossed
    from conformance.machines.performance import Performance


class Candidate(msgspec.Struct, frozen=True):
    """One way in which the model explains what was seen so far.

    Attributes:
        state: how the factory stands by it.
        branch: by which the last operation came out.
    """

    state: State
    branch: Branch


class Referee:
    """Follows a performance by the model of each factory.

    Args:
        performance: to be judged.
        profile: by which.

    Attributes:
        models: of each factory.
        states: in which each factory may be, by what was seen.
    """

    def __init__(self, performance: Performance, profile: Profile) -> None:
        self.performance = performance
        self.models = {name: Model(profile, one) for name, one in performance.settings.items()}
        self.states: dict[str, tuple[State, ...]] = {name: (State(),) for name in self.models}
        self._asked: set[str] = set()
        self._scrutiny = Scrutiny(performance, profile)
        self._owners: dict[str, str] = {}

    @property
    def judged(self) -> frozenset[str]:
        """Clauses that had a say so far."""
        return frozenset(self._asked | self._scrutiny.clauses)

    def follow(self, deed: Deed) -> None:
        """Take note of what was done to a factory's processes.

        Args:
            deed: that was done.
        """
        name = self.owner_of(deed)
        if name is not None:
            after = (Model.after(state, deed) for state in self.states[name])
            self.states[name] = tuple(dict.fromkeys(after))

    def judge(self, done: Done) -> list[Finding]:
        """Judge an operation and what followed from it.

        Args:
            done: the operation, performed.

        Returns:
            What was wrong, each with its clause; nothing if all was well.
        """
        name = self.owner_of(done.operation)
        if name is None:
            return []
        accounts = {
            state: list(self.models[name].branches(state, done.operation))
            for state in self.states[name]
        }
        allowed = [branch for branches in accounts.values() for branch in branches]
        if not allowed:
            return []
        self._asked |= {branch.clause for branch in allowed}
        matching = [
            Candidate(state, branch)
            for branch in allowed
            if (state := matched(branch, done)) is not None
        ]
        if matching:
            found = self.settle(name, matching, done)
            is_short = self._has_too_few_starts(name, matching)
            # Then no fault of a start can have been the reason, and none other is known.
            return explain(allowed[0], done) if found and is_short else found
        # By an account in which the worker is dead it need not answer.
        silent = tuple(state for state, branches in accounts.items() if not branches)
        if not silent or done.answered_pid is not None:
            return explain(allowed[0], done)
        self.states[name] = silent
        return []

    def _has_too_few_starts(self, name: str, candidates: Iterable[Candidate]) -> bool:
        """Tell whether a failure is explained by starts alone that have not been."""
        starts = len(self.performance.watch.of(name).starts)
        return all(
            isinstance(one.branch.outcome, Fails) and one.state.starts > starts
            for one in candidates
        )

    def judge_together(self, crossed: Sequence[Crossed]) -> list[Finding]:
        """Judge operations that overlapped.

        Args:
            crossed: the operations, performed.

        Returns:
            What was wrong, each with its clause.

        Raises:
            Undecided: if nothing was, as far as could be decided, and not all could.
        """
        for one in crossed:
            self.owner_of(one.operation)
        undecided: Undecided | None = None
        for name in self.states:
            mine = [one for one in crossed if self.owner_of(one.operation) == name]
            try:
                found = self._judge_crossing(name, mine) if mine else []
            except Undecided as error:
                undecided, found = error, []
            if found:
                return found
        if undecided is not None:
            raise undecided
        return []

    def _judge_crossing(self, name: str, crossed: list[Crossed]) -> list[Finding]:
        clause = clause_of(crossed, self.states[name])
        self._asked |= {clause, "F-CONC-02"}
        found = Linearization(self.models[name], crossed).search(self.states[name])
        if not found.is_linearizable:
            return explain_disorder(self.models[name], self.states[name], crossed, found)
        branch = Branch(outcome=Returns(), state=found.finals[0], clause=clause)
        done = Done(operation=crossed[-1].operation, outcome=Returned(None))
        heard = {pid for state in self.states[name] for pid in pids_of(state, state.kills)}
        finals = dict.fromkeys(_forgiven(state, heard, self.states[name]) for state in found.finals)
        return self.settle(name, [Candidate(state, branch) for state in finals], done)

    def settle(self, name: str, candidates: list[Candidate], done: Done) -> list[Finding]:
        """Wait for what must follow, and judge it.

        Args:
            name: of the factory.
            candidates: that explain the outcome.
            done: the operation.

        Returns:
            What is wrong by every candidate, as the first one has it.
        """
        scrutiny, settle_s = self._scrutiny, self.performance.pace.settle_s
        stands: dict[Candidate, Standing] = {}

        def look_again() -> set[Standing]:
            stands.update({one: scrutiny.standing(name, one.state) for one in candidates})
            return set(stands.values())

        def look(one: Candidate) -> list[Finding]:
            return scrutiny.look(name, one.state, one.branch, done)

        def is_decided() -> bool:
            now = look_again()
            return Standing.SETTLED in now or Standing.WAITING not in now

        wait_until(is_decided, settle_s)
        fitting = [one for one in candidates if stands[one] is Standing.SETTLED and not look(one)]
        if fitting:
            # What another account still waits for may come: a later step will tell.
            fitting += [one for one in candidates if stands[one] is Standing.WAITING]
        else:
            wait_until(lambda: Standing.WAITING not in look_again(), settle_s)
            findings = {one: look(one) for one in candidates}
            fitting = [one for one, found in findings.items() if not found]
            if not fitting:
                settled = {one for one in candidates if stands[one] is Standing.SETTLED}
                return likeliest(findings, settled)
        self.states[name] = tuple(dict.fromkeys(in_order(one.state.settled()) for one in fitting))
        return []

    def owner_of(self, step: Operation | Deed) -> str | None:
        """Tell which factory a step is about.

        Args:
            step: in question.

        Returns:
            Its name; None if it is about a worker that nobody asked for.
        """
        if isinstance(step, Create):
            self._owners[step.worker] = step.factory
        worker = getattr(step, "worker", None)
        if worker is not None:
            return self._owners.get(worker)
        return str(getattr(step, "factory", "")) or None

    def finish(self) -> list[Finding]:
        """Stop every factory, close every worker, and see that nothing is left.

        Returns:
            What was wrong.
        """
        before = [state for mine in self.states.values() for state in mine]
        for name in self.states:
            if not self.performance.has_factory(name):
                continue
            done = self.performance.perform(Stop(factory=name))
            found = self.judge(done) if done is not None else []
            if found:
                return found
        return self._scrutiny.leftovers(self.states, before)


def _forgiven(state: State, heard: Collection[int], before: Iterable[State]) -> State:
    """Let go of kill requests whose daemon was stopped meanwhile.

    Two runners race: SIGTERM, and the request on the daemon's stdin (F-STOP-07, F-STOP-01).

    Args:
        state: in which the calls ended.
        heard: pids of kill requests that had been heard before them.
        before: states in which they began.

    Returns:
        The state; what was asked of a daemon that is gone may be heard, and need not be.
    """
    if state.has_living_daemon and any(state.starts == one.starts for one in before):
        return state
    late = frozenset(one for one in state.kills if state.lives[one].pid not in heard)
    kept = tuple(one for one in state.kills if one not in late)
    return msgspec.structs.replace(state, kills=kept, may_kill=state.may_kill | late)


def likeliest(
    findings: Mapping[Candidate, list[Finding]], settled: Collection[Candidate]
) -> list[Finding]:
    """Choose by which account to tell what is wrong.

    Args:
        findings: what is wrong by each candidate.
        settled: those by which all starts, connections and kill requests are as they must be.

    Returns:
        The findings of the one with the least wrong; among equals of one that is settled, as
        something else than the counts is wrong then.
    """
    return min(findings.items(), key=lambda one: (len(one[1]), one[0] not in settled))[1]
