"""What a host must give before anybody can be judged on it."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import tempfile
from pathlib import Path

from conformance.contract.limits import MUST_HAPPEN_S
from conformance.errors import EnvironmentFault

#: tmpfs, where appending to a file never waits for a disk.
_SHM = Path("/dev/shm")
#: How much room a run's directory needs, in bytes: a run on Spark takes 12 MiB, and a container
#: has 64 in its tmpfs.
_ROOM = 32 * 2**20
#: How many files must be allowed to be open: with 64 what is judged fails scenarios that open
#: many connections, and with 40 the suite itself does.
_DESCRIPTORS = 256


def check_host() -> None:
    """See that the host gives what every factory needs, and raise what is too low.

    What is started from here on inherits the limit of open files.

    Raises:
        EnvironmentFault: if the host does not: it would be blamed on who is judged.
    """
    _allow_descriptors()
    if not _has_loopback(socket.AF_INET, "127.0.0.1"):
        raise EnvironmentFault("this host has no 127.0.0.1: bring its loopback interface up")


def has_ipv6() -> bool:
    """Tell whether this host has the loopback address of IPv6.

    Returns:
        Whether a socket that is bound to it can be reached.
    """
    return _has_loopback(socket.AF_INET6, "::1")


def places() -> tuple[Path, ...]:
    """Tell where directories of runs may be made.

    Returns:
        tmpfs, if it may be written to, and the directory for temporary files.
    """
    return (*(_SHM,) * os.access(_SHM, os.W_OK), Path(tempfile.gettempdir()))


def place_with_room(room: int = _ROOM) -> Path:
    """Choose where the directory of a run is made.

    Args:
        room: how much is needed, in bytes.

    Returns:
        The first place that has room.

    Raises:
        EnvironmentFault: if none has.
    """
    for place in places():
        if shutil.disk_usage(place).free >= room:
            return place
    full = ", ".join(map(str, places()))
    raise EnvironmentFault(f"a run needs {room >> 20} MiB, and there is less in {full}: make room")


def _has_loopback(family: socket.AddressFamily, address: str) -> bool:
    try:
        with (
            socket.create_server((address, 0), family=family) as listener,
            socket.create_connection(listener.getsockname()[:2], MUST_HAPPEN_S),
        ):
            return True
    except OSError:
        return False


def _allow_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= _DESCRIPTORS:
        return
    if hard != resource.RLIM_INFINITY and hard < _DESCRIPTORS:
        raise EnvironmentFault(
            f"no more than {hard} files may be open at a time here, and the suite needs "
            f"{_DESCRIPTORS}: raise the limit (ulimit -n)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, hard))
