"""Stands before every daemon under test; the daemon's own code stays untouched.

Python imports it at start when this directory is on PYTHONPATH. It puts the probe where
`pyspark.worker` would be, and does as these variables say:

    WFC_PROBE_ARGUMENT      hands the daemon this argument, if its factory hands it none
    WFC_PROBE_DESCRIPTORS   holds so many descriptors open, before the daemon opens any
    WFC_PROBE_FORK_FAILS    the first fork fails with this errno, a name such as ENOMEM;
                            it and the next attempt are told to the side channel
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

_PACKAGE, _WORKER = "pyspark", "pyspark.worker"
_HERE = os.path.dirname(__file__)


class _ProbeAsWorker:
    """Finds our probe under the name of Spark's worker module."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Find a module, as import asks every finder to."""
        if name != _WORKER:
            return None
        from importlib.machinery import ModuleSpec, SourceFileLoader  # noqa: PLC0415 - start-up

        path = os.path.join(_HERE, "pyspark_wfc_probe.py")
        return ModuleSpec(name, SourceFileLoader(name, path), origin=path)


class _EmptyPackage:
    """Asked last: finds an empty package where PySpark is not installed."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Find a module, as import asks every finder to."""
        if name != _PACKAGE:
            return None
        from importlib.machinery import ModuleSpec  # noqa: PLC0415 - start-up

        return ModuleSpec(name, None, is_package=True)


class _FailingFork:
    """Forks, but for the first time."""

    def __init__(self, errno_name: str) -> None:
        self._errno_name = errno_name
        self._fork = os.fork
        self._calls = 0

    def __call__(self) -> int:
        self._calls += 1
        if self._calls > 1:
            if self._calls == 2:  # noqa: PLR2004 - the one attempt that is told
                self._tell("fork_retried")
            return self._fork()
        import errno  # noqa: PLC0415 - start-up

        self._tell("fault", f" point=fork action={self._errno_name}")
        number = getattr(errno, self._errno_name)
        raise OSError(number, os.strerror(number))

    def _tell(self, what: str, keys: str = "") -> None:
        """Write one line to the side channel."""
        from time import monotonic_ns  # noqa: PLC0415 - start-up

        line = f"{monotonic_ns()} {os.getpid()} {self._calls} daemon {what}{keys}\n"
        out = os.open(os.environ["WFC_SIGHTINGS"], os.O_WRONLY | os.O_APPEND)
        os.write(out, line.encode())
        os.close(out)


def _hold_descriptors(count: int) -> None:
    import resource  # noqa: PLC0415 - start-up

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for _ in range(count):
        os.open(os.devnull, os.O_RDONLY)


_finders: list[Any] = sys.meta_path
_finders.insert(0, _ProbeAsWorker)
_finders.append(_EmptyPackage)
if "WFC_PROBE_ARGUMENT" in os.environ and len(sys.argv) == 1:
    sys.argv.append(os.environ["WFC_PROBE_ARGUMENT"])
if "WFC_PROBE_DESCRIPTORS" in os.environ:
    _hold_descriptors(int(os.environ["WFC_PROBE_DESCRIPTORS"]))
if "WFC_PROBE_FORK_FAILS" in os.environ:
    import posix

    posix.fork = os.fork = _FailingFork(os.environ["WFC_PROBE_FORK_FAILS"])
