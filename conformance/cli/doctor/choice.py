"""Chooses what `wfc doctor` examines, by its options."""

from __future__ import annotations

from typing import Any

from conformance.cli.doctor.asked import DAEMON, WORKER, Asked, find_python
from conformance.errors import UsageError

#: What makes no sense beside --impl.
_OF_DAEMONS = ("daemon", "worker", "python", "env", "as_json")


def choose(options: dict[str, Any], *, is_impl_named: bool) -> int:
    """Examine what was asked for.

    Args:
        options: by name, as click gives them.
        is_impl_named: whether the command line names the adapter, not the settings alone.

    Returns:
        The exit code.

    Raises:
        UsageError: if the options contradict one another, or name what is not there.
    """
    of_daemon = [name for name in _OF_DAEMONS if options[name]]
    if options["impl"] and of_daemon and is_impl_named:
        raise UsageError(f"--{of_daemon[0].removeprefix('as_')} is about a daemon: no --impl then")
    if options["impl"] and not of_daemon:
        from conformance.cli.doctor.adapter import examine  # noqa: PLC0415 - start-up time

        return examine(options["impl"])
    from conformance.cli.doctor.command import examine_daemon  # noqa: PLC0415 - start-up time

    return examine_daemon(_read(options))


def _read(options: dict[str, Any]) -> Asked:
    for one in options["env"]:
        if not one.partition("=")[0] or "=" not in one:
            raise UsageError(f"--env {one!r} is no variable: write NAME=VALUE")
    python, source = find_python(options["python"])
    return Asked(
        python=python,
        source=source,
        daemon=options["daemon"] or DAEMON,
        worker=options["worker"] or WORKER,
        limit_s=options["limit_s"],
        argument=True if options["worker"] else None,
        is_json=options["as_json"],
        env=options["env"],
    )
