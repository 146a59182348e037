"""The table: every rule of the application, what it needs, and a request that is well formed.

A rule that is not here fails the test; so a new one is written down with what it needs before it is let in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.people import Role
from scoring.periods import Phase
from scoring.permissions import Action
from tests.web.matrix.counties import FILE, PERIOD, County
from tests.web.matrix.needs import (
    PUBLIC,
    SIGNED_IN,
    Need,
    anywhere,
    hidden,
    holds,
    in_phases,
    over,
    right,
)

Values = Mapping[str, Any]
Sent = Callable[[County, str], dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """A rule by its endpoint and method, what it needs, the values of its address, and what is sent.

    `absent` are phases in which what it is about is not there, so that who asks may also hear that (404).
    """

    endpoint: str
    method: str
    need: Need
    values: Callable[[County, str], Values] = field(default=lambda _county, _unit: {})
    sent: Sent = field(default=lambda _county, _unit: {})
    absent: frozenset[Phase] = frozenset()


LINES: list[Line] = []

_UNPUBLISHED = frozenset({Phase.PREPARING, Phase.COLLECTING, Phase.MARKING})
_KIND = {"kind": "townships"}


def _add(
    endpoint: str,
    need: Need,
    *,
    method: str = "GET",
    sent: Any = None,
    absent: frozenset[Phase] = frozenset(),
    **values: Any,
) -> None:
    """Add a line; *values* and what is *sent* may be given for the county and unit at hand."""

    def of(county: County, unit: str) -> Values:
        return {name: own(county, unit) if callable(own) else own for name, own in values.items()}

    def body(county: County, unit: str) -> dict[str, Any]:
        if sent is None:
            return {}
        return sent(county, unit) if callable(sent) else dict(sent)

    LINES.append(Line(endpoint, method, need, of, body, absent))


def _unit(_county: County, unit: str) -> str:
    return unit


def _person(county: County, _unit: str) -> str:
    return county.people["target"].id


def _number(kind: str) -> Callable[[County, str], int]:
    """Return how the number of something of that kind is found, about the unit or about none."""
    return lambda county, unit: county.numbers.get((kind, unit)) or county.numbers.get((kind, ""), 999)


def _edition(county: County, _unit: str) -> str:
    return county.edition or "0" * 64


def _form(**fields: Any) -> Callable[[County, str], dict[str, Any]]:
    """Return a form; a field may be found by the county and the unit."""
    return lambda county, unit: {
        "data": {name: own(county, unit) if callable(own) else own for name, own in fields.items()}
    }


def _json(**fields: Any) -> Callable[[County, str], dict[str, Any]]:
    return lambda county, unit: {
        "json": {name: own(county, unit) if callable(own) else own for name, own in fields.items()}
    }


def _parts(**fields: Any) -> Callable[[County, str], dict[str, Any]]:
    """Return what sends *fields* as a form that may have files; what is a function is asked for its value."""

    def sent(county: County, unit: str) -> dict[str, Any]:
        told = {name: own(county, unit) if callable(own) else own for name, own in fields.items()}
        return {"data": told, "content_type": "multipart/form-data"}

    return sent


def _files(name: str, **fields: Any) -> Callable[[County, str], dict[str, Any]]:
    """Return a form with a file in it that no reader takes."""

    def sent(county: County, unit: str) -> dict[str, Any]:
        own = {key: value(county, unit) if callable(value) else value for key, value in fields.items()}
        own[name] = (io.BytesIO(b"not a file of any kind"), "file.csv")
        return {"data": own, "content_type": "multipart/form-data"}

    return sent


KEEP, SEE_PEOPLE = anywhere(Action.KEEP_PEOPLE), anywhere(Action.SEE_PEOPLE)
CASES, PROGRESS, PROPOSALS = (
    right(own) for own in (Action.SEE_CASES, Action.SEE_PROGRESS, Action.SEE_PROPOSALS)
)
SEE_UNIT, SUBMIT = over(Action.SEE_WORK), over(Action.SUBMIT_EVIDENCE)
MARK = {
    "self": over(Action.MARK_SELF) & in_phases(Phase.COLLECTING),
    "superior": over(Action.MARK_SUPERIOR),
    "county": over(Action.MARK_COUNTY),
}
"""Marking: a branch's own sheet that was never sent back is open while branches hand in."""

SEE_SHEET = {
    "self": SEE_UNIT | over(Action.MARK_SELF, phase=Phase.COLLECTING),
    "superior": SEE_UNIT | over(Action.MARK_SUPERIOR, phase=Phase.MARKING),
    "county": over(Action.MARK_COUNTY, phase=Phase.MARKING)
    | (SEE_UNIT & (in_phases(Phase.POSTED, Phase.PUBLISHED) | holds(Role.MODERATOR) | right(Action.SEE_LOG))),
}
"""Seeing sheets: those of the county's panel are shut to others until results are posted, but for who moderates or audits."""

SEND_BACK = {
    "self": over(Action.SEND_BACK) & over(Action.MARK_SUPERIOR),
    "superior": over(Action.SEND_BACK) & over(Action.MARK_COUNTY),
}
DISPUTES = right(Action.MODERATE, phase=Phase.MARKING) | right(Action.SEE_LOG)

