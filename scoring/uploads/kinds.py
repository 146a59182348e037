"""The kinds of file that are taken as evidence, and what is known of each."""

from dataclasses import dataclass
from enum import Enum

from scoring.criteria.criterion import EvidenceKind
from scoring.texts import Text


class Kind(Enum):
    """A kind of file, known by its contents alone. WPS writes its own files the way Office 97 did."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    DOC = "doc"
    XLS = "xls"
    PPT = "ppt"

    @property
    def title(self) -> Text:
        """What people call it."""
        return _KNOWN[self].title

    @property
    def extensions(self) -> tuple[str, ...]:
        """What a name of this kind may end in, without the dot; the first is the usual one."""
        return _KNOWN[self].extensions

    @property
    def media_type(self) -> str:
        """What it is served as."""
        return _KNOWN[self].media_type

    @property
    def evidence(self) -> EvidenceKind:
        """What it counts as, where a criterion asks for evidence."""
        return _KNOWN[self].evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    title: Text
    extensions: tuple[str, ...]
    media_type: str
    evidence: EvidenceKind


_IMAGE, _DOCUMENT, _SHEET = EvidenceKind.IMAGE, EvidenceKind.DOCUMENT, EvidenceKind.SPREADSHEET
_OPEN = "application/vnd.openxmlformats-officedocument"
_KNOWN = {
    kind: _Known(title=Text(zh, en), extensions=tuple(ends.split()), media_type=media, evidence=evidence)
    for kind, zh, en, ends, media, evidence in (
        (Kind.JPEG, "JPEG 图片", "JPEG image", "jpg jpeg", "image/jpeg", _IMAGE),
        (Kind.PNG, "PNG 图片", "PNG image", "png", "image/png", _IMAGE),
        (Kind.WEBP, "WebP 图片", "WebP image", "webp", "image/webp", _IMAGE),
        (Kind.PDF, "PDF 文档", "PDF document", "pdf", "application/pdf", _DOCUMENT),
        (Kind.DOCX, "Word 文档", "Word document", "docx", f"{_OPEN}.wordprocessingml.document", _DOCUMENT),
        (Kind.XLSX, "Excel 表格", "Excel workbook", "xlsx", f"{_OPEN}.spreadsheetml.sheet", _SHEET),
        (
            Kind.PPTX,
            "PowerPoint 演示文稿",
            "PowerPoint presentation",
            "pptx",
            f"{_OPEN}.presentationml.presentation",
            _DOCUMENT,
        ),
        (
            Kind.DOC,
            "Word 97–2003 或 WPS 文字文档",
            "Word 97–2003 or WPS Writer document",
            "doc wps",
            "application/msword",
            _DOCUMENT,
        ),
        (
            Kind.XLS,
            "Excel 97–2003 或 WPS 表格",
            "Excel 97–2003 or WPS Spreadsheets workbook",
            "xls et",
            "application/vnd.ms-excel",
            _SHEET,
        ),
        (
            Kind.PPT,
            "PowerPoint 97–2003 或 WPS 演示文稿",
            "PowerPoint 97–2003 or WPS Presentation",
            "ppt dps",
            "application/vnd.ms-powerpoint",
            _DOCUMENT,
        ),
    )
}
