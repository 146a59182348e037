"""A star unfolded to its reasons, in words."""

from scoring.numbers import exact_text, share_text
from scoring.criteria.model import Ties
from scoring.stars import QuotaPlace, Step, StepKind
from scoring.texts import Text
from scoring.units import Grouping, domain_title


def reason(step: Step) -> Text:
    """Return why *step* left the unit with the stars it did."""
    match step.kind:
        case StepKind.CUT_POINT:
            if step.cut_point is None:
                return Text("得分未达到最低分数线", "the score is below the lowest cut point")
            bound = exact_text(step.cut_point.at_least)
            return Text(f"得分达到 {bound} 分", f"the score is {bound} or more")
        case StepKind.GATE:
            assert step.gate is not None
            return Text(
                f"{step.gate.title.zh}：最高 {step.gate.highest_stars} 星",
                f"{step.gate.title.en}: {step.gate.highest_stars} stars at most",
            )
        case StepKind.QUOTA:
            assert step.place is not None
            return _reason_of_quota(step.place)


def _reason_of_quota(place: QuotaPlace) -> Text:
    quota = place.quota
    group = group_title(place)
    tie_zh = "，末位同分，按规则一并下调" if place.tied else ""
    tie_en = "; those tied at the edge all go down" if place.tied else ""
    if quota.ties is Ties.KEEP and place.allowed == 0:
        tie_zh, tie_en = "", ""
    return Text(
        f"{group.zh}参评 {place.rated} 个，{quota.stars} 星不超过 {share_text(quota.share)}，即 {place.allowed} 个；"
        f"达到的有 {place.holders} 个，未进入前 {place.allowed} 名{tie_zh}",
        f"{group.en} has {place.rated} rated units, so at most {place.allowed} ({share_text(quota.share)}) may hold "
        f"{quota.stars} stars; {place.holders} reached them and this one is not among the best {place.allowed}{tie_en}",
    )


def group_title(place: QuotaPlace) -> Text:
    """Return the group a quota was taken in, as a person would name it."""
    match place.group.kind:
        case Grouping.COUNTY:
            return Text("全县", "the county")
        case Grouping.DOMAIN:
            title = domain_title(place.group.name)
            return Text(f"{title.zh}领域", f"the domain “{title.en}”")
        case _:
            return Text(place.group.name, place.group.name)
