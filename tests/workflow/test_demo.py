"""The demo county shows, when its three years are scored, everything the product is there to show."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from statistics import correlation, mean

import pytest

from scoring.agreement import Outcome, disagreements
from scoring.assessment import assemble
from scoring.criteria import linter
from scoring.criteria.criterion import Kind
from scoring.criteria.model import MODERATION, CriteriaSet
from scoring.discrimination import never_lost, unequal
from scoring.explain import reason
from scoring.marks import MarkBook
from scoring.rollup import Standing, Standings
from scoring.rows import document
from scoring.scores import Scores, score
from scoring.stars import Ratings, rate
from scoring.target import TargetState, target_state
from scoring.units import Grouping, Unit
from scoring.workflow.demo_files import MARKS_HEAD, UNITS_HEAD, YEARS, YearFiles, write_year
from scoring.workflow.score_files import read_criteria, score_files

LAGGING, INFLATING, IMPROVING, LATE = "云岭乡", "古渡镇", "大河口镇", "松坪乡"
SAME_FOR_ALL = "talks_held"
PUBLISHED, OPEN = YEARS[:-1], YEARS[-1]
SMALL = Fraction(1, 20)
SMALL_DIGEST = "ab409bde461a6b9a05a06fe27165f1bf0bdedef85be8249689e3b1fa75697069"


@dataclass(frozen=True, kw_only=True)
class Year:
    """A year's files and what they come to."""

    files: YearFiles
    standings: Standings

    @property
    def ratings(self) -> Ratings:
        return self.standings.ratings

    @property
    def scores(self) -> Scores:
        return self.ratings.scores

    @property
    def units(self) -> tuple[Unit, ...]:
        return self.scores.assessments.units

    @cached_property
    def sets(self) -> tuple[CriteriaSet, ...]:
        return tuple(sheet.sheet.criteria for sheet in self.scores.sheets)

    @cached_property
    def marks(self) -> list[dict[str, str]]:
        return [row for path in self.files.marks for row in rows(path)]

    @cached_property
    def place(self) -> dict[str, int]:
        return {unit.code: place for place, unit in enumerate(self.units)}

    @property
    def target(self) -> TargetState:
        found = target_state(self.standings.county, self.sets[0])
        assert found is not None
        return found

    def set_of(self, unit: Unit) -> CriteriaSet:
        return next(criteria for criteria in self.sets if criteria.takes(unit.domain))

    def stars(self, code: str) -> int | None:
        place = self.place[code]
        return int(self.ratings.stars[place]) if self.ratings.has_stars[place] else None

    def printed(self, code: str) -> int:
        return int(self.scores.printed[self.place[code]])

    def rated_by_marks(self, marks: Sequence[dict[str, str]]) -> Scores:
        """The scores of the year's units by *marks* instead of their own."""
        book = MarkBook(self.units, [self.set_of(unit) for unit in self.units])
        for row in marks:
            book.enter(row["unit"], row["criterion"], row["stage"], row["evaluator"], row["mark"])
        return score(assemble(self.units, book))

    def outcomes(self, outcome: Outcome) -> int:
        """How many units have that outcome on some criterion."""
        return with_outcome(self.scores, outcome)


def with_outcome(scores: Scores, outcome: Outcome) -> int:
    return sum(int((sheet.agreed.outcomes == outcome).any(axis=0).sum()) for sheet in scores.sheets)


def disagreed(scores: Scores) -> int:
    return sum(1 for sheet in scores.sheets for _ in disagreements(sheet.sheet))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def year_in(folder: Path, year: str, scale: Fraction | int = 1) -> Year:
    files = write_year(folder, year, scale=scale)
    return Year(files=files, standings=score_files(files.criteria, files.units, files.marks).standings)


def at_three_or_more(standing: Standing) -> float:
    return sum(units for stars, units in standing.stars if stars >= 3) / standing.units


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Year]:
    """The county in full size, by year."""
    folder = tmp_path_factory.mktemp("county")
    return {year: year_in(folder, year) for year in YEARS}


every_year = pytest.mark.parametrize("year", YEARS)
published_year = pytest.mark.parametrize("year", PUBLISHED)


@every_year
def test_the_files_open_in_a_spreadsheet_and_have_the_usual_heads(county: dict[str, Year], year: str) -> None:
    """A byte-order mark tells Excel that a CSV file is UTF-8."""
    files = county[year].files
    for path, head in ((files.units, UNITS_HEAD), *((marks, MARKS_HEAD) for marks in files.marks)):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf" + ",".join(head).encode() + b"\r\n")
        assert path.parent.name == year


