"""Takes every permission of the contract that the reference leaves alone, and the reverse.

One clerk, a thread of each factory, does all its work, request after request. He accepts any
pid, hands out idle workers without a look at them, closes active ones at stop(), keeps
nothing of a daemon that is dead or has failed twice, asks twice for the same kill if told
twice, and sends SIGKILL to simple workers. A worker's pid stands on its own socket, and
errors are of one class that says what it counts as.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .factory import Factory
from .orders import Orders

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["make"]


def make(
    python_exec: str,
    env_vars: Mapping[str, str],
    *,
    use_daemon: bool = True,
    daemon_module: str = "reference_impl.daemon",
    worker_module: str = "reference_impl.worker",
    **options: object,
) -> Factory:
    """Make a factory.

    Args:
        python_exec: the program of its children.
        env_vars: variables for them.
        use_daemon: whether a daemon forks the workers.
        daemon_module: module of the daemon.
        worker_module: module of simple workers.
        **options: limits of time; others are not honoured.

    Returns:
        The factory.
    """
    module = daemon_module if use_daemon else worker_module
    orders = Orders((python_exec, "-m", module), dict(env_vars), options)
    return Factory(orders, use_daemon=use_daemon)
