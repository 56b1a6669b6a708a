"""Makes the text of `repro.py`: a failure that can be replayed without the suite.

The script stands on the standard library alone. It carries the scenario, what is allowed at
each step, and the fakes; the rest of it are the modules of `machines.repro_player`, joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.scenario import Stop
from conformance.machines.joining import WIDTH, Form, head, script, zipped
from conformance.machines.story import phrases, tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.evidence.observations import Observation
    from conformance.evidence.scenario import Scenario, Wrong

#: The modules that a script consists of, each after those it needs.
PARTS = (
    "world",
    "stillness",
    "doors",
    "connections",
    "aftermath",
    "scene",
    "performance",
    "together",
    "judgement",
    "playing",
    "telling",
    "script",
)

_PLAYER = "conformance.machines.repro_player"
_FORM = Form(
    parts=tuple(f"{_PLAYER}.{name}" for name in PARTS),
    arguments="[py:MODULE:CALLABLE | cmd:COMMAND | mutant:NAME]",
    starts="fake daemons, which it carries along",
    packed="The fake daemons",
)


def repro_text(
    scenario: Scenario,
    allowed: Sequence[Sequence[Observation]],
    implementation: str,
    wrongs: Sequence[Wrong],
    fakes: bytes,
) -> str:
    """Make the text of a `repro.py`.

    Args:
        scenario: that fails; its `profile` is told to the implementation.
        allowed: for each step, and then for the stop of each factory in the end, the
            observations of which any will do; an empty list allows anything.
        implementation: KIND:ID of what it was found on, the script's default.
        wrongs: what was found.
        fakes: the package `fake_daemons` as a zip, such as `fakes_zip` makes it.

    Returns:
        The script.

    Raises:
        ValueError: if there are not as many lists of observations as steps and stops.
    """
    steps = len(to_the_end(scenario).steps)
    if len(allowed) != steps:
        raise ValueError(f"{len(allowed)} lists of observations for {steps} steps")
    title = scenario.title or _UNTITLED
    data = {
        "title": title,
        "implementation": implementation,
        "scenario": scenario,
        "story": phrases(scenario),
        "allowed": allowed,
        "wrongs": wrongs,
    }
    told = head(title, tell(scenario, WIDTH - 4), implementation, wrongs)
    return script(_FORM, told, data, fakes)


def to_the_end(scenario: Scenario) -> Scenario:
    """Add what every playing ends with: each factory is stopped.

    Args:
        scenario: as it is written.

    Returns:
        The scenario with those steps.
    """
    stops = (Stop(factory=name) for name in scenario.factories)
    return msgspec.structs.replace(scenario, steps=(*scenario.steps, *stops))


_UNTITLED = "A failure of a PythonWorkerFactory"


def fakes_zip(directory: Path) -> bytes:
    """Pack the fakes; equal sources give equal bytes.

    Args:
        directory: of the package `fake_daemons`.

    Returns:
        A zip with the package, without its tests.
    """
    return zipped(directory, directory.name)
