"""Rules of members' points: what is refused, on which line and in which sentence, and what a year of them comes to.

In a broken file each fault stands where it is made, as in `test_loader`: `# ! words` at the end of a line.
"""

import json
import random
import re
from datetime import date
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from textwrap import indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.criteria import catalogue, loader
from scoring.criteria.item import Claimant, ItemKind, Ledger, MemberKind, Verifier
from scoring.criteria.member_stars import annual, attainable, card_of, most_a_year, stars_of, talk_due
from scoring.criteria.model import CriteriaSet
from scoring.criteria.points import Expiry, PointsRules
from scoring.errors import CriteriaInvalid, CriteriaUnknown, Fault
from scoring.numbers import decimal_text
from tests.criteria.test_loader import assert_told, marked

HEAD = 'kind: points\nid: village\nversion: "1"\ntitle: {zh: 村}\n'
BASELINE = "baseline: {points: 60}\n"
ITEM = "items:\n  - {id: only, kind: earning, points: 2}\n"
SETS = files("scoring.criteria") / "sets"
SHIPPED = "member-points@2026.1"
TEXT = (SETS / f"{SHIPPED}.yaml").read_text("utf-8")


def load(text: str) -> PointsRules:
    return loader.load_points(text.encode(), "set.yaml")


def refused(text: str) -> tuple[Fault, ...]:
    with pytest.raises(CriteriaInvalid) as caught:
        load(text)
    return caught.value.faults


def rules(text: str = "", items: str = ITEM, baseline: str = BASELINE) -> PointsRules:
    return load(HEAD + baseline + text + items)


# Broken files


def top(text: str) -> str:
    """Fields of rules that have a baseline and one good item."""
    return HEAD + BASELINE + text + ITEM


def item(text: str) -> str:
    """One item beside a good one."""
    return HEAD + BASELINE + ITEM + "  - " + indent(text, "    ").lstrip()


def whole(text: str) -> str:
    """A whole file."""
    return text


