"""The shipped sets: what the county's rules lay down of them, and that none is changed once it is out."""

from fractions import Fraction
from importlib.resources import files

import pytest

from scoring.criteria import catalogue, linter, loader
from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import CriteriaSet, Gate, Part
from scoring.discrimination import unequal
from scoring.marks import MarkRefused, read_value
from scoring.texts import Text
from scoring.units import DOMAINS, Grouping

BASE = "red-flag-branch@2026.1"
TARGET = "three-star-target@2026.1"
STANDARDS = ("组织队伍强", "制度机制强", "学用结合强", "改革创新强", "服务效能强", "示范带动强")
BY_DOMAIN = tuple(ref for ref in catalogue.refs() if catalogue.find(ref).domains)
BRANCHES = (BASE, *BY_DOMAIN)


def parts(criteria: CriteriaSet) -> dict[str, Part]:
    return {part.id: part for part in criteria.root.all_parts()}


def titles(criteria: CriteriaSet) -> list[tuple[str, Text]]:
    """Every title of the set, with what bears it."""
    bearers: list[Part | Criterion | Gate] = [*parts(criteria).values(), *criteria.criteria, *criteria.gates]
    named = [(bearer.id, bearer.title) for bearer in bearers if bearer is not criteria.root]
    grades = [(grade.id, grade.title) for one in criteria.criteria for grade in one.grades]
    return [
        *named,
        *((one.id, one.title) for one in criteria.adjustments),
        *grades,
        ("title", criteria.title),
    ]


@pytest.mark.parametrize("ref", BRANCHES)
def test_the_six_standards_stand_in_the_countys_order(ref: str) -> None:
    """组织队伍强 first, 示范带动强 last: the order of every notice and every radar."""
    standards = catalogue.find(ref).root.parts[0]
    assert tuple(part.title.zh for part in standards.parts) == STANDARDS


@pytest.mark.parametrize("ref", BRANCHES)
def test_standards_weigh_70_and_democratic_appraisal_30(ref: str) -> None:
    """The published 70/30 shape, whatever the full marks below."""
    root = catalogue.find(ref).root
    assert [(part.title.zh, part.weight) for part in root.parts] == [("六项标准", 70), ("民主评议", 30)]
    assert root.criteria == ()


@pytest.mark.parametrize("ref", BRANCHES)
def test_a_branch_is_marked_by_thirty_criteria_or_more(ref: str) -> None:
    """Fewer would not tell one branch from another; the six standards have some each."""
    criteria = catalogue.find(ref)
    assert len(criteria.criteria) >= 30
    assert all(len(part.criteria) >= 3 for part in criteria.root.parts[0].parts)
    assert {criterion.kind for criterion in criteria.criteria} >= {
        Kind.LEVELS,
        Kind.MEASURED,
        Kind.BALLOT,
        Kind.DERIVED,
    }


@pytest.mark.parametrize("ref", BRANCHES)
def test_a_set_has_the_same_parts_and_full_marks_as_the_base(ref: str) -> None:
    """Differentiated standards exchange criteria; a standard counts the same in a village and in a hospital."""
    base, own = parts(catalogue.find(BASE)), parts(catalogue.find(ref))
    assert list(own) == list(base)
    for part_id, part in own.items():
        expected = base[part_id]
        assert (part.full_marks, part.weight, part.ceiling) == (
            expected.full_marks,
            expected.weight,
            expected.ceiling,
        )
        assert part.title == expected.title


def test_weights_and_full_marks_of_the_six_standards_agree() -> None:
    """Where every criterion applies, a mark is worth the same in each standard."""
    standards = catalogue.find(BASE).root.parts[0]
    assert [(part.weight, part.full_marks) for part in standards.parts] == [
        (20, 2000), (15, 1500), (15, 1500), (15, 1500), (20, 2000), (15, 1500),
    ]  # fmt: skip
    assert catalogue.find(BASE).root.parts[1].full_marks == 3000


