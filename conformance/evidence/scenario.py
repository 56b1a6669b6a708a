"""A scenario as data: factories, faults, gates, operations, and what must come of them.

The one format of the machines, of `wfc replay`, of `scenarios/regressions/` and of what
people write by hand; docs/scenario.schema.json is made from these types.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from conformance.evidence.outcomes import CountsAs  # noqa: TC001 - msgspec reads it

#: Version of the format.
FORMAT: Final = 1

#: Name of a factory, worker or gate within its scenario.
Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$", max_length=32)]
#: How often an armed fault strikes.
Times = Annotated[int, msgspec.Meta(ge=1, le=9)]
#: How often a scenario is played, at most.
Repeat = Annotated[int, msgspec.Meta(ge=1, le=1000)]

#: Points of a fake's life at which a gate may stand.
GatePoint = Literal["start", "announce", "accept", "acknowledge", "authenticate", "leave"]

#: What it takes to see a failure: the sequence alone, gates that hold the order in which things
#: happen, or chance inside the implementation.
Control = Literal["sequence", "gates", "chance"]


class Part(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A part of a scenario."""


class FactorySettings(Part, frozen=True, kw_only=True):
    """How a factory is made.

    Attributes:
        use_daemon: whether its workers come from a daemon.
        idle_worker_max_pool_size: how many workers may be idle; None for no limit.
        python: which of the suite's two interpreters it starts its processes by.
        env: variables of its own, for `env_vars`.
    """

    use_daemon: bool = True
    idle_worker_max_pool_size: Annotated[int, msgspec.Meta(ge=1)] | None = None
    python: Literal["first", "second"] = "first"
    env: dict[str, str] = {}


class Expectation(Part, frozen=True, kw_only=True):
    """What must come of an operation, beside what the model asks for; empty: no more.

    Attributes:
        outcome: whether it returns or raises.
        counts_as: kinds of error that will do.
        same_as: name of an earlier worker; the one handed out is the same process.
        starts: how many daemons (or simple workers) are started during the operation.
        connections: how many connections daemons accept during the operation.
        kill_requests: workers named by kill requests during the operation, in order.
    """

    outcome: Literal["returns", "raises"] | None = None
    counts_as: tuple[CountsAs, ...] = ()
    same_as: Name | None = None
    starts: Annotated[int, msgspec.Meta(ge=0)] | None = None
    connections: int | None = None
    kill_requests: tuple[Name, ...] | None = None


class Step(Part, frozen=True, kw_only=True, tag_field="do"):
    """One thing to do."""


class Create(Step, frozen=True, kw_only=True, tag="create"):
    """Ask a factory for a worker, and call it by a name from then on."""

    worker: Name
    factory: Name = "f1"
    expect: Expectation | None = None


class Exchange(Step, frozen=True, kw_only=True, tag="exchange"):
    """Ask a worker who it is."""

    worker: Name
    expect: Expectation | None = None


class Release(Step, frozen=True, kw_only=True, tag="release"):
    """Give a worker back to its factory."""

    worker: Name
    expect: Expectation | None = None


class StopWorker(Step, frozen=True, kw_only=True, tag="stop_worker"):
    """Have its factory stop a worker."""

    worker: Name
    expect: Expectation | None = None


class Stop(Step, frozen=True, kw_only=True, tag="stop"):
    """Stop a factory."""

    factory: Name = "f1"
    expect: Expectation | None = None


class KillDaemon(Step, frozen=True, kw_only=True, tag="kill_daemon"):
    """Kill a factory's daemon by SIGKILL, and wait until it is gone."""

    factory: Name = "f1"


class KillWorker(Step, frozen=True, kw_only=True, tag="kill_worker"):
    """Kill a worker by SIGKILL, and wait until it is gone."""

    worker: Name


