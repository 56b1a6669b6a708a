"""What is kept of a scenario that found something wrong: all that was seen in it."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.stage.stage import Stage

#: What a directory's name may hold of a test's.
_PLAIN = re.compile(r"[^A-Za-z0-9_]+")
#: Longest name kept of a test, and hex digits that tell tests apart whose names are alike.
_NAME, _DIGITS = 60, 6


def keep_trace(stage: Stage, test: str, directory: Path) -> Path:
    """Write down what was seen in a scenario.

    Args:
        stage: of the scenario, not yet closed.
        test: id of the test that played it.
        directory: where traces are written, each in a directory of its own.

    Returns:
        Its directory, with `history.ndjson` and `stderr.txt`.
    """
    place = directory / trace_name(test)
    place.mkdir(parents=True, exist_ok=True)
    history = stage.run.ndjson(stage.history)
    (place / "history.ndjson").write_text(history, encoding="utf-8")
    stderr = stage.run.hide(stage.read_stderr())
    (place / "stderr.txt").write_text(stderr, encoding="utf-8", errors="replace")
    return place


def trace_name(test: str) -> str:
    """Name the directory of a test's trace.

    Args:
        test: its id.

    Returns:
        A name that is fit for a file, and no other test's.
    """
    digest = hashlib.blake2b(test.encode()).hexdigest()[:_DIGITS]
    name = _PLAIN.sub("-", test.rpartition("::")[2]).strip("-")[:_NAME]
    return f"{name}-{digest}"
