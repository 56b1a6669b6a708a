"""Whether the fault strikes, told in one line on stderr when it does."""

from __future__ import annotations

from fake_daemons.chaos.occasions import Occasions
from fake_daemons.chaos.telling import say
from fake_daemons.kernel import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_daemons.chaos.settings import Settings


class Chaos:
    """One fault, and when it strikes.

    Args:
        settings: what was asked for. A SettingsError if the state file is none.
    """

    def __init__(self, settings: Settings) -> None:
        self.misdeed, self.argument = settings.misdeed, settings.argument
        self._occasions = Occasions(settings)

    def is_due(self, point: str) -> int:
        """Count an occasion, if the fault belongs to this point.

        Args:
            point: where this process has come to.

        Returns:
            Number of the occasion if the fault shall strike, else 0.
        """
        return self._occasions.next() if point == self.misdeed.point else 0

    def strike(self, occasion: int, *about: object) -> None:
        """Tell of it and do it; some faults do not return.

        Args:
            occasion: its number.
            *about: what the fault's function gets before its argument.
        """
        self._occasions.struck()
        say(f"{self.misdeed.name} strikes on occasion {occasion}")
        self.misdeed.act(*about, self.argument)

    def came(self, point: str, *about: object) -> bool:
        """Pass a point: the fault strikes if it is due.

        Args:
            point: where this process has come to.
            *about: what the fault's function gets before its argument.

        Returns:
            Whether it struck, and the honest step is to be left out.
        """
        occasion = self.is_due(point)
        if occasion:
            self.strike(occasion, *about)
        return occasion > 0
