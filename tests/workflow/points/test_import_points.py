"""Points of older systems and offices come by file: all or nothing, under the caps, each line once."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from scoring.criteria.caps import Posted, allowed
from scoring.criteria.item import Ledger, MemberKind
from scoring.errors import FileRefused
from scoring.ledger import reversal
from scoring.permissions import NotAllowed
from scoring.store.drafts import By
from scoring.store.imports import FileTaken
from scoring.store.ledger import rules, transfers
from scoring.workflow.imports import Mode
from scoring.workflow.points.import_points import PointsTaken, import_points
from scoring.workflow.points.keep_members import MemberFields, change_member, let_go
from scoring.workflow.points.tallies import by_day_alone
from scoring.working_days import today
from tests.people import again
from tests.workflow import county
from tests.workflow.points.members_at_hand import (
    POINTS_HEAD,
    administrator,
    secretary,
    take_members,
    take_points,
    with_members,
)


def balances(store, member):
    """Return what the member holds on both ledgers."""
    with store.read() as c:
        return tuple(transfers.balance(c, member.id, ledger).balance for ledger in Ledger)


def test_lines_post_by_id_or_title_on_the_items_ledgers(store, tmp_path):
    own = with_members(store, tmp_path)
    rows = [
        ["M1", "无偿献血", "2026/5/6", "", "", "县医院", "A-1"],
        ["M1", "volunteer_service", "2026年5月7日", "2.5", "清河", "", ""],
        ["M2", "Dues overdue", "20260508", "2", "", "", ""],
    ]
    taken = take_points(store, tmp_path / "p.xlsx", rows, by=administrator(store))
    assert taken == PointsTaken(lines=3, posted=3, members=2, earned=750, lost=200, spendable=750, cut=())
    assert balances(store, own["M1"]) == (750, 750)
    assert balances(store, own["M2"]) == (-200, 0)
    with store.read() as c:
        line = transfers.statement(c, own["M1"].id, Ledger.HONOUR)[-1]
        found = transfers.find(c, line.number).new
    assert (line.reason, line.day) == ("县医院（p.xlsx 第 2 行）", date(2026, 5, 6))
    assert (found.key, found.unit, found.item) == ("import:A-1", "A01", "blood_donated")


def test_caps_cut_in_order_of_day_and_it_is_said(store, tmp_path):
    """Party lectures: one an event, 4 points a quarter; the file's order is not the order of days."""
    own = with_members(store, tmp_path)
    rows = [
        ["M1", "party_lecture", "2026-03-20", "", "丙", "", ""],
        ["M1", "party_lecture", "2026-01-20", "", "甲", "", ""],
        ["M1", "party_lecture", "2026-01-20", "", "甲", "", ""],
        ["M1", "party_lecture", "2026-02-20", "", "乙", "", ""],
    ]
    taken = take_points(store, tmp_path / "p.csv", rows)
    assert (taken.lines, taken.posted, taken.earned) == (4, 2, 400)
    assert [(one.row, one.posts, [cut.cap for cut in one.cuts]) for one in taken.cut] == [
        (2, 0, ["quarter"]),
        (4, 0, ["event_times"]),
    ]
    assert balances(store, own["M1"]) == (400, 0)
    later = take_points(store, tmp_path / "q.csv", [["M1", "party_lecture", "2026-01-05", "", "丁", "", ""]])
    assert (later.posted, later.earned) == (0, 0), "what is posted counts, whichever file brought it"


