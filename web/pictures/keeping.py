"""A chart drawn once, and kept with its edition; and where what it shows can be looked at."""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from flask import url_for
from markupsafe import Markup

from scoring.register import GroupFigures
from scoring.units import Grouping
from scoring.workflow.keep_renderings import kept_or_made
from web import charts
from web.charts import fonts
from web.language import say
from web.shelf import Shown
from web.viewing import shelf, short
from web.words import GROUP_PATHS


def picture(shown: Shown, draw: Callable[[Any], str], values: Any) -> Markup:
    """Return the chart of *values*, drawn once: kept with the edition, or while an open year stays as it is.

    The name it is kept by is the hash of its values and of what draws it, so it can show no others, nor otherwise.
    """
    digest = hashlib.sha256(_drawn_by() + repr(values).encode()).hexdigest()
    name = f"{values.prefix}-{digest[:24]}.svg"
    edition = shown.edition

    def made() -> str:
        if edition is None:
            return draw(values)
        return kept_or_made(shelf().store, edition.id, name, lambda: draw(values).encode()).decode()

    return Markup(shelf().once(("picture", None if edition is None else edition.id, name), made))  # noqa: S704  ours


@cache
def _drawn_by() -> bytes:
    """Return what changes whenever charts are drawn otherwise: the code that does it, matplotlib, and the font."""
    digest = hashlib.sha256(metadata.version("matplotlib").encode())
    for file in (*sorted(Path(str(charts.__file__)).parent.glob("*.py")), Path(fonts.chosen_path())):
        digest.update(file.read_bytes())
    return digest.digest()


def nothing() -> str:
    """Return what a chart without figures says."""
    return say("还没有数字", "No figures yet")


def group_address(shown: Shown, own: GroupFigures) -> str:
    """Return the address of the group's page in that very edition; the county's is the overview."""
    if own.kind is Grouping.COUNTY:
        return address(shown, "overview")
    return address(shown, "group", kind=GROUP_PATHS[own.kind], name=own.name)


def address(shown: Shown, endpoint: str, **values: Any) -> str:
    """Return the address of a page of that very edition, so that a picture that is kept leads where it was drawn from."""
    if shown.edition is None:
        return url_for(f"provisional.{endpoint}", period_id=shown.period.id, **values)
    return url_for(f"edition.{endpoint}", edition_id=short(shown.edition.id), **values)
