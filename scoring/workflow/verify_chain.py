"""The chain is checked: every link, every row it covers, and what hangs on those rows.

What was altered by whoever can write to the database but not to the chain shows by itself. Who wrote the chain anew as
well, or cut its end, or brought back a copy, is found by a head that was printed before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scoring.chain import NONE, Head, Link, broken, content_of, shares
from scoring.errors import Fault, Place
from scoring.store import coverage, links, soundness
from scoring.store.coverage import Lines
from scoring.store.engine import Connection, Store
from scoring.store.files import Files
from scoring.texts import Text
from scoring.workflow.chain_holdings import (
    edition_faults,
    file_faults,
    name_faults,
    set_faults,
)
from scoring.workflow.points.books_anew import book_faults, member_faults
from scoring.workflow.progress import Tell, silent

_STEPS = (
    Text("核对触发器与各环", "Checking triggers and links"),
    Text("核对各环所写的行", "Checking the rows of every link"),
    Text("核对姓名与标准", "Checking names and criteria"),
    Text("重新核算各版本", "Working out editions again"),
    Text("重新登记积分账", "Making the books of points anew"),
    Text("核对佐证文件", "Checking evidence files"),
)
_KEYS_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainVerdict:
    """What checking came to, `at` that time: the head the chain has (None: no link yet), and how much was looked at.

    `uncovered` rows were written before there was a chain, and no link has come since. `erased` are revisions of people
    whose names are not kept any more. `files` is None where no folder was given. `head` was compared where `compared`.
    """

    at: datetime
    head: Head | None
    compared: Head | None
    links: int
    rows: int
    uncovered: int
    editions: int
    erased: int
    files: int | None
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify_chain(
    store: Store, head: Head | None = None, files: Files | None = None, tell: Tell = silent
) -> ChainVerdict:
    """Return what checking the chain, and all that stands on it, finds; of one state of the database.

    *head* is one that was printed or written down before; without it nobody can tell whether the end was cut off, or
    all of it written anew. Without *files* evidence is not looked at.
    """
    now = datetime.now(UTC)
    faults: list[Fault] = []
    tell(_STEPS[0], 0, len(_STEPS))
    faults += _trigger_faults(store.loosened())
    with store.read() as c:
        chain = _Chain(c)
        faults += chain.faults(head)
        tell(_STEPS[1], 1, len(_STEPS))
        rows = _Rows(c, chain)
        faults += rows.faults()
        tell(_STEPS[2], 2, len(_STEPS))
        erased, wrong = name_faults(c)
        faults += [*wrong, *set_faults(c)]
        tell(_STEPS[3], 3, len(_STEPS))
        editions, wrong = edition_faults(c, chain.subjects)
        faults += wrong
        tell(_STEPS[4], 4, len(_STEPS))
        faults += [*member_faults(c), *book_faults(c)]
        named = soundness.files(c)
    tell(_STEPS[5], 5, len(_STEPS))
    if files is not None:
        faults += file_faults(named, files)
    return ChainVerdict(
        at=now,
        head=chain.head,
        compared=head,
        links=len(chain.contents),
        rows=rows.count,
        uncovered=rows.uncovered,
        editions=editions,
        erased=erased,
        files=None if files is None else len(named),
        faults=tuple(faults),
    )


class _Chain:
    """The links as they were read once: what each says it wrote and is about."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self.contents: dict[int, str] = {}
        self.subjects: dict[int, tuple[str, ...]] = {}
        self.hashes: dict[int, str] = {}
        self.head: Head | None = None
        self._astray: list[Fault] = []

    def faults(self, head: Head | None) -> Iterator[Fault]:
        """Yield what is wrong with the links, with what they are about, and with *head*."""
        yield from broken(self._noted())
        yield from self._astray
        for number, subject in soundness.stray_subjects(self._c):
            yield link_fault(
                number,
                f"的事项“{subject}”不属于任何一环，或次序有误",
                f"has a subject “{subject}” of no link, or out of place",
            )
        if head is not None:
            yield from self._against(head)

    def _noted(self) -> Iterator[Link]:
        """Yield all links, noting what each says, and where one is not after the last about the same."""
        last: dict[str, str] = {}
        for link in links.every(self._c):
            about = link.deed.subjects
            if link.before != (last.get(about[0], NONE) if about else NONE):
                self._astray.append(
                    link_fault(
                        link.number,
                        "与同一事项的上一环对不上",
                        "does not hold the hash of the last link about the same",
                    )
                )
            last |= dict.fromkeys(about, link.hash)
            self.contents[link.number] = link.content
            self.subjects[link.number] = link.deed.subjects
            self.hashes[link.number] = link.hash
            self.head = link.head
            yield link

    def _against(self, head: Head) -> Iterator[Fault]:
        own = self.hashes.get(head.number)
        if own is not None and own.startswith(head.hash):
            return
        if self.head is None or head.number > self.head.number:
            newest = 0 if self.head is None else self.head.number
            yield link_fault(
                head.number,
                f"在给出的链头中有，数据库里没有（现只到第 {newest} 环）：数据库被退回到较早的备份，或链尾被截去",
                f"is in the head given, and not in the database, which ends with link {newest}:"
                " an earlier copy was brought back, or the end was cut off",
            )
        else:
            yield link_fault(
                head.number,
                f"与给出的链头 {head.code} 不一致：此后（含此环）的内容被重写过",
                f"is not that of the head given, {head.code}: up to this link the chain was written anew",
            )


