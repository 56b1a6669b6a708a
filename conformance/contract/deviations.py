"""What each Spark line is known to break: facts about releases, not permissions."""

from __future__ import annotations

import msgspec

from conformance.contract.clause import LINES


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One clause that a Spark line does not keep.

    Attributes:
        clause: its id.
        how: what the release does instead, in one sentence.
        evidence: where that was seen: key of an experiment, symbol, issue.
        wrong: name of the checker that recognises it; empty means that any finding
            on this clause is this deviation.
        certain: whether every run shows it; an uncertain one (a race, one patch
            release, one way of getting there) may also pass.
    """

    clause: str
    how: str
    evidence: str
    wrong: str = ""
    certain: bool = True


class Known(msgspec.Struct, frozen=True):
    """A deviation with the first and the last line that has it."""

    since: str
    until: str
    deviation: Deviation


_FIRST = LINES[0]
_LAST = LINES[-1]

#: MUSTs that single lines break.
_BROKEN = (
    Known(
        "3.3",
        "3.4",
        Deviation(
            clause="F-START-11",
            how="A daemon that closed its stdout but still counts as alive is reported by a "
            "NullPointerException, which names no module.",
            evidence="[E1], PR 41288",
            wrong="incomplete_messages",
            certain=False,
        ),
    ),
    Known(
        "3.3",
        "3.4",
        Deviation(
            clause="F-START-12",
            how="create() throws a NullPointerException after 10 s.",
            evidence="[E1], PR 41288",
            wrong="null_pointers|wrong_messages",
        ),
    ),
    Known(
        "4.0",
        "4.2",
        Deviation(
            clause="F-CONN-17",
            how="A reused worker has whatever mode its last owner left it in.",
            evidence="SPARK-57931; run: 4.0.5, 4.1.4, 4.2.0, 4.2.1",
            wrong="blocking_workers",
            certain=False,
        ),
    ),
    Known(
        "4.0",
        "4.0",
        Deviation(
            clause="F-POOL-06",
            how="create() throws NoSuchElementException `key not found`.",
            evidence="[E2] release_unknown, SPARK-52642",
            wrong="unexpected_outcomes",
        ),
    ),
    Known(
        _FIRST,
        "2.4",
        Deviation(
            clause="F-CONC-05",
            how="The monitor thread locks itself instead of the factory, so that the clean-up "
            "races with create and release.",
            evidence="[J 2.4.8], SPARK-25771",
            wrong="mute_handouts",
            certain=False,
        ),
    ),
    Known(
        "4.0",
        "4.2",
        Deviation(
            clause="F-SIMP-06",
            how="Its channel was registered with a selector that nobody closes, so that closing it "
            "takes no effect: the socket goes on listening for ever.",
            evidence="as in 4.3; run: 4.0.5, 4.1.4, 4.2.1",
            wrong="leaked_listeners",
            certain=False,
        ),
    ),
    Known(
        "4.3",
        "4.3",
        Deviation(
            clause="F-SIMP-06",
            how="Its channel was registered with a selector that nobody closes, so that closing it "
            "takes no effect: the socket goes on listening for ever.",
            evidence="[J] createSimpleWorker; 8 creates leave 8 listening sockets, also after "
            "release, stop() and a garbage collection",
            wrong="leaked_listeners",
        ),
    ),
    Known(
        _FIRST,
        "3.5",
        Deviation(
            clause="F-SIMP-09",
            how="stop() destroys nothing, because of a lazy mapValues.",
            evidence="[J], [E3]",
        ),
    ),
)

#: Defects of the factory, clauses marked so.
_FACTORY_DEFECTS = (
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-START-18",
            how="create() never returns once about 64 KiB stand on the daemon's stderr before "
            "the port.",
            evidence="[E8]",
            wrong="failures_to_return",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-START-19",
            how="The port is waited for without limit, under the factory's lock.",
            evidence="[J]",
            wrong="endless_calls",
        ),
    ),
    Known(
        _FIRST,
        "3.5",
        Deviation(
            clause="F-CONN-10",
            how="The socket stays open until the garbage collector runs.",
            evidence="[E2] fd_leak",
            wrong="leaked_connections",
        ),
    ),
    Known(
        "4.0",
        _LAST,
        Deviation(
            clause="F-CONN-10",
            how="The socket stays open for ever.",
            evidence="[E2] fd_leak",
            wrong="leaked_connections",
        ),
    ),
    Known(
        _FIRST,
        "4.1",
        Deviation(
            clause="F-CONN-16",
            how="The pid and the reply are waited for without limit, under the factory's lock.",
            evidence="[E1], [E2] lock_blocks",
            wrong="endless_calls",
        ),
    ),
    Known(
        "4.2",
        _LAST,
        Deviation(
            clause="F-CONN-16",
            how="After the first byte of the pid, its rest and the reply are waited for without "
            "limit.",
            evidence="[E2], [E5]",
            wrong="endless_calls",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-POOL-12",
            how="The worker is queued twice and handed to two callers.",
            evidence="[E2], [E6]",
            wrong="double_handouts|wrong_idle_queues",
        ),
    ),
    Known(
        _FIRST,
        "3.5",
        Deviation(
            clause="F-POOL-13",
            how="create() returns the closed socket.",
            evidence="[E2]",
            wrong="dead_handouts|mute_handouts|wrong_idle_queues",
        ),
    ),
    Known(
        "4.0",
        _LAST,
        Deviation(
            clause="F-POOL-13",
            how="create() throws ClosedChannelException while the worker's process lives; it "
            "discards the worker otherwise.",
            evidence="[E2]",
            wrong="unexpected_outcomes|failures_to_return|wrong_idle_queues",
        ),
    ),
    Known(
        _FIRST,
        "3.5",
        Deviation(
            clause="F-POOL-14",
            how="The worker stays queued, and create() returns its closed socket.",
            evidence="[E2]",
            wrong="lingering_idle_workers|dead_handouts|mute_handouts|wrong_idle_queues",
        ),
    ),
    Known(
        "4.0",
        _LAST,
        Deviation(
            clause="F-POOL-14",
            how="The worker stays queued; the next create() discards it, with a second kill "
            "request.",
            evidence="[E2]",
            wrong="lingering_idle_workers|wrong_kill_requests|wrong_idle_queues",
        ),
    ),
    Known(
        "4.0",
        _LAST,
        Deviation(
            clause="F-POOL-16",
            how="create() throws IOException `Stream closed` or `Broken pipe`; the next one "
            "succeeds.",
            evidence="[E8]",
            wrong="unexpected_outcomes|failures_to_return|wrong_errors|wrong_start_counts|"
            "wrong_connection_counts|missing_log_lines",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-STOP-05",
            how="stopWorker throws IOException `Broken pipe` or `Stream closed` and leaves the "
            "socket open.",
            evidence="[E7]",
            wrong="failures_to_return|open_connections",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-STOP-06",
            how="The kill request goes to whatever daemon runs now.",
            evidence="[E2] cross_gen",
            wrong="misdirected_kill_requests|wrong_kill_requests",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-STOP-11",
            how="The thread `Idle Worker Monitor for <pythonExec>` never ends.",
            evidence="[J], [E8]",
            wrong="leaked_threads",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-STOP-12",
            how="stop() waits for the lock that the stalled create() holds.",
            evidence="[E2] lock_blocks, [E8]",
            wrong="endless_calls",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="F-SIMP-10",
            how="The process is left running, its early exit is noticed after 10 s only, and "
            "the pid (3.2 and later) is waited for without limit.",
            evidence="[E3] never_connect, negpid",
        ),
    ),
)

#: Defects of pyspark/daemon.py, clauses marked so.
_DAEMON_DEFECTS = (
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="D-15",
            how="SIGKILL goes to any pid asked for; 0 kills the daemon's own group.",
            evidence="[E4]",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="D-16",
            how="The daemon blocks until the rest of the record comes.",
            evidence="[E4]",
        ),
    ),
    Known(
        _FIRST,
        _LAST,
        Deviation(
            clause="D-28",
            how="The positive errno is written where the pid belongs.",
            evidence="[E4] forkfault",
        ),
    ),
)

#: All that is known, in the order of the families.
KNOWN = _BROKEN + _FACTORY_DEFECTS + _DAEMON_DEFECTS


def deviations_of(line: str) -> tuple[Deviation, ...]:
    """Collect what a Spark line is known to break.

    Args:
        line: one of `conformance.contract.clause.LINES`.

    Returns:
        Its deviations, MUSTs first.
    """
    position = LINES.index(line)
    return tuple(
        known.deviation
        for known in KNOWN
        if LINES.index(known.since) <= position <= LINES.index(known.until)
    )
