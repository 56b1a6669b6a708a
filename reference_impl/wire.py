"""This implementation's own codec: integers of 4 bytes and texts with a length.

The tester and the fakes have a codec each; golden bytes written by hand in the tests
hold the three together. Nothing here reads or writes: bytes in, values out.
Integers are signed and big endian, texts are UTF-8 (section 3 of the contract).
"""

from __future__ import annotations

import struct

_INT = struct.Struct("!i")

#: Bytes of one integer, and so of the announced port and of a kill request.
INT_BYTES = _INT.size

#: The only reply that means success.
OK = "ok"

#: The reply to a wrong secret.
ERR = "err"


def pack_int(number: int) -> bytes:
    """An integer as it goes over the wire.

    Args:
        number: a signed 32-bit number.

    Returns:
        Four bytes, big endian.

    Raises:
        ValueError: the number does not fit.
    """
    try:
        return _INT.pack(number)
    except struct.error:
        raise ValueError(f"not a signed 32-bit number: {number}") from None


def unpack_int(raw: bytes) -> int:
    """The integer that four bytes stand for.

    Args:
        raw: exactly four bytes.

    Returns:
        A signed 32-bit number.

    Raises:
        ValueError: there are not exactly four bytes.
    """
    if len(raw) != INT_BYTES:
        raise ValueError(f"an integer has {INT_BYTES} bytes, not {len(raw)}")
    (number,) = _INT.unpack(raw)
    return int(number)


def pack_text(text: str) -> bytes:
    """A text as it goes over the wire: length in bytes, then UTF-8."""
    raw = text.encode()
    return pack_int(len(raw)) + raw


def unpack_text(raw: bytes) -> str:
    """The text of a whole frame.

    Args:
        raw: length and that many bytes of UTF-8.

    Returns:
        The text.

    Raises:
        ValueError: the length is not that of the rest, or the rest is no UTF-8.
    """
    length, body = unpack_int(raw[:INT_BYTES]), raw[INT_BYTES:]
    if length != len(body):
        raise ValueError(f"a text of {length} bytes has {len(body)}")
    return body.decode()