@every_year
def test_the_county_has_the_size_and_the_bodies_of_a_real_one(county: dict[str, Year], year: str) -> None:
    """Fourteen townships, 32 departments, seven domains; names belong to one branch each."""
    own = county[year]
    units = own.units
    assert len(units) == own.files.unit_count == 1200
    assert 80_000 <= len(own.marks) == own.files.mark_count <= 130_000
    assert len({unit.township for unit in units} - {None}) == 14
    assert len({unit.department for unit in units} - {None}) == 32
    assert len({unit.domain for unit in units}) == 7
    assert [row["unit"] for row in rows(own.files.units)] == sorted(unit.code for unit in units)
    assert len({unit.name for unit in units}) == len(units)
    assert all(
        unit.township and not unit.department for unit in units if unit.domain in ("rural", "community")
    )
    assert all(unit.department for unit in units if unit.domain in ("enterprise", "school", "hospital"))
    assert sum(unit.township is not None and unit.department is not None for unit in units) > 50
    known = {"县财政局机关第一党支部", "县实验小学党支部", "县人民医院内科党支部"}
    assert known <= {unit.name for unit in units}


def test_a_code_is_one_branch_in_all_years(county: dict[str, Year]) -> None:
    """A code is never given twice, and nothing but gates changes under it."""
    first: dict[str, Unit] = {}
    for year in YEARS:
        for unit in county[year].units:
            known = first.setdefault(unit.code, unit)
            assert (known.name, known.domain, known.township, known.department, known.predecessors) == (
                unit.name,
                unit.domain,
                unit.township,
                unit.department,
                unit.predecessors,
            )


def test_the_same_people_mark_a_branch_in_all_years(county: dict[str, Year]) -> None:
    """So that an evaluator's habits can be followed over the years."""
    secretaries = {
        year: {row["unit"]: row["evaluator"] for row in county[year].marks if row["stage"] == "self"}
        for year in YEARS
    }
    both = secretaries["2024"].keys() & secretaries[OPEN].keys()
    assert len(both) > 1150
    assert all(secretaries["2024"][unit] == secretaries[OPEN][unit] for unit in both)


@every_year
def test_a_years_sets_are_sound_and_equal_in_height(county: dict[str, Year], year: str) -> None:
    """One set a domain, of that year's version, without a warning, and no domain can reach more than another."""
    sets = read_criteria(county[year].files.criteria)
    assert len(sets) == 7
    assert {criteria.version for criteria in sets} == {f"{year}.1"}
    assert [linter.warnings(criteria, criteria.ref) for criteria in sets] == [()] * 7
    assert unequal(sets) == ()
    full_marks = {
        tuple(part.full_marks for part in criteria.root.all_parts()) for criteria in county[OPEN].sets
    }
    assert {tuple(part.full_marks for part in criteria.root.all_parts()) for criteria in sets} == full_marks


def test_the_criteria_differ_between_years_and_say_so(county: dict[str, Year]) -> None:
    """The target and some bounds are raised; one criterion comes in the second year, without more evidence."""
    by_year = {year: {criteria.id: criteria for criteria in county[year].sets} for year in YEARS}
    for ref in by_year[OPEN]:
        then, next_year, now = (by_year[year][ref] for year in YEARS)
        assert [criteria.target and criteria.target.share for criteria in (then, next_year, now)] == [
            Fraction(50, 100),
            Fraction(55, 100),
            Fraction(60, 100),
        ]
        ids = [{criterion.id for criterion in criteria.criteria} for criteria in (then, next_year, now)]
        assert ids[1] - ids[0] == {"digital_records"}
        assert ids[0] < ids[1] == ids[2]
        tests = [criteria.criterion("knowledge_test").line for criteria in (then, next_year, now)]
        assert [line and line.end for line in tests] == [80, 85, 90]
        assert then.changes
        assert len(next_year.changes) >= 3
        assert linter.warnings(next_year, "", then) == linter.warnings(now, "", next_year) == ()
    incomes = [by_year[year]["red-flag-rural"].criterion("collective_income").bands for year in YEARS]
    assert [max(band.at_least for band in bands) for bands in incomes] == [30_000, 40_000, 50_000]


