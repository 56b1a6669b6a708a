"""Compares what came of a step with what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.machines.repro_player.aftermath import Standing, is_crowded, wrongs_afterwards

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.machines.repro_player.performance import Came
    from conformance.machines.repro_player.scene import Told

#: Of an observation, what is counted over a whole step.
_COUNTS = ("starts", "connections", "kill_requests")
#: How many allowed observations are shown.
_SHOWN = 5


@dataclass
class Seen:
    """What was seen of a step.

    Attributes:
        branches: how the operations of each caller came out; of a step that is one
            operation, that alone.
        is_together: whether callers were at work at the same time.
        counts: `starts`, `connections`, and pids of `kill_requests`.
        afterwards: how each factory stands; nothing if that was not looked at.
    """

    branches: list[list[Came]]
    is_together: bool
    counts: dict[str, Any]
    afterwards: list[Standing] = field(default_factory=list[Standing])


def count(told: Sequence[Told]) -> dict[str, Any]:
    """Count what the fakes told during a step.

    Args:
        told: by them.

    Returns:
        As of `Seen`.
    """
    whats = [(one.who, one.what) for one in told]
    asked = [int(one.keys["pid"]) for one in told if one.what == "kill_request"]
    starts = whats.count(("daemon", "start")) + whats.count(("simple", "start"))
    connections = whats.count(("daemon", "accept"))
    return {"starts": starts, "connections": connections, "kill_requests": asked}


class Judge:
    """Follows what was seen of one step after the other, in all states that it may lead to."""

    def __init__(self) -> None:
        #: Numbers of the states that are possible; what they mean only the suite knows.
        self._states = {0}

    def judge(
        self, seen: Seen, allowed: list[dict[str, Any]], pids: Mapping[str, int | None]
    ) -> list[str]:
        """Judge the next step.

        Args:
            seen: of it.
            allowed: observations, of which any will do that begins in a possible state;
                none allow anything.
            pids: of the workers handed out so far.

        Returns:
            A sentence for each wrong, the most telling first.
        """
        possible = self._possible(allowed)
        found = list(_wrongs(seen, possible, pids))
        if allowed:
            self._states = {one.get("after", 0) for one in possible if _fits(seen, one, pids)}
        return found

    def awaits(
        self, seen: Seen, allowed: list[dict[str, Any]], pids: Mapping[str, int | None]
    ) -> bool:
        """Tell whether what is wrong with a step may still come right by itself.

        Args:
            seen: of the step so far.
            allowed: as of `judge`.
            pids: as of `judge`.

        Returns:
            Whether nothing fits yet, and something is still to come, or to end.
        """
        possible = self._possible(allowed)
        is_wrong = not any(_fits(seen, one, pids) for one in possible)
        return is_wrong and any(_is_coming(seen, one, pids) for one in possible)

    def _possible(self, allowed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one for one in allowed if one.get("before", 0) in self._states]


def _wrongs(
    seen: Seen, allowed: list[dict[str, Any]], pids: Mapping[str, int | None]
) -> Iterator[str]:
    """Find what is wrong with a step."""
    for came in (one for branch in seen.branches for one in branch):
        yield from _always_wrong(came, pids)
        if came.how == "hangs":
            return
        expected = _expected(came.operation.get("expect") or {})
        counts = {} if seen.is_together else expected
        if not _outcome_fits(came, expected) or not _counts_fit(seen, counts, pids):
            yield f"expected {describe(expected)}; {tell(came)}{_counted(seen, counts, pids)}"
    if allowed and not any(_fits(seen, one, pids) for one in allowed):
        so_far = [one for one in allowed if _came_so(seen, one, pids)]
        if so_far:  # the account with the least wrong is the likeliest
            yield from min((_wrong_besides(seen, one, pids) for one in so_far), key=len)
        else:
            yield _otherwise(seen, allowed, pids)


def _otherwise(seen: Seen, allowed: list[dict[str, Any]], pids: Mapping[str, int | None]) -> str:
    """What was allowed, and what came instead."""
    actual = " | ".join(", ".join(map(tell, branch)) for branch in seen.branches)
    ways = list(dict.fromkeys(map(describe, allowed)))
    more = f" or {len(ways) - _SHOWN} more" if len(ways) > _SHOWN else ""
    wanted = " or ".join(ways[:_SHOWN]) + more
    counted = _counted(seen, {name: 0 for one in allowed for name in one}, pids)
    return f"allowed {wanted}; {actual}{counted}"


def _always_wrong(came: Came, pids: Mapping[str, int | None]) -> Iterator[str]:
    name = came.operation.get("worker", "")
    if came.how == "hangs" or came.kind == "lost":
        yield f"{came.operation['do']}: {came.text}"
    if came.is_double:
        yield f"{name} was handed out while {_last(came.earlier)}, the same process, had an owner"
    if came.answered is not None and came.answered != pids.get(name):
        yield f"create said that {name} is pid {pids.get(name)}; pid {came.answered} answers"
    if came.is_mute:
        yield f"{name} lives and does not answer"


def _expected(expect: dict[str, Any]) -> dict[str, Any]:
    """Write an expectation of the scenario as an observation."""
    observation = {name: expect[name] for name in _COUNTS if expect.get(name) is not None}
    if expect.get("same_as"):
        observation["outcome"] = f"same:{expect['same_as']}"
    elif expect.get("counts_as"):
        observation |= {"outcome": "raises", "kinds": expect["counts_as"]}
    elif expect.get("outcome"):
        observation["outcome"] = expect["outcome"]
    return observation


def _fits(seen: Seen, one: dict[str, Any], pids: Mapping[str, int | None]) -> bool:
    return _came_so(seen, one, pids) and not _wrong_besides(seen, one, pids)


def _came_so(seen: Seen, one: dict[str, Any], pids: Mapping[str, int | None]) -> bool:
    """Tell whether a step came out so, however the factories stand afterwards."""
    return _outcomes_fit(seen, one) and _counts_fit(seen, one, pids)


def _wrong_besides(seen: Seen, one: dict[str, Any], pids: Mapping[str, int | None]) -> list[str]:
    """What is wrong with a step that came out so: in the log, and with what is left."""
    unlogged = [
        f"nothing was logged at WARN that begins with {words!r}, or not in order"
        for came in (one for branch in seen.branches for one in branch)
        for words in _unlogged(came, one.get("warnings", ()))
    ]
    return unlogged + [
        wrong
        for standing, wanted in _standings(seen, one)
        for wrong in wrongs_afterwards(standing, wanted, pids)
    ]


def _unlogged(came: Came, wanted: Sequence[str]) -> list[str]:
    if came.warnings is None or came.how == "skipped":
        return []
    rest = iter(came.warnings)
    return [words for words in wanted if not any(line.startswith(words) for line in rest)]


def _standings(seen: Seen, one: dict[str, Any]) -> Iterator[tuple[Standing, dict[str, Any]]]:
    """Each factory as it stands and as it must; none where nobody looked, or needs to."""
    return zip(seen.afterwards, one.get("afterwards", ()), strict=False)


def _is_coming(seen: Seen, one: dict[str, Any], pids: Mapping[str, int | None]) -> bool:
    """Tell whether a step came out so, but for what follows by itself and is not there yet."""
    if not _outcomes_fit(seen, one) or _has_surplus(seen, one, pids):
        return False
    return not _counts_fit(seen, one, pids) or any(
        is_crowded(*standing) for standing in _standings(seen, one)
    )


def _outcomes_fit(seen: Seen, one: dict[str, Any]) -> bool:
    if not seen.is_together:
        return all(_outcome_fits(came, one) for branch in seen.branches for came in branch)
    branches = one.get("branches")
    return branches is None or all(
        all(map(_outcome_fits, came, wanted))
        for came, wanted in zip(seen.branches, branches, strict=True)
    )


def _outcome_fits(came: Came, one: dict[str, Any]) -> bool:
    """Tell whether an operation came out so; one that was left out fits anything."""
    outcome, kinds = one.get("outcome"), one.get("kinds")
    if came.how in ("skipped", "hangs"):
        return came.how == "skipped"
    if came.how == "raises":
        return outcome in (None, "raises") and (not kinds or came.kind in kinds)
    if one.get("answers") and came.answered is None:
        return False
    if came.operation["do"] == "create":
        told = {f"same:{name}" for name in came.earlier} or {"new"}
        return outcome in {None, "returns", *told}
    return outcome in (None, "returns")


def _counts_fit(seen: Seen, one: dict[str, Any], pids: Mapping[str, int | None]) -> bool:
    counts = seen.counts
    if any(one.get(name, counts[name]) != counts[name] for name in ("starts", "connections")):
        return False
    missing, surplus = _kills_compared(seen, one, pids)
    return not missing and not surplus


def _has_surplus(seen: Seen, one: dict[str, Any], pids: Mapping[str, int | None]) -> bool:
    counts = seen.counts
    is_too_much = any(
        counts[name] > one.get(name, counts[name]) for name in ("starts", "connections")
    )
    return is_too_much or bool(_kills_compared(seen, one, pids)[1])


def _kills_compared(
    seen: Seen, one: dict[str, Any], pids: Mapping[str, int | None]
) -> tuple[list[int | None], list[int]]:
    """Pids for which a kill request is missing, and those for which there is one too many."""
    if one.get("kill_requests") is None:
        return [], []
    further = {pids.get(name) for name in one.get("may_kill_requests", ())}
    missing = [pids.get(name) for name in one["kill_requests"]]
    surplus: list[int] = []
    for pid in seen.counts["kill_requests"]:
        if pid in (missing if seen.is_together else missing[:1]):
            missing.remove(pid)
        elif pid not in further:
            surplus.append(pid)
    return missing, surplus


# -- in words ---------------------------------------------------------------------------------


def tell(came: Came) -> str:
    """Tell how an operation came out.

    Args:
        came: that.

    Returns:
        A few words.
    """
    name = came.operation.get("worker", "")
    match came.how:
        case "skipped":
            return f"left out: {name} was never handed out"
        case "raises":
            return f"raises {came.text} ({came.kind})"
        case "hangs":
            return came.text
        case _ if came.operation["do"] != "create":
            return "returns"
        case _:
            pid = f"pid {came.told or came.answered}"
            again = f"{_last(came.earlier)} again, {pid}" if came.earlier else f"a new one, {pid}"
            return f"{name} is {again}"


def describe(one: dict[str, Any]) -> str:
    """Tell what an observation allows.

    Args:
        one: the observation.

    Returns:
        A few words.
    """
    words = [_describe_outcome(one)]
    if one.get("branches"):
        words = [" | ".join(", ".join(map(describe, branch)) for branch in one["branches"])]
    counts = ((what, one[what]) for what in _COUNTS if what in one)
    return ", ".join(words + [f"{what.replace('_', ' ')}: {_plain(n)}" for what, n in counts])


def _describe_outcome(one: dict[str, Any]) -> str:
    kinds: list[str] = one.get("kinds") or []
    as_what = f" as {' or '.join(kinds)}" if kinds else ""
    match str(one.get("outcome", "anything")).split(":"):
        case ["same", name]:
            return f"{name} again"
        case ["new"]:
            return "a new worker"
        case words:
            return ":".join(words) + as_what


def _counted(seen: Seen, names: Mapping[str, Any], pids: Mapping[str, int | None]) -> str:
    known = {pid: name for name, pid in pids.items()}
    found = ""
    for what in (name for name in _COUNTS if name in names):
        value = seen.counts[what]
        if what == "kill_requests":
            value = [known.get(pid, f"pid {pid}") for pid in value]
        found += f", {what.replace('_', ' ')}: {_plain(value)}"
    return found


def _plain(value: int | list[str]) -> str:
    return str(value) if isinstance(value, int) else ", ".join(value) or "none"


def _last(names: list[str]) -> str:
    return names[-1] if names else "another worker"
