"""Columns that hold what is not kept here: telephones and identity numbers are refused by their heads."""

from collections.abc import Iterator
from unicodedata import normalize

from scoring.errors import Fault
from scoring.spreadsheet.tables import Table
from scoring.texts import Text

_WORDS = (
    "手机",
    "电话",
    "联系方式",
    "身份证",
    "证件号",
    "phone",
    "mobile",
    "telephone",
    "identity",
    "idcard",
)
_QUOTED_MOST = 40


def refused_columns(table: Table) -> Iterator[Fault]:
    """Yield a fault for every column of *table* that its form does not name, with the reason where it is private."""
    for name in table.others:
        shown = name if len(name) <= _QUOTED_MOST else f"{name[:_QUOTED_MOST]}…"
        folded = "".join(normalize("NFKC", name).split()).casefold()
        if any(word in folded for word in _WORDS):
            sentence = Text(
                f"这里不保存“{shown}”：党员积分不需要电话和证件号，请删去这一列",
                f"“{shown}” is not kept here: points need no telephone or identity numbers; delete the column",
            )
        else:
            sentence = Text(
                f"表中不应有“{shown}”这一列；请删去这一列，或改正列名",
                f"the column “{shown}” is not known here; delete it, or correct its head",
            )
        yield Fault(place=table.place_of(table.head, name), sentence=sentence)