@every_year
def test_every_stage_has_marks(county: dict[str, Year], year: str) -> None:
    """Branches and superiors mark everything, two or three county evaluators a sample, moderation a few."""
    marks = county[year].marks
    stages = Counter(row["stage"] for row in marks)
    assert stages["self"] > 40_000
    assert stages["superior"] > 40_000
    assert 0.1 < len({row["unit"] for row in marks if row["stage"] == "county"}) / 1200 < 0.25
    assert 50 < stages[MODERATION] < 400
    panels = defaultdict(set)
    for row in marks:
        if row["stage"] == "county":
            panels[row["unit"]].add(row["evaluator"])
    assert {2, 3} <= {len(panel) for panel in panels.values()}


@every_year
def test_most_branches_have_three_or_four_stars_and_every_star_is_given(
    county: dict[str, Year], year: str
) -> None:
    """Up to a quarter could have five before the quota; nobody falls off the scale."""
    own = county[year]
    before = rate(own.scores)
    assert 0.17 < int((before.stars == 5)[before.has_stars].sum()) / 1200 < 0.31
    after = dict(own.standings.county.stars)
    assert after[3] + after[4] > after[5]
    assert after[2] + after[3] + after[4] > 0.6 * 1200
    assert after[0] == 0
    assert 0.04 < after[1] / 1200 < 0.12


def test_the_county_rises_from_year_to_year_and_falls_just_short_of_the_last_target(
    county: dict[str, Year],
) -> None:
    """So that the leader's page has something to say: two targets met, the third wanting by a handful so far."""
    shares = [100 * county[year].target.reached / county[year].target.units for year in YEARS]
    assert 51.5 < shares[0] < 53.5
    assert 56.5 < shares[1] < 58.5
    assert 59 < shares[2] < 60
    assert [county[year].target.meets for year in YEARS] == [True, True, False]
    assert 1 <= county[OPEN].target.short <= 12


@pytest.mark.parametrize(("before", "after"), [YEARS[:2], YEARS[1:]])
def test_branches_rise_and_fall_and_keep_their_character(
    county: dict[str, Year], before: str, after: str
) -> None:
    """More rise than fall, most stay, few jump; the good ones of one year are the good ones of the next."""
    then, now = county[before], county[after]
    both = [
        unit.code
        for unit in now.units
        if unit.code in then.place and then.stars(unit.code) is not None and now.stars(unit.code) is not None
    ]
    moves = Counter((now.stars(code) or 0) - (then.stars(code) or 0) for code in both)
    share = {
        "up": sum(units for move, units in moves.items() if move > 0) / len(both),
        "down": sum(units for move, units in moves.items() if move < 0) / len(both),
        "far": sum(units for move, units in moves.items() if abs(move) > 1) / len(both),
    }
    assert 0.18 < share["up"] < 0.35
    assert 0.1 < share["down"] < share["up"]
    assert share["far"] < 0.1
    assert correlation([then.printed(code) for code in both], [now.printed(code) for code in both]) > 0.8


@every_year
def test_the_quota_bites_in_several_domains_and_once_through_a_tie(
    county: dict[str, Year], year: str
) -> None:
    """Of the branches tied across the edge all go down."""
    (lowered,) = county[year].ratings.lowered
    places = lowered.places.values()
    assert len(places) >= 2
    assert all(place.holders > place.allowed > 0 for place in places)
    assert any(place.tied for place in places)


@every_year
def test_gates_bite_on_about_two_in_a_hundred(county: dict[str, Year], year: str) -> None:
    """Weak branches and discipline cases are among those whose score would have earned more."""
    own, ratings = county[year], rate(county[year].scores)
    bitten = [
        place
        for place in range(len(own.units))
        if ratings.has_stars[place] and ratings.stars[place] < ratings.cut[place]
    ]
    assert 0.015 <= len(bitten) / 1200 <= 0.025
    assert {"weak_branch", "discipline_case"} <= {gate for place in bitten for gate in own.units[place].gates}
    assert any(len(own.units[place].gates) > 1 for place in bitten)


@every_year
def test_one_township_clearly_lags(county: dict[str, Year], year: str) -> None:
    """Its mean is the last by far, and few of its branches reach three stars."""
    *_, next_to_last, last = county[year].standings.groups[Grouping.TOWNSHIP]
    assert last.group.name == LAGGING
    assert last.mean is not None
    assert next_to_last.mean is not None
    assert next_to_last.mean - last.mean > 500
    assert at_three_or_more(last) < 0.3


