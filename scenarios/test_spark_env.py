"""SparkEnv, the factories' own caller: one factory for each key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.endings import closed_connections, surviving_processes
from conformance.check.kills import wrong_kill_requests
from conformance.check.outcomes import failures_to_raise, failures_to_return
from conformance.check.pools import mute_handouts, wrong_handouts
from conformance.check.starts import wrong_start_counts
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.drive.clock import wait_until
from conformance.stage import env
from conformance.stage.cast import pid_of

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: Another daemon module, as well behaved as the usual one until it is told to end.
OTHER_DAEMON = "fake_daemons.ignores_hang_up"


@pytest.mark.clauses("F-ENV-01")
def test_equal_keys_share_a_factory(stage: Stage) -> None:
    """A second request has the first one's daemon, and a worker given back is handed out."""
    first, second = env.key(stage), env.key(stage)
    worker = first.create()
    second.create()
    second.release(worker)
    again = first.create()
    stage.judge(
        "F-ENV-01",
        wrong_start_counts(stage.history, 1),
        wrong_handouts([again.name], [worker.name]),
    )


@pytest.mark.clauses("F-ENV-01")
def test_another_program_or_environment_is_another_key(stage: Stage) -> None:
    """Three requests: the usual, with one more variable, with another path of the program."""
    usual = env.key(stage)
    keys = [usual, usual.but_env(WFC_OTHER="1"), usual.but(python_exec=_other_name(stage))]
    for one in keys:
        one.create()
    stage.judge("F-ENV-01", wrong_start_counts(stage.history, 3))


def _other_name(stage: Stage) -> str:
    """Give another path of the same interpreter."""
    directory, _, name = stage.run.python_exec.rpartition("/")
    return f"{directory}/./{name}"


@pytest.mark.clauses("F-ENV-01")
@pytest.mark.parametrize(
    "changes",
    [{"daemon_module": OTHER_DAEMON}, {"worker_module": "fake_daemons.simple_no_pid"}],
    ids=["daemon module", "worker module"],
)
def test_another_module_is_another_key_where_the_profile_says_so(
    stage: Stage, changes: dict[str, str]
) -> None:
    """Up to Spark 3.5 the modules are no part of the key: the second request shares."""
    usual = env.key(stage)
    usual.create()
    usual.but(**changes).create()
    stage.judge(
        "F-ENV-01", wrong_start_counts(stage.history, 2 if stage.profile.modules_in_key else 1)
    )


@pytest.mark.clauses("F-ENV-02")
def test_one_key_with_and_without_daemon_is_an_error(stage: Stage) -> None:
    """The key's factory has a daemon; a request without one must start nothing."""
    usual = env.key(stage)
    worker = usual.create()
    refused = usual.but(use_daemon=False).try_create()
    stage.judge(
        "F-ENV-02",
        failures_to_raise(refused.outcome, text="useDaemon"),
        mute_handouts([worker.echo()[0]]),
        surviving_processes([seen.pid for seen in stage.history.of("start", "simple")]),
    )


@pytest.mark.clauses("F-ENV-03")
def test_an_unknown_key_has_no_effect(stage: Stage) -> None:
    """A worker is given back and destroyed under a key without a factory, then under its own."""
    known = env.key(stage)
    unknown = known.but_env(WFC_OTHER="1")
    worker = known.create()
    pid = pid_of(worker)
    calls = [unknown.release(worker), unknown.destroy(worker)]
    stage.judge(
        "F-ENV-03",
        *[failures_to_return(call.outcome) for call in calls],
        mute_handouts([worker.echo()[0]]),
        closed_connections(stage.history, [pid]),
        wrong_start_counts(stage.history, 1),
    )
    known.destroy(worker)
    stage.wait_for("kill_request")
    stage.judge("F-ENV-03", wrong_kill_requests(stage.history, [pid]))


@pytest.mark.clauses("F-ENV-04")
def test_the_end_of_spark_env_stops_every_factory(stage: Stage) -> None:
    """Two keys, each with an active and an idle worker; it ends the adapter's session too."""
    usual = env.key(stage)
    for one in (usual, usual.but_env(WFC_OTHER="1")):
        one.create()
        one.release(one.create())
    stopped = env.stop(stage)
    wait_until(lambda: not stage.living(), MUST_HAPPEN_S)
    stage.judge(
        "F-ENV-04",
        failures_to_return(stopped.outcome),
        wrong_start_counts(stage.history, 2),
        surviving_processes(stage.living()),
    )
    stage.run.drop_session()
