"""Criteria as those who are assessed by them read them: every line of the pages, in both languages."""

from __future__ import annotations

import html
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from scoring.canonical import canonical
from scoring.criteria import catalogue, loader
from scoring.criteria.model import CriteriaSet
from scoring.store.engine import Store
from scoring.store.tables import criteria_set as table
from scoring.texts import Text
from scoring.workflow.keep_periods import open_period
from scoring.workflow.read_criteria import read_set, refs_known
from tests.databases import ready_made, sqlite_in
from tests.workflow import county
from web.app import create_app
from web.handbook import earning, makeup, phrases, rating
from web.handbook.changes import changes
from web.library import _order

SCRIPT = "<script>alert(1)</script>"
SHIPPED = "red-flag-branch@2026.1"


def village_now() -> dict:
    """The village set a year later: a new line, a criterion gone, one added, and a title that means mischief."""
    village = json.loads(json.dumps(county.sets()[0]))
    village["version"] = "10"
    village["title"] = {"zh": f"农村{SCRIPT}", "en": f"Villages {SCRIPT}"}
    organisation, results = village["parts"]
    organisation["criteria"] = [own for own in organisation["criteria"] if own["id"] != "late_meetings"]
    results["criteria"][0]["bands"][0]["at_least"] = "80000"
    results["criteria"].append(
        {"id": "theme", "kind": "judged", "full_marks": "5", "title": {"zh": "主题党日", "en": "Theme days"}}
    )
    village["changes"] = [{"zh": "收入线提高", "en": "Income raised"}]
    village["target"] = {"stars": "3", "share": "2/3"}
    return village


def file_of(folder: Path, document: dict) -> str:
    path = folder / f"{document['id']}@{document['version']}.yaml"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return str(path)


def own_shipped() -> dict:
    """A county's own set under the name of a shipped one."""
    identity, version = SHIPPED.split("@")
    return county.sets()[1] | {"id": identity, "version": version, "domains": ["school"]}


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    folder = tmp_path_factory.mktemp("criteria")
    database = sqlite_in(folder)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    village, office = (file_of(folder, own) for own in county.sets())
    open_period(store, "2025", [village, office])
    office_only = county.sets()[1] | {"domains": ["office"], "version": "2"}
    open_period(
        store,
        "2026",
        [
            file_of(folder, own)
            for own in (
                village_now(),
                office_only | {"target": {"stars": "3", "share": "2/3"}},
                own_shipped() | {"target": {"stars": "3", "share": "2/3"}},
            )
        ],
    )
    open_period(store, "2024", [village, office])
    yield store
    store.close()


@pytest.fixture
def client(store) -> FlaskClient:
    return create_app(store).test_client()


def text_of(client: FlaskClient, address: str, *, status: int = 200, lang: str = "zh") -> str:
    """Return what a page says, without its markup and with single blanks."""
    answer = client.get(address, headers={"Accept-Language": lang})
    assert answer.status_code == status, answer.text
    body = answer.text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def kept_set(store: Store, ref: str) -> CriteriaSet:
    return read_set(store, ref).criteria


def criterion(**fields: object) -> tuple:
    document = {"id": "own", "version": "1", "title": {"zh": "甲"}, "criteria": [{"id": "one", **fields}]}
    criteria = loader.load(json.dumps(document).encode(), "own.yaml", lambda _: None)
    return criteria.criteria[0], criteria


