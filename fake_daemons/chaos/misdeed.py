"""What a fault is made of: where it strikes, what it may be told, what is done."""

from __future__ import annotations

from fake_daemons.kernel import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import TypeVar

    Act = TypeVar("Act", bound=Callable[..., None])

#: Point → what is counted there.
OCCASIONS = {
    "none": "nothing",
    "start": "starts of a daemon, before it announces its port",
    "announced": "announcements of a port",
    "accept": "connections accepted",
    "fork": "workers about to be forked",
    "nth": "daemons that have forked N workers",
    "pid": "pids about to be sent",
    "reply": "secrets about to be answered",
    "replied": "workers authenticated",
    "task": "tasks begun",
    "idle": "workers that have become idle",
    "close": "connections closed by Spark",
    "kill_request": "kill requests",
    "hang_up": "ends of the daemon's stdin",
    "sigterm": "SIGTERMs",
}

#: Points that a worker does not come to over Unix domain sockets, where nobody authenticates.
OF_SECRETS = ("reply", "replied")


class Misdeed:
    """One fault that chaos offers.

    Args:
        point: where it strikes.
        kind: of its argument, as `arguments` knows it; empty if it has none.
        otherwise: the argument if none is given.
        act: what is done; its parameters depend on the point.

    Attributes:
        name: of the fault; that of a fake daemon if there is one like it.
        text: what it does, in one line.
        needs_tcp: whether it has no meaning over Unix domain sockets.
    """

    __slots__ = ("act", "kind", "name", "needs_tcp", "otherwise", "point", "text")

    def __init__(self, point: str, kind: str, otherwise: str, act: Callable[..., None]) -> None:
        self.point, self.kind, self.otherwise = point, kind, otherwise
        self.act = act
        self.name = act.__name__
        self.text = (act.__doc__ or "").partition("\n")[0]
        self.needs_tcp = point in OF_SECRETS or kind == "port"


#: Name → fault; filled as the modules with the faults are imported (see `menu`).
OFFERED: dict[str, Misdeed] = {}


def offer(point: str, kind: str = "", otherwise: str = "") -> Callable[[Act], Act]:
    """Put a function on the menu, under its own name.

    Args:
        point: where the fault strikes.
        kind: of its argument.
        otherwise: the argument if none is given.

    Returns:
        A decorator that leaves the function as it is.
    """

    def add(act: Act) -> Act:
        misdeed = Misdeed(point, kind, otherwise, act)
        OFFERED[misdeed.name] = misdeed
        return act

    return add
