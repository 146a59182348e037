"""Points taken in from a clerk's file: of an older system or a county's office, under the caps, all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scoring.canonical import canonical, sha256
from scoring.criteria.caps import Cut, Posted, allowed
from scoring.criteria.item import MEMBER_KINDS, Item, ItemKind, Ledger
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, FileRefused, Place, PointsRefused
from scoring.ledger import ISSUER, NewTransfer, TransferKind, quarter_of
from scoring.people import Actor
from scoring.permissions import Action
from scoring.private_numbers import private_number
from scoring.spreadsheet.points import PointsRead, PointsRow, read_points, typed_points
from scoring.spreadsheet.tables import Table
from scoring.store import chain
from scoring.store.engine import Connection, Store
from scoring.store.ledger import counted, members, quarters, rules, transfers
from scoring.store.ledger.members import Member
from scoring.texts import Text
from scoring.workflow.imports import Mode, digest_of, refuse_any, transaction
from scoring.workflow.points.deeds import hand, points_deed
from scoring.workflow.points.taken_files import note_file, refuse_taken
from scoring.workflow.points.tallies import Tally, capped
from scoring.working_days import today

_SHORT = 16
"""So many digits of a file's SHA-256 stand in the keys of its lines; the chain has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCut:
    """A line of which caps cut something: its row, what of it posts (hundredths), and what each cap took."""

    row: int
    code: str
    posts: int
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsTaken:
    """What an import of points did, or in a trial would do: lines read and posted, of how many members, for how much.

    `earned` and `lost` are hundredths of honour points; `spendable` those that can be spent besides. `cut` are the
    lines that caps cut, in order of row; what nothing is left of is not posted.
    """

    lines: int
    posted: int
    members: int
    earned: int
    lost: int
    spendable: int
    cut: tuple[LineCut, ...]


def import_points(store: Store, actor: Actor | None, path: Path, mode: Mode = Mode.FOR_GOOD) -> PointsTaken:
    """Post the points in the file at *path*, all lines or none, each member's in order of day, and return what became of them.

    Each line is judged by the rules in force on its day and by the caps, after whatever counts already. Nobody takes
    in points of their own. Raises NotAllowed, FileTaken where the very file was taken before, and FileRefused with
    every fault by row and column.
    """
    deed = points_deed(actor, Action.IMPORT_POINTS)
    read = read_points(path)
    digest = digest_of(path)
    with transaction(store, mode, deed) as c:
        if mode is Mode.FOR_GOOD:
            chain.link_number(c)
        refuse_taken(c, digest, path.name)
        laid = _laid_of(c, actor, read, _Source(path.name, digest))
        if mode is Mode.FOR_GOOD:
            _post(c, actor, laid)
            note_file(c, digest)
        return _told(laid)


def post_points(
    store: Store, actor: Actor | None, cells: Mapping[str, str], called: Mapping[str, str]
) -> PointsTaken:
    """Post one line of points, typed as the columns of a file are, and return what became of it.

    It is judged as a line of a file is. Without a key of its own it is known by what it says, so that the very same line
    is posted once; *called* says what a fault calls each column. Raises NotAllowed, and FileRefused with every fault.
    """
    deed = points_deed(actor, Action.IMPORT_POINTS)
    read = typed_points(cells, called)
    keyed = replace(read, rows=tuple(row if row.key else replace(row, key=_key_of(row)) for row in read.rows))
    with store.begin(deed) as c:
        chain.link_number(c)
        if keyed != read and counted.taken(c, (f"import:{row.key}" for row in keyed.rows)):
            raise FileRefused([Fault(place=Place(), sentence=_POSTED)])
        laid = _laid_of(c, actor, keyed, _Source())
        _post(c, actor, laid)
        return _told(laid)


def _laid_of(c: Connection, actor: Actor | None, read: PointsRead, source: "_Source") -> list["_Laid"]:
    """Return what of the lines posts, after what counts already. Raises FileRefused with every fault."""
    judging = _Judging(actor, read.table, _known(c, read.rows), source)
    judged = [own for row in read.rows if (own := judging.line(row)) is not None]
    refuse_any([*judging.name_faults(), *read.faults, *judging.faults], read.table)
    return _laid(c, judged)


def _post(c: Connection, actor: Actor | None, laid: Sequence["_Laid"]) -> None:
    posting = [new for own, points, _ in laid if points for new in own.transfers(points)]
    transfers.post(c, posting, hand(actor))


def _key_of(row: PointsRow) -> str:
    """Return a key made of all that a line says."""
    said = [row.code, row.item, row.day.isoformat(), row.points, row.event, row.note]
    return f"typed:{sha256(canonical(said))[:_SHORT]}"


