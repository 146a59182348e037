"""A set that extends another, made whole: the parent's tree with fields replaced, elements removed and added."""

from typing import Any

from scoring.criteria.tree import Mapping, elements
from scoring.errors import Fault, Place
from scoring.texts import Text

_OWN = ("id", "version", "changes", "expanded_from")
_LISTS = ("parts", "criteria", "adjustments")


def expanded(child: Mapping, parent: Mapping, parent_ref: str) -> tuple[Mapping, list[Fault]]:
    """Return *child* on the grounds of *parent* (itself expanded), and what is wrong with its changes.

    Fields are replaced first, then elements removed, then added, so the order of the file's keys is of no account.
    """
    whole = parent.copied()
    for key in _OWN:
        whole.pop(key, None)
    faults: list[Fault] = []
    override = _mapping(child, "override", faults)
    add = _mapping(child, "add", faults)
    by_id = {element.get("id"): (holder, element) for holder, element in elements(whole)}
    strangers = [element_id for element_id in override if element_id not in by_id]
    faults += [_unknown(override.place_of(stranger), stranger, parent_ref) for stranger in strangers]
    for element_id, change in override.items():
        if element_id in by_id and change is not None:
            faults += _replace(by_id[element_id][1], change, override.place_of(element_id))
    for element_id, change in override.items():
        if element_id in by_id and change is None:
            _remove(whole, *by_id[element_id], override.place_of(element_id))
    left = {element.get("id"): element for _, element in elements(whole)}
    gone = [element_id for element_id in override if override[element_id] is not None and element_id in by_id]
    faults += [_removed(override.place_of(name), name) for name in gone if name not in left]
    for part_id, added in add.items():
        part = whole if part_id == "root" else left.get(part_id)
        if part is None and part_id in by_id:
            faults.append(_removed(add.place_of(part_id), part_id))
        elif part is None:
            faults.append(_unknown(add.place_of(part_id), part_id, parent_ref))
        else:
            faults += _append(part, added, add.place_of(part_id))
            faults += _replaced_too(child, added) if part is whole else ()
    for key, value in child.items():
        if key not in ("extends", "override", "add"):
            whole.put(key, value, child.place_of(key))
    whole.put("expanded_from", parent_ref, child.place_of("extends"))
    whole.place = child.place
    return whole, faults


def _mapping(child: Mapping, key: str, faults: list[Fault]) -> Mapping:
    value = child.get(key)
    if isinstance(value, Mapping):
        return value
    if value is not None:
        faults.append(_fault(child.place_of(key), "应是若干“编号: …”", "must be a mapping of ids"))
    return Mapping(child.place)


def _replace(element: Mapping, change: Any, place: Place) -> list[Fault]:
    if not isinstance(change, Mapping):
        return [
            _fault(
                place,
                "应写明要改的字段，或写 null 删去",
                "must give the fields to replace, or null to remove",
            )
        ]
    for key, value in change.items():
        element.put(key, value, change.place_of(key))
    return []


def _remove(whole: Mapping, holder: list[Any], element: Mapping, place: Place) -> None:
    """Take *element* out of *holder*; a part that is left empty is told where it was emptied."""
    holder[:] = [kept for kept in holder if kept is not element]
    for _, part in elements(whole):
        if any(part.get(key) is holder for key in ("criteria", "parts")):
            part.place = place if not (part.listed("criteria") or part.listed("parts")) else part.place


def _replaced_too(child: Mapping, added: Any) -> list[Fault]:
    """Say where a file adds to a list of the root that it also writes anew."""
    both = [key for key in _LISTS if key in child and isinstance(added, Mapping) and key in added]
    return [
        _fault(
            added.place_of(key),
            f"本文件另写了整个“{key}”，这里添加的会丢失；请合在一处",
            f"this file also writes “{key}” as a whole, so what is added here would be lost; write it in one place",
        )
        for key in both
    ]


def _removed(place: Place, element_id: str) -> Fault:
    return _fault(
        place,
        f"“{element_id}”已被本文件删去（或随所在部分删去），不能再改",
        f"“{element_id}” is removed by this same file, itself or with its part",
    )


def _append(part: Mapping, added: Any, place: Place) -> list[Fault]:
    if not isinstance(added, Mapping):
        return [
            _fault(place, "应写明 parts、criteria 或 adjustments", "must hold parts, criteria or adjustments")
        ]
    faults = []
    for key, entries in added.items():
        if key in _LISTS and isinstance(entries, list):
            part.put(key, [*part.listed(key), *entries], added.place_of(key))
        elif key in _LISTS:
            faults.append(_fault(added.place_of(key), "应是列表", "must be a list"))
        else:
            faults.append(
                _fault(
                    added.place_of(key),
                    "只能添加 parts、criteria、adjustments",
                    "only parts, criteria and adjustments can be added",
                )
            )
    return faults


def _unknown(place: Place, element_id: str, parent_ref: str) -> Fault:
    return _fault(place, f"{parent_ref} 中没有编号“{element_id}”", f"{parent_ref} has no “{element_id}”")


def _fault(place: Place, zh: str, en: str) -> Fault:
    return Fault(place=place, sentence=Text(zh, en))
