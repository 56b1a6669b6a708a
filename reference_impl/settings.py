"""What a factory was asked for: program, modules, environment, options."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .errors import BadOption
from .profile import DOCUMENTED, Profile, profile_named

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Defaults, in seconds unless the name says otherwise. The first two are Spark's
#: IDLE_WORKER_TIMEOUT_NS and PROCESS_WAIT_TIMEOUT_MS, connect_timeout_s is its limit on
#: a simple worker; port and handshake are bounded by us alone (F-START-19, F-CONN-16).
DEFAULTS: Mapping[str, object] = {
    "profile": DOCUMENTED,
    "idle_timeout_s": 60.0,
    "process_wait_timeout_s": 10.0,
    "connect_timeout_s": 10.0,
    "port_timeout_s": 60.0,
    "handshake_timeout_s": 60.0,
    "idle_worker_max_pool_size": None,
    "prefer_ipv6": None,
}


class Settings(NamedTuple):
    """The wishes, checked.

    Attributes:
        python_exec: the program.
        env_vars: the caller's variables, which overlay our own environment.
        use_daemon: whether workers are forked by a daemon.
        daemon_module: module of the daemon.
        worker_module: module of the workers.
        profile: what holds for the line of Spark asked for.
        idle_timeout_s: how long idle workers are kept after the last release.
        process_wait_timeout_s: how long a daemon may take to end after a failed start.
        connect_timeout_s: how long a simple worker may take to connect, then to prove
            that it knows the secret.
        port_timeout_s: how long a daemon may take to announce its port.
        handshake_timeout_s: how long any other value of a handshake may take.
        idle_worker_max_pool_size: how many workers may be idle; nothing: no limit.
        prefer_ipv6: whether to use `::1`; nothing: as `SPARK_PREFER_IPV6` says.
        honoured: each option given, and whether it is known.
    """

    python_exec: str
    env_vars: Mapping[str, str]
    use_daemon: bool
    daemon_module: str
    worker_module: str
    profile: Profile
    idle_timeout_s: float
    process_wait_timeout_s: float
    connect_timeout_s: float
    port_timeout_s: float
    handshake_timeout_s: float
    idle_worker_max_pool_size: int | None
    prefer_ipv6: bool | None
    honoured: Mapping[str, bool]

    @classmethod
    def of(
        cls,
        python_exec: str,
        env_vars: Mapping[str, str],
        modules: tuple[bool, str, str],
        options: Mapping[str, object],
    ) -> Settings:
        """Check and complete the wishes.

        Args:
            python_exec: the program.
            env_vars: the caller's variables.
            modules: whether to use the daemon, its module, the workers' module.
            options: the options; those we do not know are not honoured.

        Returns:
            The settings.
        """
        known = {name: name in DEFAULTS for name in options}
        given = {**DEFAULTS, **{n: v for n, v in options.items() if v is not None}}
        profile = profile_named(str(given["profile"]))
        if profile is None:
            known["profile"] = False
            profile = _documented()
        size = given["idle_worker_max_pool_size"]
        use_daemon, daemon_module, worker_module = modules
        return cls(
            python_exec=str(python_exec),
            env_vars=dict(env_vars),
            use_daemon=use_daemon,
            daemon_module=daemon_module,
            worker_module=worker_module,
            profile=profile,
            idle_timeout_s=_seconds(given, "idle_timeout_s"),
            process_wait_timeout_s=_seconds(given, "process_wait_timeout_s"),
            connect_timeout_s=_seconds(given, "connect_timeout_s"),
            port_timeout_s=_seconds(given, "port_timeout_s"),
            handshake_timeout_s=_seconds(given, "handshake_timeout_s"),
            idle_worker_max_pool_size=None if size is None else _size(size),
            prefer_ipv6=_preference(given["prefer_ipv6"]),
            honoured=known,
        )


def _documented() -> Profile:
    profile = profile_named(DOCUMENTED)
    assert profile is not None  # noqa: S101 - narrows the type; the name is ours
    return profile


def _seconds(given: Mapping[str, object], name: str) -> float:
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise BadOption(f"{name} must be a positive number of seconds, not {value!r}")
    return float(value)


def _size(value: object) -> int:
    """Spark 4.1 checks spark.python.factory.idleWorkerMaxPoolSize likewise."""
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise BadOption(f"If set, the idle worker max size must be greater than 0, not {value!r}")
    return value


def _preference(value: object) -> bool | None:
    return None if value is None else bool(value)
