"""What must hold after every operation: the invariants, each by a checker and for a clause."""

from __future__ import annotations

from collections import Counter
from enum import Enum, auto
from typing import TYPE_CHECKING

from conformance.check import sequences as wrong
from conformance.check.logs import missing_log_lines
from conformance.contract.lifecycles import WorkerState
from conformance.contract.limits import MUST_NOT_HAPPEN_S
from conformance.drive import sandbox
from conformance.drive.clock import now_s, wait_until
from conformance.evidence.findings import put_down_to
from conformance.evidence.outcomes import Raised, Returned
from conformance.evidence.scenario import Create, Release, Stop, StopWorker
from conformance.machines.blame import suspect_of_leaks
from conformance.machines.matching import is_of_another_daemon
from conformance.observe import processes
from conformance.observe.connections import count_connections_to
from conformance.plan.branch import Branch, Fails, Hands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from conformance.contract.profiles import Profile
    from conformance.door.messages import Inspected
    from conformance.evidence.findings import Finding
    from conformance.machines.performance import Done, Performance
    from conformance.machines.watch import Seen
    from conformance.plan.state import State


#: What becomes of the process of a simple worker whose handshake has failed.
_STAYING = "F-SIMP-10"
#: What becomes of a create() that meets a dead idle worker of a dead daemon.
_DEAD_TOGETHER = "F-POOL-16"


class Standing(Enum):
    """How what was seen stands to what must follow."""

    SETTLED = auto()
    WAITING = auto()
    HOPELESS = auto()