def told(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def rungs(**fields: object) -> list[tuple[str, str]]:
    return [(own.when.zh, own.gives.zh) for own in earning.earning(*criterion(**fields)).rungs]


# The list


def test_each_period_lists_the_sets_it_is_assessed_by(client):
    said = text_of(client, "/criteria")
    assert said.index("2026 评定期") < said.index("2025 评定期") < said.index("2024 评定期")
    row = "农村党支部标准 village@1 农村 6 85 2024 –"
    assert said.count(row) == 2, "the same set in two periods, in use since the first"
    assert "机关党支部标准 office@1 机关、学校 4 60 2024 –" in said


def test_sets_that_no_period_uses_are_marked_so(client):
    unused = text_of(client, "/criteria").partition("没有使用的标准")[2]
    assert "three-star-target@2026.1" in unused
    assert SHIPPED not in unused, "the county keeps one of that name and uses it"
    assert "village@" not in unused


def test_the_likely_pair_to_compare_is_the_newest_set_and_the_version_before_it(client):
    page = client.get("/criteria").text
    chosen = re.findall(r'<option value="([^"]+)" selected', page)
    assert chosen == ["office@1", "office@2"]


def test_versions_are_ordered_by_their_numbers():
    assert sorted(["10", "9", "2025.10", "2025.9", "2025.9b"], key=_order) == [
        "9",
        "10",
        "2025.9",
        "2025.9b",
        "2025.10",
    ]


# One set


def test_every_criterion_adjustment_gate_and_part_has_its_anchor(client, store):
    """A branch's page links to each by its id."""
    page = client.get("/criteria/village@1").text
    own = kept_set(store, "village@1")
    ids = [*(one.id for one in own.subjects), *(one.id for one in own.gates), "organisation", "results"]
    assert [page.count(f'id="{one}"') for one in ids] == [1] * len(ids)


@pytest.mark.parametrize("ref", [ref for ref in catalogue.refs() if ref != SHIPPED])
def test_every_shipped_set_is_told_in_both_languages(client, ref):
    """Nothing is left out: each criterion by its title, its steps and its basis."""
    for lang in ("zh", "en"):
        said = text_of(client, f"/criteria/{ref}", lang=lang)
        for own in catalogue.find(ref).criteria:
            title = own.title.zh if lang == "zh" else own.title.en
            assert " ".join(title.split()) in said
            assert own.basis in said
            for level in own.levels:
                assert " ".join((level.when.zh if lang == "zh" else level.when.en).split()) in said
        if lang == "en":
            assert "None" not in said
            assert "得满分" not in said


def test_the_page_says_what_each_criterion_of_the_village_earns(client):
    said = text_of(client, "/criteria/village@1")
    assert "纪律 20 分 合总分 约 23.53 分 由上级、县级评分人在 0 至 20 分之间评定，以 0.5 分为一档。" in said
    assert "12 次 10 分 6 次 5 分 不足 6 次 0 分" in said
    assert "取自系统记录：全年迟开、漏开的会议次数" in said
    assert "50,000 元及以上 10 分 30,000 至不足 50,000 元 5 分 不足 30,000 元 0 分" in said
    assert "90 及以上，得满分 10 分；60 及以下，不得分；中间按比例计分（例如 75，得 5 分）。" in said
    assert "至少 5 人投票才算数" in said
    assert "“good”不得超过总票数的 2/3，超过的不予录入，所以这一项最多可得 26 分。" in said
    assert "扣分 迟报 每次扣 1 分（合总分约 1.18 分），最多扣 3 分" in said
    assert "加分 honour 每次加 2 分，最多加 4 分" in said


def test_the_page_says_how_stars_come_of_it(client):
    said = text_of(client, "/criteria/village@1")
    assert (
        "90 分及以上 5 星 80 至不足 90 分 4 星 70 至不足 80 分 3 星 60 至不足 70 分 2 星 不足 60 分 0 星"
        in said
    )
    assert "weak 最高 2 星" in said
    assert "banned 不得评星" in said
    assert (
        "全县 5 星不超过已评支部的 1/3，不足一个的舍去；按得分从高到低保留，名额边上同分的一并下调，超出的降为 4 星。"
        in said
    )
    assert "全县至少 60% 的支部达到 3 星及以上；没有评定的也计入总数。" in said


def test_the_page_says_who_marks_and_how_marks_agree(client):
    said = text_of(client, "/criteria/village@1")
    assert "依次由自评、上级、县级评分；一项指标有几级评过的，以最后一级为准。" in said
    assert "自评只作参考" in said
    assert "取平均分，中间不取位；最高与最低相差超过该项满分的 30% 的，列为争议，复议之后才能评定。" in said
    english = text_of(client, "/criteria/village@1", lang="en")
    assert "where they lie further apart than 30% of full marks, the criterion is disputed" in english


def test_the_page_says_since_when_the_set_is_frozen_and_shows_its_digest(client, store):
    said = text_of(client, "/criteria/village@1")
    digest = loader.digest(kept_set(store, "village@1"))
    assert "用于 2025、2024 评定期" in said
    assert "自 2024 评定期启用，用过即冻结" in said
    assert f"指纹 {digest[:12]}" in said
    assert " ".join(digest[at : at + 8] for at in range(0, 64, 8)) in said


def test_a_set_of_the_catalogue_that_nobody_uses_says_so(client):
    assert "没有评定期使用" in text_of(client, "/criteria/three-star-target@2026.1")


def test_where_the_county_keeps_another_set_of_a_shipped_name_the_countys_is_shown(client, store):
    said = text_of(client, f"/criteria/{SHIPPED}")
    assert "机关党支部标准" in said
    assert read_set(store, SHIPPED).digest[:12] in said
    assert catalogue.digests()[SHIPPED][:12] not in said


def test_titles_are_shown_as_text(client):
    for address in (
        "/criteria",
        "/criteria/village@10",
        "/criteria/compare?before=village@1&after=village@10",
    ):
        page = client.get(address).text
        assert SCRIPT not in page
        assert html.escape(SCRIPT) in page


def test_a_set_nobody_knows_is_a_page_that_says_so(client):
    assert f"没有编号为 {SCRIPT}" in text_of(client, f"/criteria/{SCRIPT}", status=404)
    assert SCRIPT not in client.get(f"/criteria/{SCRIPT}").text


@pytest.mark.parametrize("ref", catalogue.points_refs())
def test_rules_of_points_are_not_shown_as_what_branches_are_marked_by(client, ref):
    assert ref not in text_of(client, "/criteria")
    assert "没有" in text_of(client, f"/criteria/{ref}", status=404)
    assert client.get(f"/api/v1/criteria/{ref}").status_code == 404


def test_a_visitor_who_has_the_page_gets_it_again_only_when_something_changed(client):
    etag = client.get("/criteria/village@1").headers["ETag"]
    again = client.get("/criteria/village@1", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/criteria/village@1", headers={"If-None-Match": etag, "Accept-Language": "en"})
    assert other.status_code == 200, "in another language it is another page"


def test_a_set_that_was_altered_is_told_in_the_list_and_not_shown(tmp_path):
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    open_period(store, "2025", county.write_sets(tmp_path))
    with store.begin() as c:
        c.exec_driver_sql("DROP TRIGGER criteria_set_changed")
        document = canonical(loader.document(kept_set(store, "office@1")) | {"basis": "另有所据"})
        c.execute(update(table).where(table.c.ref == "office@1").values(document=document))
    client = create_app(store).test_client()
    assert "office@1 在数据库中" not in text_of(client, "/criteria/village@1")
    assert "数据库中的 office@1 与存入时不一致" in text_of(client, "/criteria")
    assert "数据库中的 office@1 与存入时不一致" in text_of(client, "/criteria/office@1", status=409)
    store.close()


# Two sets compared


def test_every_change_is_told_with_what_stood_there_before_and_now(client):
    said = text_of(client, "/criteria/compare?before=village@1&after=village@10")
    assert "共 5 处变化" in said
    assert "达标目标的比例由 60% 改为 2/3 60% 2/3" in said
    assert "取消指标“late_meetings” 满分 5 分，系统计算；0 至不足 4：5 分；4 及以上：0 分 –" in said
    assert (
        "指标“income”的分段有变 50,000 元及以上：10 分；30,000 至不足 50,000 元：5 分；不足 30,000 元：0 分"
        in said
    )
    assert "80,000 元及以上：10 分" in said
    assert "新增指标“主题党日” – 满分 5 分，评议打分" in said


def test_the_page_of_a_set_tells_what_changed_since_the_version_before(client):
    said = text_of(client, "/criteria/village@10")
    assert "收入线提高" in said
    assert "与 village@1 逐条对照：5 处变化" in said
    assert "与上一版的不同" not in text_of(client, "/criteria/village@1"), "there is none before it"


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("", 200, "请选出两套标准。"),
        ("before=village@1", 200, "请选出两套标准。"),
        ("before=village@1&after=village@1", 200, "两边选的是同一套标准"),
        ("before=village@1&after=nix@1", 404, "没有这套标准： nix@1"),
        ("before=../../etc/passwd&after=%00", 404, "没有这套标准： ../../etc/passwd"),
    ],
)
def test_what_cannot_be_compared_is_said_beside_the_chooser(client, query, status, sentence):
    assert sentence in text_of(client, f"/criteria/compare?{query}", status=status)
    assert "<select" in client.get(f"/criteria/compare?{query}").text


