"""Whoever has still to sign in a panel is told nothing of it by any page or answer of the API; each is asked for by each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from scoring.edition import State
from scoring.people import Actor, Role
from scoring.sheets import Entered, SheetKey
from scoring.store import rights
from scoring.workflow.assign import assign
from scoring.workflow.mark_sheets import enter_marks
from scoring.workflow.publish_by_two import Preparation, prepare_edition
from scoring.workflow.sign_sheets import sign_sheet
from scoring.working_days import today
from tests import people
from tests.web.api.working import EVALUATORS_UNITS, PERIOD, Office, working
from tests.workflow.marking import FULL

UNIT = "A01"
WORDS = "同事签署的话"
BLIND = ("member", "chair", "head", "for leader", "for moderator", "for colleague")
LEADERS = ("head", "for leader")

SHOWN = (
    f"/desk/{PERIOD}/marking/county/{UNIT}",
    f"/desk/{PERIOD}/marking/county/{UNIT}?holder={{colleague}}",
    f"/desk/{PERIOD}/marking/county/grid.json",
    f"/desk/{PERIOD}/moderation",
    f"/desk/{PERIOD}/units/{UNIT}",
    f"/log/units/{PERIOD}/{UNIT}",
    f"/log/units/{PERIOD}/{UNIT}?criterion=discipline",
    f"/api/v1/desk/{PERIOD}/queue",
    f"/api/v1/desk/{PERIOD}/sheets/county/{UNIT}",
    f"/api/v1/desk/{PERIOD}/sheets/county/{UNIT}?holder={{colleague}}",
    f"/api/v1/desk/{PERIOD}/grids/county",
    f"/api/v1/desk/{PERIOD}/disputes",
)
"""Where marks and comments are shown to those who may see them."""

WHOLE = (
    f"/provisional/{PERIOD}/",
    f"/provisional/{PERIOD}/ranking/units",
    f"/provisional/{PERIOD}/ranking/units.csv",
    f"/provisional/{PERIOD}/ranking/units.xlsx",
    f"/provisional/{PERIOD}/units/{UNIT}",
    f"/provisional/{PERIOD}/search",
    f"/desk/{PERIOD}/publishing/{{proposal}}",
    f"/api/v1/provisional/{PERIOD}/ranking",
    "/api/v1/proposals/{proposal}",
)
"""Where figures of the whole year stand, into which a panel's marks have gone."""


@dataclass(frozen=True)
class Panel:
    """The office, who looks by a short name, and what the addresses are filled with."""

    office: Office
    lookers: Mapping[str, Actor]
    filled: Mapping[str, object]

    def get(self, who: str, address: str) -> tuple[int, str]:
        """Return status and text of the answer to a browser of *who*."""
        answer = people.browser_of(self.office.app, self.lookers[who]).get(address.format(**self.filled))
        return answer.status_code, answer.get_data().decode(errors="replace")


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """A year marked by files, in which one of a panel has signed with words of their own, and the others have not."""
    with working(Path(tmp_path_factory.mktemp("panel")), marked=True) as office:
        store, staff = office.store, office.people
        chair = people.somebody(store, "zhuxi", Role.EVALUATOR, Role.MODERATOR, name="席评")
        head = people.somebody(store, "tou", Role.EVALUATOR, Role.LEADER, name="头评")
        seats = {code: [chair.id, head.id] for code in EVALUATORS_UNITS}
        assign(store, staff["admin"], PERIOD, "county", seats)
        proposal = prepare_edition(store, staff["admin"], PERIOD, Preparation(state=State.DRAFT))
        _sign(office, staff["evaluator"], WORDS)
        looker, day = staff["evaluator2"], timedelta(days=1)
        for name in ("leader", "moderator", "evaluator"):
            days = (today() - day).isoformat(), (today() + day).isoformat()
            with store.begin() as c:
                rights.name_deputy(c, staff[name].id, looker.id, days, staff[name].id)
        lookers = {
            "member": looker,
            "chair": chair,
            "head": head,
            "for leader": people.again(store, looker.id, on_behalf=staff["leader"].id),
            "for moderator": people.again(store, looker.id, on_behalf=staff["moderator"].id),
            "for colleague": people.again(store, looker.id, on_behalf=staff["evaluator"].id),
            "colleague": staff["evaluator"],
            "moderator": staff["moderator"],
            "leader": staff["leader"],
        }
        yield Panel(office, lookers, {"colleague": staff["evaluator"].id, "proposal": proposal})


