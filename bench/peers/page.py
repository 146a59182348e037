"""A peer: a table by bare Jinja with the settings of the product's templates, and no page around it.

Its cells are ready to print beforehand.
"""

from collections.abc import Sequence

from jinja2 import Environment

from scoring.units import domain_title

COLUMNS = ("rank", "name", "domain", "groups", "score", "stars", "in_domain", "in_township", "in_department")
"""What the cells of a row are, in order."""

Row = tuple[str | int, ...]

_TEMPLATE = (
    f"<table>\n{{% for {', '.join(COLUMNS)} in rows %}}\n<tr>\n"
    + "".join(f"<td>{{{{ {column} }}}}</td>\n" for column in COLUMNS)
    + "</tr>\n{% endfor %}\n</table>\n"
)


class BarePage:
    """The template, and rows of *units* as the API tells them."""

    def __init__(self, units: Sequence[dict]) -> None:
        environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self._template = environment.from_string(_TEMPLATE)
        self._rows = [_row(unit) for unit in units]

    def run(self) -> str:
        return self._template.render(rows=self._rows)


def _row(unit: dict) -> Row:
    ranks = unit["ranks"]
    return (
        _or_dash(unit["rank"]),
        unit["name"] + (" 受限" if unit["gates"] else ""),
        domain_title(unit["domain"]).zh,
        " · ".join(filter(None, (unit["township"], unit["department"]))),
        _or_dash(unit["score"]),
        "未评定" if unit["stars"] is None else f"{unit['stars']} 星",
        _or_dash(ranks["domain"]),
        _or_dash(ranks["township"]),
        _or_dash(ranks["department"]),
    )


def _or_dash(figure: str | int | None) -> str | int:
    return "–" if figure is None else figure
