"""What the keyboard comes by on a page, and how the one place that has the focus is seen.

It is shown where a part of it at least is covered by nothing (WCAG 2.4.11): no bar that stays on the screen lies over all of it.
"""

REACHABLE = """() => [...document.querySelectorAll(
    "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter(own => own.tabIndex >= 0 && own.checkVisibility() && own.getBoundingClientRect().width > 0)
  .map((own, place) => { own.dataset.place = place; return place; })"""
"""Numbers everything that can be worked with."""
FOCUSED = """() => {
  const own = document.activeElement, style = getComputedStyle(own), box = own.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const shown = [0.1, 0.5, 0.9].some(x => [0.1, 0.5, 0.9].some(y => {
    const there = document.elementFromPoint(left + x * (right - left), top + y * (bottom - top));
    return there !== null && (own.contains(there) || there.contains(own) || own.labels?.[0]?.contains(there));
  }));
  return {place: own.dataset.place ?? null, tag: own.tagName, text: (own.textContent || own.id).trim().slice(0, 40),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight, shown};
}"""