def test_one_township_clearly_improves(county: dict[str, Year]) -> None:
    """From the last but one to the upper half, with twice as many branches at three stars."""
    found = []
    for year in YEARS:
        townships = county[year].standings.groups[Grouping.TOWNSHIP]
        names = [standing.group.name for standing in townships]
        found.append((townships[names.index(IMPROVING)], names.index(IMPROVING)))
    means = [standing.mean or 0 for standing, _ in found]
    assert means[1] - means[0] > 250
    assert means[2] - means[1] > 250
    assert found[0][1] == 12
    assert found[2][1] < 7
    assert at_three_or_more(found[2][0]) > 2 * at_three_or_more(found[0][0])


@every_year
def test_one_township_rates_itself_far_above_what_others_find(county: dict[str, Year], year: str) -> None:
    """Everybody is kind to himself; one township is so by a multiple, and not because its branches are worse."""
    own = county[year]
    claims = [row | {"stage": "superior"} for row in own.marks if row["stage"] == "self"]
    claimed, found = own.rated_by_marks(claims), own.scores
    gaps = defaultdict(list)
    for place, unit in enumerate(own.units):
        superior = unit.group(Grouping.SUPERIOR)
        assert superior is not None
        if claimed.rated[place] and found.rated[place] and superior.name == unit.township:
            gaps[superior.name].append((claimed.printed[place] - found.printed[place]) / 100)
    gap = {township: mean(apart) for township, apart in gaps.items()}
    inflated = gap.pop(INFLATING)
    assert 2 < mean(gap.values()) < 8
    assert inflated > 1.5 * max(gap.values())
    assert inflated > 12


def severity(own: Year) -> list[tuple[float, str]]:
    """How far each county evaluator marks from the others of the panel, in shares of full marks, harshest first."""
    criterion_of = {
        (unit.code, criterion.id): criterion
        for unit in own.units
        for criterion in own.set_of(unit).criteria
        if criterion.kind in (Kind.JUDGED, Kind.LEVELS)
    }
    given = defaultdict(list)
    for row in own.marks:
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
    return sorted((mean(shares), name) for name, shares in apart.items())


def test_one_county_evaluator_is_harsh_in_every_year(county: dict[str, Year]) -> None:
    """Beside the others on the same panel, the same branch and the same criterion."""
    found = [severity(county[year]) for year in YEARS]
    assert [len(evaluators) >= 20 for evaluators in found] == [True, True, False]
    assert len({evaluators[0][1] for evaluators in found}) == 1
    assert all(evaluators[0][0] < -0.09 for evaluators in found)
    assert all(evaluators[1][0] > -0.04 for evaluators in found)


@every_year
def test_one_criterion_tells_nothing_apart(county: dict[str, Year], year: str) -> None:
    """Everybody has full marks on it, in every domain; on every other somebody lost some."""
    found = never_lost(county[year].scores)
    assert {criterion.id for _, criterion, _ in found} == {SAME_FOR_ALL}
    assert len(found) == 7


def publishable(own: Year) -> None:
    """Nothing hinders a publication: who is unrated is excused by name, and nobody disagrees."""
    unrated = {unit.code for unit, rated in zip(own.units, own.scores.rated, strict=True) if not rated}
    assert unrated == {unit for unit, _ in own.files.excused}
    assert all(why for _, why in own.files.excused)
    assert disagreed(own.scores) == 0


@published_year
def test_a_published_year_is_complete(county: dict[str, Year], year: str) -> None:
    """Not so by chance: without moderation there would be disputes, and disagreements beyond the limit."""
    own = county[year]
    publishable(own)
    unsettled = own.rated_by_marks([row for row in own.marks if row["stage"] != MODERATION])
    assert 0.007 <= with_outcome(unsettled, Outcome.DISPUTED) / 1200 <= 0.013
    assert disagreed(unsettled) > 100
    for outcome in (Outcome.NOT_APPLICABLE, Outcome.AGREED):
        assert own.outcomes(outcome) > 1000
    adjusted = {subject.id for criteria in own.sets for subject in criteria.adjustments}
    assert sum(row["criterion"] in adjusted for row in own.marks) > 100


def test_new_branches_are_excused_by_name_in_their_first_year(county: dict[str, Year]) -> None:
    """Two were founded too late in the second year, and are rated in the next; one in the open year."""
    (first, _), (second, why) = county["2025"].files.excused
    assert county["2024"].files.excused == ()
    for code in (first, second):
        assert code not in county["2024"].place
        assert county[OPEN].stars(code) is not None
    assert "不足6个月" in why
    ((newest, _),) = county[OPEN].files.excused
    assert newest not in county["2025"].place


