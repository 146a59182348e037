"""The demo county shows, when it is scored, everything the product is there to show."""

import csv
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import mean

import pytest

from scoring.agreement import Outcome
from scoring.assessment import assemble
from scoring.criteria.criterion import Kind
from scoring.criteria.model import MODERATION
from scoring.discrimination import never_lost
from scoring.rows import document
from scoring.explain import reason
from scoring.marks import MarkBook
from scoring.quotas import limit
from scoring.ranking import rank
from scoring.rollup import Standings, roll_up
from scoring.scores import Scores, score
from scoring.stars import Ratings, rate
from scoring.target import target_state
from scoring.units import Grouping, Unit
from scoring.workflow.demo import MARKS_HEAD, UNITS_HEAD, CountyFiles, criteria_of, write_county

LAGGING, INFLATING = "云岭乡", "古渡镇"
SAME_FOR_ALL = "talks_held"


@dataclass(frozen=True, kw_only=True)
class County:
    files: CountyFiles
    units: list[Unit]
    marks: list[dict[str, str]]
    ratings: Ratings
    standings: Standings

    @property
    def scores(self) -> Scores:
        return self.ratings.scores

    def superior(self, place: int) -> str:
        return self.units[place].group(Grouping.SUPERIOR).name


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def units_in(path: Path) -> list[Unit]:
    return [
        Unit(
            code=row["unit"],
            name=row["name"],
            domain=row["domain"],
            township=row["township"] or None,
            department=row["department"] or None,
            gates=tuple(filter(None, row["gates"].split(";"))),
        )
        for row in rows(path)
    ]


def scores_of(units: list[Unit], marks: list[dict[str, str]]) -> Scores:
    book = MarkBook(units, [criteria_of(unit.domain) for unit in units])
    for row in marks:
        book.enter(row["unit"], row["criterion"], row["stage"], row["evaluator"], row["mark"])
    return score(assemble(units, book))


def county_in(folder: Path, scale: Fraction | int = 1) -> County:
    files = write_county(folder, scale=scale)
    units, marks = units_in(files.units), rows(files.marks)
    ratings = rate(scores_of(units, marks))
    return County(
        files=files, units=units, marks=marks, ratings=ratings, standings=roll_up(rank(limit(ratings)))
    )


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    return county_in(tmp_path_factory.mktemp("county"))


def test_the_files_open_in_a_spreadsheet_and_have_the_usual_heads(county: County) -> None:
    """A byte-order mark tells Excel that a CSV file is UTF-8."""
    for path, head in ((county.files.units, UNITS_HEAD), (county.files.marks, MARKS_HEAD)):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf" + ",".join(head).encode() + b"\r\n")


def test_the_county_has_the_size_and_the_bodies_of_a_real_one(county: County) -> None:
    """Fourteen townships, 32 departments, seven domains; codes are stable and names belong to one branch each."""
    units = county.units
    assert len(units) == county.files.unit_count == 1200
    assert 80_000 <= len(county.marks) == county.files.mark_count <= 130_000
    assert len({unit.township for unit in units} - {None}) == 14
    assert len({unit.department for unit in units} - {None}) == 32
    assert len({unit.domain for unit in units}) == 7
    assert [unit.code for unit in units] == sorted({unit.code for unit in units})
    assert len({unit.name for unit in units}) == len(units)
    assert all(
        unit.township and not unit.department for unit in units if unit.domain in ("rural", "community")
    )
    assert all(unit.department for unit in units if unit.domain in ("enterprise", "school", "hospital"))
    assert sum(unit.township is not None and unit.department is not None for unit in units) > 50
    known = {"县财政局机关第一党支部", "县实验小学党支部", "县人民医院内科党支部"}
    assert known <= {unit.name for unit in units}


def test_every_stage_has_marks(county: County) -> None:
    """Branches and superiors mark everything, two or three county evaluators a sample, moderation a few."""
    stages = Counter(row["stage"] for row in county.marks)
    assert stages["self"] > 40_000
    assert stages["superior"] > 40_000
    assert 0.12 < len({row["unit"] for row in county.marks if row["stage"] == "county"}) / 1200 < 0.25
    assert 50 < stages[MODERATION] < 400
    panels = defaultdict(set)
    for row in county.marks:
        if row["stage"] == "county":
            panels[row["unit"]].add(row["evaluator"])
    assert {2, 3} <= {len(panel) for panel in panels.values()}


