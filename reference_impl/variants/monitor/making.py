"""The call by which factories are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .factory import Factory
from .wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAEMON = "reference_impl.variants.forker"
_WORKER = "reference_impl.worker"


class Make:
    """Makes factories.

    Attributes:
        daemon_module: the daemon that comes with them.
    """

    daemon_module = _DAEMON

    def __call__(
        self,
        python_exec: str,
        env_vars: Mapping[str, str],
        *,
        use_daemon: bool = True,
        daemon_module: str = _DAEMON,
        worker_module: str = _WORKER,
        **options: object,
    ) -> Factory:
        """Make one.

        Args:
            python_exec: the program of its children.
            env_vars: variables for them.
            use_daemon: whether a daemon forks the workers.
            daemon_module: module of the daemon.
            worker_module: module of the workers.
            **options: wishes; `inspect()["options"]` tells which are understood.

        Returns:
            The factory.
        """
        names = (python_exec, daemon_module, worker_module)
        return Factory(Wishes.understood(names, env_vars, options), use_daemon=use_daemon)


make = Make()
