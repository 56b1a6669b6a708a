"""The side channel of one scenario, from the suite's end."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.evidence.history import History
from conformance.evidence.sightings import Sighting, parse_line

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes of a value that need no encoding, beside letters and digits.
_SAFE = "._/:@+,-"
_READ_BYTES = 1 << 20


class SideChannel:
    """An append-only file that fakes and suite write to; reading it never blocks."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._fd = os.open(path, flags, 0o600)
        self._offset = 0
        self._torn = b""
        self._seen: list[Sighting] = []
        self._seq = 0

    def note(self, what: str, **keys: object) -> None:
        """Write a sighting of the harness's own.

        Args:
            what: name of the event.
            **keys: its particulars.
        """
        self._seq += 1
        head = f"{time.monotonic_ns()} {os.getpid()} {self._seq} harness {what}"
        tail = "".join(f" {key}={quote(str(value), _SAFE)}" for key, value in keys.items())
        os.write(self._fd, f"{head}{tail}\n".encode())

    def history(self) -> History:
        """Read all that has been seen so far.

        Returns:
            The history.

        Raises:
            ValueError: if a complete line is malformed.
        """
        while data := os.pread(self._fd, _READ_BYTES, self._offset):
            self._offset += len(data)
            *lines, self._torn = (self._torn + data).split(b"\n")
            self._seen.extend(parse_line(line.decode()) for line in lines)
        return History(tuple(self._seen))

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
