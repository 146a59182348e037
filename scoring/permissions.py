"""Who may do what, as one table that workflows, pages, the API, the tests and the documentation read.

Beside the table stands the separation of duties: nobody judges the own unit, and what two people must do is never
done by the same hands.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from scoring.chain import Deed
from scoring.errors import Fault, Refused
from scoring.people import Actor, Grant, Reach, Role
from scoring.periods import Phase
from scoring.texts import Text
from scoring.units import Unit


class NotAllowed(Refused):
    """Somebody may not do that: not with their roles, not there, or not in this phase."""


class NotSignedIn(NotAllowed):
    """Nobody may do that who has not signed in."""


class SameHands(NotAllowed):
    """What takes two people was tried by one, or somebody would judge their own."""


class Action(StrEnum):
    """What is done here that not everybody may do."""

    SEE_WORK = "see_work"
    SEE_PROVISIONAL = "see_provisional"
    SEE_PROGRESS = "see_progress"
    SEE_LOG = "see_log"
    SEE_CASES = "see_cases"
    SEE_PROPOSALS = "see_proposals"
    SUBMIT_EVIDENCE = "submit_evidence"
    MARK_SELF = "mark_self"
    MARK_SUPERIOR = "mark_superior"
    MARK_COUNTY = "mark_county"
    SEND_BACK = "send_back"
    MODERATE = "moderate"
    ASSIGN = "assign"
    REMIND = "remind"
    RAISE_GATE = "raise_gate"
    CONFIRM_GATE = "confirm_gate"
    OPEN_PERIOD = "open_period"
    IMPORT_FILES = "import_files"
    MOVE_PHASE = "move_phase"
    KEEP_CALENDAR = "keep_calendar"
    PREPARE_EDITION = "prepare_edition"
    CONFIRM_EDITION = "confirm_edition"
    OBJECT = "object"
    ASSIGN_OBJECTION = "assign_objection"
    ANSWER_OBJECTION = "answer_objection"
    SEE_PEOPLE = "see_people"
    KEEP_PEOPLE = "keep_people"
    CONFIRM_ROLE = "confirm_role"
    KEEP_OWN = "keep_own"
    SEE_OWN_POINTS = "see_own_points"
    CLAIM_POINTS = "claim_points"
    VERIFY_POINTS = "verify_points"
    SEE_POINTS = "see_points"
    SEE_POINTS_SUMS = "see_points_sums"
    MOVE_REVERSAL = "move_reversal"
    CONFIRM_REVERSAL = "confirm_reversal"
    OBJECT_POINTS = "object_points"
    ANSWER_POINTS = "answer_points"
    CLOSE_QUARTER = "close_quarter"
    KEEP_MEMBERS = "keep_members"
    KEEP_POINTS_RULES = "keep_points_rules"
    IMPORT_POINTS = "import_points"
    OPEN_QUARTER = "open_quarter"
    EXPIRE_POINTS = "expire_points"
    KEEP_MERCHANTS = "keep_merchants"
    SETTLE = "settle"
    KEEP_OFFERS = "keep_offers"
    TAKE_CODES = "take_codes"
    SPEND_POINTS = "spend_points"

    @property
    def called(self) -> Text:
        """What it is, as the end of a sentence."""
        return _ACTIONS[self]


class Within(StrEnum):
    """How what is done must relate to the one who does it."""

    COUNTY = "county"
    SCOPE = "scope"
    ASSIGNED = "assigned"
    SELF = "self"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A line of the table: in that role one may do that, so far, in those phases (none named: in all)."""

    action: Action
    role: Role
    within: Within
    phases: frozenset[Phase] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where something is to be done: the period ('' where it is about none), its phase, the unit, whether assigned."""

    period: str = ""
    phase: Phase | None = None
    unit: Unit | None = None
    assigned: bool = False


_BEFORE_POSTING = (Phase.PREPARING, Phase.COLLECTING, Phase.MARKING)
_AT_WORK = (Phase.COLLECTING, Phase.MARKING)
_ONCE_MARKED = (Phase.MARKING, Phase.POSTED, Phase.PUBLISHED)
_HEARD = (Phase.COLLECTING, Phase.MARKING, Phase.POSTED)


def _right(action: Action, role: Role, within: Within, *phases: Phase) -> Right:
    return Right(action=action, role=role, within=within, phases=frozenset(phases))


RIGHTS: tuple[Right, ...] = (
    _right(Action.SEE_WORK, Role.SECRETARY, Within.SCOPE),
    _right(Action.SEE_WORK, Role.SUPERIOR, Within.SCOPE),
    _right(Action.SEE_WORK, Role.EVALUATOR, Within.ASSIGNED),
    _right(Action.SEE_WORK, Role.MODERATOR, Within.COUNTY),
    _right(Action.SEE_WORK, Role.AUDITOR, Within.COUNTY),
    _right(Action.SEE_PROVISIONAL, Role.LEADER, Within.COUNTY),
    _right(Action.SEE_PROVISIONAL, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_PROVISIONAL, Role.AUDITOR, Within.COUNTY),
    _right(Action.SEE_PROGRESS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_PROGRESS, Role.LEADER, Within.COUNTY),
    _right(Action.SEE_PROGRESS, Role.AUDITOR, Within.COUNTY),
    _right(Action.SEE_PROGRESS, Role.SUPERIOR, Within.SCOPE),
    _right(Action.SEE_LOG, Role.AUDITOR, Within.COUNTY),
    _right(Action.SEE_CASES, Role.SECRETARY, Within.SCOPE),
    _right(Action.SEE_CASES, Role.SUPERIOR, Within.SCOPE),
    _right(Action.SEE_CASES, Role.MODERATOR, Within.COUNTY),
    _right(Action.SEE_CASES, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_CASES, Role.LEADER, Within.COUNTY),
    _right(Action.SEE_CASES, Role.AUDITOR, Within.COUNTY),
    _right(Action.SEE_PROPOSALS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_PROPOSALS, Role.LEADER, Within.COUNTY),
    _right(Action.SEE_PROPOSALS, Role.AUDITOR, Within.COUNTY),
    _right(Action.SUBMIT_EVIDENCE, Role.SECRETARY, Within.SCOPE, *_AT_WORK),
    _right(Action.MARK_SELF, Role.SECRETARY, Within.SCOPE, *_AT_WORK),
    _right(Action.MARK_SUPERIOR, Role.SUPERIOR, Within.SCOPE, Phase.MARKING),
    _right(Action.MARK_COUNTY, Role.EVALUATOR, Within.ASSIGNED, Phase.MARKING),
    _right(Action.SEND_BACK, Role.SUPERIOR, Within.SCOPE, Phase.MARKING),
    _right(Action.SEND_BACK, Role.EVALUATOR, Within.ASSIGNED, Phase.MARKING),
    _right(Action.MODERATE, Role.MODERATOR, Within.COUNTY, Phase.MARKING),
    _right(Action.ASSIGN, Role.ADMINISTRATOR, Within.COUNTY, *_BEFORE_POSTING),
    _right(Action.REMIND, Role.ADMINISTRATOR, Within.COUNTY, *_AT_WORK),
    _right(Action.REMIND, Role.SUPERIOR, Within.SCOPE, *_AT_WORK),
    _right(Action.RAISE_GATE, Role.ADMINISTRATOR, Within.COUNTY, *_HEARD),
    _right(Action.RAISE_GATE, Role.MODERATOR, Within.COUNTY, *_HEARD),
    _right(Action.CONFIRM_GATE, Role.ADMINISTRATOR, Within.COUNTY, *_HEARD),
    _right(Action.CONFIRM_GATE, Role.MODERATOR, Within.COUNTY, *_HEARD),
    _right(Action.CONFIRM_GATE, Role.LEADER, Within.COUNTY, *_HEARD),
    _right(Action.OPEN_PERIOD, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.IMPORT_FILES, Role.ADMINISTRATOR, Within.COUNTY, *_BEFORE_POSTING),
    _right(Action.MOVE_PHASE, Role.ADMINISTRATOR, Within.COUNTY, Phase.PREPARING, Phase.COLLECTING),
    _right(Action.KEEP_CALENDAR, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.PREPARE_EDITION, Role.ADMINISTRATOR, Within.COUNTY, *_ONCE_MARKED),
    _right(Action.CONFIRM_EDITION, Role.LEADER, Within.COUNTY, *_ONCE_MARKED),
    _right(Action.OBJECT, Role.SECRETARY, Within.SCOPE, Phase.POSTED),
    _right(Action.ASSIGN_OBJECTION, Role.ADMINISTRATOR, Within.COUNTY, Phase.POSTED),
    _right(Action.ANSWER_OBJECTION, Role.MODERATOR, Within.COUNTY, Phase.POSTED),
    _right(Action.SEE_PEOPLE, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_PEOPLE, Role.AUDITOR, Within.COUNTY),
    _right(Action.KEEP_PEOPLE, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.CONFIRM_ROLE, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_OWN_POINTS, Role.MEMBER, Within.SELF),
    _right(Action.CLAIM_POINTS, Role.MEMBER, Within.SELF),
    _right(Action.CLAIM_POINTS, Role.SECRETARY, Within.SCOPE),
    _right(Action.VERIFY_POINTS, Role.SECRETARY, Within.SCOPE),
    _right(Action.VERIFY_POINTS, Role.SUPERIOR, Within.SCOPE),
    _right(Action.SEE_POINTS, Role.SECRETARY, Within.SCOPE),
    _right(Action.SEE_POINTS, Role.SUPERIOR, Within.SCOPE),
    _right(Action.SEE_POINTS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_POINTS, Role.AUDITOR, Within.COUNTY),
    _right(Action.SEE_POINTS_SUMS, Role.LEADER, Within.COUNTY),
    _right(Action.SEE_POINTS_SUMS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SEE_POINTS_SUMS, Role.AUDITOR, Within.COUNTY),
    _right(Action.SEE_POINTS_SUMS, Role.SUPERIOR, Within.SCOPE),
    _right(Action.SEE_POINTS_SUMS, Role.SECRETARY, Within.SCOPE),
    _right(Action.MOVE_REVERSAL, Role.SECRETARY, Within.SCOPE),
    _right(Action.MOVE_REVERSAL, Role.SUPERIOR, Within.SCOPE),
    _right(Action.MOVE_REVERSAL, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.CONFIRM_REVERSAL, Role.SUPERIOR, Within.SCOPE),
    _right(Action.CONFIRM_REVERSAL, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.OBJECT_POINTS, Role.MEMBER, Within.SELF),
    _right(Action.ANSWER_POINTS, Role.SUPERIOR, Within.SCOPE),
    _right(Action.ANSWER_POINTS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.CLOSE_QUARTER, Role.SECRETARY, Within.SCOPE),
    _right(Action.CLOSE_QUARTER, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.KEEP_MEMBERS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.KEEP_POINTS_RULES, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.IMPORT_POINTS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.OPEN_QUARTER, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.EXPIRE_POINTS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.KEEP_MERCHANTS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.SETTLE, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.KEEP_OFFERS, Role.MERCHANT, Within.SELF),
    _right(Action.KEEP_OFFERS, Role.ADMINISTRATOR, Within.COUNTY),
    _right(Action.TAKE_CODES, Role.MERCHANT, Within.SELF),
    _right(Action.SPEND_POINTS, Role.MEMBER, Within.SELF),
    *(_right(Action.KEEP_OWN, role, Within.SELF) for role in Role),
)
"""The table. What stands in it nobody else may do; published figures are for everybody and need no line."""

IMPARTIAL = frozenset(
    {
        Action.MARK_SUPERIOR,
        Action.MARK_COUNTY,
        Action.SEND_BACK,
        Action.MODERATE,
        Action.RAISE_GATE,
        Action.CONFIRM_GATE,
        Action.ANSWER_OBJECTION,
    }
)
"""What nobody does about the own unit."""

_ACTIONS = {
    Action.SEE_WORK: Text("查看支部的申报和评分过程", "see a branch's evidence and sheets"),
    Action.SEE_PROVISIONAL: Text("查看暂计结果", "see provisional figures"),
    Action.SEE_PROGRESS: Text("查看工作进度", "see how far the work is"),
    Action.SEE_LOG: Text("查看操作日志", "read the log"),
    Action.SEE_CASES: Text("查看一票否决事项和异议", "see gates and objections"),
    Action.SEE_PROPOSALS: Text("查看发布准备", "see editions being prepared"),
    Action.SUBMIT_EVIDENCE: Text("上传佐证材料", "hand in evidence"),
    Action.MARK_SELF: Text("自评", "mark the own branch"),
    Action.MARK_SUPERIOR: Text("上级评审", "mark as its superior"),
    Action.MARK_COUNTY: Text("县级评分", "mark for the county"),
    Action.SEND_BACK: Text("退回评分表", "send a sheet back"),
    Action.MODERATE: Text("复议", "moderate"),
    Action.ASSIGN: Text("分配评分任务、设定期限", "assign units and set deadlines"),
    Action.REMIND: Text("催办", "send reminders"),
    Action.RAISE_GATE: Text("提出一票否决事项", "move that a gate be raised or lifted"),
    Action.CONFIRM_GATE: Text("确认一票否决事项", "confirm a gate"),
    Action.OPEN_PERIOD: Text("开设评定期", "open a period"),
    Action.IMPORT_FILES: Text("导入单位和评分文件", "import files of units and marks"),
    Action.MOVE_PHASE: Text("推进评定环节", "move a period on"),
    Action.KEEP_CALENDAR: Text("维护工作日历", "keep the calendar of working days"),
    Action.PREPARE_EDITION: Text("准备发布", "prepare an edition"),
    Action.CONFIRM_EDITION: Text("确认发布", "confirm an edition"),
    Action.OBJECT: Text("提出异议", "object"),
    Action.ASSIGN_OBJECTION: Text("指定异议答复人", "say who answers an objection"),
    Action.ANSWER_OBJECTION: Text("答复异议", "answer an objection"),
    Action.SEE_PEOPLE: Text("查看人员和授权", "see people and their roles"),
    Action.KEEP_PEOPLE: Text("管理账号、提出授权", "keep accounts and propose roles"),
    Action.CONFIRM_ROLE: Text("确认授权", "confirm a role"),
    Action.KEEP_OWN: Text("管理本人的账号", "keep the own account"),
    Action.SEE_OWN_POINTS: Text("查看本人积分", "see the own points"),
    Action.CLAIM_POINTS: Text("申报积分", "claim points"),
    Action.VERIFY_POINTS: Text("审核积分申报", "verify claims of points"),
    Action.SEE_POINTS: Text("查看支部党员积分", "see the points of a branch's members"),
    Action.SEE_POINTS_SUMS: Text("查看积分汇总", "see sums of points"),
    Action.MOVE_REVERSAL: Text("提出积分冲销", "move that points be reversed"),
    Action.CONFIRM_REVERSAL: Text("确认积分冲销", "confirm a reversal of points"),
    Action.OBJECT_POINTS: Text("对积分提出异议", "object to points"),
    Action.ANSWER_POINTS: Text("答复积分异议", "answer an objection to points"),
    Action.CLOSE_QUARTER: Text("办理季度积分结算", "close a quarter of points"),
    Action.KEEP_MEMBERS: Text("管理党员名册", "keep the list of members"),
    Action.KEEP_POINTS_RULES: Text("启用积分规则", "take rules of points into use"),
    Action.IMPORT_POINTS: Text("导入积分文件", "import files of points"),
    Action.OPEN_QUARTER: Text("发放季度基础分", "give a quarter's baseline"),
    Action.EXPIRE_POINTS: Text("办理积分到期", "let points expire"),
    Action.KEEP_MERCHANTS: Text("管理兑换商户", "keep merchants"),
    Action.SETTLE: Text("与商户结算", "settle with merchants"),
    Action.KEEP_OFFERS: Text("管理兑换商品", "keep offers"),
    Action.TAKE_CODES: Text("受理兑换码", "take codes"),
    Action.SPEND_POINTS: Text("兑换积分", "redeem points"),
}


_OF_ACTION: dict[Action, tuple[Right, ...]] = {
    action: tuple(own for own in RIGHTS if own.action is action) for action in Action
}


def may(actor: Actor, action: Action, at: Setting) -> bool:
    """Return whether *actor* may do *action* there and now."""
    return _granted(actor, action, at) is not None and not _partial(actor, action, at)


def permit(actor: Actor, action: Action, at: Setting) -> Deed:
    """Return the deed *actor* may do now: who, for whom, in which role. Raises NotAllowed, saying who may."""
    if actor.person is None:
        raise NotSignedIn([Fault.of("请先登录", "please sign in first")])
    grant = _granted(actor, action, at)
    if grant is None:
        raise NotAllowed([_refusal(actor, action, at)])
    if _partial(actor, action, at):
        assert at.unit is not None
        raise SameHands(
            [
                Fault.of(
                    f"{at.unit.name}是您所在的支部或应回避的单位，不能由您{action.called.zh}",
                    f"{at.unit.name} is your own branch, or one you keep away from; you may not {action.called.en} there",
                )
            ]
        )
    behalf = "" if actor.on_behalf is None else actor.on_behalf.id
    return Deed(person=actor.id, on_behalf=behalf, role=grant.role.value, action=action.value)


def other_hands(actor: Actor, before: Collection[str], zh: str, en: str) -> None:
    """Return where none of *before* (ids of people) has a hand in this. Raises SameHands with the sentence given."""
    if actor.hands & set(before):
        raise SameHands([Fault.of(zh, en)])


def _granted(actor: Actor, action: Action, at: Setting) -> Grant | None:
    """Return the grant by which *actor* may do that, not asking whether they are partial; None where there is none."""
    for right in _OF_ACTION.get(action, ()):
        if right.phases and at.phase not in right.phases:
            continue
        for grant in actor.rights:
            if grant.role is right.role and grant.period in ("", at.period) and _within(right, grant, at):
                return grant
    return None


def _within(right: Right, grant: Grant, at: Setting) -> bool:
    match right.within:
        case Within.SCOPE:
            return at.unit is None or grant.scope.covers(at.unit)
        case Within.ASSIGNED:
            return at.assigned
        case Within.COUNTY:
            return grant.scope.reach is Reach.COUNTY
        case Within.SELF:
            return True


def _partial(actor: Actor, action: Action, at: Setting) -> bool:
    return action in IMPARTIAL and at.unit is not None and at.unit.code in actor.partial_to


def _refusal(actor: Actor, action: Action, at: Setting) -> Fault:
    """Return why *actor* may not: the phase, where that is all, else who may."""
    rights = [own for own in RIGHTS if own.action is action]
    held = [own for own in rights if any(grant.role is own.role for grant in actor.rights)]
    if held and at.phase is not None and all(own.phases and at.phase not in own.phases for own in held):
        return Fault.of(
            f"评定期 {at.period} 处于“{at.phase.called.zh}”环节，现在不能{action.called.zh}",
            f"the period {at.period} is {at.phase.called.en}; one cannot {action.called.en} now",
        )
    zh = "、".join(dict.fromkeys(own.role.called.zh for own in rights))
    en = ", ".join(dict.fromkeys(own.role.called.en for own in rights))
    where = "" if at.unit is None else at.unit.name
    return Fault.of(
        f"您不能{action.called.zh}{f'（{where}）' if where else ''}；由负责此处的{zh}办理",
        f"you may not {action.called.en}{f' ({where})' if where else ''}; that is for: {en}, where it is theirs",
    )
