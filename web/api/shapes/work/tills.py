"""The shapes of redeeming: merchants, offers, one-time codes, receipts, and months that are settled."""

from scoring.offers import OfferState
from scoring.store.ledger.merchants import MerchantState
from web.api.fields import Shape, choice, many, one, truth, words
from web.api.fields import number as integer
from web.api.shapes.sentence import Sentence
from web.api.shapes.work.common import in_points, moment

NUMBER = "Its number."


class Merchant(Shape):
    """A shop that gives things for points."""

    id = words("The id.")
    name = words("What it is called.")
    place = words("Where it is.")
    state = choice("Whether it takes part.", MerchantState)
    revision = integer("The revision, sent back with a change.")


class AtTill(Shape):
    """Somebody who takes codes for a merchant."""

    id = words("The person's id.")
    name = words("The name.")


class MerchantSeen(Shape):
    """A merchant with the people at its till."""

    merchant = one(Merchant, "The merchant.")
    tills = many(AtTill, "Who takes codes for it.")


class Merchants(Shape):
    """All merchants."""

    merchants = many(MerchantSeen, "By name.")


class PersonAtTill(Shape):
    """The account that takes codes from now on."""

    id = words("The person's id.")


class Offer(Shape):
    """What a merchant gives for points."""

    number = integer(NUMBER)
    merchant = words("The merchant's id.")
    revision = integer("The revision, sent back with a change.")
    title = words("What it is called.")
    terms = words("What else there is to know; '' for nothing.")
    points = in_points("What it costs.")
    stock = integer("How many there are in all; null without limit.", allow_none=True)
    card = words("The card it takes, by its id; '' for none.")
    first_day = words("From which day on.")
    last_day = words("To which day.")
    state = choice("Whether it stands.", OfferState)
    made_at = moment("When it came to be as it is.")


class OfferKept(Shape):
    """An offer as its merchant sees it."""

    offer = one(Offer, "The offer.")
    taken = integer("How often it was redeemed, and not taken back.")
    ended = truth("Whether it has ended.")


class OffersKept(Shape):
    """A merchant's offers."""

    offers = many(OfferKept, "The newest first.")


class OfferSeen(Shape):
    """An offer as a member sees it."""

    offer = one(Offer, "The offer.")
    merchant = one(Merchant, "Who gives it.")
    near = truth("Whether the merchant is in the township of one's branch.")
    left = integer("How many are left; null without limit.", allow_none=True)
    card = one(Sentence, "What the card it takes is called; null for none.", allow_none=True)
    hindrances = many(Sentence, "Why it cannot be had now; nothing where it can.")


class OffersSeen(Shape):
    """What one may have for points."""

    balance = in_points("What one has to spend.")
    card = words("The card one holds, by its id; null for none.", allow_none=True)
    township = words("The township of one's branch; null for none.", allow_none=True)
    offers = many(OfferSeen, "First what can be had now; of those, and of the rest, first what is near.")


class AskedCode(Shape):
    """A code, told once."""

    digits = words("Its eight digits; null where this is told again.", allow_none=True)
    offer = integer("The offer it is for.")
    until = moment("Until when it is good.")


class Receipt(Shape):
    """What was redeemed; nobody is named."""

    number = integer("The number of the entry.")
    title = words("What it was called.")
    points = in_points("What it cost.")
    made_at = moment("When.")
    code = words("The receipt's own code.")
    reversed = truth("Whether it was taken back.")


class CodeSeen(Shape):
    """What a code is for, before it is taken; or the receipt of one that this till has taken."""

    title = words("What the offer is called; '' where it was taken.")
    points = in_points("What it costs; null where it was taken.", allow_none=True)
    initial = words("The first character of the member's name; '' where it was taken.")
    until = moment("Until when the code is good; null where it was taken.")
    receipt = one(Receipt, "The receipt, where it was taken; else null.", allow_none=True)


class Till(Shape):
    """A till today."""

    merchant = one(Merchant, "Whose it is.")
    receipts = many(Receipt, "Today's, the newest first.")
    points = in_points("What they come to, less what was taken back.")


class Month(Shape):
    """A merchant's month."""

    merchant = words("The merchant's id.")
    name = words("What the merchant is called.")
    month = words("The month.", example="2026-11")
    points = in_points("What was redeemed, less what was taken back.")
    redemptions = integer("How many receipts.")
    settled_at = moment("When it was settled; null while it is not.")
    may_settle = truth("Whether whoever asks may settle it now.")


class Months(Shape):
    """Months of merchants."""

    months = many(Month, "The newest first.")


class MonthStatement(Shape):
    """A merchant's month, receipt by receipt."""

    merchant = one(Merchant, "The merchant.")
    month = words("The month.", example="2026-11")
    points = in_points("What it comes to.")
    settled_at = moment("When it was settled; null while it is not.")
    receipts = many(Receipt, "By number.")


class MonthSettled(Shape):
    """A month that was settled."""

    month = words("The month.", example="2026-11")
    points = in_points("What it comes to.")
    redemptions = integer("How many receipts.")
    settled_at = moment("When.")
