"""Pages read as a person reads them: the tables by their ids, the charts by their titles."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Cells:
    """A row of a table: its attributes, and the words of its cells."""

    attributes: dict[str, str]
    words: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A page's tables by id (rows of their bodies), the texts of elements with an id, and the titles in its charts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[Cells]] = {}
        self.heads: dict[str, list[str]] = {}
        self.texts: dict[str, str] = {}
        self.titles: dict[str, list[str]] = {}
        self.marked: dict[tuple[str, str], str] = {}
        self._table = self._row = self._cell = None
        self._in_head = False
        self._figure = ""
        self._title = False
        self._open: list[tuple[str, str | None, tuple[str, str] | None]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "table":
            self._table = given.get("id", f"table {len(self.tables)}")
            self.tables[self._table], self.heads[self._table] = [], []
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr" and self._table and not self._in_head:
            self._row = Cells({name.removeprefix("data-"): value for name, value in given.items()})
            self.tables[self._table].append(self._row)
        elif tag in {"td", "th"} and self._table:
            (self.heads[self._table] if self._in_head else self._row.words).append("")
            self._cell = True
        elif tag == "figure":
            self._figure = given.get("id", "")
            self.titles[self._figure] = []
        elif tag == "title" and self._figure:
            self.titles[self._figure].append("")
            self._title = True
        if tag not in {"br", "img", "input", "meta", "link", "path", "use", "rect", "circle", "line"}:
            mark = next(((n, v) for n, v in given.items() if n == "data-part-score"), None)
            self._open.append((tag, given.get("id"), mark))
            if given.get("id"):
                self.texts.setdefault(given["id"], "")
            if mark:
                self.marked[mark] = ""

    def handle_endtag(self, tag):
        if tag == "table":
            self._table = self._row = None
        elif tag == "thead":
            self._in_head = False
        elif tag in {"td", "th"}:
            self._cell = None
        elif tag == "figure":
            self._figure = ""
        elif tag == "title":
            self._title = False
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data):
        words = data.strip()
        if not words:
            return
        if self._title:
            self.titles[self._figure][-1] += words
        elif self._cell:
            cells = self.heads[self._table] if self._in_head else self._row.words
            cells[-1] += (" " if cells[-1] else "") + words
        for _, name, mark in self._open:
            if name:
                self.texts[name] += words
            if mark:
                self.marked[mark] += words
