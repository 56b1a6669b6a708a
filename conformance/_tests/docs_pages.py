"""The documentation's pages, as a reader has them: files to write, commands to type, what comes."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from conformance.cli.commands import root
from conformance.door.find import ROOT
from conformance.drive import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FENCE = re.compile(r'^```(\w*)(?: title="(.*?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
#: A command of ours in a line, up to where the shell begins another.
_OURS = re.compile(r"(?:^|[\s/])wfc ((?:'[^']*'|\"[^\"]*\"|[^&;<>'\"\n])*)")
#: Stands for anything: in a line, or as a line for any number of lines.
_ANYTHING = "…"


class Fence(NamedTuple):
    """A fenced block: its language, the file that it is (or nothing), its text."""

    language: str
    title: str
    text: str

    def transcript(self) -> Iterator[tuple[str, str]]:
        """Each command with what it shows; for `sh`, where nothing is shown, anything."""
        if self.language == "sh":
            yield from ((line, "…\n") for line in self.text.splitlines() if line)
            return
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


def pages() -> list[Path]:
    """Every page that is written by hand or drawn."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def fences(path: Path) -> list[Fence]:
    """The fenced blocks of a page."""
    return [Fence(*found) for found in _FENCE.findall(path.read_text(encoding="utf-8"))]


def commands_of_ours(path: Path) -> list[str]:
    """What follows `wfc ` in the page's fences and code, each as typed."""
    text = path.read_text(encoding="utf-8")
    shells = [one for one in fences(path) if one.language in ("", "sh", "console")]
    lines = [line for one in shells for line in one.text.splitlines()]
    lines += _CODE.findall(_FENCE.sub("", text))
    return [found.strip() for line in lines for found in _OURS.findall(line) if found.strip()]


def wrong_in(command: str) -> str:
    """What click says against a command, or nothing; values are not looked at."""
    words = shlex.split(command)
    part: click.Command = root
    while isinstance(part, click.Group) and words and not words[0].startswith("-"):
        names = words.pop(0).split("|")
        if unknown := [name for name in names if name not in part.commands]:
            return f"no command {unknown}"
        part = part.commands[names[0]]
    try:
        part.make_parser(click.Context(part)).parse_args(words)
    except click.UsageError as error:
        return error.format_message()
    return ""


def is_shown(shown: str, printed: str) -> bool:
    """Whether what a page shows is what came."""
    lines = [
        r"(?:.*\n)*?" if line == _ANYTHING else r".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in shown.splitlines()
    ]
    return re.fullmatch("".join(lines), printed) is not None


class Reader:
    """Does in a directory what a page says."""

    def __init__(self, place: Path) -> None:
        self.place = place / "here"
        self.place.mkdir()
        self._bin = place / "bin"
        self._bin.mkdir()
        self._out = place / "printed"
        self._status: int | None = 0
        shim = self._bin / "wfc"
        shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m conformance "$@"\n', "utf-8")
        shim.chmod(0o700)

    def write(self, fence: Fence) -> None:
        """Write the file that a fence is, or change it as a diff says."""
        path = self.place / fence.title
        if fence.language != "diff":
            path.write_text(fence.text, encoding="utf-8")
            return
        lines = fence.text.splitlines(keepends=True)
        before, after = (
            "".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +")
        )
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"the diff of {fence.title} fits not once"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def type(self, command: str) -> str:
        """Run a command in the shell; what it prints, on both streams."""
        with self._out.open("wb") as out:
            process = sandbox.start(
                ["/bin/sh", "-c", f"(exit {self._status}); {command}"],
                env={"PATH": f"{self._bin}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
                cwd=str(self.place),
                stdout=out.fileno(),
                stderr=out.fileno(),
            )
        process.end(within_s=500)
        self._status = process.exit_status()
        return self._out.read_text(encoding="utf-8")

    @property
    def status(self) -> int | None:
        """The exit code of the last command."""
        return self._status
