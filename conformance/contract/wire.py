"""The tester's own codec: integers, texts, the announcement, the replies.

Three codecs stand on purpose, one per stranger: the tester's, the implementation's and
the fakes'. A tester that shares its codec with its subject cannot see a mistake in it;
golden bytes written by hand hold the three together. Forms as Spark 2.4 to 4.3 have them.
"""

from __future__ import annotations

#: Width of every integer on the wire: signed, big endian.
INT_BYTES = 4

#: Replies to a secret, without their length; SocketAuthHelper and worker of every release.
ACCEPTED = "ok"
REFUSED = "err"


def encode_int(value: int) -> bytes:
    """Write an integer as the wire has it.

    Args:
        value: from -2**31 to 2**31 - 1; anything else is an OverflowError.

    Returns:
        Four bytes, big endian.
    """
    return value.to_bytes(INT_BYTES, "big", signed=True)


def decode_int(data: bytes) -> int:
    """Read an integer: a port, a pid, a length.

    Args:
        data: just the four bytes.

    Returns:
        The value, negative if the first bit is set.

    Raises:
        ValueError: if there are more or fewer bytes.
    """
    if len(data) != INT_BYTES:
        raise ValueError(f"an integer has {INT_BYTES} bytes, not {len(data)}")
    return int.from_bytes(data, "big", signed=True)


def encode_text(text: str) -> bytes:
    """Write a secret, a reply or a path: its length in bytes, then UTF-8.

    Args:
        text: any text that UTF-8 can hold.

    Returns:
        The frame.
    """
    data = text.encode()
    return encode_int(len(data)) + data


def decode_text(data: bytes) -> str:
    """Read a frame of text.

    Args:
        data: the whole frame and nothing after it.

    Returns:
        The text.

    Raises:
        ValueError: if the length is not that of the rest, or the rest is no UTF-8.
    """
    length = decode_int(data[:INT_BYTES])
    rest = data[INT_BYTES:]
    if length != len(rest):
        raise ValueError(f"the frame claims {length} bytes and has {len(rest)}")
    return rest.decode()


def encode_announcement(where: int | str) -> bytes:
    """Write what a daemon announces on its stdout.

    Args:
        where: its port, or the path of its Unix domain socket (Spark 4.1 and later).

    Returns:
        The bytes.
    """
    return encode_text(where) if isinstance(where, str) else encode_int(where)


def encode_reply(*, accepted: bool) -> bytes:
    """Write the answer to a secret.

    Args:
        accepted: whether it was the right one.

    Returns:
        The frame.
    """
    return encode_text(ACCEPTED if accepted else REFUSED)
