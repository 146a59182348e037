"""Commands on the county's year: its database, its periods, and the files of units and marks taken in."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from scoring.periods import Phase
from scoring.store.address import database_at
from scoring.store.engine import PATIENCE, Store
from scoring.store.imports import Import
from scoring.texts import Lang, Text
from scoring.units import Unit
from scoring.workflow.import_marks import MarkChange, MarksTaken, import_marks
from scoring.workflow.import_units import Extent, UnitsTaken, import_units
from scoring.workflow.imports import Mode
from scoring.workflow.keep_periods import list_periods, move_period, open_period
from scoring.workflow.open_county import open_county
from web import listings
from web.commands.options import FILE, LANG, one_form, refusals_told
from web.progress import shown
from web.settings import DATABASE_URL, settings

_SHOWN_MOST = 20
_FIELDS = {
    "name": Text("名称", "name"),
    "domain": Text("领域", "domain"),
    "township": Text("乡镇街道", "township"),
    "department": Text("主管部门", "department"),
    "gates": Text("受限事项", "gates"),
    "predecessors": Text("前身", "predecessors"),
}


@contextmanager
def store() -> Iterator[Store]:
    """Yield the county's store, as the settings name it. Raises StoreUnready."""
    found = settings()
    opened = Store.open(found.database_url, found.database_schema)
    try:
        yield opened
    finally:
        opened.close()


@click.command()
@click.option("--county", metavar="NAME", help="The county's name, which every edition bears.")
@click.option(
    "--grant-to", metavar="ROLE", help="PostgreSQL: the role that may read and add, and nothing else."
)
@LANG
@refusals_told
def init(county: str | None, grant_to: str | None, lang: Lang) -> None:
    """Make the county's database, or bring it up to date.  建库或升级。"""
    found = settings()
    opened = open_county(found.database_url, found.database_schema, name=county, grant_to=grant_to)
    made, revision = opened.prepared, opened.prepared.revision
    done = Text("已建库", "Made") if made.created else Text("已就绪", "Ready")
    if not made.created and made.before != revision:
        done = Text(f"已由 {made.before} 升级", f"Upgraded from {made.before}")
    click.echo(
        Text(f"{done.zh}：{opened.address}（{revision}）", f"{done.en}: {opened.address} ({revision})").in_(
            lang
        )
    )
    if opened.county:
        click.echo(Text(f"县名：{opened.county}", f"County: {opened.county}").in_(lang))
    else:
        click.echo(
            Text(
                "还没有县名；可用 stars init --county 县名 补上，每个版本都会写明",
                "The county has no name yet; stars init --county NAME gives it one, and every edition bears it",
            ).in_(lang)
        )


@click.command()
@LANG
@refusals_told
def database(lang: Lang) -> None:
    """Say where the county's database is.  数据库在哪里。"""
    found = settings()
    click.echo(database_at(found.database_url, found.database_schema, PATIENCE).shown)
    click.echo(
        Text(f"可用环境变量 {DATABASE_URL} 另行指定", f"The setting {DATABASE_URL} names another").in_(lang),
        err=True,
    )


@click.group()
def period() -> None:
    """Periods: open one, move it on, list them.  评定期。"""


@period.command("open")
@click.argument("period_id", metavar="ID", callback=one_form)
@click.option(
    "--criteria",
    multiple=True,
    required=True,
    metavar="FILE|REF",
    help="A criteria file, or a ref or pattern of refs such as 'red-flag-*'. May be given more than once.",
)
@LANG
@refusals_told
def open_(period_id: str, criteria: tuple[str, ...], lang: Lang) -> None:
    """Open the period ID, assessed by those criteria sets.  开设评定期。"""
    with store() as opened:
        found = open_period(opened, period_id, criteria)
    click.echo(
        Text(
            f"已开设评定期 {found.id}，标准 {len(found.refs)} 套：{'、'.join(found.refs)}",
            f"Period {found.id} is open, assessed by {', '.join(found.refs)}",
        ).in_(lang)
    )


@period.command()
@click.argument("period_id", metavar="ID", callback=one_form)
@click.argument("phase", type=click.Choice([phase.value for phase in Phase]))
@LANG
@refusals_told
def move(period_id: str, phase: str, lang: Lang) -> None:
    """Move the period ID on to a later PHASE; there is no way back.  推进环节。"""
    with store() as opened:
        found = move_period(opened, period_id, Phase(phase))
    click.echo(
        Text(
            f"评定期 {found.id} 进入“{found.phase.called.zh}”",
            f"Period {found.id} is now {found.phase.called.en}",
        ).in_(lang)
    )


