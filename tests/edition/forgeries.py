"""Changes of a bundle: by accident, by a clumsy hand, and by one who knows what is hashed."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import orjson

from scoring.bundle import packed, unpack
from scoring.canonical import canonical, sha256

MANIFEST, ROWS, STANDINGS = "manifest.json", "rows.jsonl", "standings.json"
LINED = ("units.jsonl", "marks.jsonl", "rows.jsonl")


@dataclass(frozen=True)
class Forgery:
    """A changed bundle: what was done, to which member ('' for the archive), and its bytes."""

    sort: str
    member: str
    content: bytes


def rehashed(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return *members* with a manifest that names their hashes, as one who knows the format would write it."""
    manifest = orjson.loads(members[MANIFEST])
    hashes = {name: sha256(own) for name, own in members.items() if name != MANIFEST}
    manifest["members"] = hashes
    manifest["criteria"] = [
        {"ref": name.removeprefix("criteria/").removesuffix(".json"), "digest": digest}
        for name, digest in sorted(hashes.items())
        if name.startswith("criteria/")
    ]
    inputs = {name: digest for name, digest in hashes.items() if name not in (ROWS, STANDINGS)}
    manifest["inputs"] = sha256(canonical(inputs))
    others = {name: members[name] for name in sorted(hashes)}
    return {MANIFEST: canonical(manifest)} | others


def other_byte(rng: random.Random, content: bytes, at: int | None = None) -> bytes:
    """Return *content* with one byte changed; a printable one becomes another printable one, mostly."""
    at = rng.randrange(len(content)) if at is None else at
    old = content[at]
    new = old
    while new == old:
        new = rng.choice(b'0123456789.abcV{}[]":,') if rng.random() < 0.7 else rng.randrange(256)
    return content[:at] + bytes([new]) + content[at + 1 :]


def raw_bytes(rng: random.Random, content: bytes, count: int) -> Iterator[Forgery]:
    """Single bytes of the file itself, wherever they are: what a bad disk does, or an editor of bytes."""
    spans = _spans(content)
    for _ in range(count):
        at = rng.randrange(len(content))
        member = next((name for name, start, end in spans if start <= at < end), "")
        yield Forgery("a byte of the file", member, other_byte(rng, content, at))


def repacked_bytes(rng: random.Random, content: bytes, count: int) -> Iterator[Forgery]:
    """Single bytes of a member, packed again with a checksum that fits."""
    members = unpack(content)
    for _ in range(count):
        name = rng.choice(list(members))
        changed = members | {name: other_byte(rng, members[name])}
        yield Forgery("a byte, packed again", name, packed(changed))


def rehashed_bytes(rng: random.Random, content: bytes, count: int) -> Iterator[Forgery]:
    """Single bytes of a member, with every hash in the manifest worked out again."""
    members = unpack(content)
    names = [name for name in members if name != MANIFEST]
    for _ in range(count):
        name = rng.choice(names)
        changed = members | {name: other_byte(rng, members[name])}
        yield Forgery("a byte, hashed again", name, packed(rehashed(changed)))


def values(rng: random.Random, content: bytes, count: int) -> Iterator[Forgery]:
    """Another figure in a line, canonical again and hashed again: a forger who edits the JSON and not the marks."""
    members = unpack(content)
    for _ in range(count):
        name = rng.choice([ROWS, STANDINGS])
        lines = members[name].splitlines()
        at = rng.randrange(len(lines))
        document = orjson.loads(lines[at])
        _change_a_value(rng, document)
        new = canonical(document)
        if new == lines[at]:
            continue
        lines[at] = new
        ending = b"\n" if name in LINED else b""
        changed = members | {name: b"\n".join(lines) + ending}
        yield Forgery("a figure, hashed again", name, packed(rehashed(changed)))


