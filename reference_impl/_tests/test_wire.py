"""The codec: golden bytes written by hand, and every value there and back."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from reference_impl import wire


@pytest.mark.parametrize(
    ("number", "raw"),
    [
        (0, b"\x00\x00\x00\x00"),
        (1, b"\x00\x00\x00\x01"),
        (52725, b"\x00\x00\xcd\xf5"),
        (-1, b"\xff\xff\xff\xff"),
        (-5, b"\xff\xff\xff\xfb"),
        (2147483647, b"\x7f\xff\xff\xff"),
        (-2147483648, b"\x80\x00\x00\x00"),
    ],
)
def test_golden_integers(number: int, raw: bytes) -> None:
    assert wire.pack_int(number) == raw
    assert wire.unpack_int(raw) == number


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("", b"\x00\x00\x00\x00"),
        ("ok", b"\x00\x00\x00\x02\x6f\x6b"),
        ("err", b"\x00\x00\x00\x03\x65\x72\x72"),
        ("é", b"\x00\x00\x00\x02\xc3\xa9"),
        ("0" * 64, b"\x00\x00\x00\x40" + b"\x30" * 64),
    ],
)
def test_golden_texts(text: str, raw: bytes) -> None:
    assert wire.pack_text(text) == raw
    assert wire.unpack_text(raw) == text


@given(st.integers(-(2**31), 2**31 - 1))
def test_every_integer_survives(number: int) -> None:
    assert wire.unpack_int(wire.pack_int(number)) == number


@given(st.binary(min_size=4, max_size=4))
def test_every_four_bytes_are_an_integer(raw: bytes) -> None:
    assert wire.pack_int(wire.unpack_int(raw)) == raw


@given(st.text())
def test_every_text_survives(text: str) -> None:
    assert wire.unpack_text(wire.pack_text(text)) == text


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_too_large_integers_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="32-bit"):
        wire.pack_int(number)


@given(st.binary(max_size=16).filter(lambda raw: len(raw) != 4))
def test_other_lengths_are_no_integer(raw: bytes) -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        wire.unpack_int(raw)


@pytest.mark.parametrize("raw", [b"\x00\x00\x00\x03ok", b"\xff\xff\xff\xff"])
def test_a_text_has_the_length_it_says(raw: bytes) -> None:
    with pytest.raises(ValueError, match="a text of"):
        wire.unpack_text(raw)
