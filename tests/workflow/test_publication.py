"""A period published: who must sign, what stands in the way, what supersedes what, and what can be taken out of it."""

from __future__ import annotations

import csv
import json
import random
import zipfile
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from scoring import bundle
from scoring.bundle import BundleRefused
from scoring.edition import Edition, NotPublishable, State
from scoring.errors import FileRefused, Refused
from scoring.periods import Phase
from scoring.store import county as kept_county
from scoring.store import editions
from scoring.store.editions import EditionUnknown
from scoring.store.periods import PeriodUnknown
from scoring.texts import Lang, Text
from scoring.witness import written
from scoring.workflow.import_units import import_units
from scoring.workflow.keep_periods import PhaseRefused, move_period, open_period
from scoring.workflow.look_at_editions import (
    compare_editions,
    export_bundle,
    export_ranking,
    export_workbook,
    find_edition,
    list_editions,
    verify_bundle,
)
from scoring.workflow.publication import PublicationRefused, SignedBy, publish_period
from scoring.workflow.standings_now import NoUnits
from tests.databases import postgresql_at, sqlite_in
from tests.workflow import county
from tests.workflow.county import SIGNED


def correct(store, folder: Path, number: int, value: str = "") -> None:
    """Moderate one mark, so that there is something new to publish."""
    county.moderate(
        store, folder / f"correction-{number}.csv", ("A01", "discipline", "组长", value or f"{number}")
    )


def lines(refused: Refused) -> list[str]:
    return [fault.in_(Lang.EN) for fault in refused.faults]


# Order


def test_a_draft_posts_the_period_and_a_final_edition_publishes_it(store, tmp_path):
    """The final one supersedes the draft, and needs no reason for that."""
    county.with_marks(store, tmp_path)
    draft = county.publish(store, State.DRAFT)
    assert county.phase(store) == "posted"
    correct(store, tmp_path, 1)
    final = county.publish(store)
    assert county.phase(store) == "published"
    assert (draft.statement.supersedes, final.statement.supersedes) == (None, draft.id)
    assert (final.statement.state, final.statement.reason) == (State.FINAL, None)


def test_a_final_edition_may_say_the_same_as_the_draft(store, tmp_path):
    """The usual case: nobody objected."""
    county.with_marks(store, tmp_path)
    draft, final = county.publish(store, State.DRAFT), county.publish(store)
    assert (draft.units, draft.marks, draft.rows, draft.standings) == (
        final.units,
        final.marks,
        final.rows,
        final.standings,
    )
    assert draft.id != final.id


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("phase", list(Phase)[:-1], ids=lambda one: one.value)
def test_an_edition_is_published_from_every_phase_before(store, tmp_path, phase, state):
    """Phases may be left out; a period in which nothing is posted is published at once."""
    county.with_marks(store, tmp_path)
    if phase is not Phase.PREPARING:
        move_period(store, "2026", phase)
    county.publish(store, state)
    assert county.phase(store) == ("posted" if state is State.DRAFT else "published")


def test_corrections_supersede_one_another_in_a_chain(store, tmp_path):
    """Drafts, the final one, two corrections: each names the one before; the list has the newest first."""
    county.with_marks(store, tmp_path)
    editions = [county.publish(store, State.DRAFT)]
    for number, state, reason in (
        (1, State.DRAFT, ""),
        (2, State.FINAL, "  公示期满\n无异议 "),
        (3, State.FINAL, "复核"),
        (4, State.FINAL, "Upheld objection"),
    ):
        correct(store, tmp_path, number)
        editions.append(county.publish(store, state, reason=reason))
    for before, after in pairwise(editions):
        assert after.statement.supersedes == before.id
    found = list_editions(store)
    assert [own.id for own in found] == [own.id for own in editions[::-1]]
    assert [own.number for own in found] == [5, 4, 3, 2, 1]
    assert [own.reason for own in found] == ["Upheld objection", "复核", "公示期满\n无异议", None, None]
    assert all((own.prepared_by, own.confirmed_by) == ("张三", "李四") for own in found)
    assert [find_edition(store, own.id) for own in editions] == editions


