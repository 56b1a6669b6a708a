"""What a factory was told, and the one error that it knows."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Directories of ours on the children's path: this package's, and one that need not exist.
_OURS = (
    os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3)),
    "/nonexistent/worker-factory/archive.zip",
)

#: How long to wait for what, in seconds.
_LIMITS = {
    "idle_timeout_s": 63.0,
    "connect_timeout_s": 10.0,
    "process_wait_timeout_s": 10.0,
    "port_timeout_s": 14.0,
    "handshake_timeout_s": 14.0,
}


class Trouble(Exception):
    """Something went wrong.

    Args:
        text: what.
        counts_as: of which kind it is.
    """

    def __init__(self, text: str, counts_as: str) -> None:
        super().__init__(text)
        self.counts_as = counts_as


class Orders:
    """What a factory was told.

    Args:
        command: of its children.
        env_vars: the caller's variables.
        options: the caller's.

    Attributes:
        command: as given.
        answers: for each option, whether it is honoured.
    """

    def __init__(
        self, command: tuple[str, ...], env_vars: Mapping[str, str], options: Mapping[str, object]
    ) -> None:
        self.command = command
        self.answers = {name: name in _LIMITS for name in options}
        self._env_vars = env_vars
        self._options = options

    def limit_s(self, name: str) -> float:
        """How long to wait.

        Args:
            name: of the limit.

        Returns:
            Seconds.
        """
        return float(str(self._options.get(name, _LIMITS[name])))

    @property
    def is_ipv6(self) -> bool:
        """Whether ::1 is to be used."""
        preferred = self._env_vars.get("SPARK_PREFER_IPV6", os.environ.get("SPARK_PREFER_IPV6"))
        return str(preferred).lower() == "true"

    @property
    def path(self) -> str:
        """The children's PYTHONPATH."""
        places = (*_OURS, self._env_vars.get("PYTHONPATH"), os.environ.get("PYTHONPATH"))
        return os.pathsep.join(place for place in places if place)

    def environment(self, secret: str, port: int | None = None) -> dict[str, str]:
        """The environment of a child.

        Args:
            secret: of the factory.
            port: where a simple worker is to connect.

        Returns:
            All variables.
        """
        every = os.environ | self._env_vars
        every["PYTHON_WORKER_FACTORY_SECRET"] = secret
        every["PYTHONUNBUFFERED"] = "YES"
        every["PYTHONPATH"] = self.path
        every["WORKER_FACTORY"] = "contrary"  # one more of its own does no harm
        if port is not None:
            every["PYTHON_WORKER_FACTORY_PORT"] = f"{port}"
        every.pop("SPARK_PREFER_IPV6", None)
        if self.is_ipv6:
            every["SPARK_PREFER_IPV6"] = "True"
        return every

    def directory(self) -> str | None:
        """Where children run, if not where we do."""
        session = self._env_vars.get("SPARK_JOB_ARTIFACT_UUID") or "default"
        if session == "default":
            return None
        place = os.path.join(tempfile.gettempdir(), "worker-factory-artifacts", session)
        os.makedirs(place, exist_ok=True)
        return place
