"""A table of a page as a reader sees it: the texts of its cells."""

from html.parser import HTMLParser


def cells(page: str, columns: int) -> list[tuple[str, ...]]:
    """Return the rows of *columns* cells, without those of a table's head."""
    reader = _Cells()
    reader.feed(page)
    reader.close()
    rows = [tuple(" ".join(text.split()) for text in row) for row in reader.rows]
    return [row for row in rows if len(row) == columns]


class _Cells(HTMLParser):
    """Reads cells row by row; a cell that heads a column is none of its row's."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self._inside = ("scope", "col") not in attrs
            if self._inside:
                self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data
