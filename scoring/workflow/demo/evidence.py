"""Evidence that looks like a branch's, made up: minutes, a sign-in list, a photograph of a meeting. Nobody real is in it.

The same branch and year always give the same bytes.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from scoring.criteria.criterion import EvidenceKind

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FORM = "application/vnd.openxmlformats-officedocument"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_WALLS = ("#e8e2d4", "#dde3e6", "#e6ddd6", "#e2e6da")
_COATS = ("#34495e", "#7b3f3f", "#3f6b4f", "#5a4a7a", "#6b5b3a", "#2f5f7a")
_TOPICS = (
    "学习上级党委全会精神，讨论本村产业发展",
    "讨论入党积极分子培养情况",
    "通报党费收缴和使用情况",
    "商议防汛值守和困难群众走访安排",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFile:
    """A made-up file: what it is called, its bytes, and as which kind of evidence it serves."""

    name: str
    content: bytes
    kind: EvidenceKind


def minutes(branch: str, year: str, month: int) -> DemoFile:
    """Return the minutes of a meeting of *branch* as a Word document."""
    seed = _seed(branch, year, month)
    lines = [
        f"{branch}党员大会会议记录",
        f"时间：{year}年{month}月{5 + seed % 20}日　地点：党员活动室",
        f"应到党员 {20 + seed % 15} 人，实到 {17 + seed % 12} 人。",
        f"议题：{_TOPICS[seed % len(_TOPICS)]}。",
        "会议情况：通报上月工作；党员发言讨论；形成决议，按组织程序落实。",
        "（演示材料，内容均为虚构）",
    ]
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    body = f'{_HEAD}<w:document xmlns:w="{_WORDS}"><w:body>{paragraphs}<w:sectPr/></w:body></w:document>'
    parts = {"word/document.xml": body}
    content = _office(parts, "word/document.xml", f"{_FORM}.wordprocessingml.document.main+xml")
    return DemoFile(name=f"{year}年{month}月党员大会记录.docx", content=content, kind=EvidenceKind.DOCUMENT)


def sign_in_list(branch: str, year: str, month: int) -> DemoFile:
    """Return the list of who came to a meeting, by number, as a workbook."""
    seed = _seed(branch, year, month)
    rows = [[f"{branch} {year}年{month}月主题党日签到表"], ["党员编号", "签到", "备注"]]
    rows += [
        [f"{number:03}", "√" if (seed >> number % 30) & 1 or number % 3 else "请假", ""]
        for number in range(1, 18 + seed % 8)
    ]
    rows.append(["演示材料，内容均为虚构"])
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    sheet = f'{_HEAD}<worksheet xmlns="{_SHEETS}"><sheetData>{cells}</sheetData></worksheet>'
    book = (
        f'{_HEAD}<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="签到" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    parts = {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet,
    }
    types = {"/xl/worksheets/sheet1.xml": f"{_FORM}.spreadsheetml.worksheet+xml"}
    content = _office(parts, "xl/workbook.xml", f"{_FORM}.spreadsheetml.sheet.main+xml", types)
    return DemoFile(
        name=f"{year}年{month}月主题党日签到表.xlsx", content=content, kind=EvidenceKind.SPREADSHEET
    )


def photograph(branch: str, year: str, month: int) -> DemoFile:
    """Return a drawn picture of a meeting as a camera would have saved it, with the day it was taken."""
    seed = _seed(branch, year, month)
    picture = _room(branch, f"{year}年{month}月主题党日", seed)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = f"{year}:{month:02}:{5 + seed % 20:02} 09:{seed % 60:02}:00"
    return DemoFile(
        name=f"{year}年{month}月主题党日现场.jpg", content=_jpeg(picture, exif), kind=EvidenceKind.IMAGE
    )


def notice(branch: str, year: str, month: int) -> DemoFile:
    """Return a scanned page as a PDF: a drawn notice of the branch."""
    seed = _seed(branch, year, month)
    page = Image.new("RGB", (827, 1169), "#fbfaf6")
    pen = ImageDraw.Draw(page)
    pen.text((413, 120), f"{branch}", fill="#8a1a1a", font=_font(34), anchor="mm")
    pen.text((413, 190), f"{year}年{month}月工作公示", fill="#26221e", font=_font(40), anchor="mm")
    for at, line in enumerate((*_TOPICS, f"参加党员 {17 + seed % 12} 人", "演示材料，内容均为虚构")):
        pen.text((110, 300 + 70 * at), f"{at + 1}. {line}", fill="#26221e", font=_font(26))
    pen.ellipse((560, 900, 740, 1080), outline="#b03030", width=5)
    pen.text((650, 990), "公示章（演示）", fill="#b03030", font=_font(20), anchor="mm")
    content = _page_of(_jpeg(page, Image.Exif()), page.size)
    return DemoFile(
        name=f"{year}年{month}月工作公示（扫描）.pdf", content=content, kind=EvidenceKind.DOCUMENT
    )


def _seed(branch: str, year: str, month: int) -> int:
    return int(sha256(f"{branch} {year} {month}".encode()).hexdigest()[:8], 16)


def _room(branch: str, title: str, seed: int) -> Image.Image:
    """Return a room with a banner, a table and people of no face."""
    room = Image.new("RGB", (1280, 960), _WALLS[seed % len(_WALLS)])
    pen = ImageDraw.Draw(room)
    pen.rectangle((0, 700, 1280, 960), fill="#b89f7a")
    pen.rectangle((120, 90, 1160, 210), fill="#a8201a")
    pen.text((640, 130), branch, fill="#f6e7b4", font=_font(38), anchor="mm")
    pen.text((640, 178), title, fill="#f6e7b4", font=_font(26), anchor="mm")
    for window in range(3):
        pen.rectangle((140 + 380 * window, 270, 360 + 380 * window, 440), fill="#cfe0ea", outline="#8a8a80")
    pen.polygon(((220, 720), (1060, 720), (1180, 900), (100, 900)), fill="#7c5a38")
    for person in range(6 + seed % 4):
        across = 190 + person * 110
        coat = _COATS[(seed + person) % len(_COATS)]
        pen.ellipse((across - 32, 560, across + 32, 630), fill="#d8b394")
        pen.rounded_rectangle((across - 55, 628, across + 55, 745), 24, fill=coat)
    pen.text((1250, 930), "演示图片", fill="#4a4238", font=_font(20), anchor="rm")
    return room


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(sans_path()), size)


def _jpeg(picture: Image.Image, exif: Image.Exif) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


def _page_of(jpeg: bytes, size: tuple[int, int]) -> bytes:
    """Return a PDF of one page with that picture on all of it."""
    drawn = b"q 595 0 0 842 0 0 cm /P Do Q"
    picture = (
        f"<</Type/XObject/Subtype/Image/Width {size[0]}/Height {size[1]}/ColorSpace/DeviceRGB"
        f"/BitsPerComponent 8/Filter/DCTDecode/Length {len(jpeg)}>>\nstream\n"
    ).encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawn), drawn),
        picture + jpeg + b"\nendstream",
    )
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(out)


def _office(parts: Mapping[str, str], main: str, kind: str, types: Mapping[str, str] | None = None) -> bytes:
    """Return the parts as a document of Office whose main part is *main*, of that content type."""
    told = "".join(
        f'<Override PartName="{part}" ContentType="{of}"/>'
        for part, of in ({f"/{main}": kind} | dict(types or {})).items()
    )
    whole = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{told}</Types>',
        "_rels/.rels": _relations("officeDocument", main),
    } | dict(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            member = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return out.getvalue()


def _relations(kind: str, target: str) -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
