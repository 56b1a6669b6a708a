"""Profiles: what applies in which line, at what level, with which known deviations."""

from __future__ import annotations

import pytest

from conformance.contract.clause import LINES, Clause, Level, Need
from conformance.contract.clauses import CLAUSES, find
from conformance.contract.deviations import KNOWN, deviations_of
from conformance.contract.profiles import (
    DOCUMENTED,
    PROFILES,
    READ,
    RUN,
    Profile,
    find_profile,
    profile_of_release,
)
from conformance.errors import UsageError

OLD = ("2.4", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5")
NEW = ("4.0", "4.1", "4.2", "4.3")


def spark(line: str) -> Profile:
    return PROFILES[f"spark-{line}"]


def test_there_is_one_profile_per_line_and_the_documented_one() -> None:
    assert list(PROFILES) == ["documented", *(f"spark-{line}" for line in LINES)]
    assert DOCUMENTED.line is None
    assert DOCUMENTED.deviations == ()


def test_every_line_was_read_and_every_run_one_too() -> None:
    assert tuple(READ) == LINES
    assert tuple(RUN) == LINES
    assert all(RUN[line] in READ[line] for line in RUN)
    assert spark("2.4").title == "Apache Spark 2.4 (read: 2.4.0, 2.4.8; run: 2.4.8)"
    assert spark("4.3").title == "Apache Spark 4.3 (read: 4.3.0; run: 4.3.0)"


@pytest.mark.parametrize(
    ("parameter", "first"),
    [
        ("worker_module_argument", "4.0"),
        ("create_returns_pid", "3.2"),
        ("pid_is_checked", "4.0"),
        ("dead_idle_discarded", "4.0"),
        ("simple_sends_pid", "3.2"),
        ("simple_stop_terminates", "4.0"),
        ("modules_in_key", "4.0"),
        ("secret", "2.4"),
        ("prefer_ipv6", "3.4"),
        ("artifact_dir", "3.5"),
        ("uds", "4.1"),
        ("pool_cap", "4.1"),
    ],
)
def test_parameter_changes_in_one_line(parameter: str, first: str) -> None:
    known = {line: getattr(spark(line), parameter) for line in LINES}
    assert known == {line: LINES.index(line) >= LINES.index(first) for line in LINES}


@pytest.mark.parametrize(
    ("name", "first_byte_wait_s", "lost_before_auth"),
    [
        ("documented", None, "any"),
        ("spark-2.4", None, "restart"),
        ("spark-3.5", None, "restart"),
        ("spark-4.0", None, "any"),
        ("spark-4.1", None, "any"),
        ("spark-4.2", 60.0, "any"),
        ("spark-4.3", 60.0, "any"),
    ],
)
def test_facts_checked_by_hand(
    name: str, first_byte_wait_s: float | None, lost_before_auth: str
) -> None:
    profile = find_profile(name)
    assert profile.first_byte_wait_s == first_byte_wait_s
    assert profile.lost_before_auth == lost_before_auth


@pytest.mark.parametrize(
    ("name", "clause_id", "applies"),
    [
        ("documented", "F-START-07", True),  # bound to lines, but on the page
        ("documented", "F-START-08", False),
        ("documented", "F-CONN-05", False),  # neither of the two ways is asked for
        ("documented", "F-CONN-06", False),
        ("documented", "F-POOL-04", False),
        ("documented", "F-SIMP-09", True),  # a deviation up to 3.5, not an until
        ("documented", "F-CONC-05", True),
        ("documented", "F-ENV-01", False),
        ("documented", "D-01", True),
        ("documented", "D-23", False),
        ("spark-3.5", "F-START-08", True),
        ("spark-3.4", "F-START-08", False),
        ("spark-3.5", "F-POOL-03", False),
        ("spark-3.5", "F-POOL-04", True),
        ("spark-4.0", "F-POOL-03", True),
        ("spark-4.0", "F-POOL-06", True),
        ("spark-4.0", "F-POOL-09", False),
        ("spark-4.3", "F-ENV-02", True),
        ("spark-2.4", "D-23", False),
    ],
)
def test_applies(name: str, clause_id: str, *, applies: bool) -> None:
    profile, clause = find_profile(name), find(clause_id)
    assert profile.applies(clause) is applies
    assert bool(profile.reason_not(clause)) is not applies


@pytest.mark.parametrize(
    ("name", "clause_id", "reason"),
    [
        ("documented", "F-ENV-03", "it is about SparkEnv, which the factory's page"),
        ("documented", "F-RST-07", "it binds some Spark lines only (4.2 and later)"),
        ("spark-4.1", "F-RST-07", "Spark 4.1 is not bound by it (lines: 4.2 and later)"),
        ("spark-4.0", "F-CONN-06", "Spark 4.0 is not bound by it (lines: up to 3.5)"),
    ],
)
def test_reason_not(name: str, clause_id: str, reason: str) -> None:
    assert find_profile(name).reason_not(find(clause_id)).startswith(reason)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_documented_holds_what_every_line_holds(clause: Clause) -> None:
    shared = all(spark(line).applies(clause) for line in LINES)
    assert not shared or DOCUMENTED.applies(clause) or Need.ENV in clause.needs


def test_level_of_a_lost_peer_follows_the_line() -> None:
    clause = find("F-RST-10")
    assert {spark(line).level(clause) for line in OLD} == {Level.MUST}
    assert {spark(line).level(clause) for line in NEW} == {Level.MAY}
    assert DOCUMENTED.level(clause) is Level.MAY


def test_level_is_else_the_clause_s_own() -> None:
    for profile in PROFILES.values():
        assert profile.level(find("F-RST-01")) is Level.MUST
        assert profile.level(find("F-POOL-12")) is Level.SHOULD


@pytest.mark.parametrize("line", LINES)
def test_deviations_are_of_clauses_that_apply(line: str) -> None:
    profile = spark(line)
    for deviation in profile.deviations:
        clause = find(deviation.clause)
        assert profile.applies(clause), deviation.clause
        assert profile.level(clause) is not Level.MAY
        assert deviation.how.endswith(".")
        assert deviation.evidence
        assert deviation.wrong == deviation.wrong.lower().replace(" ", "_")


@pytest.mark.parametrize("line", LINES)
def test_every_defect_is_a_known_deviation_once(line: str) -> None:
    profile = spark(line)
    defects = [c.id for c in CLAUSES if c.defect and profile.applies(c)]
    assert [len(profile.known(clause_id)) for clause_id in defects] == [1] * len(defects)


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("2.4", {"F-CONC-05", "F-SIMP-09"}),
        ("3.0", {"F-SIMP-09"}),
        ("3.1", {"F-SIMP-09"}),
        ("3.2", {"F-SIMP-09"}),
        ("3.3", {"F-START-11", "F-START-12", "F-SIMP-09"}),
        ("3.4", {"F-START-11", "F-START-12", "F-SIMP-09"}),
        ("3.5", {"F-SIMP-09"}),
        ("4.0", {"F-CONN-17", "F-POOL-06", "F-SIMP-06"}),
        ("4.1", {"F-CONN-17", "F-SIMP-06"}),
        ("4.2", {"F-CONN-17", "F-SIMP-06"}),
        ("4.3", {"F-SIMP-06"}),
    ],
)
def test_musts_that_a_line_breaks(line: str, broken: set[str]) -> None:
    profile = spark(line)
    musts = [d.clause for d in profile.deviations if profile.level(find(d.clause)) is Level.MUST]
    assert set(musts) == broken


