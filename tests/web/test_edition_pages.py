"""Editions as anybody reads them: what was published, what moved, and that it can be verified."""

from __future__ import annotations

import html
import io
import re
import threading
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from scoring.differences import Figures, UnitDifference
from scoring.edition import Edition, State
from scoring.store.engine import Store
from scoring.store.tables import edition_unit
from scoring.texts import Lang
from scoring.verification import verify
from scoring.workflow.look_at_editions import (
    compare_editions,
    manifest_of,
    recompute,
    workbook_of,
)
from tests.databases import ready_made, sqlite_in
from tests.workflow import county
from web.app import create_app
from web.kept import Kept
from web.moves import Move, move_of
from web.pages import editions as pages

SCRIPT = "<script>alert(1)</script>"
EXCUSE = "新成立<b>不足半年</b>"
REASON = f"对“纪律”的异议成立{SCRIPT}"


def published(store: Store, folder: Path) -> tuple[Edition, ...]:
    """Publish a draft, the same as final, and a correction; one branch has a name that means mischief, one is excused."""
    rows = county.unit_rows()
    rows[2][1] = f"第2村{SCRIPT}"
    rows.append(["A13", "新成立的支部", "rural", county.TOWNSHIPS[0], "", "", ""])
    county.opened(store, folder)
    county.take_units(store, folder / "units.csv", rows)
    county.take_marks(store, folder / "marks.csv", county.mark_rows())
    excused = {"A13": EXCUSE}
    draft = county.publish(store, State.DRAFT, excused=excused)
    final = county.publish(store, excused=excused)
    county.moderate(store, folder / "m.csv", ("A02", "discipline", "组长", "20"))
    corrected = county.publish(store, reason=REASON, excused=excused)
    return draft, final, corrected


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("editions")


@pytest.fixture(scope="module")
def small(place) -> Store:
    database = sqlite_in(place)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    yield store
    store.close()


@pytest.fixture(scope="module")
def three(small, place) -> tuple[Edition, ...]:
    return published(small, place)


@pytest.fixture
def client(small, three) -> FlaskClient:
    return create_app(small).test_client()


def text_of(client: FlaskClient, address: str, *, status: int = 200, lang: str = "zh") -> str:
    """Return what a page says, without its markup and with single blanks."""
    answer = client.get(address, headers={"Accept-Language": lang})
    assert answer.status_code == status, answer.text
    body = answer.text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def differing(three: tuple[Edition, ...], before: int, after: int, **more: str) -> str:
    query = {"before": three[before].id, "after": three[after].id} | more
    return "/differences?" + "&".join(f"{name}={value}" for name, value in query.items())


# The list


def test_editions_are_listed_newest_first_with_what_each_supersedes_and_why(client, three):
    said = text_of(client, "/editions")
    places = [said.index(own.id[:12]) for own in reversed(three)]
    assert places == sorted(places)
    draft, final, corrected = (own.id[:12] for own in three)
    assert f"{corrected} 正式 本期最新 第 3 次发布" in said
    assert f"{final} 正式 已被取代 第 2 次发布" in said
    assert f"{draft} 公示稿 已被取代 第 1 次发布" in said
    assert f"制作 张三，确认 李四；取代 {final} 改了什么 理由：对“纪律”的异议成立" in said
    assert "未经登录核实" in said


def test_the_pair_to_compare_is_the_newest_edition_and_the_one_it_supersedes(client, three):
    chosen = re.findall(r'<option value="([0-9a-f]+)" selected', client.get("/editions").text)
    assert chosen == [three[1].id, three[2].id]


def test_every_edition_leads_to_its_pages_and_files(client, three):
    page = client.get("/editions").text
    for own in three:
        short = own.id[:12]
        for address in (
            f"/editions/{short}/",
            f"/editions/{own.id}/about",
            f"/editions/{own.id}/bundle",
            f"/editions/{own.id}/results.xlsx",
            f"/editions/{short}/ranking/units.csv",
        ):
            assert f'href="{address}"' in page
        assert client.get(f"/editions/{short}/about").status_code == 200


