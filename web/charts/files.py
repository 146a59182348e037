"""A chart as a file of its own, to be kept or put into a document."""

import re

from web.charts.colours import INK

_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_LINK = re.compile(r"<a [^>]*>")


def standalone(svg: str) -> bytes:
    """Return *svg*, as a chart's `draw` gave it, as an XML file: dark on white, titles kept, without the site's links."""
    size = _BOX.search(svg)
    assert size is not None, "not a chart"
    wide, high = size.groups()
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" color="{INK}"'
    body = _LINK.sub("<g>", svg).replace("</a>", "</g>").replace("<svg", head, 1)
    paper = f'</desc><rect width="{wide}" height="{high}" fill="#ffffff"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body.replace("</desc>", paper, 1)}\n'.encode()
