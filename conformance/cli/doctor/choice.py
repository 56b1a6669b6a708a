"""Chooses what `wfc doctor` examines, by its options."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.cli.doctor.asked import DAEMON, WORKER, Asked, find_python
from conformance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What makes no sense beside --impl.
_OF_DAEMONS = ("daemon", "worker", "python", "env", "unix_sockets", "as_json", "in_executors")
_OF_CLUSTERS = ("spark", "master", "conf")


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
        name = of_daemon[0].removeprefix("as_").replace("_", "-")
        raise UsageError(f"--{name} is about a daemon: no --impl then")
    if options["impl"] and not of_daemon:
        from conformance.cli.doctor.adapter import examine  # noqa: PLC0415 - start-up time

        return examine(options["impl"])
    if options["in_executors"]:
        return _examine_executors(options)
    if also := [name for name in _OF_CLUSTERS if options[name]]:
        raise UsageError(f"--{also[0]} is about a cluster: say --in-executors")
    from conformance.cli.doctor.command import examine_daemon  # noqa: PLC0415 - start-up time

    python, source = find_python(options["python"])
    asked = _read(options, python=python, source=source)
    return examine_daemon(
        msgspec.structs.replace(asked, daemon=asked.daemon or DAEMON, worker=asked.worker or WORKER)
    )


def _examine_executors(options: dict[str, Any]) -> int:
    from conformance.cli.doctor.command import (  # noqa: PLC0415 - start-up time
        examine_executors,
    )
    from conformance.cli.doctor.executors import Cluster  # noqa: PLC0415 - likewise

    conf = dict(_pairs("conf", options["conf"]))
    if options["master"]:
        conf["spark.master"] = options["master"]
    asked = _read(options, python=options["python"] or "", source="--python")
    return examine_executors(asked, Cluster(venv=options["spark"] or sys.prefix, conf=conf))


def _pairs(option: str, texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError(f"--{option} {text!r}: write NAME=VALUE")
        yield name, value


def _read(options: dict[str, Any], python: str, source: str) -> Asked:
    return Asked(
        python=python,
        source=source,
        daemon=options["daemon"] or "",
        worker=options["worker"] or "",
        limit_s=options["limit_s"],
        argument=True if options["worker"] else None,
        is_unix=options["unix_sockets"],
        is_worker_named=bool(options["worker"]),
        is_json=options["as_json"],
        env=dict(_pairs("env", options["env"])),
    )
