"""The way in by pages: cookies, forms that only our own pages send, what is kept of pages, and the two administrators.

The workflows have their own tests on both databases; here it is what HTTP adds.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import re
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from flask import Flask

from scoring.password_policy import MLPS2
from scoring.passwords import Hashing
from scoring.people import VISITOR, Role
from scoring.periods import Phase
from scoring.store import sessions
from scoring.store.engine import Store
from scoring.workflow.grant_roles import RoleAsked, propose_role
from scoring.workflow.inbox import WRITTEN
from scoring.workflow.keep_own import end_deputy, name_deputy
from scoring.workflow.keep_people import reset_password
from scoring.workflow.keep_periods import move_period
from scoring.workflow.sign_in import MOST_OF_LOGIN, today
from scoring.workflow.tokens import TokenScope, actor_of_token, add_token
from tests.databases import ready_made, sqlite_in
from tests.people import COUNTY, browser_of, somebody, township, unit
from tests.workflow import county
from web import access, slots
from web.access import Door
from web.app import create_app
from web.errors import status_of
from web.webhook import SIGNATURE, TIMESTAMP, Webhook, send_on, signature

CHEAP = Hashing(memory=64, passes=1)
GOOD, OTHER = "Qw!7blue-stone", "Zr#4quiet-lamp"


@pytest.fixture
def store(tmp_path):
    """A county of its own, on SQLite: what is tested here asks the database nothing that the workflows do not."""
    database = sqlite_in(tmp_path)
    ready_made(database)
    found = Store.open(database.url, database.schema)
    yield found
    found.close()


@pytest.fixture
def app(store) -> Flask:
    return create_app(store, door=Door(hashing=CHEAP))


@pytest.fixture
def wang(store):
    """An evaluator with a password."""
    own = somebody(store, "wang", Role.EVALUATOR, name="王芳")
    with store.begin() as c:
        sessions.keep_password(c, own.id, CHEAP.hashed(GOOD))
    return own


@pytest.fixture
def first(store):
    return somebody(store, "guan1", Role.ADMINISTRATOR, name="管一")


@pytest.fixture
def second(store):
    return somebody(store, "guan2", Role.ADMINISTRATOR, name="管二")


def token_in(page) -> str:
    return unescape(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])


def signing_in(client, login, password, **more):
    """Sign in as a browser does, by the form."""
    token = token_in(client.get("/sign-in", **more))
    return client.post("/sign-in", data={"csrf": token, "login": login, "password": password}, **more)


def cookies_of(answer):
    return {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


# Signing in


def test_the_form_signs_in_and_leads_on(app, wang):
    client = app.test_client()
    client.get("/account")
    answer = signing_in(client, "wang", GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    assert "王芳" in client.get("/account").text


def test_who_is_not_signed_in_is_led_to_the_form_and_back(app, wang):
    client = app.test_client()
    answer = client.get("/account/password?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/account/password?x%3D1")
    page = client.get(answer.headers["Location"])
    data = {"csrf": token_in(page), "login": "wang", "password": GOOD, "next": "/account/password?x=1"}
    assert client.post("/sign-in", data=data).headers["Location"] == "/account/password?x=1"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "x"],
)
def test_nobody_is_led_elsewhere(app, wang, elsewhere):
    client = app.test_client()
    token = token_in(client.get("/sign-in", query_string={"next": elsewhere}))
    data = {"csrf": token, "login": "wang", "password": GOOD, "next": elsewhere}
    assert client.post("/sign-in", data=data).headers["Location"] == "/"


def test_a_refused_form_keeps_the_name_and_never_the_password(app, wang):
    answer = signing_in(app.test_client(), "wang", "secret-never-shown")
    assert answer.status_code == 403
    assert 'value="wang"' in answer.text
    assert "登录名或密码不正确" in answer.text
    assert "secret-never-shown" not in answer.text


def test_a_session_cookie_is_out_of_reach(app, wang):
    """Scripts cannot read it, other sites' forms do not send it, and over TLS no other host can set it."""
    plain = cookies_of(signing_in(app.test_client(), "wang", GOOD))
    assert set(plain) >= {"stars_session"}
    for line in plain.values():
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Path=/" in line
        assert "Domain" not in line
        assert "Secure" not in line
        assert "Max-Age" not in line
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://localhost")
    safe = cookies_of(page) | cookies_of(signing_in(client, "wang", GOOD, base_url="https://localhost"))
    assert set(safe) == {"__Host-stars_session", "__Host-stars_form"}
    assert all("Secure" in line and "HttpOnly" in line and "Path=/" in line for line in safe.values())


