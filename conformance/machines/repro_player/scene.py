"""One playing of the scenario: faults, gates and tickets of each factory, and what fakes tell."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from conformance.machines.repro_player.aftermath import Standing
from conformance.machines.repro_player.connections import Held
from conformance.machines.repro_player.world import (
    end_all,
    is_alive,
    living_with,
    reap,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.machines.repro_player.world import World

#: Number of fields before the keys of a sighting.
_HEAD = 5
#: Faults by which a daemon rightly outlives its successor's start.
_OBSTINATE = ("hang_up=ignore", "sigterm=ignore")


class Told(NamedTuple):
    """A line of docs/side-channel.md: which process, of which kind, saw what."""

    pid: int
    who: str
    what: str
    keys: dict[str, str]


class Faults:
    """What the fakes of one factory are asked to do wrong.

    Args:
        directory: of the factory's own; made here.

    Attributes:
        is_obstinate: whether daemons may live on.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.is_obstinate = False
        self._standing: dict[str, tuple[str, list[Path]]] = {}
        self._gates: list[int] = []
        self._armed = 0
        directory.mkdir()
        self._write()

    def arm(self, fault: str, times: int) -> None:
        """Have a fault strike the next processes that come to its point.

        Args:
            fault: its text.
            times: how often.
        """
        self._armed += 1
        self.is_obstinate |= fault.startswith(_OBSTINATE)
        self._stand(f"fault_{self._armed}", fault, times)

    def make_gate(self, name: str, point: str) -> None:
        """Have the next process that comes to a point wait.

        Args:
            name: of the gate.
            point: of a fake's life.
        """
        os.mkfifo(self.directory / f"gate.{name}", 0o600)
        self._stand(f"gate_{name}", f"{point}=gate:{name}", 1)

    def open_gate(self, name: str) -> None:
        """Let the process through that waits.

        Args:
            name: of the gate.
        """
        fifo = os.open(self.directory / f"gate.{name}", os.O_RDWR | os.O_NONBLOCK)
        os.write(fifo, b"!")
        self._gates.append(fifo)

    def cease(self) -> None:
        """Take back all that has not struck."""
        self._take_back(tuple(self._standing))

    def end_gate(self, name: str) -> None:
        """Have nobody wait any more.

        Args:
            name: of the gate.
        """
        self._take_back((f"gate_{name}",))

    def _take_back(self, names: tuple[str, ...]) -> None:
        for name in names:
            for ticket in self._standing.pop(name)[1]:
                ticket.unlink(missing_ok=True)
        self._write()

    def close(self) -> None:
        """Close the gates."""
        for fifo in self._gates:
            os.close(fifo)

    def _stand(self, name: str, fault: str, times: int) -> None:
        tickets = [self.directory / f"ticket.{name}.{n}" for n in range(1, times + 1)]
        for ticket in tickets:
            ticket.touch(0o600)
        self._standing[name] = (f"{fault},ticket={name}:{times}", tickets)
        self._write()

    def _write(self) -> None:
        page = self.directory / "plan.new"
        page.write_text(";".join(text for text, _ in self._standing.values()), encoding="utf-8")
        page.rename(self.directory / "plan")  # the old page or the new one, never a part


