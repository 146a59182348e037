"""How far a county's database has come: what changes whenever anything is kept that a page could show."""

from sqlalchemy import Connection, func, select

from scoring.store.tables import county, edition, imports, period, phase_move

_COUNTED = select(
    select(func.max(edition.c.number)).scalar_subquery(),
    select(func.max(imports.c.number)).scalar_subquery(),
    select(func.max(county.c.number)).scalar_subquery(),
    select(func.count()).select_from(period).scalar_subquery(),
    select(func.count()).select_from(phase_move).scalar_subquery(),
)


def version(c: Connection) -> tuple[int, ...]:
    """Return the numbers of the newest edition, import and name, and of periods and moves: all only ever grow."""
    return tuple(number or 0 for number in c.execute(_COUNTED).one())