class Scrutiny:
    """Looks at a factory after an operation.

    Args:
        performance: to be looked at.
        profile: by which it is judged.

    Attributes:
        clauses: that had a say so far.
    """

    def __init__(self, performance: Performance, profile: Profile) -> None:
        self.clauses: set[str] = set()
        self._performance = performance
        self._profile = profile
        self._can_inspect = "inspect" in performance.stage.run.about.capabilities
        self._told: tuple[Done, Inspected] | None = None
        self._ended: set[int] = set()
        recorded = [one.clause for one in profile.deviations if one.certain]
        self._has_stayers = _STAYING in recorded
        self._held_before = processes.socket_inodes(performance.stage.run.about.pid)

    # -- what follows by itself, in its own time ----------------------------------------------

    def standing(self, name: str, state: State) -> Standing:
        """Tell whether what was seen is what must follow, not yet, or no longer can be.

        Args:
            name: of the factory.
            state: by which to tell.

        Returns:
            How it stands; what must hold besides is no matter here.
        """
        seen = self._performance.watch.of(name)
        missing, surplus = _kills_compared(pids_of(state, state.kills), seen.kill_requests)
        allowed = pids_of(state, state.may_kill)
        if (
            len(seen.starts) > state.starts
            or seen.connections > state.connections
            or any(pid not in allowed for pid in surplus)
            or any(is_of_another_daemon(life, seen) for life in state.lives)
        ):
            return Standing.HOPELESS
        crowd = self._daemons_allowed(name, state) + self._stayers(name, state)
        is_settled = (
            len(seen.starts) == state.starts
            and seen.connections == state.connections
            and not missing
            and len(seen.living()) <= crowd
            and not self._is_lingering(state)
        )
        return Standing.SETTLED if is_settled else Standing.WAITING

    def _daemons_allowed(self, name: str, state: State) -> int:
        if self._performance.settings[name].use_daemon:
            return int(state.has_living_daemon)
        return sum(life.is_alive for life in state.lives)

    def _stayers(self, name: str, state: State) -> int:
        """How many processes are not waited for any longer, as the profile says they stay.

        What is recorded comes true every time, so the limit would be paid in full each time;
        it is found all the same.
        """
        if not self._has_stayers or self._performance.settings[name].use_daemon:
            return 0
        waited_s = now_s() - self._performance.watch.answered_s
        return state.starts - len(state.lives) if waited_s > MUST_NOT_HAPPEN_S else 0

    def _is_lingering(self, state: State) -> bool:
        """Whether a dead worker is still there; ours are collected on the way."""
        dead = {one.pid for one in state.lives if one.state is WorkerState.DEAD and one.pid}
        # Whoever has ended once is not asked for again: his pid may be somebody else's.
        self._ended |= {pid for pid in dead - self._ended if sandbox.has_ended(pid)}
        return not dead <= self._ended

    # -- what must hold ---------------------------------------------------------------------

    def look(self, name: str, state: State, branch: Branch, done: Done) -> list[Finding]:
        """Look at everything that must hold after an operation.

        Args:
            name: of the factory.
            state: as the model has it, pids known.
            branch: by which the operation came out.
            done: the operation.

        Returns:
            What is wrong.
        """
        seen = self._performance.watch.of(name)
        found = [*self._counts(seen, state, branch, done), *self._kills(seen, state, done)]
        if found:
            return found  # nobody waited for the rest to follow
        found = [
            *self._crowd(name, seen, state, branch),
            *self._handed(seen, state, branch, done),
            *self._cut_off(seen, state, branch),
            *self._logged(branch, done),
        ]
        if not found and self._can_inspect:
            found = self._inspected(name, seen, state, done)
        if not found and isinstance(done.outcome, Raised) and isinstance(done.operation, Create):
            found = self._leaked(name, seen, state, branch)
        return found

    def _judge(
        self, clause: str, *wrongs: Iterator[Finding], is_met: bool = False
    ) -> list[Finding]:
        """Put findings down to a clause; it has had a say only if it was met, or broken."""
        found = put_down_to(clause, *wrongs)
        if is_met or found:
            self.clauses.add(clause)
        return found

    def _counts(self, seen: Seen, state: State, branch: Branch, done: Done) -> list[Finding]:
        is_create = isinstance(done.operation, Create)
        about_starts = branch.clause if _is_about_starts(branch.clause) else "F-CONC-01"
        starts = wrong.surplus_starts(len(seen.starts), state.starts)
        if is_create and state.lives and not state.lives[-1].generation:
            return self._judge("F-SIMP-01", starts)
        reused = isinstance(branch.outcome, Hands) and not branch.outcome.is_new
        about_connections = _about(branch, "F-POOL-01" if reused else "F-CONN-01")
        return [
            *self._judge(about_starts, starts, is_met=isinstance(branch.outcome, Hands)),
            *self._judge(
                about_connections,
                wrong.surplus_connections(seen.connections, state.connections),
                is_met=isinstance(branch.outcome, Hands),
            ),
        ]

    def _kills(self, seen: Seen, state: State, done: Done) -> list[Finding]:
        required = pids_of(state, state.kills)
        allowed = pids_of(state, state.may_kill)
        missing = "F-POOL-09" if isinstance(done.operation, Release) else "F-STOP-01"
        is_asked = isinstance(done.operation, (StopWorker, Release))
        unasked = self._judge(
            self._about_unasked(seen, state),
            wrong.unasked_kill_requests(seen.kill_requests, required, allowed),
            is_met=is_asked,
        )
        if unasked:
            return unasked  # then nobody waited for those that are still to come
        return self._judge(missing, wrong.missing_kill_requests(seen.kill_requests, required))

    @staticmethod
    def _about_unasked(seen: Seen, state: State) -> str:
        """The clause on a kill request too many: by whose worker it names."""
        _, surplus = _kills_compared(pids_of(state, state.kills), seen.kill_requests)
        old = {life.pid for life in state.lives if life.generation != state.starts}
        unasked = set(surplus) - set(pids_of(state, state.may_kill))
        return "F-STOP-06" if unasked & old else "F-STOP-01"

    def _crowd(self, name: str, seen: Seen, state: State, branch: Branch) -> list[Finding]:
        allowed = self._daemons_allowed(name, state)
        if not self._performance.settings[name].use_daemon:
            about = "F-SIMP-10" if isinstance(branch.outcome, Fails) else branch.clause
            return self._judge(about, wrong.surplus_daemons(seen.living(), allowed))
        clause = {"F-STOP-07": "F-STOP-07", "F-START-20": "F-START-15"}.get(branch.clause)
        if clause is None:
            clause = "F-RST-01" if branch.clause.startswith("F-RST") else "F-CONC-01"
        if branch.clause.startswith("F-CONC"):
            clause = branch.clause
        return self._judge(clause, wrong.surplus_daemons(seen.living(), allowed))

    def _handed(self, seen: Seen, state: State, branch: Branch, done: Done) -> list[Finding]:
        if not isinstance(branch.outcome, Hands) or not isinstance(done.outcome, Returned):
            return []
        found: list[Finding] = []
        if self._profile.create_returns_pid:
            pids = wrong.mistaken_pids(done.told_pid, done.answered_pid)
            found += self._judge("F-CONN-12", pids, is_met=True)
        pid = state.lives[branch.outcome.life].pid
        if self._profile.secret and branch.outcome.is_new and pid is not None:
            without = wrong.unauthenticated_handouts(pid, seen.authenticated)
            found += self._judge("F-CONN-07", without, is_met=True)
        return found

    def _cut_off(self, seen: Seen, state: State, branch: Branch) -> list[Finding]:
        alive = [life.pid for life in state.lives if life.is_alive and life.pid is not None]
        clause = "F-RST-11" if branch.clause.startswith("F-RST") else "F-POOL-08"
        is_met = clause == "F-RST-11" and len(alive) > 1
        return self._judge(clause, wrong.lost_connections(seen.closed, alive), is_met=is_met)

    def _logged(self, branch: Branch, done: Done) -> list[Finding]:
        if done.warnings is None or not branch.warnings:
            return []
        clause = "F-RST-02" if branch.warnings[0] else "F-POOL-03"
        clause = _about(branch, clause)
        lines = [("WARN", line) for line in done.warnings]
        wanted = [("WARN", line) for line in branch.warnings]
        return self._judge(clause, missing_log_lines(lines, wanted), is_met=True)

    # -- what the factory shows of itself ------------------------------------------------------

    def _inspected(self, name: str, seen: Seen, state: State, done: Done) -> list[Finding]:
        told = self._inspect(name, done)
        if not self._performance.settings[name].use_daemon:
            return []
        return [
            *self._daemon_record(told, seen, state, done),
            *self._registry(told, state),
            *self._queue(told, state, done),
        ]

    def _inspect(self, name: str, done: Done) -> Inspected:
        """Ask once after an operation, for whatever accounts there are of it."""
        if self._told is None or self._told[0] is not done:
            self._told = (done, self._performance.factory(name).inspect())
        return self._told[1]

    def _daemon_record(
        self, told: Inspected, seen: Seen, state: State, done: Done
    ) -> list[Finding]:
        if state.has_dead_daemon:
            return []
        expected = seen.starts[-1] if state.has_living_daemon else None
        if expected is not None and told.daemon_pid is None:
            return []  # it does not show it
        clause = "F-STOP-07" if isinstance(done.operation, Stop) else "F-START-15"
        clause = clause if expected is None else "F-CONC-01"
        return self._judge(clause, wrong.wrong_daemon_records(told.daemon_pid, expected))

    def _registry(self, told: Inspected, state: State) -> list[Finding]:
        if told.workers is None:
            return []
        leased = [
            life.pid
            for life in state.lives
            if life.state is WorkerState.LEASED and life.pid is not None
        ]
        handed = {life.pid for life in state.lives if life.pid is not None}
        return [
            *self._judge("F-CONN-12", wrong.unregistered_workers(told.workers, leased)),
            *self._judge("F-CONN-11", wrong.strangers_registered(told.workers, handed)),
        ]

    def _queue(self, told: Inspected, state: State, done: Done) -> list[Finding]:
        if told.idle is None:
            return []
        alive = {life.pid for life in state.lives if life.is_alive}
        expected = [pid for pid in pids_of(state, state.idle) if pid in alive]
        # A dead worker may stay queued until create() meets it.
        dead = {life.pid for life in state.lives if life.state is WorkerState.DEAD}
        shown = [pid for pid in told.idle if pid not in dead]
        clause = state.misuse[-1] if state.misuse else _about_queue(done)
        return self._judge(clause, wrong.wrong_idle_queues(shown, expected))

    # -- what is left over ------------------------------------------------------------------------

    def _leaked(self, name: str, seen: Seen, state: State, branch: Branch) -> list[Finding]:
        held = self._held(seen.ports)
        in_auth = isinstance(branch.outcome, Fails) and branch.outcome.in_auth
        clause = "F-CONN-09" if in_auth else "F-CONN-10"
        if not self._performance.settings[name].use_daemon:
            return []
        wrongs = wrong.leaked_sockets(held, _open_ends(state))
        return [
            *self._judge(clause, wrongs, is_met=True),
            *self._judge("F-CONN-11", iter(()), is_met=self._can_inspect),
        ]

    def _held(self, ports: Iterable[int]) -> int:
        """How many connections to daemons the implementation holds since the beginning."""
        pid = self._performance.stage.run.about.pid
        return count_connections_to(pid, list(ports), self._held_before)

    def leftovers(
        self, states: Mapping[str, tuple[State, ...]], before: Sequence[State]
    ) -> list[Finding]:
        """Close every worker, and see that no socket and no process is left.

        Args:
            states: in which each factory may be; all have been stopped.
            before: those in which they may have been when they were stopped.

        Returns:
            What is wrong.
        """
        stage, watch = self._performance.stage, self._performance.watch
        self._performance.close_workers()
        ports = [port for name in states for port in watch.of(name).ports]
        found = self._judge(
            suspect_of_leaks(before, self._profile), wrong.leaked_sockets(self._held(ports), 0)
        )
        if found:
            return found
        known = [pid for name in states for pid in watch.of(name).pids]

        def is_clear() -> bool:
            """Look at everybody only when nobody is left of those who are known."""
            known[:] = _still_there(known) or _still_there(stage.living())
            return not known

        is_over = wait_until(is_clear, self._performance.pace.settle_s)
        left = [] if is_over else _still_there(stage.living())
        is_simple = not any(one.use_daemon for one in self._performance.settings.values())
        clause = "F-SIMP-08" if is_simple else "F-STOP-07"
        return self._judge(clause, wrong.leaked_processes(left))