@pytest.mark.parametrize("reason", ["", " ", "　\t\n"])
def test_a_correction_needs_a_reason(store, tmp_path, reason):
    """What people read beside the old figures; blanks are none."""
    county.with_marks(store, tmp_path)
    first = county.publish(store)
    correct(store, tmp_path, 1)
    before = county.counts(store)
    with pytest.raises(PublicationRefused, match="say why") as caught:
        county.publish(store, reason=reason)
    assert first.id[:12] in county.told(caught.value)
    assert "--reason" in {fault.place.field for fault in caught.value.faults}
    assert county.counts(store) == before
    assert county.publish(store, reason="更正").statement.reason == "更正"


def test_there_is_no_draft_after_a_final_edition(store, tmp_path):
    county.with_marks(store, tmp_path)
    county.publish(store)
    correct(store, tmp_path, 1)
    before = county.counts(store)
    with pytest.raises(PublicationRefused, match="a final edition stands"):
        county.publish(store, State.DRAFT, reason="更正")
    assert county.counts(store) == before


@pytest.mark.parametrize("state", State)
def test_an_edition_that_changes_nothing_is_refused(store, tmp_path, state):
    """Other names or another reason are no change; the edition there was is named."""
    county.with_marks(store, tmp_path)
    first = county.publish(store, state)
    before = county.counts(store)
    with pytest.raises(PublicationRefused, match=f"nothing has changed since edition {first.id[:12]}"):
        county.publish(store, state, signed=SignedBy(prepared="王五", confirmed="赵六"), reason="再发一次")
    assert county.counts(store) == before


def test_a_change_that_is_taken_back_is_none(store, tmp_path):
    """Marks there and back between two drafts: the second would say what the first says."""
    county.with_marks(store, tmp_path)
    correct(store, tmp_path, 1, "15")
    county.publish(store, State.DRAFT)
    correct(store, tmp_path, 2, "16")
    correct(store, tmp_path, 3, "15.0")
    with pytest.raises(PublicationRefused, match="nothing has changed"):
        county.publish(store, State.DRAFT)


def test_a_gate_is_a_change(store, tmp_path):
    """The marks are the same, the stars are not."""
    county.with_marks(store, tmp_path)
    draft = county.publish(store, State.DRAFT)
    rows = [row if row[0] != "A09" else [*row[:5], "banned", ""] for row in county.unit_rows()]
    county.take_units(store, tmp_path / "gates.csv", rows)
    final = county.publish(store)
    found = compare_editions(store, draft.id, final.id)
    assert found.units[0].unit == "A09"
    assert (found.units[0].before.stars, found.units[0].after.stars) == (4, 0)


def test_an_excuse_is_a_change(store, tmp_path):
    county.with_units(store, tmp_path)
    county.take_marks(store, tmp_path / "m.csv", [row for row in county.mark_rows() if row[0] != "A11"])
    county.publish(store, State.DRAFT, excused={"A11": "新建"})
    with pytest.raises(PublicationRefused, match="nothing has changed"):
        county.publish(store, State.DRAFT, excused={"A11": "新建"})
    assert county.publish(store, State.DRAFT, excused={"A11": "年内新建"}).statement.supersedes


def test_periods_have_a_chain_each(store, tmp_path):
    """The second period's first edition supersedes nothing, and needs no reason."""
    county.with_marks(store, tmp_path, "2025")
    county.publish(store, period="2025")
    county.with_marks(store, tmp_path, "2026")
    assert county.publish(store, period="2026").statement.supersedes is None
    assert [own.period for own in list_editions(store)] == ["2026", "2025"]


def test_an_edition_needs_a_period_with_units(store, tmp_path):
    with pytest.raises(PeriodUnknown, match="none was opened yet"):
        county.publish(store)
    county.opened(store, tmp_path)
    with pytest.raises(NoUnits, match="stars import units"):
        county.publish(store)
    assert county.phase(store) == "preparing"


