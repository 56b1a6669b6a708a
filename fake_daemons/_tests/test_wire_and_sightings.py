"""Golden bytes of the codec, and the lines of the side channel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fake_daemons import sightings, wire

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("number", "raw"),
    [
        (0, "00000000"),
        (1, "00000001"),
        (-1, "ffffffff"),
        (52725, "0000cdf5"),
        (2147483647, "7fffffff"),
        (-2147483648, "80000000"),
    ],
)
def test_integers(number: int, raw: str) -> None:
    assert wire.pack(number).hex() == raw
    assert wire.unpack(bytes.fromhex(raw)) == number


def test_answers() -> None:
    assert wire.ACCEPTED.hex() == "000000026f6b"
    assert wire.REJECTED.hex() == "00000003657272"
    assert wire.frame(b"").hex() == "00000000"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-5, "-5"),
        ("", ""),
        ("a/b.c_d:e@f+g,h-9", "a/b.c_d:e@f+g,h-9"),
        ("a b=c%\n", "a%20b%3Dc%25%0A"),
        ("ä", "%C3%A4"),
        (b"\xff\x00", "%FF%00"),
    ],
)
def test_values_are_encoded(value: int | str | bytes, text: str) -> None:
    assert sightings.encode(value) == text


def test_lines_are_appended(tmp_path: Path) -> None:
    path = tmp_path / "sightings"
    path.write_text("before\n", "ascii")
    told = sightings.Sightings(str(path), "daemon")
    told.report("accept", {"n": 1, "peer": "::1"})
    told.reborn("worker")
    told.report("born", {})
    os.close(told.fd)
    before, first, second = path.read_text("ascii").splitlines()
    assert before == "before"
    assert first.split(" ", 1)[1] == f"{os.getpid()} 1 daemon accept n=1 peer=::1"
    assert second.split(" ", 1)[1] == f"{os.getpid()} 1 worker born"
    assert int(first.split()[0]) <= int(second.split()[0])


def test_mute_without_a_path() -> None:
    told = sightings.Sightings("", "daemon")
    told.report("accept", {})
    assert told.seq == 0


def test_digests_depend_on_secret_and_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFC_TOKEN", "one")
    digests = {sightings.digest(b"a"), sightings.digest(b"b")}
    monkeypatch.setenv("WFC_TOKEN", "two" * 99)
    digests.add(sightings.digest(b"a"))
    assert len(digests) == 3
    assert all(len(bytes.fromhex(text)) == 8 for text in digests)