WRITTEN = {
    whole: r"""
== nothing but its kind
kind: points  # ! is missing | is missing | is missing | is missing | is missing
== no items
kind: points
id: a
version: "1"
title: {zh: 村}
baseline: {points: 60}
items: []  # ! holds no item
== a baseline that is a number
kind: points
id: a
version: "1"
title: {zh: 村}
baseline: 60  # ! must be a mapping
items: [{id: a, kind: earning, points: 1}]
== a baseline of nobody
kind: points
id: a
version: "1"
title: {zh: 村}
baseline: {elderly: 60}  # ! is missing
items: [{id: a, kind: earning, points: 1}]
== a baseline below nought, and of an unknown kind of member
kind: points
id: a
version: "1"
title: {zh: 村}
baseline:
  points: -1  # ! cannot be below 0
  young: 5  # ! is not a field here
items: [{id: a, kind: earning, points: 1}]
== an assessment's fields
kind: points
id: a
version: "1"
title: {zh: 村}
baseline: {points: 60}
criteria: []  # ! is not a field here
stages: [self]  # ! is not a field here
items: [{id: a, kind: earning, points: 1}]
== an id that is none
kind: points
id: a b  # ! cannot be an id
version: 2026/1  # ! cannot be an id
title: {zh: 村}
baseline: {points: 60}
items: [{id: a, kind: earning, points: 1}]
== a slip in every section
kind: points
id: a/b  # ! cannot be an id
version: "1"
title: {zh: 村}
colour: red  # ! is not a field here
baseline: {points: -60}  # ! cannot be below 0
annual: {decimals: 3}  # ! must be 0 to 2
items:
  - {id: a, kind: earning, points: 0}  # ! must be above 0
  - {id: b, kind: losing, points: 1, ledgers: [spendable]}  # ! takes honour points only
  - {id: b, kind: earning, points: 1}  # ! “b” is used twice
cut_points: [{stars: 2, at_least: 60}, {stars: 1, at_least: 70}]  # ! nobody can have 1
talk_below: 65  # ! above the 60 of the lowest stars
cards:
  figure: annual_honour
  levels: []  # ! needs at least one card
expiry: {months: 0, notice_days: 0}  # ! must be above 0 | must be above 0
changes: [改]  # ! must be a mapping
== a set that extends
kind: points
id: a
version: "1"
title: {zh: 村}
extends: member-points@2026.1  # ! know no extends
override: {a: null}  # ! know no override
add: {root: {}}  # ! know no add
baseline: {points: 60}
items: [{id: a, kind: earning, points: 0}]  # ! must be above 0
""",
    top: r"""
== an unknown rule of the year
annual: {rule: sum}  # ! is not one of: mean_of_quarters
== three decimals
annual: {decimals: 3}  # ! must be 0 to 2
== rounding down
annual: {rounding: down}  # ! is not one of: half_up
== the same stars twice
cut_points: [{stars: 2, at_least: 60}, {stars: 2, at_least: 70}]  # ! “2” stands there twice
== the same points for two stars
cut_points: [{stars: 2, at_least: 60}, {stars: 1, at_least: 60.00}]  # ! “60” stands there twice
== stars that nobody can have
cut_points: [{stars: 3, at_least: 70}, {stars: 2, at_least: 80}]  # ! nobody can have 2
== no stars, and a band below nought
cut_points:
  - {stars: 0, at_least: 1}  # ! must be above 0
  - {stars: 1, at_least: -1}  # ! cannot be below 0
== a hundred stars
cut_points:
  - {stars: 100, at_least: 1}  # ! cannot be above 99
== a band of three decimals
cut_points:
  - {stars: 1, at_least: 60.005}  # ! at most two decimals
== a talk with members who have stars
cut_points: [{stars: 1, at_least: 60}]
talk_below: 60.01  # ! above the 60 of the lowest stars
== a talk below nought
talk_below: 0  # ! must be above 0
== cards of an unknown figure
cards:
  figure: balance  # ! is not one of: annual_honour
  levels: [{id: silver, at_least: 1, opens: [{zh: 九折}]}]
== no cards
cards:
  figure: annual_honour
  levels: []  # ! needs at least one card
== cards from the highest down
cards:
  figure: annual_honour
  levels:  # ! “silver” from 20 is not above “gold” from 40
    - {id: gold, at_least: 40, opens: [{zh: 九折}]}
    - {id: silver, at_least: 20, opens: [{zh: 九五折}]}
== two cards at one threshold
cards:
  figure: annual_honour
  levels:  # ! “gold” from 20 is not above “silver” from 20
    - {id: silver, at_least: 20, opens: [{zh: 九五折}]}
    - {id: gold, at_least: 20, opens: [{zh: 九折}]}
== a card that opens nothing, and one for nothing
cards:
  figure: annual_honour
  levels:
    - {id: silver, at_least: 20, opens: []}  # ! needs at least one thing it opens
    - {id: gold, at_least: 0, opens: [{zh: 九折}]}  # ! must be above 0
== a card without a threshold
cards:
  figure: annual_honour
  levels:
    - {id: silver, opens: [{zh: 九折}]}  # ! is missing
== two cards of one id
cards:
  figure: annual_honour
  levels:
    - {id: silver, at_least: 20, opens: [{zh: 九折}]}
    - {id: silver, at_least: 30, opens: [{zh: 九折}]}  # ! “silver” is used twice
== no months to spend in
expiry: {months: 0, notice_days: 30}  # ! must be above 0
== no notice
expiry: {months: 6, notice_days: 0}  # ! must be above 0
== a notice before there is anything to expire
expiry: {months: 1, notice_days: 29}  # ! longer than the 1 month there
== more than ten years
expiry: {months: 121, notice_days: 60}  # ! cannot be above 120
== an expiry that is not announced
expiry: {months: 12}  # ! is missing
""",
    item: r"""
== neither kind nor points
id: a  # ! is missing | needs either
== an unknown kind
id: a
kind: bonus  # ! is not one of: earning, losing
points: 1
== points and a range
id: a
kind: earning
points: 1  # ! not both
range: {from: 1, to: 2}
== points of nought
id: a
kind: earning
points: 0  # ! must be above 0
== points below nought, as a deduction would be written
id: a
kind: losing
points: -2  # ! must be above 0
== full-width points
id: a
kind: earning
points: ２  # ! full-width
== a range that is reversed
id: a
kind: earning
range: {from: 3, to: 1}  # ! must be above “from”, which is 3
== a range that is a point
id: a
kind: earning
range: {from: 3, to: 3}  # ! must be above “from”, which is 3
== a range from nought
id: a
kind: earning
range: {from: 0, to: 3}  # ! must be above 0
== a range its step does not reach
id: a
kind: earning
range: {from: 1, to: 3, step: 0.75}  # ! no multiple of the step 0.75
== steps of nought
id: a
kind: earning
range: {from: 1, to: 3, step: 0}  # ! must be above 0
== a range without an end
id: a
kind: earning
range:
  from: 1  # ! is missing
== an unknown ledger
id: a
kind: earning
points: 1
ledgers: [honour, cash]  # ! is not one of: honour, spendable
== a ledger twice
id: a
kind: earning
points: 1
ledgers: [honour, honour]  # ! stands there twice
== no ledger
id: a
kind: earning
points: 1
ledgers: []  # ! needs at least one entry
== a loss of what was earned to spend
id: a
kind: losing
points: 1
ledgers: [honour, spendable]  # ! takes honour points only
== an unknown kind of member
id: a
kind: earning
points: 1
members: [retired]  # ! is not one of: serving, resident, mobile, elderly
== no member
id: a
kind: earning
points: 1
members: []  # ! needs at least one entry
== a claimant there is not, and a verifier there is not
id: a
kind: earning
points: 1
claims: [merchant]  # ! is not one of: member, secretary
verifies: [member]  # ! is not one of: secretary, superior, community
== nobody claims
id: a
kind: earning
points: 1
claims: []  # ! needs at least one entry
== a verifier twice
id: a
kind: earning
points: 1
verifies: [superior, superior]  # ! stands there twice
== a community that could count again
id: a
kind: earning
points: 1
verifies: [community]  # ! counts once an event
== a community that could count twice
id: a
kind: earning
points: 1
caps: {event_times: 2}
verifies: [secretary, community]  # ! counts once an event
== a cap below one time
id: a
kind: earning
points: 3
caps: {day: 2}  # ! the cap of 2 a day is below the 3 of one time
== two caps below the least of a range
id: a
kind: earning
range: {from: 3, to: 5}
caps: {day: 2, month: 2.5}  # ! cap of 2 a day is below | cap of 2.5 a month is below
== a day above a month
id: a
kind: earning
points: 1
caps:
  day: 8  # ! the cap of 8 a day is above that of 6 a month
  month: 6
== a month above a year, nothing between
id: a
kind: earning
points: 1
caps:
  month: 8  # ! the cap of 8 a month is above that of 6 a year
  year: 6
== an event above a year
id: a
kind: earning
points: 1
caps:
  event: 8  # ! the cap of 8 an event is above that of 6 a year
  year: 6
== caps of nought
id: a
kind: earning
points: 1
caps:
  event: 0  # ! must be above 0
  event_times: 0  # ! must be above 0
  quarter: -1  # ! must be above 0
== a week
id: a
kind: earning
points: 1
caps: {week: 5}  # ! is not a field here
== an id twice
id: only  # ! “only” is used twice
kind: earning
points: 1
== less evidence at most than at least
id: a
kind: earning
points: 1
evidence: {least: 2, most: 1}  # ! not below “least”
== four faults of one item
id: a
kind: losing
points: 1
ledgers: [spendable]  # ! takes honour points only
members: [mobile, mobile]  # ! stands there twice
caps: {day: 0.5}  # ! is below the 1 of one time
claims: []  # ! needs at least one entry
== nothing is told of what rests on an unread field
id: a
kind: minus  # ! is not one of
points: one  # ! a plain number
ledgers: [spendable]
caps: {day: 0.01}
""",
}
BROKEN = {
    name: (wrap, fragment)
    for wrap, table in WRITTEN.items()
    for name, fragment in re.findall(r"^== (.*)\n((?:(?!== ).*\n)+)", table, re.MULTILINE)
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_every_fault_on_its_line(name: str) -> None:
    """A clerk mends a file in one go: each fault has its own line, none is held back and none invented."""
    wrap, fragment = BROKEN[name]
    text = wrap(fragment)
    expected = marked(text)
    assert expected
    assert_told(refused(text), expected)


def test_the_table_is_long_enough() -> None:
    """At least fifty files that must not pass."""
    assert len(BROKEN) >= 50


def test_what_the_broken_files_are_made_of_is_sound() -> None:
    """Negative control: without the broken part each frame loads."""
    for wrap, sound in ((top, "talk_below: 60\n"), (item, "id: a\nkind: earning\npoints: 1\n")):
        assert load(wrap(sound)).items


MUTATIONS = [
    ("kind: points\n", "kind: point\n", "kind: point", "holds no rules of members' points"),
    ("{points: 60, elderly: 72}", "{elderly: 72}", "baseline:", "is missing"),
    ("{points: 60, elderly: 72}", "{points: 60, eldery: 72}", "baseline:", "is not a field here"),
    ("rule: mean_of_quarters", "rule: mean", "annual:", "is not one of: mean_of_quarters"),
    ("id: group_meeting", "id: general_meeting", "id: general_meeting", "“general_meeting” is used twice"),
    ("range: {from: 1, to: 4,", "range: {from: 4, to: 1,", "range:", "must be above “from”, which is 4"),
    ("{event: 4, event_times: 1,", "{event: 4, event_times: 2,", "verifies:", "counts once an event"),
    ("month: 8, quarter: 12", "month: 13, quarter: 12", "caps:", "is above that of 12 a quarter"),
    ("points: 40", "points: 41", "caps:", "the cap of 40 a year is below the 41 of one time"),
    ("members: [mobile]", "members: [moblie]", "members:", "“moblie” is not one of"),
    ("ledgers: [honour, spendable]", "ledgers: [honor, spendable]", "ledgers:", "“honor” is not one of"),
    ("verifies: [superior]", "verifies: [county]", "verifies:", "“county” is not one of"),
    ("at_least: 90}", "at_least: 97}", "cut_points:", "nobody can have 4"),
    ("at_least: 90}", "at_least: 96}", "cut_points:", "“96” stands there twice"),
    ("at_least: 90}", "at_least: 9O}", "stars: 4", "“9O” must be a plain number"),
    ("talk_below: 60", "talk_below: 61", "talk_below:", "above the 60 of the lowest stars"),
    ("figure: spendable_earned", "figure: spendable", "figure:", "is not one of"),
    ("at_least: 20\n", "at_least: 50\n", "levels:", "must be listed lowest first"),
    ("notice_days: 30", "notice_days: 400", "expiry:", "longer than the 12 months"),
    ("{zh: 银卡, en: Silver card}", "{en: Silver card}", "title:", "is missing"),
]


@pytest.mark.parametrize(("before", "after", "where", "words"), MUTATIONS)
def test_one_slip_in_the_shipped_file_is_told_where_it_was_made(
    before: str, after: str, where: str, words: str
) -> None:
    """One slip in six hundred lines: one fault, on the field it is about, in a sentence that says what to do."""
    assert before in TEXT
    (fault,) = refused(TEXT.replace(before, after, 1))
    broken = TEXT.replace(before, after, 1).splitlines()
    changed = TEXT.count("\n", 0, TEXT.index(before))
    nearest = min(
        (line for line, text in enumerate(broken) if where in text), key=lambda line: abs(line - changed)
    )
    assert fault.place.line == nearest + 1
    assert words in fault.sentence.en
    assert fault.sentence.zh != fault.sentence.en


@pytest.mark.parametrize("batch", range(5))
def test_a_file_damaged_at_random_is_refused_or_loads(batch: int) -> None:
    """Damaged copies of the shipped rules: nothing but CriteriaInvalid comes out, each fault with its file."""
    dice = random.Random(batch)
    lines = TEXT.splitlines()
    refusals = 0
    for _ in range(30):
        own = list(lines)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(own))
            own[at : at + 1] = dice.choice(
                ([], [own[at]] * 2, ["  " + own[at]], [own[at].lstrip()], [own[at][: len(own[at]) // 2]])
            )
        try:
            load("\n".join(own) + "\n")
        except CriteriaInvalid as invalid:
            refusals += 1
            assert all(fault.place.file == "set.yaml" for fault in invalid.faults)
            assert all(fault.sentence.zh and fault.sentence.en for fault in invalid.faults)
    assert refusals


# Which sort of file is which


def test_rules_of_points_are_no_set_and_a_set_is_no_rules(tmp_path: Path) -> None:
    """Who gives one for the other is told so at once, at the line that says what the file is."""
    (tmp_path / "points.yaml").write_text(TEXT, "utf-8")
    (tmp_path / "set.yaml").write_text('id: a\nversion: "1"\ntitle: {zh: 村}\n', "utf-8")
    with pytest.raises(CriteriaInvalid, match="which branches are not marked by") as caught:
        catalogue.read(tmp_path / "points.yaml")
    (fault,) = caught.value.faults
    assert fault.place.line == TEXT.splitlines().index("kind: points") + 1
    assert "不能用来给支部评分" in fault.sentence.zh
    with pytest.raises(CriteriaInvalid, match="holds no rules of members' points") as caught:
        catalogue.read_points(tmp_path / "set.yaml")
    assert caught.value.faults[0].place.line == 1
    assert isinstance(catalogue.read_either(tmp_path / "points.yaml"), PointsRules)
    assert isinstance(catalogue.read_points(tmp_path / "points.yaml"), PointsRules)


def test_no_set_extends_rules_of_points(tmp_path: Path) -> None:
    """The child's own line is the one to mend."""
    (tmp_path / "child.yaml").write_text(f'id: a\nversion: "1"\nextends: {SHIPPED}\n', "utf-8")
    with pytest.raises(CriteriaInvalid, match="which no criteria set can extend") as caught:
        catalogue.read(tmp_path / "child.yaml")
    (fault,) = caught.value.faults
    assert (fault.place.file, fault.place.line) == ("child.yaml", 3)


def test_the_catalogue_keeps_sets_and_rules_apart() -> None:
    """Lists of what branches can be marked by hold no rules of points, and the other way round."""
    assert SHIPPED in catalogue.points_refs()
    assert not set(catalogue.refs()) & set(catalogue.points_refs())
    assert all(isinstance(catalogue.find_either(ref), PointsRules) for ref in catalogue.points_refs())
    assert all(isinstance(catalogue.find_either(ref), CriteriaSet) for ref in catalogue.refs())
    with pytest.raises(CriteriaUnknown, match="which branches are not marked by"):
        catalogue.find(SHIPPED)
    for ref in ("red-flag-rural@2026.1", "member-points@1999"):
        with pytest.raises(CriteriaUnknown, match=f"there are: {SHIPPED}"):
            catalogue.find_points(ref)


# What comes with the service


@pytest.mark.parametrize("ref", catalogue.points_refs())
def test_shipped_rules_are_frozen_and_read_back(ref: str) -> None:
    """Editing published rules would move last year's points; a correction is a new version."""
    own = catalogue.find_points(ref)
    assert catalogue.digests()[ref] == loader.digest(own)
    again = loader.load_points(json.dumps(loader.document(own)).encode(), "again")
    assert loader.written(again) == loader.written(own)
    assert own.ref == ref


def test_a_clerk_finds_what_earns_and_what_loses() -> None:
    """Enough items to tell members apart, and some for each kind of member alone."""
    own = catalogue.find_points(SHIPPED)
    assert len(own.earning) >= 25
    assert len(own.losing) >= 12
    for kind in MemberKind:
        mine = [one for one in own.earning if one.members == (kind,)]
        assert len(mine) >= 2, kind
    assert own.baseline.of(MemberKind.ELDERLY) != own.baseline.of(MemberKind.SERVING)
    words = " ".join(one.title.zh for one in own.items)
    asked = "主题党日 集中学习 志愿服务 双报到 承诺 先锋岗 献血 表彰 按季汇报 党费逾期 无故缺席 违章搭建 信访"
    for word in asked.split():
        assert word in words


@pytest.mark.parametrize(
    ("readme", "words"),
    [("README.md", "{} items that earn and {} that lose"), ("README.zh-CN.md", "{}项加分、{}项扣分")],
)
def test_the_readmes_count_the_items(readme: str, words: str) -> None:
    """What comes with the service is told as it is."""
    own = catalogue.find_points(SHIPPED)
    told = (Path(__file__).parents[2] / readme).read_text("utf-8")
    assert words.format(len(own.earning), len(own.losing)) in told


def test_every_shipped_item_is_named_in_both_languages_and_says_where_its_numbers_come_from() -> None:
    """What no source prescribes is called an example; whoever verifies is not the one who claims."""
    own = catalogue.find_points(SHIPPED)
    for one in own.items:
        assert not one.title.zh.isascii()
        assert one.title.en.isascii()
        assert one.basis, one.id
        assert one.evidence is not None, one.id
        assert one.evidence.most is not None, one.id
        assert one.note is not None, one.id
        assert "示例" in one.note.zh or "取自公开做法" in one.note.zh, one.id
        assert "example" in one.note.en or "published practice" in one.note.en, one.id
        assert most_a_year(one) is not None, one.id
        if one.kind is ItemKind.LOSING:
            assert (one.claims, one.verifies) == ((Claimant.SECRETARY,), (Verifier.SUPERIOR,)), one.id


def test_the_countys_bands_and_the_line_for_a_talk() -> None:
    """96/90/80/70/60, and below 60 a talk."""
    own = catalogue.find_points(SHIPPED)
    assert [(band.stars, band.at_least) for band in own.bands] == [
        (5, 9600),
        (4, 9000),
        (3, 8000),
        (2, 7000),
        (1, 6000),
    ]
    assert own.talk_below == 6000
    assert own.baseline.of(MemberKind.MOBILE) == 6000


# Documents and digests


def test_defaults_written_out_and_other_order_of_keys_leave_the_digest_as_it_is() -> None:
    """A later default cannot move a digest, and who writes the default changes nothing."""
    bare = rules()
    full = load(
        "items:\n"
        "  - {ledgers: [honour], points: 2.00, kind: earning, id: only, members: [serving, resident, mobile, elderly],"
        " claims: [member, secretary], verifies: [secretary, superior], title: {zh: only}}\n"
        "annual: {rounding: half_up, decimals: 2, rule: mean_of_quarters}\n" + BASELINE + HEAD
    )
    assert loader.digest(full) == loader.digest(bare)


MOVED = [
    HEAD.replace("village", "town") + BASELINE + ITEM,
    HEAD.replace('"1"', '"2"') + BASELINE + ITEM,
    HEAD.replace("村", "镇") + BASELINE + ITEM,
    *(
        HEAD + BASELINE + text + ITEM
        for text in (
            "basis: 条例\n",
            "note: {zh: 注}\n",
            "changes: [{zh: 改}]\n",
            "annual: {decimals: 1}\n",
            "annual: {rounding: up}\n",
            "talk_below: 60\n",
            "talk_below: 59\n",
            "cut_points: [{stars: 1, at_least: 60}]\n",
            "cut_points: [{stars: 1, at_least: 61}]\n",
            "expiry: {months: 12, notice_days: 30}\n",
            "expiry: {months: 12, notice_days: 31}\n",
            "expiry: {months: 13, notice_days: 30}\n",
            "cards: {figure: annual_honour, levels: [{id: s, at_least: 1, opens: [{zh: 折}]}]}\n",
            "cards: {figure: spendable_earned, levels: [{id: s, at_least: 1, opens: [{zh: 折}]}]}\n",
            "cards: {figure: annual_honour, levels: [{id: s, at_least: 2, opens: [{zh: 折}]}]}\n",
            "cards: {figure: annual_honour, levels: [{id: s, at_least: 1, opens: [{zh: 惠}]}]}\n",
        )
    ),
    *(
        HEAD + f"baseline: {{points: {points}}}\n" + ITEM
        for points in ("61", "60, serving: 60", "60, resident: 61", "60, mobile: 62", "60, elderly: 63")
    ),
    *(
        HEAD + BASELINE + f"items:\n  - {{id: only, {text}}}\n"
        for text in (
            "kind: losing, points: 2",
            "kind: earning, points: 2.01",
            "kind: earning, range: {from: 1, to: 3}",
            "kind: earning, range: {from: 1, to: 3, step: 2}",
            "kind: earning, points: 2, title: {zh: 学习}",
            "kind: earning, points: 2, ledgers: [spendable]",
            "kind: earning, points: 2, members: [mobile]",
            "kind: earning, points: 2, claims: [member]",
            "kind: earning, points: 2, verifies: []",
            "kind: earning, points: 2, evidence: {least: 1}",
            "kind: earning, points: 2, basis: 条例",
            "kind: earning, points: 2, note: {zh: 注}",
            *(
                f"kind: earning, points: 2, caps: {{{window}: 4}}"
                for window in ("event", "event_times", "day")
            ),
            *(f"kind: earning, points: 2, caps: {{{window}: 4}}" for window in ("month", "quarter", "year")),
        )
    ),
]


def test_a_field_left_empty_is_as_if_it_were_not_there() -> None:
    """Also where it is one that rules of points do not know how to use."""
    assert loader.digest(rules("extends:\noverride: null\nbasis:\ntalk_below:\n")) == loader.digest(rules())


def test_the_digest_moves_with_every_field_and_each_reads_back() -> None:
    """Rules are frozen by their digest: no field may move without it, and no two share one."""
    found = [load(text) for text in (HEAD + BASELINE + ITEM, *MOVED)]
    assert len({loader.digest(own) for own in found}) == len(found)
    for own in found:
        again = loader.load_points(json.dumps(loader.document(own)).encode(), "again")
        assert loader.digest(again) == loader.digest(own)


# A year's figure, stars, cards


@pytest.mark.parametrize(
    ("quarters", "decimals", "rounding", "figure"),
    [
        ((8200, 9050, 7800, 9500), 2, "half_up", 8638),
        ((8200, 9050, 7800, 9500), 1, "half_up", 8640),
        ((8200, 9050, 7800, 9500), 0, "half_up", 8600),
        ((6000, 6000, 6000, 6002), 2, "half_up", 6001),
        ((6000, 6000, 6000, 6002), 2, "half_even", 6000),
        ((6000, 6000, 6000, 6001), 2, "up", 6001),
        ((6000, 6000, 6000, 6001), 2, "half_up", 6000),
        ((6000,), 2, "half_up", 6000),
        ((6000, 7000), 2, "half_up", 6500),
        ((-100, -101), 2, "half_up", -100),
        ((0, 0, 0, 0), 2, "half_up", 0),
        ((), 2, "half_up", None),
    ],
)
def test_a_year_is_the_mean_of_its_quarters_rounded_once(
    quarters: tuple[int, ...], decimals: int, rounding: str, figure: int | None
) -> None:
    """Who was a member for part of the year has the mean of that part."""
    own = rules(f"annual: {{decimals: {decimals}, rounding: {rounding}}}\n")
    assert annual(own, quarters) == figure


@pytest.mark.parametrize("guide", ["criteria.md", "criteria.zh-CN.md"])
def test_the_year_the_guide_works_out_by_hand_is_the_year(guide: str) -> None:
    """82, 90.5, 78 and 95 make 86.4 with one decimal."""
    text = (Path(__file__).parents[2] / "docs" / guide).read_text("utf-8")
    figure = annual(rules("annual: {decimals: 1}\n"), (8200, 9050, 7800, 9500))
    assert figure is not None
    assert "86.375" in text
    assert f"**{decimal_text(figure // 10, 1)}**" in text


@settings(deadline=None)
@given(st.lists(st.integers(-20_000, 50_000), min_size=1, max_size=4), st.randoms())
def test_the_order_of_quarters_is_of_no_account_and_the_year_lies_among_them(
    quarters: list[int], dice: random.Random
) -> None:
    """The mean is within half a hundredth of the exact one, between the worst and the best quarter."""
    own = rules()
    figure = annual(own, quarters)
    assert figure is not None
    assert abs(figure - Fraction(sum(quarters), len(quarters))) <= Fraction(1, 2)
    assert min(quarters) <= figure <= max(quarters)
    shuffled = list(quarters)
    dice.shuffle(shuffled)
    assert annual(own, shuffled) == figure


@pytest.mark.parametrize(
    ("figure", "stars", "talk"),
    [
        (20_000, 5, False),
        (9600, 5, False),
        (9599, 4, False),
        (9000, 4, False),
        (8999, 3, False),
        (7999, 2, False),
        (6999, 1, False),
        (6000, 1, False),
        (5999, 0, True),
        (0, 0, True),
        (-500, 0, True),
    ],
)
def test_bands_are_half_open_and_a_talk_is_due_below_the_lowest(figure: int, stars: int, talk: bool) -> None:
    """95.99 has four stars, 96.00 has five; 59.99 has none, and somebody asks how the member is."""
    own = catalogue.find_points(SHIPPED)
    assert stars_of(own, figure) == stars
    assert talk_due(own, figure) is talk


def test_without_bands_there_are_no_stars_and_without_a_line_no_talks() -> None:
    """None is not nought."""
    assert stars_of(rules(), 0) is None
    assert not talk_due(rules(), -1)
    assert card_of(rules(), 100_000) is None


@pytest.mark.parametrize(
    ("figure", "card"), [(0, None), (1999, None), (2000, "silver"), (3999, "silver"), (4000, "gold")]
)
def test_the_highest_card_that_is_earned_is_held(figure: int, card: str | None) -> None:
    """At the threshold it is held, a hundredth below it is not."""
    found = card_of(catalogue.find_points(SHIPPED), figure)
    assert (None if found is None else found.id) == card


@settings(deadline=None)
@given(st.integers(-1000, 12_000), st.integers(0, 3000))
def test_more_points_never_mean_fewer_stars_or_a_lower_card(figure: int, more: int) -> None:
    """Bands and cards rise with the figure."""
    own = catalogue.find_points(SHIPPED)
    assert (stars_of(own, figure) or 0) <= (stars_of(own, figure + more) or 0)
    lower, higher = card_of(own, figure), card_of(own, figure + more)
    assert lower is None or (higher is not None and lower.at_least <= higher.at_least)


@pytest.mark.parametrize(
    ("months", "days", "last", "announced"),
    [
        (12, 30, date(2027, 12, 31), date(2027, 12, 1)),
        (2, 14, date(2027, 2, 28), date(2027, 2, 14)),
        (14, 28, date(2028, 2, 29), date(2028, 2, 1)),
        (1, 28, date(2027, 1, 31), date(2027, 1, 3)),
        (24, 60, date(2028, 12, 31), date(2028, 11, 1)),
    ],
)
def test_points_to_spend_end_months_after_their_year(
    months: int, days: int, last: date, announced: date
) -> None:
    """Points of 2026 with 14 months can be spent up to the last of February 2028, a leap year."""
    expiry = Expiry(months=months, notice_days=days)
    assert expiry.last_day(2026) == last
    assert expiry.announced_on(2026) == announced


# What can be reached


@pytest.mark.parametrize(
    ("caps", "most"),
    [
        ("{}", None),
        ("{event: 4, event_times: 1}", None),
        ("{year: 30}", 3000),
        ("{quarter: 5}", 2000),
        ("{month: 2}", 2400),
        ("{day: 2}", 73_200),
        ("{day: 2, month: 4, quarter: 10, year: 50}", 4000),
        ("{month: 4, year: 30}", 3000),
    ],
)
def test_the_most_of_a_year_is_the_tightest_of_its_caps(caps: str, most: int | None) -> None:
    """Any number of events may come in a year, so caps of an event bound none."""
    own = rules(items=f"items: [{{id: a, kind: earning, points: 2, caps: {caps}}}]\n")
    assert most_a_year(own.item("a")) == most


def test_what_a_kind_of_member_can_reach() -> None:
    """Baseline and a quarter of the year's honour points; spendable ones add up; losses are not counted."""
    own = load(
        HEAD
        + "baseline: {points: 60, elderly: 70}\n"
        + "items:\n"
        + "  - {id: a, kind: earning, points: 1, caps: {year: 10}}\n"
        + "  - {id: b, kind: earning, points: 1, caps: {year: 7}, ledgers: [spendable], members: [elderly]}\n"
        + "  - {id: c, kind: losing, points: 1}\n"
        + "  - {id: d, kind: earning, points: 1, members: [mobile]}\n"
    )
    assert attainable(own, MemberKind.SERVING, Ledger.HONOUR) == 6250
    assert attainable(own, MemberKind.ELDERLY, Ledger.HONOUR) == 7250
    assert attainable(own, MemberKind.ELDERLY, Ledger.SPENDABLE) == 700
    assert attainable(own, MemberKind.SERVING, Ledger.SPENDABLE) == 0
    assert attainable(own, MemberKind.MOBILE, Ledger.HONOUR) is None
