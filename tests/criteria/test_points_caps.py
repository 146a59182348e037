"""Caps: what posts of a claim, what is cut, and that who claims in another way gets no more and no less."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.criteria import catalogue, loader
from scoring.criteria.caps import Allowed, Posted, allowed
from scoring.criteria.item import Item, Window
from scoring.criteria.points import PointsRules
from scoring.errors import PointsRefused

DOCS = Path(__file__).parents[2] / "docs"
HEAD = 'kind: points\nid: a\nversion: "1"\ntitle: {zh: 村}\nbaseline: {points: 60}\nitems:\n'


def item(caps: str, points: str = "points: 2", kind: str = "earning") -> Item:
    """An item called 志愿服务 with *caps*."""
    text = f"  - {{id: a, kind: {kind}, {points}, caps: {caps}, title: {{zh: 志愿服务, en: Service}}}}\n"
    return loader.load_points((HEAD + text).encode(), "a.yaml").item("a")


RANGE = "range: {from: 0.5, to: 20, step: 0.5}"


# By example


@pytest.mark.parametrize(
    ("caps", "points", "wanted", "posted", "came"),
    [
        ("{}", "points: 2", 200, Posted(year=99_999), (200, [])),
        ("{month: 8}", "points: 2", 200, Posted(month=600), (200, [])),
        ("{month: 8}", "points: 2", 200, Posted(month=700), (100, [("month", 100)])),
        ("{month: 8}", "points: 2", 200, Posted(month=800), (0, [("month", 200)])),
        ("{month: 8}", "points: 2", 200, Posted(month=900), (0, [("month", 200)])),
        ("{event_times: 1}", "points: 2", 200, Posted(), (200, [])),
        ("{event_times: 1}", "points: 2", 200, Posted(event_times=1), (0, [("event_times", 200)])),
        ("{event_times: 2}", "points: 2", 200, Posted(event_times=1), (200, [])),
        (
            "{event_times: 1, year: 2}",
            "points: 2",
            200,
            Posted(event_times=1, year=200),
            (0, [("event_times", 200)]),
        ),
        ("{event: 3}", "points: 2", 200, Posted(event=200), (100, [("event", 100)])),
        ("{day: 4, month: 8}", RANGE, 1000, Posted(), (400, [("day", 600)])),
        ("{day: 4, month: 8}", RANGE, 1000, Posted(month=700), (100, [("day", 600), ("month", 300)])),
        ("{day: 4, month: 8}", RANGE, 1000, Posted(day=300, month=400), (100, [("day", 900)])),
        ("{quarter: 12, year: 30}", RANGE, 800, Posted(quarter=0, year=2550), (450, [("year", 350)])),
        (
            "{day: 4, month: 8, quarter: 12, year: 30}",
            RANGE,
            400,
            Posted(month=500, quarter=1000, year=2900),
            (100, [("month", 100), ("quarter", 100), ("year", 100)]),
        ),
        ("{day: 4.25}", RANGE, 450, Posted(), (425, [("day", 25)])),
    ],
)
def test_a_claim_posts_what_the_tightest_cap_leaves(
    caps: str, points: str, wanted: int, posted: Posted, came: tuple[int, list[tuple[str, int]]]
) -> None:
    """From the narrowest window to the widest; a cap that took nothing is not named."""
    found = allowed(item(caps, points), wanted, posted)
    assert (found.posts, [(cut.cap, cut.points) for cut in found.cuts]) == came
    assert found.wanted == wanted


def test_what_was_cut_is_said_in_the_words_of_the_guide() -> None:
    """A member who reads why needs nobody to ask."""
    (cut,) = allowed(
        catalogue.find_points("member-points@2026.1").item("volunteer_service"), 400, Posted(month=600)
    ).cuts
    assert f"\n> {cut.sentence.zh}\n" in (DOCS / "criteria.zh-CN.md").read_text("utf-8")
    assert f"\n> {cut.sentence.en}\n" in (DOCS / "criteria.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("window", "zh", "en"),
    [
        (
            "event",
            "每次活动最多 2 分，本次活动已计 1 分",
            "at most 2 points an event, with 1 counted for this one",
        ),
        ("day", "每日最多 2 分，当日已计 1 分", "at most 2 points a day, with 1 counted that day"),
        ("month", "每月最多 2 分，当月已计 1 分", "at most 2 points a month, with 1 counted that month"),
        (
            "quarter",
            "每季度最多 2 分，当季度已计 1 分",
            "at most 2 points a quarter, with 1 counted that quarter",
        ),
        ("year", "每年最多 2 分，当年已计 1 分", "at most 2 points a year, with 1 counted that year"),
    ],
)
def test_every_cap_has_its_sentence(window: str, zh: str, en: str) -> None:
    """Which cap, how much there was, how much is beyond."""
    (cut,) = allowed(item(f"{{{window}: 2}}"), 200, Posted(**{window: 100})).cuts
    assert cut.sentence.zh == f"“志愿服务”{zh}，超出的 1 分不计"
    assert cut.sentence.en == f"“Service” is {en}: 1 beyond that not counted"


def test_times_and_losses_have_their_sentences() -> None:
    """An event counts so often; a loss is deducted, not counted."""
    (cut,) = allowed(item("{event_times: 1}"), 200, Posted(event_times=1)).cuts
    assert cut.sentence.zh == "“志愿服务”同一次活动最多计 1 次，已经计满，这 2 分不计"
    assert cut.sentence.en == "“Service” is counted once an event, as it has been: 2 not counted"
    (cut,) = allowed(item("{event_times: 3}"), 200, Posted(event_times=3)).cuts
    assert "is counted 3 times an event" in cut.sentence.en
    (cut,) = allowed(item("{year: 12}", kind="losing"), 200, Posted(year=1100)).cuts
    assert cut.sentence.zh == "“志愿服务”每年最多 12 分，当年已扣 11 分，超出的 1 分不扣"
    assert (
        cut.sentence.en
        == "“Service” is at most 12 points a year, with 11 deducted that year: 1 beyond that not deducted"
    )


@pytest.mark.parametrize(
    ("points", "wanted", "words"),
    [
        ("points: 2", 100, "“Service” is 2 points each time, not 1"),
        ("points: 2", 0, "not 0"),
        ("points: 2", -200, "not -2"),
        (RANGE, 25, "is 0.5 to 20 points each time, in steps of 0.5, not 0.25"),
        (RANGE, 2050, "not 20.5"),
        (RANGE, 75, "not 0.75"),
    ],
)
def test_what_the_item_does_not_give_is_refused(points: str, wanted: int, words: str) -> None:
    """A clerk who types 20 for 2.0 is told what the rule gives."""
    with pytest.raises(PointsRefused) as caught:
        allowed(item("{}", points), wanted, Posted())
    (fault,) = caught.value.faults
    assert words in fault.sentence.en
    assert "志愿服务" in fault.sentence.zh


# By property: any sequence of claims of a year


def books(own: Item, claims: list[tuple[date, str, int]]) -> list[tuple[date, str, Allowed]]:
    """Post *claims* (day, event, points wanted) one after the other, as a ledger would, and return what came of each."""
    done: list[tuple[date, str, Allowed]] = []
    for day, event, wanted in claims:
        posted = Posted(
            event=sum(one.posts for _, other, one in done if other == event),
            event_times=sum(one.posts > 0 for _, other, one in done if other == event),
            **{
                window.value: sum(
                    one.posts for then, _, one in done if window_of(window, then) == window_of(window, day)
                )
                for window in Window
                if window is not Window.EVENT
            },
        )
        done.append((day, event, allowed(own, wanted, posted)))
    return done


def window_of(window: Window, day: date) -> tuple[int, ...]:
    return {
        Window.DAY: (day.year, day.month, day.day),
        Window.MONTH: (day.year, day.month),
        Window.QUARTER: (day.year, (day.month - 1) // 3),
        Window.YEAR: (day.year,),
    }[window]


DAYS = st.integers(0, 500).map(lambda after: date(2026, 1, 1) + timedelta(days=after))
FEW_DAYS = st.integers(0, 5).map(lambda after: date(2026, 3, 29) + timedelta(days=after))
CLAIMS = st.lists(
    st.tuples(DAYS | FEW_DAYS, st.sampled_from("ABC"), st.integers(1, 40).map(lambda halves: 50 * halves)),
    max_size=25,
)


@st.composite
def capped(draw: st.DrawFn, *, events: bool = True) -> Item:
    """An item of any caps that rise with their windows."""
    sizes = sorted(draw(st.lists(st.integers(1, 60), min_size=4, max_size=4)))
    caps = {
        name: f"{size / 2}"
        for name, size in zip(("day", "month", "quarter", "year"), sizes, strict=True)
        if draw(st.booleans())
    }
    if events and draw(st.booleans()):
        caps["event"] = f"{draw(st.integers(1, sizes[3])) / 2}"
    if events and draw(st.booleans()):
        caps["event_times"] = str(draw(st.integers(1, 3)))
    written = ", ".join(f"{name}: {cap}" for name, cap in caps.items())
    return item(f"{{{written}}}", RANGE, draw(st.sampled_from(["earning", "losing"])))


def exceeded(own: Item, done: list[tuple[date, str, Allowed]]) -> list[Window]:
    """The caps that what was posted goes beyond."""
    totals: dict[Window, dict[object, int]] = {window: defaultdict(int) for window in Window}
    for day, event, one in done:
        for window in Window:
            totals[window][event if window is Window.EVENT else window_of(window, day)] += one.posts
    return [
        window
        for window in own.caps.windows
        if max(totals[window].values(), default=0) > (own.caps.of(window) or 0)
    ]


@settings(deadline=None)
@given(capped(), CLAIMS)
def test_no_cap_is_ever_exceeded_and_nothing_is_lost_unsaid(
    own: Item, claims: list[tuple[date, str, int]]
) -> None:
    """Whatever is claimed in whichever order: posted and cut make what was wanted, each cut with its sentence."""
    done = books(own, claims)
    assert exceeded(own, done) == []
    for _, _, one in done:
        assert one.posts >= 0
        assert one.posts + sum(cut.points for cut in one.cuts) == one.wanted
        assert all(cut.points > 0 and cut.sentence.zh and cut.sentence.en for cut in one.cuts)
    times = own.caps.event_times
    for event in "ABC":
        counted = sum(one.posts > 0 for _, other, one in done if other == event)
        assert times is None or counted <= times


def test_a_ledger_that_forgets_to_ask_exceeds_its_caps() -> None:
    """Negative control: the check above sees what goes beyond a cap."""
    own = item("{month: 4}")
    careless = [(date(2026, 1, day), "A", allowed(own, 200, Posted())) for day in (1, 2, 3)]
    assert exceeded(own, careless) == [Window.MONTH]


@settings(deadline=None)
@given(
    capped(events=False),
    FEW_DAYS,
    st.lists(st.integers(1, 40).map(lambda halves: 50 * halves), min_size=1, max_size=5),
)
def test_a_days_claims_come_to_the_same_split_joined_or_in_another_order(
    own: Item, day: date, wanted: list[int]
) -> None:
    """Where no cap is of an event, five claims of a day give what one of their sum would, up to the most of one."""
    split = sum(one.posts for _, _, one in books(own, [(day, "A", points) for points in wanted]))
    turned = sum(one.posts for _, _, one in books(own, [(day, "B", points) for points in reversed(wanted)]))
    assert split == turned
    if sum(wanted) <= own.most:
        assert split == allowed(own, sum(wanted), Posted()).posts


@settings(deadline=None)
@given(
    capped(events=False),
    st.lists(
        st.tuples(FEW_DAYS, st.just("A"), st.integers(1, 40).map(lambda halves: 50 * halves)), max_size=4
    ),
)
def test_the_order_of_claims_over_some_days_is_of_no_account_to_what_they_come_to(
    own: Item, claims: list[tuple[date, str, int]]
) -> None:
    """A secretary who enters this week's service before last week's takes nothing from anybody."""
    totals = {sum(one.posts for _, _, one in books(own, list(order))) for order in permutations(claims)}
    assert len(totals) == 1


@settings(deadline=None)
@given(capped(), st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 40))
def test_what_was_posted_before_never_leaves_more_room(
    own: Item, before: int, more: int, halves: int
) -> None:
    """The room of a cap shrinks, and never below nothing."""
    fewer = allowed(own, 50 * halves, Posted(month=before, quarter=before, year=before))
    after = allowed(own, 50 * halves, Posted(month=before + more, quarter=before + more, year=before + more))
    assert 0 <= after.posts <= fewer.posts


@settings(deadline=None)
@given(CLAIMS)
def test_the_same_claims_come_to_the_same_twice(claims: list[tuple[date, str, int]]) -> None:
    """Nothing but its arguments decides: no clock, no order of a set."""
    own = item("{event: 5, event_times: 2, day: 6, month: 9, quarter: 14, year: 40}", RANGE)
    assert books(own, claims) == books(own, claims)


@pytest.mark.parametrize("ref", catalogue.points_refs())
def test_every_shipped_item_posts_its_first_claim_whole(ref: str) -> None:
    """A cap that cut the very first claim would make the points of the rule a lie."""
    rules: PointsRules = catalogue.find_points(ref)
    for own in rules.items:
        for wanted in {own.least, own.most}:
            found = allowed(own, wanted, Posted())
            assert (found.posts, found.cuts) == (wanted, ()), own.id
