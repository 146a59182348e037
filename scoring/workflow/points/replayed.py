"""What a replay of points by other rules found: member by member, and what all of them come to together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoring.criteria.points import Card, PointsRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the quarters come to for a member by one version: the mean of them, what can be spent (hundredths), stars, card."""

    annual: int | None
    spendable: int
    stars: int | None
    card: Card | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Of how many members something would go up, and of how many down."""

    up: int
    down: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What members come to together, in hundredths: the mean figure, rounded half up (None of nobody), and what can be spent."""

    mean: int | None
    spendable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReplayed:
    """A member by number, as posted and as it would have been."""

    code: str
    before: Outcome
    after: Outcome

    @property
    def moves_by(self) -> int:
        """How many hundredths higher the figure would be, below nought where lower; 0 where there is none to compare."""
        if self.before.annual is None or self.after.annual is None:
            return 0
        return self.after.annual - self.before.annual


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """All members with points of the quarters, by number, and of how many something would have moved.

    `before` are the rules in force on the last day, `after` those tried. `gone` are items that are posted and that the
    other rules have not; what stands under them would not have counted.
    """

    before: PointsRules
    after: PointsRules
    members: tuple[MemberReplayed, ...]
    gone: tuple[str, ...]

    @property
    def rules(self) -> str:
        """The ref of the rules tried."""
        return self.after.ref

    @property
    def figures_moved(self) -> int:
        """How many members would have another figure."""
        return sum(own.before.annual != own.after.annual for own in self.members)

    @property
    def stars_moved(self) -> int:
        """How many would have other stars."""
        return sum(own.before.stars != own.after.stars for own in self.members)

    @property
    def cards_moved(self) -> int:
        """How many would have another card, or none."""
        return sum(_id(own.before.card) != _id(own.after.card) for own in self.members)

    @property
    def figures(self) -> Turn:
        """How many would have a higher figure, and how many a lower one."""
        return _turn(own.moves_by for own in self.members)

    @property
    def stars(self) -> Turn:
        """How many would have more stars, and how many fewer, of those that both rules give some or none."""
        return _turn(
            own.after.stars - own.before.stars
            for own in self.members
            if own.before.stars is not None and own.after.stars is not None
        )

    @property
    def cards(self) -> Turn:
        """How many would hold a higher card, and how many a lower one or none, as the rules tried order them."""
        levels = () if self.after.cards is None else self.after.cards.levels
        place = {"": 0} | {card.id: at for at, card in enumerate(levels, 1)}
        return _turn(
            place[_id(own.after.card)] - place.get(_id(own.before.card), len(place))
            for own in self.members
            if _id(own.before.card) != _id(own.after.card)
        )

    @property
    def sums(self) -> tuple[Sums, Sums]:
        """What all members come to together, as posted and as it would have been."""
        return _sums([own.before for own in self.members]), _sums([own.after for own in self.members])


def _turn(moves: Iterable[int]) -> Turn:
    by = [move for move in moves if move]
    up = sum(move > 0 for move in by)
    return Turn(up=up, down=len(by) - up)


def _sums(found: Sequence[Outcome]) -> Sums:
    figures = [own.annual for own in found if own.annual is not None]
    mean = (2 * sum(figures) + len(figures)) // (2 * len(figures)) if figures else None
    return Sums(mean=mean, spendable=sum(own.spendable for own in found))


def _id(card: Card | None) -> str:
    return "" if card is None else card.id