def test_most_branches_have_three_or_four_stars_and_every_star_is_given(county: County) -> None:
    """A quarter could have five before the quota; nobody falls off the scale."""
    held = Counter(county.ratings.stars[county.ratings.has_stars].tolist())
    share = {stars: units / 1200 for stars, units in held.items()}
    assert 0.24 < share[5] < 0.31
    after = dict(county.standings.county.stars)
    assert after[3] + after[4] == max(after[3] + after[4], after[5], after[1] + after[2])
    assert after[0] == 0
    assert 0.04 < after[1] / 1200 < 0.12


def test_the_county_falls_short_of_the_target_by_a_handful(county: County) -> None:
    """So that the leader's page has something to say."""
    target = target_state(county.standings.county, county.scores.assessments.criteria)
    assert target is not None
    assert not target.meets
    assert 1 <= target.short <= 12
    assert 590 <= 1000 * target.reached // target.units < 600


def test_the_quota_bites_in_several_domains_and_once_through_a_tie(county: County) -> None:
    """Of the branches tied across the edge all go down."""
    (lowered,) = county.standings.ratings.lowered
    places = lowered.places.values()
    assert len(places) >= 2
    assert all(place.holders > place.allowed > 0 for place in places)
    assert any(place.tied for place in places)


def test_gates_bite_on_about_two_in_a_hundred(county: County) -> None:
    """Weak branches and discipline cases are among those whose score would have earned more."""
    ratings = county.ratings
    bitten = [
        place
        for place in range(len(county.units))
        if ratings.has_stars[place] and ratings.stars[place] < ratings.cut[place]
    ]
    assert 0.015 <= len(bitten) / 1200 <= 0.025
    assert {"weak_branch", "discipline_case"} <= {
        gate for place in bitten for gate in county.units[place].gates
    }
    assert any(len(county.units[place].gates) > 1 for place in bitten)


def test_one_township_clearly_lags(county: County) -> None:
    """Its mean is the last by far, and few of its branches reach three stars."""
    *_, next_to_last, last = county.standings.groups[Grouping.TOWNSHIP]
    assert last.group.name == LAGGING
    assert last.mean is not None
    assert next_to_last.mean is not None
    assert next_to_last.mean - last.mean > 500
    assert sum(units for stars, units in last.stars if stars >= 3) / last.units < 0.3


def test_one_township_rates_itself_far_above_what_others_find(county: County) -> None:
    """Everybody is kind to himself; one township is so by a multiple, and not because its branches are worse."""
    own = [row | {"stage": "superior"} for row in county.marks if row["stage"] == "self"]
    claimed, found = scores_of(county.units, own), county.scores
    gaps = defaultdict(list)
    for place in range(len(county.units)):
        if claimed.rated[place] and found.rated[place]:
            gaps[county.superior(place)].append((claimed.printed[place] - found.printed[place]) / 100)
    townships = {unit.township for unit in county.units}
    gap = {superior: mean(own) for superior, own in gaps.items() if superior in townships}
    inflated = gap.pop(INFLATING)
    assert 2 < mean(gap.values()) < 8
    assert inflated > 1.5 * max(gap.values())
    assert inflated > 12


def test_one_county_evaluator_is_harsh(county: County) -> None:
    """Beside the others on the same panel, the same branch and the same criterion."""
    given = defaultdict(list)
    criterion_of = {
        (unit.code, criterion.id): criterion
        for unit in county.units
        for criterion in criteria_of(unit.domain).criteria
        if criterion.kind in (Kind.JUDGED, Kind.LEVELS)
    }
    for row in county.marks:
        criterion = criterion_of.get((row["unit"], row["criterion"]))
        if criterion is not None and row["stage"] == "county" and row["mark"] != "n/a":
            share = float(row["mark"]) * 100 / criterion.full_marks
            given[row["unit"], row["criterion"]].append((row["evaluator"], share))
    apart = defaultdict(list)
    for marks in given.values():
        for evaluator, share in marks:
            others = [other for name, other in marks if name != evaluator]
            if others:
                apart[evaluator].append(share - mean(others))
    severity = sorted(mean(shares) for shares in apart.values())
    assert len(severity) >= 20
    assert severity[0] < -0.09
    assert severity[1] > -0.04


