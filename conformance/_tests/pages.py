"""Reads pages of HTML as a browser would, as far as tests ask."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

#: Elements that have no end.
_VOID = {"meta", "link", "br", "input", "img", "hr"}
#: Attributes by which a page asks for something, or runs it.
_ASKING = ("src", "href", "xlink:href", "action", "srcset", "data")


class Page(NamedTuple):
    """What a page has.

    Attributes:
        tags: names of its elements, in order.
        ids: of its elements.
        addresses: what its elements ask for or lead to.
        handlers: attributes that would run something.
        unclosed: elements that are not closed, or closed out of order.
        text: all that is not markup, styles and scripts included.
    """

    tags: list[str]
    ids: list[str]
    addresses: list[str]
    handlers: list[str]
    unclosed: list[str]
    text: str


def read_page(html: str) -> Page:
    """Read a page.

    Args:
        html: its text.

    Returns:
        What it has.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(
        tags=reader.tags,
        ids=reader.ids,
        addresses=reader.addresses,
        handlers=reader.handlers,
        unclosed=[*reader.wrong, *reader.open],
        text="".join(reader.texts),
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in _ASKING:
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
