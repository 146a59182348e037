"""A drawing of matplotlib's as an element for a page: no style, no script, own ids, own links and titles.

Every property of style becomes the attribute of that name, so that a policy without `unsafe-inline` lets it
stand; every id carries the chart's prefix; coordinates are cut to what an eye can tell. What is not known is refused,
so that another version of matplotlib fails in a test and not on a page.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from xml.etree import ElementTree as ET

from scoring.texts import unwritable
from web.charts.colours import CURRENT
from web.charts.fonts import SIZE
from web.charts.sheet import Chart, Mark

STAND_IN = "#010203"
"""The colour that is drawn where the page's own colour of text is meant."""

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_DEFAULT_STYLE = "*{stroke-linejoin: round; stroke-linecap: butt}"
_GLYPH = "scale(0.015625)"
_TEXT = re.compile(rf"translate\(([-\d.]+) ([-\d.]+)\) scale\({SIZE / 100:g} -{SIZE / 100:g}\)")
_ALONG = re.compile(r"translate\(([-\d.]+) 0\)")

_STROKE = (
    "stroke",
    *(f"stroke-{part}" for part in ("dasharray", "dashoffset", "linecap", "linejoin", "opacity", "width")),
)
_PROPERTIES = frozenset(("fill", "fill-opacity", "opacity", *_STROKE))
_ATTRIBUTES = frozenset(("d", "height", "id", "patternUnits", "transform", "width", "x", "y")) | _PROPERTIES
_TAGS = frozenset(("defs", "g", "path", "pattern", "rect", "use"))
_GLYPH_UNIT = SIZE / 1000
_COMMAND = re.compile(r"([MLQCz])([^MLQCz]*)")


class RewritingFailed(Exception):
    """The drawing holds something that is not known, named in the message."""


def rewrite(drawn: str, chart: Chart, marks: Mapping[str, Mark], description: tuple[str, ...]) -> str:
    """Return the drawing *drawn* as one <svg> element named by *chart*; groups of an id in *marks* get title and link.

    Raises: RewritingFailed where an element, an attribute or a property of style is not known.
    """
    root = ET.fromstring(drawn)  # noqa: S314 - matplotlib wrote it a moment ago
    box = " ".join(_short(float(part)) for part in root.attrib["viewBox"].split())
    ids = _Ids(chart.prefix)
    body = "".join(text for child in root for text in _element(child, ids, marks))
    # The parts of an image are nobody's to follow: where there are links, it is a group.
    role = "group" if any(mark.href is not None for mark in marks.values()) else "img"
    return (
        f'<svg class="chart" viewBox="{box}" role="{role}" aria-labelledby="{chart.prefix}-title {chart.prefix}-desc"'
        f' stroke-linejoin="round" stroke-linecap="butt">'
        f'<title id="{chart.prefix}-title">{escaped(chart.title)}</title>'
        f'<desc id="{chart.prefix}-desc">{escaped(chr(10).join(description))}</desc>{body}</svg>'
    )


def escaped(text: str) -> str:
    """Return *text* as it may stand in HTML and in XML, within an element or an attribute's quotes."""
    while (place := unwritable(text)) is not None:
        text = text[:place] + "\ufffd" + text[place + 1 :]
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


