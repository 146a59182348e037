"""How a page looks: light and dark, on a desktop and on a phone, asked by axe for WCAG 2.2 AA and measured for fit."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.measures import ill_fitting
from tests.browser.watching import DESKTOP, PHONE, SMALL
from tests.sizes import LOOKS

_COLOURS_ONCE = """
(() => {
  const own = axe.commons.color.Color.prototype, parse = own.parseString, known = new Map();
  own.parseString = function (words) {
    if (known.has(words)) [this.r, this.g, this.b, this.alpha] = known.get(words);
    else { parse.call(this, words); known.set(words, [this.r, this.g, this.b, this.alpha]); }
    return this;
  };
})();
"""
"""Lets axe read each colour once: it takes half its time to read the same few again for every element."""
AXE = Axe().axe_script + _COLOURS_ONCE
TAGS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "preload": False,
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "preload": False}
"""What axe asks of colours."""
EVERY_LOOK = 4
LARGE_LETTERS = (640, 450)
"""What is left of a desktop when it is magnified to 200 % (WCAG 1.4.4); at 400 % it is as wide as the smallest phone."""
_PAINTED_IN = """theme => new Promise((done, failed) => {
  const root = document.documentElement, seen = () => root.dataset.bsTheme === theme && done();
  new MutationObserver(seen).observe(root, {attributes: true});
  setTimeout(() => failed(new Error(`painted ${root.dataset.bsTheme}, not ${theme}`)), 15000);
  seen();
})"""
_PAINTED = """() => {
  const looks = new Map(), all = [...document.body.querySelectorAll("*")];
  const look = own => {
    if (!own || own === document.documentElement) return "";
    if (!looks.has(own)) {
      const style = getComputedStyle(own);
      looks.set(own, [look(own.parentElement), style.color, style.backgroundColor, style.backgroundImage, style.opacity,
        style.fontSize, style.fontWeight, style.position, style.textDecorationLine, style.textShadow, style.filter].join());
    }
    return looks.get(own);
  };
  const now = all.map(own => own.checkVisibility() && own.getClientRects().length ? look(own) : "");
  const before = window.paintedBefore ?? [];
  window.paintedBefore = now;
  all.forEach((own, place) => own.toggleAttribute("data-otherwise", now[place] !== "" && now[place] !== before[place]));
  return document.querySelectorAll("[data-otherwise]").length;
}"""
"""Marks what is to be seen and is painted otherwise, or was not to be seen, when this was asked before."""


_IN_ITS_PLACE = """() => {
  for (const own of document.body.querySelectorAll("*"))
    if (getComputedStyle(own).position === "sticky") { own.style.position = "relative"; own.style.inset = "auto"; }
}"""
"""Puts what stays on the screen while the page is scrolled where it stands at the end of it.

Wherever a page is scrolled to, such a bar covers part of something, and axe would say which line the screen ended in.
That it hides nothing from who comes by with the keyboard is tried where the keyboard is.
"""


def findings(page: Page, options: dict, context: Any = None) -> list[str]:
    """Return what axe finds by *options*, in all of the page or in *context*: the rule, where, and why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    page.evaluate(_IN_ITS_PLACE)
    violations = page.evaluate(
        "([context, options]) => axe.run(context ?? document, options).then(own => own.violations)",
        [context, {"resultTypes": ["violations"]} | options],
    )
    return [
        f"{own['id']}: {' '.join(map(str, node['target']))} {node.get('failureSummary', '')}"
        for own in violations
        for node in own["nodes"]
    ]


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def paint(page: Page, theme: str) -> None:
    """Paint the page in the theme that the system asks for, as the visitor chose none."""
    page.emulate_media(color_scheme=theme)
    page.evaluate(_PAINTED_IN, theme)


def ill_made(page: Page, context: Any = None, looks: int = LOOKS) -> dict[tuple[int, str], list[str]]:
    """Return by width and theme what axe finds: of a desktop in light and of a phone in dark, everything.

    Then the theme's colours are known; where more than two *looks* are wanted, what is painted otherwise in the other width
    is asked for its colours there: of a phone in light, then of a desktop in dark.
    """
    found = {}
    for place, (theme, first, second) in enumerate((("light", DESKTOP, PHONE), ("dark", PHONE, DESKTOP))):
        resize(page, first)
        paint(page, theme)
        found[first[0], theme] = findings(page, TAGS, context)
        if place + 2 < looks:
            page.evaluate(_PAINTED)
            resize(page, second)
            if page.evaluate(_PAINTED):
                found[second[0], theme] = findings(page, COLOURS, "[data-otherwise]")
    return {where: faults for where, faults in found.items() if faults}


def unfit(page: Page) -> dict[int, list[str]]:
    """Return by width of the screen what does not fit it; the width the page is shown in now comes first."""
    found = {}
    now = (page.viewport_size or {}).get("width")
    for size in sorted((PHONE, SMALL, LARGE_LETTERS, DESKTOP), key=lambda own: own[0] != now):
        resize(page, size)
        if faults := ill_fitting(page):
            found[size[0]] = faults
    return found
