"""The pytest plugin: the scenarios as tests, on an implementation named by --impl."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.verdicts import Established, reason_not_applicable
from conformance.contract.clauses import find as find_clause, matching
from conformance.errors import (
    ConformanceError,
    ContractViolation,
    DoorError,
    EnvironmentFault,
    FakeMisbehaved,
    Unobservable,
)
from conformance.stage.ledger import Ledger
from conformance.stage.opening import Opened, Wanted, open_run
from conformance.stage.record import Record
from conformance.stage.run import Run
from conformance.stage.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_LEDGER = pytest.StashKey[Ledger]()
_RUN = pytest.StashKey[Run]()
_RECORD = pytest.StashKey[Record]()
_TROUBLE = pytest.StashKey[dict[str, str]]()
_SECONDS = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose what is judged, and by what.

    Args:
        parser: pytest's.
    """
    group = parser.getgroup("worker-factory-conformance")
    group.addoption("--impl", help="implementation under test: KIND:ID (wfc run --help)")
    group.addoption("--wfc-daemon", metavar="MODULE", help="daemon module under test")
    group.addoption("--wfc-profile", metavar="NAME", help="profile to judge by")
    group.addoption(
        "--wfc-clause", metavar="GLOB", action="append", default=[], help="only these clauses"
    )
    group.addoption("--wfc-level", choices=("must", "should"), default="must")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker and open the run if an implementation is named.

    Args:
        config: pytest's.
    """
    config.addinivalue_line("markers", "clauses(*ids): clauses the scenario is about")
    opened = _opened_by_caller(config)
    if opened is None and (config.getoption("--impl") or config.getoption("--wfc-daemon")):
        try:
            opened = open_run(_wanted(config))
        except ConformanceError as error:
            raise pytest.UsageError(str(error)) from error
        config.add_cleanup(opened.run.close)
    if opened is not None:
        config.stash[_RUN] = opened.run
        config.stash[_LEDGER] = opened.ledger


def _opened_by_caller(config: pytest.Config) -> Opened | None:
    """Find the run that `wfc run` has opened, and will close, itself."""
    plugins = config.pluginmanager.get_plugins()
    return next((one for one in plugins if isinstance(one, Opened)), None)


def _wanted(config: pytest.Config) -> Wanted:
    return Wanted(
        impl=config.getoption("--impl") or "",
        daemon=config.getoption("--wfc-daemon") or "",
        profile=config.getoption("--wfc-profile") or "",
        clauses=tuple(_globs(config)),
        score_should=config.getoption("--wfc-level") == "should",
    )


def _globs(config: pytest.Config) -> list[str]:
    return list(config.getoption("--wfc-clause") or [])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the consoles' tests out of a run on an implementation.

    Args:
        collection_path: in question.
        config: pytest's.

    Returns:
        True to leave it out, None for no opinion.
    """
    is_console = collection_path.name == "console" and collection_path.parent.name == "scenarios"
    return True if is_console and _LEDGER in config.stash else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out scenarios none of whose clauses is to be judged.

    Args:
        config: pytest's.
        items: all tests; changed in place.
    """
    if _LEDGER not in config.stash:
        return
    kept = [item for item in items if _is_wanted(item, config)]
    left_out = [item for item in items if item not in kept]
    items[:] = kept
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def _is_wanted(item: pytest.Item, config: pytest.Config) -> bool:
    claimed = claimed_by(item)
    terms = config.stash[_LEDGER].terms
    if claimed and all(reason_not_applicable(find_clause(one), terms) for one in claimed):
        return False
    globs = _globs(config)
    wanted = {clause.id for glob in globs for clause in matching(glob)}
    return not globs or bool(wanted & set(claimed))


def claimed_by(item: pytest.Item) -> tuple[str, ...]:
    """Tell which clauses a test is about.

    Args:
        item: the test.

    Returns:
        Their ids, the main one first; none if it is no scenario.
    """
    marker = item.get_closest_marker("clauses")
    return tuple(marker.args) if marker else ()


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Give the stage of one scenario.

    Args:
        request: pytest's.

    Yields:
        The stage; afterwards every process of the scenario is ended.

    Raises:
        pytest.UsageError: if no implementation was named.
    """
    config = request.config
    if _LEDGER not in config.stash:
        raise pytest.UsageError("name the implementation: --impl KIND:ID")
    terms = config.stash[_LEDGER].terms
    record = Record(claimed_by(request.node), terms.profile)
    request.node.stash[_RECORD] = record
    number = config.stash[_RUN].next_number()
    opened = Stage(config.stash[_RUN], terms.profile, record, number)
    try:
        yield opened
    finally:
        opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a scenario whose findings break clauses."""
    result = yield
    record = pyfuncitem.stash.get(_RECORD, None)
    if record is not None and record.all_findings():
        raise ContractViolation(record.all_findings())
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Sort out who is at fault when a phase of a scenario did not end well."""
    report = yield
    if not claimed_by(item):
        return report
    item.stash[_SECONDS] = item.stash.get(_SECONDS, 0.0) + call.duration
    if call.excinfo is not None:
        _sort_out(item, call.excinfo.value, report)
    if call.when == "teardown":
        _establish(item)
    return report


def _sort_out(item: pytest.Item, error: BaseException, report: pytest.TestReport) -> None:
    record = item.stash.get(_RECORD, None)
    trouble = item.stash.setdefault(_TROUBLE, {})
    match error:
        case ContractViolation():
            report.longrepr = str(error)
            report.sections.append(("Seen in the scenario", _story(item)))
            _soften(item, report)
        case Unobservable() | pytest.skip.Exception():
            if record:
                record.give_up_rest(str(error))
            _skip(report, str(error))
        case DoorError() | EnvironmentFault():
            trouble["inconclusive"] = str(error)
        case _:
            trouble["error"] = f"{type(error).__name__}: {error}"
    if record and isinstance(error, FakeMisbehaved):
        record.findings.clear()  # what was found was the fake's fault


def _story(item: pytest.Item) -> str:
    opened = getattr(item, "funcargs", {}).get("stage")
    return "\n".join(map(str, opened.history)) if isinstance(opened, Stage) else ""


def _soften(item: pytest.Item, report: pytest.TestReport) -> None:
    """Show a failure that is recorded, or only advice, as an expected one."""
    ledger = item.config.stash[_LEDGER]
    entry = _entry(item)
    for clause in entry.findings:
        if entry.findings[clause] and ledger.counts(clause, entry):
            return
    report.outcome = "skipped"
    report.wasxfail = "recorded deviation or advice"


def _skip(report: pytest.TestReport, reason: str) -> None:
    report.outcome = "skipped"
    report.longrepr = (str(report.location[0]), report.location[1] or 0, f"UNVERIFIED: {reason}")


def _establish(item: pytest.Item) -> None:
    record = item.stash.get(_RECORD, None)
    if record:
        record.give_up_rest("the scenario ended before it could judge this clause")
    item.config.stash[_LEDGER].add(_entry(item))


def _entry(item: pytest.Item) -> Established:
    record = item.stash.get(_RECORD, None)
    trouble = item.stash.setdefault(_TROUBLE, {})
    return Established(
        test=item.nodeid,
        claimed=claimed_by(item),
        findings={c: tuple(f) for c, f in record.findings.items()} if record else {},
        unverified=dict(record.unverified) if record else {},
        inconclusive=trouble.get("inconclusive", ""),
        error=trouble.get("error", ""),
        seconds=item.stash.get(_SECONDS, 0.0),
    )
