"""The pages that the suite writes, opened in a real Chromium (`tox -e pages`).

WFC_TEST_PAGES may name more of them, with a colon between: pages of runs that were made before.
"""

from __future__ import annotations

import os
import re
import shutil
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from conformance.evidence.findings import Verdict
from conformance.report.files import write_page

from .command import Wfc
from .test_report_page import a_run, directory, entry, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

__all__ = ["directory"]  # a fixture of the other module

#: Widths of a desk and of a phone, in pixels.
WIDTHS = (1280, 390)
#: A sheet of A4 without margins of 1 cm, in pixels, and how it is asked for.
SHEET = (718, 1047)
A4: Any = {"format": "A4", "margin": dict.fromkeys(("top", "right", "bottom", "left"), "1cm")}
#: A page of paper with fewer pieces of text is near-empty: a heading has two.
FEWEST = 20
#: Largest page, in bytes.
LARGEST = 2_000_000
#: Violations of these impacts fail.
IMPACTS = ("serious", "critical")
#: What has the focus.
FOCUS = "`${document.activeElement.tagName} ${document.activeElement.className}`"
#: Pages that were made before.
MORE = tuple(filter(None, os.environ.get("WFC_TEST_PAGES", "").split(":")))


class Opened(NamedTuple):
    """A page in the browser.

    Attributes:
        page: the page.
        said: what the console said, errors of the page included.
        asked: addresses that were asked for, beside the page's own.
    """

    page: Page
    said: list[str]
    asked: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = os.environ.get("WFC_TEST_CHROMIUM") or shutil.which("chromium")
    assert path, "no chromium on the PATH: install one, or name it by WFC_TEST_CHROMIUM"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run that found a case and a scenario broken."""
    place = tmp_path_factory.mktemp("real")
    options = ("--clause", "F-POOL-02", "--effort", "quick")
    assert Wfc(place)("run", "--impl", "mutant:lifo_pool", *options).status == 1
    return place / "wfc-report" / "latest" / "report.html"


@pytest.fixture
def hostile(directory: Path) -> Path:
    """A report in which everything is said that must not be taken for markup."""
    findings = (found(case="7QK2"), found(test="t"))
    entries = [entry(verdict, *findings, number=n) for n, verdict in enumerate(Verdict)]
    write_page(a_run(*entries), directory)
    return directory / "report.html"


def opened(browser: Browser, path: Path, width: int, **settings: Any) -> Opened:
    """Open a page, and listen to it."""
    page = browser.new_context(viewport={"width": width, "height": 900}, **settings).new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.resolve().as_uri())
    foreign = [one for one in asked[1:] if not one.startswith("data:")]
    return Opened(page, said, foreign)


def overflow(page: Page) -> int:
    """Measure by how many pixels a page is wider than its window."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


def serious(page: Page) -> list[str]:
    """Have axe-core look for what keeps people from reading the page."""
    found_ = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found_
        if one["impact"] in IMPACTS
    ]


def check(browser: Browser, path: Path, width: int) -> None:
    """See that a page is quiet, asks nobody, fits, can be read by all, and is small."""
    for scheme in ("light", "dark"):
        shown = opened(browser, path, width, color_scheme=scheme)
        assert shown.said == []
        assert shown.asked == []
        assert overflow(shown.page) <= 0
        assert serious(shown.page) == []
        shown.page.context.close()
    assert path.stat().st_size < LARGEST


@pytest.mark.timeout(120)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", ["real", "hostile", *MORE])
def test_a_page_can_be_read_by_all(
    browser: Browser, request: pytest.FixtureRequest, which: str, width: int
) -> None:
    """Real runs and one that says what it must not: on a desk and a phone, in light and dark."""
    is_made = which in ("real", "hostile")
    check(browser, request.getfixturevalue(which) if is_made else Path(which), width)


@pytest.mark.timeout(60)
def test_clauses_are_found_by_word_and_by_verdict(browser: Browser, real: Path) -> None:
    """The search narrows the list as one types, the buttons by verdict, and both together."""
    page = opened(browser, real, 1280).page
    rows = page.locator("tr.clause:visible")
    total = rows.count()
    page.get_by_role("searchbox").fill("f-pool-02")
    assert rows.count() == 1
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="FAIL").press("Enter")
    assert rows.count() == 1
    assert page.get_by_role("status").inner_text() == f"1 of {total} clauses"
    page.get_by_role("button", name="FAIL").press("Enter")
    assert rows.count() == total


@pytest.mark.timeout(60)
def test_the_picture_of_a_case_is_where_the_terminal_says(browser: Browser, real: Path) -> None:
    """`report.html#ID` leads to the case, and its pin stands in sight."""
    case = next((real.parent / "cases").glob("????")).name
    page = opened(browser, real, 1280).page
    page.goto(f"{real.resolve().as_uri()}#{case}")
    assert page.locator(f"#{case}").bounding_box() is not None
    box = page.locator(f"#{case} .drawing").bounding_box()
    pin = page.locator(f"#{case} .pin").first.bounding_box()
    assert box is not None
    assert pin is not None
    assert box["y"] <= pin["y"] <= box["y"] + box["height"]