@pytest.mark.parametrize("ref", BRANCHES)
def test_stars_quota_and_target_are_the_countys(ref: str) -> None:
    """90/80/70/60; five stars for at most 30 % of a domain; three stars or above for at least 60 %."""
    criteria = catalogue.find(ref)
    assert [(cut.stars, cut.at_least) for cut in criteria.cuts] == [
        (5, 90),
        (4, 80),
        (3, 70),
        (2, 60),
        (1, 0),
    ]
    (quota,) = criteria.quotas
    assert (quota.stars, quota.share, quota.within) == (5, Fraction(30, 100), Grouping.DOMAIN)
    assert criteria.target is not None
    assert (criteria.target.stars, criteria.target.share) == (3, Fraction(60, 100))
    assert (criteria.target.needed(528), criteria.target.needed(533)) == (317, 320)


def test_sets_of_one_period_agree_in_what_they_must_share() -> None:
    """Branches of all domains stand in one ranking, so score, cut points, quotas and target are the same."""
    base = loader.document(catalogue.find(BASE))
    for ref in BY_DOMAIN:
        own = loader.document(catalogue.find(ref))
        for key in ("score", "cut_points", "quotas", "target", "stages", "decided_from", "agreement"):
            assert own.get(key) == base.get(key), f"{ref}: {key}"


def test_every_domain_has_one_set_of_its_own() -> None:
    """农村、机关、社区、两新、国企、学校、公立医院: one each, and none twice."""
    taken = [domain for ref in BY_DOMAIN for domain in catalogue.find(ref).domains]
    assert sorted(taken) == sorted(DOMAINS)
    assert len(BY_DOMAIN) == 7
    assert all(catalogue.find(ref).expanded_from == BASE for ref in BY_DOMAIN)


@pytest.mark.parametrize("ref", BY_DOMAIN)
def test_a_set_of_a_domain_differs_from_the_base(ref: str) -> None:
    """One standard for all (一锅烩) is what these sets are there to end."""
    own = {criterion.id for criterion in catalogue.find(ref).criteria}
    base = {criterion.id for criterion in catalogue.find(BASE).criteria}
    assert own - base
    assert base - own
    assert not catalogue.find(BASE).domains


def test_all_domains_can_reach_the_same_score() -> None:
    """No domain starts with a handicap."""
    assert unequal([catalogue.find(ref) for ref in BRANCHES]) == ()


def test_fifty_thousand_yuan_earn_a_village_full_marks() -> None:
    """The county's goal for collective income is 50,000 yuan a year; a yuan less is less."""
    income = catalogue.find("red-flag-rural@2026.1").criterion("collective_income")
    bands = {band.at_least: band.marks for band in income.bands}
    assert bands[Fraction(50_000)] == income.full_marks == 500
    assert all(marks < income.full_marks for bound, marks in bands.items() if bound < 50_000)
    assert max(bands) == 50_000
    assert income.measured_in == "元"


def test_three_years_without_a_new_member_earn_a_village_nothing() -> None:
    """Three years put a village on the county's list; before that the marks fall, never rise."""
    recruited = catalogue.find("red-flag-rural@2026.1").criterion("years_since_recruit")
    bands = sorted((band.at_least, band.marks) for band in recruited.bands)
    assert bands[-1] == (3, 0)
    assert bands[0] == (0, recruited.full_marks)
    assert [marks for _, marks in bands] == sorted((marks for _, marks in bands), reverse=True)


@pytest.mark.parametrize("ref", BRANCHES)
def test_at_most_a_third_of_the_members_is_excellent(ref: str) -> None:
    """Of 29 members at most 9: the end of 29 of 29."""
    appraisal = catalogue.find(ref).criterion("members_appraisal")
    assert appraisal.best_share_most == Fraction(1, 3)
    assert [grade.title.zh for grade in appraisal.grades] == ["优秀", "合格", "基本合格", "不合格"]
    assert read_value(appraisal, "优秀=9;合格=20") == (9, 20, 0, 0)
    for excellent in (10, 29):
        with pytest.raises(MarkRefused, match="at most 9"):
            read_value(appraisal, f"优秀={excellent};合格={29 - excellent}")