def test_a_planted_session_is_worth_nothing_after_signing_in(app, wang):
    """Fixation, by HTTP: the token that was there before is another one afterwards, and is nobody's."""
    client = app.test_client()
    client.set_cookie("stars_session", "planted")
    line = cookies_of(signing_in(client, "wang", GOOD))["stars_session"]
    assert "planted" not in line
    other = app.test_client()
    other.set_cookie("stars_session", "planted")
    assert other.get("/account").status_code == 303


def test_signing_out_ends_the_session_wherever_its_token_is(app, wang):
    client = app.test_client()
    signing_in(client, "wang", GOOD)
    token = client.get_cookie("stars_session").value
    page = client.get("/account")
    answer = client.post("/sign-out", data={"csrf": token_in(page)})
    assert answer.headers["Location"] == "/sign-in?done=out"
    assert "已退出登录" in client.get(answer.headers["Location"]).text
    client.set_cookie("stars_session", token)
    assert client.get("/account").status_code == 303


def locked_after_failures(client, **more):
    for _ in range(MOST_OF_LOGIN):
        signing_in(client, "wang", "wrong", **more)
    return signing_in(client, "wang", GOOD, **more)


def test_a_locked_name_is_told_so_with_its_own_status(app, wang):
    answer = locked_after_failures(app.test_client())
    assert answer.status_code == 429
    assert "分钟后再试" in answer.text


def test_an_address_a_header_claims_is_not_believed(store, app, wang):
    """Otherwise whoever is locked writes another address into a header, and the history shows what they like."""
    client = app.test_client()
    signing_in(client, "wang", "wrong", headers={"X-Forwarded-For": "203.0.113.9"})
    with store.read() as c:
        assert [own.address for own in sessions.attempts(c, wang.id, 9)] == ["127.0.0.1"]


def test_behind_a_proxy_of_our_own_the_last_address_counts(store, wang):
    """What the browser itself wrote stands before what the proxy added, and is never taken."""
    app = create_app(store, door=Door(hashing=CHEAP, proxy_hops=1))
    signing_in(app.test_client(), "wang", "wrong", headers={"X-Forwarded-For": "203.0.113.9, 10.1.2.3"})
    with store.read() as c:
        assert [own.address for own in sessions.attempts(c, wang.id, 9)] == ["10.1.2.3"]


# Forms


def changing(app):
    """Return every address and method that could change something, outside the API."""
    return sorted(
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - access.SAFE
        if not rule.rule.startswith("/api/")
    )


def address_of(rule):
    """Return an address of that rule: what stands in it does not matter, no view is to see it."""

    def put(found):
        kind, among = found[1], found[2]
        return among.split(",")[0].strip() if kind == "any" else "1" if kind == "int" else "x"

    return re.sub(r"<(?:([a-z]+)(?:\(([^)]*)\))?:)?[^>]+>", put, rule)


