"""What stands in the way of signing a sheet: marks it wants, evidence, and the stage before it."""

from scoring.errors import Fault, Place
from scoring.sheets import (
    SELF,
    SHARED,
    SUPERIOR,
    SheetState,
    required_in,
    titles,
)
from scoring.store import (
    assignments,
    evidence,
)
from scoring.store.engine import Connection
from scoring.texts import Text
from scoring.workflow.footing import Footing


def unready(c: Connection, own: Footing) -> tuple[Fault, ...]:
    """Return what stands in the way of signing the sheet as it is, its own wants first."""
    place = Place(field=f"{own.unit.code} {own.unit.name}")
    missing = missing_on(own)
    faults = []
    if missing:
        named = titles(own.criteria, missing)
        faults.append(Text(f"尚未评分：{named.zh}", f"no mark yet on {named.en}"))
    elif not own.texts:
        faults.append(Text("表中没有评分", "there is no mark on the sheet"))
    if own.key.stage == SELF:
        faults += unmet_evidence(c, own)
    waiting = _waits_for(own)
    if waiting is not None:
        faults.append(waiting)
    return tuple(Fault(place=place, sentence=sentence) for sentence in faults)


def unmet_evidence(c: Connection, own: Footing) -> list[Text]:
    """Return the sentence on criteria with less evidence than is asked for and no reason given, if there are any."""
    asked = [one for one in own.criteria.criteria if own.texts.get(one.id) not in (None, "n/a")]
    short = evidence.missing(c, own.period.id, own.unit.code, asked)
    if not short:
        return []
    named = titles(own.criteria, [one.id for one in short])
    return [
        Text(
            f"佐证材料不足，须补齐或说明原因：{named.zh}",
            f"less evidence than is asked for; hand it in or say why not: {named.en}",
        )
    ]


def missing_on(own: Footing) -> tuple[str, ...]:
    """Return the ids of the criteria without a mark that the sheet needs."""
    return tuple(one for one in required_in(own.criteria, own.key.stage) if one not in own.texts)


def _waits_for(own: Footing) -> Text | None:
    """Return why the sheet must wait for the stage before it; None where that is done, or its time is over."""
    stages = own.criteria.stages
    place = stages.index(own.key.stage)
    if place == 0:
        return None
    before = stages[place - 1]
    moves = [one.move.state for key, one in own.moves.items() if key.stage == before]
    over = own.deadlines.get(before, "9") < assignments.today()
    if before in SHARED and SheetState.SENT_BACK in moves and not over:
        return _before(before, "已退回，尚未重新签署", "was sent back and is not signed again yet")
    marked = SheetState.SIGNED in moves or any(one.stage == before for one in own.markings)
    if marked or over or before == SELF:
        return None
    return _before(before, "尚未签署", "is not signed yet")


def _before(stage: str, zh: str, en: str) -> Text:
    called = {
        SELF: Text("自评表", "the branch's own sheet"),
        SUPERIOR: Text("上级评分表", "its superior's sheet"),
    }
    named = called.get(stage, Text(f"“{stage}”阶段的评分表", f"the sheet of the stage {stage}"))
    return Text(f"{named.zh}{zh}", f"{named.en} {en}")
