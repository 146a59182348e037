"""The API keeps what its description promises, whatever it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
import pytest

from tests.sizes import QUESTIONS
from tests.web.api.fuzzing import DESCRIPTION, fuzz
from tests.web.api.published import Published, published
from web.api.description import description

CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "unsupported_method",
    "allow_header_conformance",
}
ONE = "/api/v1/periods"
WORK = {"security": []}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    with published(tmp_path_factory.mktemp("county")) as found:
        yield found


@pytest.fixture(scope="module")
def asked(county):
    return fuzz(county.app, QUESTIONS, _known(county))


def _known(county: Published) -> dict[str, list[str]]:
    ids = [edition.id for edition in county.editions]
    return {
        "path.edition_id": [*ids, *(own[:12] for own in ids)],
        "query.before": ids,
        "query.after": ids,
        "path.code": ["A01", "A03", "A07", "A12"],
        "path.name": ["青石镇", "云岭乡", "教育局", "财政局", "rural", "school"],
        "path.ref": ["village@1", "office@1", "red-flag-rural@2026.1"],
        "path.kind": ["townships", "departments", "domains"],
        "path.period_id": ["2025", "2026", "2027"],
        "query.period": ["2025", "2026"],
        "query.township": ["青石镇", "柳河镇"],
        "query.department": ["教育局"],
        "query.domain": ["rural"],
        "query.q": ["青石", "jg", "A1"],
    }


def enough(operation: dict[str, Any]) -> int:
    return QUESTIONS if operation.get("parameters") else 1


def test_no_answer_is_an_error_of_the_server_or_undocumented(asked):
    """S3: all checks over every operation."""
    assert not asked.faults
    assert not [status for _, status in asked.statuses if status >= 500]


def test_every_operation_was_asked_enough(asked):
    """Schemathesis may stop early, so what it asked is counted; what has no parameter can be asked in few ways."""
    operations = {
        f"GET {path}": item["get"]
        for path, item in description()["paths"].items()
        if "security" not in item.get("get", WORK)
    }
    assert asked.questions.keys() == operations.keys()
    assert all(asked.questions[own] >= enough(operations[own]) for own in operations), asked.questions


def test_every_check_was_made_and_every_operation_answered(asked):
    """Questions that are all refused would prove little: each operation found something, and found nothing changed."""
    assert asked.checks.keys() >= CHECKS
    for operation in asked.questions:
        own = description()["paths"][operation.removeprefix("GET ")]["get"]
        assert asked.statuses[operation, 200] >= enough(own) // 20 + 1, operation
        assert asked.statuses[operation, 405], operation


class Careless:
    """The application, with one address answering carelessly."""

    def __init__(
        self, inside: Callable[..., Iterable[bytes]], plant: Callable[..., tuple[str, list, bytes]]
    ) -> None:
        self.inside, self.plant = inside, plant

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == DESCRIPTION:
            return self.inside(environ, start_response)
        begun: list[tuple[str, list]] = []
        body = b"".join(self.inside(environ, lambda status, headers, *_: begun.append((status, headers))))
        status, headers, body = self.plant(environ, *begun[0], body)
        start_response(status, [(name, value) for name, value in headers if name != "Content-Length"])
        return [body]


def _breaks(environ, status, headers, body):
    return (
        ("500 INTERNAL SERVER ERROR", headers, body) if status.startswith("200") else (status, headers, body)
    )


def _undocumented(environ, status, headers, body):
    return ("418 I AM A TEAPOT", headers, body) if status.startswith("200") else (status, headers, body)


def _another_type(environ, status, headers, body):
    return status, [(name, "text/html" if name == "Content-Type" else value) for name, value in headers], body


def _another_shape(environ, status, headers, body):
    return status, headers, body.replace(b'"phase"', b'"stage"')


def _one_field_more(environ, status, headers, body):
    if not status.startswith("200") or not body:
        return status, headers, body
    return status, headers, orjson.dumps(orjson.loads(body) | {"count": 3})


def _no_etag(environ, status, headers, body):
    return status, [(name, value) for name, value in headers if name != "ETag"], body


def _no_allow(environ, status, headers, body):
    return status, [(name, value) for name, value in headers if name != "Allow"], body


def _any_method(environ, status, headers, body):
    return ("200 OK" if status.startswith("405") else status), headers, body


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (_breaks, "not_a_server_error"),
        (_undocumented, "status_code_conformance"),
        (_another_type, "content_type_conformance"),
        (_another_shape, "response_schema_conformance"),
        (_one_field_more, "response_schema_conformance"),
        (_no_etag, "response_headers_conformance"),
        (_no_allow, "unsupported_method"),
        (_any_method, "unsupported_method"),
    ],
)
def test_a_planted_fault_is_found(county, plant, check):
    """Negative control: the same checker goes red for each sort of carelessness."""
    assert check in fuzz(Careless(county.app, plant), 3, only=ONE).failed


def test_a_query_taken_as_it_comes_is_found(county):
    """Negative control: a malformed parameter that is answered like a sound one."""

    def forgiving(environ, start_response):
        if environ["PATH_INFO"] == "/api/v1/editions":
            environ["QUERY_STRING"] = ""
        return county.app(environ, start_response)

    assert "negative_data_rejection" in fuzz(forgiving, 10, only="/api/v1/editions").failed
