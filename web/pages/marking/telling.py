"""What the scripts of the marking pages say, in the language of the request."""

from datetime import datetime
from typing import Any

from scoring.sheets import Conflict
from scoring.texts import Text
from scoring.working_days import COUNTY_TIME
from web.language import told

KEYS: tuple[tuple[str, Text], ...] = (
    ("Enter  ↓", Text("下一项", "next mark")),
    ("↑", Text("上一项", "previous mark")),
    ("=  A", Text("照上一阶段评分", "take the earlier stage's mark")),
    ("N", Text("不适用", "not applicable")),
    ("C", Text("写意见，Enter 返回", "write a comment; Enter goes on")),
    ("PageDown", Text("下一个支部", "next branch")),
    ("PageUp", Text("上一个支部", "previous branch")),
    ("Ctrl Enter", Text("签署", "sign")),
)
"""What keys do on a sheet."""

_SHEET_WORDS = {
    "saving": Text("正在保存…", "Saving…"),
    "saved": Text("已保存 {at}", "Saved at {at}"),
    "faults": Text("{count} 项填写有误，未保存", "{count} not saved: something is wrong"),
    "conflicts": Text("{count} 项别人已改过，请选用一个", "{count} changed by somebody else: choose one"),
    "offline": Text(
        "未保存（{count} 项）：网络不通，{seconds} 秒后重试，请勿关闭页面",
        "{count} not saved: no connection; trying again in {seconds} s, keep this page open",
    ),
    "unavailable": Text(
        "未保存（{count} 项）：服务暂时无法使用，{seconds} 秒后重试，请勿关闭页面",
        "{count} not saved: the service does not answer; trying again in {seconds} s, keep this page open",
    ),
    "missing": Text("还有 {count} 项未评，不能签署", "{count} without a mark; it cannot be signed yet"),
    "conflict": Text(
        "{by} 于 {at} 已改为“{theirs}”，您的是“{yours}”。",
        "{by} changed it to “{theirs}” at {at}; yours is “{yours}”.",
    ),
    "theirs": Text("用对方的", "Take theirs"),
    "yours": Text("用我的", "Take mine"),
    "taken": Text("已采用对方的评分", "Theirs was taken"),
    "blank": Text("空", "empty"),
    "level": Text("填 {mark} 分", "Enter {mark}"),
    "nothingToAccept": Text("上一阶段没有可照用的评分", "there is no earlier mark to take"),
}
_GRID_WORDS = {
    "ready": Text(
        "可以填写：改动自动保存，可整块粘贴，Ctrl+Z 撤销",
        "Ready: changes are saved as you go; paste blocks, Ctrl+Z undoes",
    ),
    "unready": Text("表格没有读出来，请刷新页面", "The grid could not be read; load the page again"),
    "saving": Text("正在保存 {count} 格…", "Saving {count} cells…"),
    "saved": Text("已保存 {count} 格 {at}。", "{count} cells saved at {at}."),
    "faults": Text("{count} 格有误，未保存，见下表。", "{count} cells are wrong and not saved; see below."),
    "conflicts": Text(
        "{count} 格别人已改过，见下表。", "{count} cells were changed by somebody else; see below."
    ),
    "offline": Text(
        "未保存（{count} 格）：{seconds} 秒后重试，请勿关闭页面",
        "{count} cells not saved; trying again in {seconds} s, keep this page open",
    ),
    "beyond": Text(
        "粘贴的内容超出表格，{count} 格没有位置。", "What was pasted is larger: {count} cells have no place."
    ),
    "locked": Text("{count} 格已锁定，没有改动。", "{count} cells are locked and stay as they are."),
    "conflict": Text("{by} 于 {at} 已改为“{theirs}”。", "{by} changed it to “{theirs}” at {at}."),
    "theirs": Text("用对方的", "Take theirs"),
    "yours": Text("用我的", "Take mine"),
    "blank": Text("空", "empty"),
    "colon": Text("：", ": "),
    "readOnly": Text("（只读）", "(read only)"),
    "more": Text("另有 {count} 格", "{count} more"),
}


def script_words() -> dict[str, str]:
    """Return what the sheet's script says."""
    return {name: told(words) for name, words in _SHEET_WORDS.items()}


def grid_words() -> dict[str, str]:
    """Return what the grid's script says."""
    return {name: told(words) for name, words in _GRID_WORDS.items()}


def clock() -> str:
    """Return the time in the county, to the minute."""
    return f"{datetime.now(COUNTY_TIME):%H:%M}"


def moment_told(at: datetime | None) -> str:
    """Return a moment of this year in the county's time, '' where it is not known."""
    return "" if at is None else f"{at.astimezone(COUNTY_TIME):%m-%d %H:%M}"


def conflict_told(own: Conflict) -> dict[str, Any]:
    """Return a conflict as scripts and templates read it."""
    return {
        "unit": own.unit,
        "criterion": own.criterion,
        "yours": own.yours,
        "theirs": own.theirs,
        "comment": own.their_comment,
        "by": own.by_name,
        "at": moment_told(own.made_at),
        "revision": own.revision,
    }
