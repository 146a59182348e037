"""What is drawn after somebody was answered: charts and workbooks of an edition that was just published."""

import logging
import threading

from flask import Flask

from scoring.texts import Lang
from web.words import GROUP_PATHS

_PAGES = ("/", *(f"/ranking/{kind}" for kind in GROUP_PATHS.values()), "/results.xlsx")
_LOG = logging.getLogger(__name__)


def draw_later(app: Flask, edition_id: str) -> threading.Thread:
    """Let the charts and workbooks of the edition be drawn by a thread of their own, by asking for the pages they stand on.

    Where that fails they are drawn when they are first looked at.
    """
    thread = threading.Thread(target=_draw, args=(app, edition_id), daemon=True)
    thread.start()
    return thread


def _draw(app: Flask, edition_id: str) -> None:
    client = app.test_client(use_cookies=False)
    for lang in Lang:
        for address in _PAGES:
            answer = client.get(
                f"/editions/{edition_id}{address}",
                headers={"Accept-Language": lang.value},
                base_url="http://127.0.0.1",
            )
            if answer.status_code != 200:
                _LOG.warning("%s of an edition was not drawn ahead: %s", address, answer.status_code)
