"""What each machine plays: which factories, and which kinds of steps in which company."""

from __future__ import annotations

from typing import Literal

import msgspec

from conformance.evidence.scenario import FactorySettings

#: Kinds of steps that the machines draw.
Kind = Literal[
    "create",
    "exchange",
    "release",
    "stop_worker",
    "stop",
    "release_again",
    "stop_idle",
    "stop_again",
    "release_stopped",
    "arm",
    "cease",
    "kill_daemon",
    "kill_worker",
]

_LIFE: tuple[Kind, ...] = ("create", "exchange", "release", "stop_worker", "stop")
_MISUSE: tuple[Kind, ...] = ("release_again", "stop_idle", "stop_again", "release_stopped")
_FAULTS: tuple[Kind, ...] = ("arm", "cease", "kill_daemon", "kill_worker")


#: What is judged of every factory with a daemon.
_DAEMON = (
    *("F-START-15", "F-START-16", "F-START-20"),
    *("F-CONN-01", "F-CONN-07", "F-CONN-09", "F-CONN-10", "F-CONN-11", "F-CONN-12"),
    *("F-RST-01", "F-RST-09", "F-RST-11"),
    *("F-POOL-01", "F-POOL-02", "F-POOL-03", "F-POOL-05", "F-POOL-08", "F-POOL-09"),
    *("F-POOL-12", "F-POOL-13", "F-POOL-14", "F-POOL-16", "F-POOL-17"),
    *("F-STOP-01", "F-STOP-03", "F-STOP-04", "F-STOP-05", "F-STOP-06", "F-STOP-07"),
    *("F-STOP-08", "F-STOP-09"),
    *("F-CONC-01", "F-CONC-02"),
    *("F-RST-02", "F-RST-06", "F-RST-08", "F-RST-03", "F-RST-05", "F-RST-10"),
)
#: What faults bring into play.
_FAILING = ("F-CONN-04", "F-CONN-05", "F-CONN-08")
_WITHOUT_DAEMON = (
    *("F-SIMP-01", "F-SIMP-03", "F-SIMP-05", "F-SIMP-07", "F-SIMP-08", "F-SIMP-09"),
    *("F-SIMP-10", "F-CONN-12", "F-CONN-07", "F-CONN-10", "F-POOL-08", "F-CONC-01"),
    *("F-STOP-01", "F-STOP-07", "F-POOL-17", "F-RST-11"),
)


class Repertoire(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine plays.

    Attributes:
        name: of the machine.
        title: what it is after, in one sentence.
        kinds: of steps; `create` is always among those that are played.
        factories: by name, with their settings.
        has_races: whether callers work at the same time.
        clauses: ids of those that it can find broken, the main one first.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    factories: dict[str, FactorySettings]
    has_races: bool = False
    clauses: tuple[str, ...]


LIFECYCLE = Repertoire(
    name="lifecycle",
    title="create, exchange, release, stopWorker and stop, in any order",
    kinds=_LIFE + _MISUSE,
    factories={"f1": FactorySettings()},
    clauses=tuple(dict.fromkeys(("F-POOL-02", *_DAEMON))),
)
FAULTS = Repertoire(
    name="faults",
    title="the same while daemon and workers fail, and afterwards",
    kinds=_LIFE + _FAULTS,
    factories={"f1": FactorySettings()},
    clauses=tuple(dict.fromkeys(("F-RST-01", *_DAEMON, *_FAILING))),
)
SIMPLE = Repertoire(
    name="simple",
    title="the same without the daemon",
    kinds=(*_LIFE, "stop_again", "arm", "cease", "kill_worker"),
    factories={"f1": FactorySettings(use_daemon=False)},
    clauses=tuple(dict.fromkeys(_WITHOUT_DAEMON)),
)
LIVES = Repertoire(
    name="lives",
    title="factories side by side that must not touch each other",
    kinds=(*_LIFE, "kill_daemon", "kill_worker"),
    factories={
        "f1": FactorySettings(),
        "f2": FactorySettings(python="second"),
        "f3": FactorySettings(env={"WFC_PROBE_LIFE": "third"}),
    },
    clauses=tuple(dict.fromkeys(("F-CONC-01", *_DAEMON))),
)
RACES = Repertoire(
    name="races",
    title="callers at the same time, judged for linearizability",
    kinds=("create", "create", "release", "release", "stop_worker", "stop", "kill_daemon"),
    factories={"f1": FactorySettings()},
    has_races=True,
    clauses=tuple(dict.fromkeys(("F-CONC-01", "F-CONC-03", "F-CONC-04", *_DAEMON))),
)

#: All machines, by name.
REPERTOIRES = {one.name: one for one in (LIFECYCLE, FAULTS, SIMPLE, LIVES, RACES)}
