"""The chain: every change of consequence is a link that holds the hash of the one before, so that none can be altered alone.

A link says who did what, about what, and the digests of the rows that were written. No names stand in it, only random
ids of people. A chain by itself does not show that its end was cut off or written anew: for that its head is printed
where nobody can change it, as a short code, and compared.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from scoring.canonical import Json, canonical, sha256
from scoring.errors import Fault, Place, Refused
from scoring.texts import Text

NONE = ""
"""What stands for the hash before the first link, and for a person where a command on the server did it."""

OPERATOR = "operator"
"""The role of whoever runs commands on the server."""

OWN = "person"
"""What stands for the role where somebody does something about their own account."""

_SHORT = 20
_CODE = re.compile(r"(\d{1,12})[-. ]([0-9a-f]{20,64})")
_LINE_FEED = b"\n"
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def edition_subject(edition_id: str) -> str:
    """Return the subject of what is done about that edition; a link's hash so stands for the edition as well."""
    return f"edition {edition_id}"


class HeadUnreadable(Refused):
    """What was given is not the head of a chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody is about to do: `person` and `on_behalf` are ids of people, `subjects` what it is about."""

    person: str = NONE
    on_behalf: str = NONE
    role: str = OPERATOR
    action: str = "keep"
    subjects: tuple[str, ...] = ()


BY_COMMAND = Deed()
"""What a command on the server does, where nothing more is said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link: `content` says which rows it wrote, `before` is the hash of the last one about the first subject."""

    number: int
    made_at: datetime
    deed: Deed
    before: str
    content: str
    previous: str
    hash: str

    @property
    def head(self) -> "Head":
        """The head of a chain that ends here."""
        return Head(number=self.number, hash=self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The number and the hash of a link, or the first 20 digits of that: 80 bits, which nobody meets by trying."""

    number: int
    hash: str

    @property
    def code(self) -> str:
        """The short code that is printed, `128-7f3a 9c21 …` without the spaces."""
        return f"{self.number}-{self.hash[:_SHORT]}"

    @property
    def spoken(self) -> str:
        """The short code in groups of four, as a person reads it out."""
        digits = self.hash[:_SHORT]
        return f"{self.number}-{' '.join(digits[at : at + 4] for at in range(0, _SHORT, 4))}"

    def is_of(self, link: Link) -> bool:
        """Return whether it is the head of the chain that ends with *link*."""
        return link.number == self.number and link.hash.startswith(self.hash)


def read_head(text: str) -> Head:
    """Return the head that *text* writes, in full or as the short code, with or without spaces. Raises HeadUnreadable."""
    found = _CODE.fullmatch(re.sub(r"(?<=[0-9a-f]) (?=[0-9a-f])", "", text.strip().lower()))
    if found is None:
        sentence = Text(
            f"“{text}”不是链头编码；编码形如 128-7f3a9c21…，即序号、短横和至少 {_SHORT} 位十六进制数",
            f"“{text}” is not the head of a chain; that is written 128-7f3a9c21…: a number, a hyphen,"
            f" and at least {_SHORT} hexadecimal digits",
        )
        raise HeadUnreadable([Fault(place=Place(field="--head"), sentence=sentence)])
    return Head(number=int(found[1]), hash=found[2])


def linked(deed: Deed, content: str, before: str, number: int, previous: str) -> Link:
    """Return the link of that *number* for *deed*, after the one whose hash is *previous*, made now."""
    own = Link(
        number=number,
        made_at=datetime.now(UTC),
        deed=deed,
        before=before,
        content=content,
        previous=previous,
        hash=NONE,
    )
    return replace(own, hash=hash_of(own))


def hash_of(link: Link) -> str:
    """Return the hash of *link*: the SHA-256 of the canonical JSON of all it says but its hash."""
    return sha256(canonical(said_by(link)))


def said_by(link: Link) -> dict[str, Json]:
    """Return all that *link* says but its hash, as a JSON object."""
    deed = link.deed
    return {
        "action": deed.action,
        "at": link.made_at.astimezone(UTC).strftime(_MOMENT),
        "before": link.before,
        "content": link.content,
        "number": link.number,
        "on_behalf": deed.on_behalf,
        "person": deed.person,
        "previous": link.previous,
        "role": deed.role,
        "subjects": list(deed.subjects),
    }


Cell = str | int | None
"""A value of a row as it is covered: text, number or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a link says of one table: how many rows it wrote there, and the digest of their lines."""

    table: str
    rows: int
    digest: str


def line_of(cells: Sequence[Cell]) -> bytes:
    """Return the line that stands for a row: a JSON list of its cells, up to the last that there is.

    So a column that a later release adds to the end of a table changes no line that was covered before.
    """
    last = len(cells)
    while last and cells[last - 1] is None:
        last -= 1
    return orjson.dumps(cells if last == len(cells) else cells[:last])


def content_of(lines: Mapping[str, Sequence[bytes]]) -> str:
    """Return what a link says of rows by their lines, by table, in whatever order they were written.

    `import:1:5f… marking:2:07…`: of each table in order of name how many rows, and the SHA-256 of their lines in order.
    """
    return " ".join(
        f"{table}:{len(own)}:{sha256(_LINE_FEED.join(sorted(own)))}"
        for table, own in sorted(lines.items())
        if own
    )


def shares(content: str) -> tuple[Share, ...]:
    """Return what *content* says of each table, in its order; what it does not say in that form is left out."""
    found = (words.split(":") for words in content.split())
    return tuple(
        Share(table=words[0], rows=int(words[1]), digest=words[2])
        for words in found
        if len(words) == 3 and words[1].isascii() and words[1].isdecimal()
    )


def broken(links: Iterable[Link]) -> Iterator[Fault]:
    """Yield what is wrong with *links* as a sequence: numbers left out, a link altered, or not after the one before."""
    expected, previous = 1, NONE
    for link in links:
        if link.number != expected:
            yield _fault(
                expected,
                f"缺失（其后是第 {link.number} 环）",
                f"is missing (link {link.number} comes next)",
            )
        elif link.previous != previous:
            yield _fault(link.number, "与上一环的哈希对不上", "does not hold the hash of the link before")
        if hash_of(link) != link.hash:
            yield _fault(
                link.number, "内容与自身的哈希对不上，被改动过", "was altered: it is not what its hash says"
            )
        expected, previous = link.number + 1, link.hash


def _fault(number: int, zh: str, en: str) -> Fault:
    return Fault(place=Place(field=f"#{number}"), sentence=Text(f"第 {number} 环{zh}", f"link {number} {en}"))
