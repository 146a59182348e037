"""Files as branches send them: every kind, by several writers, under names people give."""

import io
import struct
import zipfile

import matplotlib.figure
import openpyxl
import pypdfium2
import xlsxwriter
from PIL import Image

from scoring.uploads.kinds import Kind
from tests.uploads import bytes_of as made
from tests.uploads.bytes_of import compound, deflated, office, pdf, photo, stream, zipped


def streamed_zip(parts: dict) -> bytes:
    """A zip written by a program that could not go back: sizes follow the bytes."""

    class Forward(io.RawIOBase):
        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece) -> int:
            self.content += piece
            return len(piece)

    out = Forward()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return bytes(out.content)


def drawn_pdf() -> bytes:
    out = io.BytesIO()
    figure = matplotlib.figure.Figure()
    figure.subplots().plot([1, 3, 2])
    figure.savefig(out, format="pdf")
    return out.getvalue()


def scanned_pdf() -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(photo(size=(800, 600)))).save(out, "PDF")
    return out.getvalue()


def pdfium_pdf() -> bytes:
    out = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.save(out)
    document.close()
    return out.getvalue()


def charted_workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("党费")
    sheet.write_column(0, 0, [3, 1, 2])
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=党费!$A$1:$A$3"})
    sheet.insert_chart("C2", chart)
    sheet.write_url(5, 0, "https://example.org/")
    sheet.insert_image("E9", "照片.png", {"image_data": io.BytesIO(photo("PNG"))})
    book.close()
    return out.getvalue()


def plain_workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "支部党员大会签到表"
    book.save(out)
    return out.getvalue()


def animated(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=200)
    return out.getvalue()


def rich_docx() -> bytes:
    """Pictures, links, the template on the writer's own drive, a chart's workbook and an equation."""
    told = made.relations(
        ("hyperlink", "https://www.12371.cn/", "External"),
        ("image", "media/image1.jpeg", ""),
        ("package", "embeddings/sheet1.xlsx", ""),
        ("oleObject", "embeddings/oleObject1.bin", ""),
    )
    template = made.relations(("attachedTemplate", "file:///C:\\Users\\zhang\\Normal.dotm", "External"))
    return office(
        "docx",
        {
            "word/_rels/document.xml.rels": told,
            "word/_rels/settings.xml.rels": template,
            "word/media/image1.jpeg": photo(),
            "word/media/icon.svg": "<svg/>",
            "word/embeddings/sheet1.xlsx": plain_workbook(),
            "word/embeddings/oleObject1.bin": compound({"Equation Native": b"\x1c", "\x01CompObj": b"\1"}),
        },
    )


def ole(streams: dict[str, bytes]) -> bytes:
    return compound(streams | {"\x05SummaryInformation": b"\xfe\xff"})


def files() -> list[tuple[str, bytes, Kind]]:
    """Every honest file: the name its sender gave it, its bytes, and its kind."""
    jpeg = photo()
    film = struct.pack(">I", 24) + b"ftypmp42" + bytes(12) + b"mdat" + bytes(range(256)) * 40
    png, webp = photo("PNG"), photo("WEBP")
    objects = deflated("10 0 11 20 <</Type/Annots>> <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    content = deflated("1 0 0 1 50 50 cm 0 0 100 100 re f")
    packed = pdf(
        "[3 0 R/Fit]",
        stream(objects, "/Type/ObjStm/N 2/First 10/Filter/FlateDecode"),
        stream(content, "/Filter/FlateDecode"),
        "<</S/URI/URI(https://example.org/)>>",
    )
    return [
        ("主题党日.jpg", jpeg, Kind.JPEG),
        ("IMG_20260305_143000.JPG", photo(exif=made.phone_exif()), Kind.JPEG),
        ("微信图片_20260305.jpeg", photo(progressive=True), Kind.JPEG),
        ("黑白扫描.jpg", photo(mode="L"), Kind.JPEG),
        ("印刷.jpg", photo(mode="CMYK"), Kind.JPEG),
        ("动态照片.jpg", jpeg + film, Kind.JPEG),
        ("连拍.jpg", animated("MPO"), Kind.JPEG),
        ("带注释.jpg", made.with_segment(jpeg, 0xFE, "三月支部会".encode()), Kind.JPEG),
        ("补零.jpg", jpeg + bytes(4096), Kind.JPEG),
        ("截屏2026-03-05 14.30.00.png", png, Kind.PNG),
        ("透明印章.png", photo("PNG", mode="RGBA"), Kind.PNG),
        ("调色板.png", photo("PNG", mode="P"), Kind.PNG),
        ("灰度十六位.png", photo("PNG", mode="I;16"), Kind.PNG),
        ("带说明.png", made.with_chunk(png, b"tEXt", b"Software\0WPS"), Kind.PNG),
        ("带拍摄信息.png", photo("PNG", exif=made.phone_exif()), Kind.PNG),
        ("网页图.webp", webp, Kind.WEBP),
        ("无损.webp", photo("WEBP", lossless=True, mode="RGBA"), Kind.WEBP),
        ("动图.webp", animated("WEBP"), Kind.WEBP),
        ("带拍摄信息.webp", photo("WEBP", exif=made.phone_exif().tobytes()), Kind.WEBP),
        ("统计图.pdf", drawn_pdf(), Kind.PDF),
        ("会议记录（扫描）.pdf", scanned_pdf(), Kind.PDF),
        ("空白.pdf", pdfium_pdf(), Kind.PDF),
        ("新版总结.pdf", packed, Kind.PDF),
        ("增补.pdf", pdf() + b"10 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\r\n", Kind.PDF),
        ("支部工作总结.docx", office("docx"), Kind.DOCX),
        ("含图表公式.docx", rich_docx(), Kind.DOCX),
        ("流式写出.docx", streamed_zip(made.office_parts("docx")), Kind.DOCX),
        ("不压缩.docx", zipped(made.office_parts("docx"), zipfile.ZIP_STORED), Kind.DOCX),
        ("党费台账.xlsx", charted_workbook(), Kind.XLSX),
        ("签到表.xlsx", plain_workbook(), Kind.XLSX),
        ("党课课件.pptx", office("pptx"), Kind.PPTX),
        ("旧版总结.doc", ole(made.DOC), Kind.DOC),
        ("金山文字.wps", ole(made.DOC), Kind.DOC),
        ("旧版台账.xls", ole(made.XLS), Kind.XLS),
        ("金山表格.et", ole(made.XLS), Kind.XLS),
        ("旧版课件.ppt", ole(made.PPT), Kind.PPT),
        ("金山演示.dps", ole(made.PPT), Kind.PPT),
        ("带链接.pdf", pdf("<</S/URI/URI(https://example.org/launch/javascript/encrypt.html)>>"), Kind.PDF),
        ("2025.12.31 总结（第3稿）.pdf", pdf(), Kind.PDF),
        ("𠮷林村党支部😀.png", png, Kind.PNG),
    ]
