"""The product itself, from assessments in memory."""

from dataclasses import replace

from bench.answers import STAR_LEVELS, CountyAnswer, GroupFigures
from bench.cohorts import Cohort
from scoring.assessment import Assessments
from scoring.quotas import limit
from scoring.ranking import RANKED_WITHIN, rank
from scoring.rollup import Standing, Standings, roll_up
from scoring.scores import Scores, score
from scoring.stars import rate


class OurSheet:
    """`score` by one rule of agreement."""

    def __init__(self, assessments: Assessments, cohort: Cohort, rule: str) -> None:
        criteria = cohort.sheets[0].plan.with_rule(rule).criteria_set()
        sheet = replace(assessments.sheets[0], criteria=criteria)
        self.assessments = replace(assessments, sheets=(sheet,))

    def run(self) -> Scores:
        return score(self.assessments)

    def answer(self, scores: Scores) -> list[int | None]:
        return _scores(scores)


class OurCounty:
    """Scores, stars, quotas, ranks and standings of all sheets."""

    def __init__(self, cohort: Cohort) -> None:
        self.assessments = cohort.assessments()

    def run(self) -> Standings:
        return roll_up(rank(limit(rate(score(self.assessments)))))

    def answer(self, standings: Standings) -> CountyAnswer:
        """Return *standings* in words; not timed."""
        places, ratings = standings.places, standings.ratings
        codes = [unit.code for unit in self.assessments.units]
        return CountyAnswer(
            scores=dict(zip(codes, _scores(ratings.scores), strict=True)),
            stars={
                code: int(ratings.stars[unit]) if ratings.has_stars[unit] else None
                for unit, code in enumerate(codes)
            },
            ranks={
                (str(within), code): places.rank(unit, within)
                for within in RANKED_WITHIN
                for unit, code in enumerate(codes)
            },
            groups={
                (str(one.group.kind), one.group.name): _figures(one)
                for standing in (*standings.groups.values(), (standings.county,))
                for one in standing
            },
        )


def _scores(scores: Scores) -> list[int | None]:
    pairs = zip(scores.printed.tolist(), scores.rated.tolist(), strict=True)
    return [printed if rated else None for printed, rated in pairs]


def _figures(standing: Standing) -> GroupFigures:
    assert tuple(stars for stars, _ in standing.stars) == STAR_LEVELS
    return GroupFigures(
        units=standing.units,
        rated=standing.rated,
        mean=standing.mean,
        rank=standing.rank,
        stars=tuple(units for _, units in standing.stars),
        not_rated=standing.not_rated,
    )
