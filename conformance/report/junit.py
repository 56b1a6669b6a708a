"""A run as JUnit XML: one test case a clause, its level and verdict as properties.

Readers differ. GitLab shows the text of an element and never its `message`, Jenkins shows the
message of what was skipped and never its text: so both are told. GitLab ignores all but the
first of several cases of one name, and files over 30 MB; Jenkins groups cases by what stands
before the last dot of `classname`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from conformance.contract.clause import Level
from conformance.evidence.findings import Verdict
from conformance.report.failure import shorten
from conformance.report.story import again, found_by, replay, size, story
from conformance.report.trouble import open_question, trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.report.verdict_file import ClauseEntry, VerdictFile

#: What XML 1.0 cannot hold (section 2.2, Char).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Most characters of a message, and of the text below it: implementations may say anything.
_MESSAGE = 400
_TEXT = 8000
#: Exit code of a run that proved too little.
_INCONCLUSIVE = 7
#: The case that says whether the run itself went well.
_WHOLE = "the run comes to its end, without an error of the suite"

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
    root = ET.Element("testsuites", name=file.suite.name)
    suite = ET.SubElement(root, "testsuite", name=file.suite.name, timestamp=file.started_at)
    _properties(
        suite,
        {
            "impl": file.subject.impl,
            "daemon": file.subject.daemon,
            "profile": file.profile,
            "verdict": file.verdict,
            "suite": file.suite.version,
        },
    )
    kinds = [_whole_run(suite, file), *(_test_case(suite, one, file) for one in file.clauses)]
    for element in (root, suite):
        element.set("time", f"{file.seconds:.3f}")
        element.set("tests", str(len(kinds)))
        for plural, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            element.set(plural, str(kinds.count(kind)))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _whole_run(suite: ET.Element, file: VerdictFile) -> str:
    """Add a case for what no clause tells; tell which element says how it came out."""
    case = _case(suite, file, "run", _WHOLE)
    wrong = trouble(file)
    if not wrong and file.exit_code == _INCONCLUSIVE:
        wrong = open_question(file)
    return _tell(case, "error", wrong, ()) if wrong else ""


def _test_case(suite: ET.Element, entry: ClauseEntry, file: VerdictFile) -> str:
    """Add a clause; tell which element says how it came out."""
    family = entry.clause.rpartition("-")[0]
    case = _case(suite, file, family, f"{entry.clause} {entry.text}")
    seconds = sum(one.seconds for one in file.tests if one.clauses[:1] == (entry.clause,))
    case.set("time", f"{seconds:.3f}")
    _properties(case, {"clause": entry.clause, "level": entry.level, "verdict": entry.verdict})
    kind = _ELEMENTS.get(entry.verdict, "")
    if file.is_gate and entry.verdict is Verdict.UNVERIFIED and entry.level is Level.MUST:
        kind = "failure"
    return _tell(case, kind, f"{entry.verdict}: {_why(entry)}", _body(entry, file)) if kind else ""


def _case(suite: ET.Element, file: VerdictFile, group: str, name: str) -> ET.Element:
    classname = f"{file.suite.name}.{group}"
    return ET.SubElement(suite, "testcase", classname=classname, name=_legal(name), time="0.000")


def _tell(case: ET.Element, kind: str, message: str, body: Iterable[str]) -> str:
    """Add the element that says how a case came out; tell which one."""
    text = _cut("\n".join((message, *body)))
    element = ET.SubElement(case, kind, message=_legal(shorten(message, _MESSAGE)))
    element.text = _legal(text)
    return kind


def _cut(text: str) -> str:
    left_out = len(text) - _TEXT
    if left_out <= 0:
        return text
    return f"{text[:_TEXT]}\n({left_out} more characters; verdict.json has all)"


def _body(entry: ClauseEntry, file: VerdictFile) -> Iterator[str]:
    yield from map(str, entry.findings)
    for case in file.cases_of(entry).values():
        yield f"steps: {story(case)} ({size(case)})"
        yield f"found by: {found_by(case)}"
        yield f"again: {replay(case, file)}"
    if not file.cases_of(entry) and entry.tests:
        yield from (f"test: {test}" for test in entry.tests)
        yield f"again: {again(entry, file)}"


def _why(entry: ClauseEntry) -> str:
    if entry.reason or not entry.findings:
        return entry.reason
    return entry.findings[0].contrast


def _properties(parent: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=_legal(value))


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
