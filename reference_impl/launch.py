"""How a child is started: its command, its environment, its directory.

Our own environment, overlaid with the caller's variables, overlaid with the factory's
own: the factory wins (section 2 of the contract).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .auth import SECRET_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .settings import Settings

_IPV6_VARIABLE = "SPARK_PREFER_IPV6"
_ARTIFACT_VARIABLE = "SPARK_JOB_ARTIFACT_UUID"

#: Where artifact directories lie; without it, a directory of this process.
FILES_ROOT_VARIABLE = "SPARK_FILES_ROOT"


class Launch(NamedTuple):
    """Everything needed to start one child.

    Attributes:
        command: program and arguments.
        environment: the child's whole environment.
        directory: where it is to run; nothing: where we do.
    """

    command: list[str]
    environment: dict[str, str]
    directory: str | None


class Launcher:
    """Knows how the children of one factory are started.

    Args:
        settings: what the factory was asked for.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.python_path = join_python_path(settings.env_vars)
        self.is_ipv6_preferred = (
            is_ipv6_wished(settings.env_vars)
            if settings.prefer_ipv6 is None
            else settings.prefer_ipv6
        )

    def daemon(self, secret: str) -> Launch:
        """How to start the daemon."""
        settings = self.settings
        command = [settings.python_exec, "-m", settings.daemon_module]
        if settings.profile.passes_worker_module:
            command.append(settings.worker_module)
        return self._launch(command, self.own_variables(secret))

    def simple_worker(self, secret: str, port: int) -> Launch:
        """How to start a worker that connects back to that port."""
        command = [self.settings.python_exec, "-m", self.settings.worker_module]
        own = self.own_variables(secret)
        own["PYTHON_WORKER_FACTORY_PORT"] = str(port)
        return self._launch(command, own)

    def own_variables(self, secret: str) -> dict[str, str]:
        """The factory's own variables, which nobody overrides."""
        own = {
            "PYTHONPATH": self.python_path,
            "PYTHONUNBUFFERED": "YES",
            SECRET_VARIABLE: secret,
        }
        if self.is_ipv6_preferred and self.settings.profile.tells_ipv6:
            own[_IPV6_VARIABLE] = "True"
        return own

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """The child's environment, the factory's own variables on top."""
        inherited = {**os.environ, **self.settings.env_vars}
        if not self.is_ipv6_preferred:
            inherited.pop(_IPV6_VARIABLE, None)  # "exactly when", F-START-07
        return {**inherited, **own}

    def _launch(self, command: list[str], own: Mapping[str, str]) -> Launch:
        return Launch(command, self.environment(own), self.directory())

    def directory(self) -> str | None:
        """The directory of the session's artifacts, made if need be."""
        uuid = self.settings.env_vars.get(_ARTIFACT_VARIABLE, "default")
        if uuid == "default" or not self.settings.profile.knows_artifacts:
            return None
        directory = Path(_files_root(self.settings.env_vars), uuid)
        directory.mkdir(parents=True, exist_ok=True)
        return str(directory)


def join_python_path(env_vars: Mapping[str, str]) -> str:
    """PYTHONPATH: this package's directory, the caller's part, our own part.

    Args:
        env_vars: the caller's variables.

    Returns:
        The parts that are not empty, joined; duplicates are kept.
    """
    own = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH", "")
    parts = [own, env_vars.get("PYTHONPATH", ""), inherited]
    return os.pathsep.join(filter(None, parts))


def is_ipv6_wished(env_vars: Mapping[str, str]) -> bool:
    """Whether the caller's variables, or our environment, ask for IPv6."""
    inherited = os.environ.get(_IPV6_VARIABLE, "")
    return env_vars.get(_IPV6_VARIABLE, inherited).lower() == "true"


def _files_root(env_vars: Mapping[str, str]) -> str:
    root = env_vars.get(FILES_ROOT_VARIABLE) or os.environ.get(FILES_ROOT_VARIABLE)
    return root or _own_files_root()


_own_root: list[str] = []


def _own_files_root() -> str:
    """One directory per process, removed when the process ends."""
    if not _own_root:
        import atexit  # noqa: PLC0415 - rarely needed
        import shutil  # noqa: PLC0415 - rarely needed
        import tempfile  # noqa: PLC0415 - rarely needed

        _own_root.append(tempfile.mkdtemp(prefix="worker-factory-"))
        atexit.register(shutil.rmtree, _own_root[0], ignore_errors=True)
    return _own_root[0]
