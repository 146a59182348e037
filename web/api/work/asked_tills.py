"""The shapes of what is sent about merchants, offers and codes."""

from scoring.texts import Text
from scoring.workflow.points.keep_merchants import LONGEST_NAME, LONGEST_PLACE
from scoring.workflow.points.offers import LONGEST_TERMS, LONGEST_TITLE, MOST_STOCK
from web.api.work.typed import Sent, in_points, number, pattern, real_day, text

_REVISION = "The revision it was read at."
_LONGEST_ID = 80


class MerchantSent(Sent):
    """A shop."""

    name = text("What it is called.", least=1, most=LONGEST_NAME)
    place = text("Where it is.", least=1, most=LONGEST_PLACE)


class MerchantRevised(MerchantSent):
    """A shop as it is to be."""

    revision = number(_REVISION, least=1)


class AsRead(Sent):
    """What was read."""

    revision = number(_REVISION, least=1)


class TillSent(Sent):
    """Who is to take codes."""

    login = text("The sign-in name.", least=1, most=200)


class OfferSent(Sent):
    """An offer."""

    title = text("What it is called.", least=1, most=LONGEST_TITLE)
    terms = text("What else there is to know.", most=LONGEST_TERMS, load_default="")
    points = in_points("What it costs.")
    stock = number(
        "How many there are in all; null or left out without limit.",
        most=MOST_STOCK,
        load_default=None,
        allow_none=True,
    )
    card = text("The card it takes, by its id; '' or left out for none.", most=_LONGEST_ID, load_default="")
    first_day = real_day("From which day on.")
    last_day = real_day("To which day.")


class OfferRevised(OfferSent):
    """An offer as it is to be."""

    revision = number(_REVISION, least=1)


class CodeSent(Sent):
    """A member's code."""

    code = pattern("The eight digits.", "^[0-9]{8}$", Text("应为 8 位数字", "must be eight digits"))
