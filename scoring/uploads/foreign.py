"""Kinds of file that are not taken, told apart so that whoever sent one learns what to send instead."""

import re

from scoring.texts import Text

_IMAGE = Text(
    "这种图片格式不收；请另存为 JPG 或 PNG 后再上传",
    "images in this format are not taken; save it as JPG or PNG and upload that",
)
_HEIC = Text(
    "这是手机的 HEIC（高效）图片，很多电脑打不开；请在手机相机设置中选“兼容性最佳”（JPG），或导出为 JPG 后再上传",
    "this is a phone's HEIC image, which many computers cannot open; "
    "choose “Most Compatible” (JPG) in the camera's settings, or export it as JPG and upload that",
)
_WEB_PAGE = Text(
    "这是网页、矢量图或 XML 文件，里面可以带程序，不收；请打印成 PDF 或截图后再上传",
    "this is a web page, a vector image or XML, which may carry programs, and is not taken; "
    "print it to PDF or take a picture of it and upload that",
)
_PROGRAM = Text(
    "这是程序、脚本或快捷方式，不收；请上传照片、PDF 或 Office、WPS 文档",
    "this is a program, a script or a shortcut and is not taken; upload photos, PDF, or Office or WPS documents",
)
_ARCHIVE = Text(
    "压缩包不收；请解压后逐个上传里面的文件",
    "archives are not taken; unpack it and upload the files one by one",
)
_FILM = Text(
    "录音、录像不收；请上传照片、PDF 或 Office、WPS 文档",
    "sound and film are not taken; upload photos, PDF, or Office or WPS documents",
)
_DOCUMENT = Text(
    "这种文档格式不收；请另存为 PDF 后再上传",
    "documents in this format are not taken; save it as PDF and upload that",
)
_TEXT = Text(
    "纯文本文件不收；请另存为 PDF 或 Word 文档后再上传",
    "plain text is not taken; save it as PDF or as a Word document and upload that",
)
_LATE_PDF = Text(
    "PDF 的开头前面还有别的内容；请用 PDF 阅读器打开，打印成新的 PDF 后再上传",
    "something else stands before the beginning of the PDF; open it in a PDF reader, print it to a new PDF "
    "and upload that",
)
_UNKNOWN = Text(
    "认不出这是什么文件；请上传照片（JPG、PNG、WebP）、PDF 或 Office、WPS 文档",
    "this is no kind of file that is known; upload photos (JPG, PNG, WebP), PDF, or Office or WPS documents",
)

_HEADS: tuple[tuple[bytes, Text], ...] = (
    (b"GIF8", _IMAGE),
    (b"BM", _IMAGE),
    (b"II*\0", _IMAGE),
    (b"MM\0*", _IMAGE),
    (b"8BPS", _IMAGE),
    (b"%!PS", _DOCUMENT),
    (b"\xc5\xd0\xd3\xc6", _DOCUMENT),
    (b"{\\rtf", _DOCUMENT),
    (b"MZ", _PROGRAM),
    (b"\x7fELF", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\0asm", _PROGRAM),
    (b"dex\n", _PROGRAM),
    (b"L\0\0\0\x01\x14\x02\0", _PROGRAM),
    (b"FWS", _PROGRAM),
    (b"CWS", _PROGRAM),
    (b"ZWS", _PROGRAM),
    (b"ITSF", _PROGRAM),
    (b"#!", _PROGRAM),
    (b"@echo", _PROGRAM),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ", _ARCHIVE),
    (b"MSCF", _ARCHIVE),
    (b"ID3", _FILM),
    (b"OggS", _FILM),
    (b"\x1aE\xdf\xa3", _FILM),
)
_PAGE = re.compile(
    rb"<(?:!doctype|\?xml|\?php|\?=|%|html|head|body|svg|script|iframe|table|meta|div|hta:|job|package|scriptlet)"
    rb"|mime-version:|content-type:\s*multipart",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    rb"\[internetshortcut\]|\[autorun\]|\beval\s*\(|\bfunction\s*\(|\bdocument\.|createobject|wscript|powershell"
    rb"|\bimport\s+os\b|\balert\s*\(",
    re.IGNORECASE,
)
_TEXT_BYTES = bytes(range(0x20, 0x100)) + b"\t\n\r\f"


def why_not(content: bytes) -> Text:
    """Return why *content*, which begins like no kind of file that is taken, is not taken, and what to send instead."""
    head = content[:4096]
    told = next((sentence for start, sentence in _HEADS if head.startswith(start)), None)
    if told is not None:
        return told
    if head[4:8] == b"ftyp":
        return _HEIC if head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"} else _FILM
    if head[:4] == b"RIFF":
        return _FILM
    if head[257:262] == b"ustar":
        return _ARCHIVE
    plain = head.replace(b"\0", b"") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head
    if _PAGE.search(plain):
        return _WEB_PAGE
    if b"%PDF-" in head:
        return _LATE_PDF
    if plain.translate(None, _TEXT_BYTES):
        return _UNKNOWN
    return _PROGRAM if _SCRIPT.search(plain) else _TEXT
