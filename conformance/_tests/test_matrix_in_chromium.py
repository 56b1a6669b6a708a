"""matrix.html in a real Chromium (`tox -e pages`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract.clauses import CLAUSES
from conformance.door.find import ROOT
from conformance.report.matrix_file import read
from conformance.report.matrix_html import render

from .test_matrix_pages import BOTH, hostile
from .test_pages_in_chromium import WIDTHS, browser, check, opened, serious

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

__all__ = ["browser"]  # a fixture of the other module


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The matrix of two releases and one that could not be started."""
    path = tmp_path / "matrix.html"
    path.write_text(render(BOTH), encoding="utf-8")
    return path


@pytest.mark.timeout(120)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_matrix_can_be_read_by_all(browser: Browser, page: Path, width: int) -> None:
    check(browser, page, width)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_matrix_of_all_releases_can_be_read_by_all(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    """Wider than a phone: its tables scroll, the page does not."""
    path = tmp_path / "matrix.html"
    path.write_text(render(read(ROOT / "docs" / "matrix.json")), encoding="utf-8")
    check(browser, path, width)


@pytest.mark.timeout(120)
def test_a_hostile_matrix_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "matrix.html"
    path.write_text(render(hostile()), encoding="utf-8")
    check(browser, path, 390)


@pytest.mark.timeout(60)
def test_differences_are_found_by_button_and_by_word(browser: Browser, page: Path) -> None:
    shown = opened(browser, page, 1280).page
    rows = shown.locator("tr.line:visible")
    assert rows.count() == len(CLAUSES)
    shown.get_by_role("button", name="Only differences").press("Enter")
    assert rows.count() == 3
    shown.get_by_role("searchbox").fill("fd_leak")
    assert rows.count() == 1
    assert shown.get_by_role("status").inner_text() == f"1 of {len(CLAUSES)} clauses"


@pytest.mark.timeout(60)
def test_a_cell_opens_its_deviation_and_gives_the_focus_back(browser: Browser, page: Path) -> None:
    shown = opened(browser, page, 390).page
    cell = shown.get_by_role("link", name="F-CONN-10, Spark 4.3.0: KNOWN")
    cell.press("Enter")
    dialog = shown.get_by_role("dialog")
    assert "The socket stays open for ever." in dialog.locator(".is-asked").inner_text()
    assert "[E2] fd_leak" in dialog.inner_text()
    assert serious(shown) == []
    shown.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert cell.evaluate("(link) => link === document.activeElement")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("width", WIDTHS)
def test_heads_stay_in_sight(browser: Browser, page: Path, width: int) -> None:
    """Scrolled to its far end, the table still shows its first row and first column."""
    shown = opened(browser, page, width).page
    shown.locator(".grid").evaluate("(grid) => grid.scrollTo(grid.scrollWidth, 2000)")
    grid = shown.locator(".grid").bounding_box()
    corner = shown.locator(".grid thead th").first.bounding_box()
    first = shown.locator(".grid tbody th[scope=row]").nth(60).bounding_box()
    assert grid is not None
    assert corner is not None
    assert first is not None
    assert abs(corner["y"] - grid["y"]) < 3
    assert abs(corner["x"] - grid["x"]) < 3
    assert abs(first["x"] - grid["x"]) < 3