def test_a_merged_and_a_renamed_branch_name_their_predecessors(county: dict[str, Year]) -> None:
    """Under a new code; those before are gone from the list, and it keeps naming them."""
    for before, after, wanted in (("2024", "2025", 2), ("2025", OPEN, 1)):
        then, now = county[before], county[after]
        (successor,) = (unit for unit in now.units if unit.predecessors and unit.code not in then.place)
        assert len(successor.predecessors) == wanted
        for code in successor.predecessors:
            origin = then.units[then.place[code]]
            assert code not in now.place
            assert origin.name != successor.name
            assert origin.domain == successor.domain
            assert origin.group(Grouping.SUPERIOR) == successor.group(Grouping.SUPERIOR)
            assert abs(now.printed(successor.code) - then.printed(code)) < 2500
        assert rows(now.files.units)[now.place[successor.code]]["predecessors"] == ";".join(
            successor.predecessors
        )
    assert sum(bool(unit.predecessors) for unit in county[OPEN].units) == 2


@pytest.mark.parametrize(("before", "after"), [YEARS[:2], YEARS[1:]])
def test_a_branch_is_dissolved_and_others_are_founded(
    county: dict[str, Year], before: str, after: str
) -> None:
    """One is gone without a successor; new ones have no predecessors."""
    then, now = county[before], county[after]
    succeeded = {code for unit in now.units for code in unit.predecessors}
    gone = [unit for unit in then.units if unit.code not in now.place and unit.code not in succeeded]
    new = [unit for unit in now.units if unit.code not in then.place and not unit.predecessors]
    assert len(gone) == 1
    assert [unit.code for unit in new] == [code for code, _ in now.files.excused]


def test_an_upheld_objection_lifts_one_branch_and_takes_anothers_stars(county: dict[str, Year]) -> None:
    """A branch just below five stars gets within the quota; the last one in goes out, its own score unchanged."""
    own = county["2025"]
    files = own.files
    assert [county[year].files.corrections is None for year in YEARS] == [True, False, True]
    assert files.corrections is not None
    heard = rows(files.corrections)
    assert {row["stage"] for row in heard} == {MODERATION}
    assert 1 <= len(heard) <= 3
    (lifted,) = {row["unit"] for row in heard}
    standings = score_files(files.criteria, files.units, [*files.marks, files.corrections]).standings
    after = Year(files=files, standings=standings)
    moved = {
        unit.code: (own.stars(unit.code), after.stars(unit.code))
        for unit in own.units
        if own.stars(unit.code) != after.stars(unit.code)
    }
    assert moved.pop(lifted) == (4, 5)
    assert 8800 <= own.printed(lifted) < 9000 < after.printed(lifted)
    ((other, stars),) = moved.items()
    assert stars == (5, 4)
    assert own.printed(other) == after.printed(other) >= 9000
    publishable(after)
    unit = own.units[own.place[lifted]]
    assert files.correction_reason.startswith(unit.name)
    for row in heard:
        title = own.set_of(unit).criterion(row["criterion"]).title.zh
        assert f"“{title}”" in files.correction_reason
        assert f"改为{row['mark']}分" in files.correction_reason


def test_the_open_year_is_partly_marked(county: dict[str, Year]) -> None:
    """A township late with its reviews, panels that have not been everywhere, disputes that nobody has settled."""
    own = county[OPEN]
    townships = {standing.group.name: standing for standing in own.standings.groups[Grouping.TOWNSHIP]}
    late = townships.pop(LATE)
    assert 0.3 < late.rated / late.units < 0.6
    assert all(standing.rated > 0.85 * standing.units for standing in townships.values())
    assert 0.03 < 1 - int(own.scores.rated.sum()) / 1200 < 0.08

    visited = {own.units[own.place[row["unit"]]] for row in own.marks if row["stage"] == "county"}
    assert {unit.domain for unit in own.units} - {unit.domain for unit in visited} == {
        "enterprise",
        "hospital",
    }
    villages = [unit for unit in visited if unit.domain == "rural"]
    assert {"麦岭镇", "月湖乡", "柿园乡"}.isdisjoint(unit.township for unit in villages)
    assert len({unit.township for unit in villages}) >= 9

    marked = {row["unit"] for row in own.marks}
    assert 2 <= sum(unit.code not in marked for unit in own.units) <= 10
    assert disagreed(own.scores) > 20


