"""The description of the API in OpenAPI 3.1, made of its operations when it is first asked for."""

import re
from functools import cache
from http import HTTPStatus
from importlib import metadata
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api  # type: ignore[import-untyped]
from marshmallow import Schema

from web.api.problems import PROBLEM
from web.api.resources import api

_ABOUT = """\
What the pages show, as JSON. 页面所示的评定结果，以 JSON 提供；只读。

- **Editions are immutable.** Every figure is read from an edition's own rows, so two answers cannot disagree. An
  edition is named by its id (64 hexadecimal digits) or by the beginning of it. Asked for by its whole id, an answer
  never changes and its ETag is that id. A correction is a new edition: `/editions` and `/periods` say which is newest.
- **Numbers that may have decimals are strings, exactly as they are printed** (`"80.00"`); null where there is none,
  which is not 0. Stars, ranks and counts are whole numbers.
- **Sentences come in both languages**, as `{"zh": …, "en": …}`; the answer is the same whoever asks.
- **What cannot be answered** is told in a problem document (RFC 9457), every fault of the question at once. A parameter
  that is not documented is refused, and so is one given twice that can stand once only.
- **Ask again cheaply**: send the ETag back in `If-None-Match`, and 304 says that nothing has changed.
"""
_TAGS = {
    "editions": "Editions, what each says of itself, and its whole ranking. 版本",
    "units": "The units of an edition. 单位",
    "groups": "Townships, departments, domains and the county in an edition. 汇总",
    "periods": "Periods, provisional figures, and what moved between editions. 评定期与比较",
    "criteria": "Criteria sets. 评分标准",
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail", "faults"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "What the status is called.", "examples": ["Not Found"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "description": "All faults in English, in one line."},
        "faults": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["parameter", "zh", "en"],
                "additionalProperties": False,
                "properties": {
                    "parameter": {
                        "type": ["string", "null"],
                        "description": "The parameter at fault, if any.",
                    },
                    "zh": {"type": "string", "examples": ["没有这个版本号的版本"]},
                    "en": {"type": "string", "examples": ["no edition has this id"]},
                },
            },
        },
    },
}
_MEANINGS = {
    304: "The answer is as the caller has it.",
    404: "What is asked for is not there.",
    405: "The address can only be read; `Allow` says how.",
    409: "What is asked for cannot be told as things stand, and why.",
    421: "The service does not answer to this host.",
    422: "Parameters are malformed or unknown; all of them are named.",
    500: "Something went wrong; nothing was lost.",
    503: "Not available just now; try again in a moment.",
}
_ALLOW = {"description": "The methods there are.", "required": True, "schema": {"type": "string"}}


@cache
def description() -> dict[str, Any]:
    """Return the description."""
    described = _Described(
        Flask("described"),
        spec_kwargs={
            "title": "党支部星级评定 · Star rating of Party branches",
            "version": f"1 ({metadata.version('stars')})",
            "openapi_version": "3.1.0",
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_name),
            "info": {"description": _ABOUT},
        },
    )
    described.register_blueprint(api)
    document: dict[str, Any] = described.spec.to_dict()
    document["tags"] = [{"name": name, "description": about} for name, about in _TAGS.items()]
    return document


class _Described(Api):  # type: ignore[misc]
    """Operations described with the answers they give: problems are problem documents, and there is no other default."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_pagination_header(self) -> None:
        """Leave it out: pages are counted in the answers themselves."""

    def _register_responses(self) -> None:
        self.spec.components.schema("Problem", _PROBLEM)
        for status, meaning in _MEANINGS.items():
            response: dict[str, Any] = {"description": meaning}
            if status != HTTPStatus.NOT_MODIFIED:
                response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            if status == HTTPStatus.METHOD_NOT_ALLOWED:
                response["headers"] = {"Allow": _ALLOW}
            self.spec.components.response(HTTPStatus(status).name, response, lazy=True)


def _name(schema: Schema | type[Schema]) -> str:
    """Return the name of a shape in the description: that of its class, in words of one piece."""
    own = schema if isinstance(schema, type) else type(schema)
    return re.sub(r"Schema$", "", own.__name__)
