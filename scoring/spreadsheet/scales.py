"""What may be entered on a criterion or adjustment: in words beside the cell, and as the limits Excel keeps to."""

from collections.abc import Iterator
from typing import Any

from scoring.criteria.criterion import Criterion, EvidenceKind, Kind
from scoring.criteria.model import Adjustment, AdjustmentKind
from scoring.numbers import exact_text, marks_text, share_text
from scoring.texts import Lang, Text

Subject = Criterion | Adjustment

NOT_APPLICABLE = Text("不适用", "n/a")
"""How *not applicable* is written on a worksheet; both words are read."""

_LIST_MOST = 250
_COUNT_MOST = 1_000_000
_FILES = {
    EvidenceKind.DOCUMENT: Text("文件", "documents"),
    EvidenceKind.IMAGE: Text("照片", "photos"),
    EvidenceKind.SPREADSHEET: Text("表格", "spreadsheets"),
    EvidenceKind.RECORD: Text("记录", "records"),
}


def allowed(subject: Subject) -> Text:
    """Return what may be entered, in a few words."""
    if isinstance(subject, Adjustment):
        return Text("次数", "count")
    full = marks_text(subject.full_marks)
    match subject.kind:
        case Kind.JUDGED:
            step = marks_text(subject.step_taken)
            return Text(f"0–{full}，步长 {step}", f"0–{full} in steps of {step}")
        case Kind.LEVELS:
            listed = " / ".join(marks_text(level.marks) for level in subject.levels)
            return Text(listed, listed)
        case Kind.BALLOT:
            return Text("票数", "votes")
        case Kind.MEASURED | Kind.DERIVED:
            return Text(subject.measured_in or "数值", subject.measured_in or "number")


def method(subject: Subject) -> Text:
    """Return how it is marked, line by line: its levels, bands, grades, and what it gives or takes each time."""
    lines = list(_method(subject))
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


def evidence_asked(subject: Subject) -> Text:
    """Return what evidence is asked for, '' where none is."""
    if isinstance(subject, Adjustment) or subject.evidence is None:
        return Text("", "")
    asked = subject.evidence
    most = asked.most
    count = (
        f"{asked.least}"
        if most == asked.least
        else f"≥ {asked.least}"
        if most is None
        else f"{asked.least}–{most}"
    )
    kinds = [_FILES[kind] for kind in asked.kinds]
    zh, en = "、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds)
    return Text(f"{count} 份{zh and f'（{zh}）'}", f"{count} files{en and f' ({en})'}")


def limits(subject: Subject, cell: str, lang: Lang) -> dict[str, Any]:
    """Return the limits of *cell*, by its name in Excel, as xlsxwriter takes them. A ballot's is that of one grade."""
    if isinstance(subject, Adjustment):
        return {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": _COUNT_MOST}
    waived = f'OR({cell}="{NOT_APPLICABLE.zh}",LOWER({cell})="{NOT_APPLICABLE.en}")'
    match subject.kind:
        case Kind.LEVELS:
            listed = [*(marks_text(level.marks) for level in subject.levels), NOT_APPLICABLE.in_(lang)]
            if len(",".join(listed)) <= _LIST_MOST:
                return {"validate": "list", "source": listed}
            known = f"AND({cell}>=0,{cell}<={marks_text(subject.full_marks)})"
        case Kind.JUDGED:
            steps = f"MOD(ROUND({cell}*100,0),{subject.step_taken})=0"
            known = f"AND({cell}>=0,{cell}<={marks_text(subject.full_marks)},{steps})"
        case Kind.MEASURED | Kind.DERIVED:
            known = "TRUE"
        case Kind.BALLOT:
            known = f"AND({cell}>=0,{cell}=INT({cell}))"
    return {"validate": "custom", "value": f"=IF(ISNUMBER({cell}),{known},{waived})"}


def _method(subject: Subject) -> Iterator[Text]:
    if isinstance(subject, Adjustment):
        each = marks_text(subject.each)
        most = subject.most
        zh = "加" if subject.kind is AdjustmentKind.BONUS else "扣"
        en = "adds" if subject.kind is AdjustmentKind.BONUS else "takes"
        zh_most, en_most = (
            ("", "") if most is None else (f"，最多 {marks_text(most)} 分", f", {marks_text(most)} at most")
        )
        yield Text(f"每次{zh} {each} 分{zh_most}", f"each time {en} {each}{en_most}")
        return
    match subject.kind:
        case Kind.JUDGED:
            yield allowed(subject)
        case Kind.LEVELS:
            for level in subject.levels:
                marks = marks_text(level.marks)
                yield Text(f"{marks} 分：{level.when.zh}", f"{marks}: {level.when.en}")
        case Kind.BALLOT:
            for grade in subject.grades:
                worth = share_text(grade.worth / 100)
                yield Text(f"{grade.title.zh}：{worth}", f"{grade.title.en}: {worth}")
        case Kind.MEASURED | Kind.DERIVED:
            yield from _measured(subject)


def _measured(criterion: Criterion) -> Iterator[Text]:
    measure = criterion.measured_in
    for band in criterion.bands:
        bound, marks = exact_text(band.at_least), marks_text(band.marks)
        yield Text(f"≥ {bound} {measure}：{marks} 分", f"≥ {bound} {measure}: {marks}")
    if criterion.line is not None:
        start, end = exact_text(criterion.line.start), exact_text(criterion.line.end)
        full = marks_text(criterion.full_marks)
        yield Text(
            f"{start} {measure}得 0 分，{end} {measure}得 {full} 分，其间按比例",
            f"{start} {measure} gives 0, {end} {measure} gives {full}, in proportion between",
        )
