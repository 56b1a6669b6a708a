"""Takes from a process the right to fork, by the kernel's own limits, and gives it back."""

from __future__ import annotations

import os
import resource
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import Unobservable

if TYPE_CHECKING:
    from collections.abc import Generator

#: Where groups with a limit of processes are made: the first version's own tree, the second's.
_GROUPS = (Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup"))


@contextmanager
def no_more_processes(pid: int, name: str) -> Generator[None]:
    """Let every fork of a process fail with EAGAIN.

    RLIMIT_NPROC does it for any user but root, whom it does not bind; for root a control
    group does.

    Args:
        pid: of a process that the suite started.
        name: for the group, unique.

    Yields:
        Nothing; afterwards it may fork again.

    Raises:
        Unobservable: if root may make no such group here.
    """
    limited = _in_group(pid, name) if os.geteuid() == 0 else _by_limit(pid)
    with limited:
        yield


@contextmanager
def _by_limit(pid: int) -> Generator[None]:
    before = resource.prlimit(pid, resource.RLIMIT_NPROC)
    resource.prlimit(pid, resource.RLIMIT_NPROC, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NPROC, before)


@contextmanager
def _in_group(pid: int, name: str) -> Generator[None]:
    place = _tree()
    group = place / name
    try:
        group.mkdir()
        limit = group / "pids.max"
        if not limit.exists():
            raise Unobservable("control groups here limit no processes, and root is under no limit")
        limit.write_text("0", encoding="ascii")
        before = _group_of(pid, place)
        (group / "cgroup.procs").write_text(f"{pid}", encoding="ascii")
    except OSError as error:
        raise Unobservable(f"no control group can be made: {error.strerror}") from None
    try:
        yield
    finally:
        (before / "cgroup.procs").write_text(f"{pid}", encoding="ascii")
        group.rmdir()


def _tree() -> Path:
    found = next((place for place in _GROUPS if (place / "cgroup.procs").exists()), None)
    if found is None:
        raise Unobservable("there are no control groups here, and root is under no limit")
    return found


def _group_of(pid: int, place: Path) -> Path:
    """Find the group in which a process is, in that tree."""
    for line in Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == ("pids" if place.name == "pids" else ""):
            return place / path.lstrip("/")
    return place
