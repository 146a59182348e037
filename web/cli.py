"""The command `stars`: which commands there are. What they do is done by `scoring.workflow`."""

import sys
from io import TextIOWrapper

import click

from web.commands.county import database, import_, init, period
from web.commands.demo import demo
from web.commands.editions import diff, editions, export, publish, verify
from web.commands.files import check_criteria_file, score, template
from web.commands.people import people
from web.commands.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stars")
def main() -> None:
    """Star rating of Party branches: exact, explained, provable.  党支部评星定级。"""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


for command in (
    score,
    check_criteria_file,
    template,
    init,
    database,
    period,
    import_,
    people,
    publish,
    editions,
    diff,
    export,
    verify,
    serve,
    demo,
):
    main.add_command(command)
