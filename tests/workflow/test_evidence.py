"""Evidence is handed in by the right people at the right time, kept once, and never lost behind a row that names it."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from scoring.evidence import UnitYear
from scoring.people import VISITOR, Actor, Reach, Role
from scoring.periods import Phase
from scoring.permissions import NotAllowed, NotSignedIn
from scoring.pointers import Pointing
from scoring.sheets import SheetKey, SheetState
from scoring.store import assignments, chain, evidence, links, periods, sheets
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.evidence import EvidenceUnknown
from scoring.store.files import FileLost, Files
from scoring.store.sheets import NewMove
from scoring.store.tables import evidence_file, person
from scoring.uploads.kinds import Kind
from scoring.uploads.refusals import FileUnfit
from scoring.workflow.evidence_standing import EvidenceLocked
from scoring.workflow.keep_evidence import (
    EvidenceUnfit,
    HandedIn,
    ReasonUnfit,
    StaleReason,
    excuse,
    hand_in,
    here_already,
    take_back,
    use_again,
)
from scoring.workflow.read_evidence import file_of, preview_of, read_evidence, read_one
from tests.uploads.bytes_of import office, pdf, phone_exif, photo
from tests.workflow import county as small
from tests.workflow.people_at_work import (
    ADMINISTRATOR,
    AUDITOR,
    EVALUATOR,
    LEADER,
    MODERATOR,
    SUPERIOR,
    actor,
    opened,
    secretary,
)

A01 = UnitYear("2026", "A01")
OWN = secretary("A01")
MINUTES, SHEET = pdf(), office("xlsx")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def give(
    store: Store,
    files: Files,
    *criteria: str,
    content: bytes = MINUTES,
    name: str = "会议记录.pdf",
    by: Actor = OWN,
    whose: UnitYear = A01,
) -> HandedIn:
    return hand_in(store, files, by, whose, criteria or ("discipline",), io.BytesIO(content), name)


def move(store: Store, state: SheetState, number: int, unit: str = "A01") -> None:
    """Sign the branch's own sheet, or send it back, as the rows of a sheet say it."""
    key = SheetKey(period="2026", unit=unit, stage="self")
    with store.begin() as c:
        sheets.add(c, [NewMove(key=key, number=number, state=state)], By(person="x", on_behalf=""))


def assign(store: Store, unit: str, who: Actor) -> None:
    with store.begin() as c:
        chain.add(c, person, id=who.id, made_at=datetime.now(UTC))
        own = assignments.Assigned(unit=unit, stage="county", person=who.id)
        assignments.put(c, "2026", [own], 0)


def stored(folder: Path) -> list[Path]:
    """Return the files that are kept for good."""
    return sorted(own for own in folder.glob("??/??/*") if own.is_file())


