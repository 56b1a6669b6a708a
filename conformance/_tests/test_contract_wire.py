"""The tester's codec against golden bytes written by hand, and against itself."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from conformance.contract import limits, wire

INTS = [
    (0, "00000000"),
    (1, "00000001"),
    (52725, "0000cdf5"),  # a port seen in a run
    (-1, "ffffffff"),
    (-5, "fffffffb"),
    (2**31 - 1, "7fffffff"),
    (-(2**31), "80000000"),
]
TEXTS = [
    ("", "00000000"),
    ("ok", "000000026f6b"),
    ("err", "00000003657272"),
    ("é", "00000002c3a9"),  # length in bytes, not in characters
]


@pytest.mark.parametrize(("value", "golden"), INTS)
def test_integers(value: int, golden: str) -> None:
    assert wire.encode_int(value).hex() == golden
    assert wire.decode_int(bytes.fromhex(golden)) == value


@pytest.mark.parametrize(("text", "golden"), TEXTS)
def test_texts(text: str, golden: str) -> None:
    assert wire.encode_text(text).hex() == golden
    assert wire.decode_text(bytes.fromhex(golden)) == text


def test_a_secret_has_64_digits() -> None:
    assert wire.encode_text("0f" * 32)[:4].hex() == "00000040"


def test_announcements() -> None:
    assert wire.encode_announcement(52725).hex() == "0000cdf5"
    assert wire.encode_announcement("/t/.a.sock").hex() == "0000000a2f742f2e612e736f636b"


def test_replies() -> None:
    assert wire.encode_reply(accepted=True).hex() == "000000026f6b"
    assert wire.encode_reply(accepted=False).hex() == "00000003657272"


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0", b"\0\0\0\0\0"])
def test_an_integer_has_four_bytes(data: bytes) -> None:
    with pytest.raises(ValueError, match="an integer has 4 bytes"):
        wire.decode_int(data)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_an_integer_that_does_not_fit(value: int) -> None:
    with pytest.raises(OverflowError):
        wire.encode_int(value)


@pytest.mark.parametrize("golden", ["00000003 6f6b", "00000001 6f6b", "ffffffff", "00000001"])
def test_a_frame_holds_what_it_claims(golden: str) -> None:
    with pytest.raises(ValueError, match="the frame claims"):
        wire.decode_text(bytes.fromhex(golden))


def test_a_frame_holds_utf_8() -> None:
    with pytest.raises(UnicodeDecodeError):
        wire.decode_text(bytes.fromhex("00000001ff"))


@given(st.integers(-(2**31), 2**31 - 1))
def test_integers_come_back(value: int) -> None:
    assert wire.decode_int(wire.encode_int(value)) == value


@given(st.text())
def test_texts_come_back(text: str) -> None:
    assert wire.decode_text(wire.encode_text(text)) == text


def test_limits_keep_their_order() -> None:
    assert limits.POLL_S < limits.MUST_NOT_HAPPEN_S < limits.MUST_HAPPEN_S
    assert limits.CALL_DEADLINE_S > limits.CONNECT_BACK_S + limits.SIMPLE_SECRET_S
    assert limits.CALL_DEADLINE_S > 2 * limits.PROCESS_WAIT_TIMEOUT_S
    assert limits.MUST_HAPPEN_S > limits.FORK_RETRY_S + limits.DAEMON_TICK_S
