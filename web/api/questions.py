"""The shapes of queries: which parameters an operation takes, and what is told where one is malformed."""

from marshmallow import Schema, fields, validate

from scoring.selection import Sort
from scoring.texts import Text
from scoring.units import LONGEST_NAME
from web.api.fields import Exactly, Whole, wanted
from web.asked import LONGEST_WORDS

LARGEST_PAGE = 5000
_PAGE = 100
_MOST_PAGES = 1_000_000
_ORDERS = ("forward", "reverse")
_UNIT_SORTS = (Sort.RANK, Sort.NAME, Sort.CODE)
_GROUP_SORTS = (Sort.RANK, Sort.NAME, Sort.UNITS, Sort.SHARE)


def _group(about: str) -> fields.String:
    wants = Text(f"应是 1 至 {LONGEST_NAME} 字的名称", f"must be a name of 1 to {LONGEST_NAME} characters")
    return fields.String(validate=validate.Length(1, LONGEST_NAME), metadata=wanted(about, wants))


def _edition(about: str) -> fields.String:
    wants = Text("应是版本号，或其开头至少 6 位", "must be an edition's id, or its first 6 digits at least")
    return fields.String(required=True, validate=Exactly("^[0-9a-f]{6,64}$"), metadata=wanted(about, wants))


def _one_of(about: str, among: tuple[str, ...]) -> fields.String:
    listed = tuple(map(str, among))
    wants = Text(f"应是 {'、'.join(listed)} 之一", f"must be one of {', '.join(listed)}")
    return fields.String(
        load_default=listed[0], validate=validate.OneOf(listed), metadata=wanted(about, wants)
    )


def _whole(about: str, default: int, most: int) -> fields.Integer:
    wants = Text(f"应是 1 至 {most} 的整数", f"must be a whole number from 1 to {most}")
    return Whole(load_default=default, validate=validate.Range(1, most), metadata=wanted(about, wants))


def _words() -> fields.String:
    about = "Words that are looked for in names, codes and pinyin (initials too); all must be found."
    wants = Text(f"至多 {LONGEST_WORDS} 字", f"must have {LONGEST_WORDS} characters at most")
    return fields.String(validate=validate.Length(max=LONGEST_WORDS), metadata=wanted(about, wants))


class EditionsAsked(Schema):
    """Which editions."""

    period = _group("Editions of this period only.")


class UnitsAsked(Schema):
    """Which units, in which order, and which page of them; what is not given does not narrow them down."""

    township = _group("Units of this township.")
    department = _group("Units of this department.")
    domain = _group("Units of this domain, by its id, such as `rural`.")
    stars = fields.List(
        fields.String(validate=Exactly("^(none|[0-9]{1,2})$")),
        validate=validate.Length(max=20),
        metadata=wanted(
            "Units with these stars; `none` are the not rated. May be given several times.",
            Text("应是星级数字或 none", "must be stars in digits, or none"),
        ),
    )
    q = _words()
    sort = _one_of("By what they are ordered; those without a rank come last.", _UNIT_SORTS)
    order = _one_of("The usual order, best first, or the reverse.", _ORDERS)
    page = _whole("Which page, from 1; a page behind the last is empty.", 1, _MOST_PAGES)
    page_size = _whole("How many units a page has.", _PAGE, LARGEST_PAGE)


class GroupsAsked(Schema):
    """Which groups, in which order."""

    q = _words()
    sort = _one_of("By what they are ordered; those without a rank come last.", _GROUP_SORTS)
    order = _one_of("The usual order, best first, or the reverse.", _ORDERS)


class DifferencesAsked(Schema):
    """Between which two editions."""

    before = _edition("The id of the edition before, or the beginning of it.")
    after = _edition("The id of the edition after, or the beginning of it.")
