"""The demo county on the command line: three years made, kept, published and verified, and the open year shown."""

import shlex
from fractions import Fraction
from pathlib import Path

import click

from scoring.errors import Fault, FileRefused, Place
from scoring.store.engine import Store
from scoring.texts import Lang, Text
from scoring.workflow.demo_county import build_county, is_demo
from scoring.workflow.demo_files import YEARS
from scoring.workflow.look_at_editions import export_bundle, list_editions, verify_bundle
from scoring.workflow.standings_now import provisional
from web import listings, terminal
from web.commands.options import FILE, LANG, refusals_told
from web.progress import shown
from web.settings import DATABASE_URL

_SCHEMA = "stars"
_DATABASE, _BUNDLE = "stars.sqlite3", "edition.zip"


@click.command()
@click.option(
    "--folder",
    type=FILE,
    default=Path("demo"),
    show_default=True,
    help="Where its files and its database go.",
)
@click.option(
    "--scale", type=click.FloatRange(0.05, 20), default=1, show_default=True, help="Size of the county."
)
@click.option("--no-serve", is_flag=True, help="Only build and show it.")
@LANG
@refusals_told
def demo(folder: Path, scale: float, no_serve: bool, lang: Lang) -> None:  # noqa: ARG001  the pages are to come
    """Build the demo county, three years of it, and show it.  演示县。

    It has a database of its own, so nothing of the county's is touched. What is there already is shown as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _DATABASE
    if not path.exists():
        _build(path, folder, Fraction(str(scale)), lang)
    store = Store.open(_url(path), _SCHEMA)
    try:
        if not is_demo(store):
            sentence = Text(
                "里面不是演示县；请用 --folder 另选文件夹",
                "holds another county; choose another folder with --folder",
            )
            raise FileRefused([Fault(place=Place(file=str(path)), sentence=sentence)])
        found = list_editions(store)
        listings.show_editions(found, lang)
        edition = export_bundle(store, found[0].id, folder / _BUNDLE)
        listings.show_verified(verify_bundle(folder / _BUNDLE, edition.id), edition.id, lang)
        _say(
            lang,
            f"\n{YEARS[-1]} 年（评分未完，以下为暂计）",
            f"\n{YEARS[-1]}, still being marked; provisional:",
        )
        terminal.show_county(provisional(store, YEARS[-1]), lang)
        _say(
            lang,
            f"\n接着看：export {DATABASE_URL}={shlex.quote(_url(path))}\n"
            f"  stars editions\n  stars diff {found[1].id[:12]} {found[0].id[:12]}\n"
            f"  stars export {found[0].id[:12]} --xlsx {shlex.quote(str(folder / 'results.xlsx'))}",
            f"\nNext: export {DATABASE_URL}={shlex.quote(_url(path))}\n"
            f"  stars editions\n  stars diff {found[1].id[:12]} {found[0].id[:12]}\n"
            f"  stars export {found[0].id[:12]} --xlsx {shlex.quote(str(folder / 'results.xlsx'))}",
        )
    finally:
        store.close()


def _build(path: Path, folder: Path, scale: Fraction, lang: Lang) -> None:
    """Build the county in a database of another name, which gets its own when all is in it."""
    draft = path.with_name(f"{path.name}.building")
    for old in folder.glob(f"{draft.name}*"):
        old.unlink()
    with shown(lang) as tell:
        build_county(_url(draft), _SCHEMA, folder, scale=scale, tell=tell)
    if list(folder.glob(f"{draft.name}-wal")):
        sentence = Text(
            "另有程序正在使用，请关闭后重试", "is in use by another program; close that and try again"
        )
        raise FileRefused([Fault(place=Place(file=str(draft)), sentence=sentence)])
    draft.rename(path)
    draft.with_name(f"{draft.name}.lock").unlink(missing_ok=True)


def _url(path: Path) -> str:
    return f"sqlite:///{path.resolve()}"


def _say(lang: Lang, zh: str, en: str) -> None:
    click.echo(Text(zh, en).in_(lang))
