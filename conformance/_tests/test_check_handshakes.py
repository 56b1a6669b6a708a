"""Checkers on handshakes and on messages, on what was written down by hand."""

from __future__ import annotations

import pytest

from conformance.check import handshakes, messages
from conformance.evidence.history import History, parse_history
from conformance.evidence.outcomes import Raised, Returned, TimedOut

WHOLE = parse_history(
    """\
1 10 1 daemon secret length=64 digest=aa
2 10 2 daemon accept n=1 peer=127.0.0.1 peer_port=4000
3 12 1 worker born n=1
4 12 2 worker early n=1 bytes=0
5 12 3 worker authenticate n=1 length=64 digest=aa ok=1
6 12 4 worker closed n=1 how=eof
"""
)
HASTY = parse_history(
    """\
1 10 1 daemon secret length=64 digest=aa
2 10 2 daemon accept n=1 peer=10.0.0.7 peer_port=4000
3 12 1 worker born n=1
4 12 2 worker early n=1 bytes=68
5 12 3 worker authenticate n=1 length=6 digest=bb ok=0
"""
)
NOTHING = History(())


def test_wrong_connection_counts_sees_both_ways() -> None:
    assert not list(handshakes.wrong_connection_counts(WHOLE, 1))
    assert [one.actual for one in handshakes.wrong_connection_counts(WHOLE, 2)] == ["1"]
    assert list(handshakes.wrong_connection_counts(NOTHING, 1))
    assert list(handshakes.wrong_connection_counts(WHOLE, 0))


def test_foreign_peers_knows_loopback() -> None:
    assert not list(handshakes.foreign_peers(WHOLE))
    assert [one.actual for one in handshakes.foreign_peers(HASTY)] == ["10.0.0.7"]


def test_early_bytes_wants_a_look() -> None:
    assert not list(handshakes.early_bytes(WHOLE))
    assert [one.actual for one in handshakes.early_bytes(HASTY)] == ["68 bytes"]
    assert [one.actual for one in handshakes.early_bytes(NOTHING)] == ["none"]


def test_wrong_secrets_compares_with_the_daemon_s() -> None:
    assert not list(handshakes.wrong_secrets(WHOLE))
    assert [one.actual for one in handshakes.wrong_secrets(HASTY)] == ["another one, of 6 bytes"]
    assert [one.actual for one in handshakes.wrong_secrets(NOTHING)] == ["none"]


def test_leaked_connections_wants_each_closed() -> None:
    assert not list(handshakes.leaked_connections(WHOLE, 1))
    assert [one.actual for one in handshakes.leaked_connections(HASTY, 1)] == ["0 of 1 closed"]
    assert list(handshakes.leaked_connections(WHOLE, 2))
    assert list(handshakes.leaked_connections(NOTHING, 1))


def test_wrong_registrations_ignores_order_and_the_unknown() -> None:
    assert not list(handshakes.wrong_registrations((3, 2), (2, 3)))
    assert not list(handshakes.wrong_registrations(None, (2,)))
    assert list(handshakes.wrong_registrations((2,), ()))
    assert list(handshakes.wrong_registrations((), (2,)))


def test_incomplete_messages_names_each_missing_part() -> None:
    raised = Raised("SparkException", "no port in daemon", "start_failed")
    assert not list(messages.incomplete_messages(raised, "port", "daemon"))
    found = list(messages.incomplete_messages(raised, "port", "0x00", "PYTHONPATH"))
    assert [one.expected for one in found] == [
        "a message with '0x00'",
        "a message with 'PYTHONPATH'",
    ]


@pytest.mark.parametrize("outcome", [Returned(None), TimedOut(1.0)])
def test_incomplete_messages_wants_an_error(outcome: Returned | TimedOut) -> None:
    assert len(list(messages.incomplete_messages(outcome, "port"))) == 1
    assert not list(messages.null_pointers(outcome))


def test_null_pointers_knows_several_languages() -> None:
    for name, text in (
        ("java.lang.NullPointerException", ""),
        ("AttributeError", "'NoneType' object has no attribute 'pid'"),
    ):
        assert len(list(messages.null_pointers(Raised(name, text, "other")))) == 1
    assert not list(messages.null_pointers(Raised("EOFError", "no port", "start_failed")))


LINES = (("WARN", "Failed: refused"), ("WARN", "Failed:"), ("INFO", "started"))


def test_log_lines_can_be_unwanted_bare_and_repeated() -> None:
    assert len(list(messages.unwanted_log_lines(LINES, [("WARN", "Failed")]))) == 2
    assert not list(messages.unwanted_log_lines(LINES, [("ERROR", "Failed")]))
    assert [one.actual for one in messages.bare_log_lines(LINES, "Failed:")] == ["WARN Failed:"]
    assert not list(messages.bare_log_lines(LINES[:1], "Failed:"))
    assert [one.actual for one in messages.repeated_log_lines(LINES, "Failed:")] == ["2 times"]
    assert not list(messages.repeated_log_lines(LINES, "started", "absent"))