def test_two_names_for_the_same_set_are_said_to_say_the_same(client, store):
    """Offices of two versions differ in nothing but domains and target; of one they differ in nothing."""
    office = kept_set(store, "office@1")
    assert changes(office, office) == ()
    said = text_of(client, "/criteria/compare?before=office@1&after=office@2")
    assert "标准的适用领域有变 机关、学校 机关" in said


# How things are told


def test_bands_are_told_with_both_ends_and_the_better_end_first():
    shared = {"kind": "measured", "full_marks": "5", "unit": "天"}
    falling = [
        {"at_least": "0", "marks": "5"},
        {"at_least": "31", "marks": "2"},
        {"at_least": "91", "marks": "0"},
    ]
    assert rungs(**shared, bands=falling) == [
        ("0 至不足 31 天", "5 分"),
        ("31 至不足 91 天", "2 分"),
        ("91 天及以上", "0 分"),
    ]
    rising = [{"at_least": "1.5", "marks": "2.5"}, {"at_least": "3", "marks": "5"}]
    assert rungs(**shared, bands=rising) == [
        ("3 天及以上", "5 分"),
        ("1.5 至不足 3 天", "2.5 分"),
        ("不足 1.5 天", "0 分"),
    ]


def test_late_meetings_are_counted_one_by_one():
    bands = [{"at_least": f"{n}", "marks": f"{3 - n}"} for n in range(4)]
    found = rungs(kind="derived", source="late_meetings", full_marks="3", unit="次", bands=bands)
    assert found == [("0 次", "3 分"), ("1 次", "2 分"), ("2 次", "1 分"), ("3 次及以上", "0 分")]