def test_the_result_is_that_of_one_line_after_the_other(store, tmp_path):
    """Against the caps asked for one line at a time, of lines in any order over two years' ends."""
    own = with_members(store, tmp_path)
    rng = random.Random(7)
    rows = [
        [
            rng.choice(["M1", "M2"]),
            item,
            (date(2026, 1, 1) + timedelta(days=rng.randrange(120))).isoformat(),
            points,
            rng.choice("甲乙"),
            "",
            "",
        ]
        for item, points in rng.choices(
            [
                ("volunteer_service", "1.5"),
                ("volunteer_service", "4"),
                ("theme_day", ""),
                ("dues_overdue", ""),
            ],
            k=150,
        )
    ]
    first, second = rows[:60], rows[60:]
    expected = dict.fromkeys(own, 0)
    with store.read() as c:
        judged = rules.in_force(c, date(2026, 1, 1))
    posted = []
    for part in (first, second):
        for row in sorted(part, key=lambda row: row[2]):
            item, day = judged.item(row[1]), date.fromisoformat(row[2])
            mine = [each for each in posted if each[0] == row[0] and each[1] == row[1]]
            same = [each for each in mine if each[2] == day and (by_day_alone(item) or each[3] == row[4])]
            wanted = int(float(row[3]) * 100) if row[3] else item.points
            left = allowed(
                item,
                wanted,
                Posted(
                    event=sum(each[4] for each in same),
                    event_times=len(same),
                    day=sum(each[4] for each in mine if each[2] == day),
                    month=sum(each[4] for each in mine if each[2].month == day.month),
                    quarter=sum(each[4] for each in mine if (each[2].month - 1) // 3 == (day.month - 1) // 3),
                    year=sum(each[4] for each in mine),
                ),
            )
            if left.posts:
                posted.append((row[0], row[1], day, row[4], left.posts))
                expected[row[0]] += left.posts if item.kind == "earning" else -left.posts
    take_points(store, tmp_path / "a.csv", first)
    take_points(store, tmp_path / "b.csv", second)
    assert {code: balances(store, one)[0] for code, one in own.items()} == expected
    assert expected["M1"] and expected["M2"]


def test_what_was_reversed_counts_no_more(store, tmp_path):
    own = with_members(store, tmp_path)
    take_points(store, tmp_path / "a.csv", [["M1", "blood_donated", "2026-01-05", "", "", "", ""]])
    take_points(store, tmp_path / "b.csv", [["M1", "blood_donated", "2026-02-05", "", "", "", ""]])
    third = ["M1", "blood_donated", "2026-03-05", "", "", "", ""]
    assert take_points(store, tmp_path / "c.csv", [third], mode=Mode.TRIAL).posted == 0
    reverse(store, own["M1"])
    assert take_points(store, tmp_path / "c.csv", [third], mode=Mode.TRIAL).posted == 1


def reverse(store, member):
    """Take back the member's newest award, on both ledgers."""
    with store.begin() as c:
        for ledger in Ledger:
            line = transfers.statement(c, member.id, ledger)[0]
            of = transfers.find(c, line.number)
            transfers.post(c, [reversal(of, line.balance, date(2026, 6, 1), "错")], By(person=""))


def test_every_fault_is_told_by_its_cell_and_nothing_is_written(store, tmp_path):
    own = with_members(store, tmp_path)
    let_go(store, None, own["M2"].id, date(2026, 6, 1))
    take_points(store, tmp_path / "a.csv", [["M1", "blood_donated", "2026-01-05", "", "", "", "K1"]])
    tomorrow = (today() + timedelta(days=1)).isoformat()
    rows = [
        ["", "party_lecture", "2026-03-01", "", "", "", ""],
        ["M9", "party_lecture", "2026-03-01", "", "", "", ""],
        ["M1", "没有的", "2026-03-01", "", "", "", ""],
        ["M1", "", "2026-03-01", "", "", "", ""],
        ["M1", "party_lecture", "三月", "", "", "", ""],
        ["M1", "party_lecture", "2025-12-31", "", "", "", ""],
        ["M1", "party_lecture", tomorrow, "", "", "", ""],
        ["M3", "party_lecture", "2026-02-09", "", "", "", ""],
        ["M2", "party_lecture", "2026-06-01", "", "", "", ""],
        ["M1", "party_lecture", "2026-03-01", "3", "", "", ""],
        ["M1", "volunteer_service", "2026-03-01", "", "", "", ""],
        ["M1", "party_lecture", "2026-03-01", "-2", "", "", ""],
        ["M1", "party_lecture", "2026-03-01", "2", "", "电话13812345678", ""],
        ["M3", "theme_day", "2026-03-01", "2", "身份证110101199003071234", "", ""],
        ["M4", "theme_day", "2026-03-01", "", "", "", ""],
        ["M1", "party_lecture", "2026-03-01", "", "", "", "K1"],
        ["M1", "party_lecture", "2026-03-02", "", "", "", "K2"],
        ["M1", "party_lecture", "2026-03-03", "", "", "", "K2"],
        ["M1", "party_lecture", "2026-03-01", "1.234", "", "", ""],
        ["M1", "party_lecture", "2026-03-01", "", "长" * 101, "", ""],
    ]
    before = county.counts(store)
    with pytest.raises(FileRefused) as refused:
        take_points(store, tmp_path / "bad.csv", rows)
    assert county.places(refused.value) == {
        (2, "A"),
        (3, "A"),
        (4, "B"),
        (5, "B"),
        (6, "C"),
        (7, "C"),
        (8, "C"),
        (9, "C"),
        (10, "C"),
        (11, "D"),
        (12, "D"),
        (13, "D"),
        (14, "F"),
        (15, "E"),
        (16, "B"),
        (17, "G"),
        (19, "G"),
        (20, "D"),
        (21, "E"),
    }
    assert county.counts(store) == before
    assert "13812345678" not in county.told(refused.value)
    assert "110101199003071234" not in county.told(refused.value)


def test_the_very_same_file_is_taken_once_and_a_trial_writes_nothing(store, tmp_path):
    own = with_members(store, tmp_path)
    rows = [["M1", "party_lecture", "2026-03-01", "", "党课", "", ""]]
    before = county.counts(store)
    trial = take_points(store, tmp_path / "p.csv", rows, mode=Mode.TRIAL)
    assert county.counts(store) == before
    assert take_points(store, tmp_path / "p.csv", rows) == trial
    renamed = tmp_path / "renamed.csv"
    renamed.write_bytes((tmp_path / "p.csv").read_bytes())
    for mode in Mode:
        with pytest.raises(FileTaken, match="link"):
            import_points(store, None, renamed, mode)
    assert balances(store, own["M1"]) == (200, 0)


def test_the_branch_is_the_one_of_the_day(store, tmp_path):
    own = with_members(store, tmp_path)["M1"]
    moved = MemberFields(name="王一", unit="A02", kind=MemberKind.MOBILE, first_day=date(2026, 5, 1))
    change_member(store, None, own.id, moved)
    take_points(
        store,
        tmp_path / "p.csv",
        [
            ["M1", "theme_day", "2026-04-30", "", "", "", ""],
            ["M1", "mobile_contact", "2026-05-01", "", "", "", ""],
        ],
    )
    with pytest.raises(FileRefused, match="not for mobile members"):
        take_points(store, tmp_path / "q.csv", [["M1", "theme_day", "2026-05-01", "", "", "", ""]])


def test_only_administrators_and_none_for_themselves(store, tmp_path):
    with_members(store, tmp_path)
    rows = [["M5", "party_lecture", "2026-04-30", "", "", "", ""]]
    guan = administrator(store)
    take_members(store, tmp_path / "m.csv", [["M5", "孙五", "A01", "在家", "guan", "2026-01-01"]])
    with pytest.raises(FileRefused, match="of their own"):
        take_points(store, tmp_path / "p.csv", rows, by=again(store, guan.id))
    with pytest.raises(NotAllowed):
        take_points(store, tmp_path / "p.csv", rows, by=secretary(store))
    assert take_points(store, tmp_path / "p.csv", rows, by=administrator(store, "er")).posted == 1


def test_a_files_own_name_holds_no_numbers_of_people(store, tmp_path):
    with_members(store, tmp_path)
    with pytest.raises(FileRefused, match="the file's name"):
        take_points(
            store, tmp_path / "13812345678.csv", [["M1", "party_lecture", "2026-03-01", "", "", "", ""]]
        )


def test_a_file_without_lines_is_refused(store, tmp_path):
    path = county.write(tmp_path / "p.csv", [POINTS_HEAD])
    with pytest.raises(FileRefused, match="holds no points"):
        import_points(store, None, path)