@period.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@LANG
@refusals_told
def list_(as_json: bool, lang: Lang) -> None:
    """List the periods, the newest first.  列出评定期。"""
    with store() as opened:
        found = list_periods(opened)
    if as_json:
        rows = [{"id": own.id, "phase": own.phase.value, "criteria": list(own.refs)} for own in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif found:
        listings.show_periods(found, lang)
    else:
        click.echo(
            Text(
                "还没有评定期；可用 stars period open 2026 --criteria 'red-flag-*' 开设",
                "There is no period yet; stars period open 2026 --criteria 'red-flag-*' opens one",
            ).in_(lang)
        )


@click.group("import")
def import_() -> None:
    """Take a file of units or marks into a period, whole or not at all.  导入单位或评分。"""


_PERIOD = click.option(
    "--period", "period_id", required=True, metavar="ID", callback=one_form, help="The period it belongs to."
)
_TRIAL = click.option(
    "--dry-run", is_flag=True, help="Check everything and say what would change; change nothing."
)


@import_.command("units")
@click.argument("file", type=FILE)
@_PERIOD
@_TRIAL
@click.option(
    "--whole", is_flag=True, help="The file is the whole list: units that are not in it are taken out."
)
@LANG
@refusals_told
def units_(file: Path, period_id: str, dry_run: bool, whole: bool, lang: Lang) -> None:
    """Import units: unit, name, domain, township, department, gates, predecessors.  导入单位。"""
    mode = Mode.TRIAL if dry_run else Mode.FOR_GOOD
    with store() as opened:
        taken = import_units(opened, period_id, file, mode, Extent.WHOLE if whole else Extent.PART)
    for line in _units_told(taken, file, mode):
        click.echo(line.in_(lang))


@import_.command("marks")
@click.argument("file", type=FILE)
@_PERIOD
@_TRIAL
@LANG
@refusals_told
def marks_(file: Path, period_id: str, dry_run: bool, lang: Lang) -> None:
    """Import marks: unit, criterion, stage, evaluator, mark; or a filled template.  导入评分。"""
    mode = Mode.TRIAL if dry_run else Mode.FOR_GOOD
    with store() as opened, shown(lang) as tell:
        taken = import_marks(opened, period_id, file, mode, tell)
    for line in _marks_told(taken, file, mode):
        click.echo(line.in_(lang))


def _units_told(taken: UnitsTaken, file: Path, mode: Mode) -> Iterator[Text]:
    if taken.already is not None:
        yield _already(taken.already, file)
        return
    yield Text(
        f"{_done(mode).zh}：新增 {len(taken.new):,} 个单位，改动 {len(taken.changed):,} 个，未变 {taken.same:,} 个",
        f"{_done(mode).en}. Units: {len(taken.new):,} new, {len(taken.changed):,} changed, {taken.same:,} as before",
    )
    for before, after in taken.changed[:_SHOWN_MOST]:
        fields = [field for field in _FIELDS if getattr(before, field) != getattr(after, field)]
        zh, en = (
            "；".join(
                f"{_FIELDS[field].in_(lang)} {_cell(before, field)} → {_cell(after, field)}"
                for field in fields
            )
            for lang in Lang
        )
        yield Text(
            f"  改动：{before.code} {after.name}（{zh}）", f"  changed: {before.code} {after.name} ({en})"
        )
    yield from _more(len(taken.changed))
    for unit in taken.taken_out[:_SHOWN_MOST]:
        yield Text(f"  去掉：{unit.code} {unit.name}", f"  taken out: {unit.code} {unit.name}")
    yield from _more(len(taken.taken_out))
    if taken.not_in_file:
        yield Text(
            f"  另有 {taken.not_in_file:,} 个单位不在本文件中，予以保留（整份名单请加 --whole）",
            f"  Not in this file, and staying: {taken.not_in_file:,} (--whole takes them out)",
        )


def _cell(unit: Unit, field: str) -> str:
    value = getattr(unit, field)
    return (";".join(value) if isinstance(value, tuple) else value) or "–"


def _marks_told(taken: MarksTaken, file: Path, mode: Mode) -> Iterator[Text]:
    if taken.already is not None:
        yield _already(taken.already, file)
        return
    yield Text(
        f"{_done(mode).zh}：{taken.units:,} 个单位，新增评分 {taken.new:,} 个，"
        f"改动 {len(taken.changed):,} 个，未变 {taken.same:,} 个",
        f"{_done(mode).en}. Marks: {taken.new:,} new, {len(taken.changed):,} changed, {taken.same:,} as before; "
        f"units: {taken.units:,}",
    )
    for change in taken.changed[:_SHOWN_MOST]:
        yield _changed(change)
    yield from _more(len(taken.changed))


def _changed(change: MarkChange) -> Text:
    where = f"{change.unit} {change.criterion} {change.stage} {change.evaluator}"
    if change.after is None:
        return Text(
            f"  {where}：{change.before} → 撤回",
            f"  {where}: {change.before} → withdrawn",
        )
    return Text(
        f"  {where}：{change.before} → {change.after}", f"  {where}: {change.before} → {change.after}"
    )


def _more(total: int) -> Iterable[Text]:
    more = total - _SHOWN_MOST
    return [Text(f"  …… 另有 {more:,} 处", f"  … and {more:,} more")] if more > 0 else []


def _done(mode: Mode) -> Text:
    return (
        Text("试导入（未作任何改动）", "Trial, nothing was changed")
        if mode is Mode.TRIAL
        else Text("已导入", "Imported")
    )


def _already(earlier: Import, file: Path) -> Text:
    """Tell that a file was imported before, and that others since may have changed what it says."""
    when = f"{earlier.made_at:%Y-%m-%d %H:%M} UTC"
    since = Text("", "")
    if earlier.later:
        since = Text(
            f"；此后又导入过 {earlier.later:,} 个文件，现有内容以后来的为准（要改回去，请把要改的各行另存为新文件再导入）",
            f"; files imported since then: {earlier.later:,}, and what they say stands"
            " (to go back, save the rows in question as a file of their own and import that)",
        )
    return Text(
        f"{file.name} 已导入过（{when}，文件名 {earlier.name}），内容相同，未作任何改动{since.zh}",
        f"{file.name} was imported before ({when}, as {earlier.name}), byte for byte; nothing was changed{since.en}",
    )
