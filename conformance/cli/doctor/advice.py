"""From a stage that failed to what a user should know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.cli.doctor.remedies import REMEDIES, SIMPLE_SAYS
from conformance.cli.doctor.remedy import Remedy
from conformance.report.doctor_file import Trouble

if TYPE_CHECKING:
    from conformance.cli.doctor.asked import Asked
    from conformance.report.doctor_file import Culprit, Examination, StageEntry

#: Which cause of text before the port is a culprit's.
_CAUSE_BY_CULPRIT = {"start": 0, "import": 1, "program": 2, "nowhere": 3}
#: Until these have passed, Spark puts any failure of a simple worker into one message.
_CONNECTING = ("simple connect", "simple secret", "simple pid")
#: Since 4.1 an announcement may be a path.
_FIRST_WITH_PATHS = (4, 1)


def trouble(stage: StageEntry, seen: Examination, asked: Asked) -> Trouble:
    """Say what comes of a stage that failed.

    Args:
        stage: which one.
        seen: what is known of its host.
        asked: what is examined.

    Returns:
        What is known of its symptom.
    """
    remedy = REMEDIES.get(stage.symptom) or Remedy("", ("unknown to the suite",), "")
    python = seen.python
    names = {
        "daemon": asked.daemon,
        "worker": asked.worker,
        "module": asked.worker if stage.track == "simple" else asked.daemon,
        "python": python.path if python else asked.python,
        "or_path": "/socket path" if _has_paths(seen) else "",
    }
    says = SIMPLE_SAYS if stage.name in _CONNECTING else remedy.spark_says
    return Trouble(
        track=stage.track,
        stage=stage.name,
        symptom=stage.symptom,
        saw=stage.saw,
        spark_says=says.format(**names),
        causes=tuple(cause.format(**names) for cause in _causes(remedy, stage)),
        to_do=remedy.to_do.format(**names),
    )


def _causes(remedy: Remedy, stage: StageEntry) -> tuple[str, ...]:
    """List the likely causes; of what may not be executed a directory is plain to see."""
    if stage.symptom == "not-executable" and stage.saw.endswith(" is a directory"):
        return (remedy.causes[-1],)
    return remedy.causes[:-1] if stage.symptom == "not-executable" else remedy.causes


def accuse(told: Trouble, culprit: Culprit | None) -> Trouble:
    """Put the likeliest cause first, now that it is known who wrote.

    Args:
        told: of a stage that failed for what was on standard output.
        culprit: who wrote it; None if that was not found.

    Returns:
        What is known then.
    """
    causes = list(told.causes)
    if culprit and told.symptom == "text":
        causes.insert(0, causes.pop(_CAUSE_BY_CULPRIT[culprit.when]))
    elif culprit and culprit.when == "nowhere":  # the last one is the daemon module itself
        causes.insert(0, causes.pop())
    return msgspec.structs.replace(told, culprit=culprit, causes=tuple(causes))


def _has_paths(seen: Examination) -> bool:
    version = seen.python.pyspark if seen.python else ""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return not numbers or numbers >= _FIRST_WITH_PATHS
