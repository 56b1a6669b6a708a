"""The documentation is followed: what it has a reader type runs, and shows what it says."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

from conformance.door.find import ROOT

from . import docs_pages
from .docs_pages import Fence, Reader

if TYPE_CHECKING:
    from pathlib import Path

#: Beginnings of commands that are not run here, each with the reason.
NOT_RUN = {
    "python3 -m venv": "an environment is filled from the network",
    ".venv/bin/pip install": "the network",
    ". .venv/bin/activate": "the environment above",
    "wfc run --gate --impl py:your.module:make": "your.module is the reader's",
    "wfc run --impl 'cmd:node docs/example": "minutes",
    "wfc doctor ": "it examines this host's Spark, or the reader's daemon",
}
#: Commands that run though they begin like one that is not.
RUN = ("wfc doctor --impl ",)
#: Pages whose commands are typed one after another; the others' are only checked by click.
FOLLOWED = (
    "README.md",
    "docs/tutorial.md",
    "docs/gate.md",
    "docs/doctor.md",
    "docs/example/README.md",
)


@pytest.fixture(autouse=True)
def checkout() -> None:
    """An installed suite carries no documentation."""
    if not (ROOT / "docs").is_dir():
        pytest.skip("an installed suite carries no documentation")


def reason_against(command: str) -> str:
    """Why a command is not run here; nothing if it is."""
    if command.startswith(RUN):
        return ""
    return next((why for start, why in NOT_RUN.items() if command.startswith(start)), "")


def follow(path: Path, reader: Reader) -> list[str]:
    """Do what a page says, in its order; tell the commands that ran."""
    ran: list[str] = []
    for fence in docs_pages.fences(path):
        if fence.title:
            reader.write(fence)
        if fence.language not in ("sh", "console"):
            continue
        for command, shown in fence.transcript():
            if not reason_against(command):
                printed = reader.type(command)
                assert docs_pages.is_shown(shown, printed), f"$ {command}\n{printed}"
                assert fence.language == "console" or reader.status == 0, f"$ {command}\n{printed}"
                ran.append(command)
    return ran


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def followed() -> list[Path]:
    guides = sorted((ROOT / "docs" / "guides").glob("*.md"))
    return [*(ROOT / name for name in FOLLOWED), *guides]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", followed(), ids=named)
def test_a_page_can_be_followed(path: Path, tmp_path: Path) -> None:
    """Word by word: its files, its commands, and what they show."""
    if "cmd:node" in path.read_text(encoding="utf-8") and shutil.which("node") is None:
        pytest.skip("node is not installed")
    reader = Reader(tmp_path)
    if path.parent.name == "example":  # it is about a file of the checkout
        (reader.place / "docs").symlink_to(ROOT / "docs")
    ran = follow(path, reader)
    assert ran or path.name != "tutorial.md"


@pytest.mark.parametrize("path", docs_pages.pages(), ids=named)
def test_every_command_and_option_on_a_page_exists(path: Path) -> None:
    wrong = {one: docs_pages.wrong_in(one) for one in docs_pages.commands_of_ours(path)}
    assert {command: why for command, why in wrong.items() if why} == {}


def test_no_exception_is_without_a_command() -> None:
    """An exception that nobody needs would hide the next mistake."""
    typed = [
        command
        for path in followed()
        for fence in docs_pages.fences(path)
        if fence.language in ("sh", "console")
        for command, _ in fence.transcript()
    ]
    idle = [
        start
        for start in NOT_RUN
        if not any(one.startswith(start) and not one.startswith(RUN) for one in typed)
    ]
    assert idle == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("run --impl py:a:b --gate", ""),
        ("baseline show|prune", ""),
        ("runn", "no command"),
        ("run --gaet", "--gaet"),
        ("baseline acept x", "no command"),
        ("run --impl", "requires an argument"),
    ],
)
def test_a_command_that_does_not_exist_is_seen(command: str, said: str) -> None:
    wrong = docs_pages.wrong_in(command)
    assert said in wrong
    assert bool(said) == bool(wrong)


def test_what_a_page_shows_is_compared() -> None:
    printed = "one 1.2 s\ntwo\nthree\n"
    assert docs_pages.is_shown("one … s\n…\nthree\n", printed)
    assert docs_pages.is_shown("…\n", printed)
    assert not docs_pages.is_shown("one … s\nthree\n", printed)
    assert not docs_pages.is_shown("one … s\n…\nfour\n", printed)
    assert not docs_pages.is_shown("", printed)


def test_a_reader_writes_changes_and_types(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.write(Fence("python", "a.txt", "1\n2\n3\n"))
    reader.write(Fence("diff", "a.txt", " 1\n-2\n+4\n"))
    assert reader.type("cat a.txt") == "1\n4\n3\n"
    assert reader.type("exit 6") == ""
    assert reader.type("echo $?") == "6\n"
    assert shlex.split(reader.type("wfc --version"))[0] == "wfc"
    with pytest.raises(AssertionError, match="fits not once"):
        reader.write(Fence("diff", "a.txt", "-2\n+4\n"))


def test_a_page_is_fitted_for_the_site() -> None:
    """What the site lacks becomes text; what nobody has stays, and the build fails on it."""
    spec = importlib.util.spec_from_file_location("site_links", ROOT / "docs" / "site_links.py")
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    page = '[a](../README.md) [b](gate.md) [c](nowhere.md) [d](../nowhere.md)\n```py title="x.py"\n'
    fitted = "a [b](gate.md) [c](nowhere.md) [d](../nowhere.md)\n`x.py`:\n\n```py\n"
    assert hook.for_site(page, "index.md") == fitted