def test_without_editions_the_pages_say_what_will_be_here(tmp_path):
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    client = create_app(store).test_client()
    assert "还没有发布任何版本" in text_of(client, "/editions")
    assert "至少要发布过两个版本才能比较" in text_of(client, "/differences")
    store.close()


# About one edition


def test_an_edition_says_who_signed_what_it_replaces_and_every_hash(client, three, small):
    own = three[2]
    said = text_of(client, f"/editions/{own.id}/about")
    groups = " ".join(own.id[at : at + 8] for at in range(0, 64, 8))
    assert said.count(groups) == 2, "as the id, and as the hash of the manifest"
    assert "县 青石县 评定期 2026 性质 正式 制作 张三 确认 李四" in said
    assert f"取代 2026 正式 {three[1].id[:12]}" in said
    manifest = manifest_of(small, own.id)
    for digest in (*manifest.members.values(), manifest.inputs):
        assert " ".join(digest[at : at + 8] for at in range(0, 64, 8)) in said
    assert f"新成立的支部 A13 {EXCUSE}" in said
    assert f"stars verify 青石县-2026-{own.id[:12]}.zip --digest {own.id}" in said


def test_an_edition_that_was_superseded_says_so_and_leads_on(client, three):
    said = text_of(client, f"/editions/{three[0].id}/about")
    assert f"本版本已被取代。 请看新版本 2026 正式 {three[1].id[:12]}" in said
    assert "无，本期第一版" in said
    assert "本版本已被取代" not in text_of(client, f"/editions/{three[2].id}/about")


def test_the_id_as_the_page_groups_it_is_taken_by_verify(three, small, client):
    """Whoever copies the grouped id need not take the blanks out."""
    groups = re.search(r'id="edition-id">([^<]+)<', client.get(f"/editions/{three[2].id}/about").text)
    content = client.get(f"/editions/{three[2].id}/bundle").data
    assert verify(content, groups[1]).edition.id == three[2].id


@pytest.mark.parametrize("page", ["about", "bundle", "results.xlsx", "verification"])
def test_there_is_no_page_of_an_edition_nobody_made(client, three, page):
    for wanted in ("0" * 64, "zz", SCRIPT, three[0].id[:5], f"{three[0].id}0"):
        assert client.get(f"/editions/{wanted}/{page}").status_code == 404


def test_what_people_wrote_is_shown_as_text(client, three):
    pages_of_all = ["/editions", f"/editions/{three[2].id}/about", differing(three, 1, 2)]
    for address in pages_of_all:
        page = client.get(address).text
        assert SCRIPT not in page
        assert "<b>不足" not in page
        assert html.escape(SCRIPT) in page


def test_pages_speak_english_where_that_is_asked(client, three):
    said = text_of(client, f"/editions/{three[2].id}/about", lang="en")
    assert "Prepared 张三 Confirmed 李四" in said
    assert "怎样核验" not in said


# Verified by the server


def test_the_server_works_an_edition_out_again_and_says_how_much_there_was(client, three, small):
    found = verify(client.get(f"/editions/{three[2].id}/bundle").data)
    said = text_of(client, f"/editions/{three[2].id}/verification")
    assert (found.units, found.rated, found.sets) == (13, 12, 2)
    assert (
        f"已用 {found.evaluators} 个评分人姓名下的 {found.marks} 个评分、2 套标准重新核算 13 个支部（其中已评定 12 个），"
        "得分、星级、名次和各项汇总与公布的完全一致" in said
    )


def test_the_panel_asks_for_the_outcome_by_itself_and_has_a_plain_link(client, three):
    page = client.get(f"/editions/{three[2].id}/about").text
    address = f"/editions/{three[2].id}/verification"
    assert (
        f'role="status" aria-live="polite" hx-get="{address}" hx-trigger="load" hx-select="#outcome"' in page
    )
    assert f'<a href="{address}">' in page
    assert 'id="outcome"' in client.get(address).text