def unchecked(app, client, **more):
    """Return the addresses whose views are reached by a form without its token."""
    return [
        (rule, method)
        for rule, method in changing(app)
        if "已过期" not in client.open(address_of(rule), method=method, **more).text
    ]


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": "\xe9"}, {"X-CSRF-Token": ""}],
    ids=["none", "wrong", "not ASCII", "empty"],
)
def test_no_view_is_reached_without_the_token(app, wang, headers):
    assert len(changing(app)) > 25
    signed_in, nobody = browser_of(app, wang), app.test_client()
    signed_in.csrf = ""
    assert unchecked(app, signed_in, headers=headers) == []
    nobody.get("/sign-in")
    assert unchecked(app, nobody, headers=headers) == []


def test_a_view_that_is_not_checked_would_be_seen(app, wang):
    """The careless variant: with the check taken out, the test above finds every view."""
    client = browser_of(app, wang)
    client.csrf = ""
    app.before_request_funcs[None] = [
        check for check in app.before_request_funcs[None] if check.__module__ != "web.forms"
    ]
    assert len(unchecked(app, client)) == len(changing(app))


def test_nothing_is_done_by_get(app):
    """A link, an image or a prefetch must not do anything."""
    for rule in app.url_map.iter_rules():
        if rule.methods & {"POST"} and not rule.rule.startswith("/api/"):
            view = app.view_functions[rule.endpoint]
            assert "GET" not in rule.methods, (rule, view)


def test_another_sessions_token_is_none(app, wang, first):
    mine, other = browser_of(app, wang), browser_of(app, first)
    mine.csrf = other.csrf
    assert mine.post("/inbox/read").status_code == 403
    assert other.post("/inbox/read").status_code == 303


def test_the_token_of_a_visitor_is_bound_to_the_browser(app, wang):
    stranger, victim = app.test_client(), app.test_client()
    token = token_in(stranger.get("/sign-in"))
    data = {"csrf": token, "login": "wang", "password": GOOD}
    assert victim.post("/sign-in", data=data).status_code == 403
    token_in(victim.get("/sign-in"))
    assert victim.post("/sign-in", data=data).status_code == 403
    assert stranger.post("/sign-in", data=data).status_code == 303


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({}, True),
    ],
    ids=str,
)
def test_what_another_site_sends_is_refused_even_with_the_token(app, wang, headers, taken):
    client = browser_of(app, wang)
    assert client.post("/inbox/read", headers=headers).status_code == (303 if taken else 403)


def test_a_stale_form_comes_back_with_what_was_typed(app, first):
    """The clerk's words are not lost; and what another site typed for them is not offered to be sent."""
    client = browser_of(app, first)
    data = {"csrf": "stale", "name": "李明<b>", "login": "liming", "password_x": "secret"}
    own = client.post("/people/new", data=data, headers={"X-CSRF-Token": "", "Origin": "http://localhost"})
    assert own.status_code == 403
    assert "页面已过期" in own.text
    assert "李明&lt;b&gt;" in own.text
    assert "secret" not in own.text
    again = {"csrf": token_in(own), "name": "李明", "login": "liming"}
    assert client.post("/people/new", data=again).status_code == 200
    foreign = client.post("/people/new", data=data, headers={"X-CSRF-Token": ""})
    assert "李明" not in foreign.text


def test_what_a_form_carries_for_the_server_alone_is_sent_again_and_shown_to_nobody(app, first):
    """A key of thirty letters among one's own words is taken for something that went wrong."""
    client = browser_of(app, first)
    data = {"csrf": "stale", "name": "李明", "key": "5e417f5a901ac3f3", "content": "QUJD" * 20}
    own = client.post("/people/new", data=data, headers={"X-CSRF-Token": "", "Origin": "http://localhost"})
    seen = re.sub(r"<input[^>]*>", "", own.text)
    assert "<p>李明</p>" in seen
    for name in ("key", "content"):
        assert f'<input type="hidden" name="{name}" value="{data[name]}">' in own.text
        assert data[name] not in seen