class Scene:
    """One playing of the scenario.

    Args:
        world: where.
        factories: settings of each factory.
        number: of this playing.

    Attributes:
        faults: of each factory.
    """

    def __init__(self, world: World, factories: dict[str, dict[str, Any]], number: int) -> None:
        self._world = world
        self._token = f"{world.token}-{number}"
        self._settings = factories
        directory = world.directory / f"scene-{number}"
        directory.mkdir()
        self._sightings = directory / "sightings"
        self._sightings.touch(0o600)
        self.faults = {name: Faults(directory / name) for name in factories}

    def parameters(self, factory: str, profile: str) -> dict[str, Any]:
        """Give what a factory is made with.

        Args:
            factory: its name.
            profile: by which it is judged.

        Returns:
            Parameters of `factory.new` (docs/protocol.md).
        """
        settings, directory = self._settings[factory], self.faults[factory].directory
        cap = settings.get("idle_worker_max_pool_size")
        return {
            "python_exec": self._world.python(settings.get("python", "first")),
            "env_vars": self._world.environment()
            | {
                "WFC_DIR": str(directory),
                "WFC_PLAN": str(directory / "plan"),
                "WFC_SCENARIO": self._token,
                "WFC_SIGHTINGS": str(self._sightings),
                "WFC_PROBE_FACTORY": factory,
            }
            | settings.get("env", {}),
            "use_daemon": settings.get("use_daemon", True),
            "daemon_module": "fake_daemons.well_behaved",
            "worker_module": "fake_daemons.simple_well_behaved",
            "options": ({"profile": profile} if profile else {})
            | ({} if cap is None else {"idle_worker_max_pool_size": cap}),
        }

    def told(self) -> list[Told]:
        """Read what the fakes have told so far, and collect workers that have ended.

        Returns:
            All of it, in order.
        """
        lines = self._sightings.read_text(encoding="utf-8").split("\n")[:-1]
        told = [_parse(line) for line in lines]
        for one in told:
            if one.what == "fork":
                reap(int(one.keys["worker_pid"]))
        return told

    def living_daemons(self, factory: str) -> list[int]:
        """List the daemons of a factory that live.

        Args:
            factory: its name.

        Returns:
            Their pids, in the order of their starts.
        """
        return [pid for pid in self._started(factory, "daemon") if is_alive(pid)]

    def _started(self, factory: str, *kinds: str) -> list[int]:
        """Pids of a factory's processes that have told of their start, in order."""
        owner = {"name": "WFC_PROBE_FACTORY", "value": factory}
        told = self.told()
        mine = {one.pid for one in told if one.what == "env" and one.keys == owner}
        started = [one for one in told if one.what == "start" and one.who in kinds]
        return [one.pid for one in started if one.pid in mine]

    # -- once all is still ------------------------------------------------------------------

    def standing(self, factory: str, shown: dict[str, Any]) -> Standing:
        """Look how a factory stands.

        Args:
            factory: its name.
            shown: what it shows of itself.

        Returns:
            What is seen of it.
        """
        starts = self._started(factory, "daemon", "simple")
        return Standing(
            factory,
            has_daemon=self._settings[factory].get("use_daemon", True),
            starts=starts,
            living=[pid for pid in starts if is_alive(pid)],
            closed={one.pid for one in self.told() if one.what == "closed"},
            alive={pid for pid in shown.get("idle") or () if is_alive(pid)},
            shown=shown,
        )

    def connections(self) -> dict[Held, int]:
        """Tell whose the connections are that daemons have accepted.

        Returns:
            Each connection, as the implementation holds it, with the pid of its worker; 0
            if it never got one.
        """
        told = self.told()
        ports = {one.pid: int(one.keys["port"]) for one in told if one.what == "listen"}
        workers = {
            (one.pid, one.keys["n"]): int(one.keys["worker_pid"])
            for one in told
            if one.what == "fork"
        }
        return {
            Held(int(one.keys["peer_port"]), ports[one.pid]): workers.get(
                (one.pid, one.keys["n"]), 0
            )
            for one in told
            if one.what == "accept"
        }

    def ports(self) -> set[int]:
        """List the ports that daemons listen on, or did."""
        return {int(one.keys["port"]) for one in self.told() if one.what == "listen"}

    def left(self) -> list[int]:
        """List the pids of all processes of this playing that live."""
        self.told()  # collects those that have ended
        return living_with("WFC_SCENARIO", self._token)

    def waiting(self) -> Counter[str]:
        """Count the processes that have come to each gate."""
        return Counter(one.keys["name"] for one in self.told() if one.what == "gate")

    def owner_of_gate(self, name: str) -> Faults | None:
        """Find the factory whose gate it is.

        Args:
            name: of the gate.

        Returns:
            Its faults.
        """
        found = (one for one in self.faults.values() if (one.directory / f"gate.{name}").exists())
        return next(found, None)

    def crowded(self) -> Iterator[str]:
        """Find factories with several living daemons.

        Yields:
            A sentence for each.
        """
        for name, faults in self.faults.items():
            if not faults.is_obstinate and not wait_until(partial(self._has_one, name)):
                living = self.living_daemons(name)
                yield f"{len(living)} daemons of {name} live at the same time"

    def _has_one(self, factory: str) -> bool:
        """Whether no more than one daemon of a factory lives."""
        return len(self.living_daemons(factory)) <= 1

    def close(self) -> None:
        """End all processes of this playing."""
        end_all("WFC_SCENARIO", self._token)
        for one in self.faults.values():
            one.close()


def _parse(line: str) -> Told:
    fields = line.split()
    pairs = (field.partition("=") for field in fields[_HEAD:])
    keys = {key: unquote(text) for key, _, text in pairs}
    return Told(int(fields[1]), fields[3], fields[4], keys)