_POSTED = Text(
    "同样的一笔已经入账；如果确是另一笔，请注明活动、说明或流水号以示区别",
    "the very same line is posted already; if this is another, tell them apart by event, note or key",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What there was before: the members of the file by number, each with all revisions; rules, keys, closed quarters.

    `closed` are quarters with branches, `closed_with` with members who have ever moved.
    """

    members: Mapping[str, tuple[Member, ...]]
    rules: tuple[tuple[date, PointsRules], ...]
    keys: frozenset[str]
    closed: frozenset[tuple[str, str]]
    closed_with: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Source:
    """The file the points come by: every line says it. Of a line that was typed there is none."""

    name: str = ""
    digest: str = ""

    def key(self, row: PointsRow) -> str:
        return f"import:{row.key}" if row.key else f"file:{self.digest[:_SHORT]}:{row.row}"

    def reason(self, row: PointsRow) -> str:
        return f"{row.note}（{self.name} 第 {row.row} 行）" if self.name else row.note


@dataclass(frozen=True, slots=True)
class _Judged:
    """A sound line: whose it is, in which branch, by which rules, for which item, and how many points are wanted."""

    row: PointsRow
    member: Member
    rules: str
    item: Item
    wanted: int
    source: _Source

    def transfers(self, points: int) -> Iterator[NewTransfer]:
        """Yield the transfers by which *points* of it are posted, one a ledger."""
        losing = self.item.kind is ItemKind.LOSING
        key, reason, own = self.source.key(self.row), self.source.reason(self.row), self.member.id
        for ledger in self.item.ledgers:
            yield NewTransfer(
                key=key,
                ledger=ledger,
                kind=TransferKind.LOSS if losing else TransferKind.AWARD,
                source=own if losing else ISSUER,
                target=ISSUER if losing else own,
                amount=points,
                member=own,
                unit=self.member.unit,
                rules=self.rules,
                item=self.item.id,
                day=self.row.day,
                event=self.row.event,
                reason=reason,
            )


def _known(c: Connection, rows: Sequence[PointsRow]) -> _Known:
    histories = members.histories_by_codes(c, (row.code for row in rows))
    moved = {own[0].id for own in histories.values() if len(own) > 1}
    return _Known(
        members=histories,
        rules=tuple((own.first_day, rules.known(c, own.ref)) for own in reversed(rules.adopted(c))),
        keys=counted.taken(c, (f"import:{row.key}" for row in rows if row.key)),
        closed=quarters.closed(c),
        closed_with=quarters.closed_with(c, moved),
    )


class _Judging:
    """The lines of one file so far; what is the same for many of them is looked up once."""

    def __init__(self, actor: Actor | None, table: Table, known: _Known, source: _Source) -> None:
        self.faults: list[Fault] = []
        self._hands = frozenset() if actor is None else actor.hands
        self._table = table
        self._known = known
        self._source = source
        self._today = today()
        self._days: dict[date, PointsRules | None] = {}
        self._items: dict[str, dict[str, Item]] = {}

    def name_faults(self) -> Iterator[Fault]:
        """Yield a fault where the file's own name, which every line says, holds what is not kept."""
        wrong = private_number(self._source.name)
        if wrong is not None:
            yield Fault(
                place=self._table.place, sentence=Text(f"文件名{wrong.zh}", f"the file's name {wrong.en}")
            )

    def line(self, row: PointsRow) -> _Judged | None:
        """Return the line where it is sound; None, with its faults, where it is not."""
        before = len(self.faults)
        member = self._member(row)
        own = self._rules(row)
        item = None if own is None else self._item(row, own)
        wanted = None if item is None else self._wanted(row, item)
        if member is not None and item is not None and member.kind not in item.members:
            kind, title = MEMBER_KINDS[member.kind], item.title
            self._fault(row, "item", f"“{title.zh}”不适用于{kind.zh}", f"“{title.en}” is not for {kind.en}")
        if row.key and self._source.key(row) in self._known.keys:
            self._fault(row, "key", f"流水号“{row.key}”已经入账", f"the key “{row.key}” is posted already")
        if len(self.faults) > before:
            return None
        assert member is not None
        assert own is not None
        assert item is not None
        assert wanted is not None
        return _Judged(row, member, own.ref, item, wanted, self._source)

    def _member(self, row: PointsRow) -> Member | None:
        """Return the member as they were on the day."""
        revisions = self._known.members.get(row.code)
        if revisions is None:
            self._fault(
                row, "code", f"没有编号为“{row.code}”的党员", f"there is no member of the number “{row.code}”"
            )
            return None
        then = revisions[0] if len(revisions) == 1 else members.as_of(revisions, row.day)
        if then is None or then.first_day > row.day:
            first = revisions[0].first_day.isoformat()
            self._fault(row, "day", f"早于该党员入册的 {first}", f"is before {first}, when the member joined")
            return None
        if not then.active:
            self._fault(row, "day", "该党员当日已经转出", "the member had left by then")
        if revisions[-1].person and revisions[-1].person in self._hands:
            self._fault(
                row,
                "code",
                "不能给自己导入积分，请由另一名管理员办理",
                "nobody takes in points of their own; another administrator does",
            )
        quarter = quarter_of(row.day)
        closed = self._known.closed
        if closed and ((quarter, then.unit) in closed or (quarter, then.id) in self._known.closed_with):
            self._fault(
                row,
                "day",
                f"{then.unit} 的 {quarter} 已经结账（或已随该党员转入的支部结账），不能再入账",
                f"{quarter} of {then.unit} is closed (or was, with the branch the member moved to); nothing counts in it any more",
            )
        return then

    def _rules(self, row: PointsRow) -> PointsRules | None:
        """Return the rules in force on the line's day."""
        if row.day > self._today:
            self._fault(row, "day", "日期还没有到", "that day is yet to come")
            return None
        if row.day not in self._days:
            self._days[row.day] = next((own for first, own in self._known.rules if first <= row.day), None)
        own = self._days[row.day]
        if own is None:
            sentence = rules.missing(row.day).sentence
            self._fault(row, "day", sentence.zh, sentence.en)
        return own

    def _item(self, row: PointsRow, own: PointsRules) -> Item | None:
        """Return the item of that id or title."""
        if own.ref not in self._items:
            named = {name: item for item in own.items for name in (item.title.zh, item.title.en)}
            self._items[own.ref] = named | {item.id: item for item in own.items}
        found = self._items[own.ref].get(row.item)
        if found is None:
            self._fault(
                row,
                "item",
                f"{own.ref} 中没有“{row.item}”这个项目；请填项目的编号或全名",
                f"{own.ref} has no item “{row.item}”; write its id or its whole title",
            )
        return found

    def _wanted(self, row: PointsRow, item: Item) -> int | None:
        """Return how many points the line wants: what it says, else what the item always gives."""
        wanted = item.points if row.points is None else row.points
        column = "points" if self._table.has("points") else "item"
        if wanted is None:
            self._fault(
                row,
                column,
                f"“{item.title.zh}”的分值不固定，请填写分值",
                f"“{item.title.en}” has no fixed points; fill them in",
            )
            return None
        if not item.takes(wanted):
            try:
                allowed(item, wanted, Posted())
            except PointsRefused as refused:
                sentence = refused.faults[0].sentence
                self._fault(row, column, sentence.zh, sentence.en)
        return wanted

    def _fault(self, row: PointsRow, column: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place=self._table.place_of(row.row, column), sentence=Text(zh, en)))


