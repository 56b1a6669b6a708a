"""What became of the job, as a file and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from fake_daemons.chaos.menu import LEFT_OUT, MENU

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What became of a job; `lost`: the driver ended before it told.
What = Literal["survived", "wrong", "failed", "hung", "lost"]

_TOLD: dict[What, str] = {
    "survived": "survived",
    "wrong": "WRONG RESULT",
    "failed": "failed",
    "hung": "hung",
    "lost": "DRIVER LOST",
}

_HEAD = """\
# A real job under every fault

What `python -m benchmarks.jobs --spark VENV` measured: the job of `benchmarks/jobs/driver.py`
(three actions, known right answers, workers reused) with each fault of [chaos](chaos.md) in its
way, once (`WFC_CHAOS_FIRST=1`, counted over all executors). `local[2]` tries a task once;
`local-cluster[2,1,1024]`, two executors of one core each, four times, as clusters do.

*survived*: the right result. *failed*: Spark gave the job up; the error is that of the last task.
*hung*: not done within the time that is told; driver and JVMs were killed then. *faults*: how many
were injected. *left*: processes of the daemon that lived on {grace:.0f} s after Spark had ended.

Three faults need a job that gives them an occasion: for `ignores_kill` another job is cancelled
first; for `ignores_hang_up` the JVMs are killed at the end, not stopped; for `ignores_close`
workers are not reused (`spark.python.worker.reuse=false`).
"""


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """The job, run once.

    Attributes:
        release: of Spark.
        master: of the job.
        fault: of chaos.
        what: what became of the job.
        error: Spark's, if it failed; what it found, if that was wrong.
        took_s: how long the job took, in seconds.
        faults: how many were injected.
        left: processes of its daemon that outlived Spark.
    """

    release: str
    master: str
    fault: str
    what: What
    error: str = ""
    took_s: float
    faults: int
    left: int


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured.

    Attributes:
        grace_s: how long processes had to end, in seconds.
        ran: jobs, by release, master and fault.
    """

    grace_s: float
    ran: tuple[Ran, ...] = ()


def read(raw: bytes) -> Measured:
    """Read what was measured.

    Args:
        raw: the file's content.

    Returns:
        It.
    """
    return msgspec.json.decode(raw, type=Measured)


def encode(measured: Measured) -> bytes:
    """Write what was measured.

    Args:
        measured: it.

    Returns:
        The file's content.
    """
    return msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n"


def merge(ran: Iterable[Ran], fresh: Iterable[Ran]) -> tuple[Ran, ...]:
    """Put what ran in the place of what ran before.

    Args:
        ran: before.
        fresh: now.

    Returns:
        All, newest release first, then by master, in the order of the menu.
    """
    by_key = {(one.release, one.master, one.fault): one for one in (*ran, *fresh)}
    order = list(MENU)
    kept = [one for one in by_key.values() if one.fault in MENU]
    kept.sort(key=lambda one: (one.master, order.index(one.fault)))
    return tuple(sorted(kept, key=lambda one: _numbers(one.release), reverse=True))


def _numbers(release: str) -> list[int]:
    return [int(number) for number in release.split(".")]


def draw(measured: Measured) -> str:
    """Draw docs/jobs.md.

    Args:
        measured: what was.

    Returns:
        The page.
    """
    lines = [_HEAD.format(grace=measured.grace_s)]
    for release, master in dict.fromkeys((one.release, one.master) for one in measured.ran):
        mine = [one for one in measured.ran if (one.release, one.master) == (release, master)]
        lines += [f"## Spark {release}, {master}", "", _summary(mine), ""]
        lines += ["| fault | job | took | faults | left | error |", "|---|---|---|---|---|---|"]
        lines += [_row(one) for one in mine]
        lines += [""]
    lines += ["## Not offered", "", "| fake | why |", "|---|---|"]
    lines += [f"| `{name}` | {why} |" for name, why in LEFT_OUT.items()]
    return "\n".join(lines) + "\n"


def _summary(ran: list[Ran]) -> str:
    counts = [
        f"{len(mine)} {told}"
        for what, told in _TOLD.items()
        if (mine := [one for one in ran if one.what == what])
    ]
    idle = [one.fault for one in ran if not one.faults and one.fault != "well_behaved"]
    missing = [name for name in MENU if name not in {one.fault for one in ran}]
    remarks = _listed("Never came to strike", idle) + _listed("Not run", missing)
    return f"{', '.join(counts)}; {sum(one.left for one in ran)} processes left.{remarks}"


def _listed(what: str, names: list[str]) -> str:
    return f" {what}: {', '.join(f'`{name}`' for name in names)}." if names else ""


def _row(one: Ran) -> str:
    error = one.error.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
    told = f"`{one.fault}` | {_TOLD[one.what]} | {one.took_s:.1f} s | {one.faults} | {one.left}"
    return f"| {told} | {error} |"
