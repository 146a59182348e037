"""The description of the API is OpenAPI 3.1, says everything, and can be read and tried without any other host."""

from __future__ import annotations

import shutil
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import openapi_spec_validator
import pytest

from tests.web.api.published import published
from web.api.description import description

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    with published(tmp_path_factory.mktemp("county")) as found:
        yield found


def _operations():
    return {path: operation["get"] for path, operation in description()["paths"].items()}


def test_it_is_sound_openapi():
    assert description()["openapi"] == "3.1.0"
    openapi_spec_validator.validate(description())


def test_an_unsound_one_is_found():
    """Negative control: the validator takes not just anything."""
    broken = {**description(), "paths": {"/x": {"get": {"responses": {"200": {}}}}}}
    with pytest.raises(Exception, match="description"):
        openapi_spec_validator.validate(broken)


def test_what_is_served_is_the_description(county):
    answer = county.client.get("/api/v1/openapi.json")
    assert answer.json == description()
    again = county.client.get("/api/v1/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_every_address_of_the_api_is_described(county):
    """What the application answers below /api/v1, and what the description names, are the same."""
    answered = {rule.rule for rule in county.app.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    assert len(answered) == len(_operations()) == 13


@pytest.mark.parametrize("path", sorted(_operations()))
def test_every_operation_says_what_it_may_answer(path):
    operation = _operations()[path]
    always = {"200", "304", "405", "421", "422", "500", "503"}
    named = {"404", "409"} if "{" in path else set()
    assert operation["responses"].keys() >= always | named
    assert operation["summary"]
    assert any("一" <= letter <= "鿿" for letter in operation["description"])
    assert operation["operationId"]


def test_every_field_and_parameter_is_explained():
    schemas = description()["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, about in schema.get("properties", {}).items()
        if name != "Problem" and not about.get("description")
    ]
    parameters = [
        parameter
        for item in description()["paths"].values()
        for parameter in (*item.get("parameters", ()), *item["get"].get("parameters", ()))
    ]
    assert not silent
    assert not [parameter["name"] for parameter in parameters if not parameter.get("description")]


def test_an_answer_has_all_its_fields_and_no_others():
    """So that a client may rely on a field, and an undocumented one is a fault that is found."""
    open_ended = {"Cause", "Step", "Standing"}
    for name, schema in description()["components"]["schemas"].items():
        if name not in open_ended:
            assert schema["additionalProperties"] is False, name
            assert set(schema["required"]) == set(schema["properties"]), name


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def served(county):
    server = make_server("127.0.0.1", 0, county.app, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(CHROMIUM is None, reason="LOUD: no Chromium, so the manual page was not looked at")
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_manual_page_works_under_the_policy(served, locale):
    """Swagger UI shows every operation and asks one, with no violation, no error, and nothing from another host."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale=locale)
        errors, foreign = [], []
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((served, "data:")) else foreign.append(asked.url),
        )
        page.add_init_script(
            "window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.blockedURI + ' ' + e.violatedDirective))"
        )
        page.goto(f"{served}/api/docs")
        page.wait_for_selector(".opblock")
        assert page.locator(".opblock").count() == 13
        assert page.locator("html").get_attribute("lang") == locale
        assert page.locator("header a").first.get_attribute("href").startswith("/")
        page.locator("#operations-periods-periods").click()
        page.locator("#operations-periods-periods button.execute").click()
        page.wait_for_selector("#operations-periods-periods .live-responses-table .response-col_status")
        assert (
            "200"
            in page.locator(
                "#operations-periods-periods .live-responses-table .response-col_status"
            ).last.inner_text()
        )
        assert page.evaluate("violations") == []
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">')")
        page.wait_for_function("violations.length > 0")
        browser.close()
    assert [error for error in errors if "style-src" not in error] == []
    assert foreign == []
