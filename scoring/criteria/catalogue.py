"""The criteria sets that come with the service, frozen by `sets/DIGESTS`, and sets read from an office's own files."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from scoring.criteria import loader
from scoring.criteria.model import CriteriaSet
from scoring.errors import CriteriaInvalid, CriteriaUnknown, Fault, Place
from scoring.texts import Text

_SETS = files(__package__) / "sets"
_ENDINGS = (".yaml", ".yml")
_MOST_NEIGHBOURS = 200


def refs() -> tuple[str, ...]:
    """Return the refs of the shipped sets, in order."""
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in _SETS.iterdir() if entry.name.endswith(".yaml"))
    )


@cache
def find(ref: str) -> CriteriaSet:
    """Return the shipped set of that ref. Raises CriteriaUnknown."""
    shipped = _shipped(ref)
    if shipped is None:
        known = "、".join(refs()), ", ".join(refs())
        sentence = Text(
            f"没有 {ref} 这套标准；现有：{known[0]}", f"there is no set {ref}; there are: {known[1]}"
        )
        raise CriteriaUnknown([Fault(place=Place(), sentence=sentence)])
    return loader.load(*shipped, _shipped)


def read(path: Path) -> CriteriaSet:
    """Return the set in the file at *path*; parents are looked for beside it, then among the shipped sets.

    Raises CriteriaInvalid, also where there is no such file.
    """
    try:
        if path.exists() and not path.is_file():
            sentence = Text("打不开：不是文件", "cannot be opened: it is no file")
            raise CriteriaInvalid([Fault(place=Place(file=path.name), sentence=sentence)])
        with path.open("rb") as file:
            content = file.read(loader.LARGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = Text(f"打不开文件（{reason}）", f"cannot be opened ({reason})")
        raise CriteriaInvalid([Fault(place=Place(file=path.name), sentence=sentence)]) from None
    return loader.load(content, path.name, lambda ref: _beside(path, ref) or _shipped(ref))


def digests() -> dict[str, str]:
    """Return the frozen digest of every shipped set, by ref."""
    lines = (_SETS / "DIGESTS").read_text("utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def _shipped(ref: str) -> tuple[bytes, str] | None:
    if ref not in refs():
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
