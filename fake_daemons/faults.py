"""Faults as data: the grammar of docs/side-channel.md, read in full before one strikes.

Pure: no file, no clock. A fault that cannot be parsed is an error, never ignored.
"""

from __future__ import annotations

from os import fsdecode

#: Actions that every point knows → kind of their argument (empty: none; `?`: optional).
ANYWHERE = {
    "exit": "?status",
    "kill": "",
    "crash": "",
    "hang": "",
    "gate": "name",
    "slow": "seconds",
    "flood": "stream",
}

#: Point → actions of its own → kind of their argument.
POINTS: dict[str, dict[str, str]] = {
    "start": {},
    "announce": {
        "port": "int32",
        "text": "text",
        "bytes": "hex",
        "half": "",
        "eof": "",
        "never": "",
        "nobody": "",
    },
    "announced": {},
    "accept": {"reset": "", "close": "", "silent": "", "refuse": ""},
    "fork": {"fail": "errno", "bomb": ""},
    "acknowledge": {"fragments": "pieces", "half": "", "pid": "pid", "never": ""},
    "acknowledged": {},
    "authenticate": {
        "reply": "text",
        "length": "int32",
        "half": "",
        "garbage": "",
        "never": "",
        "close": "",
        "reset": "",
    },
    "authenticated": {},
    "serve": {"die": "", "stray": "", "ignore_close": ""},
    "leave": {},
    "kill_request": {"ignore": ""},
    "hang_up": {"ignore": ""},
    "sigterm": {"ignore": ""},
    "connect": {"never": ""},
    "offer": {"wrong": "", "half": "", "empty": "", "never": ""},
    "pid": {"never": "", "pid": "int32"},
}

#: Action → keys of its own → kind of their value. Every action knows those of `EVERY_KEY`.
KEYS = {
    "exit": {"stderr": "text"},
    "flood": {"bytes": "count"},
    "bomb": {"limit": "limit"},
    "fragments": {"pause": "seconds"},
}

#: Keys of every action → kind of their value.
EVERY_KEY = {"then": "then", "ticket": "ticket"}

_RANGES = {
    "status": (0, 255),
    "errno": (1, 4095),
    "int32": (-(2**31), 2**31 - 1),
    "pieces": (1, 4),
    "count": (0, 2**30),
    "limit": (1, 256),
    "selected": (1, 2**31 - 1),
}
_WORDS = {
    "stream": ("stdout", "stderr"),
    "then": ("exit", "hang", "close", "reset"),
    "pid": ("parent", "first", "gone"),
}
_LONGEST_S = 3600.0

#: A range of generations or connections: first and last.
Range = tuple[int, int]
_ALL: Range = (0, 2**31 - 1)


class FaultError(ValueError):
    """A text that is no fault."""


class Fault:
    """One mischief: where it strikes, what is done, and when.

    Args:
        point: named point of a fake's life.
        action: what is done there.
        argument: of the action, decoded; empty if there is none.

    Attributes:
        keys: further particulars, decoded.
        generations: of the daemon in which it strikes.
        connections: of the daemon at which it strikes.
    """

    __slots__ = ("action", "argument", "connections", "generations", "keys", "point")

    def __init__(self, point: str, action: str, argument: str = "") -> None:
        self.point, self.action, self.argument = point, action, argument
        self.keys: dict[str, str] = {}
        self.generations: Range = _ALL
        self.connections: Range = _ALL

    def strikes(self, point: str, generation: int, connection: int) -> bool:
        """Say whether it strikes here and now, given a ticket if it asks for one.

        Args:
            point: where the process is.
            generation: of its daemon, from 1.
            connection: number of the connection in hand, 0 if none.

        Returns:
            True if it does.
        """
        return (
            point == self.point
            and self.generations[0] <= generation <= self.generations[1]
            and self.connections[0] <= connection <= self.connections[1]
        )


def parse(text: str) -> list[Fault]:
    """Read faults.

    Args:
        text: faults between semicolons; blank parts are none.

    Returns:
        The faults in the order written. A part that is no fault is a FaultError.
    """
    return [_parse_fault(part.strip()) for part in text.split(";") if part.strip()]


