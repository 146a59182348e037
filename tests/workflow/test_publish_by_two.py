"""Publishing by two who have signed in: what is confirmed is what was prepared, and never by the same hands."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scoring.edition import NotPublishable, State
from scoring.gates import MotionKind
from scoring.people import Role
from scoring.periods import Phase
from scoring.permissions import NotAllowed, SameHands
from scoring.proposals import ProposalState
from scoring.store import editions, postings, proposals
from scoring.workflow.acting import WordsUnfit
from scoring.workflow.hear_objections import About, dismiss, file_objection, take_objection
from scoring.workflow.import_marks import import_marks
from scoring.workflow.inbox import read_inbox
from scoring.workflow.keep_periods import move_period
from scoring.workflow.look_at_editions import list_editions
from scoring.workflow.make_edition import PublicationRefused
from scoring.workflow.move_gates import confirm_gate, move_gate
from scoring.workflow.publication import SignedBy, publish_period
from scoring.workflow.publish_by_two import (
    InputsChanged,
    Preparation,
    ProposalEnded,
    confirm_edition,
    prepare_edition,
    preview,
    refuse_edition,
    see_publishing,
)
from tests import people
from tests.workflow import county
from tests.workflow.county import PERIOD
from tests.workflow.year_of import DOCUMENT, FRIDAY_LAST, MONDAY, OVER, Year, finish, post, year

DRAFT = Preparation(state=State.DRAFT)


def prepared(own: Year, preparation: Preparation = DRAFT, now: datetime = MONDAY) -> int:
    return prepare_edition(own.store, own.admin, PERIOD, preparation, now)


def corrected(own: Year, mark: str = "1") -> None:
    county.moderate(own.store, own.folder / f"m{mark}.csv", ("A01", "discipline", "组长", mark))


def test_a_draft_is_posted_for_five_working_days_and_then_final(store, tmp_path):
    """Both are signed by name, and the manifest says that the two had signed in."""
    own = year(store, tmp_path)
    draft = post(own)
    assert county.phase(store) == "posted"
    with store.read() as c:
        posting = postings.of_edition(c, draft)
    assert (posting.first, posting.last) == (date(2026, 11, 23), date(2026, 11, 27))
    final = finish(own)
    assert county.phase(store) == "published"
    said = final.statement
    assert (said.prepared_by, said.confirmed_by, said.authenticated) == ("管一", "凌部长", True)
    assert said.supersedes == draft
    assert any("2026-11-27" in notice.sentence.zh for notice in read_inbox(store, own.secretary))


@pytest.mark.parametrize("who", ["leader", "moderator", "secretary", "superior", "auditor"])
def test_only_an_administrator_prepares(store, tmp_path, who):
    own = year(store, tmp_path)
    with pytest.raises(NotAllowed):
        prepare_edition(store, own.everybody()[who], PERIOD, DRAFT, MONDAY)


@pytest.mark.parametrize("who", ["admin", "moderator", "secretary", "superior", "auditor"])
def test_only_a_leader_confirms(store, tmp_path, who):
    own = year(store, tmp_path)
    number = prepared(own)
    with pytest.raises(NotAllowed):
        confirm_edition(store, own.everybody()[who], number, now=MONDAY)
    assert list_editions(store) == ()


def test_who_prepared_does_not_confirm_even_on_behalf_of_a_leader(store, tmp_path):
    own = year(store, tmp_path)
    number = prepared(own)
    with pytest.raises(SameHands, match="管一"):
        confirm_edition(store, people.acting_for(store, own.admin, own.leader), number, now=MONDAY)
    taken = people.acting_for(store, own.other_admin, own.leader)
    edition = confirm_edition(store, taken, number, now=MONDAY)
    assert edition.statement.confirmed_by == "管二（代凌部长）"


def test_a_principal_does_not_confirm_what_was_prepared_on_their_behalf(store, tmp_path):
    own = year(store, tmp_path)
    both = people.somebody(store, "duo", Role.ADMINISTRATOR, Role.LEADER, name="多职")
    number = prepare_edition(store, people.acting_for(store, own.admin, both), PERIOD, DRAFT, MONDAY)
    with pytest.raises(SameHands):
        confirm_edition(store, both, number, now=MONDAY)


def test_two_of_one_name_sign_as_nobody_else_does(store, tmp_path):
    own = year(store, tmp_path)
    namesake = people.somebody(store, "ling2", Role.LEADER, name="管一")
    edition = confirm_edition(store, namesake, prepared(own), now=MONDAY)
    assert (edition.statement.prepared_by, edition.statement.confirmed_by) == ("管一", "管一（ling2）")


def test_marks_changed_after_preparing_are_told_and_refused(store, tmp_path):
    own = year(store, tmp_path)
    number = prepared(own)
    corrected(own)
    seen = preview(store, own.leader, number, MONDAY)
    assert seen.stale
    with pytest.raises(InputsChanged, match=r"A01.*组长.*moderation"):
        confirm_edition(store, own.leader, number, now=MONDAY)
    assert county.phase(store) == "marking"
    refuse_edition(store, own.admin, number, "重新准备")
    assert confirm_edition(store, own.leader, prepared(own), now=MONDAY).statement.state is State.DRAFT


def test_a_gate_confirmed_after_preparing_is_a_change_too(store, tmp_path):
    own = year(store, tmp_path)
    number = prepared(own)
    motion = move_gate(store, own.admin, PERIOD, "A02", "weak", MotionKind.RAISE, "软弱涣散", DOCUMENT)
    with pytest.raises(PublicationRefused, match="motion 1"):
        confirm_edition(store, own.leader, number, now=MONDAY)
    confirm_gate(store, own.leader, motion)
    with pytest.raises(InputsChanged, match="A02"):
        confirm_edition(store, own.leader, number, now=MONDAY)


def test_another_edition_published_meanwhile_is_told(store, tmp_path):
    own = year(store, tmp_path)
    number = prepared(own)
    publish_period(store, PERIOD, SignedBy(prepared="张三", confirmed="李四"), State.DRAFT)
    with pytest.raises(InputsChanged, match="张三"):
        confirm_edition(store, own.leader, number, now=MONDAY)


def test_of_two_who_confirm_at_once_one_wins_and_the_other_is_told(store, tmp_path):
    own = year(store, tmp_path)
    second = people.somebody(store, "ling2", Role.LEADER, name="副部长")
    number = prepared(own)
    outcomes: list[object] = []
    gate = threading.Barrier(2)

    def run(actor):
        gate.wait()
        try:
            outcomes.append(confirm_edition(store, actor, number, now=MONDAY).id)
        except ProposalEnded as ended:
            outcomes.append(ended)

    threads = [threading.Thread(target=run, args=(actor,)) for actor in (own.leader, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (edition,) = list_editions(store)
    assert sum(isinstance(one, str) for one in outcomes) == 1
    (told,) = [one for one in outcomes if isinstance(one, ProposalEnded)]
    assert edition.id[:12] in str(told)
    assert edition.confirmed_by in str(told)


def test_the_final_edition_waits_for_the_last_second_of_posting(store, tmp_path):
    own = year(store, tmp_path)
    post(own)
    with pytest.raises(PublicationRefused, match="2026-11-27"):
        prepared(own, Preparation(state=State.FINAL), FRIDAY_LAST)
    number = prepared(own, Preparation(state=State.FINAL), OVER)
    with pytest.raises(PublicationRefused, match="2026-11-27"):
        confirm_edition(store, own.leader, number, now=FRIDAY_LAST)
    confirm_edition(store, own.leader, number, now=OVER)


def test_the_command_keeps_to_the_posting_too(store, tmp_path):
    own = year(store, tmp_path)
    post(own)
    signed = SignedBy(prepared="张三", confirmed="李四")
    with pytest.raises(PublicationRefused, match="2026-11-27"):
        publish_period(store, PERIOD, signed, State.FINAL, now=FRIDAY_LAST)
    assert not publish_period(store, PERIOD, signed, State.FINAL, now=OVER).statement.authenticated


def test_nothing_is_final_that_was_never_posted(store, tmp_path):
    own = year(store, tmp_path)
    with pytest.raises(PublicationRefused, match="posted"):
        prepared(own, Preparation(state=State.FINAL))


def test_open_objections_hold_the_final_edition_back(store, tmp_path):
    own = year(store, tmp_path)
    post(own)
    number = file_objection(
        store, own.secretary, PERIOD, "A01", About(criterion="discipline"), "材料齐全", now=MONDAY
    )
    with pytest.raises(PublicationRefused, match="objection 1"):
        finish(own)
    take_objection(store, own.moderator, number)
    dismiss(store, own.moderator, number, "核实无误")
    assert finish(own).statement.state is State.FINAL


def test_unrated_branches_are_excused_by_name_or_stop_it(store, tmp_path):
    """An excuse for one that is rated is refused as well."""
    own = year(store, tmp_path)
    rows = [county.MARK_HEAD, ["A02", "income", "superior", "乡镇", "撤回"]]
    import_marks(store, PERIOD, county.write(tmp_path / "gone.csv", rows))
    with pytest.raises(NotPublishable, match="A02"):
        prepared(own)
    with pytest.raises(NotPublishable, match="A03"):
        prepared(own, replace(DRAFT, excused={"A02": "11月撤并", "A03": "无"}))
    with pytest.raises(WordsUnfit):
        prepared(own, replace(DRAFT, excused={"A02": " "}))
    assert [unit.code for unit in see_publishing(store, own.admin, PERIOD, MONDAY).unrated] == ["A02"]
    number = prepared(own, replace(DRAFT, excused={"A02": "11月撤并"}))
    edition = confirm_edition(store, own.leader, number, now=MONDAY)
    assert [(one.unit, one.reason) for one in edition.statement.excused] == [("A02", "11月撤并")]


def test_a_correction_says_why_and_needs_no_posting(store, tmp_path):
    own = year(store, tmp_path)
    post(own)
    first = finish(own)
    with pytest.raises(PublicationRefused, match="say why"):
        prepared(own, Preparation(state=State.FINAL), OVER)
    corrected(own)
    second = finish(own, OVER + timedelta(days=1), reason="更正复议录入错误")
    assert (second.statement.supersedes, second.statement.reason) == (first.id, "更正复议录入错误")
    with pytest.raises(PublicationRefused):
        prepared(own, DRAFT, OVER)


def test_a_first_day_that_is_past_is_not_posted(store, tmp_path):
    """Else the branches would have fewer days than the notice says."""
    own = year(store, tmp_path)
    with pytest.raises(PublicationRefused, match="2026-11-20"):
        prepared(own, replace(DRAFT, first=date(2026, 11, 20)))
    number = prepared(own)
    tomorrow = MONDAY + timedelta(days=1)
    assert preview(store, own.leader, number, tomorrow).hindering
    with pytest.raises(PublicationRefused, match="2026-11-23"):
        confirm_edition(store, own.leader, number, now=tomorrow)


@pytest.mark.parametrize("days", [0, 61, -1])
def test_a_posting_has_some_working_days(store, tmp_path, days):
    own = year(store, tmp_path)
    with pytest.raises(PublicationRefused, match="working days"):
        prepared(own, replace(DRAFT, working_days=days))


def test_one_proposal_waits_at_a_time_and_may_be_taken_back(store, tmp_path):
    own = year(store, tmp_path)
    number = prepared(own)
    with pytest.raises(PublicationRefused, match="proposal 1"):
        prepared(own)
    with pytest.raises(NotAllowed):
        refuse_edition(store, own.other_admin, number, "不是我准备的")
    refuse_edition(store, own.leader, number, "先核对数字")
    with store.read() as c:
        ended = proposals.find(c, number)
    assert (ended.state, ended.answer) == (ProposalState.REFUSED, "先核对数字")
    with pytest.raises(ProposalEnded, match="先核对数字"):
        confirm_edition(store, own.leader, number, now=MONDAY)
    assert prepared(own) == 2


def test_a_preview_says_what_confirming_gives(store, tmp_path):
    """To the byte: rows and standings of the preview are those of the edition that comes of it."""
    own = year(store, tmp_path)
    post(own)
    corrected(own, "2")
    number = prepared(own, Preparation(state=State.FINAL), OVER)
    seen = preview(store, own.leader, number, OVER)
    assert not seen.stale
    assert not seen.hindering
    assert [one.unit for one in seen.moved.units if one.causes][:1] == ["A01"]
    edition = confirm_edition(store, own.leader, number, now=OVER)
    assert (edition.rows, edition.standings) == (seen.edition.rows, seen.edition.standings)
    with store.read() as c:
        assert editions.newest(c, PERIOD).id == edition.id


@pytest.mark.parametrize("who", ["moderator", "secretary", "superior"])
def test_what_is_prepared_is_not_everybodys_to_see(store, tmp_path, who):
    own = year(store, tmp_path)
    number = prepared(own)
    with pytest.raises(NotAllowed):
        preview(store, own.everybody()[who], number, MONDAY)
    with pytest.raises(NotAllowed):
        see_publishing(store, own.everybody()[who], PERIOD, MONDAY)


def test_nothing_is_prepared_before_it_is_marked(store, tmp_path):
    own = year(store, tmp_path, Phase.COLLECTING)
    with pytest.raises(NotAllowed, match="collecting"):
        prepared(own)
    move_period(store, PERIOD, Phase.MARKING)
    assert prepared(own) == 1


def test_a_second_draft_is_posted_with_days_of_its_own(store, tmp_path):
    own = year(store, tmp_path)
    post(own)
    corrected(own)
    later = datetime(2026, 11, 25, 2, tzinfo=UTC)
    post(own, later)
    with pytest.raises(PublicationRefused, match="2026-12-01"):
        finish(own)
    assert finish(own, datetime(2026, 12, 1, 16, tzinfo=UTC)).statement.state is State.FINAL
