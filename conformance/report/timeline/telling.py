"""What each sighting says in a timeline: one row, or none."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - an alias below is evaluated
from typing import TYPE_CHECKING

from conformance.report.timeline.picture import Look, Row

if TYPE_CHECKING:
    from conformance.evidence.sightings import Sighting
    from conformance.report.timeline.cast import Cast, Kind

#: The names of signals that scenarios send, by number (signal(7), the same on all of Linux).
_SIGNALS = {"1": "SIGHUP", "2": "SIGINT", "9": "SIGKILL", "15": "SIGTERM", "17": "SIGCHLD"}
#: Particulars of a lane's row: text, look, whether it goes to the factory or comes from it.
_TO, _FROM, _STAYS = "to", "from", ""
#: Calls by which the suite looks on; what is asked of an implementation is told without them.
_LOOKS_ON = ("factory.inspect", "ping")
#: Bytes of a half-read kill request and the like are worth a row only if there are any.
_NONE = "0"

_Way = tuple[str, Look, str]


def row_of(seen: Sighting, cast: Cast, number: int) -> Row | None:
    """Tell a sighting.

    Args:
        seen: the sighting.
        cast: those who take part so far; more may be added.
        number: of the row that it would be.

    Returns:
        The row; None if it is not worth one.
    """
    if seen.who == "harness":
        return _of_harness(seen, cast, number)
    told = _WAYS.get(seen.what)
    way = told(seen) if told else None
    if way is None:
        return None
    text, look, direction = way
    kind: Kind = "daemon" if seen.who == "daemon" else "worker"
    lane = cast.process(seen.pid, kind, number, seen.keys.get("generation", ""))
    other = None
    if seen.what == "fork":
        other = cast.process(seen.number("worker_pid"), "worker", number)
    elif direction:
        other = cast.factory(number)
    if direction == _FROM and other is not None:
        lane, other = other, lane
    return Row(at_ns=seen.at_ns, look=look, text=text, lane=lane, to=other, whole=str(seen))


def _of_harness(seen: Sighting, cast: Cast, number: int) -> Row | None:
    told = _HARNESS.get(seen.what)
    return told(seen, cast, number) if told else None


def _begun(seen: Sighting, cast: Cast, number: int) -> Row | None:
    if seen.keys["op"] in _LOOKS_ON:
        return None
    lane = cast.caller(seen, number)
    return _harness_row(seen, "message", _call(seen), lane, cast.target(seen, number))


def _returned(seen: Sighting, cast: Cast, number: int) -> Row | None:
    lanes = cast.returned(seen, number)
    look: Look = "message" if seen.keys["outcome"] == "returned" else "error"
    text = seen.keys["detail"].removeprefix("returned ")
    return lanes and _harness_row(seen, look, text, *lanes)


def _noted(seen: Sighting, cast: Cast, number: int) -> Row:
    lane_of = cast.known(seen.number("pid")) if seen.what == "signalled" else None
    look: Look = "fault" if lane_of is not None else "step" if seen.what == "step" else "gate"
    lane = cast.factory(number) if lane_of is None else lane_of
    return _harness_row(seen, look, _NOTES[seen.what](seen.keys), lane)


def _as_factory(seen: Sighting, cast: Cast, number: int) -> Row:
    """The suite plays the factory; the first process it speaks of is the daemon."""
    pid = seen.number("pid")
    kind: Kind = "daemon" if seen.keys["do"] == "starts" else "worker"
    lanes = (cast.factory(number), cast.process(pid, kind, number))
    lane, to = lanes if seen.keys["way"] == _TO else lanes[::-1]
    return _harness_row(seen, "message", seen.keys["do"], lane, to)


def _planned(keys: dict[str, str]) -> str:
    return f"planned: {keys['faults']}" if keys["faults"] else "no more faults are planned"


#: Notes of the suite itself, beside calls and returns.
_NOTES: dict[str, Callable[[dict[str, str]], str]] = {
    "signalled": lambda keys: f"{_signal_name(keys['number'])} from outside",
    "plan": _planned,
    "gate_opened": lambda keys: f"gate {keys['name']} is opened",
    "step": lambda keys: f"{keys['number']}. {keys['do']}",
}


def _harness_row(seen: Sighting, look: Look, text: str, lane: int, to: int | None = None) -> Row:
    return Row(at_ns=seen.at_ns, look=look, text=text, lane=lane, to=to, whole=str(seen))


def _call(seen: Sighting) -> str:
    verb = seen.keys["op"].rpartition(".")[2]
    of = [seen.keys[name] for name in ("factory", "worker") if name in seen.keys]
    return " ".join([verb, *of])


def _fixed(text: str, look: Look, direction: str) -> Callable[[Sighting], _Way]:
    return lambda _: (text, look, direction)


def _said(form: str, look: Look, direction: str) -> Callable[[Sighting], _Way]:
    def tell(seen: Sighting) -> _Way:
        return form.format_map(_Blank(seen.keys)), look, direction

    return tell


class _Blank(dict[str, str]):
    """Particulars; those that a fake left out are told as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def _early(seen: Sighting) -> _Way | None:
    count = seen.keys.get("bytes", _NONE)
    return None if count == _NONE else (f"{count} bytes before the pid", "mark", _FROM)


