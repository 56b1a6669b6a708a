"""The arguments of faults: checked before anything is done."""

from __future__ import annotations

from fake_daemons.faults import check

#: How a worker dies.
WAYS = ("kill", "segv", "exit")
#: Whose pid is sent in place of the worker's own. None may be the pid of a stranger.
PIDS = ("parent", "first", "gone")

#: Kind → what it asks for, as people read it.
KINDS = {
    "": "no argument",
    "status": "an exit status, 0 to 255",
    "seconds": "seconds, 0 to 3600",
    "text": "a text",
    "port": "a number of 32 bits",
    "number": "a number of 32 bits",
    "bytes": "a number of bytes, up to 2^30",
    "pieces": "1 to 4",
    "errno": "an error number, 1 to 4095",
    "selected": "a positive number",
    "way": "kill, segv or exit",
    "way and bytes": "kill, segv or exit, a comma, a number of bytes",
    "pid": "parent, first or gone",
}
_AS_FAKES_SAY = {"port": "int32", "number": "int32", "bytes": "count"}


def check_argument(kind: str, value: str) -> None:
    """Check the argument of a fault.

    Args:
        kind: a key of `KINDS`.
        value: as it was given.

    Raises:
        ValueError: if it is not of that kind.
    """
    if not kind:
        good = False
    elif kind == "way":
        good = value in WAYS
    elif kind == "pid":
        good = value in PIDS
    elif kind == "way and bytes":
        way, comma, count = value.partition(",")
        good = way in WAYS and comma != ""
        check("count", count)
    else:
        check(_AS_FAKES_SAY.get(kind, kind), value)
        good = True
    if not good:
        raise ValueError(f"{kind} {value!r}")
