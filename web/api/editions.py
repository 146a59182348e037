"""Editions: which there are, what one says of itself, and its whole ranking."""

from typing import Any

import orjson
from flask import Response

from scoring.workflow.read_edition import read_manifest
from web.api import tellings
from web.api.finding import edition_named, published, units_of, whole
from web.api.questions import EditionsAsked
from web.api.resources import answer, api, stamp, written
from web.api.shapes.editions import Editions, WholeEdition
from web.api.shapes.units import Ranking
from web.kept import kept
from web.viewing import contents, shelf

_OF = "editions"
_MOST = 16


@api.reads("/editions", Editions, of=_OF, asks=EditionsAsked)
def editions(asked: dict[str, Any]) -> Response:
    """List the editions, the newest first.

    列出各次发布的版本，新的在前。
    """
    found = contents()
    wanted = [own for own in found.editions if asked.get("period", own.period) == own.period]
    told = {"editions": [tellings.edition_told(own, found.newest) for own in wanted]}
    return answer(written(Editions(), told), stamp(), lasting=False)


@api.reads("/editions/<edition_id>", WholeEdition, of=_OF)
def edition(edition_id: str) -> Response:
    """Read what an edition says of itself, with the hash of every member.

    The SHA-256 of `manifest` as canonical JSON (sorted keys, no blanks, UTF-8) is the id: whoever has the id from a
    printed notice can check it.

    查看一个版本的清单：签署人、取代的版本与理由、各部分的指纹。
    """
    own = edition_named(edition_id)
    manifest = orjson.loads(read_manifest(shelf().store, own.id))
    told = {"id": own.id, "number": own.number, "made_at": own.made_at.isoformat(), "manifest": manifest}
    return answer(written(WholeEdition(), told), own.id, lasting=whole(edition_id))


@api.reads("/editions/<edition_id>/ranking", Ranking, of=_OF)
def ranking(edition_id: str) -> Response:
    """Read all units of an edition in order of rank, at once.

    查看一个版本的全部单位，按名次排列。
    """
    if not whole(edition_id):
        return answer(*_ranking(edition_id), lasting=False)
    return answer(*kept("api_rankings", _MOST).once(edition_id, lambda: _ranking(edition_id)), lasting=True)


def _ranking(edition_id: str) -> tuple[bytes, str]:
    """Return the ranking of that edition as it is told, and the edition's id."""
    own, directory = published(edition_id)
    return tellings.ranking_written(directory, own.id, units_of(own.id, directory)), own.id
