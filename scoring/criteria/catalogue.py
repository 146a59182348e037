"""The criteria sets and rules of points that come with the service, frozen by `sets/DIGESTS`, and an office's own files."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from scoring.criteria import loader
from scoring.criteria.model import CriteriaSet
from scoring.criteria.points import PointsRules
from scoring.errors import CriteriaInvalid, CriteriaUnknown, Fault, Place
from scoring.texts import Text

_SETS = files(__package__) / "sets"
_ENDINGS = (".yaml", ".yml")
_MOST_NEIGHBOURS = 200
_POINTS = b"\nkind: points\n"


@cache
def refs() -> tuple[str, ...]:
    """Return the refs of the shipped sets that units are marked by, in order."""
    return tuple(ref for ref in _files() if ref not in points_refs())


@cache
def points_refs() -> tuple[str, ...]:
    """Return the refs of the shipped rules of members' points, in order."""
    return tuple(ref for ref in _files() if _POINTS in (_SETS / f"{ref}.yaml").read_bytes())


@cache
def find(ref: str) -> CriteriaSet:
    """Return the shipped set of that ref. Raises CriteriaUnknown, also where these are rules of points."""
    shipped = _shipped(ref)
    if ref in points_refs():
        raise _unknown(
            f"{ref} 是党员积分规则，不能用来给支部评分",
            f"{ref} holds rules of members' points, which branches are not marked by",
        )
    if shipped is None:
        known = "、".join(refs()), ", ".join(refs())
        raise _unknown(
            f"没有 {ref} 这套标准；现有：{known[0]}", f"there is no set {ref}; there are: {known[1]}"
        )
    return loader.load(*shipped, _shipped)


@cache
def find_points(ref: str) -> PointsRules:
    """Return the shipped rules of points of that ref. Raises CriteriaUnknown, also where it is a set for units."""
    shipped = _shipped(ref)
    if shipped is None or ref not in points_refs():
        known = "、".join(points_refs()), ", ".join(points_refs())
        raise _unknown(
            f"没有 {ref} 这套党员积分规则；现有：{known[0]}",
            f"there are no rules of members' points {ref}; there are: {known[1]}",
        )
    return loader.load_points(*shipped)


def find_either(ref: str) -> CriteriaSet | PointsRules:
    """Return the shipped set, or rules of points, of that ref. Raises CriteriaUnknown."""
    return find_points(ref) if ref in points_refs() else find(ref)


def is_ref(name: str) -> bool:
    """Say whether *name* is meant as the ref of a shipped set or of shipped rules, and not as a file."""
    path = Path(name)
    return "@" in name and not path.exists() and path.suffix not in _ENDINGS


def read(path: Path) -> CriteriaSet:
    """Return the set in the file at *path*; parents are looked for beside it, then among the shipped sets.

    Raises CriteriaInvalid, also where there is no such file, or it holds rules of points.
    """
    return loader.load(_content(path), path.name, lambda ref: _beside(path, ref) or _shipped(ref))


def read_points(path: Path) -> PointsRules:
    """Return the rules of points in the file at *path*. Raises CriteriaInvalid, as `read` does."""
    return loader.load_points(_content(path), path.name)


def read_either(path: Path) -> CriteriaSet | PointsRules:
    """Return what the file at *path* holds, by its own `kind`. Raises CriteriaInvalid, as `read` does."""
    return loader.load_either(_content(path), path.name, lambda ref: _beside(path, ref) or _shipped(ref))


def digests() -> dict[str, str]:
    """Return the frozen digest of every shipped set and of shipped rules of points, by ref."""
    lines = (_SETS / "DIGESTS").read_text("utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def _files() -> tuple[str, ...]:
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in _SETS.iterdir() if entry.name.endswith(".yaml"))
    )


def _unknown(zh: str, en: str) -> CriteriaUnknown:
    return CriteriaUnknown([Fault.of(zh, en)])


def _content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            sentence = Text("打不开：不是文件", "cannot be opened: it is no file")
            raise CriteriaInvalid([Fault(place=Place(file=path.name), sentence=sentence)])
        with path.open("rb") as file:
            return file.read(loader.LARGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = Text(f"打不开文件（{reason}）", f"cannot be opened ({reason})")
        raise CriteriaInvalid([Fault(place=Place(file=path.name), sentence=sentence)]) from None


def _shipped(ref: str) -> tuple[bytes, str] | None:
    if ref not in _files():
        return None
    return (_SETS / f"{ref}.yaml").read_bytes(), f"{ref}.yaml"


def _beside(path: Path, ref: str) -> tuple[bytes, str] | None:
    """Return the file beside *path* that gives itself that ref: by its name if it can be, else by looking inside."""
    neighbours = sorted(
        entry
        for entry in path.parent.iterdir()
        if entry.suffix in _ENDINGS and entry.is_file() and not entry.samefile(path)
    )
    named = [entry for entry in neighbours if entry.stem == ref]
    for entry in [*named, *neighbours[:_MOST_NEIGHBOURS]]:
        if entry.is_file() and entry.stat().st_size <= loader.LARGEST_FILE:
            content = entry.read_bytes()
            if loader.ref_of(content) == ref:
                return content, entry.name
    return None
