"""What the suite asks for, in the form in which Spark takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.adapters.spark_java import Spark

_POOL_SIZE = "spark.python.factory.idleWorkerMaxPoolSize"
_SOCKETS = "spark.python.unix.domain.socket"

#: The first Spark with a limit to its pool, and with Unix domain sockets.
_POOL_LIMIT_SINCE = (4, 1)


def key_of(params: dict[str, Any]) -> tuple[str, str, str, str]:
    """Take what a factory is made for.

    Args:
        params: parameters of `factory.new` or of one of `env`.

    Returns:
        Program, worker module, daemon module and environment, in Spark's order.
    """
    return (
        params["python_exec"],
        params["worker_module"],
        params["daemon_module"],
        pairs(params["env_vars"]),
    )


def settings_for(
    spark: Spark, options: dict[str, Any], folder: str
) -> tuple[dict[str, str], set[str]]:
    """Turn options into Spark's configuration.

    Args:
        spark: whose configuration.
        options: those of `factory.new`; `unix_domain_socket` is one of our own.
        folder: where sockets go.

    Returns:
        The configuration, and the names of the options that are honoured.
    """
    settings: dict[str, str] = {}
    honoured = {"idle_timeout_s"} & options.keys()
    if spark.line < _POOL_LIMIT_SINCE:
        return settings, honoured
    if options.get("idle_worker_max_pool_size") is not None:
        settings[_POOL_SIZE] = str(options["idle_worker_max_pool_size"])
        honoured.add("idle_worker_max_pool_size")
    if options.get("unix_domain_socket"):
        settings[f"{_SOCKETS}.enabled"] = "true"
        settings[f"{_SOCKETS}.dir"] = folder
        honoured.add("unix_domain_socket")
    return settings, honoured


def modules_for(spark: Spark, params: dict[str, Any]) -> dict[str, str]:
    """Tell what a factory up to Spark 3.5 reads from the configuration.

    Args:
        spark: whose factory.
        params: parameters of `factory.new` or `env.create`.

    Returns:
        The configuration; nothing from Spark 4.0 on.
    """
    if not spark.is_old:
        return {}
    return {
        "spark.python.daemon.module": params["daemon_module"],
        "spark.python.worker.module": params["worker_module"],
        "spark.python.use.daemon": str(params["use_daemon"]).lower(),
    }


def idle_timeout_s(options: dict[str, Any]) -> float:
    """Take the idle time-out.

    Args:
        options: those of `factory.new`.

    Returns:
        Seconds, negative for Spark's own.
    """
    asked = options.get("idle_timeout_s")
    return -1.0 if asked is None else float(asked)


def pairs(values: dict[str, str]) -> str:
    """Join names and values by NUL, which neither can hold.

    Args:
        values: what to join.

    Returns:
        Name, value, name, value and so on.
    """
    return "\0".join(part for pair in values.items() for part in pair)
