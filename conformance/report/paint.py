"""How a text is coloured; this room does not know of terminals."""

from __future__ import annotations

from collections.abc import Callable

#: Colours a text: the text, the name of a colour.
Paint = Callable[[str, str], str]


def plainly(text: str, _colour: str) -> str:
    """Colour nothing.

    Args:
        text: to be shown.
        _colour: ignored.

    Returns:
        The text.
    """
    return text
