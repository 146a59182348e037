"""How an uploaded file is refused: inside this package as one sentence, outside of it under the file's name."""

from scoring.errors import Fault, Place, Refused, ScoringError
from scoring.texts import Text


class FileUnfit(Refused):
    """An uploaded file cannot be taken."""

    @classmethod
    def of(cls, name: str | None, sentence: Text) -> "FileUnfit":
        """Return the refusal of the file called *name*, which is clean already; None where no name is known."""
        return cls([Fault(place=Place(file=name), sentence=sentence)])


class Unfit(ScoringError):
    """Contents cannot be taken, and *sentence* says why and what to do; whose contents they are is not known here."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(sentence.en)


SAVE_AS_PDF = Text("请另存为 PDF 后再上传", "save it as PDF and upload that")
DAMAGED = Text(
    "文件不完整或已损坏，可能没有传完；请重新上传，或打开后另存一份再上传",
    "the file is incomplete or damaged, perhaps it was not sent to the end; upload it again, "
    "or open it, save it anew and upload that",
)
UNUSUAL = Text(
    f"文件的内部写法特殊，可能夹带了别的内容；{SAVE_AS_PDF.zh}",
    f"the file is written in an unusual way and may hide something else; {SAVE_AS_PDF.en}",
)
SWOLLEN = Text(
    f"文件解压后大得不正常；{SAVE_AS_PDF.zh}",
    f"unpacked, the file is far larger than it should be; {SAVE_AS_PDF.en}",
)
PASSWORD = Text(
    "文件加了密码；请取消密码后再上传",
    "the file is protected by a password; remove the password and upload it again",
)
MACROS = Text(
    "文件里有宏（可以自动运行的程序）；请另存为不含宏的格式或 PDF 后再上传",
    "the file holds macros, programs that may run by themselves; save it without macros or as PDF and upload that",
)
CARRIES = Text(
    f"文件里夹带了别的文件或程序；{SAVE_AS_PDF.zh}",
    f"the file carries another file or program inside; {SAVE_AS_PDF.en}",
)
"""What a file may be refused for, whatever its kind."""
