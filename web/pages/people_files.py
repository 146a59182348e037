"""People by the file: the workbook to fill in, a trial with every fault by its cell, and the passwords to hand out."""

from datetime import datetime

import orjson
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, permit
from scoring.spreadsheet.people_workbooks import PasswordRow, passwords_workbook, people_template
from scoring.workflow.import_people import PeopleTaken, import_people
from scoring.workflow.imports import Mode
from scoring.workflow.keep_people import Handed
from web.access import MEBIBYTE, large, somebody, store
from web.downloads import XLSX, own_name, sent
from web.errors import status_of
from web.handed_in import HandedIn, handed_in
from web.language import chosen, say
from web.pages.refusing import own_faults

people_files = Blueprint("people_files", __name__)

_LARGEST = 4 * MEBIBYTE


@people_files.get("/people/import")
def show() -> ResponseReturnValue:
    """Show where a file is given."""
    permit(somebody(), Action.KEEP_PEOPLE, Setting())
    return _page(())


@people_files.post("/people/import")
@large(_LARGEST)
def take() -> ResponseReturnValue:
    """Try a file, or take for good the one that was tried; it comes back with the form, so nothing of it lies about."""
    file = handed_in(_file_name)
    mode = Mode.FOR_GOOD if request.form.get("sure") else Mode.TRIAL
    try:
        with file.laid_out() as path:
            taken = import_people(store(), somebody(), path, mode)
    except Refused as refused:
        return _page(own_faults(refused)), status_of(refused)
    if mode is Mode.TRIAL:
        return _page((), taken, file)
    return _handed(taken)


@people_files.get("/people/template.xlsx")
def template() -> ResponseReturnValue:
    """Give the workbook that people are entered in."""
    permit(somebody(), Action.KEEP_PEOPLE, Setting())
    return sent(people_template(chosen()), XLSX, say("人员导入表.xlsx", "people.xlsx"), plain="people.xlsx")


@people_files.post("/people/passwords.xlsx")
@large(_LARGEST)
def passwords() -> ResponseReturnValue:
    """Give as a workbook the passwords that the page before has shown, which sends them: they are kept nowhere."""
    permit(somebody(), Action.KEEP_PEOPLE, Setting())
    try:
        sent_back = orjson.loads(request.form.get("rows", ""))
        rows = [
            PasswordRow(login=login, name=name, password=password, until=datetime.fromisoformat(until))
            for login, name, password, until in sent_back
        ]
        if not rows:
            raise BadRequest
        content = passwords_workbook(rows, chosen())
    except (ValueError, TypeError, AttributeError):
        raise BadRequest from None
    return sent(content, XLSX, say("一次性密码.xlsx", "passwords.xlsx"), plain="passwords.xlsx")


def _page(faults: tuple[Fault, ...], taken: PeopleTaken | None = None, file: HandedIn | None = None) -> str:
    return render_template("people/import.html", faults=faults, taken=taken, file=file)


def _file_name(name: str) -> str:
    """Return a name for a file in a folder of its own: no path, and an ending that says how it is read."""
    return own_name(name) or "people.csv"


def _handed(taken: PeopleTaken) -> str:
    return render_template("people/handed.html", handed=taken.handed, rows=_rows(taken.handed), taken=taken)


def _rows(handed: tuple[Handed, ...]) -> str:
    rows = [[own.person.login, own.person.name, own.password, own.until.isoformat()] for own in handed]
    return orjson.dumps(rows).decode()
