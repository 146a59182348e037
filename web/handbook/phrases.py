"""Numbers, amounts and lists as a sentence writes them, in both languages."""

from collections.abc import Sequence
from fractions import Fraction

from scoring.criteria.criterion import EvidenceAsked, EvidenceKind
from scoring.numbers import Rounding, decimal_text, exact_text, marks_text, rounded, share_text
from scoring.texts import Text

_MOST_DECIMALS = 2

_UNITS = {
    "元": ("yuan", "yuan"),
    "天": ("day", "days"),
    "次": ("time", "times"),
    "人": ("person", "people"),
    "户": ("household", "households"),
    "学时": ("hour", "hours"),
    "年": ("year", "years"),
    "个月": ("month", "months"),
    "个百分点": ("percentage point", "percentage points"),
    "分": ("mark", "marks"),
}
"""What common units of measure are called in English, of one and of several."""

_COUNTED = ("个", "件", "项", "种", "起", "条", "份")
"""Measure words that English has no need of."""

_EVIDENCE = {
    EvidenceKind.DOCUMENT: Text("文件", "documents"),
    EvidenceKind.IMAGE: Text("照片", "photographs"),
    EvidenceKind.SPREADSHEET: Text("表格", "spreadsheets"),
    EvidenceKind.RECORD: Text("系统记录", "records of the service"),
}


def marks(hundredths: int) -> Text:
    """Return marks with their word: `3 分`, `3 marks`."""
    shown = marks_text(hundredths)
    return Text(f"{shown} 分", f"{shown} mark" if hundredths == 100 else f"{shown} marks")


def score(worth: Fraction) -> Text:
    """Return what counts in the score: `2.1 分`, rounded to two decimals where it is no finite decimal."""
    shown, exact = _decimal(worth)
    return Text(f"{shown} 分", shown) if exact else Text(f"约 {shown} 分", f"about {shown}")


def percent(share: Fraction) -> Text:
    """Return a share of the whole: `14%`, or `约 4.67%` where two decimals do not do."""
    shown, exact = _decimal(share * 100)
    return Text(f"{shown}%", f"{shown}%") if exact else Text(f"约 {shown}%", f"about {shown}%")


def part_of(share: Fraction) -> Text:
    """Return a limit that is a share: `30%`, `1/3`."""
    return Text(share_text(share), share_text(share))


def amount(number: Fraction, unit: str) -> Text:
    """Return a measured number with its unit: `50,000 元`, `60%`."""
    shown = _grouped(exact_text(number))
    if unit == "%":
        return Text(f"{shown}%", f"{shown}%")
    zh = f"{shown} {unit}".rstrip()
    if unit in _COUNTED:
        return Text(zh, shown)
    one, several = _UNITS.get(unit, (unit, unit))
    return Text(zh, f"{shown} {one if number == 1 else several}".rstrip())


def followed(text: Text) -> str:
    """Return the Chinese of an amount with the blank that a number wants before it: ` 9 分`, `约 9.67 分`."""
    return text.zh if text.zh.startswith("约") else f" {text.zh}"


def bound(number: Fraction, unit: str, zh: str, en: str) -> Text:
    """Return a bound in words: `50,000 元及以上`, `90 及以上`, `50,000 yuan or more`."""
    own = amount(number, unit)
    blank = " " if own.zh[-1].isdigit() else ""
    return Text(f"{own.zh}{blank}{zh}", f"{own.en} {en}")


def unit_word(unit: str) -> Text:
    """Return the unit of measure as a word: `元`, `yuan`; of a mere count nothing in English."""
    return Text(unit, "" if unit in _COUNTED else _UNITS.get(unit, (unit, unit))[1])


def row(texts: Sequence[Text]) -> Text:
    """Return several after one another: `甲、乙、丙`, `A, B, C`."""
    return Text("、".join(own.zh for own in texts), ", ".join(own.en for own in texts))


def clauses(texts: Sequence[Text]) -> Text:
    """Return several clauses as one line: `甲；乙`, `A; B`."""
    return Text("；".join(own.zh for own in texts), "; ".join(own.en for own in texts))


def evidence(asked: EvidenceAsked | None) -> Text:
    """Return how many files are asked for, and of which kinds."""
    if asked is None:
        return Text("不要求", "none asked")
    kinds = row([_EVIDENCE[kind] for kind in asked.kinds])
    least, most = asked.least, asked.most
    if least == 0:
        count = (
            Text("可附，不限份数", "optional, as many as you like")
            if most is None
            else Text(f"可附，最多 {most} 份", f"optional, {most} at most")
        )
    elif most is None:
        count = Text(f"至少 {least} 份", f"at least {least}")
    elif most == least:
        count = Text(f"{least} 份", f"{least}")
    else:
        count = Text(f"{least} 至 {most} 份", f"{least} to {most}")
    return Text(f"{count.zh}（{kinds.zh}）", f"{count.en} ({kinds.en})") if asked.kinds else count


def _decimal(number: Fraction) -> tuple[str, bool]:
    """Return *number* with two decimals at most, without trailing noughts, and whether that is exact."""
    exact = exact_text(number)
    if "/" not in exact and len(exact.partition(".")[2]) <= _MOST_DECIMALS:
        return exact, True
    return decimal_text(rounded(number, _MOST_DECIMALS, Rounding.HALF_UP), _MOST_DECIMALS), False


def _grouped(shown: str) -> str:
    """Return a number with its thousands apart; a fraction as it is."""
    if "/" in shown:
        return shown
    whole, point, decimals = shown.partition(".")
    return f"{int(whole):,}{point}{decimals}" if len(whole.lstrip("-")) > 3 else shown