def _sign(office: Office, who: Actor, comment: str) -> None:
    key = SheetKey(period=PERIOD, unit=UNIT, stage="county")
    marks = [
        Entered(criterion=one, mark=mark, comment=comment, revision=0)
        for one, mark in (dict(FULL) | {"discipline": "7.5"}).items()
    ]
    enter_marks(office.store, who, key, marks)
    sign_sheet(office.store, who, key)


@pytest.mark.parametrize("who", BLIND)
@pytest.mark.parametrize("address", SHOWN)
def test_no_page_tells_what_a_colleague_gave(panel: Panel, who: str, address: str) -> None:
    """Whether it is refused or shows less: neither the words nor the mark stand in it."""
    _, text = panel.get(who, address)
    assert WORDS not in text
    assert '"7.5"' not in text
    assert ">7.5<" not in text


@pytest.mark.parametrize("who", BLIND)
@pytest.mark.parametrize("address", WHOLE)
def test_the_years_figures_wait_until_all_is_signed(panel: Panel, who: str, address: str) -> None:
    """Who else might see them is told why not."""
    status, text = panel.get(who, address)
    assert status in (403, 404)
    if who in LEADERS:
        assert status == 403
        assert "签署前不能看暂计" in text


@pytest.mark.parametrize("address", [*SHOWN[1:2], *SHOWN[3:4], *SHOWN[5:7], *SHOWN[9:10], *SHOWN[11:]])
def test_who_sits_in_no_panel_sees_the_marks(panel: Panel, address: str) -> None:
    """Else what is asked before would hold of pages that show nothing to anybody."""
    status, text = panel.get("moderator", address)
    assert status == 200
    if "disputes" not in address and "moderation" not in address:
        assert "7.5" in text


@pytest.mark.parametrize("address", WHOLE)
def test_a_leader_who_sits_in_no_panel_sees_the_figures(panel: Panel, address: str) -> None:
    assert panel.get("leader", address)[0] == 200


def test_no_menu_leads_to_what_is_closed(panel: Panel) -> None:
    """The desk and the menus name provisional figures to those alone who may see them."""
    link = f"/provisional/{PERIOD}/"
    assert link in panel.get("leader", "/desk")[1]
    for who in LEADERS:
        assert link not in panel.get(who, "/desk")[1]


def test_publishing_names_no_disagreement_to_who_has_still_to_sign(panel: Panel) -> None:
    """How it stands is told without what the marks come to."""
    address = f"/api/v1/desk/{PERIOD}/publishing"
    for who in LEADERS:
        status, text = panel.get(who, address)
        assert status == 200
        assert "签署前不能看暂计" in text
        assert panel.get(who, f"/desk/{PERIOD}/publishing")[0] == 200
    assert "签署前不能看暂计" not in panel.get("leader", address)[1]


@pytest.mark.parametrize("who", ["secretary2", "member", "merchant", "nobody", "leader"])
@pytest.mark.parametrize("stage", ["self", "superior"])
def test_a_grid_shows_nobody_anothers_signed_sheets(tmp_path: Path, who: str, stage: str) -> None:
    """Neither as a page's cells nor by the API."""
    with working(tmp_path) as office:
        key = SheetKey(period=PERIOD, unit=UNIT, stage="superior")
        typed = [Entered(criterion=one, mark=mark, revision=0) for one, mark in FULL.items()]
        enter_marks(office.store, office.people["superior"], key, typed)
        sign_sheet(office.store, office.people["superior"], key)
        browser = people.browser_of(office.app, office.people[who])
        told = browser.get(f"/api/v1/desk/{PERIOD}/grids/{stage}")
        assert UNIT not in told.text
        assert "50000" not in browser.get(f"/desk/{PERIOD}/marking/{stage}/grid.json").text