def _parse_fault(text: str) -> Fault:
    """One fault; every error names the text."""
    try:
        head, _, selector = text.partition("@")
        action, *pairs = head.split(",")
        fault = _parse_action(action)
        for pair in pairs:
            _add_key(fault, pair)
        select(fault, selector)
    except KeyError as unknown:
        raise FaultError(f"cannot parse fault {text!r}: unknown {unknown}") from None
    except ValueError as wrong:
        raise FaultError(f"cannot parse fault {text!r}: {wrong}") from None
    return fault


def _parse_action(text: str) -> Fault:
    point, _, rest = text.partition("=")
    action, colon, argument = rest.partition(":")
    kind = {**ANYWHERE, **POINTS[point]}[action]
    if bool(colon) != bool(kind) and not (kind[:1] == "?" and not colon):
        raise ValueError("argument" if colon else "no argument")
    value = decode(argument)
    if colon:
        check(kind.lstrip("?"), value)
    return Fault(point, action, value)


def _add_key(fault: Fault, pair: str) -> None:
    name, equals, value = pair.partition("=")
    if not equals:
        raise ValueError(f"{name} without a value")
    kind = {**EVERY_KEY, **KEYS.get(fault.action, {})}[name]
    if name in fault.keys:
        raise ValueError(f"{name} twice")
    fault.keys[name] = decode(value)
    check(kind, fault.keys[name])


def select(fault: Fault, text: str) -> None:
    """Narrow down when a fault strikes.

    Args:
        fault: the fault.
        text: a selector without its `@`, such as `g1c2-3`; empty leaves all as it is.

    Raises:
        ValueError: if it is none.
    """
    generations, at_c, connections = text.partition("c")
    if generations:
        if generations[0] != "g":
            raise ValueError("selector")
        fault.generations = _parse_range(generations[1:])
    if at_c:
        fault.connections = _parse_range(connections)


def _parse_range(text: str) -> Range:
    first, dash, last = text.partition("-")
    check("selected", first)
    if last:
        check("selected", last)
    low = int(first)
    high = int(last) if last else _ALL[1] if dash else low
    if high < low:
        raise ValueError("empty range")
    return low, high


def check(kind: str, value: str) -> None:
    """Check that a value is what its place asks for.

    Args:
        kind: what the place asks for.
        value: the decoded value.

    Raises:
        ValueError: if it is not.
    """
    if kind in _WORDS and value in _WORDS[kind]:
        return
    if kind == "seconds":
        good = 0.0 <= float(value) <= _LONGEST_S
    elif kind == "hex":
        good = bytes.fromhex(value).hex() == value.lower() != ""
    elif kind == "name":
        good = value not in {"", ".", ".."} and "/" not in value
    elif kind == "ticket":
        good = _is_ticket(value)
    elif kind == "text":
        good = True
    else:
        low, high = _RANGES.get("int32" if kind == "pid" else kind, (1, 0))
        good = low <= int(value) <= high and str(int(value)) == value
    if not good:
        raise ValueError(f"{kind} {value!r}")


def _is_ticket(value: str) -> bool:
    """NAME:N, a name of letters, digits and `_`, and how many there are: 1 to 9."""
    name, _, count = value.partition(":")
    plain = name.isascii() and name.replace("_", "a").isalnum()
    return plain and count in tuple("123456789")


def decode(value: str) -> str:
    """Undo percent-encoding.

    Args:
        value: plain text and `%XX`.

    Returns:
        The text; bytes that are no UTF-8 stand as surrogates.

    Raises:
        ValueError: if `%` is not followed by two hex digits.
    """
    first, *escaped = value.encode().split(b"%")
    raw = first
    for part in escaped:
        byte = bytes.fromhex(part[:2].decode("ascii"))
        if len(byte) != 1:
            raise ValueError(f"escape in {value!r}")
        raw += byte + part[2:]
    return fsdecode(raw)