@pytest.mark.timeout(60)
def test_all_can_be_reached_by_keyboard(browser: Browser, real: Path) -> None:
    """The first Tab offers the content; summaries, links and the timeline take the focus."""
    page = opened(browser, real, 1280).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.tagName + document.activeElement.className")
        )
    assert {"SUMMARY", "A", "DIVscroll drawing", "BUTTONcopy"} <= reached


@pytest.fixture(params=["real", "hostile"])
def either(request: pytest.FixtureRequest) -> Path:
    """A real run, and then one that says what it must not."""
    page: Path = request.getfixturevalue(request.param)
    return page


def printed(browser: Browser, path: Path) -> Page:
    """Lay a page out as for a sheet of A4; what it opens before it is printed is open."""
    page = opened(browser, path, SHEET[0]).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    return page


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    """Where elements stand that have a box, as left, right, top, bottom, width and height."""
    found_: list[dict[str, float]] = page.locator(selector).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    return [one for one in found_ if one["width"] or one["height"]]


def pieces_of_text(pdf: bytes) -> list[int]:
    """Count for each page of a PDF of Chromium's how often text is put on it."""
    counts = []
    for number in re.findall(rb"/Type\s*/Page\b.*?/Contents (\d+) 0 R", pdf, re.DOTALL):
        start = re.search(rb"\n%s 0 obj\s.*?\bstream\r?\n" % number, pdf, re.DOTALL)
        assert start is not None
        content = zlib.decompressobj().decompress(pdf[start.end() :])
        counts.append(len(re.findall(rb"\bT[jJ]\b", content)))
    return counts


@pytest.mark.timeout(60)
def test_it_can_be_printed(browser: Browser, either: Path) -> None:
    """On paper nothing is cut off at the side, tools are left out, and what is open stays so."""
    page = printed(browser, either)
    assert overflow(page) <= 0
    tools = page.locator("#tools, .copy, .skip")
    assert tools.count() > 2
    assert not any(one.is_visible() for one in tools.all())
    assert page.locator(".failure details").count() > 0
    assert page.locator(".failure details:not([open])").count() == 0


@pytest.mark.timeout(60)
def test_a_printed_timeline_is_whole(browser: Browser, real: Path) -> None:
    """All lanes and rows are within the sheet; it breaks into parts, and none is cut."""
    page = printed(browser, real)
    assert len(set(page.locator(".timeline .name").all_text_contents())) > 4
    for drawing in page.locator(".drawing").all():
        assert drawing.evaluate("one => getComputedStyle(one).overflow") == "visible"
        assert drawing.evaluate("one => one.scrollHeight - one.clientHeight") <= 0
    drawn = boxes(page, ".timeline svg, .timeline text, .timeline path, .timeline .arrow")
    assert len(drawn) > 60
    assert [one for one in drawn if one["left"] < 0 or one["right"] > SHEET[0]] == []
    parts = page.locator(".drawing svg")
    for number in range(parts.count()):
        name = f".drawing svg >> nth={number}"
        (whole,) = boxes(page, name)
        assert whole["height"] < SHEET[1] / 2
        for text in boxes(page, f"{name} >> css=text"):
            assert whole["top"] - 1 <= text["top"] <= text["bottom"] <= whole["bottom"] + 1


@pytest.mark.timeout(60)
def test_no_page_of_paper_is_near_empty(browser: Browser, either: Path) -> None:
    """A heading does not stand alone before a timeline that found no room."""
    page = opened(browser, either, WIDTHS[0]).page
    *counts, _ = pieces_of_text(page.pdf(**A4))
    assert len(counts) > 3
    assert min(counts) >= FEWEST


@pytest.mark.timeout(60)
def test_the_printed_clauses_stand_below_their_heads(browser: Browser, real: Path) -> None:
    """The table has its five columns on A4, within the sheet, and not the layout of a phone."""
    page = printed(browser, real)
    for table in range(page.locator(".family table").count()):
        name = f".family table >> nth={table} >> "
        heads = boxes(page, f"{name}thead th")
        assert len(heads) == 5
        assert all(head["height"] > 10 for head in heads)
        assert heads[0]["left"] >= 0
        assert heads[-1]["right"] <= SHEET[0]
        for at, head in enumerate(heads, 1):
            for cell in boxes(page, f"{name}tbody tr > :nth-child({at})"):
                assert (cell["left"], cell["right"]) == (head["left"], head["right"])


@pytest.mark.timeout(60)
def test_a_phone_says_what_a_cell_is(browser: Browser, either: Path) -> None:
    """Evidence and time are labelled there, and left out where there is none; open, they fit."""
    page = opened(browser, either, WIDTHS[1]).page
    for at, head in ((4, "Evidence"), (5, "Time")):
        cells = page.locator(f"tr.clause > :nth-child({at})")
        labels = cells.filter(visible=True).evaluate_all(
            "all => all.map(one => getComputedStyle(one, '::before').content)"
        )
        assert labels
        assert all(head in label for label in labels)
        left_out = cells.filter(visible=False).all_text_contents()
        assert set(left_out) <= {"none", ""}
        assert len(labels) + len(left_out) == page.locator("tr.clause").count()
    page.locator(".family details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    assert overflow(page) <= 0