def _authenticate(seen: Sighting) -> _Way:
    is_right = seen.keys.get("ok") == "1"
    return ("the secret" if is_right else "a wrong secret", "message", _FROM)


def _kill_request(seen: Sighting) -> _Way:
    whose = "" if seen.keys.get("known") == "1" else ", not a worker of this daemon"
    return (f"kill request {seen.keys.get('pid', '?')}{whose}", "message", _FROM)


def _fault(seen: Sighting) -> _Way:
    point, action = (seen.keys.get(key, "?") for key in ("point", "action"))
    return (f"fault: {point}={action}", "fault", _STAYS)


def _signal(seen: Sighting) -> _Way:
    return (f"gets {_signal_name(seen.keys.get('number', '?'))}", "fault", _STAYS)


def _signal_name(number: str) -> str:
    return _SIGNALS.get(number, f"signal {number}")


_WAYS: dict[str, Callable[[Sighting], _Way | None]] = {
    "start": _fixed("starts", "message", _FROM),
    "announce": _said("announces port {port}", "message", _TO),
    "accept": _said("connects (connection {n})", "message", _FROM),
    "fork": _said("forks for connection {n}", "message", _STAYS),
    "fork_retried": _fixed("tries the fork again", "mark", _STAYS),
    "early": _early,
    "acknowledge": _said("pid {value}", "message", _TO),
    "authenticate": _authenticate,
    "connect": _said("connects to port {port}", "message", _TO),
    "refused": _said("is refused: {error}", "fault", _STAYS),
    "offer": _fixed("the secret", "message", _TO),
    "answer": _said("answers {text}", "message", _FROM),
    "reply": _said("replies {bytes}", "message", _TO),
    "exchange": _said("echoes {bytes} bytes", "mark", _STAYS),
    "closed": _said("closes ({how})", "message", _FROM),
    "kill_request": _kill_request,
    "partial_kill": _said("{bytes} bytes of a kill request, then the end", "message", _FROM),
    "hang_up": _fixed("hangs up", "message", _FROM),
    "signal": _signal,
    "fault": _fault,
    "gate": _said("waits at gate {name}", "gate", _STAYS),
    "passed": _said("passes gate {name}", "gate", _STAYS),
    "broke": _said("the fake broke: {error}", "error", _STAYS),
    "end": _said("ends with status {status}", "mark", _STAYS),
}

#: What the suite itself writes down.
_HARNESS: dict[str, Callable[[Sighting, Cast, int], Row | None]] = {
    "call": _begun,
    "return": _returned,
    "as_factory": _as_factory,
    **dict.fromkeys(_NOTES, _noted),
}