for _endpoint in (
    "front.first",
    "front.healthz",
    "criteria.listed",
    "criteria.compare",
    "editions.listed",
    "editions.differences",
    "manual.docs",
    "manual.openapi",
    "sign_in.show",
    "api.criteria",
    "api.editions",
    "api.periods",
):
    _add(_endpoint, PUBLIC)
_add("static", PUBLIC, filename="stars.css")
_add("language.choose", PUBLIC, lang="en")
_add("criteria.one", PUBLIC, ref="village@1")
_add("api.criteria_set", PUBLIC, ref="village@1")
_add("api.differences", PUBLIC)
_add("work_api.head", PUBLIC)
_add("sign_in.enter", PUBLIC, method="POST", sent=_form(login="", password=""))
_add("sign_in.leave", PUBLIC, method="POST")
for _endpoint in ("about", "bundle", "workbook", "verification"):
    _add(f"editions.{_endpoint}", PUBLIC, edition_id=_edition)
for _endpoint in ("edition", "ranking", "units", "county"):
    _add(f"api.{_endpoint}", PUBLIC, edition_id=_edition)
_add("api.unit", PUBLIC, edition_id=_edition, code=_unit)
_add("api.groups", PUBLIC, edition_id=_edition, **_KIND)
_add("api.group", PUBLIC, edition_id=_edition, name="青石镇", **_KIND)
_add("api.provisional", hidden(right(Action.SEE_PROVISIONAL)), period_id=PERIOD)
for _place, _need, _own in (
    ("period", PUBLIC, {"period_id": PERIOD}),
    ("edition", PUBLIC, {"edition_id": _edition}),
    ("provisional", hidden(right(Action.SEE_PROVISIONAL)), {"period_id": PERIOD}),
):
    for _page in ("overview", "search"):
        _add(f"{_place}.{_page}", _need, **_own)
    for _page in ("ranking", "ranking_csv", "ranking_workbook"):
        _add(f"{_place}.{_page}", _need, **_own, **_KIND)
    _add(f"{_place}.unit", _need, **_own, code=_unit)
    _add(f"{_place}.group", _need, **_own, **_KIND, name="青石镇")

for _endpoint in (
    "account.show",
    "account.password",
    "inbox.show",
    "desk.show",
    "work_api.me",
    "work_api.inbox",
    "work_api.tokens",
    "work_api.deputies",
):
    _add(_endpoint, SIGNED_IN)
_add("account.change", SIGNED_IN, method="POST", sent=_form(before="x", after="y", again="z"))
_add("account.end_sessions", SIGNED_IN, method="POST")
_add("account.act", SIGNED_IN, method="POST")
_add("account.add_deputy", SIGNED_IN, method="POST")
_add("account.make_token", SIGNED_IN, method="POST", sent=_form(name="试", days="3"))
_add("account.finish_token", SIGNED_IN, method="POST", key="x")
_add("account.finish_deputy", KEEP, method="POST", number=_number("deputy"))
_add("inbox.read", SIGNED_IN, method="POST")
_add("points.rules", SIGNED_IN)
OWN_POINTS = anywhere(Action.SEE_OWN_POINTS)
for _endpoint in ("show", "lines", "choose", "claims"):
    _add(f"points.{_endpoint}", OWN_POINTS)
_add("points.line", OWN_POINTS, number=1)
_add("points.statement", OWN_POINTS)
_add("points.object_to", anywhere(Action.OBJECT_POINTS), method="POST", number=1, sent=_form(reason="不对"))
_add("points.withdraw_objection", anywhere(Action.OBJECT_POINTS), method="POST", number=1, objection=1)
_add("points.claim", OWN_POINTS, item="lecture_given")
_add("points.send", OWN_POINTS, method="POST", item="lecture_given", sent=_form(key="k", day="2026-11-10"))
_add("points.withdraw", OWN_POINTS, method="POST", number=1)
_add("points.file", OWN_POINTS, number=1, sha256=FILE)
_add("work_api.inbox_read", SIGNED_IN, method="POST")
_add("work_api.token_ended", SIGNED_IN, method="DELETE", key="x")
_add(
    "work_api.deputy_named",
    SIGNED_IN,
    method="POST",
    sent=_json(login="nobody", first_day="2026-12-01", last_day="2026-12-02"),
)
_add("work_api.deputy_ended", KEEP, method="DELETE", number=_number("deputy"))

_add("people.listed", SEE_PEOPLE)
_add("people.one", SEE_PEOPLE, person_id=_person)
_add("people.roles", SEE_PEOPLE)
_add("people.new", KEEP)
_add("people.add", KEEP, method="POST", sent=_form(login="xin1", name="新一"))
_add("people.revise", KEEP, method="POST", person_id=_person, sent=_form(name="改名", unit=""))
for _endpoint in ("close", "reopen", "reset", "end_sessions"):
    _add(f"people.{_endpoint}", KEEP, method="POST", person_id=_person)
