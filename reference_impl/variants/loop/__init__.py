"""One event loop in one thread, for all factories: calls hand their work over to it.

Any number of handshakes go on at a time; who loses the daemon waits for the others before
he restarts it. It takes no options, shows no more of itself than the registered pids, and
raises Python's own exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .factory import Factory

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
) -> Factory:
    """Make a factory.

    Args:
        python_exec: the program of its children.
        env_vars: variables for them.
        use_daemon: whether a daemon forks the workers.
        daemon_module: module of the daemon.
        worker_module: module of simple workers.

    Returns:
        The factory.
    """
    module = daemon_module if use_daemon else worker_module
    return Factory([python_exec, "-m", module], dict(env_vars), use_daemon=use_daemon)
