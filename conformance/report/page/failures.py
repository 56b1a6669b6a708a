"""One clause that was not kept, as its page tells it: stories, timelines, how to see it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.contract.clauses import find
from conformance.report.kept import HISTORY, STDERR, TIMELINE, Kept, read_kept
from conformance.report.legible import legible
from conformance.report.page.drawing import svg
from conformance.report.story import again, found_by, replay, size
from conformance.report.timeline.draw import draw
from conformance.report.verdict_file import hide_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from conformance.evidence.findings import Case, Finding
    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: How many stories of a clause, and findings of a story, the page tells; verdict.json has all.
_STORIES, _FINDINGS = 3, 8
#: How much of standard error the page shows, in characters from its end.
_STDERR = 4000
#: Files of a story that the page links to.
_FILES = ("scenario.yaml", "repro.py", HISTORY, STDERR, TIMELINE)


def failure_of(
    entry: ClauseEntry, file: VerdictFile, directory: Path, *, is_drawn: bool
) -> dict[str, Any]:
    """Tell what became of a clause that was not kept.

    Args:
        entry: the clause.
        file: the run, with paths relative to its directory.
        directory: of the run.
        is_drawn: whether timelines stand in the page, and not only in files.

    Returns:
        What the template asks for.
    """
    stories = list(_stories(entry, file, directory, is_drawn=is_drawn))
    return {
        "entry": entry,
        "source": find(entry.clause).source,
        "stories": stories[:_STORIES],
        "left_out": max(0, len(stories) - _STORIES),
        "again": again(entry, file),
    }


def _stories(
    entry: ClauseEntry, file: VerdictFile, directory: Path, *, is_drawn: bool
) -> Iterator[dict[str, Any]]:
    cases = file.cases_of(entry)
    for name, case in cases.items():
        findings = _last_of_each(one for one in entry.findings if one.case == name)
        place = case.file.rpartition("/")[0]
        told = {
            "id": case.id,
            "steps": case.steps,
            "size": size(case),
            "by": found_by(case),
            "again": _replay(case, file, directory),
        }
        yield told | _seen(findings, place, directory, is_drawn=is_drawn)
    traces = {test.id: test.trace for test in file.tests if test.trace}
    others = [one for one in entry.findings if one.case not in cases]
    for test in dict.fromkeys(one.test for one in others):
        findings = [one for one in others if one.test == test]
        told = {"id": "", "steps": (), "size": "", "by": test or "a scenario", "again": ""}
        yield told | _seen(findings, traces.get(test, ""), directory, is_drawn=is_drawn)


def write_timelines(file: VerdictFile, directory: Path) -> None:
    """Draw timelines as files of their own, beside the histories that they show.

    Args:
        file: the run, with paths relative to its directory.
        directory: of the run.
    """
    cases = {case.id: case.file.rpartition("/")[0] for case in file.cases}
    traces = {test.id: test.trace for test in file.tests}
    places: dict[str, list[Finding]] = {}
    for entry in file.clauses:
        for one in entry.findings:
            place = cases.get(one.case) or traces.get(one.test, "")
            if place and (directory / place).is_dir():
                places.setdefault(place, []).append(one)
    for place, findings in places.items():
        picture = draw(read_kept(directory / place).history, _last_of_each(findings))
        if picture.rows:
            text = svg(picture, f"Timeline of {place}", is_alone=True)
            (directory / place / TIMELINE).write_text(text, encoding="utf-8")


def _last_of_each(findings: Iterable[Finding]) -> list[Finding]:
    """Several machines may find one case; what is kept is of the last that did."""
    return list({(one.clause, one.wrong): one for one in findings}.values())


def _replay(case: Case, file: VerdictFile, directory: Path) -> str:
    placed = {one.id: one for one in file.placed(directory).cases}
    return replay(placed[case.id], file)


def _seen(
    findings: list[Finding], place: str, directory: Path, *, is_drawn: bool
) -> dict[str, Any]:
    kept = read_kept(directory / place) if place else Kept()
    picture = draw(kept.history, findings)
    label = f"Timeline: {len(picture.rows)} events; the same in words below"
    return {
        "findings": findings[:_FINDINGS],
        "more": max(0, len(findings) - _FINDINGS),
        "svg": svg(picture, label, is_alone=False) if is_drawn and picture.rows else "",
        "lines": [hide_secrets(legible(one)) for one in picture.lines()],
        "left_out_rows": picture.left_out,
        "stderr": hide_secrets(legible(kept.stderr[-_STDERR:].strip())),
        "place": place,
        "files": [name for name in _FILES if place and (directory / place / name).exists()],
    }