def test_what_is_handed_in_is_there_as_it_was(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    handed = give(store, files, "discipline", "meetings")
    seen = read_evidence(store, OWN, A01)
    assert [(own.criterion, own.title, own.kind) for own in seen.handed_in] == [
        ("discipline", "会议记录.pdf", Kind.PDF),
        ("meetings", "会议记录.pdf", Kind.PDF),
    ]
    own, path = file_of(store, files, OWN, A01, handed.numbers[1])
    assert path.read_bytes() == MINUTES
    assert path == stored(tmp_path / "files")[0]
    assert own.by == OWN.id


def test_a_file_is_kept_once_however_often_it_is_handed_in(store: Store, files: Files, tmp_path: Path):
    """By several branches, for several criteria, under several names."""
    opened(store, tmp_path)
    give(store, files, "discipline")
    give(
        store, files, "discipline", by=secretary("A02"), whose=UnitYear("2026", "A02"), name="另一个名字.pdf"
    )
    again = give(store, files, "discipline")
    assert again.numbers == ()
    assert again.already == ("discipline",)
    assert len(stored(tmp_path / "files")) == 1
    with store.read() as c:
        assert len(c.execute(select(evidence_file)).all()) == 1
    assert len(read_evidence(store, OWN, A01).handed_in) == 1


def test_each_deed_is_one_link_about_the_unit(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    handed = give(store, files, "discipline", "meetings")
    take_back(store, OWN, A01, handed.numbers[0])
    excuse(store, OWN, A01, "discipline", "支部刚成立", 0)
    with store.read() as c:
        told = links.about(c, "unit 2026 A01")
    assert [(own.deed.person, own.deed.role, own.deed.action) for own in told] == [
        (OWN.id, "secretary", "submit_evidence")
    ] * 3


def test_a_file_serves_other_criteria_later_and_in_another_year(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path, "2025")
    before = give(store, files, "discipline", whose=UnitYear("2025", "A01"))
    opened(store, tmp_path, "2026")
    assert here_already(store, OWN, A01, [before.sha256, "0" * 64]) == {before.sha256}
    used = use_again(store, OWN, A01, ["discipline", "meetings"], before.sha256)
    assert len(used.numbers) == 2
    assert used.title == "会议记录.pdf"
    one = read_one(store, OWN, A01, used.numbers[0])
    assert [(own.period, own.criterion) for own in one.uses] == [("2025", "discipline"), ("2026", "meetings")]


def test_to_know_a_digest_is_not_to_have_the_file(store: Store, files: Files, tmp_path: Path):
    """Else a branch could take over, and read, whatever another branch handed in."""
    opened(store, tmp_path)
    handed = give(store, files, "discipline")
    other, whose = secretary("A02"), UnitYear("2026", "A02")
    assert here_already(store, other, whose, [handed.sha256]) == frozenset()
    with pytest.raises(EvidenceUnknown):
        use_again(store, other, whose, ["discipline"], handed.sha256)
    with pytest.raises(EvidenceUnknown):
        file_of(store, files, other, whose, handed.numbers[0])
    with pytest.raises(EvidenceUnknown):
        take_back(store, other, whose, handed.numbers[0])


def test_what_was_taken_back_is_gone_from_the_folder_of_the_unit_only(
    store: Store, files: Files, tmp_path: Path
):
    opened(store, tmp_path)
    handed = give(store, files, "discipline")
    take_back(store, OWN, A01, handed.numbers[0])
    assert read_evidence(store, OWN, A01).handed_in == ()
    with pytest.raises(EvidenceUnknown):
        take_back(store, OWN, A01, handed.numbers[0])
    with pytest.raises(EvidenceUnknown):
        file_of(store, files, OWN, A01, handed.numbers[0])
    assert files.check(handed.sha256)
    assert len(give(store, files, "discipline").numbers) == 1


def test_a_file_of_another_kind_is_refused_with_what_is_asked(store: Store, files: Files, tmp_path: Path):
    """All criteria it was meant for are told at once, and it is used for none."""
    opened(store, tmp_path)
    with pytest.raises(EvidenceUnfit) as refused:
        give(
            store,
            files,
            "meetings",
            "discipline",
            "income",
            "late_meetings",
            content=office("docx"),
            name="总结.docx",
        )
    assert ["收的是" in own.sentence.zh for own in refused.value.faults] == [True, False]
    assert ["取自系统记录" in own.sentence.zh for own in refused.value.faults] == [False, True]
    assert read_evidence(store, OWN, A01).handed_in == ()


def test_no_more_files_than_may_be(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    give(store, files, "discipline", "meetings")
    give(store, files, "discipline", content=photo(), name="a.jpg")
    with pytest.raises(EvidenceUnfit) as refused:
        give(store, files, "discipline", "meetings", content=photo("PNG"), name="b.png")
    assert [
        ("最多 2 份" in own.sentence.zh, "最多 1 份" in own.sentence.zh) for own in refused.value.faults
    ] == [
        (True, False),
        (False, True),
    ]
    for at in range(9):
        give(store, files, "knowledge", content=photo(size=(60 + at, 60)), name=f"{at}.jpg")
    with pytest.raises(EvidenceUnfit):
        give(store, files, "knowledge", content=photo(size=(90, 90)), name="9.jpg")


def test_an_unfit_file_leaves_nothing_behind(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    before = small.counts(store)
    for content, name in (
        (b"<svg onload='alert(1)'/>", "图.svg"),
        (b"MZ" + bytes(900), "照片.jpg"),
        (b"", "空.pdf"),
    ):
        with pytest.raises(FileUnfit):
            give(store, files, "discipline", content=content, name=name)
    assert small.counts(store) == before
    assert [own for own in (tmp_path / "files").rglob("*") if own.is_file()] == []


def test_criteria_that_are_none_are_refused(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    with pytest.raises(EvidenceUnfit):
        give(store, files, "points")
    with pytest.raises(EvidenceUnfit):
        hand_in(store, files, OWN, A01, [], io.BytesIO(MINUTES), "x.pdf")
    assert give(store, files, "honour").numbers, "an adjustment may be shown for, though nothing is asked"


WRONG = {
    "a visitor": VISITOR,
    "the secretary of another branch": secretary("A02"),
    "a secretary of another year": secretary("A01", "2025"),
    "the superior": SUPERIOR,
    "an evaluator": EVALUATOR,
    "a moderator": MODERATOR,
    "an administrator": ADMINISTRATOR,
    "a leader": LEADER,
    "an auditor": AUDITOR,
    "a member of the branch": actor(Role.MEMBER, "dang", Reach.UNIT, "A01"),
}


@pytest.mark.parametrize("who", WRONG)
def test_nobody_else_hands_in_for_a_branch(store: Store, files: Files, tmp_path: Path, who: str):
    opened(store, tmp_path)
    handed = give(store, files, "discipline")
    wrong = WRONG[who]
    if wrong.id:
        assign(store, "A01", wrong)
    before = small.counts(store)
    expected = NotSignedIn if wrong is VISITOR else NotAllowed
    for attempt in (
        lambda: give(store, files, "meetings", by=wrong),
        lambda: use_again(store, wrong, A01, ["meetings"], handed.sha256),
        lambda: take_back(store, wrong, A01, handed.numbers[0]),
        lambda: excuse(store, wrong, A01, "income", "没有", 0),
        lambda: here_already(store, wrong, A01, [handed.sha256]),
    ):
        with pytest.raises(expected):
            attempt()
    assert small.counts(store) == before
    assert len(stored(tmp_path / "files")) == 1


READ = {
    "its secretary": (OWN, True),
    "a secretary of another year": (secretary("A01", "2025"), False),
    "the secretary of another branch": (secretary("A02"), False),
    "its superior": (SUPERIOR, True),
    "another superior": (actor(Role.SUPERIOR, "liu", Reach.TOWNSHIP, "云岭乡"), False),
    "an evaluator not assigned": (EVALUATOR, False),
    "a moderator": (MODERATOR, True),
    "an administrator": (ADMINISTRATOR, False),
    "a leader": (LEADER, False),
    "an auditor": (AUDITOR, True),
    "a visitor": (VISITOR, False),
}


@pytest.mark.parametrize("who", READ)
def test_evidence_is_read_by_those_who_have_to_do_with_it(
    store: Store, files: Files, tmp_path: Path, who: str
):
    opened(store, tmp_path)
    handed = give(store, files, "discipline")
    reader, may = READ[who]
    for attempt in (
        lambda: read_evidence(store, reader, A01),
        lambda: read_one(store, reader, A01, handed.numbers[0]),
        lambda: file_of(store, files, reader, A01, handed.numbers[0]),
        lambda: preview_of(store, files, reader, A01, handed.numbers[0]),
    ):
        if may:
            attempt()
        else:
            with pytest.raises(NotAllowed):
                attempt()


def test_an_evaluator_reads_what_is_assigned(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    handed = give(store, files, "discipline")
    assign(store, "A01", EVALUATOR)
    assert file_of(store, files, EVALUATOR, A01, handed.numbers[0])[1].read_bytes() == MINUTES
    with pytest.raises(NotAllowed):
        read_evidence(store, EVALUATOR, UnitYear("2026", "A02"))


@pytest.mark.parametrize("phase", list(Phase))
def test_evidence_is_handed_in_while_it_is_collected_and_marked(
    store: Store, files: Files, tmp_path: Path, phase: Phase
):
    opened(store, tmp_path, phase=min(phase, Phase.MARKING, key=lambda own: own.place))
    if phase.place > Phase.MARKING.place:
        with store.begin() as c:
            periods.move(c, "2026", phase)
    if phase in (Phase.COLLECTING, Phase.MARKING):
        assert give(store, files).numbers
    else:
        with pytest.raises(NotAllowed, match=phase.called.en):
            give(store, files)
        assert read_evidence(store, OWN, A01).handed_in == ()


def test_signing_locks_evidence_until_the_sheet_is_sent_back(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path, phase=Phase.MARKING)
    handed = give(store, files)
    move(store, SheetState.SIGNED, 1)
    before = small.counts(store)
    for attempt in (
        lambda: give(store, files, "meetings"),
        lambda: use_again(store, OWN, A01, ["meetings"], handed.sha256),
        lambda: take_back(store, OWN, A01, handed.numbers[0]),
        lambda: excuse(store, OWN, A01, "income", "没有", 0),
    ):
        with pytest.raises(EvidenceLocked):
            attempt()
    assert small.counts(store) == before
    assert not read_evidence(store, OWN, A01).open
    move(store, SheetState.SENT_BACK, 2)
    take_back(store, OWN, A01, handed.numbers[0])
    assert give(store, files, "meetings").numbers


def test_a_sheet_signed_while_a_file_comes_in_refuses_it(store: Store, files: Files, tmp_path: Path):
    """What was allowed when the upload began is asked again where it is written."""
    opened(store, tmp_path)

    class Slow(io.BytesIO):
        def read(self, *size: int) -> bytes:
            if not self.tell():
                move(store, SheetState.SIGNED, 1)
            return super().read(*size)

    with pytest.raises(EvidenceLocked):
        hand_in(store, files, OWN, A01, ["discipline"], Slow(MINUTES), "会议记录.pdf")
    assert read_evidence(store, OWN, A01).handed_in == ()


def test_criteria_with_too_little_and_no_reason_are_missing(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)

    def missing() -> list[str]:
        seen = read_evidence(store, OWN, A01)
        with store.read() as c:
            found = [own.id for own in evidence.missing(c, "2026", "A01", seen.criteria.criteria)]
        assert [own.id for own in seen.missing] == found
        return found

    assert missing() == ["discipline", "meetings", "income"]
    give(store, files, "discipline", "meetings")
    give(store, files, "income", content=SHEET, name="收入.xlsx")
    assert missing() == ["income"], "two are asked for"
    excuse(store, OWN, A01, "income", "村集体账由乡镇代管，只有一份", 0)
    assert missing() == []
    excuse(store, OWN, A01, "income", "", 1)
    assert missing() == ["income"]


def test_a_reason_changed_meanwhile_is_not_written_over(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    excuse(store, OWN, A01, "income", "第一稿", 0)
    with pytest.raises(StaleReason, match="第一稿") as refused:
        excuse(store, OWN, A01, "income", "第二稿", 0)
    assert refused.value.theirs is not None
    assert refused.value.theirs.reason == "第一稿"
    excuse(store, OWN, A01, "income", "第二稿", refused.value.theirs.revision)
    assert read_evidence(store, OWN, A01).excuses["income"].reason == "第二稿"
    with pytest.raises(ReasonUnfit):
        excuse(store, OWN, A01, "income", "长" * 501, 2)
    with pytest.raises(ReasonUnfit):
        excuse(store, OWN, A01, "income", "响\x07铃", 2)


def test_a_revision_that_never_was_is_refused(store: Store, files: Files, tmp_path: Path):
    """A form can be made up: that is no error of ours."""
    opened(store, tmp_path)
    with pytest.raises(StaleReason) as refused:
        excuse(store, OWN, A01, "income", "第一稿", 7)
    assert refused.value.theirs is None


def test_a_photographs_date_is_kept_and_pointed_out_to_those_who_mark(
    store: Store, files: Files, tmp_path: Path
):
    opened(store, tmp_path)
    give(store, files, content=photo(exif=phone_exif("2019:03:05 14:30:00")), name="主题党日.jpg")
    (own,) = read_evidence(store, OWN, A01).handed_in
    assert own.taken_at is not None
    assert own.taken_at.year == 2019
    (told,) = read_evidence(store, SUPERIOR, A01).pointers
    assert told.pointing is Pointing.OTHER_YEAR
    assert "2019-03-05" in told.sentence.zh
    assert read_evidence(store, OWN, A01).pointers == (), "the branch is not told what others are shown"


def test_the_file_of_two_branches_is_pointed_out(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    give(store, files, "discipline")
    give(store, files, "meetings", by=secretary("A02"), whose=UnitYear("2026", "A02"))
    (told,) = read_evidence(store, SUPERIOR, A01).pointers
    assert told.pointing is Pointing.SHARED
    assert "第2村党支部" in told.sentence.zh
    assert "2026" in told.sentence.zh


def test_a_row_never_names_a_file_that_is_not_on_the_disk(store: Store, tmp_path: Path):
    """Whatever dies in between: at every step of keeping a file, what rows name is there."""

    class Death(BaseException):
        pass

    class Dying(Files):
        """Dies at the given step."""

        at = ""

        def take(self, *given: object) -> object:
            taken = super().take(*given)
            if self.at == "taken":
                raise Death
            return taken

        def keep(self, taken: object) -> object:
            if self.at == "before":
                raise Death
            kept = super().keep(taken)
            if self.at == "kept":
                raise Death
            return kept

    opened(store, tmp_path)
    files = Dying(tmp_path / "files")
    for at in ("taken", "before", "kept", ""):
        files.at = at
        with suppress(Death):
            give(store, files)
        with store.read() as c:
            named = c.execute(select(evidence_file.c.sha256)).scalars().all()
        assert all(files.check(own) for own in named)
        assert bool(named) == (at == "")


def test_a_file_is_settled_on_the_disk_before_the_transaction_begins(
    store: Store, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """fsync of the file and of its folders comes before any row: else a power cut leaves a row without its file."""
    import os

    opened(store, tmp_path)
    told: list[str] = []
    fsync, begin = os.fsync, Store.begin
    monkeypatch.setattr(os, "fsync", lambda handle: (told.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(Store, "begin", lambda *args: (told.append("begin"), begin(*args))[1])
    give(store, files)
    before = told[: told.index("begin")].count("fsync")
    assert before >= 5, "the file as it came in, and where it lies for good with three folders above it"


def test_a_file_altered_in_the_folder_is_not_handed_out(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    handed = give(store, files)
    path = files.path(handed.sha256)
    path.chmod(0o640)
    path.write_bytes(MINUTES.replace(b"595", b"596"))
    with pytest.raises(FileLost, match="altered"):
        file_of(store, files, OWN, A01, handed.numbers[0])
    path.unlink()
    with pytest.raises(FileLost):
        file_of(store, files, OWN, A01, handed.numbers[0])


def test_a_preview_is_a_picture_of_our_own(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    picture = give(store, files, content=photo(exif=phone_exif()), name="a.jpg")
    seen = preview_of(store, files, SUPERIOR, A01, picture.numbers[0])
    assert seen[:4] == b"RIFF"
    assert seen != photo(exif=phone_exif())
    letter = give(store, files, "knowledge", content=office("docx"), name="总结.docx")
    assert preview_of(store, files, SUPERIOR, A01, letter.numbers[0]) == b""


def test_the_burden_is_told_against_last_years(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path, "2025")
    opened(store, tmp_path, "2026")
    seen = read_evidence(store, OWN, A01)
    assert (seen.burden.criteria, seen.burden.least, seen.burden.most) == (3, 4, 5)
    assert seen.burden_before == seen.burden
    assert read_evidence(store, OWN, UnitYear("2025", "A01")).burden_before is None


def test_a_deputy_hands_in_under_the_own_name(store: Store, files: Files, tmp_path: Path):
    opened(store, tmp_path)
    deputy = replace(actor(Role.MEMBER, "dai", Reach.UNIT, "A09"), on_behalf=OWN)
    give(store, files, by=deputy)
    (own,) = read_evidence(store, OWN, A01).handed_in
    assert own.by == deputy.id
    with store.read() as c:
        (link,) = links.about(c, "unit 2026 A01")
    assert (link.deed.person, link.deed.on_behalf) == (deputy.id, OWN.id)
    with pytest.raises(NotAllowed):
        give(store, files, by=deputy, whose=UnitYear("2026", "A09"))
