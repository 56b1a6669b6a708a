"""A process that may not fork for a while, by a limit of the kernel's own."""

from __future__ import annotations

import os
import sys

import pytest

from conformance.drive import sandbox
from conformance.drive.scarcity import no_more_processes
from conformance.errors import Unobservable

#: Forks once for each line, and tells what came of it.
FORKING = """
import os, sys
for line in sys.stdin.buffer:
    try:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        os.write(1, b"ok\\n")
    except OSError as error:
        os.write(1, f"{error.errno}\\n".encode())
"""


def test_its_forks_fail_as_long_as_the_limit_holds() -> None:
    forking = sandbox.start([sys.executable, "-u", "-c", FORKING], env={"PATH": os.defpath})

    def fork() -> bytes:
        os.write(forking.stdin_fd, b"\n")
        return os.read(forking.stdout_fd, 16)

    try:
        assert fork() == b"ok\n"
        try:
            with no_more_processes(forking.pid, f"wfc-test-{os.getpid()}"):
                assert fork() == b"11\n"
        except Unobservable as error:
            pytest.skip(str(error))
        assert fork() == b"ok\n"
    finally:
        forking.end()
