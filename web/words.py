"""Words that many pages use: what groupings, stars, outcomes and kinds are called."""

from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from scoring.agreement import Outcome
from scoring.criteria.criterion import Kind
from scoring.criteria.model import AdjustmentKind
from scoring.edition import State
from scoring.numbers import exact_text, marks_text, rounded_percent
from scoring.register import GroupFigures
from scoring.sentences import marks_shown, stage_title
from scoring.store.editions import Listed
from scoring.texts import Text
from scoring.units import Grouping, domain_title
from scoring.working_days import COUNTY_TIME
from web.charts.colours import MOST
from web.language import say, told

GROUPINGS = {
    Grouping.COUNTY: Text("全县", "County"),
    Grouping.TOWNSHIP: Text("乡镇街道", "Township"),
    Grouping.DEPARTMENT: Text("主管部门", "Department"),
    Grouping.DOMAIN: Text("领域", "Domain"),
    Grouping.SUPERIOR: Text("上级", "Superior"),
}
"""What one group of a kind is called."""

RANKINGS = {
    "units": None,
    "townships": Grouping.TOWNSHIP,
    "departments": Grouping.DEPARTMENT,
    "domains": Grouping.DOMAIN,
}
"""The kinds of ranking there are, as they stand in an address; None for the units themselves."""

GROUP_PATHS = {kind: path for path, kind in RANKINGS.items() if kind is not None}
"""How a kind of group stands in an address."""

RANKING_TITLES = {
    "units": Text("支部", "Branches"),
    "townships": Text("乡镇街道", "Townships"),
    "departments": Text("主管部门", "Departments"),
    "domains": Text("领域", "Domains"),
}

STATES = {
    State.DRAFT: Text("公示稿", "Posted draft"),
    State.FINAL: Text("正式", "Final"),
}

OUTCOMES = {
    Outcome.AGREED: Text("已评", "Marked"),
    Outcome.NOT_APPLICABLE: Text("不适用", "Not applicable"),
    Outcome.MISSING: Text("缺评分", "No mark yet"),
    Outcome.DISPUTED: Text("有争议", "Disputed"),
}

KINDS = {
    Kind.JUDGED: Text("评议打分", "Judged"),
    Kind.LEVELS: Text("分档评分", "By levels"),
    Kind.MEASURED: Text("按数据计分", "Measured"),
    Kind.BALLOT: Text("民主测评", "By ballot"),
    Kind.DERIVED: Text("系统计算", "Derived"),
}

ADJUSTMENTS = {
    AdjustmentKind.DEDUCTION: Text("扣分", "Deduction"),
    AdjustmentKind.BONUS: Text("加分", "Bonus"),
}


def group_name(kind: Grouping, name: str) -> str:
    """Return what the group is called in the language of the request."""
    if kind is Grouping.COUNTY:
        return say("全县", "The county")
    return told(domain_title(name)) if kind is Grouping.DOMAIN else name


def stars_text(stars: int | None) -> str:
    """Return stars as words: `3 星`, `未评定` for none."""
    if stars is None:
        return say("未评定", "Not rated")
    return say(f"{stars} 星", f"{stars} star" if stars == 1 else f"{stars} stars")


def stars_key(stars: int | None) -> str:
    """Return how stars stand in an address or a class: `3`, `none`."""
    return "none" if stars is None else str(stars)


def star_class(stars: int | None) -> str:
    """Return the class that colours *stars*; more than five have the colour of five."""
    return f"s-{stars_key(None if stars is None else min(stars, MOST))}"


def star_chips(levels: Sequence[int]) -> dict[int | None, Markup]:
    """Return how each of *levels*, and not rated, is shown in a table: made once a page, not once a row.

    Nothing where there are no stars to be had.
    """
    if not levels:
        return {}
    return {
        stars: Markup('<span class="stars {}">{}</span>').format(star_class(stars), stars_text(stars))
        for stars in (*levels, None)
    }


def star_counts(figures: GroupFigures) -> list[tuple[int | None, int]]:
    """Return (stars, units) from the highest stars down to the not rated."""
    return [*figures.stars, (None, figures.not_rated)]


def signed(number: int) -> str:
    """Return a difference with its sign: `+3`, `−2`, `0`."""
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


def share_shown(some: int, whole: int) -> str:
    """Return *some* of *whole* as percent, rounded half up to two decimals, or to four where two look like a round number."""
    if not whole:
        return "–"
    exact = Fraction(some, whole)
    shown = rounded_percent(exact)
    return (
        shown
        if Fraction(shown[:-1]) == exact * 100 or not shown.endswith(".00%")
        else rounded_percent(exact, 4)
    )


def made(edition: Listed) -> str:
    """Return when *edition* was kept, on in the county's time."""
    return moment(edition.made_at)


def moment(at: datetime) -> str:
    """Return a moment in the county's time, to the minute."""
    return f"{at.astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}"


def marks_about(text: str) -> str:
    """Return marks that are kept as exact text (`6.5`, `408/55`), shortly: what is no finite decimal as `≈ 7.42`."""
    return marks_shown(Fraction(text)).partition(" (")[0]


WORDS: dict[str, Callable[..., Any] | Any] = {
    "Grouping": Grouping,
    "Outcome": Outcome,
    "GROUPINGS": GROUPINGS,
    "RANKING_TITLES": RANKING_TITLES,
    "STATES": STATES,
    "OUTCOMES": OUTCOMES,
    "KINDS": KINDS,
    "ADJUSTMENTS": ADJUSTMENTS,
    "group_name": group_name,
    "stars_text": stars_text,
    "stars_key": stars_key,
    "star_class": star_class,
    "star_counts": star_counts,
    "signed": signed,
    "made": made,
    "moment": moment,
    "share_shown": share_shown,
    "GROUP_PATHS": GROUP_PATHS,
    "stage_title": stage_title,
    "domain_title": domain_title,
    "marks_shown": marks_shown,
    "marks_about": marks_about,
    "marks_text": marks_text,
    "exact_text": exact_text,
}
"""What templates may call besides what a page gives them."""
