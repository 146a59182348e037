"""What is told on the page one comes back to after something was done: a code in its address, from a closed list."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import redirect, request
from werkzeug.wrappers import Response as Answer

from scoring.texts import Text

DONE: dict[str, Text] = {
    "saved": Text("已保存", "Saved"),
    "added": Text("已添加", "Added"),
    "sent": Text("已提交", "Sent"),
    "signed": Text("已签署", "Signed"),
    "sent_back": Text("已退回", "Sent back"),
    "confirmed": Text("已确认", "Confirmed"),
    "refused": Text("已否决", "Refused"),
    "withdrawn": Text("已撤回", "Withdrawn"),
    "ended": Text("已终止", "Ended"),
    "moved": Text("已推进到下一环节", "Moved on"),
    "reminded": Text("已催办", "Reminded"),
    "imported": Text("已导入", "Imported"),
    "assigned": Text("已分配", "Assigned"),
    "uploaded": Text("已上传", "Uploaded"),
    "removed": Text("已删除", "Taken away"),
    "published": Text("已发布", "Published"),
    "closed": Text("账号已停用", "The account is closed"),
    "opened": Text("账号已启用", "The account is open again"),
    "proposed": Text("已提出，待另一名管理员确认", "Proposed; another administrator confirms it"),
    "password": Text(
        "密码已修改，其他设备上的登录已退出", "Password changed; you were signed out everywhere else"
    ),
    "sessions": Text("其他设备上的登录已全部退出", "You were signed out everywhere else"),
    "redeemed": Text("已兑换", "Redeemed"),
    "announced": Text("已预告，有账号的党员已收到消息", "Announced; members with an account were told"),
    "points_ended": Text("已办理到期", "The points have ended"),
    "settled": Text("已结算", "Settled"),
    "decided": Text("已办理，结果列在下方“已办理”中", "Done; what came of it is listed below"),
    "moved_reversal": Text("已提出冲销，待另一人确认", "Moved; another person confirms it"),
    "upheld": Text("异议成立，已提出冲销，待另一人确认", "Upheld; the reversal waits for another person"),
    "answered": Text("已答复", "Answered"),
    "opened_quarter": Text("基础分已发放", "The baseline is given"),
    "closed_quarter": Text("本季度已结账", "The quarter is closed"),
    "adopted": Text("规则已启用", "The rules are taken into use"),
    "claimed": Text("已申报，待他人审核", "Claimed; another person verifies it"),
    "read": Text("已全部标为已读", "All marked as read"),
    "out": Text("已退出登录", "You have signed out"),
}
"""What can be told, by code."""


def done(code: str, address: str) -> Answer:
    """Return the way back to *address*, a page of ours, where it is told that *code* was done."""
    assert code in DONE, code
    scheme, host, path, query, part = urlsplit(address)
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "done"]
    return redirect(urlunsplit((scheme, host, path, urlencode([*pairs, ("done", code)]), part)), 303)


def done_told() -> Text | None:
    """Return what the address says was done; None where it says nothing of the kind."""
    return DONE.get(request.args.get("done", ""))
