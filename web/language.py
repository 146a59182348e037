"""In which language a visitor is spoken to: as chosen, else as the browser asks, else in Chinese."""

from flask import Blueprint, Response, g, redirect, request

from scoring.texts import Lang, Text

_COOKIE = "stars_lang"
_YEAR = 365 * 24 * 3600

language = Blueprint("language", __name__)


def chosen() -> Lang:
    """Return the language of the request."""
    if "lang" not in g:
        wanted = request.cookies.get(_COOKIE)
        if wanted not in list(Lang):
            wanted = request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "en"], default="zh")
        g.lang = Lang.EN if wanted == Lang.EN else Lang.ZH
    lang: Lang = g.lang
    return lang


def say(zh: str, en: str) -> str:
    """Return the words in the language of the request."""
    return zh if chosen() is Lang.ZH else en


def told(text: Text) -> str:
    """Return *text* in the language of the request."""
    return text.in_(chosen())


@language.get("/language/<any(zh, en):lang>")
def choose(lang: str) -> Response:
    """Remember the language, and go back to where the visitor was."""
    answer = redirect(inside(request.args.get("next", "/")))
    answer.set_cookie(_COOKIE, lang, max_age=_YEAR, samesite="Lax", httponly=True)
    assert isinstance(answer, Response)
    return answer


def inside(address: str) -> str:
    """Return *address* where it is a page of ours, else the first page: nobody is sent elsewhere."""
    if (
        not address.startswith("/")
        or address.startswith("//")
        or "\\" in address
        or not address.isprintable()
    ):
        return "/"
    return address
