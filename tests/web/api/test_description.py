"""The description of the API is OpenAPI 3.1, says everything, and can be read and tried without any other host."""

from __future__ import annotations

import shutil
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import openapi_spec_validator
import pytest

from scoring.store.tokens import TokenScope
from scoring.workflow.tokens import add_token
from tests import people
from tests.web.api.published import published
from web.api.description import description

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    with published(tmp_path_factory.mktemp("county")) as found:
        yield found


def _every():
    return {
        f"{method.upper()} {path}": operation
        for path, item in description()["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def _operations():
    """Return what anybody may read."""
    return {
        name.removeprefix("GET "): operation
        for name, operation in _every().items()
        if "security" not in operation and not name.endswith("/chain/head")
    }


def _work():
    return {name: operation for name, operation in _every().items() if "security" in operation}


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
    rules = [*county.app.url_map.iter_rules()]
    assert len({rule.rule for rule in rules if rule.endpoint.startswith("api.")}) == len(_operations()) == 13
    work = [
        method
        for rule in rules
        if rule.endpoint.startswith("work_api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]
    assert len(work) == len(_every()) - 13
    assert len({operation["operationId"] for operation in _every().values()}) == len(_every())


@pytest.mark.parametrize("name", sorted(_work()))
def test_every_operation_of_work_says_who_may_and_what_it_may_answer(name):
    """401 and 403 belong to all of them, and a POST says its key."""
    operation, writes = _work()[name], not name.startswith("GET ")
    assert operation["responses"].keys() >= {"401", "403", "404", "405", "409", "421", "422", "500", "503"}
    assert operation["security"] == [
        {"token": []},
        {"session": [], "csrf": []} if writes else {"session": []},
    ]
    headers = {own["name"] for own in operation.get("parameters", ()) if own["in"] == "header"}
    assert ("Idempotency-Key" in headers) == name.startswith("POST ")
    assert operation["summary"]
    assert any("一" <= letter <= "鿿" for letter in operation["description"])
    assert operation["tags"][0] in {tag["name"] for tag in description()["tags"]}


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
        for held in (item, *(own for method, own in item.items() if method != "parameters"))
        for parameter in held.get("parameters", ())
    ]
    assert not silent
    assert not [parameter["name"] for parameter in parameters if not parameter.get("description")]


def test_an_answer_has_all_its_fields_and_no_others():
    """So that a client may rely on a field, and an undocumented one is a fault that is found."""
    open_ended = {"Cause", "Step", "Standing"}
    sent = {
        kind["schema"]["$ref"].rpartition("/")[2]
        for operation in _every().values()
        for kind in operation.get("requestBody", {}).get("content", {}).values()
    } | {"MarkSent", "CellSent", "SheetNamed", "SpecialDaySent", "DecisionSent", "Problem"}
    for name, schema in description()["components"]["schemas"].items():
        if name in open_ended:
            continue
        assert schema["additionalProperties"] is False, name
        if name not in sent:
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
def test_the_manual_page_works_under_the_policy(county, served, locale):
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
        shown = 0
        for part in ("?part=points", ""):
            page.goto(f"{served}/api/docs{part}")
            page.wait_for_selector(".opblock")
            shown += page.locator(".opblock").count()
        assert shown == len(_every())
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
        person = people.somebody(county.store, f"reader-{locale.lower()}")
        secret = add_token(county.store, person, "swagger", TokenScope.READ, 1).secret
        page.locator(".auth-wrapper button.authorize").first.click()
        page.locator(".auth-container input[aria-label='auth-bearer-value']").fill(secret)
        page.locator(".auth-container button.authorize").first.click()
        page.locator("button.btn-done").first.click()
        page.locator("#operations-own-me").click()
        page.locator("#operations-own-me button.execute").click()
        page.wait_for_selector("#operations-own-me .live-responses-table .response-col_status")
        shown = page.locator("#operations-own-me .live-responses-table").first.inner_text()
        assert f"reader-{locale.lower()}" in shown
        assert page.evaluate("violations") == []
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">')")
        page.wait_for_function("violations.length > 0")
        browser.close()
    assert [error for error in errors if "style-src" not in error] == []
    assert foreign == []