def test_some_branches_of_the_open_year_are_in_dispute_and_some_disputes_are_settled(
    county: dict[str, Year],
) -> None:
    """About one in a hundred each: a dispute open, a dispute settled by moderation."""
    own = county[OPEN]
    outcomes = {outcome: own.outcomes(outcome) for outcome in (Outcome.MISSING, Outcome.DISPUTED)}
    assert 0.007 <= outcomes[Outcome.DISPUTED] / 1200 <= 0.013
    assert len(own.units) - int(own.scores.rated.sum()) == sum(outcomes.values())

    settled = {(row["unit"], row["criterion"]) for row in own.marks if row["stage"] == MODERATION}
    unsettled = own.rated_by_marks([row for row in own.marks if row["stage"] != MODERATION])
    disputed = with_outcome(unsettled, Outcome.DISPUTED)
    assert 0.007 <= (disputed - outcomes[Outcome.DISPUTED]) / 1200 <= 0.013
    assert len(settled) > disputed


@every_year
def test_numbers_and_meetings_are_like_those_of_a_county(county: dict[str, Year], year: str) -> None:
    """Votes fit the size of a branch, small branches have no groups, incomes stop at the thresholds."""
    reviewed = {
        (row["unit"], row["criterion"]): row["mark"]
        for row in county[year].marks
        if row["stage"] == "superior"
    }
    incomes = [float(mark) for (_, criterion), mark in reviewed.items() if criterion == "collective_income"]
    assert 0.03 < sum(income >= 50_000 for income in incomes) / len(incomes) < 0.6
    assert 1_000 < min(incomes) < max(incomes) < 200_000
    for criterion, least, most in (("party_groups", 0.6, 0.95), ("election_procedure", 0.6, 0.9)):
        marks = [mark for (_, own), mark in reviewed.items() if own == criterion]
        assert least < marks.count("n/a") / len(marks) < most
    for (unit, criterion), mark in reviewed.items():
        if criterion == "years_since_recruit":
            recruited = reviewed.get((unit, "recruitment_procedure"), "n/a") != "n/a"
            assert (mark == "0") >= recruited


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Year]:
    """The smallest county the command line makes, by year."""
    folder = tmp_path_factory.mktemp("small")
    return {year: year_in(folder, year, SMALL) for year in YEARS}


def test_the_same_county_has_the_same_bytes(small: dict[str, Year]) -> None:
    """Nothing in it depends on the day, the machine or the order of a set; a change of it is seen here."""
    folder = small[OPEN].files.units.parents[1]
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.*")):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    assert whole.hexdigest() == SMALL_DIGEST


def complete_for_its_size(own: Year, scale: Fraction) -> None:
    """Every mark enters and the whole chain runs; a year that is over can be published."""
    size = len(own.units)
    assert size == own.files.unit_count
    assert abs(size - 1200 * scale) <= 5
    assert len({unit.name for unit in own.units}) == size
    assert 0.85 * size <= own.scores.rated.sum()
    assert 0.4 < own.target.reached / size < 0.7
    if own.files.units.parent.name in PUBLISHED:
        publishable(own)


@every_year
def test_a_very_small_county_scores_too(small: dict[str, Year], year: str) -> None:
    """What it is too small to show is left out; it still has its correction."""
    complete_for_its_size(small[year], SMALL)
    assert (small[year].files.corrections is not None) == (year == "2025")


def test_a_small_county_scores_too(tmp_path: Path) -> None:
    """A quarter of the size, in the year that shows most."""
    own = year_in(tmp_path, "2025", Fraction(1, 4))
    complete_for_its_size(own, Fraction(1, 4))
    assert own.files.corrections is not None


def test_fewer_branches_than_anything_can_be_shown_with(tmp_path: Path) -> None:
    """One branch a domain: no quota, no village to merge, and still nothing breaks."""
    files = write_year(tmp_path, "2025", scale=Fraction(1, 1000))
    assert [unit["predecessors"] for unit in rows(files.units)] == [""] * 9


def test_a_larger_county_scores_too(tmp_path: Path) -> None:
    """Twice the size has more marks than one table may have rows, so they come in several files."""
    own = year_in(tmp_path, OPEN, 2)
    by_file = [{row["unit"] for row in rows(path)} for path in own.files.marks]
    assert len(by_file) == 2
    assert by_file[0].isdisjoint(by_file[1])
    complete_for_its_size(own, Fraction(2))
    published = document(own.standings, lambda step: reason(step).zh)
    assert len(published["units"]) == 2400
    assert 0.57 < published["target"]["k"] / 2400 < 0.62
