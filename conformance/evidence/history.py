"""All that was seen in one scenario, in the order of the side channel."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - public annotation read by tools

import msgspec

from conformance.evidence.sightings import Sighting, parse_line


class History(msgspec.Struct, frozen=True):
    """The sightings of one scenario, in the order in which they were written."""

    sightings: tuple[Sighting, ...] = ()

    def of(self, what: str, who: str | None = None, **keys: object) -> tuple[Sighting, ...]:
        """Select sightings.

        Args:
            what: name of the event.
            who: role of the process, any if None.
            **keys: particulars that must be equal, compared as text.

        Returns:
            The matching sightings, in order.
        """
        wanted = {name: str(value) for name, value in keys.items()}
        return tuple(
            seen
            for seen in self.sightings
            if seen.what == what
            and who in (None, seen.who)
            and all(seen.keys.get(name) == value for name, value in wanted.items())
        )

    def since(self, index: int) -> History:
        """Drop the first sightings.

        Args:
            index: how many to drop.

        Returns:
            The rest.
        """
        return History(self.sightings[index:])

    def __len__(self) -> int:
        return len(self.sightings)

    def __iter__(self) -> Iterator[Sighting]:
        return iter(self.sightings)


def parse_history(text: str) -> History:
    """Read a whole side channel.

    Args:
        text: the file's content; a last line without newline is still being written
            and is left out.

    Returns:
        The history.

    Raises:
        ValueError: if a complete line is malformed.
    """
    complete = text[: text.rfind("\n") + 1]
    return History(tuple(parse_line(line) for line in complete.splitlines()))
