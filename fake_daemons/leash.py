"""The leash: when the suite dies, by whatever means, the kernel kills the fake's group.

The suite holds the writing end of a FIFO. Each fake opens it for reading and asks for
SIGKILL to its whole process group on a change. Workers inherit the open file, and with it
the leash; stopped and deaf processes die as well.
"""

from __future__ import annotations

import os

from fake_daemons.kernel import signal


def wear(path: str) -> None:
    """Arm the leash, or die if nobody holds its other end.

    Args:
        path: the FIFO. If it cannot be opened, the scenario is over: an OSError.
    """
    from fcntl import F_GETFL, F_SETFL, F_SETOWN, F_SETSIG, FASYNC, fcntl  # noqa: PLC0415 - a fake alone does without

    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    leads = os.getpgrp() == os.getpid()
    fcntl(fd, F_SETOWN, -os.getpid() if leads else os.getpid())
    fcntl(fd, F_SETSIG, signal.SIGKILL)
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | FASYNC)
    # The suite may have died before the leash was armed: no signal will come for that.
    try:
        held = os.read(fd, 1) != b""
    except BlockingIOError:
        held = True
    if not held:
        os.kill(os.getpid(), signal.SIGKILL)
