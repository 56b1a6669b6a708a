"""The bytes of the protocol: the fakes' own codec.

Two more stand in this repository, the suite's and the reference's, on purpose: who shares
a codec with his subject cannot see a mistake in it. Golden bytes hold them together.
"""

from __future__ import annotations

#: Length of an integer on the wire, in bytes.
INT_BYTES = 4


def pack(number: int) -> bytes:
    """Write an integer: 4 bytes, signed, big endian.

    Args:
        number: from -2**31 to 2**31 - 1.

    Returns:
        The 4 bytes.
    """
    return number.to_bytes(INT_BYTES, "big", signed=True)


def unpack(raw: bytes) -> int:
    """Read an integer: 4 bytes, signed, big endian.

    Args:
        raw: the 4 bytes.

    Returns:
        The number.
    """
    return int.from_bytes(raw, "big", signed=True)


def frame(body: bytes) -> bytes:
    """Put the length before a body: so go secret and reply.

    Args:
        body: any bytes.

    Returns:
        4 bytes of length, then the body.
    """
    return pack(len(body)) + body


#: What a worker answers to the right secret, and what to a wrong one.
ACCEPTED, REJECTED = frame(b"ok"), frame(b"err")