class Arm(Step, frozen=True, kw_only=True, tag="arm"):
    """Have a fault strike the next processes of a factory that come to its point.

    Attributes:
        fault: in the grammar of docs/side-channel.md, without a selector.
        times: how often it strikes.
        factory: whose daemon or simple workers it strikes.
    """

    fault: str
    times: Times = 1
    factory: Name = "f1"


class Cease(Step, frozen=True, kw_only=True, tag="cease"):
    """Take back all faults of a factory that have not struck yet."""

    factory: Name = "f1"


class Gate(Part, frozen=True, kw_only=True):
    """Where the next process of a factory that comes to a point waits to be let through.

    Attributes:
        name: of the gate, used by the schedule.
        point: of a fake's life.
        factory: whose daemon or worker waits.
    """

    name: Name
    point: GatePoint
    factory: Name = "f1"


#: What a caller asks of a factory.
Asked = Create | Release | StopWorker | Stop
#: What a caller asks of a factory or of a worker.
Operation = Create | Exchange | Release | StopWorker | Stop


class Together(Step, frozen=True, kw_only=True, tag="together"):
    """Callers at work at the same time.

    Attributes:
        branches: operations of each caller, in its order.
        gates: where fakes wait.
        schedule: who moves next: `b1` begins the next operation of the first branch,
            a gate's name lets the process through that waits there. Each entry is
            performed when nothing else moves; one that cannot be is left for later.
            What is left over is done in order. Without a schedule all branches begin
            at once.
    """

    branches: tuple[tuple[Asked, ...], ...]
    gates: tuple[Gate, ...] = ()
    schedule: tuple[str, ...] = ()


#: What a scenario consists of.
AnyStep = (
    Create
    | Exchange
    | Release
    | StopWorker
    | Stop
    | KillDaemon
    | KillWorker
    | Arm
    | Cease
    | Together
)


class Wrong(Part, frozen=True, kw_only=True):
    """What was wrong when the scenario was found: a finding, as data."""

    clause: str
    wrong: str
    expected: str
    actual: str


class Origin(Part, frozen=True, kw_only=True):
    """Where a scenario comes from.

    Attributes:
        machine: that found it; empty if a person wrote it.
        seed: by which it was drawn.
        shrunk_from: number of steps before shrinking.
        control: what the failure takes: the sequence alone, gates, or chance inside
            the implementation.
        implementation: that it was found on.
        wrongs: what was found.
    """

    machine: str = ""
    seed: int | None = None
    shrunk_from: int | None = None
    control: Control = "sequence"
    implementation: str = ""
    wrongs: tuple[Wrong, ...] = ()


class Scenario(Part, frozen=True, kw_only=True):
    """Factories, and what is done with them.

    Attributes:
        wfc: version of the format.
        title: what it shows, in one sentence.
        clauses: ids of the clauses that it is about, the main one first.
        profile: by which it is judged unless the user says otherwise; empty for the
            implementation's own.
        repeat: how often to play it to see a race that no gate controls.
        factories: by name.
        steps: in order.
        origin: where it comes from.
    """

    wfc: Literal[1] = FORMAT
    title: str = ""
    clauses: tuple[str, ...] = ()
    profile: str = ""
    repeat: Repeat = 1
    factories: dict[Name, FactorySettings] = msgspec.field(
        default_factory=lambda: {"f1": FactorySettings()}
    )
    steps: tuple[AnyStep, ...] = ()
    origin: Origin | None = None

    @property
    def length(self) -> int:
        """Number of operations and faults, those of callers at the same time included."""
        return sum(
            sum(map(len, step.branches)) if isinstance(step, Together) else 1 for step in self.steps
        )


def worker_factories(scenario: Scenario) -> dict[str, str]:
    """Tell which factory each worker is asked of.

    Args:
        scenario: in question.

    Returns:
        Name of worker to name of factory.
    """
    found: dict[str, str] = {}
    for step in scenario.steps:
        branches = step.branches if isinstance(step, Together) else ((step,),)
        for branch in branches:
            found |= {one.worker: one.factory for one in branch if isinstance(one, Create)}
    return found
