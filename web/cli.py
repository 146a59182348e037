"""The command `stars`: which commands there are. What they do is done by `scoring.workflow`."""

import sys
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from types import MappingProxyType

import click

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "score": "files.score",
        "check-criteria": "files.check_criteria_file",
        "template": "files.template",
        "init": "county.init",
        "database": "county.database",
        "period": "county.period",
        "import": "county.import_",
        "people": "people.people",
        "ledger": "points.ledger",
        "publish": "editions.publish",
        "editions": "editions.editions",
        "diff": "editions.diff",
        "export": "editions.export",
        "verify": "editions.verify",
        "serve": "serve.serve",
        "demo": "demo.demo",
    }
)
"""Every command by its name, and where in `web.commands` it is."""


class Commands(click.Group):
    """Commands that are loaded when they are asked for: none waits for what only another needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's own signature
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"web.commands.{module}"), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stars")
def main() -> None:
    """Star rating of Party branches: exact, explained, provable.  党支部评星定级。"""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