def test_a_county_without_a_name_publishes_and_may_be_named_later(store, tmp_path):
    """What was published without a name stays so; what is published afterwards bears it. Both verify."""
    open_period(store, "2026", county.write_sets(tmp_path))
    county.take_units(store, tmp_path / "u.csv", county.unit_rows())
    county.take_marks(store, tmp_path / "m.csv", county.mark_rows())
    unnamed = county.publish(store)
    assert json.loads(unnamed.manifest)["county"] is None
    with store.begin() as c:
        kept_county.call(c, "青石县")
    correct(store, tmp_path, 1)
    named = county.publish(store, reason="更正")
    assert named.statement.county == "青石县"
    for edition in (unnamed, named):
        export_bundle(store, edition.id, tmp_path / "e.zip")
        assert verify_bundle(tmp_path / "e.zip", edition.id).edition == edition


# Who signs


ONE_PERSON = (
    ("张三", "张三"),
    ("张三", " 张三 "),
    ("张三", "张 三"),
    ("张三", "张　三"),
    ("Zhang San", "zhang SAN"),
    ("Zhang San", "ZHANGSAN"),
    ("Zhang", "Ｚｈａｎｇ"),
    ("José", "Jose\u0301"),
    ("王１", "王1"),
    ("ﬁna", "FINA"),
    ("Straße", "STRASSE"),
)


def test_one_person_does_not_sign_twice(store, tmp_path):
    """However the name is written: spaces, width, case, accents, ligatures."""
    county.with_marks(store, tmp_path)
    before = county.counts(store)
    for prepared, confirmed in ONE_PERSON:
        for signed in (
            SignedBy(prepared=prepared, confirmed=confirmed),
            SignedBy(prepared=confirmed, confirmed=prepared),
        ):
            with pytest.raises(PublicationRefused, match="is who prepared it"):
                county.publish(store, signed=signed)
    assert county.counts(store) == before


def test_both_names_are_needed_and_must_be_names(store, tmp_path):
    """Both faults are told at once, each at its option."""
    county.opened(store, tmp_path)
    for name, words in (
        ("", "missing"),
        (" ", "missing"),
        ("　", "missing"),
        ("张" * 101, "too long"),
        ("张\x07三", "control"),
    ):
        for signed, field in (
            (SignedBy(prepared=name, confirmed="李四"), "--prepared-by"),
            (SignedBy(prepared="李四", confirmed=name), "--confirmed-by"),
        ):
            with pytest.raises(PublicationRefused, match=words) as caught:
                county.publish(store, signed=signed)
            assert [fault.place.field for fault in caught.value.faults] == [field]
    with pytest.raises(PublicationRefused) as caught:
        county.publish(store, signed=SignedBy(prepared="", confirmed=""))
    assert [fault.place.field for fault in caught.value.faults] == ["--prepared-by", "--confirmed-by"]


def test_names_are_taken_as_offices_write_them(store, tmp_path):
    """Two-character names are spaced out with a full-width space; accents may be characters of their own."""
    for number, name in enumerate(("张　三", "欧阳·阿依努尔", "𠮷田", "O'Brien-Smith", "Jose\u0301")):
        period = f"{number}"
        county.with_marks(store, tmp_path, period)
        edition = county.publish(store, period=period, signed=SignedBy(prepared=name, confirmed="李四"))
        export_bundle(store, edition.id, tmp_path / "b.zip")
        assert verify_bundle(tmp_path / "b.zip", edition.id).edition == edition


def test_words_beyond_all_measure_are_refused_with_every_fault(store, tmp_path):
    """Reason and excuses as well as names, all at once."""
    county.with_marks(store, tmp_path)
    with pytest.raises(PublicationRefused) as caught:
        county.publish(
            store,
            signed=SignedBy(prepared="张\x1b三", confirmed=""),
            reason="长" * 1_001,
            excused={"A01": "\x07"},
        )
    assert [fault.place.field for fault in caught.value.faults] == [
        "--prepared-by",
        "--confirmed-by",
        "--reason",
        "--excuse",
    ]


# What stands in the way