def test_an_edition_is_worked_out_once_whoever_asks(client, three, monkeypatch):
    asked = []
    monkeypatch.setattr(pages, "recompute", lambda store, own: asked.append(own) or recompute(store, own))
    for wanted in (three[2].id, three[2].id[:12], three[2].id.upper(), three[2].id):
        assert client.get(f"/editions/{wanted}/verification").status_code == 200
    assert asked == [three[2].id]


def test_an_edition_altered_in_the_database_is_told_by_the_place_that_differs(tmp_path):
    """Somebody who can drop a trigger can change a published score; working it out again shows it."""
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    *_, corrected = published(store, tmp_path)
    with store.begin() as c:
        names = c.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'edition_unit'"
        ).scalars()
        for name in names.all():
            c.exec_driver_sql(f"DROP TRIGGER {name}")
        changed = corrected.rows[0].replace(b'"stars":', b'"stars":1', 1)
        own = (edition_unit.c.edition == corrected.id, edition_unit.c.code == "A01")
        c.execute(update(edition_unit).where(*own).values(row_line=changed))
    client = create_app(store).test_client()
    said = text_of(client, f"/editions/{corrected.id}/verification")
    assert "与公布的不一致" in said
    assert "rows.jsonl 第 1 行 A01 stars" in said
    assert "核算一致" not in said
    store.close()


# Files


