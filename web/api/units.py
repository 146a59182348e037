"""What is read of one edition piece by piece: its units, its groups, and the county."""

from typing import Any

import orjson
from flask import Response, request

from scoring.store.editions import Listed
from scoring.units import Grouping
from scoring.workflow.read_edition import read_unit_lines
from web.api import tellings
from web.api.finding import published, units_of, whole
from web.api.problems import Absent
from web.api.questions import GroupsAsked, UnitsAsked
from web.api.resources import answer, api, written
from web.api.shapes.groups import Groups, OneGroup, WholeCounty
from web.api.shapes.units import Units, WholeUnit
from web.asked import selection_asked
from web.viewing import shelf
from web.words import RANKINGS

_UNITS, _GROUPS = "units", "groups"
_KIND = "<any(townships, departments, domains):kind>"


@api.reads("/editions/<edition_id>/units", Units, of=_UNITS, asks=UnitsAsked)
def units(asked: dict[str, Any], edition_id: str) -> Response:
    """Find units of an edition, in order of rank unless another order is asked for, a page at a time.

    按乡镇、部门、领域、星级、名称或拼音查找单位。
    """
    own, directory = published(edition_id)
    found = directory.units(selection_asked(request.args))
    size, first = asked["page_size"], (asked["page"] - 1) * asked["page_size"]
    told = _of(own) | {
        "total": len(found),
        "page": asked["page"],
        "pages": max(1, -(-len(found) // size)),
        "units": tellings.joined(found[first : first + size], units_of(own.id, directory)),
    }
    return answer(orjson.dumps(told), own.id, lasting=whole(edition_id))


@api.reads("/editions/<edition_id>/units/<path:code>", WholeUnit, of=_UNITS)
def unit(edition_id: str, code: str) -> Response:
    """Read one unit with everything its stars rest on: steps, score sheet, marks.

    查看一个单位：得分、星级及其由来、评分表、各阶段评分。
    """
    own, directory = published(edition_id)
    entry = directory.register.by_code.get(code)
    if entry is None:
        raise Absent("code", "这个版本中没有这个代码的单位", "the edition has no unit of this code")
    lines = read_unit_lines(shelf().store, own.id, code)
    told = tellings.unit_told(entry, lines, directory.register.criteria[entry.criteria])
    return answer(written(WholeUnit(), _of(own) | told), own.id, lasting=whole(edition_id))


@api.reads(f"/editions/<edition_id>/groups/{_KIND}", Groups, of=_GROUPS, asks=GroupsAsked)
def groups(_asked: dict[str, Any], edition_id: str, kind: str) -> Response:
    """List the townships, departments or domains of an edition, best first unless another order is asked for.

    列出各乡镇街道、主管部门或领域的汇总，平均分高的在前。
    """
    own, directory = published(edition_id)
    found = directory.groups(_grouping(kind), selection_asked(request.args))
    told = _of(own) | {"groups": [tellings.group_told(one) for one in found]}
    return answer(written(Groups(), told), own.id, lasting=whole(edition_id))


@api.reads(f"/editions/<edition_id>/groups/{_KIND}/<path:name>", OneGroup, of=_GROUPS)
def group(edition_id: str, kind: str, name: str) -> Response:
    """Read the figures of one township, department or domain; its units are found by its name.

    查看一个乡镇街道、主管部门或领域的汇总。
    """
    own, directory = published(edition_id)
    figures = directory.register.group(_grouping(kind), name)
    if figures is None:
        raise Absent("name", "这个版本中没有这个名称的汇总", "the edition has no group of this kind and name")
    told = _of(own) | tellings.group_told(figures)
    return answer(written(OneGroup(), told), own.id, lasting=whole(edition_id))


@api.reads("/editions/<edition_id>/county", WholeCounty, of=_GROUPS)
def county(edition_id: str) -> Response:
    """Read the county's figures, and how it stands to its target.

    查看全县汇总与目标完成情况。
    """
    own, directory = published(edition_id)
    told = _of(own) | tellings.county_told(directory.register)
    return answer(written(WholeCounty(), told), own.id, lasting=whole(edition_id))


def _of(own: Listed) -> tellings.Told:
    return {"edition": own.id, "period": own.period}


def _grouping(kind: str) -> Grouping:
    found = RANKINGS[kind]
    assert found is not None, "the units are no group"
    return found
