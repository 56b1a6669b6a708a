"""Write the published schemas from the code; with --check, see that they are up to date.

The forms stand in conformance/door/messages.py, conformance/report/verdict_file.py,
conformance/report/doctor_file.py, conformance/report/kill_matrix.py,
conformance/report/matrix_file.py, conformance/evidence/scenario.py and
conformance/evidence/daemon_scenario.py.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import msgspec

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from conformance.door.messages import (  # noqa: E402 - found by the line above
    METHODS,
    Incoming,
    LogLine,
    Request,
)
from conformance.evidence.daemon_scenario import DaemonScenario  # noqa: E402 - likewise
from conformance.evidence.scenario import Scenario  # noqa: E402 - likewise
from conformance.report.doctor_file import DoctorFile  # noqa: E402 - likewise
from conformance.report.kill_matrix import KillMatrix  # noqa: E402 - likewise
from conformance.report.matrix_file import Matrix  # noqa: E402 - likewise
from conformance.report.verdict_file import VerdictFile  # noqa: E402 - likewise

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def verdict_schema() -> dict[str, Any]:
    """Make the schema of verdict.json.

    Returns:
        A JSON Schema.
    """
    schema = msgspec.json.schema(VerdictFile)
    return {"$schema": _DIALECT, "title": "verdict.json of worker-factory-conformance", **schema}


def doctor_schema() -> dict[str, Any]:
    """Make the schema of what `wfc doctor --json` writes.

    Returns:
        A JSON Schema.
    """
    schema = msgspec.json.schema(DoctorFile)
    return {"$schema": _DIALECT, "title": "wfc doctor --json", **schema}


def mutants_schema() -> dict[str, Any]:
    """Make the schema of mutants.json.

    Returns:
        A JSON Schema.
    """
    schema = msgspec.json.schema(KillMatrix)
    return {"$schema": _DIALECT, "title": "mutants.json of worker-factory-conformance", **schema}


def matrix_schema() -> dict[str, Any]:
    """Make the schema of matrix.json.

    Returns:
        A JSON Schema.
    """
    schema = msgspec.json.schema(Matrix)
    return {"$schema": _DIALECT, "title": "matrix.json of worker-factory-conformance", **schema}


def protocol_schema() -> dict[str, Any]:
    """Make the schema of the door's messages.

    Returns:
        A JSON Schema: `oneOf` what may stand on a line; below `methods`, for each method the
        forms of its parameters and of its result.
    """
    forms = [form for pair in METHODS.values() for form in pair]
    own = [Request, Incoming, LogLine]
    references, definitions = msgspec.json.schema_components(
        [*own, *forms], ref_template="#/$defs/{name}"
    )
    pairs = references[len(own) :]
    methods = {
        method: {"params": pairs[2 * number], "result": pairs[2 * number + 1]}
        for number, method in enumerate(METHODS)
    }
    return {
        "$schema": _DIALECT,
        "title": "Messages between the suite and an adapter, one a line",
        "oneOf": references[:2],
        "methods": methods,
        "notifications": {"log": {"params": references[2]}},
        "$defs": definitions,
    }


def scenario_schema() -> dict[str, Any]:
    """Make the schema of scenario files.

    Returns:
        A JSON Schema; an editor that knows YAML checks a file by it while it is written.
    """
    schema = msgspec.json.schema(Scenario)
    return {"$schema": _DIALECT, "title": "A scenario of worker-factory-conformance", **schema}


def daemon_scenario_schema() -> dict[str, Any]:
    """Make the schema of scenario files about daemons: those with `daemon:`.

    Returns:
        A JSON Schema.
    """
    schema = msgspec.json.schema(DaemonScenario)
    title = "A daemon's scenario of worker-factory-conformance"
    return {"$schema": _DIALECT, "title": title, **schema}


def tidy(schema: Any) -> Any:
    """Bring descriptions to the margin: msgspec and Python differ in that by version.

    Args:
        schema: or a part of one.

    Returns:
        It, with all descriptions as `inspect.cleandoc` leaves them.
    """
    if isinstance(schema, dict):
        return {
            name: inspect.cleandoc(part)
            if name == "description" and isinstance(part, str)
            else tidy(part)
            for name, part in schema.items()
        }
    return [tidy(part) for part in schema] if isinstance(schema, (list, tuple)) else schema


SCHEMAS = {
    "verdict.schema.json": verdict_schema,
    "doctor.schema.json": doctor_schema,
    "mutants.schema.json": mutants_schema,
    "matrix.schema.json": matrix_schema,
    "protocol.schema.json": protocol_schema,
    "scenario.schema.json": scenario_schema,
    "daemon-scenario.schema.json": daemon_scenario_schema,
}


def main(arguments: list[str]) -> int:
    """Write the schemas, or compare.

    Args:
        arguments: `--check` to compare only.

    Returns:
        The exit code: 1 if a published schema is out of date.
    """
    stale: list[str] = []
    for name, make in SCHEMAS.items():
        text = msgspec.json.format(msgspec.json.encode(tidy(make())), indent=2).decode() + "\n"
        path = _HERE / name
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run python docs/write_schemas.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
