"""Checkers on daemons, on what was written down by hand."""

from __future__ import annotations

import pytest

from conformance.check import daemons

V4, V6 = "0100007F:C350", "00000000000000000000000001000000:C350"
MAPPED = "0000000000000000FFFF00000100007F:C350"


@pytest.mark.parametrize("pair", [V4, V6, MAPPED])
def test_foreign_addresses_lets_loopback_pass(pair: str) -> None:
    assert not list(daemons.foreign_addresses([pair]))


@pytest.mark.parametrize(
    "listening",
    [[], ["00000000:C350"], [V4, "00000000000000000000000000000000:0050"], ["0A00000A:C350"]],
)
def test_foreign_addresses_sees_all_others(listening: list[str]) -> None:
    assert [one.wrong for one in daemons.foreign_addresses(listening)] == ["foreign_addresses"]


def test_wrong_ports_reads_hexadecimal() -> None:
    assert not list(daemons.wrong_ports([V4], 50000))
    assert [one.actual for one in daemons.wrong_ports([V4], 50001)] == ["50001"]
    assert list(daemons.wrong_ports([], 50000))
    assert list(daemons.wrong_ports([V4], -1))


def test_surviving_and_lost_processes_name_the_pids() -> None:
    lives = {4: True, 5: False, 6: True}
    assert [one.actual for one in daemons.surviving_processes("a", lives)] == ["alive: [4, 6]"]
    assert [one.actual for one in daemons.lost_processes("a", lives)] == ["ended: [5]"]
    assert not list(daemons.surviving_processes("a", {5: False}))
    assert not list(daemons.lost_processes("a", {4: True}))


def test_open_connections_wants_an_end() -> None:
    assert not list(daemons.open_connections("eof", "reset"))
    assert [one.actual for one in daemons.open_connections("eof", "open")] == ["eof open"]
    assert list(daemons.open_connections("data"))


def test_early_closes_wants_silence() -> None:
    assert not list(daemons.early_closes("open", "open"))
    assert list(daemons.early_closes("open", "eof"))
    assert list(daemons.early_closes("data"))


def test_wrong_transcripts_compares_every_byte() -> None:
    assert not list(daemons.wrong_transcripts(b"\0\0\0\3err", b"\0\0\0\3err"))
    assert [one.actual for one in daemons.wrong_transcripts(b"", b"e")] == ["nothing"]
    assert list(daemons.wrong_transcripts(b"\0\0\0\3err!", b"\0\0\0\3err"))


def test_wrong_answers_tells_silence_from_error() -> None:
    assert not list(daemons.wrong_answers("4", "4"))
    assert [one.actual for one in daemons.wrong_answers("5", "4")] == ["5"]
    assert [one.actual for one in daemons.wrong_answers(None, "4")] == ["no answer"]
