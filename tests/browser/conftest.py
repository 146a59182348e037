"""A real Chromium, the real application, and a watch over both."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.program import REQUIRED, chromium
from tests.browser.served import County, demo_county
from tests.browser.watching import Seats, Visit, watched

UNUSED = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *(
        "DestroyProfileOnBrowserClose",
        "LensOverlay",
        "MediaRouter",
        "OptimizationHints",
        "PreconnectToSearch",
    ),
    *("NetworkTimeServiceQuerying", "AvoidUnnecessaryBeforeUnloadCheckSync", "AimEnabled"),
)
"""What of the browser is switched off: lists under its address line, half the work of a window; the rest as Playwright does."""


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """The demo county, small, served to browsers on this machine."""
    with demo_county(tmp_path_factory.mktemp("county")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium of the system's. It ends with each file: its event loop would be in the way of other tests."""
    program = chromium()
    if program is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail("Chromium is required, and is not installed")
        pytest.skip("LOUD: Chromium is not installed, so nothing was tested in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--font-render-hinting=none",
                f"--disable-features={','.join(UNUSED)}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def base(county: County) -> str:
    """Where the county is served; a file of tests with a county of its own gives that one's."""
    return county.base


@pytest.fixture
def visit(browser: Browser, base: str) -> Iterator[Visit]:
    """Pages of the county, watched: a violated policy, an error, a failed or foreign request fails the test."""
    with watched(browser, base) as found:
        yield found


@pytest.fixture(scope="module")
def everyone(browser: Browser, base: str) -> Iterator[Seats]:
    """Browsers for those who only look, kept from test to test: a new one takes longer than a page."""
    found = Seats(Visit(browser, base))
    yield found
    found.visit.close()


@pytest.fixture
def seats(everyone: Seats) -> Iterator[Seats]:
    """Those browsers, watched like a visit."""
    yield everyone
    faults = everyone.told()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(seats: Seats) -> Page:
    """A desktop page in Chinese, light, on which others have only looked."""
    return seats.page()