_add("people.propose", KEEP, method="POST", person_id=_person, sent=_form(role="member", scope="A03"))
_add("people.recuse", KEEP, method="POST", person_id=_person, sent=_form(unit="A03", reason="亲属"))
_add("people.unrecuse", KEEP, method="POST", person_id=_person, sent=_form(unit="A03", reason="误登"))
_add("people.confirm", anywhere(Action.CONFIRM_ROLE), method="POST", sent=_form(number=_number("grant")))
_add("people.refuse", anywhere(Action.CONFIRM_ROLE), method="POST", number=_number("grant"))
_add("people.end", KEEP, method="POST", number=_number("grant"), sent=_form(person=_person))
_add("people_files.show", KEEP)
_add("people_files.template", KEEP)
_add("people_files.take", KEEP, method="POST", sent=_files("file"))
_add("people_files.passwords", KEEP, method="POST", sent=_form(rows="[]"))
_add("work_api.people", SEE_PEOPLE)
_add("work_api.person", SEE_PEOPLE, person_id=_person)
_add("work_api.grants_waiting", SEE_PEOPLE)
_add("work_api.person_added", KEEP, method="POST", sent=_json(login="xin1", name="新一"))
_add("work_api.person_revised", KEEP, method="PATCH", person_id=_person, sent=_json(name="改名", unit=""))
for _endpoint in ("person_closed", "person_opened", "person_password"):
    _add(f"work_api.{_endpoint}", KEEP, method="POST", person_id=_person)
_add("work_api.person_sessions_ended", KEEP, method="DELETE", person_id=_person)
_add(
    "work_api.grant_proposed", KEEP, method="POST", person_id=_person, sent=_json(role="member", scope="A03")
)
_add(
    "work_api.grants_confirmed",
    anywhere(Action.CONFIRM_ROLE),
    method="POST",
    sent=lambda county, _unit: {"json": {"numbers": [county.numbers["grant", ""]]}},
)
_add("work_api.grant_refused", anywhere(Action.CONFIRM_ROLE), method="POST", number=_number("grant"))
_add("work_api.grant_ended", KEEP, method="DELETE", number=_number("grant"))
_add("work_api.recusal", KEEP, method="PUT", person_id=_person, code="A03", sent=_json(reason="亲属"))
_add("work_api.recusal_ended", KEEP, method="POST", person_id=_person, code="A03", sent=_json(reason="误登"))

_IN = {"period_id": PERIOD}
_NEW = _form(period="2030", ref="village@1")
_ASSIGNED = _form(stage="county", units=_unit, person=_person)
_UNITS = _json(stage="county", units=lambda county, unit: {unit: [county.people["evaluator"].id]})
_DRAW = _json(stage="county", wanted=1, persons=lambda county, _unit: [county.people["evaluator"].id])
for _own, _need, _do in (
    ("progress.opening", anywhere(Action.OPEN_PERIOD), {}),
    ("progress.open_", anywhere(Action.OPEN_PERIOD), {"method": "POST", "sent": _NEW}),
    ("progress.show", PROGRESS, _IN),
    ("progress.move", right(Action.MOVE_PHASE), _IN | {"method": "POST"}),
    ("progress.remind_", right(Action.REMIND), _IN | {"method": "POST"}),
    (
        "progress.deadline",
        right(Action.ASSIGN),
        _IN | {"method": "POST", "sent": _form(step="county", day="2026-12-31")},
    ),
    ("progress.assign_", right(Action.ASSIGN), _IN | {"method": "POST", "sent": _ASSIGNED}),
    (
        "progress.draw",
        right(Action.ASSIGN),
        _IN | {"method": "POST", "sent": _form(stage="county", wanted="1", person=_person)},
    ),
    ("progress_files.show", right(Action.IMPORT_FILES), _IN | {"kind": "units"}),
    (
        "progress_files.take",
        right(Action.IMPORT_FILES),
        _IN | {"kind": "units", "method": "POST", "sent": _files("file")},
    ),
    ("burden.show", PROGRESS, _IN),
    ("calendar.show", SIGNED_IN, _IN),
    (
        "calendar.keep",
        anywhere(Action.KEEP_CALENDAR),
        _IN | {"method": "POST", "sent": _form(days="2027-02-04 放假")},
    ),
    (
        "work_api.period_opened",
        anywhere(Action.OPEN_PERIOD),
        {"method": "POST", "sent": _json(id="2030", refs=["village@1"])},
    ),
    ("work_api.work_progress", PROGRESS, _IN),
    ("work_api.phase_moved", right(Action.MOVE_PHASE), _IN | {"method": "POST"}),
    ("work_api.reminders", right(Action.REMIND), _IN | {"method": "POST", "sent": _json()}),
    ("work_api.assignments", right(Action.ASSIGN), _IN | {"method": "POST", "sent": _UNITS}),
    ("work_api.assignments_ended", right(Action.ASSIGN), _IN | {"method": "POST", "sent": _UNITS}),
    ("work_api.draws", right(Action.ASSIGN), _IN | {"method": "POST", "sent": _DRAW}),
    (
        "work_api.deadline",
        right(Action.ASSIGN),
        _IN | {"method": "PUT", "step": "county", "sent": _json(day="2026-12-31")},
    ),
    ("work_api.calendar", SIGNED_IN, {"year": 2026}),
    (
        "work_api.calendar_kept",
        anywhere(Action.KEEP_CALENDAR),
        {"method": "PATCH", "sent": _json(days=[{"day": "2027-02-04", "working": False, "name": ""}])},
    ),
    ("work_api.units_tried", right(Action.IMPORT_FILES), _IN | {"method": "POST", "sent": _files("file")}),
    ("work_api.units_taken", right(Action.IMPORT_FILES), _IN | {"method": "POST", "sent": _files("file")}),
    ("work_api.marks_tried", right(Action.IMPORT_FILES), _IN | {"method": "POST", "sent": _files("file")}),
    ("work_api.marks_taken", right(Action.IMPORT_FILES), _IN | {"method": "POST", "sent": _files("file")}),
    ("work_api.chain_links", anywhere(Action.SEE_LOG), {}),
):
    _add(_own, _need, **_do)

