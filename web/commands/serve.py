"""The command that serves the county's pages: to this machine, or where that is asked for to a whole office."""

import os
import sys
from socket import socket

import click

from scoring.store.engine import Store
from scoring.texts import Lang, Text
from web.commands.options import LANG, LANG_SETTING, refusals_told
from web.listening import Address, is_own, listen, ready
from web.settings import LOOPBACK, TRUSTED_HOSTS, Settings, entrance, settings

PORT = 8000
"""Where the pages are unless another port is asked for."""

HOST = click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    help="The address to serve at; 0.0.0.0 is every address of this machine.",
)

_ON_SQLITE, _ON_POSTGRESQL = 1, 2
"""How many processes: a SQLite file has one writer at a time in any case."""


@click.command()
@HOST
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="The port to serve at; 0 is any that is free.",
)
@click.option(
    "--development", is_flag=True, help="For work on the pages: begin anew whenever a source file changes."
)
@LANG
@refusals_told
def serve(host: str, port: int, development: bool, lang: Lang) -> None:
    """Serve the county's pages to browsers.  提供网页服务。"""
    found = settings(host)
    entrance()
    Store.open(found.database_url, found.database_schema).close()
    if development:
        _develop(found, host, port, lang)
    else:
        serve_county(found, listen(host, port), lang)


def serve_county(found: Settings, listener: socket, lang: Lang) -> None:
    """Become the server of the county of those settings, until that is ended."""
    _warn_of_readers(listener.getsockname(), lang)
    environment = found.environment() | {LANG_SETTING: lang.value}
    if sys.platform == "win32":
        _serve_from_here(environment, listener, lang)
        return
    workers = _ON_SQLITE if found.database_url.startswith("sqlite") else _ON_POSTGRESQL
    environment["PYTHONIOENCODING"] = "utf-8:backslashreplace"
    with listener:
        listener.set_inheritable(True)
        command = (sys.executable, "-P", "-m", "web.serving", str(listener.fileno()), str(workers))
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(command[0], command, os.environ | environment)  # noqa: S606  its parts are our own


def _warn_of_readers(address: Address, lang: Lang) -> None:
    if is_own(address):
        return
    hosts = ", ".join(settings(address[0]).trusted_hosts)
    sentence = Text(
        f"注意：凡是能连到本机的人，都能看到已发布的内容。可用的主机名：{hosts}（用 {TRUSTED_HOSTS} 另行指定）",
        "Note: everyone who can reach this machine can read what is published."
        f" Names it answers to: {hosts} ({TRUSTED_HOSTS} sets others)",
    )
    click.echo(sentence.in_(lang), err=True)


def _serve_from_here(environment: dict[str, str], listener: socket, lang: Lang) -> None:
    """Serve from this process, until it is ended, where gunicorn cannot be."""
    from werkzeug.serving import make_server  # noqa: PLC0415

    note = Text(
        "Windows 上用的是简易服务器，供一个人使用；供全县使用请装在 Linux 上",
        "On Windows this is a simple server, good for one person; for a whole county use Linux",
    )
    click.echo(note.in_(lang), err=True)
    host, port = listener.getsockname()[:2]
    listener.close()
    os.environ.update(environment)
    from web.wsgi import app  # noqa: PLC0415

    server = make_server(host, port, app, threaded=True)
    click.echo(ready(server.socket.getsockname()).in_(lang))
    server.serve_forever()


def _develop(found: Settings, host: str, port: int, lang: Lang) -> None:
    """Serve from a child of this process, which is replaced when a source file changes."""
    from werkzeug.serving import is_running_from_reloader, run_simple  # noqa: PLC0415

    os.environ.update(found.environment())
    from web.wsgi import app  # noqa: PLC0415

    if not is_running_from_reloader():
        with listen(host, port) as listener:
            address = listener.getsockname()
        port = address[1]
        _warn_of_readers(address, lang)
        click.echo(ready(address).in_(lang))
    run_simple(host, port, app, threaded=True, use_reloader=True)
