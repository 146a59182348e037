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
from web.api.work.describing import SCHEMES
from web.api.work.frame import work

_ABOUT = """\
What the pages show and let people do, as JSON. 页面所示的评定结果和可办的工作，以 JSON 提供。

- **Editions are immutable.** Every figure is read from an edition's own rows, so two answers cannot disagree. An
  edition is named by its id (64 hexadecimal digits) or by the beginning of it. Asked for by its whole id, an answer
  never changes and its ETag is that id. A correction is a new edition: `/editions` and `/periods` say which is newest.
- **Numbers that may have decimals are strings, exactly as they are printed** (`"80.00"`); null where there is none,
  which is not 0. Stars, ranks and counts are whole numbers.
- **Sentences come in both languages**, as `{"zh": …, "en": …}`; the answer is the same whoever asks.
- **What cannot be answered** is told in a problem document (RFC 9457), every fault of the question at once. A parameter
  that is not documented is refused, and so is one given twice that can stand once only.
- **Ask again cheaply**: send the ETag back in `If-None-Match`, and 304 says that nothing has changed.
- **Work takes a token**: `Authorization: Bearer stars_…`, made on the page of one's account, for reading or for writing
  too. It is good for what its person may do now, and the same rules hold as on the pages. A browser may use its
  session instead, with `X-CSRF-Token`. Nothing of this is kept by any cache.
- **A POST takes an `Idempotency-Key`**: sent again under it, nothing is done twice, and the answer says
  `Idempotency-Replayed: true`. A one-time password or a token is told the first time only. Refusals that wrote nothing
  are not kept: the same key may be tried again. PUT, PATCH and DELETE do no harm when sent again.
- **Nothing is overwritten unseen**: what is edited has a revision, sent back with the change; where others were
  faster, 409 tells both values in `conflicts`. `If-Match` guards a whole sheet (412).
- **Passwords and signing in** are for browsers only.
"""
_TAGS = {
    "editions": "Editions, what each says of itself, and its whole ranking. 版本",
    "units": "The units of an edition. 单位",
    "groups": "Townships, departments, domains and the county in an edition. 汇总",
    "periods": "Periods, provisional figures, and what moved between editions. 评定期与比较",
    "criteria": "Criteria sets. 评分标准",
    "own": "One's own account, inbox, tokens and deputies. 本人",
    "marking": "Sheets, marks, signatures and moderation. 评分与复议",
    "running": "Assignments, spot checks, deadlines, progress and reminders. 组织评定",
    "evidence": "What branches hand in. 佐证材料",
    "gates": "Motions to raise and lift gates. 一票否决",
    "publishing": "Editions prepared by one and confirmed by another, and the calendar. 发布与公示",
    "objections": "What branches object to, its consequences, and the answers. 异议",
    "people": "Accounts, roles, recusals. 人员与授权",
    "points": "One's own points, claims and their verifying. 本人积分与申报审核",
    "members": "Members of branches with their points, and the list of members. 党员与名册",
    "books": "Quarters, sums, reversals, rules and files of points. 积分账",
    "merchants": "Merchants, their offers and months. 兑换商户与结算",
    "redeeming": "What a member can have for points, codes, and tills. 积分兑换",
    "chain": "The chain of all that was done. 操作链",
}
OF_POINTS = ("points", "members", "books", "merchants", "redeeming")
"""The tags about members' points: what shows the description shows them on a page of their own."""


def tags_of(part: str) -> tuple[str, ...]:
    """Return the tags of a part of the API: `points`, and all others for any other word."""
    return OF_POINTS if part == "points" else tuple(tag for tag in _TAGS if tag not in OF_POINTS)


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
        "conflicts": {
            "type": "array",
            "description": "What others have changed meanwhile, with both values; nothing of it was overwritten.",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["unit", "criterion", "yours", "theirs", "by", "made_at", "revision"],
                "additionalProperties": False,
                "properties": {
                    "unit": {"type": "string"},
                    "criterion": {"type": "string"},
                    "yours": {"type": "string"},
                    "theirs": {"type": "string"},
                    "by": {"type": "string"},
                    "made_at": {"type": ["string", "null"]},
                    "revision": {"type": "integer"},
                },
            },
        },
    },
}
_MEANINGS = {
    304: "The answer is as the caller has it.",
    400: "The body cannot be read.",
    401: "Nobody is signed in, or the token is not good.",
    403: "Whoever asks may not do that; the sentence says who may.",
    404: "What is asked for is not there.",
    405: "Not by this method; `Allow` says how.",
    409: "What is asked for cannot be told or done as things stand, and why.",
    412: "It has changed since it was read; nothing was written.",
    413: "The body is too large.",
    415: "The body is of another type.",
    421: "The service does not answer to this host.",
    422: "What was sent is malformed or unknown, all of it named; or its key was used for something else.",
    429: "Too many codes that are none were sent; the till takes codes again later.",
    500: "Something went wrong; nothing was lost.",
    503: "Not available just now; try again in a moment.",
}
_AUTHENTICATE = {"description": "That a token is wanted.", "required": True, "schema": {"type": "string"}}
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
    described.register_blueprint(work)
    for name, scheme in SCHEMES.items():
        described.spec.components.security_scheme(name, scheme)
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
            if status == HTTPStatus.UNAUTHORIZED:
                response["headers"] = {"WWW-Authenticate": _AUTHENTICATE}
            self.spec.components.response(HTTPStatus(status).name, response, lazy=True)


def _name(schema: Schema | type[Schema]) -> str:
    """Return the name of a shape in the description: that of its class, of people's work with `Work` before it."""
    own = schema if isinstance(schema, type) else type(schema)
    return f"{'Work' if own.__module__.startswith(_WORK) else ''}{re.sub(r'Schema$', '', own.__name__)}"


_WORK = "web.api.shapes.work"
