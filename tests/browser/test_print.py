"""On paper stands what an office files: figures, tables and charts on A4, and nothing that is for clicking."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.served import County
from tests.browser.watching import Seats, go

PAPER = 703
"""CSS pixels between the margins of A4: 186 mm."""
KEEP = "STARS_KEEP_PRINTS"
"""Where the environment names a folder, the PDFs are left there to be looked at."""
PRINTED = (
    "overview",
    "units",
    "townships",
    "unit",
    "unit, all marks",
    "unit, not rated",
    "township",
    "provisional",
    "criteria set",
    "edition about",
    "differences",
)

GONE = ".nav-row, .top-tools, .years, .skip, .filters, .chips, .actions, .pages, .screen-only, button, form"
WIDER = """room => [...document.body.querySelectorAll("*")].filter(own => {
  const box = own.getBoundingClientRect();
  return own.checkVisibility() && box.width > 1 && box.right > room + 1;
}).map(own => `${own.tagName}.${own.className.baseVal ?? own.className} “${own.textContent.trim().slice(0, 30)}”`).slice(0, 5)"""
PALE = """() => [...document.querySelectorAll("main *")].filter(own => {
  const words = [...own.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  if (!words || !own.checkVisibility() || own.getBoundingClientRect().width <= 1) return false;
  const [r, g, b] = getComputedStyle(own).color.match(/[\\d.]+/g).map(Number);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 140;
}).map(own => `${own.tagName}.${own.className.baseVal ?? own.className} “${own.textContent.trim().slice(0, 30)}”`).slice(0, 5)"""
"""Finds text too light to be read on white paper."""
HEADS = """() => [...document.querySelectorAll("table.sheet > thead")]
  .filter(own => own.checkVisibility() && getComputedStyle(own.parentElement).display === "table")
  .map(own => [getComputedStyle(own).display, getComputedStyle(own.querySelector("th")).position])"""
LINKS = """() => [...document.querySelectorAll("main a[href]")].filter(own => own.checkVisibility())
  .map(own => [getComputedStyle(own).textDecorationLine, getComputedStyle(own, "::after").content])"""


def on_paper(seats: Seats, county: County, kind: str, theme: str = "light") -> Page:
    page = seats.page(size=(PAPER, 1000))
    page.emulate_media(color_scheme=theme)
    go(page, county.pages[kind])
    page.emulate_media(media="print")
    return page


@pytest.mark.parametrize("kind", PRINTED)
def test_a_printed_page_fits_and_holds_nothing_for_clicking(seats: Seats, county: County, kind: str):
    """Menus, forms and buttons are gone, tables repeat their heads, and links are plain words without an address."""
    page = on_paper(seats, county, kind)
    seen = page.locator(GONE).evaluate_all(
        "all => all.filter(own => own.checkVisibility()).map(own => own.outerHTML.slice(0, 120))"
    )
    assert seen == []
    heads = page.evaluate(HEADS)
    assert all(own == ["table-header-group", "static"] for own in heads), heads
    links = page.evaluate(LINKS)
    assert all(own == ["none", "none"] for own in links), links
    assert page.evaluate(WIDER, PAPER) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["overview", "unit, all marks", "criteria set", "differences"])
def test_print_is_dark_on_white_in_either_theme(seats: Seats, county: County, kind: str, theme: str):
    page = on_paper(seats, county, kind, theme)
    assert page.evaluate(PALE) == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [("overview", 1, 4), ("units", 2, 6), ("unit", 2, 5), ("unit, all marks", 3, 16), ("township", 1, 3)],
)
def test_a_page_prints_to_a4(seats: Seats, county: County, kind: str, least: int, most: int):
    page = go(seats.page(), county.pages[kind])
    paper = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    if folder := os.environ.get(KEEP):
        (Path(folder) / f"{re.sub('[^a-z]+', '-', kind)}.pdf").write_bytes(paper)
    sheets = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert least <= sheets <= most
    boxes = {
        tuple(round(float(own)) for own in box.split())
        for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", paper)
    }
    assert boxes == {(0, 0, 595, 842)}


def test_the_first_sheet_says_what_it_is(seats: Seats, county: County):
    """A sheet found in a drawer says of which county, year and edition it is."""
    page = on_paper(seats, county, "units")
    head = (
        page.locator("header.top").inner_text()
        + page.locator(".context").inner_text()
        + page.locator("h1").inner_text()
    )
    for words in ("青石县", "2025", page.locator(".context .digest").first.inner_text()):
        assert words in head


def test_faults_on_paper_are_found(seats: Seats, county: County):
    """Negative control of what is measured on paper."""
    page = on_paper(seats, county, "township")
    page.evaluate(
        "() => { document.querySelector('h1').style.cssText = 'width: 900px; color: rgb(200, 200, 200)'; }"
    )
    assert "H1" in page.evaluate(WIDER, PAPER)[0]
    assert "H1" in page.evaluate(PALE)[0]