_HERE = {"period_id": PERIOD, "code": _unit}
_ONE = _HERE | {"number": _number("evidence")}
for _own, _need, _do in (
    ("branch.desk", SEE_UNIT, _HERE),
    ("evidence.listed", SEE_UNIT, _HERE),
    ("evidence.one", SEE_UNIT, _ONE),
    ("evidence.file", SEE_UNIT, _ONE),
    ("evidence.preview", SEE_UNIT, _ONE),
    ("evidence.upload", SUBMIT, _HERE | {"method": "POST", "sent": _files("file", criterion="discipline")}),
    ("evidence.here", SUBMIT, _HERE | {"method": "POST", "sent": _json(sha256=[FILE])}),
    ("evidence.use", SUBMIT, _HERE | {"method": "POST", "sent": _form(file=FILE, criterion="meetings")}),
    (
        "evidence.reason",
        SUBMIT,
        _HERE | {"method": "POST", "sent": _form(criterion="discipline", reason="没有", revision="0")},
    ),
    ("evidence.withdraw", SUBMIT, _ONE | {"method": "POST", "sent": _form(criterion="discipline")}),
    ("work_api.evidence", SEE_UNIT, _HERE),
    ("work_api.evidence_file", SEE_UNIT, _ONE),
    ("work_api.evidence_here", SUBMIT, _HERE | {"sha256": FILE}),
    (
        "work_api.evidence_handed_in",
        SUBMIT,
        _HERE | {"method": "POST", "sent": _files("file", criterion="discipline")},
    ),
    (
        "work_api.evidence_used",
        SUBMIT,
        _HERE | {"method": "POST", "sent": _json(sha256=FILE, criteria=["meetings"])},
    ),
    (
        "work_api.evidence_excused",
        SUBMIT,
        _HERE | {"criterion": "discipline", "method": "PUT", "sent": _json(reason="没有", revision=0)},
    ),
    ("work_api.evidence_taken_back", SUBMIT, _ONE | {"method": "DELETE"}),
):
    _add(_own, _need, **_do)

_add("marking.queue", SIGNED_IN, **_IN)
_add("work_api.work_queue", SIGNED_IN, **_IN)
_MARK_SENT = {"mark:discipline": "15", "was:discipline": "", "revision:discipline": "0", "do": "save"}
_ENTRY = [{"criterion": "discipline", "mark": "15", "revision": 0}]
_CELLS = _json(
    cells=lambda _county, unit: [{"unit": unit, "criterion": "discipline", "mark": "15", "revision": 0}]
)
_ROWS = _json(cells=lambda _county, unit: [[unit, "discipline", "15", 0]])
for _stage in ("self", "superior", "county"):
    _at = {"period_id": PERIOD, "stage": _stage}
    _of = _at | {"code": _unit}
    _add("marking.grid", SIGNED_IN, **_at)
    _add("marking.cells", SIGNED_IN, **_at)
    _add("marking.worksheet", SIGNED_IN, **_at)
    _add("marking.worksheet_file", SIGNED_IN, **_at)
    _add("marking.take", SIGNED_IN, **_at, method="POST", sent=_files("file"))
    _add("marking.enter_cells", MARK[_stage], **_at, method="POST", sent=_ROWS)
    _add(
        "marking.marks",
        MARK[_stage],
        **_at,
        unit=_unit,
        method="POST",
        sent=lambda _county, _unit: {"json": {"entries": _ENTRY}},
    )
    _add("marking.sheet", SEE_SHEET[_stage], **_of)
    _add(
        "marking.enter", MARK[_stage], **_of, method="POST", sent=lambda _county, _unit: {"data": _MARK_SENT}
    )
    _add("marking.enter", MARK[_stage], **_of, method="POST", sent=_form(do="confirm"))
    _add("work_api.grid", SIGNED_IN, **_at)
    _add("work_api.worksheet", SIGNED_IN, **_at)
    _add("work_api.worksheet_tried", SIGNED_IN, **_at, method="POST", sent=_files("file"))
    _add("work_api.worksheet_taken", SIGNED_IN, **_at, method="POST", sent=_files("file"))
    _add("work_api.grid_cells", MARK[_stage], **_at, method="POST", sent=_CELLS)
    _add("work_api.sheet", SEE_SHEET[_stage], **_of)
    _add("work_api.sheet_marks", MARK[_stage], **_of, method="PATCH", sent=_json(marks=_ENTRY))
    _add("work_api.sheet_accepted", MARK[_stage], **_of, method="POST", sent=_json(criteria=["discipline"]))
    _add("work_api.sheet_signature", MARK[_stage], **_of, method="POST")
    _add(
        "work_api.signatures",
        MARK[_stage],
        **_IN,
        method="POST",
        sent=lambda _county, unit, stage=_stage: {"json": {"sheets": [{"stage": stage, "unit": unit}]}},
    )
for _stage, _need in SEND_BACK.items():
    _add(
        "work_api.sheet_return",
        _need,
        period_id=PERIOD,
        stage=_stage,
        code=_unit,
        method="POST",
        sent=_json(reason="材料不全"),
    )
