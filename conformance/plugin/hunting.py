"""The fixture of the machines: hunt, and put what came of it into the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.errors import Unobservable
from conformance.machines.arena import Arena
from conformance.machines.cases import keep, keep_unconfirmed
from conformance.machines.daemon_file import keep_daemon_case
from conformance.machines.daemon_hunt import DaemonHunt, origin_of
from conformance.machines.hunt import hunt, replay_until
from conformance.machines.performance import FULL

if TYPE_CHECKING:
    from conformance.check.verdicts import Terms
    from conformance.evidence.findings import Finding
    from conformance.evidence.scenario import Scenario
    from conformance.stage.opening import Search
    from conformance.stage.record import Record
    from conformance.stage.run import Run


class Hunter:
    """Lets machines hunt, on the implementation under test.

    Args:
        run: whose implementation it is.
        terms: by what it is judged.
        record: of the test.
        search: how machines search.
    """

    def __init__(self, run: Run, terms: Terms, record: Record, search: Search) -> None:
        self._run = run
        self._terms = terms
        self._record = record
        self._search = search

    def hunt(self, name: str) -> None:
        """Let a machine search, and judge the clauses that had a say.

        Args:
            name: of the machine.
        """
        arena = Arena(self._run, self._terms)
        try:
            found = hunt(arena, name, self._search)
        finally:
            self._keep_unconfirmed(arena)
        for clause in self._record.claimed:
            if clause in arena.judged:
                self._record.judge(clause)
        for failure in arena.explained.values():
            self._judge(failure.findings)
        if found is not None:
            case = keep(arena, found, self._search.cases_dir)
            self._record.cases.append(case)
            named = (msgspec.structs.replace(one, case=case.id) for one in found.replayed.findings)
            self._judge(tuple(named))

    def hunt_daemon(self) -> None:
        """Let the daemons' machine search, and judge the clauses that had a say.

        Raises:
            Unobservable: if no daemon module is under test.
        """
        if self._run.own_daemon is None:
            raise Unobservable("the implementation brings no daemon module of its own")
        hunting = DaemonHunt(Arena(self._run, self._terms), origin_of(self._run))
        caught = hunting.search(self._search)
        for clause in self._record.claimed:
            if clause in hunting.judged:
                self._record.judge(clause)
        for findings in hunting.explained.values():
            self._judge(findings)
        if caught is not None:
            case = keep_daemon_case(caught, self._search.cases_dir)
            self._record.cases.append(case)
            found = caught.played.findings
            self._judge(tuple(msgspec.structs.replace(one, case=case.id) for one in found))

    def replay(self, scenario: Scenario) -> None:
        """Play a scenario, and judge the clauses that it is about.

        Args:
            scenario: from a file.
        """
        arena = Arena(self._run, self._terms)
        replayed = replay_until(arena, scenario, FULL)
        findings = replayed.findings if replayed is not None else ()
        others = [one for one in findings if one.clause not in self._record.claimed]
        for clause in self._record.claimed:
            mine = [one for one in findings if one.clause == clause]
            if mine or not others:
                self._record.judge(clause, mine)
            else:
                self._record.give_up(clause, f"{others[0].clause} was broken first")
        for finding in others:
            self._record.witness(finding)

    def _keep_unconfirmed(self, arena: Arena) -> None:
        directory = self._search.cases_dir
        if directory is not None:
            for failure in arena.unconfirmed:
                keep_unconfirmed(arena, failure, directory)

    def _judge(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            self._record.judge(finding.clause, [finding])
