"""Members' points by commands on the server: rules, members, quarters, files and statements, in both languages."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from click.testing import CliRunner

from scoring.people import Role
from scoring.store.engine import Store
from scoring.store.ledger import reversals
from scoring.workflow.points import statements_by_command
from scoring.workflow.points.reversing import confirm_reversal
from tests.databases import sqlite_in
from tests.people import somebody
from tests.workflow import county
from tests.workflow.points.members_at_hand import MEMBER_HEAD, MEMBERS, POINTS_HEAD, RULES
from tests.workflow.points.test_rules import another
from web.cli import main

LECTURE = ["party_lecture", "2026-02-06", "", "党课", "", ""]
POINTS = [
    ["M1", *LECTURE],
    ["M1", *LECTURE],
    ["M2", "无偿献血", "2026-02-07", "5", "", "县医院", "A1"],
    ["M2", "dues_overdue", "2026-03-06", "", "", "", ""],
]


@pytest.fixture
def stars(tmp_path):
    """The command on a county with branches, in a folder with a file of members and one of points."""

    def run(*arguments, lang="en"):
        environment = {"STARS_DATABASE_URL": sqlite_in(tmp_path).url, "STARS_LANG": lang}
        return CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)

    assert run("init").exit_code == 0
    paths = county.write_sets(tmp_path)
    opened = run("period", "open", "2026", *(part for path in paths for part in ("--criteria", path)))
    assert opened.exit_code == 0
    units = county.write(tmp_path / "units.csv", county.unit_rows())
    assert run("import", "units", str(units), "--period", "2026").exit_code == 0
    county.write(tmp_path / "members.csv", [MEMBER_HEAD, *MEMBERS])
    county.write(tmp_path / "points.csv", [POINTS_HEAD, *POINTS])
    return run


def test_a_quarter_goes_by_commands_from_rules_to_a_statement(stars, tmp_path, monkeypatch):
    monkeypatch.setattr(statements_by_command, "today", lambda: date(2026, 11, 21))
    members, points = str(tmp_path / "members.csv"), str(tmp_path / "points.csv")
    told = [
        stars("ledger", "rules", RULES, "--from", "2026-01-01"),
        stars("ledger", "members", members, "--dry-run"),
        stars("ledger", "members", members),
        stars("ledger", "open", "2026Q1"),
        stars("ledger", "import", points, "--dry-run"),
        stars("ledger", "import", points),
        stars("ledger", "close", "2026Q1", "A01"),
    ]
    assert [one.exit_code for one in told] == [0] * 7
    assert [one.stdout.splitlines()[0] for one in told] == [
        f"The rules {RULES} are in force from 2026-01-01 on; items: 48",
        "Trial, nothing was changed. Members: 4 new, 0 changed (0 to another branch), 0 as before",
        "Imported. Members: 4 new, 0 changed (0 to another branch), 0 as before",
        f"Baselines of 2026Q1 by {RULES}: 4 given now, 0 had theirs",
        "Trial, nothing was changed. Lines: 4, posted: 3, members: 2; honour points earned 7, lost 2, spendable points earned 5",
        "Imported. Lines: 4, posted: 3, members: 2; honour points earned 7, lost 2, spendable points earned 5",
        "2026Q1 of A01 is closed; members whose figures stand: 3",
    ]
    assert told[5].stdout.splitlines()[1] == (
        "  row 3 (M1) posts 0 points: “Party lecture attended” is counted once an event, as it has been: 2 not counted"
    )
    shown = stars("ledger", "statement", "M2").stdout
    assert "2026 so far: 63, stars: 1 (2026Q1 63)" in shown
    assert "honour points: 63 points" in shown
    assert "spendable points: 5 points" in shown
    assert "points earned Blood given" in shown
    assert "县医院（points.csv 第 4 行）" in shown
    shown = stars("ledger", "statement", "M2", "--lines", "1", lang="zh").stdout
    assert "荣誉分：63 分" in shown
    assert "扣分 缴纳党费逾期" in shown
    assert "加分 无偿献血" in shown, "a line of each ledger"
    assert "基础分" not in shown


def test_a_replay_says_whose_stars_would_move(stars, tmp_path):
    stars("ledger", "rules", RULES, "--from", "2026-01-01")
    stars("ledger", "members", str(tmp_path / "members.csv"))
    stars("ledger", "open", "2026Q1")
    path = another(tmp_path, "2027.1", "talk_below: 60", "talk_below: 59")
    text = (tmp_path / "2027.1.yaml").read_text("utf-8").replace("{points: 60, elderly: 72}", "{points: 72}")
    (tmp_path / "2027.1.yaml").write_text(text, "utf-8")
    told = stars("ledger", "replay", path, "--from", "2026-01-01", "--to", "2026-03-31")
    assert told.stdout.splitlines() == [
        "By member-points@2027.1, nothing was changed. Members: 4; other figures: 3, other stars: 3, other cards: 0",
        "  M1: 60 (stars: 1) → 72 (stars: 2)",
        "  M2: 60 (stars: 1) → 72 (stars: 2)",
        "  M4: 60 (stars: 1) → 72 (stars: 2)",
    ]
    assert stars("ledger", "replay", path, "--from", "2026-01-02", "--to", "2026-03-31").exit_code == 2


def test_one_line_is_posted_as_a_file_would_and_once(stars, tmp_path):
    stars("ledger", "rules", RULES, "--from", "2026-01-01")
    stars("ledger", "members", str(tmp_path / "members.csv"))
    lecture = ("ledger", "post", "M1", "party_lecture", "--day", "2026-02-06", "--event", "冬训")
    assert stars(*lecture).stdout == "Posted. Honour points: 2, spendable points: 0\n"
    again = stars(*lecture)
    assert again.exit_code == 2
    assert again.stderr.startswith("the very same line is posted already")
    assert stars(*lecture, "--key", "B7", lang="zh").stdout.splitlines() == [
        "没有入账",
        "  “参加党课”同一次活动最多计 1 次，已经计满，这 2 分不计",
    ], "as the second line of a file"
    blood = ("ledger", "post", "M2", "无偿献血", "--day", "2026-02-07", "--points", "5", "--key", "A1")
    assert stars(*blood, "--note", "县医院").stdout == "Posted. Honour points: 5, spendable points: 5\n"
    assert "key “A1” is posted already" in stars(*blood, "--note", "乡医院").stderr
    assert stars("ledger", "post", "M2", "dues_overdue", "--day", "2026-03-06").stdout.startswith(
        "Posted. Honour points: -2,"
    )
    refused = stars(
        "ledger", "post", "M9", "无偿献血", "--day", "6.2.2026", "--points", "five", "--key", "A1"
    )
    assert refused.exit_code == 2
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == ["--day", "--points"]
    refused = stars("ledger", "post", "M9", "献血", "--day", "2026-02-07", "--note", "13812345678")
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == ["--note"]
    refused = stars("ledger", "post", "M9", "献血", "--day", "2026-02-07")
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == ["MEMBER", "ITEM"]
    shown = stars("ledger", "statement", "M2").stdout
    assert "honour points: 3 points" in shown
    assert "县医院" in shown
    assert "row" not in shown


def test_a_reversal_moved_by_command_waits_for_a_person_who_confirms_it(stars, tmp_path):
    stars("ledger", "rules", RULES, "--from", "2026-01-01")
    stars("ledger", "members", str(tmp_path / "members.csv"))
    stars("ledger", "open", "2026Q1")
    stars("ledger", "import", str(tmp_path / "points.csv"))
    entry = line_of(stars("ledger", "statement", "M2").stdout, "points earned Blood given")
    moved = stars("ledger", "reverse", entry, "--reason", "重复登记")
    assert moved.exit_code == 0
    assert moved.stdout.startswith(f"Motion 1 is made: entry {entry} is reversed once")
    assert "spendable points: 5 points" in stars("ledger", "statement", "M2").stdout, "moved is not done"
    refused = stars("ledger", "reverse", entry, "--reason", "再来一次", lang="zh")
    assert (refused.exit_code, refused.stderr.strip()) == (2, "这笔积分已有待确认的冲销提议")
    for arguments in (
        ("999", "--reason", "没有这一笔"),
        (entry,),
        (entry, "--reason", " "),
        ("0", "--reason", "x"),
    ):
        assert stars("ledger", "reverse", *arguments).exit_code == 2, arguments
    with contextlib.closing(Store.open(sqlite_in(tmp_path).url)) as store:
        confirm_reversal(store, somebody(store, "guan", Role.ADMINISTRATOR), 1)
        with store.read() as c:
            assert [own.by for own in reversals.motions_of(c, ["A01"])] == [""]
    assert "spendable points: 0 points" in stars("ledger", "statement", "M2").stdout
    refused = stars("ledger", "reverse", entry, "--reason", "再来一次")
    assert (refused.exit_code, refused.stderr.strip()) == (2, f"entry {entry} was reversed already")


def line_of(statement: str, title: str) -> str:
    """Return the number of the entry of that *title* in a printed statement."""
    return next(line.split()[0] for line in statement.splitlines() if title in line)


def test_what_is_refused_is_told_on_standard_error_by_cell(stars, tmp_path):
    stars("ledger", "rules", RULES, "--from", "2026-01-01")
    county.write(
        tmp_path / "bad.csv", [["编号", "姓名", "支部", "类型", "手机"], ["M1", "王", "A99", "在职", "1"]]
    )
    refused = stars("ledger", "members", str(tmp_path / "bad.csv"), lang="zh")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert refused.stderr.splitlines() == [
        "bad.csv 第 1 行 E 列：这里不保存“手机”：党员积分不需要电话和证件号，请删去这一列",
        "bad.csv 第 2 行 C 列：没有代码为“A99”的支部",
    ]
    for arguments in (
        ("rules", RULES, "--from", "2026-02-01"),
        ("open", "2026Q9"),
        ("close", "2026Q1", "Z99"),
        ("statement", "M9"),
        ("import", "missing.csv"),
    ):
        refused = stars("ledger", *arguments)
        assert (refused.exit_code, refused.stdout) == (2, ""), arguments
        assert refused.stderr


def test_what_was_imported_once_is_not_imported_again(stars, tmp_path):
    stars("ledger", "rules", RULES, "--from", "2026-01-01")
    stars("ledger", "members", str(tmp_path / "members.csv"))
    again = stars("ledger", "members", str(tmp_path / "members.csv"))
    assert (again.exit_code, "imported before" in again.stderr) == (2, True)


def test_a_merchant_is_taken_on_with_its_till_or_not_at_all(stars):
    assert (
        stars("ledger", "merchant", "河边书店", "河边 2 号").stdout
        == "“河边书店” is taken on, at 河边 2 号\n"
    )
    assert stars("people", "add", "till", "收银一").exit_code == 0
    refused = stars("ledger", "merchant", "便民超市", "街口", "--till", "till")
    assert refused.exit_code == 2
    assert "has not the role" in refused.stderr
    assert "便民超市" in stars("ledger", "merchant", "便民超市", "街口").stdout, "nothing of it was kept"
    again = stars("ledger", "merchant", "便民超市", "街口", lang="zh")
    assert again.exit_code == 2
    assert "已有名为“便民超市”的商户" in again.stderr


def test_points_end_by_command_once_announced_and_past_the_last_day(stars, tmp_path, monkeypatch):
    stars("ledger", "rules", RULES, "--from", "2026-01-01")
    stars("ledger", "members", str(tmp_path / "members.csv"))
    stars("ledger", "open", "2026Q1")
    stars("ledger", "import", str(tmp_path / "points.csv"))
    refused = stars("ledger", "expire", "2026")
    assert refused.exit_code == 2
    assert "announce it first" in refused.stderr
    on = "scoring.workflow.points.expiring.today"
    monkeypatch.setattr(on, lambda: date(2027, 12, 1))
    assert stars("ledger", "expire", "2026", "--announce").stdout == (
        "The spendable points of 2026 can be spent until 2027-12-31. Members: 1, points left: 5, told: 0\n"
    )
    assert stars("ledger", "expire", "2026").exit_code == 2
    monkeypatch.setattr(on, lambda: date(2028, 1, 1))
    assert stars("ledger", "expire", "2026", lang="zh").stdout == "2026 年可兑换分已到期：1 名党员，5 分\n"
    assert stars("ledger", "expire", "2026", lang="zh").stdout == "2026 年可兑换分已到期：0 名党员，0 分\n"
