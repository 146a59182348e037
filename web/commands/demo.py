"""The demo county on the command line: three years made, published, verified, shown, and served to a browser."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from socket import socket

import click

from scoring.errors import Fault, FileRefused, Place
from scoring.store.engine import Store, StoreUnready
from scoring.texts import Lang, Text
from scoring.workflow.demo.staff import DemoAccount
from scoring.workflow.demo_county import build_county, is_demo
from scoring.workflow.demo_files import YEARS
from scoring.workflow.look_at_editions import export_bundle, list_editions, verify_bundle
from scoring.workflow.progress import Tell
from scoring.workflow.standings_now import provisional
from web import listings, terminal
from web.commands.options import FILE, LANG, refusals_told
from web.commands.serve import HOST, PORT, serve_county
from web.drawing import draw_charts
from web.listening import listen, listen_from
from web.progress import shown
from web.settings import DATABASE_URL, files_beside, settings

_SCHEMA = "stars"
_DATABASE, _BUNDLE, _ACCOUNTS = "stars.sqlite3", "edition.zip", "accounts.txt"


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
@click.option(
    "--members",
    type=click.FloatRange(0, 1),
    default=1,
    show_default=True,
    help="The share of its branches' members who are kept with their points; 0 for none.",
)
@click.option("--no-serve", is_flag=True, help="Only build and show it; serve no pages.")
@HOST
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"The port to serve its pages at; without it, the first one from {PORT} on that is free.",
)
@LANG
@refusals_told
def demo(
    folder: Path, scale: float, members: float, no_serve: bool, host: str, port: int | None, lang: Lang
) -> None:
    """Build the demo county, three years of it, show it, and serve its pages.  演示县。

    It has a database of its own, so nothing of the county's is touched. What is there already is shown as it is.
    """
    if port and not no_serve:
        listen(host, port).close()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _DATABASE
    if not path.exists():
        _build(path, folder, Fraction(str(scale)), Fraction(str(members)), lang)
    _show(path, folder, lang)
    _show_accounts(folder / _ACCOUNTS, lang)
    if not no_serve:
        own = replace(
            settings(host),
            database_url=_url(path),
            database_schema=_SCHEMA,
            provisional_shown=True,
            files_dir="",
        )
        serve_county(own, _listener(host, port, lang), lang)


def _show(path: Path, folder: Path, lang: Lang) -> None:
    """Show what is in the database at *path*, and write the bundle of its newest edition."""
    store = _opened(path)
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


def _opened(path: Path) -> Store:
    """Return the store at *path*. Raises StoreUnready, which for an older release's says how it is brought up to date."""
    try:
        return Store.open(_url(path), _SCHEMA)
    except StoreUnready as refused:
        line = f"{DATABASE_URL}={shlex.quote(_url(path))} stars init"
        sentence = Text(
            f"这是演示用的数据库，升级命令是：{line}；也可用 --folder 另选文件夹",
            f"That is the demo's database; this upgrades it: {line}; or choose another folder with --folder",
        )
        raise StoreUnready([*refused.faults, Fault(place=Place(), sentence=sentence)]) from None


def _listener(host: str, port: int | None, lang: Lang) -> socket:
    """Return a socket that listens at *port*, or where none was asked for at the first free one, which is said."""
    if port is not None:
        return listen(host, port)
    listener = listen_from(host, PORT)
    found = listener.getsockname()[1]
    if found != PORT:
        _say(
            lang, f"\n端口 {PORT} 已被占用，改用 {found}", f"\nThe port {PORT} is in use, so {found} is taken"
        )
    return listener


def _build(path: Path, folder: Path, scale: Fraction, members: Fraction, lang: Lang) -> None:
    """Build the county in a database of another name, which gets its own when all is in it."""
    draft = path.with_name(f"{path.name}.building")
    for old in folder.glob(f"{draft.name}*"):
        old.unlink()
    with shown(lang) as tell:
        years = build_county(
            _url(draft),
            _SCHEMA,
            folder,
            scale=scale,
            members=members,
            evidence=files_beside(_url(path)),
            tell=tell,
        )
        _draw(_url(draft), tell)
    _write_accounts(folder / _ACCOUNTS, years[-1].accounts)
    if list(folder.glob(f"{draft.name}-wal")):
        sentence = Text(
            "另有程序正在使用，请关闭后重试", "is in use by another program; close that and try again"
        )
        raise FileRefused([Fault(place=Place(file=str(draft)), sentence=sentence)])
    draft.rename(path)
    draft.with_name(f"{draft.name}.lock").unlink(missing_ok=True)


def _write_accounts(path: Path, accounts: Sequence[DemoAccount]) -> None:
    """Write the accounts down for the owner of the folder only: they were made for this county and are nobody's."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        for own in accounts:
            scope = f" {own.scope}" if own.scope else ""
            file.write(
                f"{own.login}\t{own.password}\t{own.name}\t{own.role.called.zh}{scope}\t{own.role.called.en}{scope}\n"
            )


def _show_accounts(path: Path, lang: Lang) -> None:
    """Show the accounts that were written down, one of every role."""
    if not path.exists():
        return
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    _say(
        lang,
        f"\n试用账号（登录 /sign-in；也写在 {path}）",
        f"\nAccounts to try (sign in at /sign-in; also in {path})",
    )
    for login, password, name, zh, en in rows:
        _say(lang, f"  {login:<11} {password}  {zh}　{name}", f"  {login:<11} {password}  {en}, {name}")


def _draw(url: str, tell: Tell) -> None:
    """Draw the charts of each year's newest edition; those of one that was superseded are drawn when somebody looks."""
    store = Store.open(url, _SCHEMA)
    try:
        newest = {listed.period: listed for listed in reversed(list_editions(store))}
        for listed in newest.values():
            draw_charts(store, listed.id, tell)
    finally:
        store.close()


def _url(path: Path) -> str:
    return f"sqlite:///{path.resolve()}"


def _say(lang: Lang, zh: str, en: str) -> None:
    click.echo(Text(zh, en).in_(lang))