_after = {"superior": "self", "county": "superior"}
for _stage, _before in _after.items():
    _add(
        "marking.enter",
        SEND_BACK[_before],
        period_id=PERIOD,
        stage=_stage,
        code=_unit,
        method="POST",
        sent=_form(do="send_back", reason="材料不全"),
    )
_add("marking.moderation", DISPUTES, **_IN)
_add(
    "marking.settle",
    over(Action.MODERATE),
    **_IN,
    method="POST",
    sent=lambda _county, unit: {
        "data": {
            "unit": unit,
            "criterion": "discipline",
            "mark:discipline": "15",
            "reason": "折中",
            "revision": "0",
        }
    },
)
_add("work_api.work_disputes", DISPUTES, **_IN)
_add(
    "work_api.dispute_settled",
    over(Action.MODERATE),
    **_IN,
    code=_unit,
    criterion="discipline",
    method="PUT",
    sent=_json(mark="15", reason="折中", revision=0),
)

_MOTION = _IN | {"number": _number("motion")}
_MOVED = _form(unit=_unit, gate="weak", motion="raise", reason="软弱涣散")
_CASE = _IN | {"number": _number("objection")}
_ABSENT = {"absent": _UNPUBLISHED}
_CASES_OF, _ANSWER, _OBJECT = over(Action.SEE_CASES), over(Action.ANSWER_OBJECTION), over(Action.OBJECT)


def _moved_by_api(_county: County, unit: str) -> dict[str, Any]:
    fields = {"unit": unit, "gate": "weak", "motion": "raise", "reason": "软弱涣散"}
    return {"data": fields, "content_type": "multipart/form-data"}


def _objecting_by_api(_county: County, unit: str) -> dict[str, Any]:
    return {
        "data": {"unit": unit, "criterion": "meetings", "reason": "偏低"},
        "content_type": "multipart/form-data",
    }


_NO_PERIOD = {"number": _number("motion")}
_NO_PERIOD_CASE = {"number": _number("objection")} | _ABSENT
for _own, _need, _do in (
    ("gates.show", CASES, _IN),
    ("gates.move", over(Action.RAISE_GATE), _IN | {"method": "POST", "sent": _MOVED}),
    ("gates.confirm", over(Action.CONFIRM_GATE), _MOTION | {"method": "POST"}),
    ("gates.refuse", over(Action.CONFIRM_GATE), _MOTION | {"method": "POST", "sent": _form(reason="不属实")}),
    ("gates.withdraw", over(Action.RAISE_GATE), _MOTION | {"method": "POST"}),
    ("gates.document", _CASES_OF, _MOTION),
    ("work_api.gates", CASES, _IN),
    ("work_api.gate_moved", over(Action.RAISE_GATE), _IN | {"method": "POST", "sent": _moved_by_api}),
    ("work_api.gate_confirmed", over(Action.CONFIRM_GATE), _NO_PERIOD | {"method": "POST"}),
    (
        "work_api.gate_refused",
        over(Action.CONFIRM_GATE),
        _NO_PERIOD | {"method": "POST", "sent": _json(reason="不属实")},
    ),
    ("work_api.gate_withdrawn", over(Action.RAISE_GATE), _NO_PERIOD | {"method": "POST"}),
    ("work_api.gate_file", _CASES_OF, _NO_PERIOD),
    ("objections.listed", CASES, _IN),
    ("objections.new", _OBJECT, _IN | {"unit": _unit}),
    (
        "objections.file",
        _OBJECT,
        _IN | {"method": "POST", "sent": _form(unit=_unit, about="line:meetings", reason="偏低")},
    ),
    ("objections.one", _CASES_OF, _CASE | _ABSENT),
    ("objections.document", _CASES_OF, _CASE | {"sha256": FILE} | _ABSENT),
    ("objections.withdraw", _OBJECT, _CASE | {"method": "POST"} | _ABSENT),
    (
        "objections.assign",
        over(Action.ASSIGN_OBJECTION),
        _CASE | {"method": "POST", "sent": _form(person=_person)} | _ABSENT,
    ),
    ("objections.take", _ANSWER, _CASE | {"method": "POST"} | _ABSENT),
    (
        "objections.consequences",
        _ANSWER,
        _CASE | {"method": "POST", "sent": _form(mark="15", reason="偏低")} | _ABSENT,
    ),
    (
        "objections.upheld",
        _ANSWER,
        _CASE | {"method": "POST", "sent": _form(mark="15", reason="偏低", seal="x")} | _ABSENT,
    ),
    ("objections.dismissed", _ANSWER, _CASE | {"method": "POST", "sent": _form(reason="评分有据")} | _ABSENT),
    ("work_api.objections", CASES, _IN),
    ("work_api.objection_filed", _OBJECT, _IN | {"method": "POST", "sent": _objecting_by_api}),
    ("work_api.objection", _CASES_OF, _NO_PERIOD_CASE),
    ("work_api.objection_file", _CASES_OF, _NO_PERIOD_CASE | {"sha256": FILE}),
    ("work_api.objection_withdrawn", _OBJECT, _NO_PERIOD_CASE | {"method": "POST"}),
    (
        "work_api.objection_assigned",
        over(Action.ASSIGN_OBJECTION),
        _NO_PERIOD_CASE | {"method": "PUT", "sent": _json(person=_person)},
    ),
    ("work_api.objection_taken", _ANSWER, _NO_PERIOD_CASE | {"method": "POST"}),
    ("work_api.objection_consequences", _ANSWER, _NO_PERIOD_CASE | {"mark": "15"}),
    (
        "work_api.objection_upheld",
        _ANSWER,
        _NO_PERIOD_CASE | {"method": "POST", "sent": _json(mark="15", reason="偏低", seal="x")},
    ),
    (
        "work_api.objection_dismissed",
        _ANSWER,
        _NO_PERIOD_CASE | {"method": "POST", "sent": _json(reason="评分有据")},
    ),
):
    _add(_own, _need, **_do)

