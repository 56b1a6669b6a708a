"""verdict.json and its schema; the directory of a run."""

from __future__ import annotations

import importlib.util
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from conformance.contract.clause import Level
from conformance.door.find import ROOT
from conformance.errors import UsageError
from conformance.evidence.findings import Case, Finding, RunVerdict, Verdict
from conformance.report.files import RunFiles, timestamp
from conformance.report.verdict_file import (
    ClauseEntry,
    PlayedTest,
    Subject,
    Suite,
    VerdictFile,
    decode,
    encode,
    read,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2026-01-02T03:04:05+00:00"
TOKEN = "0123456789abcdef"  # noqa: S105 - of no one
SECRET = "5e" * 32
FILE = VerdictFile(
    suite=Suite(name="worker-factory-conformance", version="0"),
    command=("wfc", "run"),
    subject=Subject(impl="py:some.module:make", capabilities=("log",)),
    profile="documented",
    score_should=False,
    is_gate=False,
    seed=0,
    rounds=1,
    started_at=NOW,
    seconds=1.25,
    state="finished",
    verdict=RunVerdict.NOT_CONFORMANT,
    exit_code=1,
    counts={"FAIL": 1},
    must_total=1,
    must_verified=1,
    errors=(f"scenario {TOKEN}-1",),
    clauses=(
        ClauseEntry(
            clause="F-RST-01",
            level=Level.MUST,
            text="…",
            verdict=Verdict.FAIL,
            findings=(Finding("wrong_secrets", f"{TOKEN}", f"secret {SECRET}", 7, "F-RST-01"),),
            tests=("t",),
        ),
    ),
    tests=(PlayedTest(id="t", clauses=("F-RST-01",), seconds=0.5),),
    cases=(
        Case(id="7QK2", title="…", machine="pool", steps=(f"create {TOKEN}",), length=1, file="f"),
    ),
)


# -- a validator for the part of JSON Schema that msgspec writes ----------------------------

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": int,
}


def violations(
    value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$"
) -> list[str]:
    """Where a value does not fit a schema."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        found = [violations(value, one, root, at) for one in schema["anyOf"]]
        return found[0] if all(found) else []
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r} is none of the enum"]
    kind = _TYPES[schema["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [f"{at}: {value!r} is no {schema['type']}"]
    if isinstance(value, dict):
        return violations_in_object(value, schema, root, at)
    parts = value if isinstance(value, list) else []
    return [wrong for one in parts for wrong in violations(one, schema["items"], root, f"{at}[]")]


def violations_in_object(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str
) -> list[str]:
    known = schema.get("properties", {})
    more = schema.get("additionalProperties", True)
    wrong = [f"{at}: no {name}" for name in schema.get("required", []) if name not in value]
    for name, part in value.items():
        if name in known:
            wrong += violations(part, known[name], root, f"{at}.{name}")
        elif more is False:
            wrong.append(f"{at}: unknown {name}")
        elif isinstance(more, dict):
            wrong += violations(part, more, root, f"{at}.{name}")
    return wrong


def published() -> dict[str, Any]:
    """The schema in the documentation."""
    path = ROOT / "docs" / "verdict.schema.json"
    if not path.exists():
        pytest.skip("an installed suite carries no documentation")
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def test_what_is_written_fits_the_published_schema() -> None:
    schema = published()
    assert violations(json.loads(encode(FILE)), schema, schema) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("verdict", "FINE"), ("exit_code", "1"), ("clauses", {}), ("surprise", 1)],
)
def test_the_schema_refuses_what_is_not_so(name: str, value: object) -> None:
    schema = published()
    changed = json.loads(encode(FILE)) | {name: value}
    assert violations(changed, schema, schema)


def test_the_published_schemas_are_up_to_date() -> None:
    published()
    place = ROOT / "docs" / "write_schemas.py"
    spec = importlib.util.spec_from_file_location("write_schemas", place)
    assert spec is not None
    assert spec.loader is not None
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    assert writer.main(["--check"]) == 0


# -- reading and writing -------------------------------------------------------------------


def test_what_was_written_can_be_read() -> None:
    clean = decode(encode(FILE))
    assert decode(encode(clean)) == clean
    assert clean.tests == FILE.tests


def test_neither_token_nor_secret_is_written(tmp_path: Path) -> None:
    files = RunFiles(tmp_path / "out", NOW)
    files.keep_out(TOKEN)
    files.write_rest(files.write_verdict(FILE))
    for path in files.directory.iterdir():
        content = path.read_text(encoding="utf-8")
        assert TOKEN not in content, path
        assert SECRET not in content, path


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": "2"}', b"\xff"])
def test_what_is_no_verdict_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"no verdict\.json"):
        read(tmp_path)


def test_a_run_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read(tmp_path)


# -- the directory -------------------------------------------------------------------------


def test_latest_points_at_the_newest_run(tmp_path: Path) -> None:
    first = RunFiles(tmp_path, NOW)
    second = RunFiles(tmp_path, NOW)
    assert first.directory.name == "2026-01-02T03-04-05"
    assert second.directory.name == "2026-01-02T03-04-05.2"
    assert (tmp_path / "latest").resolve() == second.directory.resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2026-01-02T03-04-05",
        "2026-01-02T03-04-05.2",
        "latest",
    ]


def test_verdict_json_is_replaced_as_a_whole(tmp_path: Path) -> None:
    files = RunFiles(tmp_path, NOW)
    files.write_verdict(FILE)
    old = os.open(files.directory / "verdict.json", os.O_RDONLY)
    before = os.read(old, 1 << 20)
    files.write_verdict(FILE)
    assert os.pread(old, 1 << 20, 0) == before
    os.close(old)
    assert [path.name for path in files.directory.iterdir()] == ["verdict.json"]


def test_the_summary_is_added_to_that_of_the_ci_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = tmp_path / "job.md"
    job.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(job))
    files = RunFiles(tmp_path / "out", NOW)
    files.write_rest(files.write_verdict(FILE))
    assert job.read_text(encoding="utf-8").startswith("before\n## NOT CONFORMANT")


def test_a_place_that_cannot_be_written_to_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot write to"):
        RunFiles(tmp_path / "file" / "out", NOW)


def test_the_timestamp_is_iso_8601_in_utc() -> None:
    assert timestamp().endswith("+00:00")
