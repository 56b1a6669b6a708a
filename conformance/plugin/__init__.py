"""The pytest plugin: the scenarios as tests, on an implementation named by --impl."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest

from conformance.check.verdicts import Established
from conformance.drive.interrupts import current
from conformance.errors import (
    ConformanceError,
    ContractViolation,
    DoorError,
    EnvironmentFault,
    FakeMisbehaved,
    Unobservable,
)
from conformance.plugin.choice import choose, claimed_by, give_machines_time, in_order
from conformance.plugin.ear import Ear
from conformance.plugin.hunting import Hunter
from conformance.plugin.roles import Bookkeeper, Player, carry, order_of, players_of
from conformance.plugin.traces import keep_trace
from conformance.stage import crew
from conformance.stage.opening import Effort, Opened, Search, Wanted, open_run, seconds_in
from conformance.stage.record import Record
from conformance.stage.stage import Stage

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Iterator

    from conformance.evidence.findings import Finding
    from conformance.stage.run import Run

#: Name of the directory of traces, beside that of cases.
TRACES = "traces"
_OPENED = pytest.StashKey[Opened]()
_SEARCH = pytest.StashKey[Search]()
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
    group.addoption("--wfc-python", metavar="EXE", help="interpreter that has the daemon module")
    group.addoption("--wfc-profile", metavar="NAME", help="profile to judge by")
    group.addoption(
        "--wfc-clause", metavar="GLOB", action="append", default=[], help="only these clauses"
    )
    group.addoption("--wfc-level", choices=("must", "should"), default="must")
    group.addoption(
        "--wfc-effort",
        choices=get_args(Effort),
        default="default",
        help="how long the machines search; none leaves them out",
    )
    group.addoption("--wfc-seed", metavar="N", type=int, default=0, help="of what machines draw")
    group.addoption(
        "--wfc-explore", metavar="DURATION", help="run the machines alone, at random, that long"
    )
    group.addoption(
        "--wfc-examples",
        metavar="DIR",
        default="wfc-report/examples",
        help="examples kept while exploring",
    )
    group.addoption(
        "--wfc-cases", metavar="DIR", default="wfc-report/cases", help="cases that machines find"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers and open the run if an implementation is named.

    Args:
        config: pytest's.
    """
    config.addinivalue_line("markers", "clauses(*ids): clauses the scenario is about")
    config.addinivalue_line("markers", "machine: the test belongs to a machine that searches")
    config.addinivalue_line("markers", "pair: factory and daemon are both under test, no fake")
    order = order_of(config)
    player = Player() if order else None
    try:
        opened = crew.join(order) if order else _open(config)
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error
    if opened is None:
        return
    config.stash[_OPENED] = opened
    config.pluginmanager.register(Ear())
    if player is None:
        config.pluginmanager.register(Bookkeeper(opened))
    else:
        player.run = opened.run
        config.add_cleanup(partial(_close, opened.run))
        config.pluginmanager.register(player)


def _open(config: pytest.Config) -> Opened | None:
    """Take the run that `wfc run` has opened, and will close, itself; else open one."""
    plugins = config.pluginmanager.get_plugins()
    given = next((one for one in plugins if isinstance(one, Opened)), None)
    if given is None and (config.getoption("--impl") or config.getoption("--wfc-daemon")):
        given = open_run(_wanted(config))
        config.add_cleanup(partial(_close, given.run))
    return given


def _close(run: Run) -> None:
    with current().held():
        run.close()


def _wanted(config: pytest.Config) -> Wanted:
    asked = config.option
    return Wanted(
        impl=asked.impl or "",
        daemon=asked.wfc_daemon or "",
        python=asked.wfc_python or "",
        profile=asked.wfc_profile or "",
        clauses=tuple(asked.wfc_clause),
        score_should=asked.wfc_level == "should",
        search=_search(asked),
    )


