"""Codes that a camera reads, drawn into the page: short texts that are printed beside, so that both can be compared."""

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=512)
def qr(text: str) -> Markup:
    """Return *text* as a QR code: an SVG that takes its size from the class `qr`, black on white in every theme.

    Letters are made capitals, which takes a smaller code; who reads it must not care. A sixth of it may be damaged.
    """
    code = segno.make(text.upper(), error="m", micro=False)
    drawn = code.svg_inline(border=3, omitsize=True, light="#fff", svgclass="qr", lineclass="qr-line")
    return Markup(drawn)  # noqa: S704  made of squares alone