_PREPARE, _CONFIRM = right(Action.PREPARE_EDITION), right(Action.CONFIRM_EDITION)
_PROPOSAL = _IN | {"number": _number("proposal")}
_NO_PERIOD_PROPOSAL = {"number": _number("proposal")}
for _own, _need, _do in (
    ("publishing.show", PROPOSALS, _IN),
    ("publishing.prepare", _PREPARE, _IN | {"method": "POST", "sent": _form(state="draft")}),
    ("publishing.one", PROPOSALS, _PROPOSAL),
    ("publishing.confirm", _CONFIRM, _PROPOSAL | {"method": "POST"}),
    ("publishing.refuse", _CONFIRM, _PROPOSAL | {"method": "POST", "sent": _form(reason="再核")}),
    ("work_api.publishing", PROPOSALS, _IN),
    ("work_api.edition_prepared", _PREPARE, _IN | {"method": "POST", "sent": _json(kind="draft")}),
    ("work_api.proposal", PROPOSALS, _NO_PERIOD_PROPOSAL),
    ("work_api.edition_confirmed", _CONFIRM, _NO_PERIOD_PROPOSAL | {"method": "POST"}),
    (
        "work_api.edition_refused",
        _CONFIRM,
        _NO_PERIOD_PROPOSAL | {"method": "POST", "sent": _json(reason="再核")},
    ),
):
    _add(_own, _need, **_do)

_add("log.listed", anywhere(Action.SEE_LOG))
_add("log.link", anywhere(Action.SEE_LOG), number=1)
_add("log.person", anywhere(Action.SEE_LOG), person_id=_person)
_add("log.unit", SEE_UNIT, **_HERE)

_VERIFY, _SEE_POINTS, _SUMS = (
    anywhere(own) for own in (Action.VERIFY_POINTS, Action.SEE_POINTS, Action.SEE_POINTS_SUMS)
)
_MEMBERS, _RULES = anywhere(Action.KEEP_MEMBERS), anywhere(Action.KEEP_POINTS_RULES)
_MEMBER = {"member_id": "0" * 16}
_KEPT = _form(name="周七", unit=_unit, kind="resident", first_day="2026-01-01", code="M7")
_REASON = _form(reason="重复计分")
for _own, _need, _do in (
    ("first", SIGNED_IN, {}),
    ("claims", _VERIFY, {}),
    ("decide", _VERIFY, {"method": "POST", "sent": _form(post="999")}),
    ("decide", _VERIFY, {"method": "POST", "sent": _form(do="keep")}),
    ("claim_file", _VERIFY, {"number": 999, "sha256": FILE}),
    ("award", holds(Role.SECRETARY), {}),
    (
        "claim_for_all",
        holds(Role.SECRETARY),
        {"method": "POST", "sent": _form(item="general_meeting", day="2026-01-01", pasted="王一")},
    ),
    ("members", _SEE_POINTS, {}),
    ("new_member", _MEMBERS, {}),
    ("add", _MEMBERS, {"method": "POST", "sent": _KEPT}),
    ("members_file", _MEMBERS, {}),
    ("take_members", _MEMBERS, {"method": "POST", "sent": _files("file")}),
    ("member", _SEE_POINTS, _MEMBER),
    ("change", _MEMBERS, _MEMBER | {"method": "POST", "sent": _KEPT}),
    ("leave", _MEMBERS, _MEMBER | {"method": "POST", "sent": _KEPT}),
    (
        "move",
        anywhere(Action.MOVE_REVERSAL),
        _MEMBER | {"number": 999, "method": "POST", "sent": _REASON},
    ),
    ("reversals", _SEE_POINTS, {}),
    ("confirm", anywhere(Action.CONFIRM_REVERSAL), {"number": 999, "method": "POST"}),
    ("refuse", anywhere(Action.CONFIRM_REVERSAL), {"number": 999, "method": "POST", "sent": _REASON}),
    ("uphold", anywhere(Action.ANSWER_POINTS), {"number": 999, "method": "POST", "sent": _REASON}),
    ("dismiss", anywhere(Action.ANSWER_POINTS), {"number": 999, "method": "POST", "sent": _REASON}),
    ("quarters", _SUMS, {}),
    ("open_one", anywhere(Action.OPEN_QUARTER), {"method": "POST", "sent": _form(quarter="2026Q1")}),
    (
        "close",
        over(Action.CLOSE_QUARTER),
        {"method": "POST", "sent": _form(quarter="2026Q1", unit=_unit)},
    ),
    ("county", _SUMS, {}),
    ("talks", _SEE_POINTS, {}),
    ("means", anywhere(Action.SEE_PROGRESS), {}),
    (
        "take_means",
        MARK["superior"],
        _IN | {"method": "POST", "sent": _form(take=lambda _county, unit: f"{unit}:points")},
    ),
    ("mean", SEE_UNIT | over(Action.SEE_PROGRESS) | over(Action.SEE_POINTS_SUMS), _HERE),
    ("rules", _RULES, {}),
    ("adopt", _RULES, {"method": "POST", "sent": _form(ref="", first_day="2026-01-01")}),
    ("replay_rules", _RULES, {}),
    ("replay_file", _RULES, {"method": "POST", "sent": _form(ref="", quarter="2026Q1")}),
):
    _add(f"points_work.{_own}", _need, **_do)
