"""Checkers on launches, faults and durations, on histories written by hand."""

from __future__ import annotations

import pytest

from conformance.check import durations, faults, launches
from conformance.evidence.history import History, parse_history

PYTHON_PATH = "/own:/mine:/inherited"
GOOD = """\
1 10 1 daemon start generation=1 cwd=/here argc=3 argv.0=python argv.1=-m argv.2=daemon
2 10 2 daemon env name=PYTHONPATH value=/own:/mine:/inherited
3 10 3 daemon secret length=64 digest=aa
"""
SECOND = """\
5 11 1 daemon start generation=2 cwd=/there argc=1 argv.0=python
6 11 2 daemon env name=PYTHONPATH value=/mine::/inherited
7 11 3 daemon secret length=6 digest=bb
"""


def history(text: str) -> History:
    return parse_history(text)


def test_wrong_commands_compares_every_word() -> None:
    assert not list(launches.wrong_commands(history(GOOD), ["python", "-m", "daemon"]))
    found = list(launches.wrong_commands(history(GOOD), ["python", "-m", "daemon", "worker"]))
    assert [one.actual for one in found] == ["python -m daemon"]
    assert [one.at_ns for one in found] == [1]


def test_wrong_variables_tells_unset_from_other() -> None:
    assert not list(launches.wrong_variables(history(GOOD), "PYTHONPATH", PYTHON_PATH))
    assert not list(launches.wrong_variables(history(GOOD), "SPARK_PREFER_IPV6", None))
    missing = launches.wrong_variables(history(GOOD), "SPARK_PREFER_IPV6", "True")
    assert [one.actual for one in missing] == ["SPARK_PREFER_IPV6 not set"]
    assert list(launches.wrong_variables(history(GOOD), "PYTHONPATH", None))


def test_a_variable_belongs_to_its_own_process() -> None:
    assert launches.variable_of(history(GOOD + SECOND), 11, "PYTHONPATH") == "/mine::/inherited"
    assert launches.variable_of(history(GOOD), 11, "PYTHONPATH") is None


def test_wrong_python_paths_sees_order_and_empty_parts() -> None:
    last = ["/mine", "/inherited"]
    assert not list(launches.wrong_python_paths(history(GOOD), last))
    assert list(launches.wrong_python_paths(history(GOOD), last[::-1]))
    assert [one.at_ns for one in launches.wrong_python_paths(history(GOOD + SECOND), last)] == [5]


def test_wrong_directories_names_the_directory() -> None:
    assert not list(launches.wrong_directories(history(GOOD), "/here"))
    found = launches.wrong_directories(history(GOOD + SECOND), "/here")
    assert [one.actual for one in found] == ["/there"]


@pytest.mark.parametrize(
    "wrongs",
    [
        launches.wrong_commands(History(()), ["python"]),
        launches.wrong_variables(History(()), "X", None),
        launches.wrong_python_paths(History(()), ["/mine"]),
        launches.wrong_directories(History(()), "/here"),
        launches.missing_secrets(History(())),
        launches.changed_secrets(History(()), 1),
        launches.shared_secrets(History(())),
    ],
)
def test_no_daemon_is_a_wrong_too(wrongs: object) -> None:
    assert len(list(wrongs)) == 1  # type: ignore[call-overload]


def test_missing_secrets_wants_spark_s_own_length() -> None:
    assert not list(launches.missing_secrets(history(GOOD)))
    found = list(launches.missing_secrets(history(GOOD + SECOND)))
    assert [one.actual for one in found] == ["a secret of 6 bytes"]
    without = "\n".join(GOOD.splitlines()[:2]) + "\n"
    assert [one.actual for one in launches.missing_secrets(history(without))] == ["none"]


def test_changed_secrets_wants_one_for_all_daemons() -> None:
    assert not list(launches.changed_secrets(history(GOOD), 1))
    assert list(launches.changed_secrets(history(GOOD), 2))
    assert list(launches.changed_secrets(history(GOOD + SECOND), 2))


def test_shared_secrets_wants_one_for_each_daemon() -> None:
    assert not list(launches.shared_secrets(history(GOOD + SECOND)))
    assert list(launches.shared_secrets(history(GOOD + SECOND.replace("=bb", "=aa"))))


def test_unstruck_faults_counts() -> None:
    struck = history("1 10 1 daemon fault point=announce action=port\n")
    assert not list(faults.unstruck_faults(struck, "announce"))
    assert list(faults.unstruck_faults(struck, "accept"))
    assert [one.actual for one in faults.unstruck_faults(struck, "announce", 2)] == ["1 times"]


def test_durations_have_two_ends() -> None:
    assert not list(durations.early_answers(1.0, 1.0))
    assert not list(durations.late_answers(1.0, 1.0))
    assert [one.wrong for one in durations.early_answers(0.9, 1.0)] == ["early_answers"]
    assert [one.wrong for one in durations.late_answers(1.1, 1.0)] == ["late_answers"]