def test_every_unrated_and_every_disputed_unit_is_named(store, tmp_path):
    """All at once, each by name and code with what is open; nothing is written, and no lock is left."""
    county.with_units(store, tmp_path)
    gone = {("A02", "income"), ("A08", "points"), ("A11", "satisfaction")}
    rows = [row for row in county.mark_rows() if (row[0], row[1]) not in gone]
    rows.append(["A04", "discipline", "county", "赵", "5"])
    rows.append(["A06", "late", "county", "赵", "3"])
    county.take_marks(store, tmp_path / "m.csv", rows)
    before = county.counts(store)
    for state in State:
        with pytest.raises(NotPublishable) as caught:
            county.publish(store, state)
        told = lines(caught.value)
        for code, name, what in (
            ("A02", "第2村党支部", "no mark yet on income"),
            ("A04", "第4机关党支部", "further apart than 30%"),
            ("A06", "第6村党支部", "Late filing"),
            ("A08", "第8机关党支部", "no mark yet on points"),
            ("A11", "第11村党支部", "no mark yet on satisfaction"),
        ):
            assert any(code in line and name in line and what in line for line in told), (code, told)
        assert len(told) == 5
    assert county.counts(store) == before
    assert county.phase(store) == "preparing"
    county.take_marks(
        store,
        tmp_path / "rest.csv",
        [county.MARK_HEAD, *(row for row in county.mark_rows() if (row[0], row[1]) in gone)],
    )
    county.moderate(
        store, tmp_path / "settled.csv", ("A04", "discipline", "组长", "12"), ("A06", "late", "组长", "1")
    )
    assert county.publish(store).statement.supersedes is None


def test_a_unit_may_stay_unrated_where_it_is_excused_by_name_with_a_reason(store, tmp_path):
    """It stands in the edition without score, stars and rank, and the manifest says why."""
    county.with_units(store, tmp_path)
    county.take_marks(
        store, tmp_path / "m.csv", [row for row in county.mark_rows() if row[0] not in ("A11", "A03")]
    )
    with pytest.raises(NotPublishable) as caught:
        county.publish(store, excused={"A11": "年内新建"})
    assert len(caught.value.faults) == 1
    assert "A03" in county.told(caught.value)
    edition = county.publish(store, excused={" A11 ": " 年内新建 ", "A03": "整建制撤并"})
    assert [(own.unit, own.reason) for own in edition.statement.excused] == [
        ("A03", "整建制撤并"),
        ("A11", "年内新建"),
    ]
    rows = {row["unit"]: row for row in map(json.loads, edition.rows)}
    assert [rows["A11"][key] for key in ("score", "stars", "rank")] == [None, None, None]
    assert json.loads(edition.manifest)["excused"][1] == {"unit": "A11", "reason": "年内新建"}
    assert len(edition.units) == 12


def test_excuses_that_are_none_are_refused(store, tmp_path):
    """A rated unit, one there is not, no reason, no unit, two reasons for one unit: told as a fault, each."""
    county.with_units(store, tmp_path)
    county.take_marks(store, tmp_path / "m.csv", [row for row in county.mark_rows() if row[0] != "A11"])
    before = county.counts(store)
    for excused, words in (
        ({"A11": "新建", "A01": "忙"}, "is rated and needs no excuse"),
        ({"A11": "新建", "Z9": "忙"}, "no such unit"),
        ({"A11": ""}, "no reason"),
        ({"A11": "　"}, "no reason"),
        ({"A11": "新建", "": "忙"}, "--excuse"),
        ({"A11": "忙", " A11": "病"}, "A11"),
        ({"A11": "长" * 1_001}, "too long"),
    ):
        with pytest.raises(Refused, match=words):
            county.publish(store, excused=excused)
    assert county.counts(store) == before


def test_excuses_in_any_order_and_normal_form_make_one_edition(store, tmp_path):
    """Units are excused in order of code, whatever was typed first, and however its accents are made."""
    county.opened(store, tmp_path)
    head, rows = county.UNIT_HEAD, county.unit_rows(4)[1:]
    codes = ["é1", "z1", "A1"]
    county.take_units(
        store,
        tmp_path / "u.csv",
        [head, *rows, *([code, code, "rural", "青石镇", "", "", ""] for code in codes)],
    )
    county.take_marks(store, tmp_path / "m.csv", county.mark_rows(4))
    edition = county.publish(store, excused={"z1": "一", "e\u03011": "二", "A1": "三"})
    assert [own.unit for own in edition.statement.excused] == ["A1", "z1", "é1"]


