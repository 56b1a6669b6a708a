"""What differs between Spark lines, as data: by which profile an implementation is judged."""

from __future__ import annotations

import difflib
from typing import Literal

import msgspec

from conformance.contract.clause import LINES, Clause, Level, Need, span
from conformance.contract.deviations import Deviation, deviations_of
from conformance.contract.limits import FIRST_BYTE_WAIT_S
from conformance.errors import UsageError

#: Releases whose jar or Python source was read, by line.
READ = {
    "2.4": ("2.4.0", "2.4.8"),
    "3.0": ("3.0.0", "3.0.3"),
    "3.1": ("3.1.3",),
    "3.2": ("3.2.4",),
    "3.3": ("3.3.4",),
    "3.4": ("3.4.4",),
    "3.5": ("3.5.0", "3.5.9"),
    "4.0": ("4.0.0", "4.0.5"),
    "4.1": ("4.1.0", "4.1.4"),
    "4.2": ("4.2.0", "4.2.1"),
    "4.3": ("4.3.0",),
}

#: Releases that were run: from 3.3 on on Java 17 and Python 3.11, those before on Java 11
#: and Python 3.7.
RUN = {
    "2.4": "2.4.8",
    "3.0": "3.0.3",
    "3.1": "3.1.3",
    "3.2": "3.2.4",
    "3.3": "3.3.4",
    "3.4": "3.4.4",
    "3.5": "3.5.9",
    "4.0": "4.0.5",
    "4.1": "4.1.4",
    "4.2": "4.2.1",
    "4.3": "4.3.0",
}