@pytest.mark.parametrize("ref", catalogue.refs())
def test_every_title_stands_in_both_languages(ref: str) -> None:
    """A title that is its id, or the same in both languages, has been forgotten."""
    for bearer, title in titles(catalogue.find(ref)):
        assert title.zh != title.en, bearer
        assert bearer not in (title.zh, title.en)
        assert not title.zh.isascii(), bearer
        assert title.en.isascii(), bearer


@pytest.mark.parametrize("ref", catalogue.refs())
def test_every_criterion_names_its_basis_and_the_evidence_it_asks_for(ref: str) -> None:
    """What rests on no rule and asks for no proof cannot be explained; a derived figure needs no papers."""
    for criterion in catalogue.find(ref).criteria:
        assert criterion.basis, criterion.id
        if criterion.kind is Kind.DERIVED:
            assert criterion.evidence is None or criterion.evidence.least == 0, criterion.id
        else:
            assert criterion.evidence is not None, criterion.id
            assert criterion.evidence.most is not None, criterion.id


@pytest.mark.parametrize("ref", catalogue.refs())
def test_gates_and_adjustments_name_their_basis(ref: str) -> None:
    """What takes stars or marks from a branch must rest on a rule."""
    criteria = catalogue.find(ref)
    assert all(one.basis for one in (*criteria.gates, *criteria.adjustments))


@pytest.mark.parametrize("ref", catalogue.refs())
def test_levels_are_described_in_both_languages_and_reach_from_full_marks_to_nought(ref: str) -> None:
    """Who picks a level reads what it means; the best gives full marks and the least gives none."""
    for criterion in catalogue.find(ref).criteria:
        for level in criterion.levels:
            assert level.when.zh != level.when.en, criterion.id
            assert not level.when.zh.isascii(), criterion.id
        if criterion.levels:
            marks = [level.marks for level in criterion.levels]
            assert marks == sorted(marks, reverse=True), criterion.id
            assert (marks[0], marks[-1]) == (criterion.full_marks, 0), criterion.id


@pytest.mark.parametrize("ref", catalogue.refs())
def test_every_measure_says_in_what_unit_and_can_give_full_marks(ref: str) -> None:
    """A number without its unit invites ten thousand yuan for one."""
    for criterion in catalogue.find(ref).criteria:
        if criterion.kind in (Kind.MEASURED, Kind.DERIVED):
            assert criterion.measured_in, criterion.id
            assert criterion.line or max(band.marks for band in criterion.bands) == criterion.full_marks, (
                criterion.id
            )


@pytest.mark.parametrize("ref", catalogue.refs())
def test_a_shipped_set_has_no_weakness_that_the_linter_knows(ref: str) -> None:
    """What the service warns of in others' sets it does not ship."""
    assert linter.warnings(catalogue.find(ref), ref) == ()


def test_the_three_star_target_is_marked_from_the_services_own_records() -> None:
    """Townships and departments hand in nothing: every criterion is derived."""
    criteria = catalogue.find(TARGET)
    assert [criterion.kind for criterion in criteria.criteria] == [Kind.DERIVED] * 3
    assert [str(criterion.source) for criterion in criteria.criteria] == [
        "three_star_share",
        "three_star_rise",
        "weak_branches_mended",
    ]
    share = criteria.criteria[0].line
    assert share is not None
    assert (share.start, share.end) == (0, 60)
    assert criteria.root.full_marks == 10_000
    assert not criteria.domains


@pytest.mark.parametrize("ref", catalogue.refs())
def test_a_shipped_set_is_frozen(ref: str) -> None:
    """Editing a published set would move last year's stars; a correction is a new version."""
    assert catalogue.digests().get(ref) == loader.digest(catalogue.find(ref))


def test_the_frozen_digests_are_those_of_the_shipped_sets() -> None:
    """No set without its digest, and no digest without its set, which is how a deleted set would show."""
    assert sorted(catalogue.digests()) == sorted((*catalogue.refs(), *catalogue.points_refs()))


def test_a_shipped_file_is_called_what_it_calls_itself() -> None:
    """A ref finds its file by name alone."""
    for path in (files("scoring.criteria") / "sets").iterdir():
        if path.name.endswith(".yaml"):
            assert loader.ref_of(path.read_bytes()) == path.name.removesuffix(".yaml")
