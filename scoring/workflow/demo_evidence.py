"""The demo county's branches hand in evidence, by the same way as any branch."""

import io
from collections.abc import Mapping

from scoring.criteria.criterion import Criterion, EvidenceKind
from scoring.evidence import UnitYear, takes_files
from scoring.people import Actor
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.workflow.demo.evidence import DemoFile, minutes, notice, photograph, sign_in_list
from scoring.workflow.keep_evidence import excuse, hand_in
from scoring.workflow.read_evidence import read_evidence

_MONTHS = (3, 6, 9)
_LEFT_OUT = 3
"""How many criteria of each branch still lack something, so that there is something to do."""


def hand_in_demo(store: Store, files: Files, period_id: str, secretaries: Mapping[str, Actor]) -> int:
    """Let each secretary hand in what most of the criteria of the branch (by code) ask for; return how many files.

    Two branches share the photograph of one meeting, one shows a photograph of the year before, and each gives one
    reason: there is something of everything to look at. The branches must not have signed their own sheets.
    """
    count, shared = 0, None
    for place, (code, actor) in enumerate(sorted(secretaries.items())):
        whose = UnitYear(period_id, code)
        seen = read_evidence(store, actor, whose)
        wanted = [own for own in seen.missing if own.evidence is not None and takes_files(own.evidence)]
        year = period_id if place != 1 else str(int(period_id) - 1)
        made = _files(seen.unit.name, period_id, photographed=year)
        shared = shared or made[0]
        if place == 2:
            made = (shared, *made[1:])
        chosen = {own.id: _serving(own, made, at) for at, own in enumerate(wanted[:-_LEFT_OUT])}
        for file in made:
            criteria = [own for own, serves in chosen.items() if serves is file]
            if criteria:
                hand_in(store, files, actor, whose, criteria, io.BytesIO(file.content), file.name)
                count += 1
        if len(wanted) > _LEFT_OUT:
            excuse(store, actor, whose, wanted[-1].id, "本年度没有这方面的工作，无材料可交", 0)
    return count


def _files(branch: str, year: str, *, photographed: str) -> tuple[DemoFile, ...]:
    march, june, september = _MONTHS
    return (
        photograph(branch, photographed, march),
        minutes(branch, year, june),
        sign_in_list(branch, year, june),
        notice(branch, year, september),
    )


def _serving(own: Criterion, made: tuple[DemoFile, ...], at: int) -> DemoFile | None:
    """Return the file that the branch hands in for the criterion, the *at*-th in turn of those of a kind that serves."""
    assert own.evidence is not None, "only criteria that ask for evidence"
    kinds = own.evidence.kinds or tuple(EvidenceKind)
    serving = [file for file in made if file.kind in kinds]
    return serving[at % len(serving)] if serving else None