def _still_there(pids: Iterable[int]) -> list[int]:
    return [pid for pid in pids if not sandbox.has_ended(pid)]


def _kills_compared(required: list[int], asked: list[int]) -> tuple[list[int], list[int]]:
    """Tell which kill requests are missing, and which are too many."""
    if required == asked:
        return [], []
    wanted, got = Counter(required), Counter(asked)
    return list(wanted - got), list(got - wanted)


def pids_of(state: State, indices: Iterable[int]) -> list[int]:
    """Tell the pids of lives.

    Args:
        state: that holds them.
        indices: of the lives.

    Returns:
        The pids that are known.
    """
    chosen = [state.lives[index] for index in indices]
    return [life.pid for life in chosen if life.pid is not None]


def _open_ends(state: State) -> int:
    return sum(life.is_open for life in state.lives)


def _about(branch: Branch, usual: str) -> str:
    """The clause on what follows from a create(): the usual one, but for the dead together."""
    return branch.clause if branch.clause == _DEAD_TOGETHER else usual


def _is_about_starts(clause: str) -> bool:
    return clause.startswith(("F-RST", "F-START", "F-CONC", _DEAD_TOGETHER))


def _about_queue(done: Done) -> str:
    match done.operation:
        case Stop():
            return "F-STOP-07"
        case StopWorker():
            return "F-POOL-14"
        case Release():
            return "F-POOL-01"
        case _:
            return "F-RST-09"
