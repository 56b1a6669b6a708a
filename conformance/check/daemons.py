"""Wrongs of a daemon and its workers, as seen by whoever plays the factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Loopback addresses as /proc/net/tcp and tcp6 write them: 127.0.0.1 and ::1, four bytes
#: a word, each word in the byte order of the machine; the last is 127.0.0.1 within IPv6.
_LOOPBACK = (
    "0100007F",
    "00000000000000000000000001000000",
    "0000000000000000FFFF00000100007F",
)


def foreign_addresses(listening: Sequence[str]) -> Iterator[Finding]:
    """See listening sockets that others than this machine can reach.

    Args:
        listening: hexadecimal `address:port` pairs of a process that must listen.

    Yields:
        One finding for each address that is no loopback address, or one if there is no
        socket at all.
    """
    for pair in listening:
        if pair.partition(":")[0] not in _LOOPBACK:
            yield Finding("foreign_addresses", "a loopback address", pair)
    if not listening:
        yield Finding("foreign_addresses", "a loopback address", "it does not listen")


def wrong_ports(listening: Sequence[str], announced: int) -> Iterator[Finding]:
    """See an announced port at which the daemon does not listen.

    Args:
        listening: hexadecimal `address:port` pairs of the daemon.
        announced: the port; -1 if there was no announcement.

    Yields:
        One finding if it listens elsewhere.
    """
    ports = [int(pair.partition(":")[2], 16) for pair in listening]
    if announced not in ports:
        yield Finding("wrong_ports", f"one of {ports}", f"{announced}")


def surviving_processes(who: str, lives: Mapping[int, bool]) -> Iterator[Finding]:
    """See processes that must have ended.

    Args:
        who: says what they are.
        lives: pid to whether it lives.

    Yields:
        One finding if any lives.
    """
    alive = [pid for pid, is_alive in lives.items() if is_alive]
    if alive:
        yield Finding("surviving_processes", f"{who} has ended", f"alive: {alive}")


def lost_processes(who: str, lives: Mapping[int, bool]) -> Iterator[Finding]:
    """See processes that must be alive.

    Args:
        who: says what they are.
        lives: pid to whether it lives.

    Yields:
        One finding if any has ended.
    """
    dead = [pid for pid, is_alive in lives.items() if not is_alive]
    if dead:
        yield Finding("lost_processes", f"{who} lives", f"ended: {dead}")


def open_connections(*ends: str) -> Iterator[Finding]:
    """See connections that the peer must have closed.

    Args:
        *ends: how each ended: `eof`, `reset`, `data`, `open`.

    Yields:
        One finding if any is open or brings data instead.
    """
    if any(end not in ("eof", "reset") for end in ends):
        yield Finding("open_connections", "the peer closes the connection", " ".join(ends))


def early_closes(*ends: str) -> Iterator[Finding]:
    """See connections that the peer must have left open, and silent.

    Args:
        *ends: how each ended: `eof`, `reset`, `data`, `open`.

    Yields:
        One finding if any is not just open.
    """
    if any(end != "open" for end in ends):
        yield Finding("early_closes", "the peer waits for us to close", " ".join(ends))


def wrong_transcripts(said: bytes, expected: bytes, about: str = "") -> Iterator[Finding]:
    """See a peer that says something else, or more, or less.

    Args:
        said: all that it said.
        expected: all that it must say.
        about: what it was answering, for people.

    Yields:
        One finding if they differ.
    """
    if said != expected:
        yield Finding("wrong_transcripts", f"{about}{_show(expected)}", _show(said))


def wrong_answers(answer: str | None, expected: str) -> Iterator[Finding]:
    """See a worker that answers a task wrongly, or not at all.

    Args:
        answer: of the worker; None if there was none.
        expected: the answer it must give.

    Yields:
        One finding if they differ.
    """
    if answer != expected:
        yield Finding("wrong_answers", repr(expected), "no answer" if answer is None else answer)


def _show(said: bytes) -> str:
    return repr(said) if said else "nothing"


def silent_hooks(answer: str | None) -> Iterator[Finding]:
    """See functions that a module has put into pyspark.daemon, and that nobody calls.

    Args:
        answer: of the probe to `hooks`, such as `worker_main=0`; None if none came.

    Yields:
        One finding for each function that did not lead to the task, or one if there was no
        answer.
    """
    if answer is None:
        yield Finding("silent_hooks", "a worker behind the hooks", "no answer")
        return
    for hook in answer.split():
        name, _, has_run = hook.partition("=")
        if has_run != "1":
            expected = f"pyspark.daemon.{name} of the wrapping module on the way to a task"
            yield Finding("silent_hooks", expected, "it was not called")
