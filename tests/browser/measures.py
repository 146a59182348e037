"""What is measured on a page as the browser laid it out."""

from __future__ import annotations

from playwright.sync_api import Page

WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const scrolled = own => { for (let p = own.parentElement; p && p !== document.body; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== "visible") return true; return false; };
  return [`${document.documentElement.scrollWidth} > ${room}`, ...[...document.body.querySelectorAll("*")]
    .filter(own => own.getBoundingClientRect().right > room + 0.5 && !scrolled(own))
    .map(own => `${own.tagName}.${own.className.baseVal ?? own.className}#${own.id} “${own.textContent.trim().slice(0, 30)}”`)
    .slice(0, 6)];
}"""
"""Finds what makes a page wider than its window."""
CUT = """() => [...document.body.querySelectorAll("*")].filter(own => {
  const style = getComputedStyle(own), box = own.getBoundingClientRect();
  return ["hidden", "clip"].includes(style.overflowX) && !(own instanceof SVGElement) && box.width > 1
    && own.scrollWidth > own.clientWidth + 1 && own.textContent.trim();
}).map(own => `${own.tagName}.${own.className} “${own.textContent.trim().slice(0, 40)}”`)"""
"""Finds text of which a part cannot be seen."""
SQUEEZED = """() => [...document.querySelectorAll("table.sheet th, table.sheet td")].filter(own => {
  const style = getComputedStyle(own), letter = parseFloat(style.fontSize);
  const room = own.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const hidden = own.closest("thead") && getComputedStyle(own.closest("thead")).position === "absolute";
  return !hidden && own.checkVisibility() && own.textContent.trim().length > 2 && room < 1.9 * letter;
}).map(own => `${own.tagName}.${own.className} “${own.textContent.trim().slice(0, 30)}”`)"""
"""Finds cells so narrow that their words stand a letter a line."""


_UNFIT = f"() => [{WIDE}, {CUT}, {SQUEEZED}].flatMap(measure => measure().slice(0, 3))"


def ill_fitting(page: Page) -> list[str]:
    """Return what does not fit the window as it is now: what is too wide, cut off, or squeezed.

    A page that has only begun to arrive is waited for: it has no body yet.
    """
    page.wait_for_load_state()
    return page.evaluate(_UNFIT)
