"""The demo county's three years, kept and published through the same workflows an office uses."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from scoring.edition import State
from scoring.periods import Phase
from scoring.store import county, editions
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.texts import Text
from scoring.workflow.demo.staff import DemoAccount, send_one_back, staff_county
from scoring.workflow.demo_claims import leave_points_waiting
from scoring.workflow.demo_evidence import hand_in_demo
from scoring.workflow.demo_files import COUNTY, YEARS, YearFiles, write_year
from scoring.workflow.demo_means import take_over
from scoring.workflow.demo_points import keep_points
from scoring.workflow.import_marks import import_marks
from scoring.workflow.import_units import import_units
from scoring.workflow.keep_periods import move_period, open_period
from scoring.workflow.open_county import open_county
from scoring.workflow.progress import Tell, silent
from scoring.workflow.publication import SignedBy, publish_period

_SIGNED = SignedBy(prepared="周敏", confirmed="吴国梁")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoYear:
    """One year of the demo county: its files, the ids of its editions in order of publication, and who works in it."""

    year: str
    files: YearFiles
    editions: tuple[str, ...]
    accounts: tuple[DemoAccount, ...] = ()


def build_county(
    url: str,
    schema: str,
    folder: Path,
    *,
    scale: Fraction | int = 1,
    members: Fraction | int = 0,
    evidence: Path | None = None,
    tell: Tell = silent,
) -> tuple[DemoYear, ...]:
    """Make the demo county in an empty database, from files written to *folder*; return its years.

    *members* is the share of its branches' members that are kept with their points: 1 all of them, 0 none. Where a
    folder for *evidence* is given, some branches of the open year hand some in, and members claim points with it.
    The same scale gives the same editions, byte for byte, on every machine and database; what their points come to is
    taken over on the open year's sheets alone.
    """
    open_county(url, schema, name=COUNTY)
    store = Store.open(url, schema)
    try:
        own = _Size(scale=scale, members=members)
        return tuple(_year(store, folder, year, own, evidence, tell) for year in YEARS)
    finally:
        store.close()


def is_demo(store: Store) -> bool:
    """Say whether it is the demo county that is kept there, with its editions."""
    with store.read() as c:
        return county.name(c) == COUNTY and bool(editions.listed(c))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """How large the county is: *scale* times the usual branches, with that share of their members."""

    scale: Fraction | int
    members: Fraction | int


def _year(  # noqa: PLR0917  where everything goes
    store: Store, folder: Path, year: str, size: _Size, evidence: Path | None, tell: Tell
) -> DemoYear:
    tell(Text(f"{year} 年：生成单位和评分", f"{year}: making up units and marks"), 0, 0)
    files = write_year(folder, year, scale=size.scale)
    open_period(store, year, files.criteria)
    import_units(store, year, files.units)
    move_period(store, year, Phase.COLLECTING)
    if year == YEARS[-1]:
        return _open_year(store, folder, files, size, evidence, tell)
    move_period(store, year, Phase.MARKING)
    _import(store, year, files, tell)
    tell(Text(f"{year} 年：公示、发布", f"{year}: posting and publishing"), 0, 0)
    excused = dict(files.excused)
    found = [
        publish_period(store, year, _SIGNED, State.DRAFT, excused=excused).id,
        publish_period(store, year, _SIGNED, State.FINAL, excused=excused).id,
    ]
    if files.corrections is not None:
        import_marks(store, year, files.corrections)
        found.append(
            publish_period(
                store, year, _SIGNED, State.FINAL, reason=files.correction_reason, excused=excused
            ).id
        )
    return DemoYear(year=year, files=files, editions=tuple(found))


def _open_year(  # noqa: PLR0917  where everything goes
    store: Store, folder: Path, files: YearFiles, size: _Size, evidence: Path | None, tell: Tell
) -> DemoYear:
    """Leave the year being marked, with people at work in it."""
    year = YEARS[-1]
    _import(store, year, files, tell)
    tell(Text(f"{year} 年：开设账号、分配评分任务", f"{year}: accounts, and work for them"), 0, 0)
    staff = staff_county(store, year)
    accounts = staff.accounts
    given = None if evidence is None else Files(evidence)
    if given is not None:
        hand_in_demo(store, given, year, staff.secretaries)
    move_period(store, year, Phase.MARKING)
    send_one_back(store, year, staff)
    if size.members:
        kept = keep_points(store, folder / "points", staff, size.scale, size.members, tell)
        if kept is not None:
            tell(Text(f"{year} 年：取用党员积分", f"{year}: taking members' points over"), 0, 0)
            take_over(store, folder / year, year)
            accounts = (*accounts, *kept.accounts, *leave_points_waiting(store, given, staff, kept))
    return DemoYear(year=year, files=files, editions=(), accounts=accounts)


def _import(store: Store, year: str, files: YearFiles, tell: Tell) -> None:
    marks = Text(
        f"{year} 年：导入 {files.mark_count:,} 个评分", f"{year}: importing {files.mark_count:,} marks"
    )
    tell(marks, 0, 0)
    for path in files.marks:
        import_marks(store, year, path)
