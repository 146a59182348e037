"""A whole year in browsers: from the accounts to the final edition, each step by who may do it, and tried by who may not.

The county is small and the year is whole: everything is done on the pages that an office uses, served by the command it
uses, and every page is watched for what breaks its policy, for errors and for requests to elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.watching import Visit
from tests.browser.year_county import Year, clock_seen, served_year
from tests.browser.year_marking import hand_in_and_sign, mark_by_panel, moderate, review
from tests.browser.year_people import open_office
from tests.browser.year_running import begin_marking, object_, open_period, post_draft, publish_final

STEPS = (
    open_office,
    open_period,
    hand_in_and_sign,
    begin_marking,
    review,
    mark_by_panel,
    moderate,
    post_draft,
    object_,
    publish_final,
)
"""The year, step by step: the first returns the office in which all others are done."""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with served_year(tmp_path_factory.mktemp("year")) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, year: Year) -> Iterator[Visit]:
    found = Visit(browser, year.base)
    try:
        yield found
    finally:
        found.close()


def test_a_year_goes_from_the_accounts_to_the_final_edition(visit: Visit, year: Year):
    """In one test, for every step stands on the one before; it fails at the first that does not go."""
    first, *others = STEPS
    office = first(year, visit)
    for step in others:
        step(office)


@pytest.mark.parametrize("days", [0, 9])
def test_the_clock_of_the_year_is_ahead_as_far_as_it_is_set(tmp_path: Path, days: int):
    """Control of the clock: on a server whose days did not pass the final edition would not come out at all."""
    seen = clock_seen(tmp_path, days * 86_400)
    assert abs(seen - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=2)