# The same on both databases


def members(bundle):
    """Return what lies in a bundle beside the witness of the chain, in order."""
    with zipfile.ZipFile(bundle) as archive:
        return [
            (own.filename, own.date_time, own.external_attr, archive.read(own))
            for own in archive.infolist()
            if own.filename != "chain.json"
        ]


def test_the_same_inputs_are_the_same_edition_on_both_databases(postgresql, tmp_path):
    """Two files of units and three of marks in another order, rows shuffled, CSV here and workbooks there.

    Four editions each (draft, final, two corrections): ids, and bundles byte for byte, but for where each county's own
    chain stands.
    """
    found = []
    for seed, (database, ending) in enumerate(
        (
            (sqlite_in(tmp_path), "csv"),
            (postgresql_at(postgresql), "xlsx"),
            (postgresql_at(postgresql), "csv"),
        )
    ):
        rng = random.Random(seed)
        folder = tmp_path / f"{seed}"
        folder.mkdir()
        with county.store_at(database) as store:
            county.opened(store, folder)
            units, marks = county.unit_rows()[1:], county.mark_rows()[1:]
            rng.shuffle(units)
            rng.shuffle(marks)
            for part in (0, 1):
                county.take_units(store, folder / f"u{part}.{ending}", [county.UNIT_HEAD, *units[part::2]])
            for part in rng.sample(range(3), 3):
                county.take_marks(store, folder / f"m{part}.{ending}", [county.MARK_HEAD, *marks[part::3]])
            editions = [county.publish(store, State.DRAFT)]
            for number in (1, 2, 3):
                correct(store, folder, number)
                editions.append(county.publish(store, reason="更正"))
            listed = [(own.id, own.period, own.state, own.supersedes) for own in list_editions(store)]
            for own in editions:
                export_bundle(store, own.id, folder / f"{own.id}.zip")
            found.append((listed, {path.name: members(path) for path in sorted(folder.glob("*.zip"))}))
    assert found[0] == found[1] == found[2]
    assert len(found[0][1]) == 4


def test_an_edition_stays_what_it_was(store, tmp_path):
    """Later marks, gates and names change nothing of it: the bundle is the same bytes."""
    county.with_marks(store, tmp_path)
    edition = county.publish(store)
    export_bundle(store, edition.id, tmp_path / "before.zip")
    for number in (1, 2):
        correct(store, tmp_path, number)
        county.publish(store, reason="更正")
    with store.begin() as c:
        kept_county.call(c, "青石区")
    export_bundle(store, edition.id, tmp_path / "after.zip")
    assert (tmp_path / "before.zip").read_bytes() == (tmp_path / "after.zip").read_bytes()
    assert find_edition(store, edition.id).statement.county == "青石县"
    assert find_edition(store, edition.id[:8]) == edition


def test_publishing_tells_how_far_it_has_come(store, tmp_path):
    """Steps in order, each told before it is done, in both languages."""
    county.with_marks(store, tmp_path)
    told: list[tuple[Text, int, int]] = []
    publish_period(store, "2026", SIGNED, State.FINAL, tell=lambda *step: told.append(step))
    done = [step[1] for step in told]
    assert done == sorted(set(done))
    assert done[0] == 0
    assert all(step[1] <= step[2] == told[0][2] for step in told)
    assert len({step[0].en for step in told}) == len({step[0].zh for step in told}) == len(told) >= 4


# Taken out


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def workbook_rows(path: Path) -> list[dict[str, object]]:
    head, *rows = openpyxl.load_workbook(path)["Units"].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def figures(edition: Edition) -> dict[str, tuple]:
    """Return of every unit what is published of it: printed score, stars, and ranks."""
    return {
        row["unit"]: (
            row["score"],
            row["stars"],
            row["rank"],
            row["ranks"]["township"],
            row["ranks"]["department"],
            row["ranks"]["domain"],
        )
        for row in map(json.loads, edition.rows)
    }


