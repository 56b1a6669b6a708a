"""Sightings and histories, by hand-written lines."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from conformance.evidence.findings import Finding
from conformance.evidence.history import History, parse_history
from conformance.evidence.sightings import parse_line

LINES = """\
100 7 1 daemon start generation=1 cwd=/tmp/a%20b
120 7 2 daemon accept n=1 peer=127.0.0.1
130 8 1 worker acknowledge n=1 value=8 bytes=00000008
140 7 3 daemon accept n=2 peer=127.0.0.1
"""


def test_a_line_is_read_with_its_particulars_decoded() -> None:
    """Percent-encoding is undone."""
    seen = parse_line(LINES.splitlines()[0])
    assert (seen.at_ns, seen.pid, seen.seq, seen.who, seen.what) == (100, 7, 1, "daemon", "start")
    assert seen.keys == {"generation": "1", "cwd": "/tmp/a b"}
    assert seen.number("generation") == 1


@pytest.mark.parametrize("line", ["", "1 2 3 daemon", "1 2 3 daemon accept n", "x 2 3 daemon end"])
def test_a_torn_line_is_an_error(line: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError):  # noqa: PT011 - each kind has its own message
        parse_line(line)


def test_an_unknown_role_is_an_error() -> None:
    """Only the four roles write to the side channel."""
    with pytest.raises(ValueError, match="who"):
        parse_line("1 2 3 nobody end")


def test_a_line_still_being_written_is_left_out() -> None:
    """A history ends at the last newline."""
    assert len(parse_history(LINES + "150 7 4 daem")) == 4


def test_sightings_are_selected_by_name_role_and_particulars() -> None:
    """Particulars compare as text."""
    history = parse_history(LINES)
    assert [seen.at_ns for seen in history.of("accept")] == [120, 140]
    assert [seen.at_ns for seen in history.of("accept", "daemon", n=2)] == [140]
    assert history.of("accept", "worker") == ()
    assert [seen.what for seen in history.since(2)] == ["acknowledge", "accept"]
    assert next(seen.what for seen in history) == "start"


@given(st.text())
def test_no_text_crashes_the_parser_otherwise_than_by_value_error(text: str) -> None:
    """Whatever a broken fake writes, the harness says what is wrong."""
    try:
        parse_history(text)
    except ValueError:
        return


def test_a_sighting_and_a_finding_tell_themselves() -> None:
    """Both appear in reports as one line."""
    assert str(parse_line(LINES.splitlines()[1])) == "daemon[7] accept n=1 peer=127.0.0.1"
    finding = Finding("double_handouts", "two workers", "pid 7 twice", clause="F-CONC-02")
    assert str(finding) == ("F-CONC-02 double_handouts: expected two workers; actual pid 7 twice")


def test_an_empty_history_is_a_history() -> None:
    """No fake started, nothing seen."""
    assert len(History(())) == 0