def test_a_page_out_of_date_says_what_to_do_next(app, first):
    """The buttons below it sign in and send again; to load such a page anew would lose what was typed."""
    data, headers = {"csrf": "stale", "name": "李明"}, {"X-CSRF-Token": "", "Origin": "http://localhost"}
    signed_in = browser_of(app, first).post("/people/new", data=data, headers=headers)
    nobody = app.test_client().post("/people/new", data=data, headers=headers)
    assert "请核对填写的内容，再提交一次" in signed_in.text
    assert "请先登录，再提交一次" in nobody.text
    assert 'href="/sign-in"' in nobody.text


def test_a_form_sent_after_the_session_ended_is_kept_until_one_is_signed_in_again(app, store, wang):
    client = browser_of(app, wang)
    with store.begin() as c:
        sessions.end_all(c, wang.id, "test")
    answer = client.post("/account/tokens", data={"name": "报表用"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 401
    assert "登录已过期" in answer.text
    assert "报表用" in answer.text


def test_a_script_is_told_in_json(app, wang):
    client = app.test_client()
    answer = client.post("/inbox/read", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert "已过期" in answer.json["faults"][0]["sentence"]


# What is kept


@pytest.fixture
def published(store, tmp_path):
    county.with_marks(store, tmp_path)
    county.publish(store)
    return f"/periods/{county.PERIOD}/"


def test_a_page_made_for_all_holds_nothing_of_who_asked_first(app, published, wang):
    """The pages of a year are made once; who is signed in, and their token, are put in on the way out."""
    hers = browser_of(app, wang)
    nobody = app.test_client()
    for client, words in ((hers, "王芳"), (nobody, "登录"), (hers, "王芳"), (nobody, "登录")):
        answer = client.get(published)
        assert words in answer.text
        assert ("王芳" in answer.text) == (client is hers)
        assert (hers.csrf in answer.text) == (client is hers)
        assert "<!--slot" not in answer.text


def test_a_page_for_all_with_somebodys_token_is_not_made(app, published, wang):
    """Planted: slots that are filled while the page is made for all would stand in it for everybody after."""
    app.jinja_env.globals["slot"] = lambda name: slots._slots()[name]()
    assert browser_of(app, wang).get(published).status_code == 500


def test_only_visitors_are_told_that_nothing_has_changed(app, published, wang):
    nobody, hers = app.test_client(), browser_of(app, wang)
    tag = nobody.get(published).headers["ETag"]
    assert nobody.get(published, headers={"If-None-Match": tag}).status_code == 304
    answer = hers.get(published, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_made_for_somebody_stays_in_a_browser(app, wang):
    client = browser_of(app, wang)
    for address in ("/account", "/account/password", "/inbox", "/criteria", "/nowhere", "/people"):
        assert client.get(address).headers["Cache-Control"] == "no-store", address
    assert app.test_client().get("/sign-in").headers["Cache-Control"] == "no-store"


def test_provisional_figures_are_for_whose_they_are(app, store, tmp_path, wang):
    county.with_marks(store, tmp_path)
    leader = somebody(store, "ling", Role.LEADER)
    address = f"/provisional/{county.PERIOD}/"
    assert browser_of(app, leader).get(address).status_code == 200
    assert browser_of(app, wang).get(address).status_code == 404
    assert app.test_client().get(address).status_code == 404


def test_a_kept_page_names_an_open_year_only_to_whose_it_is(app, store, published, tmp_path, wang):
    folder = tmp_path / "next"
    folder.mkdir()
    county.with_marks(store, folder, period="2099")
    move_period(store, "2099", Phase.MARKING)
    leader = somebody(store, "ling", Role.LEADER)
    for _ in range(2):
        assert "2099" in browser_of(app, leader).get(published).text
        assert "2099" not in browser_of(app, wang).get(published).text
        assert "2099" not in app.test_client().get(published).text


# The first password


def test_nothing_is_open_before_a_password_is_chosen(app, store, first, wang):
    handed = reset_password(store, first, wang.id)
    client = app.test_client()
    signing_in(client, "wang", handed.password)
    for address in ("/", "/account", "/inbox", "/criteria", "/people"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/account/password"), address
    form = client.get("/account/password")
    assert "一次性密码" in form.text
    assert "现在的密码" not in form.text
    token = token_in(form)
    assert client.post("/inbox/read", data={"csrf": token}).status_code == 403
    answer = client.post(
        "/account/password", data={"csrf": token, "password_after": OTHER, "password_again": OTHER}
    )
    assert answer.headers["Location"] == "/account?done=password"
    assert client.get("/account").status_code == 200
    elsewhere = app.test_client()
    assert signing_in(elsewhere, "wang", handed.password).status_code == 403


def test_a_refused_password_is_not_shown_again(app, wang):
    client = browser_of(app, wang)
    for after, again, words in (
        ("Tooshort1!", "Tooshort2!", "不一致"),
        ("Ab1!never", "Ab1!never", str(MLPS2.least)),
    ):
        data = {"password_before": GOOD, "password_after": after, "password_again": again}
        answer = client.post("/account/password", data=data)
        assert answer.status_code == 409
        assert words in answer.text
        assert after not in answer.text
        assert GOOD not in answer.text


def test_a_changed_password_signs_out_every_other_browser(app, wang):
    here, there = browser_of(app, wang), browser_of(app, wang)
    data = {"password_before": GOOD, "password_after": OTHER, "password_again": OTHER}
    before = here.get_cookie("stars_session").value
    assert here.post("/account/password", data=data).status_code == 303
    assert here.get_cookie("stars_session").value != before
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_all_other_browsers_can_be_signed_out(app, wang):
    here, there = browser_of(app, wang), browser_of(app, wang)
    assert here.post("/account/sessions/end").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


# People


def test_two_administrators_grant_a_role_by_page(app, store, first, second, wang):
    one, two = browser_of(app, first), browser_of(app, second)
    answer = one.post(f"/people/{wang.id}/roles", data={"role": "moderator", "scope": "", "period": ""})
    assert answer.headers["Location"] == f"/people/{wang.id}?done=proposed"
    assert "须由另一名管理员确认" in one.get("/roles").text
    own = one.post("/roles/confirm", data={"number": "3"})
    numbers = re.findall(r'name="number" value="(\d+)"', two.get("/roles").text)
    refused = one.post("/roles/confirm", data={"number": numbers})
    assert refused.status_code == 403
    assert "另一名管理员" in refused.text
    assert own.status_code in {403, 404, 409}
    assert two.post("/roles/confirm", data={"number": numbers}).status_code == 303
    assert "复议人" in browser_of(app, wang).get("/account").text


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.LEADER, Role.SECRETARY, None])
def test_the_pages_of_people_are_for_administrators_and_auditors(app, store, wang, role):
    own = somebody(
        store, "x1", *filter(None, [role]), scope=unit("A01") if role is Role.SECRETARY else COUNTY
    )
    client = browser_of(app, own)
    for address in ("/people", "/roles", f"/people/{wang.id}", "/people/new", "/people/import"):
        assert client.get(address).status_code == 403, address
    for address in ("/people/new", f"/people/{wang.id}", f"/people/{wang.id}/password", "/roles/1/end"):
        assert client.post(address, data={"name": "x", "login": "xx"}).status_code in {403, 404}, address


def test_an_auditor_reads_and_is_offered_nothing_to_change(app, store, wang):
    client = browser_of(app, somebody(store, "shen", Role.AUDITOR))
    page = client.get(f"/people/{wang.id}")
    assert page.status_code == 200
    assert "提出授权" not in page.text
    assert "确认重置" not in page.text
    assert client.get("/people/new").status_code == 403


def test_people_are_found_by_pinyin(app, first, wang):
    client = browser_of(app, first)
    for words in ("wf", "wangfang", "王", "WANG"):
        assert "王芳" in client.get("/people", query_string={"q": words}).text, words
    page = client.get("/people", query_string={"q": "zzz"})
    assert "没有找到" in page.text
    assert f"/people/{wang.id}" not in client.get("/people", query_string={"role": "auditor"}).text


def test_a_new_persons_password_is_shown_once(app, store, first):
    client = browser_of(app, first)
    answer = client.post("/people/new", data={"name": "赵一", "login": "zhaoyi", "unit": ""})
    password = re.search(r"<strong>([2-9a-z-]{14})</strong>", answer.text)[1]
    assert answer.headers["Cache-Control"] == "no-store"
    assert password not in client.get("/people", query_string={"q": "zhaoyi"}).text
    assert signing_in(app.test_client(), "zhaoyi", password).status_code == 303
    refused = client.post("/people/new", data={"name": "赵二", "login": "zhaoyi", "unit": ""})
    assert refused.status_code == 409
    assert 'value="赵二"' in refused.text


def test_a_file_of_people_is_tried_then_taken_and_its_passwords_given(app, first):
    client = browser_of(app, first)
    content = "登录名,姓名,角色,范围\nzhao,赵一,县级评分员,\nqian,钱二,复议人,\n".encode()
    tried = client.post("/people/import", data={"file": (io.BytesIO(content), "../../people.csv")})
    assert "试导入通过" in tried.text
    assert "zhao" not in client.get("/people").text
    fields = dict(re.findall(r'name="(sure|name|content)" value="([^"]*)"', tried.text))
    taken = client.post("/people/import", data=fields)
    rows = unescape(re.search(r'name="rows" value="([^"]*)"', taken.text)[1])
    assert [row[0] for row in json.loads(rows)] == ["zhao", "qian"]
    book = client.post("/people/passwords.xlsx", data={"rows": rows})
    assert book.data[:2] == b"PK"
    assert "attachment" in book.headers["Content-Disposition"]
    assert "赵一" in client.get("/people").text


def test_a_wrong_file_of_people_is_told_cell_by_cell(app, first):
    client = browser_of(app, first)
    content = "登录名,姓名,角色,范围\n!,赵一,县级评分员,\nqian,,没有,\n".encode()
    answer = client.post("/people/import", data={"file": (io.BytesIO(content), "people.csv")})
    assert answer.status_code == 409
    for words in ("第 2 行 A 列", "第 3 行 B 列", "第 3 行 C 列"):
        assert words in answer.text, words


@pytest.mark.parametrize("rows", ["", "x", "[1]", "{}", '[["a","b","c","never"]]', '[["a"]]', "9" * 9])
def test_passwords_that_are_none_are_refused(app, first, rows):
    assert browser_of(app, first).post("/people/passwords.xlsx", data={"rows": rows}).status_code == 400


def test_a_form_left_open_brings_nothing_back(app, store, first, second, wang):
    """It says what somebody else has made of it, and keeps what was typed."""
    client = browser_of(app, first)
    read = re.search(r'name="based_on" value="(\w+)"', client.get(f"/people/{wang.id}").text)[1]
    data = {"name": "王方", "unit": "", "based_on": read}
    assert browser_of(app, second).post(f"/people/{wang.id}", data=data).status_code == 303
    answer = client.post(f"/people/{wang.id}", data=data | {"name": "王芳芳"})
    assert answer.status_code == 409
    assert "别人刚刚改过" in answer.text
    assert 'value="王芳芳"' in answer.text
    assert read not in answer.text


def test_acting_for_another_is_said_on_every_page(app, store, wang):
    principal = somebody(store, "ping", Role.SUPERIOR, name="平安", scope=township("青石镇"))
    name_deputy(store, principal, "wang", today(), today())
    client = browser_of(app, wang)
    assert client.post("/account/act", data={"principal": principal.id}).status_code == 303
    for address in ("/account", "/criteria"):
        page = client.get(address).text
        assert "王芳" in page
        assert "代 平安" in page
    assert client.post("/account/act", data={"principal": "0" * 16}).status_code == 409
    client.post("/account/act", data={"principal": ""})
    assert "代 平安" not in client.get("/criteria").text


def test_nothing_is_written_in_the_own_name_by_who_still_thinks_to_act_for_another(app, store, wang):
    """Refused as often as it is sent again, until they have seen a page that says who they are."""
    principal = somebody(store, "ping", Role.SUPERIOR, name="平安", scope=township("青石镇"))
    number = name_deputy(store, principal, "wang", today(), today())
    client = browser_of(app, wang)
    client.post("/account/act", data={"principal": principal.id})
    end_deputy(store, principal, number)
    for _ in range(2):
        answer = client.post("/inbox/read")
        assert answer.status_code == 403
        assert "代理已终止" in answer.text
    key = {"Idempotency-Key": "k" * 20}
    assert client.get("/api/v1/me").status_code == 200
    assert client.post("/api/v1/me/inbox/read", headers=key).status_code == 403
    assert "代 平安" not in client.get("/account").text
    assert client.post("/inbox/read").status_code == 303


def test_who_no_longer_acts_for_another_may_say_so_and_may_leave(app, store, wang):
    principal = somebody(store, "ping", Role.SUPERIOR, name="平安", scope=township("青石镇"))
    for address in ("/account/act", "/sign-out"):
        number = name_deputy(store, principal, "wang", today(), today())
        client = browser_of(app, wang)
        client.post("/account/act", data={"principal": principal.id})
        end_deputy(store, principal, number)
        assert client.post(address, data={"principal": ""}).status_code == 303, address


# Tokens


def test_a_token_is_shown_once_and_is_its_person_in_the_api_only(app, store, wang):
    client = browser_of(app, wang)
    data = {"name": "报表", "scope": "read", "days": "30"}
    for wrong in ("", OTHER):
        refused = client.post("/account/tokens", data=data | {"password": wrong})
        assert "密码不正确" in refused.text
        assert "stars_" not in refused.text
    page = client.post("/account/tokens", data=data | {"password": GOOD})
    secret = re.search(r"stars_[\w-]{40,}", page.text)[0]
    assert secret not in client.get("/account").text
    assert actor_of_token(store, secret)[0].id == wang.id
    bearer = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/account", headers=bearer).status_code == 303
    with app.test_request_context("/api/v1/x", headers=bearer):
        assert access.actor().id == wang.id
    with (
        app.test_request_context("/api/v1/x", method="POST", headers=bearer),
        pytest.raises(access.TokenReads),
    ):
        access.actor()
    with (
        app.test_request_context("/api/v1/x", headers={"Authorization": "Bearer x"}),
        pytest.raises(access.TokenUnknown) as refused,
    ):
        access.actor()
    assert status_of(refused.value) == 401
    key = re.search(r"/account/tokens/([0-9a-f]{64})/end", page.text)[1]
    assert client.post(f"/account/tokens/{key}/end").status_code == 303
    assert actor_of_token(store, secret) is None


def test_a_token_needs_no_cookie_and_a_cookie_is_not_asked_where_a_token_is(app, store, wang, first):
    secret = add_token(store, wang, "x", TokenScope.WRITE, 1).secret
    client = browser_of(app, first)
    with app.test_request_context(
        "/api/v1/x",
        method="POST",
        headers={
            "Authorization": f"Bearer {secret}",
            "Cookie": f"stars_session={client.get_cookie('stars_session').value}",
        },
    ):
        assert access.actor().id == wang.id


# Bodies


def test_only_views_that_say_so_take_large_bodies_and_only_from_people(app, first):
    big = {"content": "x" * 200_000}
    client = browser_of(app, first)
    assert client.post("/people/import", data=big).status_code != 413
    assert client.post("/people/new", data=big).status_code == 413
    assert client.post("/people/import", data={"content": "x" * 5_000_000}).status_code == 413
    assert app.test_client().post("/people/import", data=big).status_code == 413


# Logs


def test_no_secret_comes_into_a_log_or_an_error(app, store, first, wang, caplog):
    """Passwords, tokens and session cookies, through every page that takes one, right and wrong."""
    caplog.set_level(logging.DEBUG)
    handed = reset_password(store, first, wang.id)
    client = app.test_client()
    texts = [
        signing_in(client, "wang", "wrong-Secret-1!").text,
        signing_in(client, "Qq!77-typed-here", "x").text,
    ]
    signing_in(client, "wang", handed.password)
    page = client.get("/account/password")
    for after in ("weak-Secret-2", OTHER):
        data = {"csrf": token_in(page), "password_after": after, "password_again": after}
        texts.append(client.post("/account/password", data=data).text)
    token = token_in(client.get("/account"))
    made = client.post(
        "/account/tokens",
        data={"csrf": token, "name": "x", "scope": "read", "days": "1", "password": "weak-Secret-2"},
    )
    secret = re.search(r"stars_[\w-]{40,}", made.text)[0]
    secrets = [
        "wrong-Secret-1!",
        handed.password,
        "weak-Secret-2",
        OTHER,
        secret,
        client.get_cookie("stars_session").value,
    ]
    assert not [own for own in secrets if own in caplog.text]
    assert not [own for own in secrets for text in texts if own in text]


# The webhook


class _Office(BaseHTTPRequestHandler):
    """The office's own program, which keeps what it is sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answers)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.server.arrived.set()

    def log_message(self, *_):
        pass


@pytest.fixture
def office():
    server = HTTPServer(("127.0.0.1", 0), _Office)
    server.got, server.arrived, server.answers = [], threading.Event(), 204
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_notices_are_sent_on_signed_after_the_answer(  # noqa: PLR0917
    app, store, first, second, wang, office
):
    WRITTEN.take()
    secret = "a secret of twenty-four letters"
    send_on(app, Webhook(store, f"http://127.0.0.1:{office.server_port}/hook", secret))
    browser_of(app, first).post(f"/people/{wang.id}/roles", data={"role": "moderator"}).close()
    assert office.arrived.wait(10)
    ((headers, body),) = office.got
    expected = hmac.new(secret.encode(), f"{headers[TIMESTAMP]}.".encode() + body, hashlib.sha256)
    assert headers[SIGNATURE] == f"sha256={expected.hexdigest()}"
    assert headers[SIGNATURE] != signature(b"another secret", headers[TIMESTAMP], body)
    (told,) = json.loads(body)["notices"]
    assert (told["person"], told["kind"], told["address"]) == (second.id, "role", "/roles")
    assert "王芳" not in body.decode()


def test_what_was_never_committed_is_not_sent(store, office):
    webhook = Webhook(store, f"http://127.0.0.1:{office.server_port}/hook", "s" * 30)
    assert webhook.send([1, 2, 999]) == 0
    assert office.got == []


def test_an_office_that_does_not_answer_holds_nobody_up(app, store, first, wang):
    send_on(app, Webhook(store, "http://127.0.0.1:9/hook", "s" * 30))
    answer = browser_of(app, first).post(f"/people/{wang.id}/roles", data={"role": "moderator"})
    assert answer.status_code == 303


def test_it_goes_nowhere_but_where_it_was_set(store, first, second, wang, office):
    office.answers = 302
    WRITTEN.take()
    propose_role(store, first, wang.id, RoleAsked(role=Role.MODERATOR))
    webhook = Webhook(store, f"http://127.0.0.1:{office.server_port}/hook", "s" * 30)
    assert webhook._arrives([]) is False
    assert len(office.got) == 1


def test_a_visitor_is_nobody(app):
    with app.test_request_context("/"):
        assert access.actor() is VISITOR
