"""Checkers on simple workers, on histories written by hand."""

from __future__ import annotations

from conformance.check import simple_workers as check
from conformance.evidence.history import History, parse_history

START = "10 7 1 simple start generation=1 ppid=1 pgid=7 cwd=/ argc=2 argv.0=python argv.1=-m\n"
PORT = "11 7 2 simple env name=PYTHON_WORKER_FACTORY_PORT value=50000\n"
PROVEN = "12 7 3 simple secret length=64 digest=ab\n"
LISTENING = "0100007F:C350"


def history(*lines: str) -> History:
    return parse_history("".join(lines))


def test_wrong_simple_commands_compares_word_by_word() -> None:
    assert not list(check.wrong_simple_commands(history(START), ["python", "-m"]))
    (found,) = check.wrong_simple_commands(history(START), ["python", "-m", "worker"])
    assert (found.actual, found.at_ns) == ("python -m", 10)
    (none,) = check.wrong_simple_commands(history(), ["python"])
    assert none.actual == "nothing was started"


def test_wrong_simple_counts_counts_starts() -> None:
    assert not list(check.wrong_simple_counts(history(START), 1))
    (found,) = check.wrong_simple_counts(history(START, START), 1)
    assert found.actual == "2: pids [7, 7]"


def test_missing_endpoints_wants_port_and_secret() -> None:
    assert not list(check.missing_endpoints(history(START, PORT, PROVEN)))
    assert len(list(check.missing_endpoints(history(START)))) == 2
    assert len(list(check.missing_endpoints(history(START, PORT)))) == 1
    assert len(list(check.missing_endpoints(history()))) == 1
    foreign = PORT.replace(" 7 ", " 8 "), PROVEN.replace(" 7 ", " 8 ")
    assert len(list(check.missing_endpoints(history(START, *foreign)))) == 2


def test_wrong_verdicts_wants_an_answer() -> None:
    said = history("13 7 4 simple answer text=err\n")
    assert not list(check.wrong_verdicts(said, "err"))
    assert [one.actual for one in check.wrong_verdicts(said, "ok")] == ["err"]
    assert [one.actual for one in check.wrong_verdicts(history(), "ok")] == ["no answer"]


def test_leaked_listeners_knows_the_ports_given() -> None:
    ports = check.ports_of(history(START, PORT))
    assert ports == [50000]
    assert [one.actual for one in check.leaked_listeners([LISTENING], ports)] == [LISTENING]
    assert not list(check.leaked_listeners(["0100007F:0050"], ports))
    assert not list(check.leaked_listeners([], ports))
    assert len(list(check.leaked_listeners([], []))) == 1


def test_a_port_that_is_no_number_is_none() -> None:
    assert check.ports_of(history(START, PORT.replace("50000", "here"))) == []
