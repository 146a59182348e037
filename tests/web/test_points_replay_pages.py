"""The page on which rules are tried on a quarter before they are taken into use, as HTTP."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring.store.engine import Store
from scoring.workflow.points import replay as replay_module
from scoring.workflow.points.replay import replay
from tests.databases import ready_made, sqlite_in
from tests.web.points_office import NOW, TODAYS, Office, office
from tests.workflow import county
from web.pages.points_work import replays

HERE = "rules/replay"
RULES = "member-points@2026.1"
RUNNING = f"{HERE}?ref={RULES}&quarter=2026Q4"


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in TODAYS:
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = sqlite_in(tmp_path)
    ready_made(database)
    opened = Store.open(database.url, database.schema)
    yield opened
    opened.close()


@pytest.fixture
def own(store: Store, tmp_path: Path) -> Office:
    made = office(store, tmp_path)
    made.branch.posted()
    return made


def rules(*changed: tuple[str, str]) -> tuple[io.BytesIO, str]:
    """A file of the shipped rules as version 2027.1, with those texts changed."""
    text = Path(f"scoring/criteria/sets/{RULES}.yaml").read_text("utf-8")
    for before, after in (('version: "2026.1"', 'version: "2027.1"'), *changed):
        assert before in text
        text = text.replace(before, after)
    return io.BytesIO(text.encode()), "rules.yaml"


def told(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_it_is_for_who_keeps_the_rules_and_is_reached_from_them(own):
    assert f'href="/desk/points/{HERE}"' in own.get("admin", "rules")
    for who in ("secretary", "superior", "auditor", "leader", "member"):
        own.get(who, HERE, 403)
        own.post(who, HERE, 403, ref=RULES, quarter="2026Q4")


def test_the_same_rules_come_to_what_is_posted(own):
    assert own.post("admin", HERE, ref=RULES, quarter="2026Q4") == f"/desk/points/{RUNNING}"
    page = told(own.get("admin", RUNNING))
    assert "结果与账上完全相同" in page
    assert "变动最大" not in page


def test_new_rules_say_who_would_go_up_and_nothing_is_written(own, store):
    """Everybody begins with 70 instead of 60, and a lecture gives 2 instead of 4: who gave one has 8 more, others 10."""
    own.get("admin", HERE)
    before = county.counts(store)
    lecture = (
        "en: Party lecture given}\n    kind: earning\n    points: 4",
        "en: Lecture given}\n    kind: earning\n    points: 2",
    )
    file = rules(("baseline: {points: 60, elderly: 72}", "baseline: {points: 70}"), lecture)
    page = told(own.post("admin", HERE, 200, quarter="2026Q4", file=file))
    assert "试算 member-points@2027.1" in page
    assert "党员 6 季度平均分 70.33 现行 60.67" in page
    assert "可兑换分合计 2 现行 4" in page
    assert "季度得分 6 0 星级 6 0 卡 0 0" in page
    moved = page.partition("变动最大的 6 名党员")[2]
    assert moved.index("李2") < moved.index("王一"), "who moves further comes first"
    assert re.search(r"王一 M1 \S+ 64 72 \+8", moved), moved
    assert re.search(r"李2 M2 \S+ 60 70 \+10", moved), moved
    assert county.counts(store) == before


def test_items_the_new_rules_have_not_are_named(own):
    file = rules(("- id: lecture_given", "- id: given_lecture"))
    page = told(own.post("admin", HERE, 200, quarter="2026Q4", file=file))
    assert "试算的规则没有这些项目，已入账的不再计：讲一次党课" in page
    assert re.search(r"王一 M1 \S+ 64 60 −4", page), page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"quarter": "2026Q4"}, "请选择一版规则，或上传规则文件"),
        ({"quarter": "2026Q4", "ref": "member-points@1999.1"}, "请选择一版规则，或上传规则文件"),
        ({"quarter": "2025Q4", "ref": RULES}, "请选择季度"),
        ({"quarter": "2027Q1", "ref": RULES}, "请选择季度"),
        ({"ref": RULES}, "请选择季度"),
    ],
)
def test_what_is_wanting_is_said(own, form, said):
    assert said in told(own.post("admin", HERE, 409, **form))


def test_a_file_that_holds_no_rules_is_refused_with_its_faults(own):
    page = own.post("admin", HERE, 409, quarter="2026Q4", file=(io.BytesIO(b"kind: points\n"), "r.yaml"))
    assert "r.yaml" in page
    assert "tmp" not in page


def test_a_quarter_of_which_nothing_is_posted_says_so(own):
    assert "还没有入账的积分" in told(own.get("admin", f"{HERE}?ref={RULES}&quarter=2026Q1"))
    assert "试算" in told(own.get("admin", f"{HERE}?ref={RULES}&quarter=1999Q1"))


def test_it_is_worked_out_once_until_something_is_done(own, monkeypatch):
    """And anew as soon as another line is posted, so nobody reads what was."""
    asked = []
    monkeypatch.setattr(replays, "replay", lambda *given: asked.append(given) or replay(*given))
    for _ in range(2):
        own.get("admin", RUNNING)
    assert len(asked) == 1
    own.branch.posted("k2", "party_lecture")
    assert "60.83" not in told(own.get("admin", f"{HERE}?ref={RULES}&quarter=2026Q1"))
    assert "61" in told(own.get("admin", RUNNING))
    assert len(asked) == 3


def test_names_are_shown_to_who_may_see_points_alone(own, store, monkeypatch):
    done = replay(store, None, RULES, replays.quarter_days("2026Q4")[0], replays.quarter_days("2026Q4")[1])
    assert replay_module.most_moved(store, own.branch.member, done, 5) == ()