#: Levels from the strictest to the weakest.
_STRICTEST_FIRST = (Level.MUST, Level.SHOULD, Level.MAY)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What an implementation is judged by, and what scenarios must know of it.

    Attributes:
        name: such as `documented` or `spark-4.3`.
        line: the Spark line; None for `documented`.
        title: what it is, for people.
        worker_module_argument: the daemon gets the worker module as its argument.
        create_returns_pid: create() returns the worker's pid beside the worker.
        pid_is_checked: a pid without a process is a launch failure.
        dead_idle_discarded: a dead idle worker is discarded, not handed out.
        first_byte_wait_s: limit for the first byte of the pid; None if there is none.
        lost_before_auth: what may come of a peer lost between pid and reply: a restart
            alone, or any outcome.
        simple_sends_pid: a simple worker sends its pid after authentication.
        simple_stop_terminates: stop() terminates simple workers.
        modules_in_key: daemon module and worker module are part of SparkEnv's key.
        secret: workers are authenticated by a secret (over TCP).
        prefer_ipv6: SPARK_PREFER_IPV6 is set when IPv6 is preferred.
        artifact_dir: SPARK_JOB_ARTIFACT_UUID chooses the working directory.
        uds: Unix domain sockets can be switched on.
        pool_cap: the number of idle workers can be limited.
        deviations: what this Spark line is known to break.
    """

    name: str
    line: str | None
    title: str
    worker_module_argument: bool
    create_returns_pid: bool
    pid_is_checked: bool
    dead_idle_discarded: bool
    first_byte_wait_s: float | None
    lost_before_auth: Literal["restart", "any"]
    simple_sends_pid: bool
    simple_stop_terminates: bool
    modules_in_key: bool
    secret: bool
    prefer_ipv6: bool
    artifact_dir: bool
    uds: bool
    pool_cap: bool
    deviations: tuple[Deviation, ...] = ()

    def applies(self, clause: Clause) -> bool:
        """Tell whether an implementation is judged by a clause.

        Args:
            clause: the clause.

        Returns:
            Whether it belongs to this profile.
        """
        return not self.reason_not(clause)

    def reason_not(self, clause: Clause) -> str:
        """Say why a clause does not belong to this profile.

        Args:
            clause: the clause.

        Returns:
            The reason; empty if the clause applies.
        """
        if self.line is not None:
            if clause.is_in_line(self.line):
                return ""
            return f"Spark {self.line} is not bound by it (lines: {span(clause)})"
        if Need.ENV in clause.needs:
            return "it is about SparkEnv, which the factory's page does not describe"
        if clause.is_in_every_line() or clause.page is not None:
            return ""
        return f"it binds some Spark lines only ({span(clause)}); the page is silent"

    def level(self, clause: Clause) -> Level:
        """Look up how binding a clause is here.

        Args:
            clause: the clause.

        Returns:
            Its level in the profile's line. For `documented`, which claims only what all
            lines share, the weakest of any line.
        """
        if self.line is not None:
            return clause.levels.get(self.line, clause.level)
        levels = (clause.level, *clause.levels.values())
        return max(levels, key=_STRICTEST_FIRST.index)

    def known(self, clause_id: str) -> tuple[Deviation, ...]:
        """Look up what is known to be broken of a clause.

        Args:
            clause_id: its id.

        Returns:
            The deviations, mostly none or one.
        """
        return tuple(one for one in self.deviations if one.clause == clause_id)


def _make_documented() -> Profile:
    """Make the profile of the page: its items, and what every examined line does."""
    return Profile(
        name="documented",
        line=None,
        title="The internals page, and what every examined release does",
        worker_module_argument=False,  # page 10
        create_returns_pid=True,  # page 7
        pid_is_checked=False,
        dead_idle_discarded=False,
        first_byte_wait_s=None,
        lost_before_auth="any",
        simple_sends_pid=True,  # page 7: create returns the pid since 3.2, and it with it
        simple_stop_terminates=True,
        modules_in_key=False,
        secret=True,  # page 9, 10
        prefer_ipv6=True,  # page 10
        artifact_dir=False,
        uds=False,
        pool_cap=False,
    )


def _make_line(line: str) -> Profile:
    """Make the profile of a Spark line; the clauses that need a parameter have its source."""
    position = LINES.index(line)

    def since(first: str) -> bool:
        return position >= LINES.index(first)

    return Profile(
        name=f"spark-{line}",
        line=line,
        title=f"Apache Spark {line} (read: {', '.join(READ[line])}; run: {RUN[line]})",
        worker_module_argument=since("4.0"),
        create_returns_pid=since("3.2"),
        pid_is_checked=since("4.0"),
        dead_idle_discarded=since("4.0"),
        first_byte_wait_s=FIRST_BYTE_WAIT_S if since("4.2") else None,
        lost_before_auth="any" if since("4.0") else "restart",
        simple_sends_pid=since("3.2"),
        simple_stop_terminates=since("4.0"),
        modules_in_key=since("4.0"),
        secret=True,
        prefer_ipv6=since("3.4"),
        artifact_dir=since("3.5"),
        uds=since("4.1"),
        pool_cap=since("4.1"),
        deviations=deviations_of(line),
    )


#: What an implementation is judged by if neither it nor the user says more.
DOCUMENTED = _make_documented()

#: All profiles, by name: `documented`, then the Spark lines, oldest first.
PROFILES = {
    profile.name: profile for profile in (DOCUMENTED, *(_make_line(line) for line in LINES))
}


def find_profile(name: str) -> Profile:
    """Find a profile.

    Args:
        name: such as `documented` or `spark-4.3`.

    Returns:
        The profile.

    Raises:
        UsageError: if there is none of that name.
    """
    if name in PROFILES:
        return PROFILES[name]
    near = difflib.get_close_matches(name, PROFILES) or PROFILES
    raise UsageError(f"there is no profile {name!r}; there is {', '.join(near)}")


def profile_of_release(release: str) -> Profile:
    """Find the profile of a Spark release.

    Args:
        release: its version, such as `4.3.0`, `3.5.9` or `4.1.0.dev2`.

    Returns:
        The profile of its line.

    Raises:
        UsageError: if its line was not examined.
    """
    line = ".".join(release.split(".")[:2])
    if line not in LINES:
        raise UsageError(
            f"Spark {release} was not examined; lines {LINES[0]} to {LINES[-1]} were; "
            "name a profile"
        )
    return PROFILES[f"spark-{line}"]
