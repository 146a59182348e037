"""The same request comes two to five times, also after a restart: it has one effect, and other contents are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.errors import Refused
from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store.engine import Store
from scoring.store.imports import FileTaken
from scoring.workflow.answer_once import KeyUsed
from scoring.workflow.points.claiming import claim_points
from scoring.workflow.points.import_points import import_points
from scoring.workflow.points.quarters import close_quarter, open_quarter
from scoring.workflow.points.reversing import confirm_reversal, move_reversal
from scoring.workflow.points.verifying import Decision, verify_claims
from tests.people import somebody
from tests.workflow import county
from tests.workflow.points.claims_at_hand import branch
from tests.workflow.points.members_at_hand import POINTS_HEAD

TIMES = 4


@pytest.fixture
def own(store, tmp_path):
    return branch(store, tmp_path)


@pytest.fixture
def restarted(database):
    """Return what opens the county anew, as a process does that starts."""
    opened = []

    def restart() -> Store:
        opened.append(Store.open(database.url, database.schema))
        return opened[-1]

    yield restart
    for one in opened:
        one.close()


def test_a_claim_is_made_once(own, restarted):
    """The key is the same: the same claim comes back; other contents, or another person's, are refused."""
    first = claim_points(own.store, own.member, own.new("k"))
    rows = county.counts(own.store)
    for _ in range(TIMES):
        assert claim_points(restarted(), own.member, own.new("k")).number == first.number
    for other in (own.new("k", event="别的"), own.new("k", day=date(2026, 11, 9))):
        with pytest.raises(KeyUsed):
            claim_points(own.store, own.member, other)
    with pytest.raises(KeyUsed):
        claim_points(own.store, own.secretary, own.new("k"))
    with pytest.raises(NotAllowed):
        claim_points(own.store, own.community, own.new("k"))
    assert county.counts(own.store) == rows


def test_a_claim_is_decided_once(own, restarted):
    """Whoever decides again is told what became of it; the books do not move."""
    number = own.claimed("k").number
    own.post(number)
    rows = county.counts(own.store)
    for post, reason in ((True, ""), (False, "不属实")):
        for who in (own.superior, own.secretary):
            with pytest.raises(Refused, match="waits no more"):
                verify_claims(restarted(), who, [Decision(claim=number, post=post, reason=reason)])
    assert county.counts(own.store) == rows


def test_a_reversal_is_confirmed_once(own, restarted):
    own.posted("k")
    admin = somebody(own.store, "guan", Role.ADMINISTRATOR)
    motion = move_reversal(own.store, own.superior, 1, "记错")
    with pytest.raises(Refused, match="waits already"):
        move_reversal(restarted(), own.superior, 2, "记错")
    confirm_reversal(own.store, admin, motion)
    rows = county.counts(own.store)
    for _ in range(TIMES):
        with pytest.raises(Refused, match="already"):
            confirm_reversal(restarted(), admin, motion)
    assert county.counts(own.store) == rows


def test_a_quarter_opens_and_closes_once(own, restarted):
    open_quarter(own.store, None, "2026Q1")
    close_quarter(own.store, None, "2026Q1", "A01")
    rows = county.counts(own.store)
    for _ in range(TIMES):
        assert open_quarter(restarted(), None, "2026Q1").given == 0
        with pytest.raises(Refused, match="closed already"):
            close_quarter(restarted(), None, "2026Q1", "A01")
    assert county.counts(own.store) == rows


def test_a_file_is_taken_once_and_so_is_each_of_its_lines(own, restarted, tmp_path):
    """The very file is known by its contents, under any name; its lines by their keys, in any file."""
    line = ["M1", "party_lecture", "2026-11-10", "", "党课", "", "n1"]
    path = county.write(tmp_path / "one.csv", [POINTS_HEAD, line])
    import_points(own.store, None, path)
    rows = county.counts(own.store)
    again = path.rename(tmp_path / "two.csv")
    for _ in range(TIMES):
        with pytest.raises(FileTaken):
            import_points(restarted(), None, again)
    other = county.write(tmp_path / "three.csv", [POINTS_HEAD, [*line[:4], "另一次", "", "n1"]])
    with pytest.raises(Refused, match="posted already"):
        import_points(restarted(), None, other)
    assert county.counts(own.store) == rows


def test_the_same_key_for_the_same_by_other_points_is_refused(own):
    new = replace(own.new("k", "volunteer_service"), points=200)
    claim_points(own.store, own.member, new)
    with pytest.raises(KeyUsed):
        claim_points(own.store, own.member, replace(new, points=400))
