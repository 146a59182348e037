"""Honest years, at random: people doing what they may, and now and then something that is refused or breaks off."""

from __future__ import annotations

import io
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from scoring.edition import State
from scoring.errors import Refused
from scoring.evidence import UnitYear
from scoring.gates import MotionKind
from scoring.people import Role
from scoring.periods import Phase
from scoring.sheets import Entered, SheetKey
from scoring.store import chain, contents, county, criteria, people, rights, sessions
from scoring.store.engine import Store
from scoring.store.files import Files
from scoring.store.tables import person
from scoring.workflow.assign import set_deadline
from scoring.workflow.grant_roles import RoleAsked, confirm_roles, propose_role
from scoring.workflow.keep_calendar import keep_calendar
from scoring.workflow.keep_evidence import hand_in, take_back
from scoring.workflow.keep_people import close_person, open_person, revise_person
from scoring.workflow.mark_sheets import enter_marks
from scoring.workflow.move_gates import confirm_gate, move_gate, withdraw_gate
from scoring.working_days import SpecialDay
from tests.uploads.bytes_of import pdf
from tests.workflow import county as small
from tests.workflow import people_at_work as work

NAMES = ("张三", "欧阳·阿依努尔", "䶮四", "O'Neil", "李\u200d五", "a b")
CODES = tuple(f"A{number:02}" for number in range(1, small.UNITS + 1))
EDITIONS_MOST, POSTED_AFTER = 3, 100


class Honest:
    """Somebody's year, by a seed: the same seed does the same deeds. `done` counts the links of each."""

    def __init__(self, store: Store, folder: Path, seed: int) -> None:
        self.store, self.folder = store, folder
        self.files = Files(folder / "files")
        self.done: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._count = 0
        self._people: list[str] = []
        self._editions = 0
        self._deeds = sorted(name for name in dir(self) if name.startswith("do_"))
        work.opened(store, folder, phase=Phase.MARKING)
        small.take_marks(store, folder / "marks.csv", small.mark_rows())
        with store.begin() as c:
            for own in (work.ADMINISTRATOR, work.MODERATOR, work.LEADER, *map(work.secretary, CODES)):
                chain.add(c, person, id=own.id, made_at=datetime.now(UTC))

    def go_on(self, deeds: int) -> None:
        """Do so many things."""
        for _ in range(deeds):
            name = self._random.choice(self._deeds)
            before = self._links()
            with suppress(Refused):
                self.do(name)
            self.done[name] += self._links() - before

    def do(self, *names: str) -> None:
        """Do those things, one after the other."""
        for name in names:
            self._count += 1
            getattr(self, name)()

    def do_rename(self) -> None:
        with self.store.begin() as c:
            county.call(c, f"青石{self._count}")

    def do_add(self) -> None:
        with self.store.begin() as c:
            name = self._random.choice(NAMES)
            new = people.add(
                c, login=f"p{self._count}", name=name, signs_as=name, unit=self._random.choice(CODES)
            )
            sessions.keep_password(c, new.id, f"$argon2id${self._count}")
        self._people.append(new.id)

    def do_revise(self) -> None:
        name, unit = self._random.choice(NAMES), self._random.choice(CODES)
        revise_person(self.store, work.ADMINISTRATOR, self._anybody(), name, unit)

    def do_close(self) -> None:
        act = self._random.choice((close_person, open_person))
        act(self.store, work.ADMINISTRATOR, self._anybody())

    def do_propose(self) -> None:
        asked = RoleAsked(role=Role.SECRETARY, scope=self._random.choice(CODES), period="")
        propose_role(self.store, work.ADMINISTRATOR, self._anybody(), asked)

    def do_confirm(self) -> None:
        with self.store.read() as c:
            waiting = [own.grant.number for own in rights.every(c) if own.state == "proposed"]
        other = work.actor(Role.ADMINISTRATOR, "liang")
        confirm_roles(self.store, other, [self._random.choice(waiting or [0])])

    def do_marks(self) -> None:
        own = [row for row in small.mark_rows() if row[1] == "discipline" and row[3] == "王"]
        rows = [[*row[:-1], f"{float(row[-1]) - 0.5 * self._random.randint(0, 2):g}"] for row in own]
        path = self.folder / f"marks-{self._count}.csv"
        small.take_marks(self.store, path, [small.MARK_HEAD, *self._random.sample(rows, 3)])

    def do_enter(self) -> None:
        code = self._random.choice(CODES)
        own = [
            Entered(criterion="discipline", mark=str(self._random.randint(0, 20)), comment="好", revision=0)
        ]
        enter_marks(
            self.store, work.secretary(code), SheetKey(period=small.PERIOD, unit=code, stage="self"), own
        )

    def do_hand_in(self) -> None:
        code = self._random.choice(CODES)
        content = pdf() + b"%" + str(self._random.randint(0, 5)).encode()
        asked = self._random.sample(["discipline", "meetings"], self._random.randint(1, 2))
        own = (work.secretary(code), UnitYear(small.PERIOD, code), asked)
        hand_in(self.store, self.files, *own, io.BytesIO(content), "记录.pdf")

    def do_take_back(self) -> None:
        code = self._random.choice(CODES)
        take_back(self.store, work.secretary(code), UnitYear(small.PERIOD, code), self._random.randint(1, 9))

    def do_calendar(self) -> None:
        day = date(2026, 10, 1) + timedelta(days=self._random.randint(0, 9))
        own = SpecialDay(day=day, working=self._random.random() < 0.5, name="国庆节")
        keep_calendar(self.store, work.ADMINISTRATOR, [own])

    def do_deadline(self) -> None:
        day = f"2026-11-{self._random.randint(10, 30)}"
        set_deadline(self.store, work.ADMINISTRATOR, small.PERIOD, "self", day)

    def do_move_gate(self) -> None:
        motion = self._random.choice((MotionKind.LIFT, MotionKind.RAISE))
        move_gate(self.store, work.MODERATOR, small.PERIOD, "A07", "weak", motion, "整改到位")

    def do_decide_gate(self) -> None:
        number = self._random.randint(1, 3)
        if self._random.random() < 0.5:
            confirm_gate(self.store, work.LEADER, number)
        else:
            withdraw_gate(self.store, work.MODERATOR, number)

    def do_publish(self) -> None:
        if self._count > POSTED_AFTER and self._editions < EDITIONS_MOST:
            small.publish(self.store, State.DRAFT)
            self._editions += 1

    def do_savepoint(self) -> None:
        """A part that fails within a deed that goes on."""
        with self.store.begin() as c:
            with suppress(ZeroDivisionError), c.begin_nested():
                county.call(c, "不成")
                raise ZeroDivisionError
            for document in small.sets():
                with suppress(Refused):
                    own = criteria.find(c, f"{document['id']}@{document['version']}")
                    criteria.keep(c, replace(own, version=f"{self._count}"))
            if self._random.random() < 0.5:
                county.call(c, f"成{self._count}")

    def do_break_off(self) -> None:
        with suppress(ZeroDivisionError), self.store.begin() as c:
            people.add(c, login="nobody", name="无", signs_as="无")
            raise ZeroDivisionError

    def _links(self) -> int:
        with self.store.read() as c:
            return contents.state(c)

    def _anybody(self) -> str:
        return self._random.choice(self._people or ["0" * 16])
