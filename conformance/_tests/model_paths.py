"""Walks one path of the model at random, and tells what would be seen of it: a perfect subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import msgspec
from hypothesis import strategies as st

from conformance.evidence.outcomes import CountsAs
from conformance.evidence.scenario import (
    Arm,
    Cease,
    Create,
    KillDaemon,
    KillWorker,
    Stop,
    Together,
    worker_factories,
)
from conformance.machines.repro_player.aftermath import Standing
from conformance.machines.repro_player.judgement import Seen
from conformance.machines.repro_player.performance import Came
from conformance.plan.branch import Branch, Fails, Hands, Looked
from conformance.plan.interleaving import broken_off
from conformance.plan.model import Model
from conformance.plan.state import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.contract.profiles import Profile
    from conformance.evidence.scenario import AnyStep, Operation, Scenario


class Path:
    """A path of the model through a scenario.

    Args:
        scenario: in question.
        profile: by which it is judged.
        draw: chooses.

    Attributes:
        pids: of the workers handed out so far, as a subject would have them.
    """

    def __init__(
        self, scenario: Scenario, profile: Profile, draw: Callable[[st.SearchStrategy[Any]], Any]
    ) -> None:
        self.pids: dict[str, int | None] = {}
        self._draw = draw
        self._models = {name: Model(profile, one) for name, one in scenario.factories.items()}
        self._states = {name: State() for name in scenario.factories}
        self._owners = worker_factories(scenario)
        self._bound: dict[tuple[str, int], int] = {}

    def take(self, step: AnyStep) -> Seen:
        """Go on by one step."""
        before = {name: one.settled() for name, one in self._states.items()}
        self._states = dict(before)
        branches: list[list[Came]] = []
        match step:
            case Arm() | Cease() | KillDaemon() | KillWorker():
                owner = self._owner(step)
                self._states[owner] = Model.after(self._states[owner], step)
            case Together():
                branches = self._cross(step)
            case _:
                branches = [[self._operate(step)]]
        is_deed = isinstance(step, (Arm, Cease, KillDaemon, KillWorker))
        afterwards = [] if is_deed else [self._standing(name) for name in self._states]
        counted = self._counted(before, step)
        return Seen(branches, isinstance(step, Together), counted, afterwards)

    def _owner(self, step: Any) -> str:
        is_of_worker = hasattr(step, "worker") and not isinstance(step, Create)
        return str(self._owners[step.worker] if is_of_worker else step.factory)

    # -- operations -----------------------------------------------------------------------

    def _operate(self, operation: Operation) -> Came:
        owner = self._owner(operation)
        return self._choose(
            operation, list(self._models[owner].overlapping(self._states[owner], operation))
        )

    def _choose(self, operation: Operation, branches: list[Branch]) -> Came:
        asked = msgspec.to_builtins(operation)
        if not branches:
            name = asked["worker"]
            is_known = name in self.pids
            return Came(asked, *(("raises", "end_of_stream") if is_known else ("skipped",)))
        branch = self._draw(st.sampled_from(branches))
        self._states[self._owner(operation)] = branch.state
        logged = list(branch.warnings)
        match branch.outcome:
            case Hands(life=life):
                return self._hand_out(operation, asked, life, logged)
            case Fails(kinds=kinds):
                kind = self._draw(st.sampled_from(kinds or get_args(CountsAs)))
                return Came(asked, "raises", kind, warnings=logged)
            case _:
                name = asked.get("worker", "")
                answered = self.pids[name] if asked["do"] == "exchange" else None
                return Came(asked, "returns", answered=answered)

    def _hand_out(
        self, operation: Operation, asked: dict[str, Any], life: int, logged: list[str]
    ) -> Came:
        owner = self._owner(operation)
        pid = self._bound.setdefault((owner, life), 100 + len(self._bound))
        earlier = [name for name, known in self.pids.items() if known == pid]
        self.pids[asked["worker"]] = pid
        is_alive = self._states[owner].lives[life].is_alive
        answered = pid if is_alive else None
        return Came(asked, "returns", told=pid, answered=answered, earlier=earlier, warnings=logged)

    # -- callers at the same time ---------------------------------------------------------

    def _cross(self, together: Together) -> list[list[Came]]:
        """Have them take turns; a create() of a daemon's worker takes two."""
        rest = [list(branch) for branch in together.branches]
        came: list[list[Came]] = [[] for _ in rest]
        looked: set[int] = set()
        stopped = {
            one.factory for branch in together.branches for one in branch if isinstance(one, Stop)
        }
        while waiting := [caller for caller, operations in enumerate(rest) if operations]:
            caller = self._draw(st.sampled_from(waiting))
            operation = rest[caller][0]
            if caller in looked:
                looked.discard(caller)
                one = self._connect(operation, is_stopped=self._owner(operation) in stopped)
            elif isinstance(operation, Create) and self._look(operation):
                looked.add(caller)
                continue
            else:
                one = self._operate(operation)
            rest[caller].pop(0)
            came[caller].append(one)
        return came

    def _look(self, operation: Create) -> bool:
        """Look for an idle worker; true, and nothing is left of it, if there is none."""
        model = self._models[operation.factory]
        if not model.settings.use_daemon:
            return False
        found = list(model.look(self._states[operation.factory], operation))
        one = self._draw(st.sampled_from(found))
        if isinstance(one, Looked):
            self._states[operation.factory] = one.state
            return True
        return False

    def _connect(self, operation: Operation, *, is_stopped: bool) -> Came:
        assert isinstance(operation, Create)
        state = self._states[operation.factory]
        model = self._models[operation.factory]
        branches = list(model.connect(Looked(state), operation))
        if is_stopped:
            branches += [Branch(outcome=Fails(), state=one, clause="") for one in broken_off(state)]
        return self._choose(operation, branches)

    # -- what the fakes would tell ----------------------------------------------------------

    def _counted(self, before: dict[str, State], step: AnyStep) -> dict[str, Any]:
        asked: list[int] = []
        for name, state in self._states.items():
            for index in state.kills[len(before[name].kills) :]:
                is_heard = state.has_living_daemon and state.lives[index].generation == state.starts
                if is_heard or self._draw(st.booleans()):
                    asked.append(self._bound[name, index])
            further = sorted(state.may_kill)
            if further and self._draw(st.booleans()):
                asked.append(self._bound[name, self._draw(st.sampled_from(further))])
        if isinstance(step, Together):
            asked = self._draw(st.permutations(asked))
        states = [(before[name], state) for name, state in self._states.items()]
        return {
            "starts": sum(after.starts - then.starts for then, after in states),
            "connections": sum(after.connections - then.connections for then, after in states),
            "kill_requests": asked,
        }

    def _standing(self, name: str) -> Standing:
        """How a factory stands, as the fakes, the kernel and the factory would tell."""
        state = self._states[name]
        pids = {index: self._bound[name, index] for index in range(len(state.lives))}
        alive = {pids[index] for index, life in enumerate(state.lives) if life.is_alive}
        has_daemon = self._models[name].settings.use_daemon
        daemons = [900 + number for number in range(state.starts)]
        # A dead worker may stay on record, and in the queue, until it is met.
        kept = [pid for pid in pids.values() if pid in alive or self._draw(st.booleans())]
        shown = {
            "daemon_pid": daemons[-1] if state.daemon is not None else None,
            "workers": kept,
            "idle": [pids[index] for index in state.idle],
        }
        return Standing(
            name,
            has_daemon,
            starts=daemons,
            living=daemons[-1:] if state.has_living_daemon else [] if has_daemon else [*alive],
            closed={pid for pid in pids.values() if pid not in alive},
            alive=alive,
            shown=self._draw(st.sampled_from(({}, shown))),
        )
