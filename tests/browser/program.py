"""Which Chromium the tests drive: the shell that has no window where there is one, as a page costs a third less in it."""

from __future__ import annotations

import shutil

REQUIRED = "STARS_REQUIRE_CHROMIUM"
"""Where the environment sets this to 1, a missing Chromium is a failure and not a loud skip."""
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the path of the first there is, None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def told() -> str:
    """Return a line for the head of a run: what is driven."""
    return f"browser: {chromium() or f'none ({REQUIRED}=1 makes that a failure)'}"
