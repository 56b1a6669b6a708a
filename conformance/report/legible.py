"""Text of others, made fit to be shown: an implementation chooses its names and messages."""

from __future__ import annotations

#: Longest text that is told whole, in characters.
LONGEST = 4000
#: Where Unicode has pictures of the control characters U+0000 to U+001F.
_PICTURES = 0x2400
_DELETE = 0x7F


def legible(text: str, longest: int = LONGEST) -> str:
    """Make a text harmless for terminals, pages and files, and no longer than can be read.

    Args:
        text: any; it may hold escape sequences, half characters, or megabytes.
        longest: how many of its characters are kept.

    Returns:
        The text; what cannot be printed is shown as a picture or by its number, but line ends
        and tabs stay.
    """
    kept = text[:longest]
    shown = kept if kept.isprintable() else "".join(map(_shown, kept))
    left_out = len(text) - len(kept)
    return f"{shown}… ({left_out} more characters)" if left_out else shown


def in_a_line(text: str) -> str:
    """Make a text harmless as `legible` does, and one line of it: a CI log has commands in lines.

    Args:
        text: any.

    Returns:
        The text, with single blanks.
    """
    return legible(" ".join(text.split()))


def _shown(letter: str) -> str:
    if letter.isprintable() or letter in "\n\t":
        return letter
    number = ord(letter)
    if number < ord(" "):
        return chr(_PICTURES + number)
    return "\N{SYMBOL FOR DELETE}" if number == _DELETE else f"\\u{number:04x}"
