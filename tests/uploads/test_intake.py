"""What comes through the gate and what does not, over a corpus of honest and of hostile files."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scoring.criteria.criterion import EvidenceKind
from scoring.texts import Lang
from scoring.uploads.intake import FILE_MOST, Accepted, inspect
from scoring.uploads.kinds import Kind
from scoring.uploads.names import NAME_MOST, clean, name_as
from scoring.uploads.refusals import FileUnfit
from tests.uploads import bytes_of as made
from tests.uploads import honest, hostile

HOSTILE = hostile.files()
HONEST = honest.files()


@pytest.fixture
def upload(tmp_path):
    """Puts bytes where an upload lies and has them looked at."""

    def looked_at(content: bytes, name: str = "材料.pdf") -> Accepted:
        path = tmp_path / "upload.part"
        path.write_bytes(content)
        return inspect(path, name)

    return looked_at


def refusal(upload, content: bytes, name: str = "材料.pdf") -> str:
    with pytest.raises(FileUnfit) as refused:
        upload(content, name)
    (fault,) = refused.value.faults
    return fault.in_(Lang.ZH)


def test_the_corpus_is_as_large_as_promised():
    """A corpus that lost its files would pass everything."""
    assert len(HOSTILE) >= 280
    assert len({each.tries for each in HOSTILE}) == len(HOSTILE)
    assert len(HONEST) >= 35
    assert {kind for _, _, kind in HONEST} == set(Kind)


@pytest.mark.parametrize("each", HOSTILE, ids=lambda each: each.tries)
def test_a_hostile_file_is_refused_or_harmless(each, tmp_path):
    """Refused with a sentence to act on in both languages, or taken under a name that runs nowhere."""
    assert hostile.faults_of(inspect, each, tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["upload.part"]


def test_the_checker_finds_a_careless_gate(tmp_path):
    """Negative control: a gate that believes extensions fails on all but what it happens to refuse."""
    found = [each for each in HOSTILE if hostile.faults_of(hostile.careless, each, tmp_path)]
    assert len(found) >= len(HOSTILE) - 5


@pytest.mark.parametrize(("name", "content", "kind"), HONEST, ids=[name for name, _, _ in HONEST])
def test_an_honest_file_is_taken_as_it_is_called(name, content, kind, upload):
    """What branches really send, by several writers: known by its contents, and its name left alone."""
    assert upload(content, name) == Accepted(kind=kind, name=name, size=len(content))


def test_a_refusal_names_the_file_and_what_to_do(upload):
    """The clerk reads the name, the reason and the way out."""
    locked = made.compound({"EncryptedPackage": b"\1", "EncryptionInfo": b"\1"})
    assert refusal(upload, locked, "总结.docx") == "总结.docx：文件加了密码；请取消密码后再上传"
    macros = made.office("docx", {"word/vbaProject.bin": b"x"})
    assert "另存为不含宏的格式或 PDF" in refusal(upload, macros, "总结.docx")
    assert refusal(upload, b"", "C:\\空.pdf").startswith("空.pdf：文件是空的")
    assert "20 MB" in refusal(upload, made.photo() + bytes(FILE_MOST))
    assert "HEIC" in refusal(upload, b"\0\0\0\x18ftypheic" + bytes(50), "IMG_0001.HEIC")
    assert "解压" in refusal(upload, made.zipped({"a": "b"}), "材料.zip")
    assert "截图" in refusal(upload, b"<svg/>", "图.svg")


def test_any_contents_may_come_under_any_name(upload):
    """The contents decide; a name that says otherwise is mended, and that is told."""
    taken = upload(made.photo("PNG"), "微信图片.jpg")
    assert (taken.kind, taken.name) == (Kind.PNG, "微信图片.png")
    assert "PNG 图片" in taken.remarks[0].zh
    assert "PNG image" in taken.remarks[0].en


@pytest.mark.parametrize("content", [content for _, content, _ in HONEST[::3]])
def test_a_changed_file_is_taken_or_refused(content, upload):
    """Damage anywhere is a sentence, never a crash."""
    dice = random.Random(len(content))
    for _ in range(40):
        changed = bytearray(content)
        for _ in range(dice.randrange(1, 6)):
            changed[dice.randrange(min(len(changed), dice.choice([64, 2048, 1 << 30])))] = dice.randrange(256)
        cut = bytes(changed[: dice.choice([len(changed), dice.randrange(len(changed))])])
        try:
            assert isinstance(upload(cut), Accepted)
        except FileUnfit as refused:
            assert refused.faults


def test_noise_after_a_head_is_taken_or_refused(upload):
    """Whatever begins like a file that is taken."""
    dice = random.Random(3)
    heads = [content[:length] for _, content, _ in HONEST for length in (4, 8, 30, 60, 520)]
    for head in heads:
        try:
            upload(head + dice.randbytes(3_000))
        except FileUnfit as refused:
            assert refused.faults


def test_what_criteria_ask_for_is_what_files_count_as():
    """A photograph is an image, a table a spreadsheet, everything else a document."""
    kinds = {kind.evidence: [] for kind in Kind}
    for kind in Kind:
        kinds[kind.evidence].append(kind)
        assert kind.title.zh != kind.title.en
        assert "/" in kind.media_type
        assert Kind(kind.value) is kind
    assert kinds[EvidenceKind.IMAGE] == [Kind.JPEG, Kind.PNG, Kind.WEBP]
    assert kinds[EvidenceKind.SPREADSHEET] == [Kind.XLSX, Kind.XLS]


@pytest.mark.parametrize("name", [each.name for each in HOSTILE] + [name for name, _, _ in HONEST])
def test_a_name_is_safe_for_every_kind_and_cleaning_twice_changes_nothing(name):
    """It stands in pages, headers and folders of those who download it."""
    assert clean(clean(name)) == clean(name)
    assert not hostile.unsafe_in(clean(name))
    for kind in Kind:
        shown, _ = name_as(name, kind)
        assert hostile.name_faults(shown, kind) == []
        assert name_as(shown, kind)[0] == shown


def test_a_date_in_a_name_is_no_extension():
    """2025.12.31 and 第3.5稿 are how people number things."""
    assert name_as("总结2025.12.31.pdf", Kind.PDF) == ("总结2025.12.31.pdf", ())
    assert name_as("总结 第3.5稿", Kind.DOCX) == ("总结 第3.5稿.docx", ())
    assert name_as("v1.final", Kind.DOCX) == ("v1.final.docx", ())
    long, _ = name_as("长" * 300 + ".pdf", Kind.PDF)
    assert len(long) == NAME_MOST
    assert long.endswith("长.pdf")


MEASURE = """
import re, sys, tracemalloc
from pathlib import Path
from scoring.uploads.intake import inspect
from scoring.uploads.refusals import FileUnfit
before = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
for path in sys.argv[1:]:
    try:
        inspect(Path(path), "x.docx")
        print("taken")
    except FileUnfit:
        pass
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_bombs_take_less_than_fifty_megabytes_more(tmp_path):
    """All of them one after another, beside what the process had before."""
    bombs = [each for each in HOSTILE if "docx" in each.tries or "million pixels" in each.tries]
    assert len(bombs) > 30
    for at, each in enumerate(bombs):
        (tmp_path / f"{at}").write_bytes(each.content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, sorted(tmp_path.iterdir()))],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 50 * 1024


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(
    SOFFICE is None, reason="LOUD: no LibreOffice here, so only files of our own making were looked at"
)
def test_files_of_another_program_are_taken_and_its_locked_ones_refused(tmp_path, upload):
    """What LibreOffice writes, which knows nothing of our tests."""
    (tmp_path / "a.csv").write_text("党费,1\n", "utf-8")
    lock = '{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":{"type":"string","value":"x"}}'
    written = {}
    for filter_, end in (
        ("xls", "xls"),
        ("xlsx", "xlsx"),
        ("pdf", "pdf"),
        (f"pdf:calc_pdf_Export:{lock}", "pdf"),
    ):
        folder = tmp_path / str(len(written))
        command = [
            SOFFICE,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            filter_,
        ]
        subprocess.run([*command, "--outdir", folder, tmp_path / "a.csv"], capture_output=True, timeout=120)
        written[filter_] = (folder / f"a.{end}").read_bytes()
    xls, xlsx, pdf, locked = written.values()
    assert upload(xls, "a.xls").kind is Kind.XLS
    assert upload(xlsx, "a.xlsx").kind is Kind.XLSX
    assert upload(pdf, "a.pdf").kind is Kind.PDF
    assert "密码" in refusal(upload, locked)
