"""What is wished for, and what children are given for it."""

from __future__ import annotations

import os
import pathlib
import re
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = pathlib.Path(__file__).resolve()
_DEFAULT = "default"


def _files_root() -> str:
    """Where sessions have their directories, if they have any."""
    return os.environ.get("SPARK_FILES_ROOT") or tempfile.gettempdir()


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a factory is to be like.

    Attributes:
        python_exec: the program of its children.
        daemon_module: module of the daemon.
        worker_module: module of the workers.
        env_vars: variables for the children.
        line: of Spark, to go by.
        cap: how many workers may be idle; None for any number.
        is_unix: whether to speak over Unix domain sockets.
        is_ipv6: whether to prefer IPv6.
        idle_timeout_s: how long workers may be idle after the last release.
        connect_timeout_s: how long a simple worker may take to connect, and to say who it is.
        process_wait_timeout_s: how long to wait for the end of a daemon that did not start.
        port_timeout_s: how long a daemon may take to announce itself.
        handshake_timeout_s: how long each value of a handshake may take.
        understood_options: each option, and whether it means anything here.
    """

    python_exec: str
    daemon_module: str
    worker_module: str
    env_vars: Mapping[str, str]
    line: tuple[int, int] = (3, 5)
    cap: int | None = None
    is_unix: bool = False
    is_ipv6: bool = False
    idle_timeout_s: float = 60.0
    connect_timeout_s: float = 10.0
    process_wait_timeout_s: float = 10.0
    port_timeout_s: float = 30.0
    handshake_timeout_s: float = 60.0
    understood_options: Mapping[str, bool] = field(default_factory=dict[str, bool])

    @classmethod
    def understood(
        cls, names: tuple[str, str, str], env_vars: Mapping[str, str], options: Mapping[str, object]
    ) -> Wishes:
        """Make sense of what is asked for.

        Args:
            names: program, daemon module, worker module.
            env_vars: variables for the children.
            options: by name.

        Returns:
            The wishes.

        Raises:
            ValueError: a limit is none.
        """
        line = _line(options.get("profile"))
        cap = options.get("idle_worker_max_pool_size")
        if isinstance(cap, int) and cap < 1:
            raise ValueError(f"a pool of {cap} workers is none")
        limits = {name: value for name, value in options.items() if name.endswith("_timeout_s")}
        is_unix = bool(options.get("unix_domain_socket")) and line >= (4, 1)
        meant = {"profile": True, "idle_worker_max_pool_size": True, "prefer_ipv6": True}
        meant |= dict.fromkeys(limits, True) | {"unix_domain_socket": is_unix}
        inherited = os.environ.get("SPARK_PREFER_IPV6", "").lower() == "true"
        python_exec, daemon_module, worker_module = names
        return cls(
            python_exec=python_exec,
            daemon_module=daemon_module,
            worker_module=worker_module,
            env_vars=dict(env_vars),
            line=line,
            cap=cap if isinstance(cap, int) else None,
            is_unix=is_unix,
            is_ipv6=bool(options.get("prefer_ipv6", inherited)),
            understood_options={name: meant.get(name, False) for name in options},
            **{name: float(str(value)) for name, value in limits.items() if name in _LIMITS},
        )

    def python_path(self) -> str:
        """What stands on the children's path: ours, the caller's, that of this process."""
        parts = [str(_HERE.parents[3]), str(_HERE.parent), self.env_vars.get("PYTHONPATH")]
        return ":".join(part for part in (*parts, os.environ.get("PYTHONPATH")) if part)

    def environment(self, **own: str) -> dict[str, str]:
        """The environment of a child.

        Args:
            **own: what the factory adds for this one.

        Returns:
            All variables.
        """
        variables = dict(os.environ) | dict(self.env_vars)
        variables.pop("SPARK_PREFER_IPV6", None)
        variables |= {"PYTHONPATH": self.python_path(), "PYTHONUNBUFFERED": "YES"}
        if self.is_ipv6 and self.line >= (3, 4):
            own["SPARK_PREFER_IPV6"] = "True"
        return variables | own

    def directory(self) -> str | None:
        """Where children run; None for where we do."""
        session = self.env_vars.get("SPARK_JOB_ARTIFACT_UUID", _DEFAULT)
        if session == _DEFAULT or self.line < (3, 5):
            return None
        directory = os.path.join(_files_root(), session)
        os.makedirs(directory, exist_ok=True)
        return directory


_LIMITS = {name for name in Wishes.__dataclass_fields__ if name.endswith("_timeout_s")}


def _line(profile: object) -> tuple[int, int]:
    """The line of Spark that a profile is about; for the page alone, the last before 4.0."""
    found = re.match(r"spark-(\d+)\.(\d+)", str(profile))
    return (int(found[1]), int(found[2])) if found else (3, 5)
