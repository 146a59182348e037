"""The branch's desk: for its secretary what to do next, for those who mark it the same page, read only."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from scoring.evidence import UnitYear
from scoring.sentences import stage_title
from scoring.sheets import SheetState
from scoring.workflow.branch_desk import BranchDesk, Next, Stage, read_desk
from web.access import somebody, store
from web.language import say, told
from web.words import moment

branch_pages = Blueprint("branch", __name__, url_prefix="/desk/<period_id>/units")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The one thing to do next: a heading, what it is about, and a button that leads there ('' where there is none)."""

    heading: str
    words: str
    button: str = ""
    href: str = ""


@branch_pages.get("/<path:code>")
def desk(period_id: str, code: str) -> ResponseReturnValue:
    """Show the desk."""
    found = read_desk(store(), somebody(), UnitYear(period_id, code))
    return render_template(
        "work/branch/desk.html",
        desk=found,
        way=_way(found),
        stage_words=_stage_words,
        objections_address=_under(found, f"objections/new?unit={quote(found.evidence.unit.code)}"),
        log_address=f"/log/units/{quote(period_id)}/{quote(found.evidence.unit.code)}",
        superior_sheet=sheet_address(found, "superior"),
        own_sheet=sheet_address(found, "self"),
        result_address=_result(found),
    )


def sheet_address(found: BranchDesk, stage: str) -> str:
    """Return where the sheet of the unit and stage is."""
    return _under(found, f"marking/{quote(stage)}/{quote(found.evidence.unit.code)}")


def _under(found: BranchDesk, path: str) -> str:
    return f"/desk/{quote(found.evidence.period.id)}/{path}"


def _result(found: BranchDesk) -> str:
    period, code = found.evidence.period.id, found.evidence.unit.code
    return url_for("period.unit", period_id=period, code=code) if found.outcome is not None else ""


def _way(found: BranchDesk) -> Way:
    """Return what to do next, in words."""
    evidence = found.evidence
    listed = url_for("evidence.listed", period_id=evidence.period.id, code=evidence.unit.code, show="missing")
    sheet = sheet_address(found, found.next_stage)
    left = 0 if found.sheet is None else len(found.sheet.missing)
    match found.next:
        case Next.RATE:
            begun = any(own.filled for own in found.standards)
            return Way(
                heading=say("自评", "Mark the own branch"),
                words=say(f"还有 {left} 项没有填", f"{left} left to fill in"),
                button=say("继续自评", "Go on") if begun else say("开始自评", "Begin"),
                href=sheet,
            )
        case Next.HAND_IN:
            count = len(evidence.missing)
            return Way(
                heading=say("补材料", "Hand in what is missing"),
                words=say(f"自评填完了，还有 {count} 项缺材料", f"{count} criteria still lack files"),
                button=say("上传材料", "Hand in"),
                href=listed,
            )
        case Next.SIGN:
            return Way(
                heading=say("签署自评表", "Sign the sheet"),
                words=say(
                    "评分和材料都齐了。签署后送上级评审，不能再改",
                    "All is there. Once signed it goes to your superior and is locked",
                ),
                button=say("核对并签署", "Look over and sign"),
                href=sheet,
            )
        case Next.MEND:
            return Way(
                heading=say("修改后重新签署", "Mend and sign again"),
                words=say("自评表已退回，原因见下", "The sheet was sent back; see why below"),
                button=say("修改自评", "Mend"),
                href=sheet,
            )
        case Next.REVIEW | Next.MARK:
            title = told(stage_title(found.next_stage))
            return Way(
                heading=title,
                words=say("这个支部等您评分", "This branch waits for your marks"),
                button=say("去评分", "Mark"),
                href=sheet,
            )
        case Next.SEE_RESULT:
            return _seeing(found)
        case Next.NOTHING:
            return Way(heading=say("目前没有要办的事", "Nothing to do just now"), words=_waiting(found))


def _seeing(found: BranchDesk) -> Way:
    outcome = found.outcome
    assert outcome is not None, "there is a result to see"
    words = say("评定结果已发布", "The result is published")
    if outcome.posting is not None and found.evidence.period.phase == "posted":
        last = outcome.posting.last
        words = say(
            f"正在公示，至 {last} 24:00 止可提出异议", f"Posted for comment; objections until {last}, 24:00"
        )
    elif found.evidence.period.phase == "posted":
        words = say("正在公示", "Posted for comment")
    return Way(
        heading=say("看结果和理由", "See the result and why"),
        words=words,
        button=say("查看结果", "See it"),
        href=_result(found),
    )


def _waiting(found: BranchDesk) -> str:
    """Return what the branch waits for."""
    if found.evidence.period.phase == "preparing":
        return say(
            "评定还在筹备，申报开始后会通知", "The year is being prepared; you will be told when it begins"
        )
    waiting = next(
        (own for own in found.stages if own.state is not SheetState.SIGNED and not own.from_file), None
    )
    if waiting is None:
        return say(
            "各环节评分已签署，等待复议和公示", "All sheets are signed; moderation and posting come next"
        )
    title = told(stage_title(waiting.stage))
    return say(f"正在等待：{title}", f"Waiting for: {title}")


def _stage_words(own: Stage) -> str:
    """Return how far a stage is."""
    if own.from_file:
        return say("评分由文件导入", "marks came with a file")
    if own.of > 1:
        return say(f"{own.of} 人中 {own.signed} 人已签署", f"{own.signed} of {own.of} have signed")
    if own.moved is not None:
        return f"{told(own.state.called)} · {moment(own.moved.made_at)}"
    return told(own.state.called)
