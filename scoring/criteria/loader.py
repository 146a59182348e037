"""Criteria files and rules of points read: the only reader of YAML. YAML is text here until the schema has seen it.

Anchors, tags and second documents are refused, so that a file says what it seems to say and cannot grow when read.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import yaml

from scoring.canonical import canonical, sha256
from scoring.criteria.building import build, build_points
from scoring.criteria.expansion import expanded
from scoring.criteria.model import CriteriaSet
from scoring.criteria.points import PointsRules
from scoring.criteria.points_schema import PointsShape
from scoring.criteria.schema import FileKind, SetShape, TreeShape
from scoring.criteria.tree import Mapping
from scoring.errors import CriteriaInvalid, Fault, Place
from scoring.texts import Text, unwritable

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Text only, no types; libyaml where it is there."""

LARGEST_FILE = 2_000_000
_OF_EXTENDING = ("extends", "override", "add")
_DEEPEST = 60
_MOST_NODES = 200_000

FindParent = Callable[[str], tuple[bytes, str] | None]
"""Finds the file of a ref: its bytes and its name, or None."""


def load(content: bytes, name: str, find_parent: FindParent) -> CriteriaSet:
    """Return the criteria set in *content*, a YAML file named *name*, expanded on its parents.

    Raises CriteriaInvalid with every fault and its line; a parent's faults are told under the parent's name. A file
    of points rules is refused.
    """
    alone = _alone(content, name)
    return _criteria_set(_tree(content, name), find_parent) if alone is None else alone


def load_points(content: bytes, name: str) -> PointsRules:
    """Return the rules of members' points in *content*, a YAML file named *name*.

    Raises CriteriaInvalid with every fault and its line; a set that branches are marked by is refused.
    """
    return _points_rules(_tree(content, name))


def load_either(content: bytes, name: str, find_parent: FindParent) -> CriteriaSet | PointsRules:
    """Return what *content* holds by its own `kind`: a criteria set, or rules of points. Raises CriteriaInvalid."""
    tree = _tree(content, name)
    return _points_rules(tree) if _of_points(tree) else _criteria_set(tree, find_parent)


def document(criteria: CriteriaSet | PointsRules) -> dict[str, Any]:
    """Return the expanded set, or the rules, as a document of text, lists and mappings that is read back as it was.

    Fields at their defaults are left out, so that a later default cannot move a digest.
    """
    if isinstance(criteria, PointsRules):
        return {"kind": FileKind.POINTS.value, **PointsShape(exclude=("kind",)).document(criteria)}
    own = SetShape(exclude=("kind", "criteria", "parts", "adjustments")).document(criteria)
    return own | TreeShape().document(criteria.root)


@lru_cache(maxsize=32)
def written(criteria: CriteriaSet | PointsRules) -> bytes:
    """Return its document in canonical JSON (UTF-8, sorted keys, no spaces)."""
    return canonical(document(criteria))


def digest(criteria: CriteriaSet | PointsRules) -> str:
    """Return the SHA-256 of a set, or of rules, as written, in hexadecimal."""
    return sha256(written(criteria))


def ref_of(content: bytes) -> str | None:
    """Return the ref a criteria file gives itself, or None where that cannot be read."""
    try:
        tree = _tree(content, "")
    except CriteriaInvalid:
        return None
    own = (tree.get("id"), tree.get("version"))
    return f"{own[0]}@{own[1]}" if all(isinstance(word, str) for word in own) else None


@lru_cache(maxsize=32)
def _alone(content: bytes, name: str) -> CriteriaSet | None:
    """Return the set in *content* where it extends none, so that nothing else has a say in it; None where it does."""
    tree = _tree(content, name)
    return None if "extends" in tree else _criteria_set(tree, lambda _: None)


def _of_points(tree: Mapping) -> bool:
    return bool(tree.get("kind") == FileKind.POINTS.value)


def _points_rules(tree: Mapping) -> PointsRules:
    if not _of_points(tree):
        raise _invalid(
            tree.place_of("kind"),
            "这不是党员积分规则：积分规则须写 kind: points",
            "holds no rules of members' points: those say kind: points",
        )
    faults = [
        Fault(
            place=tree.place_of(key),
            sentence=Text(
                f"积分规则不支持 {key}，请写出全文", f"rules of points know no {key}; write them out in full"
            ),
        )
        for key in _OF_EXTENDING
        if tree.get(key) is not None
    ]
    for key in _OF_EXTENDING:
        tree.pop(key, None)
    return build_points(tree, faults)


def _criteria_set(tree: Mapping, find_parent: FindParent) -> CriteriaSet:
    if _of_points(tree):
        raise _invalid(
            tree.place_of("kind"),
            "这是党员积分规则（kind: points），不能用来给支部评分",
            "holds rules of members' points (kind: points), which branches are not marked by",
        )
    return build(*_expanded_tree(tree, find_parent, ()))


