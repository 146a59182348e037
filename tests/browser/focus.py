"""What the keyboard comes by on a page, and how the one place that has the focus is seen."""

REACHABLE = """() => [...document.querySelectorAll(
    "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter(own => own.tabIndex >= 0 && own.checkVisibility() && own.getBoundingClientRect().width > 0)
  .map((own, place) => { own.dataset.place = place; return place; })"""
"""Numbers everything that can be worked with."""
FOCUSED = """() => {
  const own = document.activeElement, style = getComputedStyle(own), box = own.getBoundingClientRect();
  return {place: own.dataset.place ?? null, tag: own.tagName, text: (own.textContent || own.id).trim().slice(0, 40),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight};
}"""
