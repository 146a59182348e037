"""The shape of a file of points rules: which fields each of its mappings may have."""

from scoring.criteria.criterion import EvidenceAsked
from scoring.criteria.item import Caps, Claimant, Item, ItemKind, Ledger, MemberKind, PointsRange, Verifier
from scoring.criteria.points import (
    AnnualFigure,
    AnnualRule,
    Baseline,
    Card,
    CardFigure,
    Cards,
    Expiry,
    StarBand,
)
from scoring.criteria.schema import (
    Choice,
    EvidenceShape,
    FileKind,
    Listed,
    Marks,
    Nested,
    Shape,
    Whole,
    Words,
    title_entry,
)
from scoring.numbers import Rounding


class BaselineShape(Shape):
    """What members begin a quarter with."""

    points = Marks(required=True)
    serving = Marks()
    resident = Marks()
    mobile = Marks()
    elderly = Marks()


class AnnualShape(Shape):
    """How a year's figure is made."""

    rule = Choice(AnnualRule)
    decimals = Whole()
    rounding = Choice(Rounding)


class RangeShape(Shape):
    """From how many points to how many."""

    start = Marks(required=True, data_key="from")
    end = Marks(required=True, data_key="to")
    step = Marks()


class CapsShape(Shape):
    """The most an item gives or takes."""

    event = Marks()
    event_times = Whole()
    day = Marks()
    month = Marks()
    quarter = Marks()
    year = Marks()


class ItemShape(Shape):
    """What earns or loses points."""

    id = Words(required=True)
    title = title_entry()
    kind = Choice(ItemKind, required=True)
    points = Marks()
    range = Nested(RangeShape, PointsRange)
    ledgers = Listed(Choice(Ledger))
    members = Listed(Choice(MemberKind))
    caps = Nested(CapsShape, Caps)
    claims = Listed(Choice(Claimant))
    verifies = Listed(Choice(Verifier))
    evidence = Nested(EvidenceShape, EvidenceAsked)
    basis = Words()
    note = title_entry()


class StarBandShape(Shape):
    """Stars from so many points on."""

    stars = Whole(required=True)
    at_least = Marks(required=True)


class CardShape(Shape):
    """A card."""

    id = Words(required=True)
    title = title_entry()
    at_least = Marks(required=True)
    opens = Listed(title_entry(), required=True)


class CardsShape(Shape):
    """The cards there are."""

    figure = Choice(CardFigure, required=True)
    levels = Listed(Nested(CardShape, Card), required=True)


class ExpiryShape(Shape):
    """When spendable points end."""

    months = Whole(required=True)
    notice_days = Whole(required=True)


class PointsShape(Shape):
    """A whole file of points rules."""

    kind = Choice(FileKind)
    id = Words(required=True)
    version = Words(required=True)
    title = title_entry(required=True)
    basis = Words()
    note = title_entry()
    baseline = Nested(BaselineShape, Baseline, required=True)
    annual = Nested(AnnualShape, AnnualFigure)
    items = Listed(Nested(ItemShape, Item), required=True)
    cut_points = Listed(Nested(StarBandShape, StarBand))
    talk_below = Marks()
    cards = Nested(CardsShape, Cards)
    expiry = Nested(ExpiryShape, Expiry)
    changes = Listed(title_entry())
