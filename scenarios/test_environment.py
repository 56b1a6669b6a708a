"""What a daemon is started with: variables, Python path, directory."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

import pytest

from conformance.check.handshakes import wrong_secrets
from conformance.check.launches import (
    missing_secrets,
    wrong_directories,
    wrong_python_paths,
    wrong_variables,
)
from conformance.check.plain import broken_promises
from conformance.drive.host import has_ipv6
from conformance.errors import Unobservable
from conformance.observe import processes

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: Too short to be anybody's own.
FORGED = "forged"
PROBE = "WFC_PROBE_INHERITED"
IPV6 = "SPARK_PREFER_IPV6"
ARTIFACTS = "SPARK_JOB_ARTIFACT_UUID"


@pytest.mark.clauses("F-START-03", "F-START-04")
def test_the_daemon_inherits_the_environment(stage: Stage) -> None:
    """One variable is set in the environment of the factory's process alone."""
    stage.factory().create()
    stage.judge("F-START-03", wrong_variables(stage.history, PROBE, stage.run.token))
    stage.judge("F-START-04", wrong_variables(stage.history, "PYTHONUNBUFFERED", "YES"))


@pytest.mark.clauses("F-START-03", "F-START-04", "F-START-05")
def test_env_vars_win_over_the_environment_and_the_factory_over_them(stage: Stage) -> None:
    """The same variable stands in both; two of the factory's own are in env_vars too."""
    mine = {PROBE: "mine", "PYTHONUNBUFFERED": "", "PYTHON_WORKER_FACTORY_SECRET": FORGED}
    stage.factory(env=mine).try_create()
    stage.judge("F-START-03", wrong_variables(stage.history, PROBE, "mine"))
    stage.judge("F-START-04", wrong_variables(stage.history, "PYTHONUNBUFFERED", "YES"))
    stage.judge("F-START-05", missing_secrets(stage.history), wrong_secrets(stage.history))


@pytest.mark.clauses("F-START-06")
def test_the_python_path_has_three_parts_in_order(stage: Stage) -> None:
    """Both env_vars, with two parts, and the environment have a PYTHONPATH."""
    mine = [stage.environment()["PYTHONPATH"], str(stage.directory)]
    stage.factory(env={"PYTHONPATH": ":".join(mine)}).create()
    parts = [*mine, stage.run.inherited_path]
    stage.judge("F-START-06", wrong_python_paths(stage.history, parts))


@pytest.mark.clauses("F-START-06")
def test_the_python_path_has_no_empty_parts(stage: Stage) -> None:
    """The PYTHONPATH of env_vars is empty; the environment's leads to the daemon."""
    stage.factory(env={"PYTHONPATH": ""}).create()
    stage.judge("F-START-06", wrong_python_paths(stage.history, [stage.run.inherited_path]))


@pytest.mark.clauses("F-START-07")
def test_the_daemon_is_not_told_of_ipv6_without_need(stage: Stage) -> None:
    """Nobody prefers IPv6."""
    stage.factory().create()
    stage.judge("F-START-07", wrong_variables(stage.history, IPV6, None))


@pytest.mark.clauses("F-START-07")
def test_the_daemon_is_told_when_ipv6_is_preferred(stage: Stage) -> None:
    """The factory is asked to prefer IPv6."""
    factory = stage.factory(options={"prefer_ipv6": True})
    if not factory.honoured.get("prefer_ipv6"):
        raise Unobservable("the implementation cannot be asked to prefer IPv6")
    if not has_ipv6():
        raise Unobservable("this host has no ::1")
    factory.try_create()
    stage.judge("F-START-07", wrong_variables(stage.history, IPV6, "True"))


@pytest.mark.clauses("F-START-08")
@pytest.mark.parametrize("name", [None, "default"])
def test_the_daemon_inherits_the_directory(stage: Stage, name: str | None) -> None:
    """There is no session of its own."""
    stage.factory(env={ARTIFACTS: name} if name else {}).create()
    directory = processes.directory(stage.run.about.pid)
    stage.judge("F-START-08", wrong_directories(stage.history, directory))


@pytest.mark.clauses("F-START-08")
def test_the_daemon_of_a_session_is_started_in_its_artifact_directory(stage: Stage) -> None:
    """The directory does not exist yet; its name is the session's."""
    name = str(uuid.uuid5(uuid.NAMESPACE_OID, stage.token))
    stage.factory(env={ARTIFACTS: name}).create()
    start = stage.history.of("start", "daemon")[0]
    stage.judge(
        "F-START-08",
        broken_promises(
            "wrong_directories",
            holds=os.path.basename(start.keys["cwd"]) == name,
            expected=f"the directory {name}",
            actual=start.keys["cwd"],
        ),
    )
