"""What a criterion asks for, what serves, and what is pointed out: carefully, and only where there is something to see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from scoring.criteria import catalogue
from scoring.criteria.criterion import Criterion, EvidenceAsked, EvidenceKind
from scoring.criteria.criterion import Kind as CriterionKind
from scoring.evidence import Burden, Evidence, room_in, short_of, why_not
from scoring.pointers import Pointing, pointers, year_of
from scoring.texts import Text
from scoring.uploads.kinds import Kind
from scoring.working_days import COUNTY_TIME

TITLE = Text("党费收缴", "Dues")
NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)


def evidence(number: int, file: str = "", **more: object) -> Evidence:
    usual = {
        "number": number,
        "period": "2026",
        "unit": "A01",
        "criterion": "dues",
        "file": file or f"{number:064}",
        "kind": Kind.JPEG,
        "size": 1000,
        "taken_at": None,
        "title": f"{number}.jpg",
        "by": "p",
        "made_at": NOON,
    }
    return Evidence(**usual | more)


def criterion(own: str, least: int = 0, most: int | None = None, *kinds: EvidenceKind) -> Criterion:
    asked = EvidenceAsked(least=least, most=most, kinds=kinds)
    return Criterion(id=own, kind=CriterionKind.JUDGED, full_marks=500, title=TITLE, evidence=asked)


def kinds_told(found: tuple) -> list[Pointing]:
    return [own.pointing for own in found]


@pytest.mark.parametrize(
    ("asked", "kind", "there", "word"),
    [
        (EvidenceAsked(least=1, most=2), Kind.PDF, 1, None),
        (EvidenceAsked(least=1, most=2), Kind.PDF, 2, "最多 2 份"),
        (EvidenceAsked(), Kind.PPT, 8, None),
        (EvidenceAsked(), Kind.PPT, 9, "最多 9 份"),
        (EvidenceAsked(least=12), Kind.PPT, 11, None),
        (EvidenceAsked(kinds=(EvidenceKind.IMAGE,)), Kind.PDF, 0, "照片"),
        (EvidenceAsked(kinds=(EvidenceKind.IMAGE, EvidenceKind.RECORD)), Kind.WEBP, 0, None),
        (EvidenceAsked(kinds=(EvidenceKind.SPREADSHEET,)), Kind.XLS, 0, None),
        (EvidenceAsked(kinds=(EvidenceKind.RECORD,)), Kind.PDF, 0, "系统记录"),
    ],
)
def test_which_file_serves(asked: EvidenceAsked, kind: Kind, there: int, word: str | None):
    found = why_not(asked, TITLE, kind, there)
    assert (found is None) == (word is None)
    if word is not None and found is not None:
        assert word in found.zh
        assert TITLE.en in found.en


def test_nothing_is_short_where_nothing_must_be_handed_in():
    own = [
        criterion("a", 1),
        criterion("b", 0, 2),
        criterion("c", 1, 1, EvidenceKind.RECORD),
        Criterion(id="d", kind=CriterionKind.JUDGED, full_marks=500, title=TITLE),
        criterion("e", 2, 3),
    ]
    assert [one.id for one in short_of(own, {"e": 1})] == ["a", "e"]
    assert short_of(own, {"a": 1, "e": 2}) == ()


def test_the_burden_of_every_shipped_set_is_a_few_dozen_files():
    for ref in catalogue.refs():
        burden = Burden.of(catalogue.find(ref).criteria)
        assert 0 <= burden.criteria <= burden.least <= burden.most <= 90, ref
    assert Burden.of(
        [criterion("a", 2), criterion("b", 0, 3), criterion("c", 1, 1, EvidenceKind.RECORD)]
    ) == Burden(criteria=1, least=2, most=5)
    assert room_in(EvidenceAsked(kinds=(EvidenceKind.RECORD,))) == 0


def test_a_file_of_two_branches_is_pointed_out_with_which_and_when():
    mine = [evidence(1, "f" * 64), evidence(2, "f" * 64, criterion="meetings"), evidence(3)]
    theirs = [
        evidence(9, "f" * 64, unit="A02", period="2025", made_at=NOON - timedelta(days=300)),
        evidence(8, "f" * 64, unit="A02"),
        evidence(7, "f" * 64, unit="A02", criterion="x"),
    ]
    (told,) = pointers(mine, theirs, {"A02": "柳树村党支部"}, None)
    assert told.evidence == (1, 2)
    assert told.sentence.zh.count("柳树村党支部") == 2, "once a year"
    assert "2025" in told.sentence.zh
    assert "2026-11-10" in told.sentence.en
    assert "请核对" in told.sentence.zh


def test_the_own_file_used_again_is_nothing_to_point_out():
    mine = [evidence(1, "f" * 64), evidence(2, "f" * 64)]
    assert pointers(mine, [evidence(5, "f" * 64)], {}, None) == ()
    assert pointers(mine, [evidence(5, "e" * 64, unit="A02")], {}, None) == ()


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        (None, False),
        (datetime(2026, 1, 1, tzinfo=COUNTY_TIME), False),
        (datetime(2025, 12, 31, 23, 59, tzinfo=COUNTY_TIME), True),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), False),
        (NOON + timedelta(hours=12), False),
        (NOON + timedelta(days=2), True),
        (datetime(2008, 1, 1, tzinfo=COUNTY_TIME), True),
    ],
)
def test_a_photograph_of_another_year_or_of_the_future_is_pointed_out(taken: datetime | None, told: bool):
    found = pointers([evidence(1, taken_at=taken)], [], {}, None)
    assert kinds_told(found) == [Pointing.OTHER_YEAR] * told


def test_a_period_that_names_no_year_says_nothing_of_dates():
    old = datetime(2008, 1, 1, tzinfo=COUNTY_TIME)
    assert pointers([evidence(1, period="试点", taken_at=old)], [], {}, None) == ()
    assert year_of("2026上半年") == 2026


def test_files_that_came_on_the_last_days_are_pointed_out_with_their_share():
    last = date(2026, 11, 11)
    early = NOON - timedelta(days=30)
    some = [evidence(number, made_at=early if number < 2 else NOON) for number in range(6)]
    assert pointers(some, [], {}, last) == (), "two thirds are not most"
    most = [evidence(number, made_at=early if number < 1 else NOON) for number in range(6)]
    (told,) = pointers(most, [], {}, last)
    assert told.pointing is Pointing.LAST_DAYS
    assert told.evidence == (1, 2, 3, 4, 5)
    assert "6 份材料中有 5 份（83%）" in told.sentence.zh
    assert "可能" in told.sentence.zh
    assert pointers(most, [], {}, None) == ()
    assert pointers(most, [], {}, date(2026, 11, 12)) == (), "the last days are two"
    assert pointers(most[:4], [], {}, last) == (), "few files"


def test_one_file_for_many_criteria_is_one_file_on_the_last_days():
    early = NOON - timedelta(days=30)
    own = [evidence(number, "f" * 64, criterion=f"c{number}") for number in range(9)]
    own += [evidence(10 + number, made_at=early) for number in range(5)]
    assert pointers(own, [], {}, date(2026, 11, 10)) == ()
