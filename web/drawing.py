"""Charts drawn ahead of whoever looks: the county's as soon as an edition is published, in both languages."""

from collections.abc import Sequence

from flask import Flask

from scoring.store.engine import Store
from scoring.texts import Lang, Text
from scoring.workflow.progress import Tell, silent
from web.app import create_app
from web.words import GROUP_PATHS

_CHARTS = Text("绘制图表", "Drawing the charts")
_WORKBOOKS = Text("写出结果工作簿", "Writing the workbooks of results")


def draw_charts(store: Store, edition_id: str, tell: Tell = silent) -> None:
    """Let the charts of the edition's overview and rankings be drawn and kept with it.

    They are drawn by asking for the pages they stand on. A unit's and a group's are drawn when they are first looked at.
    """
    _ask(store, edition_id, ["/", *(f"/ranking/{kind}" for kind in GROUP_PATHS.values())], _CHARTS, tell)


def write_workbooks(store: Store, edition_id: str, tell: Tell = silent) -> None:
    """Let the edition's workbooks of results be written and kept with it: seconds that nobody has to wait for later."""
    _ask(store, edition_id, ["/results.xlsx"], _WORKBOOKS, tell)


def _ask(store: Store, edition_id: str, addresses: Sequence[str], doing: Text, tell: Tell) -> None:
    client = create_app(store).test_client()
    wanted = [(lang, address) for lang in Lang for address in addresses]
    for done, (lang, address) in enumerate(wanted):
        tell(doing, done, len(wanted))
        answer = client.get(f"/editions/{edition_id}{address}", headers={"Accept-Language": lang.value})
        assert answer.status_code == 200, f"{address} of {edition_id} cannot be shown"


def warm(app: Flask) -> None:
    """Let *app* read the newest year and load what draws charts, so that the first visitor need not wait for it."""
    app.test_client().get("/", base_url="http://127.0.0.1", follow_redirects=True)