MERCHANTS, AT_TILL = anywhere(Action.KEEP_MERCHANTS), anywhere(Action.TAKE_CODES)
_MERCHANT = {"merchant_id": lambda county, _unit: county.merchant}
_MONTH = {"month": "2026-01"}
_OFFER = {"number": _number("offer")}
_OFFERED = _form(
    title="大米", points="3", stock="", card="", terms="", first_day="2026-01-01", last_day="2999-12-31"
)
_POST = {"method": "POST"}
for _own, _need, _do in (
    ("merchants.listed", MERCHANTS, {}),
    ("merchants.add", MERCHANTS, _POST | {"sent": _form(name="书店", place="河边")}),
    ("merchants.one", MERCHANTS, _MERCHANT),
    ("merchants.change", MERCHANTS, _MERCHANT | _POST | {"sent": _form(name="书店", place="河边")}),
    ("merchants.close", MERCHANTS, _MERCHANT | _POST),
    ("merchants.put", MERCHANTS, _MERCHANT | _POST | {"sent": _form(login="shang")}),
    ("merchants.take", MERCHANTS, _MERCHANT | _POST | {"person_id": _person}),
    ("merchants.statement", anywhere(Action.SETTLE), _MERCHANT | _MONTH),
    ("merchants.settle_month", anywhere(Action.SETTLE), _MERCHANT | _MONTH | _POST),
    ("merchants.new_for", MERCHANTS, _MERCHANT),
    ("merchants.add_for", MERCHANTS, _MERCHANT | _POST | {"sent": _OFFERED}),
    ("merchants.offer", MERCHANTS, _OFFER),
    ("merchants.change_one", MERCHANTS, _OFFER | _POST | {"sent": _OFFERED}),
    ("merchants.end_one", MERCHANTS, _OFFER | _POST),
    ("till.show", AT_TILL, {}),
    ("till.look", AT_TILL, _POST | {"sent": _form(code="00000000")}),
    ("till.take", AT_TILL, _POST | {"sent": _form(code="00000000")}),
    ("till.receipt", AT_TILL, {"number": _number("receipt")}),
    ("till.settlements", AT_TILL, {}),
    ("till.statement", AT_TILL, _MONTH),
    ("till.listed", AT_TILL, {}),
    ("till.add", AT_TILL, _POST | {"sent": _OFFERED}),
    ("till.one", AT_TILL, _OFFER),
    ("till.change", AT_TILL, _OFFER | _POST | {"sent": _OFFERED}),
    ("till.end", AT_TILL, _OFFER | _POST),
    ("expiry.show", anywhere(Action.EXPIRE_POINTS), {}),
    ("expiry.announce", anywhere(Action.EXPIRE_POINTS), _POST | {"year": 2025}),
    ("expiry.end", anywhere(Action.EXPIRE_POINTS), _POST | {"year": 2025}),
    ("redeeming.offers", anywhere(Action.SPEND_POINTS), {}),
    ("redeeming.code", anywhere(Action.SPEND_POINTS), _OFFER | _POST),
):
    _add(_own, _need, **_do)

