"""What the stages tell, a line of JSON each; gathered into an examination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.cli.doctor.advice import accuse, trouble
from conformance.errors import SuiteError
from conformance.report.doctor_file import Culprit, Examination, PythonEntry, StageEntry

if TYPE_CHECKING:
    from conformance.cli.doctor.asked import Asked


class Message(msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower):
    """A line."""


class Place(Message, frozen=True):
    """Where the stages run."""

    host: str
    executor: str
    own: str


class Python(Message, frozen=True):
    """The interpreter that was found."""

    python: PythonEntry


class Track(Message, frozen=True):
    """A daemon or a simple worker comes next."""

    track: str
    argv: tuple[str, ...]


class Stage(Message, frozen=True):
    """A stage has ended."""

    stage: StageEntry


class Skipped(Message, frozen=True):
    """A track is left out."""

    track: str
    reason: str


class Stderr(Message, frozen=True):
    """The end of a standard error, behind a stage that failed."""

    track: str
    lines: tuple[str, ...]


class Found(Message, frozen=True, tag="culprit"):
    """Who wrote to standard output; null if it was not found."""

    track: str
    culprit: Culprit | None


class End(Message, frozen=True):
    """There is nothing more to come."""


_NoStage = Place | Python | Track | Skipped | Stderr | Found | End
_DECODER = msgspec.json.Decoder(Stage | _NoStage)


class Gathering:
    """The examination of one host while its lines come in.

    Args:
        asked: what is examined.

    Attributes:
        so_far: what is known.
    """

    def __init__(self, asked: Asked) -> None:
        self.so_far = Examination()
        self._asked = asked

    def take(self, line: bytes) -> StageEntry | None:
        """Take one line.

        Args:
            line: without its end.

        Returns:
            The stage, if it tells of one.

        Raises:
            SuiteError: if it is none of ours.
        """
        try:
            message: Stage | _NoStage = _DECODER.decode(line)
        except msgspec.DecodeError as error:
            raise SuiteError(f"the doctor's stages say {line[:100]!r}: {error}") from None
        if isinstance(message, Stage):
            self._add(message.stage)
            return message.stage
        self._take(message)
        return None

    def _take(self, message: _NoStage) -> None:
        match message:
            case Place(host=host, executor=executor):
                self._note(host=host, executor=executor)
            case Python(python=python):
                self._note(python=python)
            case Track(track=track, argv=argv):
                self._note(commands={**self.so_far.commands, track: argv})
            case Skipped(track=track, reason=reason):
                self._note(skipped={**self.so_far.skipped, track: reason})
            case End():
                self._note(is_whole=True)
            case Stderr() | Found():
                self._explain(message)

    def _note(self, **fields: object) -> None:
        self.so_far = msgspec.structs.replace(self.so_far, **fields)

    def _add(self, stage: StageEntry) -> None:
        self._note(stages=(*self.so_far.stages, stage))
        if stage.verdict == "fail":
            told = trouble(stage, self.so_far, self._asked)
            self._note(troubles=(*self.so_far.troubles, told))

    def _explain(self, message: Stderr | Found) -> None:
        """Put what comes behind a failed stage to its trouble."""
        *others, last = self.so_far.troubles
        if isinstance(message, Stderr):
            last = msgspec.structs.replace(last, stderr=message.lines)
        else:
            last = accuse(last, message.culprit)
        self._note(troubles=(*others, last))
