"""The side channel of one scenario, from the suite's end."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from conformance.evidence.history import History
from conformance.evidence.sightings import Sighting, parse_line

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes of a value that need no encoding, beside letters and digits.
_SAFE = "._/:@+,-"
_PLAIN = re.compile(r"[A-Za-z0-9._/:@+,~-]*")
_READ_BYTES = 1 << 16
#: Where a line tells its number and its writer, among how many parts (parse_line).
_SEQ, _WHO, _HEAD = 2, 3, 4


class SideChannel:
    """An append-only file that fakes and suite write to; reading it never blocks."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._fd = os.open(path, flags, 0o600)
        self._offset = 0
        self._torn = b""
        self._seen: list[Sighting] = []
        self._seq = 0
        self._own: dict[int, Sighting] = {}

    def note(self, what: str, **keys: object) -> None:
        """Write a sighting of the harness's own.

        Args:
            what: name of the event.
            **keys: its particulars.
        """
        self._seq += 1
        texts = {key: str(value) for key, value in keys.items()}
        own = Sighting(time.monotonic_ns(), os.getpid(), self._seq, "harness", what, texts)
        self._own[own.seq] = own
        head = f"{own.at_ns} {own.pid} {own.seq} harness {what}"
        tail = "".join([f" {key}={_encoded(text)}" for key, text in texts.items()])
        os.write(self._fd, f"{head}{tail}\n".encode())

    def history(self) -> History:
        """Read all that has been seen so far.

        Returns:
            The history.

        Raises:
            ValueError: if a complete line is malformed.
        """
        self._take_in()
        return History(tuple(self._seen))

    def since(self, index: int) -> list[Sighting]:
        """Read what has been seen, but for what is known already.

        Args:
            index: how many of the first sightings are known.

        Returns:
            The others, oldest first.

        Raises:
            ValueError: if a complete line is malformed.
        """
        self._take_in()
        return self._seen[index:]

    def _take_in(self) -> None:
        is_full = True
        while is_full:
            data = os.pread(self._fd, _READ_BYTES, self._offset)
            is_full = len(data) == _READ_BYTES
            self._offset += len(data)
            *lines, self._torn = (self._torn + data).split(b"\n")
            self._seen += map(self._parse, lines)

    def _parse(self, line: bytes) -> Sighting:
        """Read a line; what we wrote ourselves is known."""
        head = line.split(b" ", _HEAD)
        if len(head) > _WHO and head[_WHO] == b"harness" and head[_SEQ].isdigit():
            own = self._own.pop(int(head[_SEQ]), None)
            if own is not None:
                return own
        text = line.decode()
        try:
            return parse_line(text)
        except (ValueError, msgspec.ValidationError):
            return parse_line(_after_torn(text))

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def _after_torn(line: str) -> str:
    """Drop the beginning of a line that its writer did not live to end.

    The kernel copies a write page by page, and SIGKILL may come between two: the next
    writer's line then follows without a newline. Its first field has as many digits as that
    of the torn line.
    """
    digits = len(line.partition(" ")[0])
    heads = re.finditer(rf"\d{{{digits}}} \d+ \d+ (?:daemon|worker|simple|harness) ", line)
    last = max((head.start() for head in heads), default=0)
    return line[last:]


def _encoded(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, _SAFE)
