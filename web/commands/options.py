"""What the commands have in common: the language, a file, and how a refusal is told."""

import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from scoring.errors import Fault, FileRefused, Place, Refused
from scoring.texts import Lang, Text
from web import terminal

REFUSED = 2
"""The exit code where input was refused."""

FILE = click.Path(path_type=Path)

LANG_SETTING = "STARS_LANG"

LANG = click.option(
    "--lang",
    type=click.Choice([lang.value for lang in Lang]),
    default=Lang.ZH.value,
    envvar=LANG_SETTING,
    show_default=True,
    show_envvar=True,
    callback=lambda _context, _option, value: Lang(value),
    help="Language of what is printed.",
)


def one_form(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Return an id in the one form it is kept in, however its accents were typed."""
    return unicodedata.normalize("NFC", value)


def refusals_told(command: Callable[..., None]) -> Callable[..., None]:
    """Return *command*, turning a refusal into one line a fault on standard error and exit code 2."""

    @wraps(command)
    def told(**options: Any) -> None:
        try:
            command(**options)
        except Refused as refused:
            terminal.show_faults(refused.faults, options["lang"])
            sys.exit(REFUSED)
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = error.strerror or str(error)
            sentence = Text(f"无法读写（{reason}）", f"cannot be read or written ({reason})")
            terminal.show_faults(
                [Fault(place=Place(file=error.filename), sentence=sentence)], options["lang"]
            )
            sys.exit(REFUSED)

    return told


def keep_inputs(target: Path | None, inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that is read."""
    if (
        target is not None
        and target.exists()
        and any(one.exists() and one.samefile(target) for one in inputs)
    ):
        sentence = Text(
            "不能写到输入文件上，请另起文件名", "is one of the files that are read; choose another name"
        )
        raise FileRefused([Fault(place=Place(file=str(target)), sentence=sentence)])