def test_one_criterion_tells_nothing_apart(county: County) -> None:
    """Everybody has full marks on it, in every domain; on every other somebody lost some."""
    found = never_lost(county.scores)
    assert {criterion.id for _, criterion, _ in found} == {SAME_FOR_ALL}
    assert len(found) == 7


def test_some_branches_are_not_rated_and_some_disputes_are_settled(county: County) -> None:
    """About one in a hundred each: a mark missing, a dispute open, a dispute settled by moderation."""
    outcomes = Counter()
    for sheet in county.scores.sheets:
        for outcome in (Outcome.MISSING, Outcome.DISPUTED):
            outcomes[outcome] += int((sheet.agreed.outcomes == outcome).any(axis=0).sum())
    assert 0.01 <= outcomes[Outcome.MISSING] / 1200 <= 0.015
    assert 0.007 <= outcomes[Outcome.DISPUTED] / 1200 <= 0.013
    assert len(county.units) - int(county.scores.rated.sum()) == sum(outcomes.values())

    settled = {(row["unit"], row["criterion"]) for row in county.marks if row["stage"] == MODERATION}
    unsettled = scores_of(county.units, [row for row in county.marks if row["stage"] != MODERATION])
    disputed = sum(
        int((sheet.agreed.outcomes == Outcome.DISPUTED).any(axis=0).sum()) for sheet in unsettled.sheets
    )
    assert 0.007 <= (disputed - outcomes[Outcome.DISPUTED]) / 1200 <= 0.013
    assert len(settled) > disputed


def test_numbers_and_meetings_are_like_those_of_a_county(county: County) -> None:
    """Votes fit the size of a branch, small branches have no groups, incomes stop at the thresholds."""
    reviewed = {
        (row["unit"], row["criterion"]): row["mark"] for row in county.marks if row["stage"] == "superior"
    }
    incomes = [float(mark) for (_, criterion), mark in reviewed.items() if criterion == "collective_income"]
    assert 0.15 < sum(income >= 50_000 for income in incomes) / len(incomes) < 0.6
    assert 1_000 < min(incomes) < max(incomes) < 200_000
    for criterion, least, most in (("party_groups", 0.6, 0.95), ("election_procedure", 0.6, 0.9)):
        marks = [mark for (_, own), mark in reviewed.items() if own == criterion]
        assert least < marks.count("n/a") / len(marks) < most
    for (unit, criterion), mark in reviewed.items():
        if criterion == "years_since_recruit":
            recruited = reviewed.get((unit, "recruitment_procedure"), "n/a") != "n/a"
            assert (mark == "0") >= recruited


def test_the_same_county_has_the_same_bytes(county: County, tmp_path: Path) -> None:
    """Nothing in it depends on the day, the machine or the order of a set."""
    again = write_county(tmp_path)
    for own, other in ((county.files.units, again.units), (county.files.marks, again.marks)):
        assert hashlib.sha256(own.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest()


@pytest.mark.parametrize(("scale", "size"), [(Fraction(1, 10), 120), (2, 2400)])
def test_a_smaller_or_larger_county_scores_too(tmp_path: Path, scale: Fraction | int, size: int) -> None:
    """Every mark enters, the whole chain runs, and most branches are rated."""
    county = county_in(tmp_path, scale)
    assert len(county.units) == county.files.unit_count == size
    assert len({unit.name for unit in county.units}) == size
    published = document(county.standings, lambda step: reason(step).zh)
    assert len(published["units"]) == size
    assert county.scores.rated.sum() > 0.95 * size
    assert 0.55 < published["target"]["k"] / size < 0.65
