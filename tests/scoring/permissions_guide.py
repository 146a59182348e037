"""`python -m tests.scoring.permissions_guide` writes docs/permissions.md and its Chinese twin from the table of rights.

A change of the table shows in them line by line, and has to be committed with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scoring.people import APART, REACHES, Reach, Role
from scoring.periods import Phase
from scoring.permissions import IMPARTIAL, RIGHTS, Action, Right, Within
from scoring.texts import Lang, Text

DOCS = Path(__file__).parents[2] / "docs"
NAMES = {Lang.EN: "permissions.md", Lang.ZH: "permissions.zh-CN.md"}

_WITHIN = {
    Within.COUNTY: Text("全县", "the county"),
    Within.SCOPE: Text("本范围", "the own scope"),
    Within.ASSIGNED: Text("分配给本人的支部", "the branches assigned"),
    Within.SELF: Text("本人", "the own account"),
}
_REACH = {
    Reach.COUNTY: Text("全县", "the county"),
    Reach.TOWNSHIP: Text("一个乡镇", "a township"),
    Reach.DEPARTMENT: Text("一个部门", "a department"),
    Reach.UNIT: Text("一个支部", "a branch"),
}
_ALWAYS = Text("任何环节", "any")
_SAY = {
    "title": Text("谁可以做什么", "Who may do what"),
    "made": Text(
        "本页由程序按 `scoring/permissions.py` 的权限表生成；页面、接口和业务流程读的是同一张表，表外一律不允许。"
        "已公示、已发布的结果人人可看，不在表中。",
        "This page is written by a program from the table in `scoring/permissions.py`, which pages, API and workflows read"
        " too; what is not in it is not allowed. Posted and published figures are for everybody and need no line.",
    ),
    "roles": Text("角色与范围", "Roles and their scopes"),
    "table": Text("权限表", "The table"),
    "apart": Text("职责分离", "Separation of duties"),
}
_RULES = (
    Text(
        "授权由一名管理员提出、另一名管理员确认；不能授给自己，当事人也不能确认。",
        "A role is proposed by one administrator and confirmed by another; never for oneself, never by the person concerned.",
    ),
    Text(
        "任何人不得评审、评分、复议、处理本人所在支部或应回避的支部；代理人与被代理人都要符合。",
        "Nobody judges the own branch, or one they keep away from; for a deputy this holds of both people.",
    ),
    Text("评过某支部的人，不复议该支部。", "Who marked a branch does not moderate it."),
    Text(
        "一票否决由一人提出、另一人确认；解除亦同。",
        "A gate is moved by one person and confirmed by another; so is lifting it.",
    ),
    Text(
        "异议由没有经手过该支部的人答复。",
        "An objection is answered by somebody who has had no hand in that branch's marks.",
    ),
    Text("版本由一人准备、另一人确认。", "An edition is prepared by one person and confirmed by another."),
)


def guide(lang: Lang) -> str:
    """Return the page in *lang*."""
    return "\n".join(_lines(lang)) + "\n"


def _lines(lang: Lang) -> Iterator[str]:
    yield f"# {_SAY['title'].in_(lang)}"
    yield from ("", _SAY["made"].in_(lang), "", f"## {_SAY['roles'].in_(lang)}", "")
    yield from _heads(lang, Text("角色", "Role"), Text("可授的范围", "Held over"))
    for role in Role:
        over = Text("、", ", ").in_(lang).join(_REACH[own].in_(lang) for own in REACHES[role])
        yield f"| {role.called.in_(lang)} | {over} |"
    yield ""
    sets = ["、".join(role.called.zh for role in Role if role in own) for own in APART]
    names = [", ".join(role.called.en for role in Role if role in own) for own in APART]
    yield Text(
        f"同一人不得兼有下列不同组的角色：{'；'.join(sets)}。",
        f"Nobody holds roles of two of these groups: {'; '.join(names)}.",
    ).in_(lang)
    yield from ("", f"## {_SAY['table'].in_(lang)}", "")
    yield from _heads(
        lang,
        Text("事项", "What"),
        Text("角色", "Role"),
        Text("范围", "Over"),
        Text("环节", "Phase"),
        Text("回避", "Impartial"),
    )
    for right in RIGHTS:
        if right.action is not Action.KEEP_OWN:
            yield _row(right, lang)
    yield ""
    yield Text("每个登录者都可以管理本人的账号。", "Everybody who has signed in keeps the own account.").in_(
        lang
    )
    yield from ("", f"## {_SAY['apart'].in_(lang)}", "")
    yield from (f"- {rule.in_(lang)}" for rule in _RULES)


def _heads(lang: Lang, *heads: Text) -> Iterator[str]:
    yield f"| {' | '.join(own.in_(lang) for own in heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"


def _row(right: Right, lang: Lang) -> str:
    phases = Text("、", ", ").in_(lang).join(own.called.in_(lang) for own in Phase if own in right.phases)
    impartial = Text("是", "yes").in_(lang) if right.action in IMPARTIAL else ""
    cells = (
        right.action.called.in_(lang),
        right.role.called.in_(lang),
        _WITHIN[right.within].in_(lang),
        phases or _ALWAYS.in_(lang),
        impartial,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for own, name in NAMES.items():
        (DOCS / name).write_text(guide(own), "utf-8")
