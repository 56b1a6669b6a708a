"""Performs the scenario's steps on an implementation; judges nothing."""

from __future__ import annotations

import contextlib
import struct
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.machines.repro_player.connections import held_connections
from conformance.machines.repro_player.doors import CommandDoor, PythonDoor, Raised
from conformance.machines.repro_player.stillness import wait_until_still
from conformance.machines.repro_player.world import (
    CALL_S,
    MUST_HAPPEN_S,
    CannotReplay,
    has_ended,
    kill,
    wait_until,
)

if TYPE_CHECKING:
    from collections import Counter

    from conformance.machines.repro_player.scene import Scene

_QUESTION = b"who are you?"


@dataclass
class Came:
    """How an operation came out.

    Attributes:
        operation: as it stands in the scenario.
        how: `returns`, `raises`, `hangs`, or `skipped`: its worker was never handed out.
        kind: of error, if it raised.
        text: what to show of it.
        told: pid that create returned.
        answered: pid by which the worker handed out, or asked, answered.
        is_mute: whether it was asked, lives, and did not answer.
        earlier: workers that were the same process, in the order of their creation.
        is_double: whether the worker handed out had an owner.
        warnings: what was logged at WARN meanwhile; None if nobody passes it on.
        shown: what the factory shows of itself, if it was asked to.
    """

    operation: dict[str, Any]
    how: str = "hangs"
    kind: str = ""
    text: str = f"no answer within {CALL_S:g} s"
    told: int | None = None
    answered: int | None = None
    is_mute: bool = False
    earlier: list[str] = field(default_factory=list[str])
    is_double: bool = False
    warnings: list[str] | None = None
    shown: dict[str, Any] = field(default_factory=dict[str, Any])


