"""What kind of file something is, by its contents alone: a name says nothing, and a head must be where heads stand.

The table of heads is our own. Libraries that recognise hundreds of kinds guess among them; this one knows the few
that are taken and refuses the rest.
"""

from scoring.uploads.compounds import COMPOUND_HEAD, compound_kind
from scoring.uploads.foreign import why_not
from scoring.uploads.images import PNG_HEAD, look_at
from scoring.uploads.kinds import Kind
from scoring.uploads.packages import ZIP_HEAD, package_kind
from scoring.uploads.pdfs import check_pdf
from scoring.uploads.refusals import Unfit
from scoring.uploads.tails import check_no_archive
from scoring.uploads.unpacking import Limits

_LIMITS = Limits()


def sniff(content: bytes) -> Kind:
    """Return the kind of file that is *content*, all of it looked at. Raises Unfit where it is not taken."""
    kind = _image_kind(content)
    if kind is not None:
        look_at(content, kind)
        return kind
    if content.startswith(b"%PDF-"):
        check_pdf(content)
        return Kind.PDF
    if content.startswith(ZIP_HEAD):
        return package_kind(content, _LIMITS)
    if content.startswith(COMPOUND_HEAD):
        check_no_archive(content)
        return compound_kind(content)
    raise Unfit(why_not(content))


def _image_kind(content: bytes) -> Kind | None:
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(PNG_HEAD):
        return Kind.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    return None
