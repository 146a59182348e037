"""The witness of an edition: the link of the chain under which it was published, as it stands in every bundle.

It stands beside the manifest, and is no part of the edition's id: the same edition published by two databases is the
same but for its witness.
"""

from scoring.canonical import Json, canonical, sha256
from scoring.chain import Head, Link, edition_subject, said_by
from scoring.errors import Place
from scoring.records import Record, parsed, wrong

WITNESS = "chain.json"
"""The name under which it stands in a bundle."""

FORMAT = 1

_FIELDS = ("format", "hash", "links", "number")


def written(link: Link) -> bytes:
    """Return the witness of an edition that was published under *link*."""
    own: dict[str, Json] = {
        "format": FORMAT,
        "hash": link.hash,
        "links": [said_by(link)],
        "number": link.number,
    }
    return canonical(own)


def read_witness(content: bytes, edition_id: str) -> Head:
    """Return the head of the chain that *content* gives for that edition, in full.

    The last of its links is the one the edition was published under. Raises RecordWrong where its hash is not that of
    what it says, or it says nothing of the edition.
    """
    own = Record(parsed(content, Place(file=WITNESS)), _FIELDS, Place(file=WITNESS))
    if own.any("format") != FORMAT or own.any("format") is True:
        raise wrong(own.at("format"), "是本程序不认识的格式", "is a format that this program does not know")
    links, head = own.list("links"), own.hash("hash")
    last = links[-1] if links else None
    if not isinstance(last, dict) or sha256(canonical(last)) != head:
        raise wrong(
            own.at("links"),
            "最后一环与哈希不符，被改动过",
            "ends with a link that does not fit the hash: altered",
        )
    number, subjects = last.get("number"), last.get("subjects")
    if type(number) is not int or number < 1 or own.any("number") != number or own.any("number") is True:
        raise wrong(own.at("number"), "不是最后一环的序号", "is not the number of the last link")
    if not isinstance(subjects, list) or edition_subject(edition_id) not in subjects:
        raise wrong(
            own.at("links"),
            "最后一环不是这一版发布时的那一环",
            "ends with a link under which another edition was published",
        )
    return Head(number=number, hash=head)
