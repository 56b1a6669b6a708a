"""A run as JUnit XML: one test case a clause, its level and verdict as properties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from conformance.contract.clause import Level
from conformance.evidence.findings import Verdict
from conformance.report.story import found_by, replay, size, story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: What XML 1.0 cannot hold (section 2.2, Char).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Verdict to the element that says so; a clause with none of these has passed.
_ELEMENTS = {
    Verdict.FAIL: "failure",
    Verdict.STALE: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.HARNESS_ERROR: "error",
    Verdict.KNOWN: "skipped",
    Verdict.UNVERIFIED: "skipped",
    Verdict.ADVICE: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}


def render(file: VerdictFile) -> bytes:
    """Write a run as JUnit XML.

    Args:
        file: the run.

    Returns:
        The document, in UTF-8.
    """
    suite = ET.Element("testsuite", name=file.suite.name, timestamp=file.started_at)
    suite.set("time", f"{file.seconds:.3f}")
    _properties(
        suite,
        {
            "impl": file.subject.impl,
            "profile": file.profile,
            "verdict": file.verdict,
            "suite": file.suite.version,
        },
    )
    kinds = [_test_case(suite, entry, file) for entry in file.clauses]
    suite.set("tests", str(len(kinds)))
    for plural, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(plural, str(kinds.count(kind)))
    ET.indent(suite)
    return bytes(ET.tostring(suite, encoding="utf-8", xml_declaration=True)) + b"\n"


def _test_case(suite: ET.Element, entry: ClauseEntry, file: VerdictFile) -> str:
    """Add a clause; tell which element says how it came out."""
    seconds = sum(one.seconds for one in file.tests if one.clauses[:1] == (entry.clause,))
    case = ET.SubElement(
        suite,
        "testcase",
        classname=entry.clause.rpartition("-")[0],
        name=_legal(f"{entry.clause} {entry.text}"),
        time=f"{seconds:.3f}",
    )
    _properties(case, {"clause": entry.clause, "level": entry.level, "verdict": entry.verdict})
    kind = _ELEMENTS.get(entry.verdict, "")
    if file.is_gate and entry.verdict is Verdict.UNVERIFIED and entry.level is Level.MUST:
        kind = "failure"
    if kind:
        message = _legal(f"{entry.verdict}: {_why(entry)}")
        ET.SubElement(case, kind, message=message).text = _legal("\n".join(_body(entry, file)))
    return kind


def _body(entry: ClauseEntry, file: VerdictFile) -> Iterator[str]:
    yield from map(str, entry.findings)
    for case in file.cases_of(entry).values():
        yield f"steps: {story(case)} ({size(case)})"
        yield f"found by: {found_by(case)}"
        yield f"again: {replay(case, file)}"


def _why(entry: ClauseEntry) -> str:
    if entry.reason or not entry.findings:
        return entry.reason
    return f"expected {entry.findings[0].expected}; actual {entry.findings[0].actual}"


def _properties(parent: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=_legal(value))


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
