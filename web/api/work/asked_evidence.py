"""The shapes of what is sent as evidence, and of files that come with motions and objections."""

from scoring.evidence import LONGEST_REASON
from scoring.gates import MotionKind
from scoring.texts import Text
from scoring.workflow.hear_objections import MOST_FILES
from web.api.fields import HASH
from web.api.work.typed import Sent, Words, choice, listed, number, pattern, text, upload

_LONGEST_ID = 80
_SHA = Text("应为 64 位十六进制的 SHA-256", "must be a SHA-256 in 64 hexadecimal digits")


def _criterion() -> Words:
    return text("The id of a criterion or adjustment.", least=1, most=_LONGEST_ID)


def _sha256() -> Words:
    return pattern("The SHA-256 of a file.", HASH, _SHA)


class EvidenceSent(Sent):
    """A file, and what it is for."""

    file = upload("The file: a picture, a PDF, or of Office or WPS.")
    criterion = listed(_criterion(), "What it is for; may be given several times.", least=1, most=100)


class UseSent(Sent):
    """A file that the unit handed in before, and what else it is for."""

    sha256 = _sha256()
    criteria = listed(_criterion(), "What it is for too.", least=1, most=100)


class HereAsked(Sent):
    """Files that might be here already."""

    sha256 = listed(_sha256(), "The files, by their SHA-256. May be given several times.", least=1, most=100)


class ExcuseSent(Sent):
    """Why there is less than is asked for."""

    reason = text("The reason; '' takes it back.", most=LONGEST_REASON)
    revision = number("The revision it was read at, 0 where none was ever written.")


class MotionSent(Sent):
    """A motion about a gate."""

    unit = text("The unit's code.", least=1, most=_LONGEST_ID)
    gate = text("The gate's id.", least=1, most=_LONGEST_ID)
    motion = choice("What is moved.", MotionKind)
    reason = text("Why.", most=1_000)
    file = upload("The document; a gate is not raised without one.", load_default=None)


class ObjectionSent(Sent):
    """An objection to a line or a gate."""

    unit = text("The unit's code.", least=1, most=_LONGEST_ID)
    criterion = text(
        "The line: a criterion or adjustment; left out where it is to a gate.",
        most=_LONGEST_ID,
        load_default="",
    )
    gate = text("The gate; left out where it is to a line.", most=_LONGEST_ID, load_default="")
    reason = text("Why.", most=1_000)
    file = listed(upload("A file."), "Files; may be given several times.", most=MOST_FILES, load_default=list)
