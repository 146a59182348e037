"""Members are kept by number, taken in from files, moved with their points; names stay out of the chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from scoring.criteria.item import Ledger, MemberKind
from scoring.errors import FileRefused
from scoring.permissions import NotAllowed, SameHands
from scoring.store import coverage
from scoring.store.imports import FileTaken
from scoring.store.ledger import members, transfers
from scoring.store.ledger.members import MemberState, MemberUnknown, named
from scoring.store.tables import METADATA, link_subject, member_name, member_revision
from scoring.workflow.imports import Mode
from scoring.workflow.points.import_members import MembersTaken, import_members
from scoring.workflow.points.keep_members import (
    MemberChanged,
    MemberFields,
    MemberRefused,
    add_member,
    change_member,
    let_go,
)
from scoring.working_days import today
from tests.people import again
from tests.workflow import county
from tests.workflow.points.members_at_hand import (
    MEMBERS,
    administrator,
    known,
    secretary,
    take_members,
    take_points,
    with_members,
    with_rules,
)

FIELDS = MemberFields(name="孙五", unit="A01", kind=MemberKind.RESIDENT, first_day=date(2026, 3, 1))


def test_a_member_is_found_by_number_branch_account_name_and_initials(store, tmp_path):
    with_members(store, tmp_path)
    person = secretary(store)
    own = add_member(store, administrator(store), "M5", replace(FIELDS, login="SHUJI"))
    with store.read() as c:
        assert members.by_code(c, "M5") == own == members.of_person(c, person.id)
        assert [one.code for one in members.of_unit(c, "A01")] == ["M1", "M2", "M3", "M5"]
        assert [one.code for one in members.of_unit(c, "A01", date(2026, 2, 10))] == ["M1", "M2", "M3"]
        assert [one.code for one in members.of_units(c, ["A02", "A01"])] == ["M1", "M2", "M3", "M5", "M4"]
        assert members.names(c, [own.id, "nobody"]) == {own.id: "孙五"}
        found = members.of_unit(c, "A01")
        assert [one.code for one in members.search(found, "sw")] == ["M5"]
        assert [one.code for one in members.search(found, "王")] == ["M1"]
        assert members.of_person(c, "") is None
        assert members.count_active(c) == 5
        with pytest.raises(MemberUnknown):
            members.by_code(c, "M9")


def test_whoever_moves_takes_their_points_along(store, tmp_path):
    own = with_members(store, tmp_path)["M1"]
    take_points(store, tmp_path / "p.csv", [["M1", "party_lecture", "2026-02-06", "", "党课", "", ""]])
    moved = change_member(
        store,
        None,
        own.id,
        MemberFields(name="王一", unit="A02", kind=MemberKind.SERVING, first_day=date(2026, 5, 1)),
    )
    assert (moved.unit, moved.revision, moved.id) == ("A02", 2, own.id)
    with store.read() as c:
        assert transfers.balance(c, own.id, Ledger.HONOUR).balance == 200
        assert "M1" in [one.code for one in members.of_unit(c, "A01", date(2026, 4, 30))]
        assert "M1" not in [one.code for one in members.of_unit(c, "A01", date(2026, 5, 1))]
    take_points(store, tmp_path / "q.csv", [["M1", "party_lecture", "2026-04-30", "", "党课", "", ""]])
    take_points(store, tmp_path / "r.csv", [["M1", "party_lecture", "2026-07-01", "", "党课", "", ""]])
    with store.read() as c:
        lines = transfers.statement(c, own.id, Ledger.HONOUR)
        assert [transfers.find(c, one.number).new.unit for one in lines] == ["A02", "A01", "A01"]


def test_no_name_and_no_number_is_in_what_the_chain_covers(store, tmp_path):
    """Only a salted digest of them is; nobody who is told the chain can find out whose it is."""
    with_members(store, tmp_path)
    with store.read() as c:
        covered = [line for lines in coverage.lines_by_link(c) for own in lines[1].values() for line in own]
        text = b"\n".join(covered).decode()
        assert not [row for row in MEMBERS if row[1] in text]
        row = c.execute(select(member_name)).first()
        own = members.find(c, row.member)
        digest = c.scalar(select(member_revision.c.named).where(member_revision.c.member == row.member))
        assert digest == named(row.salt, own.code, row.name) != named(row.salt, own.code, "王二")
        subjects = c.scalars(select(link_subject.c.subject)).all()
    assert f"member {own.id}" in subjects
    assert METADATA.tables["member_name"].c.keys() == ["member", "revision", "name", "salt"]


def test_a_file_adds_changes_and_leaves_the_others(store, tmp_path):
    with_rules(store, tmp_path)
    assert take_members(store, tmp_path / "m.xlsx", MEMBERS) == MembersTaken(
        new=4, changed=0, moved=0, same=0, not_in_file=0
    )
    changed = [
        ["M1", "王一", "A02", "在职党员", "", "2026-05-01"],
        ["M2", "李二", "A01", "在家", "", ""],
        ["M6", "周六", "A03", "在家", "", "2026-05-01"],
    ]
    before = county.counts(store)
    expected = MembersTaken(new=1, changed=1, moved=1, same=1, not_in_file=2)
    assert take_members(store, tmp_path / "n.csv", changed, mode=Mode.TRIAL) == expected
    assert county.counts(store) == before
    assert take_members(store, tmp_path / "n.csv", changed) == expected
    assert {own.code: (own.unit, own.revision) for own in known(store).values()} == {
        "M1": ("A02", 2),
        "M2": ("A01", 1),
        "M3": ("A01", 1),
        "M4": ("A02", 1),
        "M6": ("A03", 1),
    }


def test_the_very_same_file_is_taken_once(store, tmp_path):
    with_members(store, tmp_path)
    again_ = tmp_path / "renamed.csv"
    again_.write_bytes((tmp_path / "members.csv").read_bytes())
    for mode in Mode:
        with pytest.raises(FileTaken, match="imported before"):
            import_members(store, None, again_, mode)


def test_every_fault_of_a_file_is_told_by_its_cell_and_nothing_is_written(store, tmp_path):
    with_members(store, tmp_path)
    secretary(store)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    rows = [
        ["", "甲", "A01", "在职", "", ""],
        ["N1", "", "A01", "在职", "", ""],
        ["N2", "乙", "Z99", "在职", "", ""],
        ["N3", "丙", "A01", "退休", "", ""],
        ["N4", "丁", "A01", "在职", "nobody", ""],
        ["N5", "戊", "A01", "在职", "", "昨天"],
        ["N6", "己", "A01", "在职", "", tomorrow],
        ["N7", "庚", "A01", "在职", "shuji", ""],
        ["N7", "辛", "A01", "在职", "shuji", ""],
        ["110101199003071234", "壬", "A01", "在职", "", ""],
        ["M1", "王一", "A02", "在职", "", "2025-12-31"],
    ]
    before = county.counts(store)
    with pytest.raises(FileRefused) as refused:
        take_members(store, tmp_path / "bad.csv", rows)
    assert county.places(refused.value) == {
        (2, "A"),
        (3, "B"),
        (4, "C"),
        (5, "D"),
        (6, "E"),
        (7, "F"),
        (8, "F"),
        (10, "A"),
        (10, "E"),
        (11, "A"),
        (12, "F"),
    }
    assert county.counts(store) == before
    assert not [row for row in rows if row[1] and row[1] in county.told(refused.value)]
    assert "110101199003071234" not in county.told(refused.value)


@pytest.mark.parametrize("column", ["手机", "联系电话", "身份证号码", "Mobile phone"])
def test_telephones_and_identity_numbers_are_not_taken_in(store, tmp_path, column):
    with_rules(store, tmp_path)
    path = county.write(
        tmp_path / "m.csv", [["编号", "姓名", "支部", "类型", column], [*MEMBERS[0][:4], "1"]]
    )
    with pytest.raises(FileRefused, match="is not kept here") as refused:
        import_members(store, None, path)
    assert county.places(refused.value) == {(1, "E")}
    path = county.write(
        tmp_path / "n.csv", [["编号", "姓名", "支部", "类型", "爱好"], [*MEMBERS[0][:4], "1"]]
    )
    with pytest.raises(FileRefused, match="not known here"):
        import_members(store, None, path)


def test_every_reason_against_a_member_is_told_at_once(store, tmp_path):
    with_members(store, tmp_path)
    wrong = MemberFields(
        name="张13812345678",
        unit="Z9",
        kind=MemberKind.SERVING,
        first_day=today() + timedelta(days=1),
        login="nobody",
    )
    with pytest.raises(MemberRefused) as refused:
        add_member(store, None, "M1", wrong)
    assert len(refused.value.faults) == 5
    assert "13812345678" not in str(refused.value)


def test_two_members_never_share_an_account(store, tmp_path):
    own = with_members(store, tmp_path)
    secretary(store)
    add_member(store, None, "M5", replace(FIELDS, login="shuji"))
    with pytest.raises(MemberRefused, match="M5"):
        change_member(store, None, own["M2"].id, replace(FIELDS, login="shuji"))


def test_whoever_read_an_older_revision_is_told(store, tmp_path):
    own = with_members(store, tmp_path)["M2"]
    change_member(store, None, own.id, FIELDS, based_on=1)
    with pytest.raises(MemberChanged):
        change_member(store, None, own.id, FIELDS, based_on=1)
    assert change_member(store, None, own.id, FIELDS, based_on=2).revision == 2


def test_whoever_left_stays_with_what_is_posted_and_may_come_back(store, tmp_path):
    own = with_members(store, tmp_path)["M2"]
    left = let_go(store, None, own.id, date(2026, 4, 1))
    assert (left.state, left.code) == (MemberState.LEFT, "M2")
    with pytest.raises(MemberRefused, match="left already"):
        let_go(store, None, own.id, date(2026, 4, 1))
    with store.read() as c:
        assert "M2" not in [one.code for one in members.of_unit(c, "A01")]
    taken = take_members(store, tmp_path / "b.csv", [["M2", "李二", "A03", "在家", "", "2026-06-01"]])
    assert (taken.changed, known(store)["M2"].active, known(store)["M2"].unit) == (1, True, "A03")


def test_nobody_keeps_members_but_administrators_and_none_their_own(store, tmp_path):
    own = with_members(store, tmp_path)
    with pytest.raises(NotAllowed):
        add_member(store, secretary(store), "M5", FIELDS)
    guan = administrator(store)
    linked = change_member(store, None, own["M2"].id, replace(FIELDS, login="guan"))
    guan = again(store, guan.id)
    with pytest.raises(SameHands):
        change_member(store, guan, linked.id, replace(FIELDS, unit="A03", login="guan"))
    with pytest.raises(SameHands):
        let_go(store, guan, linked.id, date(2026, 5, 1))
    with pytest.raises(FileRefused, match="their own membership"):
        take_members(store, tmp_path / "x.csv", [["M2", "孙五", "A03", "在家", "", ""]], by=guan)
    fresh = administrator(store, "guan2")
    with pytest.raises(SameHands, match="their own membership"):
        add_member(store, fresh, "M5", replace(FIELDS, login="guan2"))
    assert add_member(store, guan, "M5", replace(FIELDS, login="guan2")).person == fresh.id
    renamed = change_member(store, guan, linked.id, replace(FIELDS, name="孙武", login="guan"))
    assert renamed.name == "孙武"