_Laid = tuple[_Judged, int, tuple[Cut, ...]]
"""A line, what of it posts, and what was cut."""


def _laid(c: Connection, judged: Sequence[_Judged]) -> list[_Laid]:
    """Return the lines, each member's in order of day and row, with what the caps leave of each after what counts already.

    Caps are of one member each; member by member is how databases take many lines in soonest.
    """
    tally = _before(c, judged)
    laid: list[_Laid] = []
    for own in sorted(judged, key=lambda own: (own.member.id, own.row.day, own.row.row)):
        if not capped(own.item):
            laid.append((own, own.wanted, ()))
            continue
        member, day, event = own.member.id, own.row.day, own.row.event
        left = allowed(own.item, own.wanted, tally.posted(member, own.item, day, event))
        if left.posts:
            tally.add(member, own.item.id, day, event, left.posts)
        laid.append((own, left.posts, left.cuts))
    return laid


def _before(c: Connection, judged: Sequence[_Judged]) -> Tally:
    """Return what counts already, in the years of the lines, for their members under their items that have caps."""
    tally = Tally()
    own = [one for one in judged if capped(one.item)]
    if not own:
        return tally
    first_ledger = {one.item.id: one.item.ledgers[0].value for one in own}
    years = {one.row.day.year for one in own}
    found = counted.counted(
        c,
        {one.member.id for one in own},
        first_ledger.keys(),
        date(min(years), 1, 1),
        date(max(years), 12, 31),
    )
    for one in found:
        if one.ledger == first_ledger[one.item]:
            tally.add(one.member, one.item, date.fromisoformat(one.day), one.event, one.amount)
    return tally


def _told(laid: Sequence[_Laid]) -> PointsTaken:
    def moved(ledger: Ledger, kind: ItemKind) -> int:
        return sum(points for own, points, _ in laid if own.item.kind is kind and ledger in own.item.ledgers)

    cut = [
        LineCut(row=own.row.row, code=own.row.code, posts=points, cuts=cuts)
        for own, points, cuts in laid
        if cuts
    ]
    return PointsTaken(
        lines=len(laid),
        posted=sum(points > 0 for _, points, _ in laid),
        members=len({own.member.id for own, points, _ in laid if points}),
        earned=moved(Ledger.HONOUR, ItemKind.EARNING),
        lost=moved(Ledger.HONOUR, ItemKind.LOSING),
        spendable=moved(Ledger.SPENDABLE, ItemKind.EARNING),
        cut=tuple(sorted(cut, key=lambda one: one.row)),
    )
