"""What stands in the way of publishing: units that are not rated and not excused, and evaluators too far apart."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoring.agreement import Outcome, disagreements
from scoring.errors import Fault, Place
from scoring.numbers import exact_text, share_text
from scoring.rollup import Standings
from scoring.scores import Scores, SheetScores
from scoring.statement import Excuse
from scoring.texts import Text
from scoring.units import Unit

_MOST_NAMED = 5


def hindrances(standings: Standings, excused: Sequence[Excuse] = ()) -> tuple[Fault, ...]:
    """Return all that keeps *standings* from being published: faults of excuses, then unit by unit.

    A unit that is not rated must be excused, and none that is rated may be. Marks on which evaluators disagree beyond
    the set's limit need moderation first, but for those of an excused unit, which no published figure rests on.
    """
    scores = standings.ratings.scores
    codes = {excuse.unit for excuse in excused}
    return (*_excuses(scores, excused), *_unrated(scores, codes), *_disagreements(scores, codes))


def _excuses(scores: Scores, excused: Sequence[Excuse]) -> Iterator[Fault]:
    places = {unit.code: place for place, unit in enumerate(scores.assessments.units)}
    for excuse in excused:
        place = places.get(excuse.unit)
        if place is None:
            yield _fault(
                excuse.unit,
                "没有这个单位，无从免评",
                "there is no such unit to be excused",
            )
        elif scores.rated[place]:
            unit = scores.assessments.units[place]
            yield _fault(_name(unit), "已评定，不需要免评", "is rated and needs no excuse")


def _unrated(scores: Scores, excused: set[str]) -> Iterator[Fault]:
    for place, unit in enumerate(scores.assessments.units):
        if not scores.rated[place] and unit.code not in excused:
            why = _why_unrated(scores, place)
            yield _fault(_name(unit), f"未评定：{why.zh}", f"is not rated: {why.en}")


def _why_unrated(scores: Scores, place: int) -> Text:
    sheet_scores, own = scores.place_of(place)
    missing, disputed = _open(sheet_scores, own)
    reasons = []
    if missing:
        reasons.append(Text(f"{_titles(missing).zh} 尚无评分", f"no mark yet on {_titles(missing).en}"))
    if disputed:
        reasons.append(
            Text(
                f"{_titles(disputed).zh} 有争议，待复议", f"a dispute to be settled on {_titles(disputed).en}"
            )
        )
    if not reasons:
        return Text("没有一项指标适用", "no criterion applies")
    return Text("；".join(one.zh for one in reasons), "; ".join(one.en for one in reasons))


def _open(scores: SheetScores, own: int) -> tuple[list[Text], list[Text]]:
    """Return the titles of what has no mark, and of what is disputed, of the unit at that position of the sheet."""
    criteria = scores.sheet.criteria
    outcomes = scores.agreed.outcomes[:, own].tolist()
    by_outcome = [
        [one.title for one, outcome in zip(criteria.criteria, outcomes, strict=True) if outcome == wanted]
        for wanted in (Outcome.MISSING, Outcome.DISPUTED)
    ]
    counts = [
        one.title
        for one, disputed in zip(criteria.adjustments, scores.disputed[:, own].tolist(), strict=True)
        if disputed
    ]
    return by_outcome[0], by_outcome[1] + counts


def _disagreements(scores: Scores, excused: set[str]) -> Iterator[Fault]:
    found = []
    for own in scores.sheets:
        for row, position in disagreements(own.sheet):
            found.append((int(own.sheet.places[position]), row, position, own))
    for place, row, position, own in sorted(found, key=lambda one: one[:2]):
        unit = scores.assessments.units[place]
        if unit.code in excused and not scores.rated[place]:
            continue
        criteria = own.sheet.criteria
        marks = own.sheet.marks[:, row, position]
        given = [exact_text(Fraction(int(mark) * criteria.grain, 100)) for mark in sorted(marks[marks >= 0])]
        limit = criteria.agreement.disagreement
        assert limit is not None
        share, title = share_text(limit), criteria.criteria[row].title
        yield _fault(
            _name(unit),
            f"{title.zh}：评分 {'、'.join(given)} 相差超过满分的 {share}，须先复议",
            f"{title.en}: the marks {', '.join(given)} lie further apart than {share} of full marks; "
            "moderation must settle it first",
        )


def _titles(titles: Sequence[Text]) -> Text:
    """Return *titles* as a sentence names them; of many the first few."""
    first = titles[:_MOST_NAMED]
    zh, en = "、".join(one.zh for one in first), ", ".join(one.en for one in first)
    if len(titles) > _MOST_NAMED:
        return Text(f"{zh}等 {len(titles)} 项", f"{en} and {len(titles) - _MOST_NAMED} more")
    return Text(zh, en)


def _name(unit: Unit) -> str:
    return f"{unit.code} {unit.name}"


def _fault(unit: str, zh: str, en: str) -> Fault:
    return Fault(place=Place(field=unit), sentence=Text(zh, en))
