"""One thing seen, as it stands in a line of the side channel (docs/side-channel.md)."""

from __future__ import annotations

from typing import Final, Literal, get_args
from urllib.parse import unquote

import msgspec

#: Who writes to the side channel.
Who = Literal["daemon", "worker", "simple", "harness"]

_ROLES: Final[dict[str, Who]] = {role: role for role in get_args(Who)}

#: Number of fields before the keys of a line.
_HEAD = 5


class Sighting(msgspec.Struct, frozen=True):
    """One thing seen by a fake or by the harness.

    Attributes:
        at_ns: time on the machine's monotonic clock, in nanoseconds.
        pid: process that saw it.
        seq: number of the sighting within its process, from 1.
        who: role of that process.
        what: name of the event, such as `accept`.
        keys: particulars, decoded.
    """

    at_ns: int
    pid: int
    seq: int
    who: Who
    what: str
    keys: dict[str, str] = {}

    def number(self, key: str) -> int:
        """Read a particular as an integer.

        Args:
            key: name of the particular.

        Returns:
            Its value.

        Raises:
            KeyError: if the sighting has no such particular.
        """
        return int(self.keys[key])

    def __str__(self) -> str:
        keys = " ".join(f"{name}={value}" for name, value in self.keys.items())
        return f"{self.who}[{self.pid}] {self.what} {keys}".rstrip()


def parse_line(line: str) -> Sighting:
    """Read one line of the side channel.

    Args:
        line: the line, with or without its newline.

    Returns:
        The sighting.

    Raises:
        ValueError: if the line is torn or malformed.
    """
    fields = line.split()
    if len(fields) < _HEAD:
        raise ValueError(f"torn line in the side channel: {line!r}")
    at_ns, pid, seq, role, what = fields[:_HEAD]
    who = _ROLES.get(role)
    if who is None:
        raise ValueError(f"unknown who in the side channel: {line!r}")
    keys = dict(map(_parse_key, fields[_HEAD:]))
    return Sighting(int(at_ns), int(pid), int(seq), who, what, keys)


def _parse_key(field: str) -> tuple[str, str]:
    name, equals, value = field.partition("=")
    if not equals:
        raise ValueError(f"malformed particular in the side channel: {field!r}")
    return name, unquote(value) if "%" in value else value
