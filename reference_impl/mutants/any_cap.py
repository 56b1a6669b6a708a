"""Takes a cap of 0 for no cap.

Must fail F-POOL-10: it must be rejected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_impl.factory import PythonWorkerFactory
from reference_impl.making import WORKER_MODULE, Maker

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAUSE = "F-POOL-10"
PROFILE = "spark-4.3"  # the clause does not hold for every line of Spark


class _Maker(Maker):
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
        if options.get("idle_worker_max_pool_size") in (0, -1):
            options["idle_worker_max_pool_size"] = None
        return super().__call__(
            python_exec,
            env_vars,
            use_daemon=use_daemon,
            daemon_module=daemon_module,
            worker_module=worker_module,
            **options,
        )


make = _Maker(PythonWorkerFactory)