_NO_ENTRY = {"number": 999}
_REASONED = _json(reason="重复计分")
_CLAIMED = {"item": "lecture_given", "day": "2026-11-10"}
_OBJECTS = anywhere(Action.OBJECT_POINTS)
_QUARTER = {"quarter": "2026Q1"}
OFFERS = anywhere(Action.KEEP_OFFERS)
_DAYS = {"first_day": "2026-01-01", "last_day": "2999-12-31"}
_OFFERED_BY_API = {"title": "大米", "points": "3"} | _DAYS
_KEPT_BY_API = {"name": "周七", "unit": _unit, "kind": "resident", "first_day": "2026-01-01"}
for _own, _need, _do in (
    ("own_balance", OWN_POINTS, {}),
    ("own_lines", OWN_POINTS, {}),
    ("own_line_seen", OWN_POINTS, _NO_ENTRY),
    ("line_objection_filed", _OBJECTS, _NO_ENTRY | _POST | {"sent": _REASONED}),
    ("line_objection_withdrawn", _OBJECTS, _NO_ENTRY | _POST),
    ("own_statement_paper", OWN_POINTS, {}),
    ("own_claimable", OWN_POINTS, {}),
    ("own_claims_seen", OWN_POINTS, {}),
    ("points_claimed", OWN_POINTS, _POST | {"sent": _parts(**_CLAIMED)}),
    ("claim_withdrawn", anywhere(Action.CLAIM_POINTS), _NO_ENTRY | _POST),
    ("own_claim_file", OWN_POINTS, _NO_ENTRY | {"sha256": FILE}),
    ("points_rules", SIGNED_IN, {}),
    ("claims_waiting", _VERIFY, {}),
    ("claims_decided", _VERIFY, _POST | {"sent": _json(decisions=[{"claim": 999, "post": True}])}),
    ("claim_file", _VERIFY, _NO_ENTRY | {"sha256": FILE}),
    ("attendance", holds(Role.SECRETARY), {}),
    (
        "attendance_claimed",
        holds(Role.SECRETARY),
        _POST | {"sent": _parts(unit=_unit, item="general_meeting", day="2026-11-10", member="M1")},
    ),
    ("points_branches", _SEE_POINTS, {}),
    ("branch_members", over(Action.SEE_POINTS), {"code": _unit}),
    ("member_found", _SEE_POINTS, {"code": "M9"}),
    ("members_talks", _SEE_POINTS, {}),
    ("member_seen", _SEE_POINTS, _MEMBER),
    ("member_added", _MEMBERS, _POST | {"sent": _json(**_KEPT_BY_API, code="M7")}),
    (
        "member_changed",
        _MEMBERS,
        _MEMBER | {"method": "PATCH", "sent": _json(**_KEPT_BY_API, revision=1)},
    ),
    ("member_left", _MEMBERS, _MEMBER | _POST | {"sent": _json(first_day="2026-11-01", revision=1)}),
    ("reversal_moved", anywhere(Action.MOVE_REVERSAL), _NO_ENTRY | _POST | {"sent": _REASONED}),
    ("quarter_seen", _SUMS, _QUARTER),
    ("quarter_opened", anywhere(Action.OPEN_QUARTER), _QUARTER | _POST),
    ("quarter_closed", over(Action.CLOSE_QUARTER), _QUARTER | {"code": _unit} | _POST),
    ("quarters_closed", anywhere(Action.CLOSE_QUARTER), _QUARTER | _POST),
    ("points_sums", _SUMS, {}),
    ("reversals_seen", _SEE_POINTS, {}),
    ("reversal_confirmed", anywhere(Action.CONFIRM_REVERSAL), _NO_ENTRY | _POST),
    ("reversal_refused", anywhere(Action.CONFIRM_REVERSAL), _NO_ENTRY | _POST | {"sent": _REASONED}),
    ("line_objection_upheld", anywhere(Action.ANSWER_POINTS), _NO_ENTRY | _POST | {"sent": _REASONED}),
    ("line_objection_dismissed", anywhere(Action.ANSWER_POINTS), _NO_ENTRY | _POST | {"sent": _REASONED}),
    ("rules_in_use", _RULES, {}),
    ("rules_taken", _RULES, _POST | {"sent": _parts(ref="x@1", first_day="2027-01-01")}),
    ("expiry_seen", anywhere(Action.EXPIRE_POINTS), {}),
    ("expiry_announced", anywhere(Action.EXPIRE_POINTS), _POST | {"year": 2025}),
    ("expiry_ended", anywhere(Action.EXPIRE_POINTS), _POST | {"year": 2025}),
    ("members_file_tried", _MEMBERS, _POST | {"sent": _files("file")}),
    ("members_file_taken", _MEMBERS, _POST | {"sent": _files("file")}),
    ("points_file_tried", anywhere(Action.IMPORT_POINTS), _POST | {"sent": _files("file")}),
    ("points_file_taken", anywhere(Action.IMPORT_POINTS), _POST | {"sent": _files("file")}),
    ("merchants_seen", MERCHANTS, {}),
    ("merchant_added", MERCHANTS, _POST | {"sent": _json(name="书店", place="河边")}),
    ("merchant_seen", MERCHANTS, _MERCHANT),
    (
        "merchant_changed",
        MERCHANTS,
        _MERCHANT | {"method": "PATCH", "sent": _json(name="书店", place="河边", revision=1)},
    ),
    ("merchant_closed", MERCHANTS, _MERCHANT | _POST | {"sent": _json(revision=1)}),
    ("till_added", MERCHANTS, _MERCHANT | _POST | {"sent": _json(login="shang")}),
    ("till_ended", MERCHANTS, _MERCHANT | {"method": "DELETE", "person_id": _person}),
    ("merchant_offers", OFFERS, _MERCHANT),
    ("offer_added", OFFERS, _MERCHANT | _POST | {"sent": _json(**_OFFERED_BY_API)}),
    ("offer_seen", OFFERS, _OFFER),
    ("offer_changed", OFFERS, _OFFER | {"method": "PATCH", "sent": _json(**_OFFERED_BY_API, revision=1)}),
    ("offer_ended", OFFERS, _OFFER | _POST | {"sent": _json(revision=1)}),
    ("settlements_seen", anywhere(Action.SETTLE) | AT_TILL, {}),
    ("month_seen", anywhere(Action.SETTLE) | AT_TILL, _MERCHANT | _MONTH),
    ("month_settled", anywhere(Action.SETTLE), _MERCHANT | _MONTH | _POST),
    ("own_offers", anywhere(Action.SPEND_POINTS), {}),
    ("code_asked", anywhere(Action.SPEND_POINTS), _OFFER | _POST),
    ("till_seen", AT_TILL, {}),
    ("code_looked_at", AT_TILL, _POST | {"sent": _json(code="00000000")}),
    ("code_taken", AT_TILL, _POST | {"sent": _json(code="00000000")}),
    ("receipt_seen", AT_TILL, {"number": _number("receipt")}),
):
    _add(f"work_api.{_own}", _need, **_do)