def test_workbook_ranking_and_bundle_say_the_same_figures(store, tmp_path):
    """Score, stars and four ranks of every unit, an excused one among them; groups' means as well."""
    county.with_units(store, tmp_path)
    county.take_marks(store, tmp_path / "m.csv", [row for row in county.mark_rows() if row[0] != "A11"])
    edition = county.publish(store, excused={"A11": "新建"})
    export_workbook(store, edition.id, tmp_path / "r.xlsx", Lang.EN)
    export_ranking(store, edition.id, tmp_path / "r.csv", Lang.EN)
    export_bundle(store, edition.id, tmp_path / "r.zip")
    expected = figures(verify_bundle(tmp_path / "r.zip").edition)

    def number(text: str) -> int | None:
        return int(text) if text else None

    ranked = {
        row["unit"]: (
            row["score"] or None,
            number(row["stars"]),
            number(row["rank"]),
            number(row["rank in township"]),
            number(row["rank in department"]),
            number(row["rank in domain"]),
        )
        for row in csv_rows(tmp_path / "r.csv")
    }
    assert ranked == expected
    booked = {
        row["Code"]: (
            None if row["Score"] is None else f"{row['Score']:.2f}",
            row["Stars"],
            row["Rank"],
            row["In township"],
            row["In department"],
            row["In domain"],
        )
        for row in workbook_rows(tmp_path / "r.xlsx")
    }
    assert booked == expected
    assert expected["A11"][:3] == (None, None, None)
    head, *townships = openpyxl.load_workbook(tmp_path / "r.xlsx")["Townships"].iter_rows(values_only=True)
    means = {row[head.index("Townships")]: f"{row[head.index('Mean')]:.2f}" for row in townships}
    assert means == {own["group"]: own["mean"] for own in json.loads(edition.standings)["township"]}


def test_the_ranking_has_the_best_first_and_those_without_a_rank_last(store, tmp_path):
    county.with_units(store, tmp_path)
    county.take_marks(store, tmp_path / "m.csv", [row for row in county.mark_rows() if row[0] != "A02"])
    edition = county.publish(store, excused={"A02": "新建"})
    export_ranking(store, edition.id, tmp_path / "r.csv", Lang.ZH)
    rows = csv_rows(tmp_path / "r.csv")
    assert [row["名次"] for row in rows[:-1]] == sorted((row["名次"] for row in rows[:-1]), key=int)
    assert (rows[-1]["单位代码"], rows[-1]["名次"], rows[-1]["得分"]) == ("A02", "", "")


def test_an_exported_bundle_is_verified_from_the_file_alone(store, tmp_path):
    """With the printed id, in any case and with blanks, and without; another id is refused."""
    county.with_marks(store, tmp_path)
    draft, final = county.publish(store, State.DRAFT), county.publish(store)
    path = tmp_path / "版本.zip"
    export_bundle(store, final.id[:10].upper(), path)
    with store.read() as c:
        link = editions.link_of(c, final.id)
    assert path.read_bytes() == bundle.pack(final, written(link))
    found = verify_bundle(path)
    assert found.head == link.head
    assert (found.edition, found.units, found.rated, found.sets) == (final, 12, 12, 2)
    assert found.marks == len(county.mark_rows()) - 1
    assert verify_bundle(path, f" {final.id.upper()} ").edition.id == final.id
    with pytest.raises(BundleRefused, match=draft.id):
        verify_bundle(path, draft.id)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleRefused):
        verify_bundle(path, final.id)


def test_exports_take_the_place_of_files_and_leave_no_drafts_behind(store, tmp_path):
    """Whole or not at all; a folder that is not there is told."""
    county.with_marks(store, tmp_path)
    edition = county.publish(store)
    out = tmp_path / "out"
    out.mkdir()
    for _ in range(2):
        export_bundle(store, edition.id, out / "e.zip")
        export_workbook(store, edition.id, out / "e.xlsx", Lang.ZH)
        export_ranking(store, edition.id, out / "e.csv", Lang.ZH)
    assert sorted(path.name for path in out.iterdir()) == ["e.csv", "e.xlsx", "e.zip"]
    for path in (tmp_path / "nowhere" / "e.zip", out):
        for export in (
            lambda target: export_bundle(store, edition.id, target),
            lambda target: export_workbook(store, edition.id, target, Lang.ZH),
            lambda target: export_ranking(store, edition.id, target, Lang.ZH),
        ):
            with pytest.raises(FileRefused):
                export(path)
    assert sorted(path.name for path in out.iterdir()) == ["e.csv", "e.xlsx", "e.zip"]


