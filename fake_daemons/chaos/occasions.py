"""Occasions, counted in a file: the count outlives a daemon, and all workers share it."""

from __future__ import annotations

import os
from fcntl import LOCK_EX, flock
from hashlib import sha256

from fake_daemons.chaos.settings import SettingsError
from fake_daemons.kernel import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_daemons.chaos.settings import Settings

_LONGEST_BYTES = 64


class Occasions:
    """Says on which occasions the fault strikes.

    The file holds two numbers: occasions so far, and on how many of them it struck.

    Args:
        settings: the schedule, and the file.

    Raises:
        SettingsError: if the file cannot be written, or is no file of ours.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._add(0, 0)

    def next(self) -> int:
        """Count one more occasion.

        Returns:
            Its number, from 1, if the fault is due; else 0.
        """
        number = self._add(1, 0)
        return number if self._is_due(number) else 0

    def struck(self) -> None:
        """Count that the fault struck."""
        self._add(0, 1)

    def _is_due(self, number: int) -> bool:
        settings = self._settings
        if settings.schedule == "FIRST":
            return number <= settings.number
        if settings.schedule == "EVERY":
            return number % int(settings.number) == 0
        drawn = sha256(f"{settings.seed}:{number}".encode()).digest()[:8]
        return int.from_bytes(drawn, "big") < settings.number * 2**64

    def _add(self, occasions: int, strikes: int) -> int:
        path = self._settings.state_path
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as wrong:
            raise SettingsError(f"cannot count in {path}: {wrong.strerror}") from None
        try:
            flock(fd, LOCK_EX)
            old = _numbers(os.pread(fd, _LONGEST_BYTES, 0), path)
            new = old[0] + occasions, old[1] + strikes
            os.pwrite(fd, f"{new[0]} {new[1]}\n".encode(), 0)
        finally:
            os.close(fd)
        return new[0]


def _numbers(text: bytes, path: str) -> tuple[int, int]:
    words = text.split() or [b"0", b"0"]
    if len(words) != 2 or not all(word.isdigit() for word in words):  # noqa: PLR2004 - a pair
        raise SettingsError(f"{path} is no file of chaos")
    return int(words[0]), int(words[1])
