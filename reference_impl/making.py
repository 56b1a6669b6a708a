"""`make`: the factory call that every Python factory offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .factory import PythonWorkerFactory
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The daemon and the worker that this package brings along.
DAEMON_MODULE = "reference_impl.daemon"
WORKER_MODULE = "reference_impl.worker"


class Maker:
    """Makes factories of one class.

    Args:
        factory_class: the class.
        daemon_module: the daemon that comes with it.

    Attributes:
        daemon_module: as given.
        worker_module: our own worker.
    """

    def __init__(
        self,
        factory_class: type[PythonWorkerFactory],
        daemon_module: str = DAEMON_MODULE,
    ) -> None:
        self._factory_class = factory_class
        self.daemon_module = daemon_module
        self.worker_module = WORKER_MODULE

    def __call__(
        self,
        python_exec: str,
        env_vars: Mapping[str, str],
        *,
        use_daemon: bool = True,
        daemon_module: str | None = None,
        worker_module: str = WORKER_MODULE,
        **options: object,
    ) -> PythonWorkerFactory:
        """Make a factory; nothing is started before its first create().

        Args:
            python_exec: the program to run.
            env_vars: variables for its children, over our own environment.
            use_daemon: whether a daemon forks the workers.
            daemon_module: module of the daemon; by default our own.
            worker_module: module of the workers.
            **options: `profile`, `idle_timeout_s`, `idle_worker_max_pool_size`,
                `connect_timeout_s`, `process_wait_timeout_s`, `port_timeout_s`,
                `handshake_timeout_s`, `prefer_ipv6`; others are not honoured.

        Returns:
            The factory.
        """
        module = daemon_module or self.daemon_module
        modules = (use_daemon, module, worker_module)
        return self._factory_class(Settings.of(python_exec, env_vars, modules, options))


make = Maker(PythonWorkerFactory)
