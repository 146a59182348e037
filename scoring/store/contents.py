"""How far a county's database has come: what changes whenever anything is kept that a page could show."""

from sqlalchemy import Connection, func, select

from scoring.store.tables import chain_link, county, edition, period, phase_move, posting

_COUNTED = select(
    select(func.max(edition.c.number)).scalar_subquery(),
    select(func.max(county.c.number)).scalar_subquery(),
    select(func.count()).select_from(period).scalar_subquery(),
    select(func.count()).select_from(phase_move).scalar_subquery(),
    select(func.count()).select_from(posting).scalar_subquery(),
)


def version(c: Connection) -> tuple[int, ...]:
    """Return what pages of published years depend on: the newest edition and name, periods, moves and postings.

    All only ever grow. A sheet that is signed changes none of them, so published pages stay kept while a year is marked.
    """
    return tuple(number or 0 for number in c.execute(_COUNTED).one())


def state(c: Connection) -> int:
    """Return what pages of open years depend on: the number of the newest link, which every change of theirs adds to."""
    return c.scalar(select(func.max(chain_link.c.number))) or 0
