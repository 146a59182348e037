"""Pages opened in a browser that is watched: whatever a page should not do is kept, and fails the test at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
)

DESKTOP, PHONE, SMALL = (1280, 900), (390, 844), (320, 568)
ACCEPT = {"zh": "zh-CN", "en": "en-GB"}

_LISTEN = """
document.addEventListener("securitypolicyviolation", event => {
  window.toldViolation(event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile + " " + event.sample);
});
"""
_ABANDONED = "net::ERR_ABORTED"
_OF_A_RESPONSE = "Failed to load resource"
"""The console's words for an answer of 400 or above, which is kept by itself."""


@dataclass
class Visit:
    """What was opened at `base` in one test, and every fault seen."""

    browser: Browser
    base: str
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(
        self,
        size: tuple[int, int] = DESKTOP,
        lang: str = "zh",
        theme: str = "light",
        *,
        scripts: bool = True,
        touch: bool = False,
        base: str | None = None,
    ) -> Page:
        """Return a page of a browser nobody has used yet, whose addresses begin at the county's (or at *base*)."""
        self.base = base or self.base
        context = self.browser.new_context(
            base_url=self.base,
            viewport={"width": size[0], "height": size[1]},
            locale=ACCEPT[lang],
            timezone_id="Asia/Shanghai",
            color_scheme=theme,
            java_script_enabled=scripts,
            has_touch=touch,
            is_mobile=touch,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        context.set_default_navigation_timeout(60_000)
        self.contexts.append(context)
        context.expose_binding("toldViolation", lambda _, words: self._keep("policy", words))
        context.add_init_script(_LISTEN)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._keep("script", str(error.error)))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)
        return context.new_page()

    def settle(self) -> list[str]:
        """Return all faults once the pages have told theirs."""
        for page in (page for context in self.contexts for page in context.pages):
            page.evaluate("0")
        return self.faults

    def close(self) -> None:
        """Close what was opened."""
        for context in self.contexts:
            context.close()

    def _keep(self, what: str, words: str) -> None:
        self.faults.append(f"{what}: {words}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_OF_A_RESPONSE):
            self._keep("console", message.text)

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws", "wss") and not request.url.startswith(
            self.base
        ):
            self._keep("elsewhere", request.url)

    def _failed(self, request: Request) -> None:
        if request.failure != _ABANDONED:
            self._keep("failed", f"{request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._keep("answer", f"{response.status} {response.url}")


@contextmanager
def watched(browser: Browser, base: str) -> Iterator[Visit]:
    """Give a visit to what is served at *base*, and fail at its end by every fault that was seen."""
    found = Visit(browser, base)
    try:
        yield found
        faults = found.settle()
    finally:
        found.close()
    assert not faults, "\n".join(faults)


@dataclass
class Seats:
    """Where people sit whom many tests ask only to look: a browser for each language, in which page after page is opened.

    A browser of one's own costs as much as the page it is for. Whoever sits down finds nothing that another left there.
    """

    visit: Visit
    taken: dict[str, Page] = field(default_factory=dict)
    sitting: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    used: set[Page] = field(default_factory=set)

    def page(
        self,
        who: str = "",
        size: tuple[int, int] = DESKTOP,
        lang: str = "zh",
        *,
        token: Callable[[], str] | None = None,
        script: str = "",
    ) -> Page:
        """Return the page that *who* reads in that language, of that size and light.

        Who sits down is signed in by what *token* returns; every page opened in that browser runs the first *script* first.
        """
        if lang not in self.taken:
            page = self.taken[lang] = self.visit.page(lang=lang)
            if script:
                page.context.add_init_script(script)
        page = self.taken[lang]
        if self.sitting.get(lang) != who:
            self._sit_down(page, who, token)
            self.sitting[lang] = who
        self.used.add(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="light", media="null")
        return page

    def _sit_down(self, page: Page, who: str, token: Callable[[], str] | None) -> None:
        if page.url.startswith(self.visit.base):
            page.goto("about:blank")
            session = page.context.new_cdp_session(page)
            session.send("Storage.clearDataForOrigin", {"origin": self.visit.base, "storageTypes": "all"})
            session.detach()
        page.context.clear_cookies()
        if token:
            if who not in self.tokens:
                self.tokens[who] = token()
            own = {"name": "stars_session", "value": self.tokens[who], "url": self.visit.base}
            page.context.add_cookies([own])

    def told(self) -> list[str]:
        """Return the faults seen since this was asked before, once the pages looked at since then have told theirs."""
        for page in self.used:
            page.evaluate("0")
        self.used.clear()
        faults = self.visit.faults
        found, faults[:] = list(faults), []
        return found


def go(page: Page, address: str, status: int = 200) -> Page:
    """Open *address* and see that it is answered with *status*."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status, f"{address}: {answer.status}"
    return page
