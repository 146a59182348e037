"""Commands on editions: publish one, list, compare, take out, verify."""

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from scoring.chain import read_head
from scoring.edition import Edition, State
from scoring.errors import Fault, Place, Refused
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.texts import Lang, Text
from scoring.workflow.look_at_editions import (
    compare_editions,
    export_bundle,
    export_ranking,
    export_workbook,
    list_editions,
    verify_bundle,
)
from scoring.workflow.publication import SignedBy, publish_period
from scoring.workflow.verify_chain import verify_chain
from web import listings, terminal
from web.commands.county import store
from web.commands.options import FILE, LANG, one_form, refusals_told
from web.drawing import draw_charts, write_workbooks
from web.progress import shown
from web.settings import settings

ALTERED = 1
"""The exit code where the database is not what the chain says."""


@click.command()
@click.argument("period_id", metavar="PERIOD", callback=one_form)
@click.option("--prepared-by", required=True, metavar="NAME", help="Who prepared the edition.")
@click.option("--confirmed-by", required=True, metavar="NAME", help="Who confirms it: somebody else.")
@click.option("--draft", is_flag=True, help="A draft to be posted for public comment.")
@click.option(
    "--reason", default="", metavar="WORDS", help="Why it replaces a final edition; needed for a correction."
)
@click.option(
    "--excuse",
    "excused",
    multiple=True,
    metavar="UNIT=REASON",
    help="A unit that may stay unrated, and why. May be given more than once.",
)
@LANG
@refusals_told
def publish(
    period_id: str,
    prepared_by: str,
    confirmed_by: str,
    draft: bool,
    reason: str,
    excused: tuple[str, ...],
    lang: Lang,
) -> None:
    """Publish PERIOD as it is now, as an edition that never changes.  发布。

    The two names are taken as they are given; nobody has signed in.
    """
    state = State.DRAFT if draft else State.FINAL
    signed = SignedBy(prepared=prepared_by, confirmed=confirmed_by)
    with store() as opened, shown(lang) as tell:
        edition = publish_period(
            opened,
            period_id,
            signed,
            state,
            reason=reason,
            excused=_once(excused),
            tell=tell,
        )
        draw_charts(opened, edition.id, tell)
        write_workbooks(opened, edition.id, tell)
    listings.show_published(edition, lang)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@LANG
@refusals_told
def editions(as_json: bool, lang: Lang) -> None:
    """List all editions, the newest first.  列出各版本。"""
    with store() as opened:
        found = list_editions(opened)
    if as_json:
        rows = [
            {
                "id": own.id,
                "period": own.period,
                "state": own.state.value,
                "supersedes": own.supersedes,
                "reason": own.reason,
                "prepared_by": own.prepared_by,
                "confirmed_by": own.confirmed_by,
            }
            for own in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif found:
        listings.show_editions(found, lang)
    else:
        click.echo(
            Text("还没有发布任何版本；用 stars publish 发布", "No edition yet; stars publish makes one").in_(
                lang
            )
        )


@click.command()
@click.argument("before", metavar="ID")
@click.argument("after", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON document.")
@LANG
@refusals_told
def diff(before: str, after: str, as_json: bool, lang: Lang) -> None:
    """Say what moved from one edition to another, and why.  比较两个版本。

    An ID may be shortened to its first characters.
    """
    with store() as opened:
        found = compare_editions(opened, before, after)
    if as_json:
        click.echo(json.dumps(found.document(), ensure_ascii=False, indent=1))
    else:
        listings.show_differences(found, lang)


@click.command()
@click.argument("edition_id", metavar="ID")
@click.option("--bundle", type=FILE, help="A ZIP with everything, which `stars verify` checks anywhere.")
@click.option("--xlsx", type=FILE, help="The workbook of results.")
@click.option("--csv", "csv_", type=FILE, help="The ranking, as CSV for Excel and WPS.")
@LANG
@refusals_told
def export(edition_id: str, bundle: Path | None, xlsx: Path | None, csv_: Path | None, lang: Lang) -> None:
    """Write an edition to files.  导出版本。

    An ID may be shortened to its first characters.
    """
    if not (bundle or xlsx or csv_):
        raise Refused([Fault.of("请给出 --bundle、--xlsx 或 --csv", "give --bundle, --xlsx or --csv")])
    targets = [path for path in (bundle, xlsx, csv_) if path is not None]
    if len({path.resolve() for path in targets}) < len(targets):
        raise Refused([Fault.of("几种导出不能写到同一个文件", "two exports cannot go to one file")])
    with store() as opened:
        if bundle is not None:
            _written(export_bundle(opened, edition_id, bundle), bundle, lang)
        if xlsx is not None:
            _written(export_workbook(opened, edition_id, xlsx, lang), xlsx, lang)
        if csv_ is not None:
            _written(export_ranking(opened, edition_id, csv_, lang), csv_, lang)


@click.command()
@click.argument("bundle", type=FILE, required=False)
@click.option("--digest", metavar="ID", help="The edition's id as it was printed: 64 characters.")
@click.option(
    "--chain", is_flag=True, help="Check the county's database instead: its chain, and all it covers."
)
@click.option(
    "--head", metavar="CODE", help="With --chain: the head of the chain as it was printed, 128-7f3a…"
)
@click.option(
    "--files",
    type=FILE,
    metavar="FOLDER",
    help="With --chain: the folder of evidence, unless the settings say.",
)
@LANG
@refusals_told
def verify(
    bundle: Path | None, digest: str | None, chain: bool, head: str | None, files: Path | None, lang: Lang
) -> None:
    """Recompute everything in a bundle from its marks, and compare.  核验版本包。

    Needs nothing but the file: no server, no database. With --chain the county's database is checked; exit code 1 where
    anything in it was altered.
    """
    if chain != (bundle is None) or (chain and digest is not None) or (not chain and (head or files)):
        sentence = Text(
            "请给出版本包（可加 --digest），或写 --chain（可加 --head、--files）",
            "give a bundle (with --digest, if you like), or --chain (with --head and --files)",
        )
        raise click.UsageError(sentence.in_(lang))
    if bundle is None:
        _verify_chain(head, files, lang)
        return
    found = verify_bundle(bundle, digest)
    listings.show_verified(found, digest, lang)
    listings.show_head(found.head, lang)


def _verify_chain(head: str | None, folder: Path | None, lang: Lang) -> None:
    """Check the county's database and tell what was found. Ends with exit code 1 where there are faults."""
    wanted = None if head is None else read_head(head)
    own = settings()
    place = folder or own.files_folder
    opened = Store.open_to_check(own.database_url, own.database_schema)
    with closing(opened), shown(lang) as tell:
        files = Files(place) if place is not None and place.is_dir() else None
        found = verify_chain(opened, wanted, files, tell)
    if found.sound:
        listings.show_chain(found, lang)
        return
    terminal.show_faults(found.faults, lang)
    sys.exit(ALTERED)


def _once(excused: Sequence[str]) -> dict[str, str]:
    """Return of each excused unit the reason. Raises Refused where one is named twice."""
    found: dict[str, str] = {}
    for excuse in excused:
        unit, _, reason = excuse.replace("＝", "=", 1).partition("=")
        if unit in found:
            sentence = Text(f"{unit} 写了两次", f"names {unit} twice")
            raise Refused([Fault(place=Place(field="--excuse"), sentence=sentence)])
        found[unit] = reason
    return found


def _written(edition: Edition, path: Path, lang: Lang) -> None:
    click.echo(
        Text(f"已写出 {path}（版本 {edition.id[:12]}）", f"Written: {path} (edition {edition.id[:12]})").in_(
            lang
        )
    )
