"""Makes the text of a daemon's `repro.py`: a failure that can be replayed without the suite.

The script stands on the standard library alone. It carries the scenario, what the model says
of each step, and the probe; the rest of it are the modules of `machines.daemon_repro_player`,
and some of `machines.repro_player`, joined.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.contract.clauses import find
from conformance.contract.profiles import find_profile
from conformance.drive.caller import PROBE
from conformance.evidence.daemon_scenario import phrase
from conformance.machines.joining import WIDTH, Form, head, joined, script, zipped
from conformance.machines.story import in_lines
from conformance.plan.daemon_model import ALIVE, DaemonModel, Phase, sensible

if TYPE_CHECKING:
    from conformance.door.messages import OwnDaemon
    from conformance.evidence.daemon_scenario import AnyStep, DaemonScenario

_SHARED = ("world", "stillness", "telling")
_OWN = ("wrongs", "kinship", "line", "started", "deeds", "rounds", "command")
#: The modules that a script consists of, by their whole names.
PARTS = (
    "conformance.contract.wire",
    *(f"conformance.machines.repro_player.{name}" for name in _SHARED),
    *(f"conformance.machines.daemon_repro_player.{name}" for name in _OWN),
)

_FORM = Form(
    parts=PARTS,
    arguments="[MODULE] [--python EXE]",
    starts="the daemon, with a worker module that it carries along",
    packed="The worker module, and what has the daemon take it",
)
_UNTITLED = "A failure of a daemon"
#: Profile of a scenario that names none.
_PROFILE = "documented"


def daemon_repro_text(scenario: DaemonScenario, own: OwnDaemon) -> str:
    """Make the text of a `repro.py`.

    Args:
        scenario: that fails; its profile says which clauses bind.
        own: the daemon it was found on, the script's default.

    Returns:
        The script.
    """
    steps = sensible(scenario.steps, reuse=scenario.daemon.reuse)
    wrongs = scenario.origin.wrongs if scenario.origin else ()
    title = scenario.title or _UNTITLED
    data = {
        "title": title,
        "daemon": {
            "module": own.module,
            "python_exec": own.python_exec,
            "python_path": own.python_path,
            "worker_hook": own.worker_hook,
        },
        "reuse": scenario.daemon.reuse,
        "repeat": scenario.repeat,
        "clauses": _binding(scenario.profile or _PROFILE),
        "steps": _modelled(steps, reuse=scenario.daemon.reuse),
        "wrongs": wrongs,
    }
    told = in_lines(map(phrase, steps), WIDTH - 4)
    return script(_FORM, head(title, told, own.module, wrongs), data, zipped(PROBE))


def _binding(profile_name: str) -> dict[str, str]:
    """The texts of the clauses that the script judges and that bind in a profile."""
    profile = find_profile(profile_name)
    judged = sorted(set(re.findall(r'"(D-\d\d)"', joined(PARTS))))
    return {one: find(one).text for one in judged if profile.applies(find(one))}


def _modelled(steps: tuple[AnyStep, ...], *, reuse: bool) -> list[dict[str, Any]]:
    """Each step with what the model says of the connections after it.

    `must` and `may` name those whose workers must live and may live, `left` those that we
    have closed, and `trusted` those whose workers have been told the secret.
    """
    model = DaemonModel(reuse=reuse)
    modelled: list[dict[str, Any]] = []
    for step in steps:
        model.take(step)
        standing = {
            "must": model.at(*ALIVE),
            "may": model.at(Phase.LOST),
            "left": sorted(model.has_left),
            "trusted": model.at(Phase.READY, Phase.SPENT),
        }
        plain = {"do": step.__struct_config__.tag, **msgspec.structs.asdict(step)}
        modelled.append(plain | {"told": phrase(step)} | standing)
    return modelled