def test_a_line_that_falls_is_told_the_other_way_round():
    own, _ = criterion(kind="measured", full_marks="4", unit="次", line={"from": "4", "to": "0"})
    assert told(earning.line(own, own.line)) == (
        "0 次及以下，得满分 4 分；4 次及以上，不得分；中间按比例计分（例如 2 次，得 2 分）。",
        "0 times or less earns all 4 marks, 4 times or more earns none, in proportion between: 2 times earns 2.",
    )


def test_shares_of_the_whole_multiply_down_the_tree():
    own = catalogue.find("red-flag-rural@2026.1")
    parts = {part.part.id: part for part in makeup.parts(own)}
    assert told(parts["standards"].share) == ("70%", "70%")
    assert parts["organisation"].share.zh == "14%"
    assert parts["innovation"].share.zh == "10.5%"
    term = next(one for one in parts["organisation"].criteria if one.criterion.id == "term_on_time")
    assert term.worth.zh == "2.1 分", "3 of 20 marks of 14 %"
    assert makeup.made_of(own)[0].zh == "得分按百分制：六项标准占 70%，民主评议占 30%。"


def test_what_is_no_short_decimal_is_called_about():
    assert told(phrases.percent(Fraction(14, 300))) == ("约 4.67%", "about 4.67%")
    assert told(phrases.percent(Fraction(1, 8))) == ("12.5%", "12.5%")
    assert told(phrases.score(Fraction(1, 3))) == ("约 0.33 分", "about 0.33")


@pytest.mark.parametrize(
    ("asked", "zh", "en"),
    [
        (None, "不要求", "none asked"),
        (
            {"least": "1", "most": "3", "kinds": ["document", "image"]},
            "1 至 3 份（文件、照片）",
            "1 to 3 (documents, photographs)",
        ),
        ({"least": "1", "most": "1"}, "1 份", "1"),
        ({"least": "2"}, "至少 2 份", "at least 2"),
        (
            {"most": "1", "kinds": ["record"]},
            "可附，最多 1 份（系统记录）",
            "optional, 1 at most (records of the service)",
        ),
        ({"least": "0"}, "可附，不限份数", "optional, as many as you like"),
    ],
)
def test_evidence_is_told_by_number_and_kind(asked, zh, en):
    fields = {} if asked is None else {"evidence": asked}
    own, _ = criterion(kind="judged", full_marks="5", **fields)
    assert told(phrases.evidence(own.evidence)) == (zh, en)


def test_a_set_without_cut_points_says_that_it_gives_no_stars(client):
    own, criteria = criterion(kind="judged", full_marks="5")
    assert own.full_marks == 500
    assert rating.cuts(criteria) == ()
    assert rating.target(criteria) is None


# Reading


def test_sets_are_read_from_the_county_before_the_catalogue(store):
    known = refs_known(store)
    assert SHIPPED in known.kept
    assert SHIPPED not in known.shipped
    assert read_set(store, SHIPPED).kept
    assert not read_set(store, "red-flag-rural@2026.1").kept
