"""What the chain's deeds are called: every action a link may name, in words."""

from scoring.permissions import Action
from scoring.texts import Text

_BESIDES = {
    "name_county": Text("登记县名", "name the county"),
    "keep": Text("在服务器上执行命令", "a command on the server"),
    "withdraw_objection": Text("撤回异议", "take an objection back"),
}
"""What is done besides the actions of the table of rights."""


DEEDS: dict[str, Text] = {
    **{own.value: own.called for own in Action if not own.value.startswith("see_")},
    **_BESIDES,
}
"""Every action a link may name, by what it stands as in the chain."""


def called(action: str) -> Text:
    """Return what *action* is called; a word this release does not know stands for itself."""
    return DEEDS.get(action, Text(action, action))
