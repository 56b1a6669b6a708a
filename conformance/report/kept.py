"""What a run keeps of a failure beside its verdict: the history and standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.evidence.history import History
from conformance.evidence.sightings import Sighting

if TYPE_CHECKING:
    from pathlib import Path

#: Names of the files in the directory of a case or of a trace.
HISTORY, STDERR, TIMELINE = "history.ndjson", "stderr.txt", "timeline.svg"
#: Name of the page in the run's own directory.
REPORT = "report.html"

_SIGHTING = msgspec.json.Decoder(Sighting)


class Kept(msgspec.Struct, frozen=True):
    """What was seen.

    Attributes:
        history: sightings, as far as the file can be read.
        stderr: what was written to standard error.
    """

    history: History = History()
    stderr: str = ""


def read_kept(directory: Path) -> Kept:
    """Read what was kept of a failure.

    Args:
        directory: of a case or of a trace.

    Returns:
        What is there; a file that is missing, or was cut off by a kill, is told as far as it
        goes.
    """
    return Kept(History(tuple(_sightings(_read(directory / HISTORY)))), _read(directory / STDERR))


def _sightings(text: str) -> list[Sighting]:
    found: list[Sighting] = []
    for line in text.splitlines():
        try:
            found.append(_SIGHTING.decode(line))
        except msgspec.DecodeError:
            break
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
