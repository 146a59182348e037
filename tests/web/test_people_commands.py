"""People by commands on the server, and what the settings of the way in may be."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from scoring.password_policy import ASVS, MLPS2
from scoring.passwords import Hashing
from scoring.store.engine import Store
from scoring.workflow.sign_in import Attempt, SignInRefused, resume, sign_in
from tests.databases import sqlite_in
from web.cli import main
from web.settings import SettingRefused, entrance

CHEAP = Hashing(memory=64, passes=1)
PASSWORD = re.compile(r"\b[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}\b")


@pytest.fixture
def url(tmp_path):
    return sqlite_in(tmp_path).url


@pytest.fixture
def stars(url):
    """The command on a county that is made."""

    def run(*arguments, lang="en"):
        environment = {"STARS_DATABASE_URL": url, "STARS_LANG": lang}
        return CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)

    assert run("init").exit_code == 0
    return run


def enter(url, login, password):
    store = Store.open(url)
    try:
        token = sign_in(store, Attempt(login=login, password=password), CHEAP).token
        return resume(store, token)
    finally:
        store.close()


def test_the_first_administrator_comes_by_command_and_signs_in_once(stars, url):
    told = stars("people", "add", "--administrator", "zhang", "张三")
    assert told.exit_code == 0
    password = PASSWORD.search(told.output)[0]
    back = enter(url, "zhang", password)
    assert back.must_change
    assert [grant.role for grant in back.actor.grants] == ["administrator"]
    with pytest.raises(SignInRefused):
        enter(url, "zhang", password)
    again = PASSWORD.search(stars("people", "reset", "ZHANG").output)[0]
    assert again != password
    assert enter(url, "zhang", again).actor.name == "张三"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everybody_is_listed_with_their_roles_and_no_secret(stars, lang):
    assert ("还没有人" if lang == "zh" else "Nobody is here yet") in stars("people", "list", lang=lang).output
    told = stars("people", "add", "li", "李四", "--role", "superior", "--scope", "青石镇")
    assert stars("people", "grant", "li", "--role", "evaluator").exit_code == 0
    listed = stars("people", "list", lang=lang).output
    assert "青石镇" in listed
    assert "李四" in listed
    assert PASSWORD.search(told.output)[0] not in listed
    (own,) = json.loads(stars("people", "list", "--json").output)
    assert {(one["role"], one["scope"]) for one in own["roles"]} == {
        ("superior", "青石镇"),
        ("evaluator", ""),
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "li", "李四", "--role", "superior"),
        ("add", "li", "李四", "--role", "evaluator", "--scope", "青石镇"),
        ("add", "li", "李四", "--administrator", "--role", "auditor"),
        ("add", "!", "李四"),
        ("add", "li", " "),
        ("reset", "nobody"),
        ("grant", "nobody", "--role", "leader"),
        ("grant", "nobody"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_and_nobody_is_made(stars, arguments):
    told = stars("people", *arguments)
    assert told.exit_code == 2
    assert not PASSWORD.search(told.output)
    assert "Nobody is here yet" in stars("people", "list").output


def test_the_way_in_is_by_default_that_of_a_protected_system(monkeypatch):
    for name in ("STARS_PASSWORD_POLICY", "STARS_PROXY_HOPS", "STARS_WEBHOOK_URL", "STARS_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    found = entrance()
    assert (found.policy, found.proxy_hops, found.webhook) == (MLPS2, 0, "")
    monkeypatch.setenv("STARS_PASSWORD_POLICY", "asvs")
    assert entrance().policy == ASVS


@pytest.mark.parametrize(
    "settings",
    [
        {"STARS_PASSWORD_POLICY": "none"},
        {"STARS_PROXY_HOPS": "-1"},
        {"STARS_PROXY_HOPS": "many"},
        {"STARS_PROXY_HOPS": "²"},
        {"STARS_WEBHOOK_URL": "file:///etc/passwd", "STARS_WEBHOOK_SECRET": "s" * 30},
        {"STARS_WEBHOOK_URL": "https://office.example/hook"},
        {"STARS_WEBHOOK_URL": "https://office.example/hook", "STARS_WEBHOOK_SECRET": "short"},
        {"STARS_WEBHOOK_URL": "https://office.example/hook", "STARS_WEBHOOK_SECRET_FILE": "/no/such/file"},
    ],
    ids=str,
)
def test_a_setting_that_is_none_is_refused_by_name(monkeypatch, settings):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingRefused, match="STARS_"):
        entrance()


def test_the_webhooks_secret_comes_from_a_file_too(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s" * 40 + "\n")
    monkeypatch.setenv("STARS_WEBHOOK_URL", "https://office.example/hook")
    monkeypatch.setenv("STARS_WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
    assert entrance().secret == "s" * 40
