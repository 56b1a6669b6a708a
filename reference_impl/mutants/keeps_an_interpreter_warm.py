"""Starts an interpreter when the factory is made, for the time when one is needed.

Must fail F-START-01: nobody has asked for a worker yet.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import Maker

if TYPE_CHECKING:
    from reference_impl.settings import Settings

CLAUSE = "F-START-01"


class _Factory(PythonWorkerFactory):
    warm: subprocess.Popen[bytes] | None = None

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        if not settings.use_daemon:
            return
        with suppress(OSError):
            launch = self.launcher.daemon(self.secret)
            command = [launch.command[0], "-c", "input()"]
            self.warm = subprocess.Popen(
                command, env=launch.environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
            )

    def stop(self) -> None:
        super().stop()
        if self.warm is not None:
            self.warm.communicate()
            self.warm = None


make = Maker(_Factory)