class _Rows:
    """The rows the chain covers, against what the links say they wrote."""

    def __init__(self, c: Connection, chain: _Chain) -> None:
        self._c, self._chain = c, chain
        self.count = self.uncovered = 0

    def faults(self) -> Iterator[Fault]:
        """Yield which links wrote other rows than there are, and which rows name a link that there is not."""
        seen: set[int] = set()
        for number, lines in self._together():
            if number in self._chain.contents:
                seen.add(number)
                yield from self._of_link(number, lines)
            else:
                yield from self._of_none(number, lines)
        for number in sorted(self._chain.contents.keys() - seen):
            yield from self._of_link(number, {})

    def _together(self) -> Iterator[tuple[int, Lines]]:
        """Yield the rows by link; those of before there was a chain are the first link's."""
        before: Lines = {}
        for number, lines in coverage.lines_by_link(self._c):
            self.count += sum(map(len, lines.values()))
            if number is None:
                before = lines
            elif number == 1:
                yield number, coverage.together(before, lines)
                before = {}
            else:
                yield number, lines
        if before and 1 in self._chain.contents:
            yield 1, before
        elif before:
            self.uncovered = sum(map(len, before.values()))

    def _of_link(self, number: int, lines: Lines) -> Iterator[Fault]:
        said = self._chain.contents[number]
        found = content_of(lines)
        if found == said:
            return
        written = {share.table: share for share in shares(said)}
        there = {share.table: share for share in shares(found)}
        named = False
        for table in sorted(written.keys() | there.keys()):
            before, now = written.get(table), there.get(table)
            if before != now:
                named = True
                yield self._of_table(
                    number, table, 0 if before is None else before.rows, 0 if now is None else now.rows
                )
        if not named:
            yield link_fault(number, "所记的内容不合格式", "says what it wrote in no form we write")

    def _of_table(self, number: int, table: str, before: int, now: int) -> Fault:
        keys = self._keys(table, number)
        zh, en = f"第 {number} 环写入 {before} 行", f"link {number} wrote {before} rows"
        if now < before:
            return _row_fault(
                table, keys, f"{zh}，现有 {now} 行：有行被删除", f"{en}, there are {now}: some are gone"
            )
        if now > before:
            return _row_fault(
                table,
                keys,
                f"{zh}，现有 {now} 行：有行是冒充的",
                f"{en}, there are {now}: some were never written",
            )
        return _row_fault(
            table,
            keys,
            f"{zh}，行数相同而内容不同：被改动过",
            f"{en}, and as many are there, but not those: altered",
        )

    def _of_none(self, number: int, lines: Lines) -> Iterator[Fault]:
        for table, own in sorted(lines.items()):
            yield _row_fault(
                table,
                self._keys(table, number),
                f"有 {len(own)} 行称由第 {number} 环写入，而没有这一环",
                f"{len(own)} rows say that link {number} wrote them, and there is no such link",
            )

    def _keys(self, table: str, number: int) -> str:
        """Return the keys of the rows in question, or of as many of them as a sentence takes."""
        found = coverage.keys_of(self._c, table, number, _KEYS_MOST + 1)
        shown = [f"“{key}”" for key in found[:_KEYS_MOST]]
        return ", ".join([*shown, "…"] if len(found) > _KEYS_MOST else shown)


def link_fault(number: int, zh: str, en: str) -> Fault:
    """Return what is wrong with the link of that number."""
    return Fault(place=Place(field=f"#{number}"), sentence=Text(f"第 {number} 环{zh}", f"link {number} {en}"))


def _row_fault(table: str, keys: str, zh: str, en: str) -> Fault:
    return Fault(place=Place(file=table, field=keys or None), sentence=Text(zh, en))


def _trigger_faults(names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        table, _, trigger = name.partition(".")
        yield _row_fault(
            table,
            trigger,
            "保证“只增不改”的触发器缺失或被改动；此后任何内容都可能被改过",
            "the trigger that keeps rows as they were written is missing or altered; since then anything may have been changed",
        )
