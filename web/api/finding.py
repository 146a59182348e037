"""What an address of the API means: an edition by its id or the beginning of it, a period, a kind of group."""

from scoring.periods import Period
from scoring.selection import Directory
from scoring.store.editions import Listed
from web.api.problems import Absent
from web.api.tellings import units_written
from web.kept import kept
from web.viewing import contents, shelf

_LEAST, _WHOLE = 6, 64
_MOST = 16


def whole(edition_id: str) -> bool:
    """Say whether an id is given whole, so that it can never mean another edition."""
    return len(edition_id) == _WHOLE


def edition_named(wanted: str, parameter: str = "edition_id") -> Listed:
    """Return the edition of that id, or of the one id that begins so. Raises Absent."""
    own = [one for one in contents().editions if one.id.startswith(wanted)] if len(wanted) >= _LEAST else []
    if len(own) == 1:
        return own[0]
    if own:
        raise Absent(
            parameter,
            f"有 {len(own)} 个版本号以 {wanted} 开头，请多写几位",
            f"the ids of {len(own)} editions begin with {wanted}; give more of it",
        )
    raise Absent(
        parameter, "没有这个版本号的版本", "no edition has this id, or an id of which this is the beginning"
    )


def published(edition_id: str) -> tuple[Listed, Directory]:
    """Return the edition that is named, with its units and groups. Raises Absent."""
    own = edition_named(edition_id)
    return own, shelf().directory(own.id)


def period_named(wanted: str) -> Period:
    """Return the period of that id. Raises Absent."""
    found = contents().period(wanted)
    if found is None:
        raise Absent("period_id", "没有这个评定期", "there is no such period")
    return found


def units_of(edition_id: str, directory: Directory) -> dict[str, bytes]:
    """Return every unit of the edition as JSON by its code, written once."""
    found: dict[str, bytes] = kept("api_units", _MOST).once(
        edition_id, lambda: units_written(directory.register)
    )
    return found