def test_the_bundle_is_the_one_anybody_can_verify_and_may_be_kept_for_good(client, three):
    answer = client.get(f"/editions/{three[2].id}/bundle")
    assert verify(answer.data, three[2].id).edition.id == three[2].id
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{three[2].id[:12]}.zip"; '
        f"filename*=UTF-8''%E9%9D%92%E7%9F%B3%E5%8E%BF-2026-{three[2].id[:12]}.zip"
    )
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in client.get(f"/editions/{three[2].id[:12]}/bundle").headers["Cache-Control"]
    again = client.get(f"/editions/{three[2].id}/bundle", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(f"/editions/{three[1].id}/bundle", headers={"If-None-Match": answer.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(("lang", "head"), [("zh", "代码"), ("en", "code")])
def test_the_workbook_is_in_the_language_of_the_request(client, three, lang, head):
    answer = client.get(f"/editions/{three[2].id}/results.xlsx", headers={"Accept-Language": lang})
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    first = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert first["A1"].value.lower() == head
    again = client.get(
        f"/editions/{three[2].id}/results.xlsx",
        headers={"Accept-Language": lang, "If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_a_workbook_is_written_once_and_kept_with_the_edition(store, tmp_path, monkeypatch):
    """Writing a county's takes seconds."""
    *_, own = published(store, tmp_path)
    first = workbook_of(store, own.id, Lang.ZH)
    monkeypatch.setattr("scoring.workflow.look_at_editions.export_workbook", None)
    assert workbook_of(store, own.id, Lang.ZH) == first


def test_an_edition_works_out_again_on_either_database(store, tmp_path):
    *_, own = published(store, tmp_path)
    found = recompute(store, own.id)
    assert (found.units, found.rated, found.faults) == (13, 12, ())


# Two editions compared


def test_what_moved_is_told_unit_by_unit_with_the_reasons(client, three, small):
    found = compare_editions(small, three[1].id, three[2].id)
    said = text_of(client, differing(three, 1, 2))
    assert found.units[0].unit == "A02", "the one that was moderated"
    moved = found.units[0]
    assert f"第2村{SCRIPT} A02" in said
    assert f"{moved.before.score} → {moved.after.score}" in said
    for unit in found.units:
        for cause in unit.causes:
            assert cause.sentence.zh in said
    assert found.county.sentence.zh in said
    for group in found.groups:
        assert group.sentence.zh in said
    assert "取代的理由：对“纪律”的异议成立" in said


def test_units_are_counted_by_what_became_of_them_and_can_be_seen_apart(client, three, small):
    found = compare_editions(small, three[1].id, three[2].id)
    ranks = [own for own in found.units if move_of(own) is Move.RANK]
    assert 0 < len(ranks) < len(found.units)
    said = text_of(client, differing(three, 1, 2))
    assert f"全部 {len(found.units)}" in said
    assert f"只有名次变化 {len(ranks)} 个单位" in said
    only = client.get(differing(three, 1, 2, show="rank")).text
    assert only.count('<th scope="row" class="name">') == len(ranks)
    assert client.get(differing(three, 1, 2, show="nonsense")).text.count('scope="row" class="name"') == len(
        found.units
    )


def test_units_lead_to_their_pages_in_both_editions(client, three):
    page = client.get(differing(three, 1, 2)).text
    for own in three[1:]:
        assert f'href="/editions/{own.id[:12]}/units/A02"' in page


def test_a_draft_and_the_same_made_final_differ_in_nothing(client, three):
    assert "没有任何不同" in text_of(client, differing(three, 0, 1))


def test_two_editions_are_compared_once(client, three, monkeypatch):
    asked = []
    monkeypatch.setattr(
        pages,
        "compare_editions",
        lambda store, *own: asked.append(own) or compare_editions(store, *own),
    )
    for more in ({}, {"show": "rank"}, {"page": "2"}):
        client.get(differing(three, 1, 2, **more))
    assert asked == [(three[1].id, three[2].id)]


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("", 200, "请选出两个版本。"),
        ("before=zz&after=", 404, "没有这个版本，或编号不完整： zz"),
        ("before=%3Cscript%3E&after=0000000", 404, "没有这个版本，或编号不完整： <script>"),
    ],
)
def test_what_cannot_be_compared_is_said_beside_the_chooser(client, query, status, sentence):
    assert sentence in text_of(client, f"/differences?{query}", status=status)
    page = client.get(f"/differences?{query}").text
    assert page.count("<select") == 2
    assert "<script>" not in page.partition("<main")[2]


def test_an_edition_is_not_compared_with_itself(client, three):
    assert "两边选的是同一个版本" in text_of(client, differing(three, 1, 1))


def test_the_most_that_became_of_a_unit_is_what_it_is_counted_by():
    def move(before: Figures | None, after: Figures | None) -> Move:
        return move_of(
            UnitDifference(
                unit="A", name="甲", before=before, after=after, predecessors=(), successors=(), causes=()
            )
        )

    four, five = Figures(score="85.00", stars=4, rank=2), Figures(score="91.00", stars=5, rank=1)
    assert move(None, four) is Move.NEW
    assert move(four, None) is Move.GONE
    assert move(four, five) is Move.ROSE
    assert move(five, four) is Move.FELL
    assert move(Figures(), Figures(score="0.00", stars=0, rank=9)) is Move.ROSE, (
        "no stars are fewer than nought"
    )
    assert move(four, Figures(score="86.00", stars=4, rank=2)) is Move.SCORE
    assert move(four, Figures(score="85.00", stars=4, rank=3)) is Move.RANK
    assert move(four, four) is Move.OTHER


# What is kept at hand


def test_who_comes_while_a_value_is_made_waits_for_it_and_nobody_else_does():
    kept, made, begun, go_on = Kept(4), [], threading.Event(), threading.Event()

    def slow() -> str:
        made.append("slow")
        begun.set()
        assert go_on.wait(10)
        return "value"

    found = []
    waiting = [threading.Thread(target=lambda: found.append(kept.once("slow", slow))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    assert begun.wait(10)
    assert kept.once("other", lambda: "at once") == "at once"
    go_on.set()
    for thread in waiting:
        thread.join(10)
    assert (made, found) == (["slow"], ["value"] * 3)


def test_a_failure_is_not_kept_and_the_longest_unused_goes_first():
    kept = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.once("a", lambda: 1 // 0)
    assert kept.once("a", lambda: 1) == 1
    assert kept.once("b", lambda: 2) == 2
    assert kept.once("a", lambda: 9) == 1
    kept.once("c", lambda: 3)
    assert kept.once("a", lambda: 9) == 1
    assert kept.once("b", lambda: 9) == 9