def _expanded_tree(
    tree: Mapping, find_parent: FindParent, chain: tuple[str, ...]
) -> tuple[Mapping, list[Fault]]:
    ref = tree.get("extends")
    if ref is None:
        return _without_changes(tree)
    place = tree.place_of("extends")
    if not isinstance(ref, str) or "@" not in ref:
        raise _invalid(place, "应写成“编号@版本”", "must be written as id@version")
    own = f"{tree.get('id')}@{tree.get('version')}"
    if ref in chain or ref == own:
        raise _invalid(
            place, f"与 {ref} 互相继承，成了循环", f"extends {ref}, which extends it in turn: a circle"
        )
    found = find_parent(ref)
    if found is None:
        raise _invalid(
            place,
            f"找不到 {ref}：既不在同一文件夹，也不是本系统自带的标准",
            f"{ref} is neither in the same folder nor among the sets that come with the service",
        )
    parent_tree = _tree(*found)
    if _of_points(parent_tree):
        raise _invalid(
            place,
            f"{ref} 是党员积分规则，评分标准不能在它上面改",
            f"{ref} holds rules of members' points, which no criteria set can extend",
        )
    parent, parent_faults = _expanded_tree(parent_tree, find_parent, (*chain, own))
    build(parent, parent_faults)
    return expanded(tree, parent, ref)


def _without_changes(tree: Mapping) -> tuple[Mapping, list[Fault]]:
    """Return a tree that extends nothing; override and add are faults in it."""
    faults = [
        Fault(
            place=tree.place_of(key), sentence=Text(f"只有写了 extends 才能写 {key}", f"{key} needs extends")
        )
        for key in ("override", "add")
        if tree.get(key) is not None
    ]
    for key in _OF_EXTENDING:
        tree.pop(key, None)
    return tree, faults


def _tree(content: bytes, name: str) -> Mapping:
    """Return the file's one mapping. Raises CriteriaInvalid where it is no plain YAML mapping in UTF-8."""
    faults: list[Fault] = []
    tree: Mapping = _plain(_composed(content, name), name, faults)
    if faults:
        raise CriteriaInvalid(faults)
    return tree


@lru_cache(maxsize=4)
def _composed(content: bytes, name: str) -> yaml.MappingNode:
    """Return the file as YAML reads it: once, since sets are read together with the parents that many of them have."""
    whole = Place(file=name)
    if len(content) > LARGEST_FILE:
        raise _invalid(
            whole, f"文件超过 {LARGEST_FILE // 10**6} MB", f"is larger than {LARGEST_FILE // 10**6} MB"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _invalid(
            whole, "不是 UTF-8 编码，请另存为 UTF-8", "is not in UTF-8; save it as UTF-8"
        ) from None
    control = unwritable(text)
    if control is not None:
        place = Place(file=name, line=text.count("\n", 0, control) + 1)
        raise _invalid(place, "含有不允许的控制字符", "holds a control character that is not allowed")
    try:
        _check_plain(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        what = error.problem or error.context or ""
        raise _invalid(
            Place(file=name, line=line), f"不是有效的 YAML（{what}）", f"is not valid YAML ({what})"
        ) from None
    if not isinstance(node, yaml.MappingNode):
        raise _invalid(whole, "应是若干“字段: 值”", "must be a mapping of fields to values")
    return node


def _check_plain(text: str, name: str) -> None:
    """Refuse what a criteria file has no use for, before anything is built of it."""
    depth = documents = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        mark = event.start_mark
        place = Place(file=name, line=None if mark is None else mark.line + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _invalid(
                place, "不能使用锚点与引用（& 和 *）", "anchors and aliases (& and *) are not allowed"
            )
        if getattr(event, "tag", None):
            raise _invalid(place, "不能使用标签（!）", "tags (!) are not allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > _DEEPEST or nodes > _MOST_NODES:
            raise _invalid(place, "嵌套过深或内容过多", "is nested too deeply or holds too much")
        if documents > 1:
            raise _invalid(place, "一个文件只能写一套标准（有第二个 ---）", "holds a second document (---)")


def _plain(node: yaml.Node, name: str, faults: list[Fault]) -> Any:
    """Return a node as text, None, a list or a mapping."""
    place = Place(file=name, line=node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping = Mapping(place)
        for key_node, value_node in node.value:
            key_place = Place(file=name, line=key_node.start_mark.line + 1)
            key = _clean(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in mapping or key == "?":
                faults.append(Fault(place=key_place, sentence=_repeated_field(key)))
            mapping.put(key, _plain(value_node, name, faults), key_place)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_plain(entry, name, faults) for entry in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return None if not node.style and node.value in ("", "null", "~") else _clean(node.value)


def _clean(text: str) -> str:
    """Return *text* in NFC without blanks around it, so that what looks the same is the same."""
    return unicodedata.normalize("NFC", text.strip())


def _repeated_field(key: str) -> Text:
    if key == "?":
        return Text("字段名应是文字", "a field's name must be a text")
    return Text(f"字段“{key}”写了两次", f"the field “{key}” stands there twice")


def _invalid(place: Place, zh: str, en: str) -> CriteriaInvalid:
    return CriteriaInvalid([Fault(place=place, sentence=Text(zh, en))])
