"""Numbers that are kept nowhere here: those of identity cards and of mobile telephones, found in what people write."""

import re
import unicodedata

from scoring.texts import Text

_IDENTITY = re.compile(r"(?<!\d)\d{6}[ _-]?\d{8}[ _-]?\d{3}[\dXx](?![\dXx])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ _-]?)?1[3-9]\d[ _-]?\d{4}[ _-]?\d{4}(?!\d)")


def private_number(text: str) -> Text | None:
    """Return the sentence that refuses *text* where an identity or mobile number is in it, however wide; else None.

    The sentence does not repeat the number.
    """
    plain = unicodedata.normalize("NFKC", text)
    if _IDENTITY.search(plain):
        return Text(
            "含有身份证号；这里不保存身份证号，请删去", _kept("an identity number", "identity numbers")
        )
    if _MOBILE.search(plain):
        return Text("含有手机号；这里不保存手机号，请删去", _kept("a mobile number", "mobile numbers"))
    return None


def _kept(one: str, many: str) -> str:
    return f"holds {one}; no {many} are kept here: take it out"