def test_spans_of_deviations_are_lines_in_order() -> None:
    for known in KNOWN:
        assert LINES.index(known.since) <= LINES.index(known.until)


def test_deviations_of_a_line() -> None:
    assert deviations_of("4.3") == spark("4.3").deviations
    assert [d.wrong for d in spark("4.3").known("F-STOP-11")] == ["leaked_threads"]
    assert spark("4.3").known("F-RST-01") == ()


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ("4.3.0", "spark-4.3"),
        ("3.5.9", "spark-3.5"),
        ("2.4.8", "spark-2.4"),
        ("4.1.0.dev2", "spark-4.1"),
        ("4.0.1-SNAPSHOT", "spark-4.0"),
        ("3.5", "spark-3.5"),
    ],
)
def test_profile_of_release(release: str, name: str) -> None:
    assert profile_of_release(release).name == name


@pytest.mark.parametrize("release", ["2.3.0", "4.4.0", "5", "", "trunk"])
def test_releases_not_examined(release: str) -> None:
    with pytest.raises(UsageError, match="was not examined"):
        profile_of_release(release)


def test_unknown_profile_names_near_ones() -> None:
    with pytest.raises(UsageError, match=r"no profile 'spark-4.4'; there is .*spark-4"):
        find_profile("spark-4.4")


def test_unlike_any_profile_names_all() -> None:
    with pytest.raises(UsageError, match=r"documented, spark-2\.4, .*spark-4\.3"):
        find_profile("xyzzy")
