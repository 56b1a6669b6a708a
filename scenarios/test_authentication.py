"""Secret and reply, and the connections that do without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.faults import unstruck_faults
from conformance.check.handshakes import leaked_connections, wrong_registrations, wrong_secrets
from conformance.check.outcomes import failures_to_raise, failures_to_return
from conformance.check.plain import unequal_values
from conformance.check.starts import wrong_start_counts
from conformance.contract.wire import encode_announcement
from conformance.errors import Unobservable

if TYPE_CHECKING:
    from conformance.stage.factory import Factory
    from conformance.stage.stage import Stage


@pytest.mark.clauses("F-CONN-07")
def test_the_secret_is_the_one_that_the_daemon_was_given(stage: Stage) -> None:
    """Two workers tell what came on their connections."""
    factory = stage.factory()
    for _ in range(2):
        factory.create()
    stage.judge("F-CONN-07", wrong_secrets(stage.history))


@pytest.mark.clauses("F-CONN-08", "F-CONN-07", "F-CONN-09", "F-CONN-11")
@pytest.mark.parametrize(
    "fault",
    ["reply:err", "reply:OK", "reply:okay", "reply:ok%20", "reply:", "garbage"],
    ids=["err", "capitals", "more", "a space", "empty", "no text"],
)
def test_only_ok_is_success(stage: Stage, fault: str) -> None:
    """The worker gives another reply and stays until the factory closes."""
    factory = stage.factory(f"authenticate={fault}")
    failed = factory.try_create()
    refused = list(failures_to_raise(failed.outcome))
    stage.judge("F-CONN-07", unstruck_faults(stage.history, "authenticate"), refused)
    stage.judge(
        "F-CONN-08",
        failures_to_raise(failed.outcome, ("authentication",), text="Authentication failed."),
        wrong_start_counts(stage.history, 1),
    )
    _judge_what_is_left(stage, factory)


@pytest.mark.clauses("F-CONN-09", "F-CONN-07", "F-CONN-11")
def test_a_reply_of_negative_length_is_no_success(stage: Stage) -> None:
    """The worker claims a reply of -1 bytes, sends `ok` all the same, and stays."""
    factory = stage.factory("authenticate=length:-1")
    failed = factory.try_create()
    stage.judge(
        "F-CONN-07",
        unstruck_faults(stage.history, "authenticate"),
        failures_to_raise(failed.outcome),
    )
    _judge_what_is_left(stage, factory)


@pytest.mark.clauses("F-CONN-11", "F-CONN-07")
@pytest.mark.parametrize("fault", ["half", "close"])
def test_a_worker_that_leaves_before_its_reply_is_not_registered(stage: Stage, fault: str) -> None:
    """The worker closes the connection in the middle of its reply, or before it."""
    factory = stage.factory(f"authenticate={fault}")
    failed = factory.try_create()
    stage.judge(
        "F-CONN-07",
        unstruck_faults(stage.history, "authenticate"),
        failures_to_raise(failed.outcome),
    )
    if "inspect" in stage.run.about.capabilities:
        stage.judge("F-CONN-11", wrong_registrations(factory.inspect().workers, ()))


@pytest.mark.clauses("F-CONN-13")
def test_a_unix_domain_socket_needs_no_secret(stage: Stage) -> None:
    """The daemon announces a path; after the pid its workers echo at once."""
    factory = _over_unix_sockets(stage)
    created = factory.try_create()
    stage.judge("F-CONN-13", failures_to_return(created.outcome))
    served, text = factory.worker_of(created).echo(b"no secret")
    echoed = [seen.number("bytes") for seen in stage.history.of("exchange", "worker")]
    stage.judge(
        "F-CONN-13",
        unequal_values("family of the daemon's socket:", _family(stage), "unix"),
        unequal_values("lengths of the frames sent:", echoed, [len(b"no secret")]),
        unequal_values("text that came back:", text, b"no secret"),
        wrong_registrations((served or 0,), _acknowledged(stage)),
    )


@pytest.mark.clauses("F-CONN-14")
def test_a_socket_path_that_does_not_exist_is_refused(stage: Stage) -> None:
    """The daemon announces a path where nothing is, and exits."""
    path = encode_announcement(str(stage.directory / "no.sock")).hex()
    factory = _over_unix_sockets(stage, f"announce=bytes:{path},then=exit")
    failed = factory.try_create()
    stage.judge(
        "F-CONN-14",
        unstruck_faults(stage.history, "announce"),
        failures_to_raise(failed.outcome),
        wrong_start_counts(stage.history, 1),
    )


def _family(stage: Stage) -> str:
    """How the first daemon listens."""
    return stage.history.of("listen", "daemon")[0].keys["family"]


def _acknowledged(stage: Stage) -> tuple[int, ...]:
    """The pids that were acknowledged."""
    return tuple(seen.number("value") for seen in stage.history.of("acknowledge", "worker"))


def _over_unix_sockets(stage: Stage, faults: str = "") -> Factory:
    factory = stage.factory(faults, options={"unix_domain_socket": True})
    if not factory.honoured.get("unix_domain_socket"):
        raise Unobservable("the implementation cannot be asked for Unix domain sockets")
    return factory


def _judge_what_is_left(stage: Stage, factory: Factory) -> None:
    """Judge that nothing is left of a worker that stays until its peer closes."""
    stage.wait_for("closed", "worker")
    stage.judge("F-CONN-09", leaked_connections(stage.history, 1))
    if "inspect" in stage.run.about.capabilities:
        stage.judge("F-CONN-11", wrong_registrations(factory.inspect().workers, ()))
