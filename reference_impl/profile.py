"""What differs between the lines of Spark, as data: one value per difference.

`documented` is what the page on the factory's internals says; `spark-3.5` and the like
are what that line does, its defects left out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: The profile that holds when nobody asks for another.
DOCUMENTED = "documented"

_LINE = re.compile(r"spark-(\d+)\.(\d+)(?:\.\d+)?")


class Profile(NamedTuple):
    """The differences.

    Attributes:
        passes_worker_module: the daemon's command names the worker module (4.0).
        checks_pid: a pid without a process is a launch failure (4.0).
        restarts_on_silence: no first byte in time means a lost daemon (4.2).
        hands_out_nonblocking: workers' sockets do not block (4.0).
        tells_ipv6: `SPARK_PREFER_IPV6` is passed on (3.4).
        knows_artifacts: `SPARK_JOB_ARTIFACT_UUID` chooses the directory (3.5).
        bad_port_words: what the announcement should have been (4.1 has paths too).
        end_words: complaint about stdout that ends before the port.
        end_stop: how that complaint ends (a full stop from 3.5 on).
        accept_words: complaint about a simple worker that does not connect (4.0).
        close_words: complaint about an idle worker that cannot be closed (4.0).
    """

    passes_worker_module: bool
    checks_pid: bool
    restarts_on_silence: bool
    hands_out_nonblocking: bool
    tells_ipv6: bool
    knows_artifacts: bool
    bad_port_words: str
    end_words: str
    end_stop: str
    accept_words: str
    close_words: str


def profile_named(name: str) -> Profile | None:
    """The profile of that name.

    Args:
        name: `documented`, or `spark-X.Y` (a patch number may follow).

    Returns:
        The profile, or nothing if the name means nothing.
    """
    if name == DOCUMENTED:
        return _profile((3, 5))
    match = _LINE.fullmatch(name)
    return _profile((int(match[1]), int(match[2]))) if match else None


def _profile(line: tuple[int, int]) -> Profile:
    port_or_path = "port number/socket path" if line >= (4, 1) else "port number"
    end = (
        "EOFException occurred while reading the port number from {module}'s stdout"
        if line >= (3, 0)
        else "No port number in {module}'s stdout"
    )
    return Profile(
        passes_worker_module=line >= (4, 0),
        checks_pid=line >= (4, 0),
        restarts_on_silence=line >= (4, 2),
        hands_out_nonblocking=line >= (4, 0),
        tells_ipv6=line >= (3, 4),
        knows_artifacts=line >= (3, 5),
        bad_port_words=f"Invalid {port_or_path}",
        end_words=end,
        end_stop="." if line >= (3, 5) else "",
        accept_words=(
            "Timed out while waiting for the Python worker to connect back"
            if line >= (4, 0)
            else "Accept timed out"
        ),
        close_words=(
            "Failed to stop worker socket" if line >= (4, 0) else "Failed to close worker socket"
        ),
    )