def _search(asked: argparse.Namespace) -> Search:
    explore_s = seconds_in(asked.wfc_explore) if asked.wfc_explore is not None else None
    return Search(
        effort=asked.wfc_effort,
        seed=asked.wfc_seed,
        explore_s=explore_s,
        examples_dir=None if explore_s is None else Path(asked.wfc_examples).absolute(),
        cases_dir=Path(asked.wfc_cases).absolute(),
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the consoles' tests out of a run on an implementation.

    Args:
        collection_path: in question.
        config: pytest's.

    Returns:
        True to leave it out, None for no opinion.
    """
    is_console = collection_path.name == "console" and collection_path.parent.name == "scenarios"
    return True if is_console and _OPENED in config.stash else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out scenarios none of whose clauses is to be judged, and choose the order.

    Args:
        config: pytest's.
        items: all tests; changed in place.
    """
    if _OPENED not in config.stash:
        return
    opened = config.stash[_OPENED]
    players = players_of(config)
    kept, config.stash[_SEARCH] = choose(items, opened, players)
    left_out = [item for item in items if item not in kept]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    give_machines_time(config, kept, config.stash[_SEARCH])
    items[:] = in_order(kept, players)


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
    if _OPENED not in config.stash:
        raise pytest.UsageError("name the implementation: --impl KIND:ID")
    run, profile = config.stash[_OPENED].run, config.stash[_OPENED].ledger.terms.profile
    record = Record(claimed_by(request.node), profile)
    request.node.stash[_RECORD] = record
    opened = Stage(run, profile, record, run.next_number())
    try:
        yield opened
    finally:
        try:
            _keep_trace(opened, record, request)
        finally:
            opened.close()


def _keep_trace(stage: Stage, record: Record, request: pytest.FixtureRequest) -> None:
    """Keep what was seen in a scenario that found something, unless nobody said where."""
    cases = request.config.stash[_SEARCH].cases_dir
    if cases is not None and record.all_findings():
        record.trace = str(keep_trace(stage, request.node.nodeid, cases.parent / TRACES))


@pytest.fixture
def search(request: pytest.FixtureRequest) -> Search:
    """Tell a machine how to search.

    Args:
        request: pytest's.

    Returns:
        How; if it explores, with this test's share of the time.

    Raises:
        pytest.UsageError: if no implementation was named.
    """
    if _SEARCH not in request.config.stash:
        raise pytest.UsageError("name the implementation: --impl KIND:ID")
    return request.config.stash[_SEARCH]


@pytest.fixture
def hunter(request: pytest.FixtureRequest, search: Search) -> Hunter:
    """Give the test of a machine what it hunts with.

    Args:
        request: pytest's.
        search: how machines search.

    Returns:
        The hunter; each example has a stage of its own.
    """
    opened = request.config.stash[_OPENED]
    record = Record(claimed_by(request.node), opened.ledger.terms.profile)
    request.node.stash[_RECORD] = record
    return Hunter(opened.run, opened.ledger.terms, record, search)


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
        _establish(item, report)
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
        record.cases.clear()


def _story(item: pytest.Item) -> str:
    opened = getattr(item, "funcargs", {}).get("stage")
    return "\n".join(map(str, opened.history)) if isinstance(opened, Stage) else ""


def _soften(item: pytest.Item, report: pytest.TestReport) -> None:
    """Show a failure that is recorded, or only advice, as an expected one."""
    ledger = item.config.stash[_OPENED].ledger
    entry = _entry(item)
    for clause in entry.findings:
        if entry.findings[clause] and ledger.counts(clause, entry):
            return
    report.outcome = "skipped"
    report.wasxfail = "recorded deviation or advice"


def _skip(report: pytest.TestReport, reason: str) -> None:
    report.outcome = "skipped"
    report.longrepr = (str(report.location[0]), report.location[1] or 0, f"UNVERIFIED: {reason}")


def _establish(item: pytest.Item, report: pytest.TestReport) -> None:
    """Give what the test established to its last report, which may travel to another process."""
    record = item.stash.get(_RECORD, None)
    if record:
        record.give_up_rest("the scenario ended before it could judge this clause")
    carry(report, _entry(item))


def _entry(item: pytest.Item) -> Established:
    record = item.stash.get(_RECORD, None)
    trouble = item.stash.setdefault(_TROUBLE, {})
    return Established(
        test=item.nodeid,
        claimed=record.claimed if record else claimed_by(item),
        findings=_findings(record, item.nodeid) if record else {},
        unverified=dict(record.unverified) if record else {},
        set_aside=dict(record.set_aside) if record else {},
        inconclusive=trouble.get("inconclusive", ""),
        error=trouble.get("error", ""),
        seconds=item.stash.get(_SECONDS, 0.0),
        cases=tuple(record.cases) if record else (),
        trace=record.trace if record else "",
    )


def _findings(record: Record, test: str) -> dict[str, tuple[Finding, ...]]:
    return {
        clause: tuple(msgspec.structs.replace(one, test=test) for one in found)
        for clause, found in record.findings.items()
    }