def lines(rng: random.Random, content: bytes, count: int) -> Iterator[Forgery]:
    """Lines swapped, taken out, doubled or put in from elsewhere, with every hash worked out again."""
    members = unpack(content)
    for _ in range(count):
        name = rng.choice(LINED)
        own = members[name].splitlines(keepends=True)
        one, other = rng.sample(range(len(own)), 2)
        sort = rng.choice(
            ["swapped", "removed", "doubled", "put in the place of another", "blank", "not ended"]
        )
        match sort:
            case "swapped":
                own[one], own[other] = own[other], own[one]
            case "removed":
                del own[one]
            case "doubled":
                own.insert(one, own[one])
            case "put in the place of another":
                own[one] = own[other]
            case "blank":
                own.insert(one, b"\n")
            case "not ended":
                own[-1] = own[-1][:-1]
        changed = members | {name: b"".join(own)}
        yield Forgery(f"a line {sort}, hashed again", name, packed(rehashed(changed)))


def structure(rng: random.Random, content: bytes) -> Iterator[Forgery]:
    """Members removed, added, renamed, emptied or exchanged, with and without new hashes."""
    members = unpack(content)
    others = [name for name in members if name != MANIFEST]
    again: tuple[Callable[[dict], dict], ...] = (dict, rehashed)
    for treat in again:
        for name in others:
            yield Forgery(
                "a member removed", name, packed(treat({k: v for k, v in members.items() if k != name}))
            )
            renamed = {(f"{k}x" if k == name else k): v for k, v in members.items()}
            yield Forgery("a member renamed", name, packed(treat(_sorted(renamed))))
            yield Forgery("a member emptied", name, packed(treat(members | {name: b""})))
            other = rng.choice([one for one in others if one != name])
            swapped = members | {name: members[other], other: members[name]}
            yield Forgery("two members exchanged", name, packed(treat(swapped)))
        for name in ("chart.svg", "rows.jsonl.old", "criteria/other@1.json", "zzz"):
            yield Forgery("a member added", name, packed(treat(_sorted(members | {name: b"{}"}))))
    for name in members:
        yield Forgery("a member doubled", name, _doubled(content, name))
        yield Forgery("a member compressed", name, _compressed(members, name))
    for name, other in pairwise(members):
        order = [other if own == name else name if own == other else own for own in members]
        yield Forgery("two members out of order", name, packed({own: members[own] for own in order}))
    without = {name: own for name, own in members.items() if name != MANIFEST}
    yield Forgery("a member removed", MANIFEST, packed(without))
    yield Forgery("a member emptied", MANIFEST, packed(members | {MANIFEST: b""}))


def _doubled(content: bytes, name: str) -> bytes:
    """Return the file with one member in it twice, once in its directory."""
    members = unpack(content)
    own = packed({name: members[name]})
    own = own[: own.index(b"PK\x01\x02")]
    return content.replace(own, own + own)


def _compressed(members: dict[str, bytes], name: str) -> bytes:
    """Return the archive with one member compressed, all the rest the same."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for own, content in members.items():
            info = zipfile.ZipInfo(own)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            method = zipfile.ZIP_DEFLATED if own == name else zipfile.ZIP_STORED
            archive.writestr(info, content, compress_type=method)
    return target.getvalue()


def _sorted(members: dict[str, bytes]) -> dict[str, bytes]:
    return {MANIFEST: members[MANIFEST]} | {
        name: members[name] for name in sorted(members) if name != MANIFEST
    }


def _spans(content: bytes) -> list[tuple[str, int, int]]:
    """Return where each member's bytes stand in the file."""
    found = []
    for name, own in unpack(content).items():
        start = content.index(name.encode() + own) + len(name.encode())
        found.append((name, start, start + len(own)))
    return found


def _change_a_value(rng: random.Random, node: object) -> None:
    """Change one value somewhere below *node* for a likely other one."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    if not keys:
        return
    key = rng.choice(keys)
    value = node[key]
    if isinstance(value, dict | list) and value:
        _change_a_value(rng, value)
    elif isinstance(value, bool):
        node[key] = not value
    elif isinstance(value, int):
        node[key] = value + rng.choice([-1, 1])
    elif isinstance(value, str) and value and value[-1].isdigit():
        node[key] = value[:-1] + str((int(value[-1]) + 1) % 10)
    elif value is None:
        node[key] = rng.choice([1, "80.00", "V01"])
    else:
        node[key] = None