class _Ids:
    """New ids, short and in order of appearance, for those of the drawing."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.known: dict[str, str] = {}

    def of(self, old: str) -> str:
        return self.known.setdefault(old, f"{self.prefix}-{len(self.known)}")


def _element(element: ET.Element, ids: _Ids, marks: Mapping[str, Mark]) -> Iterator[str]:
    tag = element.tag.removeprefix(_SVG)
    if tag == "metadata" or _is_default_style(element):
        return
    if tag not in _TAGS:
        raise RewritingFailed(f"element {tag}")
    mark = marks.get(element.get("id", "")) if tag == "g" else None
    if mark is not None:
        yield from _marked(element, ids, marks, mark)
        return
    attributes = _attributes(element, ids)
    if tag == "g":
        attributes.pop("id", None)
    inner = "".join(text for child in element for text in _element(child, ids, marks))
    if not attributes and tag == "g":
        yield inner
        return
    if not inner and tag in ("g", "defs"):
        return
    written = "".join(f' {name}="{escaped(text)}"' for name, text in attributes.items())
    yield f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>"


def _marked(element: ET.Element, ids: _Ids, marks: Mapping[str, Mark], mark: Mark) -> Iterator[str]:
    # The table beside a chart has the same links: the keyboard need not walk through them twice.
    link = f'a href="{escaped(mark.href)}" tabindex="-1"' if mark.href is not None else "g"
    yield f"<{link}><title>{escaped(mark.title)}</title>"
    for child in element:
        yield from _element(child, ids, marks)
    yield f"</{link[0]}>"


def _is_default_style(element: ET.Element) -> bool:
    """Tell whether *element* is the drawing's style sheet, which the root's attributes replace."""
    styles = [child for child in element if child.tag == f"{_SVG}style"]
    if not styles:
        return False
    if len(element) != 1 or (styles[0].text or "").strip() != _DEFAULT_STYLE:
        raise RewritingFailed(f"style sheet {styles[0].text}")
    return True


def _attributes(element: ET.Element, ids: _Ids) -> dict[str, str]:
    found: dict[str, str] = {}
    is_glyph = element.get("transform") == _GLYPH
    for name, text in element.attrib.items():
        if name == "style":
            found |= _properties(text)
        elif name == _LINK:
            found["href"] = f"#{ids.of(text.removeprefix('#'))}"
        elif name == "id":
            found["id"] = text if element.tag == f"{_SVG}g" else ids.of(text)
        elif name == "d":
            found["d"] = _path(text, 10 / 64 if is_glyph else 1.0, 0 if is_glyph else 2)
        elif name == "transform":
            found |= {"transform": f"scale({_GLYPH_UNIT:g} -{_GLYPH_UNIT:g})"} if is_glyph else _moved(text)
        elif name in _ATTRIBUTES:
            found[name] = text
        else:
            raise RewritingFailed(f"attribute {name}")
    return {name: _value(name, text, ids) for name, text in found.items()}


def _properties(style: str) -> dict[str, str]:
    found = {}
    for declaration in filter(None, (part.strip() for part in style.split(";"))):
        name, _, text = declaration.partition(":")
        if name not in _PROPERTIES:
            raise RewritingFailed(f"property {name}")
        found[name] = text.strip()
    return found


def _value(name: str, text: str, ids: _Ids) -> str:
    if text == STAND_IN:
        return CURRENT
    if text.startswith("url(#"):
        return f"url(#{ids.of(text[5:-1])})"
    if "url(" in text:
        raise RewritingFailed(f"{name} {text}")
    return text


def _moved(transform: str) -> dict[str, str]:
    """Return *transform* as attributes: text needs no scale, as its glyphs have it, and a glyph only moves along."""
    if (text := _TEXT.fullmatch(transform)) is not None:
        return {"transform": f"translate({_short(float(text[1]))} {_short(float(text[2]))})"}
    if (along := _ALONG.fullmatch(transform)) is not None:
        return {"x": _short(float(along[1]) * SIZE / 100)}
    raise RewritingFailed(f"transform {transform}")


@lru_cache(maxsize=2048)
def _path(path: str, scale: float, digits: int) -> str:
    """Return the path data *path*, times *scale*, cut to *digits* decimals, each place told from the one before it."""
    written: list[str] = []
    at = start = (0.0, 0.0)
    for command, text in _COMMAND.findall(path):
        numbers = [round(float(number) * scale, digits) for number in text.split()]
        if command == "z":
            # The way back to where it began goes without saying.
            if written[-1][0] in "lhv" and at == start:
                written.pop()
            written.append("z")
            at = start
            continue
        steps = [_short(number - at[place % 2], digits) for place, number in enumerate(numbers)]
        written.append(_step(command.lower(), steps))
        at = (numbers[-2], numbers[-1])
        start = at if command == "M" else start
    return "".join(written).replace(" -", "-")


def _step(command: str, steps: list[str]) -> str:
    """Return one step of a path; a level or an upright one needs only one number."""
    if command != "l" or "0" not in steps:
        return command + " ".join(steps)
    return f"h{steps[0]}" if steps[1] == "0" else f"v{steps[1]}"


def _short(number: float, digits: int = 2) -> str:
    text = f"{number:.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
