"""What is asked for by environment; whatever makes no sense is one clear line."""

from __future__ import annotations

from fake_daemons.chaos.arguments import KINDS, check_argument
from fake_daemons.kernel import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_daemons.chaos.misdeed import Misdeed

#: How the names of all settings begin.
PREFIX = "WFC_CHAOS_"
#: The settings, without their prefix.
NAMES = ("FAULT", "FIRST", "EVERY", "RATE", "SEED", "STATE")
#: Name of the state file, in the first of Spark's local directories.
STATE_NAME = "wfc-chaos.state"

_SCHEDULES = ("FIRST", "EVERY", "RATE")


class SettingsError(ValueError):
    """A setting that makes no sense."""


class Settings:
    """What chaos was asked for.

    Args:
        env: the environment.
        menu: name → fault, of all that may be asked for.

    Attributes:
        misdeed: the fault.
        argument: what it was told, or its default.
        schedule: `FIRST`, `EVERY` or `RATE`.
        number: of that schedule: so many, every so many, a probability.
        seed: of the rate.
        state_path: file in which occasions are counted.

    Raises:
        SettingsError: if something is missing, unknown or makes no sense.
    """

    def __init__(self, env: Mapping[str, str], menu: Mapping[str, Misdeed]) -> None:
        given = {key[len(PREFIX) :]: env[key] for key in env if key.startswith(PREFIX)}
        for name in given:
            if name not in NAMES:
                raise SettingsError(f"no setting {PREFIX}{name}; there are {', '.join(NAMES)}")
        self.misdeed, self.argument = _fault(given.get("FAULT", ""), menu)
        if self.misdeed.needs_tcp and env.get("PYTHON_UNIX_DOMAIN_ENABLED", "").lower() == "true":
            raise SettingsError(f"{self.misdeed.name} has no meaning over Unix domain sockets")
        self.schedule, self.number = _schedule(given)
        self.seed = _whole("SEED", given.get("SEED", "0"), 0)
        self.state_path = given.get("STATE", "") or _state_path(env)


def _fault(text: str, menu: Mapping[str, Misdeed]) -> tuple[Misdeed, str]:
    if not text:
        raise SettingsError(f"{PREFIX}FAULT is not set; well_behaved is a fault that never strikes")
    name, colon, argument = text.partition(":")
    if name not in menu:
        raise SettingsError(f"{PREFIX}FAULT: no fault {name!r}; there are {', '.join(menu)}")
    misdeed = menu[name]
    if not colon:
        return misdeed, misdeed.otherwise
    try:
        check_argument(misdeed.kind, argument)
    except ValueError:
        wanted = KINDS[misdeed.kind]
        raise SettingsError(f"{PREFIX}FAULT: {name} takes {wanted}, not {argument!r}") from None
    return misdeed, argument


def _schedule(given: Mapping[str, str]) -> tuple[str, float]:
    chosen = [name for name in _SCHEDULES if name in given]
    if len(chosen) > 1:
        raise SettingsError(f"{' and '.join(PREFIX + name for name in chosen)}: choose one")
    if "SEED" in given and chosen != ["RATE"]:
        raise SettingsError(f"{PREFIX}SEED without {PREFIX}RATE")
    if not chosen:
        return "FIRST", 1
    if chosen == ["RATE"]:
        return "RATE", _probability(given["RATE"])
    return chosen[0], _whole(chosen[0], given[chosen[0]], 1)


def _whole(name: str, text: str, least: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise SettingsError(f"{PREFIX}{name} is a number from {least}, not {text!r}")
    return int(text)


def _probability(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0.0 <= rate <= 1.0:
        raise SettingsError(f"{PREFIX}RATE is a number from 0 to 1, not {text!r}")
    return rate


def _state_path(env: Mapping[str, str]) -> str:
    """In a directory of the executor's, which Spark removes with the rest."""
    directory = env.get("SPARK_LOCAL_DIRS", "").partition(",")[0]
    if not directory:
        raise SettingsError(f"neither {PREFIX}STATE nor SPARK_LOCAL_DIRS is set: where to count?")
    return f"{directory}/{STATE_NAME}"