class Performance:
    """The operations of one playing.

    Args:
        door: to the implementation.
        scene: where it plays.
        profile: told to the implementation.

    Attributes:
        pids: of the workers handed out so far, by name.
        broken: why nothing can be said, if an adapter failed.
    """

    def __init__(self, door: PythonDoor | CommandDoor, scene: Scene, profile: str) -> None:
        self._door, self._scene, self._profile = door, scene, profile
        self._factories: dict[str, Any] = {}
        self._workers: dict[str, Any] = {}
        self._owners: dict[str, str] = {}
        self._leased: set[int] = set()
        self._lock = threading.Lock()
        self.pids: dict[str, int | None] = {}
        self.broken: CannotReplay | None = None

    # -- operations -----------------------------------------------------------------------

    def perform(self, operation: dict[str, Any], came: Came) -> None:
        """Perform an operation and keep how it came out.

        Args:
            operation: of the scenario.
            came: filled in.
        """
        logged = len(self._door.warnings or ())
        try:
            came.how, came.text = self._perform(operation, came), ""
        except Raised as error:
            came.how, came.kind, came.text = "raises", error.kind, str(error)
        except CannotReplay as error:
            self.broken = error
        except Exception as error:  # noqa: BLE001 - it must not pass for the implementation's
            self.broken = CannotReplay(f"this script broke: {error!r}")
        if self._door.warnings is not None:
            came.warnings = self._door.warnings[logged:]

    def _perform(self, operation: dict[str, Any], came: Came) -> str:
        name, do = operation.get("worker", ""), str(operation["do"])
        if do == "create":
            self._create(name, operation.get("factory", "f1"), came)
        elif do == "inspect":
            came.shown = self._door.inspect(self._factory(operation["factory"]))
        elif do == "stop":
            self._door.ask("stop", self._factory(operation.get("factory", "f1")))
        elif name not in self._workers:
            return "skipped"
        elif do == "exchange":
            came.answered = self._who(name)
            if came.answered is None:
                raise Raised("end_of_stream", "the worker does not answer")
        else:
            self._part(name)
            method = "release_worker" if do == "release" else do
            self._door.ask(method, self._factory(self._owners[name]), self._workers[name])
        return "returns"

    def _create(self, name: str, owner: str, came: Came) -> None:
        worker, came.told = self._door.create(self._factory(owner))
        pid = came.told
        if pid is None:  # releases before 3.2, and simple workers
            pid = self._exchange(worker)
        with self._lock:
            if pid is not None:
                came.earlier = [other for other, known in self.pids.items() if known == pid]
                came.is_double = pid in self._leased
                self._leased.add(pid)
            self._workers[name], self._owners[name], self.pids[name] = worker, owner, pid

    def _part(self, name: str) -> None:
        """Its owner gives a worker up, before the factory learns of it."""
        with self._lock:
            self._leased.discard(self.pids[name] or 0)

    def _factory(self, name: str) -> Any:
        with self._lock:
            if name not in self._factories:
                parameters = self._scene.parameters(name, self._profile)
                self._factories[name] = self._door.new(parameters)
            return self._factories[name]

    # -- who is who -----------------------------------------------------------------------

    def ask_who(self, came: Came) -> None:
        """Ask a worker that was just handed out who it is.

        Args:
            came: how its create came out; filled in.
        """
        if came.operation["do"] != "create" or came.how != "returns":
            return
        name = came.operation["worker"]
        came.answered = self._who(name)
        came.is_mute = came.answered is None and _stays_alive(self.pids[name])

    def _who(self, name: str) -> int | None:
        return self._exchange(self._workers[name])

    def _exchange(self, worker: Any) -> int | None:
        frame = struct.pack("!i", len(_QUESTION)) + _QUESTION
        answer = self._door.exchange(worker, frame, len(frame) + struct.calcsize("!i"))
        is_whole = len(answer) > len(frame) and answer.endswith(_QUESTION)
        return int(struct.unpack_from("!i", answer)[0]) if is_whole else None

    # -- what is held ---------------------------------------------------------------------

    def has_factory(self, name: str) -> bool:
        """Tell whether a factory has been made.

        Args:
            name: in the scenario.

        Returns:
            Whether it has.
        """
        return name in self._factories

    def close_workers(self) -> None:
        """Close the callers' ends of all workers."""
        closed: list[Any] = []
        for worker in self._workers.values():
            if worker not in closed:  # an idle worker that was handed out again
                closed.append(worker)
                with contextlib.suppress(Raised):
                    self._door.close_worker(worker)

    def count_held(self) -> int:
        """Count the connections to daemons that the implementation holds."""
        ports = self._scene.ports()
        return sum(one.port in ports for one in held_connections(self._door.pid))

    def count_leaked(self) -> int:
        """Count those among them that no worker was handed out by."""
        ports, workers = self._scene.ports(), self._scene.connections()
        handed = list(self.pids.values())
        held = (one for one in held_connections(self._door.pid) if one.port in ports)
        leaked = sum(workers.get(one, 0) not in handed for one in held)
        return max(0, leaked - handed.count(None))  # any may be that of an unknown pid

    # -- what is done to processes --------------------------------------------------------

    def do(self, step: dict[str, Any]) -> None:
        """Do something to processes or faults.

        Args:
            step: of the scenario, no operation.
        """
        owner = step.get("factory", "f1")
        match step["do"]:
            case "arm":
                self._scene.faults[owner].arm(step["fault"], step.get("times", 1))
            case "cease":
                self._scene.faults[owner].cease()
            case "kill_daemon":
                self._kill(*self._scene.living_daemons(owner)[-1:])
            case _:
                pid = self.pids.get(step["worker"]) or 0
                forked = (one for one in self._scene.told() if one.what in ("fork", "start"))
                ours = {int(one.keys.get("worker_pid", one.pid)) for one in forked}
                self._kill(*(ours & {pid}))

    def _kill(self, *pids: int) -> None:
        """Only processes that told of themselves: an implementation may claim any pid."""
        for pid in pids:
            kill(pid)
            wait_until(partial(has_ended, pid))
        self._scene.told()  # collects them

    # -- waiting --------------------------------------------------------------------------

    def waiting(self) -> Counter[str]:
        """Count the processes at each gate; workers that have ended are collected."""
        return self._scene.waiting()

    def rest(self) -> None:
        """Wait until nothing moves.

        Raises:
            CannotReplay: if a fake or an adapter broke meanwhile.
        """
        wait_until_still()
        broke = [one for one in self._scene.told() if one.what == "broke"]
        if broke:
            raise CannotReplay(f"a fake broke: {broke[0].keys.get('error')}")
        if self.broken:
            raise self.broken


def _stays_alive(pid: int | None) -> bool:
    """Tell whether a mute worker lives; one that is dying is given time."""
    return pid is not None and not wait_until(partial(has_ended, pid), MUST_HAPPEN_S / 5)