def test_an_edition_is_found_by_the_beginning_of_its_id(store, tmp_path):
    """Six characters at least; what is none, and what is too short, is told so."""
    county.with_marks(store, tmp_path)
    edition = county.publish(store)
    for length in (6, 12, 63, 64):
        assert find_edition(store, edition.id[:length]).id == edition.id
    unlike = "0" * 12 if not edition.id.startswith("0") else "f" * 12
    for wanted, words in (
        (edition.id[:5], "too short"),
        ("", "too short"),
        (unlike, "no edition has the id"),
        (edition.id + "0", "no edition has the id"),
        ("青石县二〇二六年", "no edition has the id"),
        (edition.id[:8] + "%", "no edition has the id"),
    ):
        with pytest.raises(EditionUnknown, match=words):
            find_edition(store, wanted)


def test_two_editions_are_compared_by_the_beginnings_of_their_ids(store, tmp_path):
    """One mark moved: the unit, the figures before and after, the cause, and the groups it stands in."""
    county.with_marks(store, tmp_path)
    draft = county.publish(store, State.DRAFT)
    county.moderate(store, tmp_path / "m.csv", ("A01", "discipline", "组长", "20"))
    final = county.publish(store)
    found = compare_editions(store, draft.id[:6], final.id[:6])
    assert (found.before, found.after) == (draft, final)
    own = next(unit for unit in found.units if unit.unit == "A01")
    assert (own.before.score, own.after.score) == (figures(draft)["A01"][0], figures(final)["A01"][0])
    assert any(
        "discipline" in cause.sentence.en.lower() or "Discipline" in cause.sentence.en for cause in own.causes
    )
    assert {group.group for group in found.groups} >= {"rural", "柳河镇"}
    moved = {code for code in figures(final) if figures(final)[code][:3] != figures(draft)[code][:3]}
    assert {unit.unit for unit in found.units} == moved
    assert compare_editions(store, final.id, final.id).empty
    with pytest.raises(EditionUnknown):
        compare_editions(store, draft.id, "abc")


def test_two_years_are_compared_through_predecessors(store, tmp_path):
    """N1 came from A01 and A02; the rest are the same branches a year later."""
    county.with_marks(store, tmp_path, "2025")
    before = county.publish(store, period="2025")
    county.opened(store, tmp_path, "2026")
    rows = [row for row in county.unit_rows() if row[0] not in ("A01", "A02")]
    merged = ["N1", "合并党支部", "rural", "青石镇", "", "", "A01;A02"]
    county.take_units(store, tmp_path / "2026.csv", [*rows, merged])
    marks = [row for row in county.mark_rows() if row[0] != "A02"]
    county.take_marks(
        store, tmp_path / "m26.csv", [[*(["N1"] if row[0] == "A01" else row[:1]), *row[1:]] for row in marks]
    )
    after = county.publish(store)
    found = {unit.unit: unit for unit in compare_editions(store, before.id, after.id).units}
    assert [own.unit for own in found["N1"].predecessors] == ["A01", "A02"]
    assert [own.unit for own in found["A01"].successors] == ["N1"]
    assert found["A02"].after is None


def test_a_published_period_takes_a_correction_and_nothing_else(store, tmp_path):
    """An upheld objection: moderation, then a final edition with its reason; the phase stays."""
    county.with_marks(store, tmp_path)
    county.publish(store)
    with pytest.raises(PhaseRefused):
        import_units(store, "2026", county.write(tmp_path / "u.xlsx", county.unit_rows()))
    with pytest.raises(FileRefused):
        county.take_marks(
            store, tmp_path / "m.csv", [county.MARK_HEAD, ["A01", "discipline", "county", "王", "1"]]
        )
    correct(store, tmp_path, 1)
    county.publish(store, reason="异议成立")
    assert county.phase(store) == "published"
    assert len(list_editions(store)) == 2
