"""What is told where a page cannot be shown: one table from refusals to HTTP."""

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from scoring.errors import CriteriaUnknown, Fault, Refused, UnitUnknown
from scoring.permissions import NotAllowed, NotSignedIn
from scoring.store.editions import EditionUnknown
from scoring.store.evidence import EvidenceUnknown
from scoring.store.files import FileLost
from scoring.store.gates import MotionUnknown
from scoring.store.ledger.claims import ClaimUnknown
from scoring.store.ledger.members import MemberUnknown
from scoring.store.ledger.merchants import MerchantUnknown
from scoring.store.ledger.offers import OfferUnknown
from scoring.store.ledger.reversals import LineObjectionUnknown, ReversalUnknown
from scoring.store.ledger.transfers import TransferUnknown
from scoring.store.objections import ObjectionUnknown
from scoring.store.people import PersonUnknown
from scoring.store.periods import PeriodUnknown
from scoring.store.proposals import ProposalUnknown
from scoring.store.refusals import StoreBusy, StoreUnready
from scoring.store.rights import GrantUnknown
from scoring.texts import Lang, Text
from scoring.uploads.refusals import FileUnfit
from scoring.workflow.answer_once import KeyUsed
from scoring.workflow.footing import StageUnknown
from scoring.workflow.keep_evidence import EvidenceUnfit
from scoring.workflow.points.reading import NotAMember
from scoring.workflow.points.reading_own_claims import ClaimFileUnknown
from scoring.workflow.points.redeeming import TillClosed
from scoring.workflow.see_objections import DocumentUnknown
from scoring.workflow.sign_in import SignInLocked, SignInRefused
from web.access import SAFE
from web.filing import FilesNowhere
from web.forms import UNSEEN, PageExpired, SentFromElsewhere, SessionOver, typed
from web.language import chosen, told
from web.security import HOST_UNKNOWN

STATUS: dict[type[Refused], int] = {
    ClaimFileUnknown: 404,
    ClaimUnknown: 404,
    CriteriaUnknown: 404,
    DocumentUnknown: 404,
    EditionUnknown: 404,
    EvidenceUnknown: 404,
    EvidenceUnfit: 422,
    FileLost: 404,
    FileUnfit: 422,
    FilesNowhere: 503,
    GrantUnknown: 404,
    KeyUsed: 422,
    MerchantUnknown: 404,
    LineObjectionUnknown: 404,
    MemberUnknown: 404,
    MotionUnknown: 404,
    NotAMember: 404,
    ObjectionUnknown: 404,
    OfferUnknown: 404,
    PeriodUnknown: 404,
    PersonUnknown: 404,
    ProposalUnknown: 404,
    ReversalUnknown: 404,
    StageUnknown: 404,
    TransferUnknown: 404,
    UnitUnknown: 404,
    NotSignedIn: 401,
    NotAllowed: 403,
    SignInLocked: 429,
    TillClosed: 429,
    SignInRefused: 403,
    PageExpired: 403,
    SentFromElsewhere: 403,
    StoreBusy: 503,
    StoreUnready: 503,
}
"""The status of each refusal, the first that fits; of any other it is 409."""

_WORDS = {
    400: (
        Text("地址有误", "The address is not right"),
        Text(
            "地址中有无法识别的内容，请从首页重新进入。",
            "Something in the address cannot be read; start again from the first page.",
        ),
    ),
    401: (
        Text("请先登录", "Please sign in"),
        Text("登录后才能继续。", "Sign in to go on."),
    ),
    403: (
        Text("不能办理", "This is not yours to do"),
        Text("您没有办理这件事的权限。", "You may not do this."),
    ),
    404: (
        Text("没有这个页面", "There is no such page"),
        Text(
            "可能是地址有误，或者所指的单位、版本不在这里。可以在上方搜索单位名称。",
            "The address may be wrong, or the unit or edition it names is not here. Try the search above.",
        ),
    ),
    405: (
        Text("不能这样访问", "This cannot be done here"),
        Text("请从首页重新进入。", "Start again from the first page."),
    ),
    409: (
        Text("未能办理", "This could not be done"),
        Text("没有写入任何内容。", "Nothing was written."),
    ),
    413: (
        Text("内容过大", "Too large"),
        Text(
            "提交的内容超过了允许的大小，请分几次提交。",
            "What was sent is larger than is taken; send it in parts.",
        ),
    ),
    422: (
        Text("没有收下", "This could not be taken"),
        Text("没有写入任何内容。", "Nothing was written."),
    ),
    HOST_UNKNOWN: (
        Text("不认识这个网址", "This is not a name of this service"),
        Text(
            "请用管理员给的网址打开。管理员：用 STARS_TRUSTED_HOSTS 列出可用的主机名。",
            "Use the address your administrator gave you. Administrators: list the names in STARS_TRUSTED_HOSTS.",
        ),
    ),
    500: (
        Text("出错了", "Something went wrong"),
        Text(
            "本页暂时无法显示，数据没有受影响。请稍后再试，或告知管理员出错的时间。",
            "This page cannot be shown just now; nothing was lost. Try again later, or tell the administrator when it happened.",
        ),
    ),
    503: (
        Text("暂时无法使用", "Not available just now"),
        Text("请稍后再试。", "Please try again in a moment."),
    ),
}

_EXPIRED = Text("还没有提交", "This was not sent yet")


def status_of(refused: Refused) -> int:
    """Return the status a refusal is answered with."""
    return next((status for kind, status in STATUS.items() if isinstance(refused, kind)), 409)


def is_api() -> bool:
    """Say whether the request was made of the API."""
    return request.path.startswith("/api/")


def tell(app: Flask) -> None:
    """Let *app* answer what goes wrong with a page in plain words, and the API with a problem document."""
    app.register_error_handler(Refused, answered)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        title, words = _WORDS.get(error.code, _WORDS[500 if error.code >= 500 else 400])
        answer = app.make_response((_page(error.code, title, [words]), error.code))
        for name, value in error.get_headers():
            if name.lower() == "allow":
                answer.headers[name] = value
        return answer


def answered(refused: Refused) -> ResponseReturnValue:
    """Return what a refusal is answered with: a page, the way to sign in, or a document for a script."""
    status = status_of(refused)
    title = _WORDS.get(status, _WORDS[400])[0]
    if wants_json():
        return _document(title, refused), status
    if isinstance(refused, NotSignedIn) and request.method in SAFE:
        return redirect(url_for("sign_in.show", next=_here()), 303)
    if isinstance(refused, PageExpired | SessionOver):
        again = typed()
        sentences = [fault.sentence for fault in refused.faults]
        page = render_template(
            "expired.html", title=_EXPIRED, sentences=sentences, typed=again, unseen=UNSEEN
        )
        return page, status
    return _page(status, title, [_told(fault) for fault in refused.faults]), status


def wants_json() -> bool:
    """Say whether a script of ours asks, which is told in JSON what a page tells in words."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _document(title: Text, refused: Refused) -> Response:
    faults = [
        {"where": fault.place.in_(chosen()), "sentence": told(fault.sentence)} for fault in refused.faults
    ]
    return jsonify(title=told(title), faults=faults)


def _told(fault: Fault) -> Text:
    return Text(fault.in_(Lang.ZH), fault.in_(Lang.EN))


def _here() -> str:
    return request.full_path if request.query_string else request.path


def _page(status: int, title: Text, sentences: list[Text]) -> str:
    """Return the page that says it; where the county cannot be read, or is not asked for by its name, one of its own."""
    alone = status >= 500 or status == HOST_UNKNOWN
    return render_template("alone.html" if alone else "error.html", title=title, sentences=sentences)
