"""`python -m tests.web.api_guide` writes docs/api.md and its Chinese twin from the description that the API gives of itself.

A change of an operation shows in them line by line, and has to be committed with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scoring.store.engine import Store
from scoring.texts import Lang, Text
from scoring.workflow.open_county import open_county
from web.app import create_app

DOCS = Path(__file__).parents[2] / "docs"
NAMES = {Lang.EN: "api.md", Lang.ZH: "api.zh-CN.md"}
BELOW = "/api/v1"

_METHODS = ("get", "post", "put", "patch", "delete")
_TITLE = Text("数据接口的全部操作", "All operations of the API")
_MADE = Text(
    "本页由程序按接口自己的说明（`/api/v1/openapi.json`）生成。怎样取得令牌、怎样重发、怎样不覆盖别人的改动，"
    "见 [README](../README.zh-CN.md#数据接口)；谁能办什么，见[权限表](permissions.zh-CN.md)。",
    "This page is written by a program from the API's own description (`/api/v1/openapi.json`). Tokens, sending again and"
    " not overwriting others are told in the [README](../README.md#the-api), and who may do what in"
    " [the table of rights](permissions.md).",
)
_TWIN = Text("[English](api.md)", "[中文](api.zh-CN.md)")
_HEADS = Text("| 操作 | 做什么 |", "| operation | does |")


def guide(description: Any, lang: Lang) -> str:
    """Return the page in *lang* of an API described in OpenAPI."""
    return "\n".join(_lines(description, lang)) + "\n"


def _lines(description: Any, lang: Lang) -> Iterator[str]:
    yield from (f"# {_TITLE.in_(lang)}", "", _TWIN.in_(lang), "", _MADE.in_(lang))
    tags = dict.fromkeys(own["tags"][0] for _, _, own in _operations(description))
    for tag in tags:
        yield from ("", f"## {tag}", "", _HEADS.in_(lang), "| --- | --- |")
        for method, address, own in _operations(description):
            if own["tags"][0] == tag:
                yield f"| `{method.upper()} {address}` | {_told(own, lang)} |"


def _operations(description: Any) -> Iterator[tuple[str, str, Any]]:
    for address, methods in description["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield method, address.removeprefix(BELOW), methods[method]


def _told(operation: Any, lang: Lang) -> str:
    """Return what an operation does; its Chinese stands at the end of its description."""
    words = operation["summary"] if lang is Lang.EN else operation["description"].strip().splitlines()[-1]
    return str(words).rstrip(".。")


def description_in(folder: Path) -> Any:
    """Return the description that the API of a new county, made in *folder*, gives of itself."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        url = f"sqlite:///{own}/county.sqlite3"
        open_county(url, "stars", name="青石县")
        store = Store.open(url, "stars")
        try:
            return create_app(store).test_client().get(f"{BELOW}/openapi.json").json
        finally:
            store.close()


if __name__ == "__main__":
    told = description_in(Path(tempfile.gettempdir()))
    for own, name in NAMES.items():
        (DOCS / name).write_text(guide(told, own), "utf-8")
