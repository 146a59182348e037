"""Nothing in a bundle can be changed without being noticed, and what was changed is named."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable

import orjson
import pytest

from scoring.bundle import BundleRefused, pack, packed, unpack
from scoring.canonical import canonical, sha256
from scoring.edition import edition_of, inputs_of, members, publish
from scoring.errors import Refused
from scoring.rows import standings_rows, unit_rows
from scoring.texts import Lang
from scoring.verification import verify
from tests.cohorts import cohort
from tests.edition import forgeries
from tests.edition.county import edition_of_cohort, small_county, standings_of
from tests.edition.forgeries import MANIFEST, ROWS, STANDINGS, Forgery, rehashed
from tests.oracle import BENDS, oracle

CHANGES = 2_000
"""How many random changes there are at the least; none may be missed."""


@pytest.fixture(scope="module")
def edition():
    return small_county().edition()


@pytest.fixture(scope="module")
def content(edition) -> bytes:
    return pack(edition)


@pytest.fixture(scope="module")
def changed(content) -> list[Forgery]:
    """Random changes of the small county's bundle, of every sort."""
    rng = random.Random(20260101)
    return [
        *forgeries.raw_bytes(rng, content, 600),
        *forgeries.repacked_bytes(rng, content, 450),
        *forgeries.rehashed_bytes(rng, content, 450),
        *forgeries.values(rng, content, 320),
        *forgeries.lines(rng, content, 260),
        *forgeries.structure(rng, content),
    ]


@pytest.fixture(scope="module")
def outcomes(changed) -> list[tuple[Forgery, BundleRefused | None]]:
    """What the verifier says of each change, without being told the id."""
    return [(forgery, _refused(forgery.content)) for forgery in changed]


def _refused(content: bytes, digest: str | None = None) -> BundleRefused | None:
    try:
        verify(content, digest)
    except BundleRefused as refused:
        return refused
    return None


def _told(content: bytes, digest: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(BundleRefused) as refused:
        verify(content, digest)
    return [(fault.in_(Lang.ZH), fault.in_(Lang.EN)) for fault in refused.value.faults]


def _consistent(content: bytes) -> bool:
    """Say whether a bundle is, in all its bytes, what publishing its own inputs gives."""
    found = unpack(content)
    try:
        edition = edition_of_members(found)
        inputs = inputs_of(edition)
        return members(publish(standings_of(inputs), inputs, edition.statement)) == found
    except (Refused, AssertionError):
        return False


def edition_of_members(found: dict[str, bytes]):
    """Return the edition whose members those are, unchecked."""
    from scoring.edition import statement_of

    return edition_of(
        statement_of(found[MANIFEST]),
        criteria={
            name.removeprefix("criteria/").removesuffix(".json"): own
            for name, own in found.items()
            if name.startswith("criteria/")
        },
        units=found["units.jsonl"].splitlines(),
        marks=found["marks.jsonl"].splitlines(),
        rows=found[ROWS].splitlines(),
        standings=found[STANDINGS],
    )


def test_a_sound_bundle_is_verified(content, edition):
    """From the file alone: every score, star, rank and standing was worked out again and is the same."""
    verified = verify(content, edition.id)
    assert verified.edition == edition
    assert (verified.units, verified.rated, verified.sets) == (12, 11, 2)
    assert verified.marks == len(small_county().marks)
    assert verified.evaluators == 4


def test_no_random_change_is_missed(outcomes, edition):
    """Every change is refused with a place. What is hashed again throughout is another edition: the id tells it."""
    seen: Counter[str] = Counter()
    missed, placeless, consistent = [], [], 0
    for forgery, refused in outcomes:
        seen[forgery.sort.split(",")[0]] += 1
        told = refused
        if refused is None:
            consistent += 1
            assert _consistent(forgery.content), forgery.sort
            told = _refused(forgery.content, edition.id)
        if told is None:
            missed.append(forgery)
        elif not all(_has_a_place(fault) for fault in told.faults):
            placeless.append((forgery.sort, str(told)))
    assert not missed
    assert not placeless, placeless[:5]
    assert seen.total() >= CHANGES, seen
    assert consistent < seen.total() / 20


def _has_a_place(fault) -> bool:
    return bool(fault.place.file) or "archive itself" in fault.sentence.en


def test_a_changed_byte_of_a_member_names_the_member(outcomes, edition):
    """Whoever damaged it, and however: the member it is in stands in the refusal."""
    bytes_of_members = 0
    for forgery, refused in outcomes:
        if forgery.sort in ("a byte of the file", "a byte, packed again") and forgery.member:
            told = refused or _refused(forgery.content, edition.id)
            assert forgery.member in {fault.place.file for fault in told.faults}, str(told)
            bytes_of_members += 1
    assert bytes_of_members > 800


def test_a_changed_figure_names_line_and_unit(outcomes):
    """One who edits rows and hashes them again is told by line and unit, or by the group, not by a hash."""
    rows = standings = 0
    for forgery, refused in outcomes:
        if forgery.sort != "a figure, hashed again":
            continue
        fault = refused.faults[0]
        assert fault.place.file == forgery.member
        if forgery.member == ROWS:
            rows += 1
            assert 1 <= fault.place.line <= 12
            assert fault.place.field
        else:
            standings += 1
            assert fault.place.field.split()[0] in ("county", "township", "department", "domain", "target")
    assert rows > 100
    assert standings > 100


# Careless verifiers


def _checksums_only(content: bytes) -> None:
    """What a program for archives checks."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None


def _hashes_only(content: bytes) -> None:
    """Every member fits the manifest: what a download page checks."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = orjson.loads(archive.read(MANIFEST))
        for name, digest in manifest["members"].items():
            assert sha256(archive.read(name)) == digest


def _rows_only(content: bytes) -> None:
    """The scores are worked out again and compared; the manifest is not looked at."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    inputs = inputs_of(edition_of_members(found))
    rows = [canonical(row) for row in unit_rows(standings_of(inputs))]
    assert found[ROWS].splitlines() == rows


def _scores_by_unit(content: bytes) -> None:
    """Hashes, and of each row the score and the stars: what looks thorough."""
    _hashes_only(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    inputs = inputs_of(edition_of_members(found))
    rows = {row["unit"]: row for row in unit_rows(standings_of(inputs))}
    for row in map(orjson.loads, found[ROWS].splitlines()):
        assert (row["score"], row["stars"]) == (rows[row["unit"]]["score"], rows[row["unit"]]["stars"])


@pytest.mark.parametrize(
    ("careless", "misses"),
    [(_checksums_only, 250), (_hashes_only, 150), (_rows_only, 40), (_scores_by_unit, 40)],
)
def test_a_careless_verifier_misses_changes(careless: Callable, misses, changed, content):
    """Negative control: the changes are ones that a verifier can miss, and each shortcut does miss many."""
    careless(content)
    missed = 0
    for forgery in changed[::4]:
        try:
            careless(forgery.content)
        except Exception:
            continue
        missed += 1
    assert missed > misses


# Forgeries that know the whole format


def test_a_whole_forgery_is_told_by_its_id_alone(content, edition):
    """Marks forged and all worked out again is a sound edition of other marks; only the printed id says it is not this."""
    seen = 0
    for unit in small_county().units:
        for criterion, evaluator in (("term", "李强"), ("income" if unit[0] == "V" else "service", "王芳")):
            stage = "superior" if criterion == "term" else "county"
            other = small_county().marked(unit, criterion, "0", stage=stage, evaluator=evaluator).edition()
            if other.id == edition.id:
                continue
            seen += 1
            assert verify(pack(other)).edition == other
            ((zh, en),) = _told(pack(other), edition.id)
            assert zh.startswith(f"manifest.json：本文件的版本号是 {other.id}，不是所给的 {edition.id}")
            assert en.startswith(f"manifest.json: the id of this file is {other.id}, not {edition.id}")
    assert seen > 15


@pytest.mark.parametrize(
    "said", [{"confirmed_by": "孙洁"}, {"reason": "更正"}, {"county": "另一县"}, {"period": "2027"}], ids=str
)
def test_another_statement_is_told_by_its_id_alone(said, edition):
    """Who signed and why is nothing that can be worked out again: it is what the id is for."""
    other = pack(small_county().edition(**said))
    verify(other)
    assert _refused(other, edition.id)


def test_the_id_may_be_written_as_it_was_printed(content, edition):
    """Printed in groups, in capitals, copied with a line break: it is the same id."""
    groups = " ".join(edition.id[at : at + 8] for at in range(0, 64, 8))
    for digest in (edition.id.upper(), groups, f" {edition.id}\n", f"{edition.id[:32]}\n{edition.id[32:]}"):
        assert verify(content, digest).edition.id == edition.id


@pytest.mark.parametrize("digest", ["", "320ebb45", "g" * 64, "0" * 63, "0" * 65, "－" * 64])
def test_a_part_of_an_id_is_refused(content, digest):
    """A few digits are soon found by trying; a digest that is no digest must not pass for “not given”."""
    ((zh, en),) = _told(content, digest)
    assert "须是 64 位" in zh
    assert "64 digits" in en


def _changed_row(content: bytes, unit: str, change: Callable[[dict], None]) -> bytes:
    found = unpack(content)
    lines = found[ROWS].splitlines()
    at = next(place for place, line in enumerate(lines) if orjson.loads(line)["unit"] == unit)
    row = orjson.loads(lines[at])
    change(row)
    lines[at] = canonical(row)
    return packed(rehashed(found | {ROWS: b"".join(line + b"\n" for line in lines)}))


def test_what_was_changed_is_told_to_a_clerk(content):
    """The sentence names file, line, unit and field, what is recorded, and what the marks come to."""
    forged = _changed_row(content, "V05", lambda row: row.update(score="99.63", stars=5))
    assert _told(forged) == [
        (
            "rows.jsonl 第 5 行 V05 score：记录为 “99.63”，按本文件中的评分与标准重算为 “66.63”",
            (
                "rows.jsonl, line 5, V05 score: is recorded as “99.63”; worked out again from the marks and criteria "
                "in this file it is “66.63”"
            ),
        )
    ]


def test_a_nested_figure_is_named_by_its_criterion(content):
    """In a row of thirty lines it must be said which."""
    forged = _changed_row(content, "V01", lambda row: row["lines"][1].update(agreed="20"))
    assert _told(forged)[0][1].startswith(
        "rows.jsonl, line 1, V01 lines meetings agreed: is recorded as “20”"
    )
    dropped = _changed_row(content, "W01", lambda row: row["steps"].pop())
    assert "W01 steps quota: is recorded as nothing" in _told(dropped)[0][1]
    extra = _changed_row(content, "W01", lambda row: row.update(note="x"))
    assert "W01 note: is recorded as “x”; worked out again" in _told(extra)[0][1]


def test_changed_marks_name_the_units_they_no_longer_fit(content):
    """When marks were changed and hashed again, the rows say where: unit by unit."""
    found = unpack(content)
    marks = found["marks.jsonl"].replace(b'"meetings":"15"', b'"meetings":"19"')
    told = _told(packed(rehashed(found | {"marks.jsonl": marks})))
    assert told[0][0].startswith("rows.jsonl 第 3 行 V03 score：记录为 “65.88”")
    assert any(zh.startswith("standings.json county") for zh, _ in told)
    without_hashes = _told(packed(found | {"marks.jsonl": marks}))
    assert without_hashes[0][0] == "marks.jsonl：内容与清单中的指纹不符，签署之后被改动"
    assert without_hashes[1:] == told


def test_a_change_without_effect_is_told_too(content):
    """A mark that decides nothing was signed like all others."""
    found = unpack(content)
    marks = found["marks.jsonl"].replace("李强".encode(), "李刚".encode(), 1)
    assert _told(packed(found | {"marks.jsonl": marks})) == [
        (
            "marks.jsonl：内容与清单中的指纹不符，签署之后被改动",
            "marks.jsonl: does not fit its hash in the manifest: it was changed after it was signed",
        )
    ]


def test_many_rows_that_differ_are_counted(edition):
    """A rule that moved every row is told by the first ten and a number."""
    rows = [canonical(orjson.loads(row) | {"rank": 99}) for row in edition.rows]
    other = edition_of(
        edition.statement,
        criteria=edition.criteria,
        units=edition.units,
        marks=edition.marks,
        rows=rows,
        standings=edition.standings,
    )
    told = _told(pack(other))
    assert len(told) == 11
    assert told[-1][0] == "rows.jsonl：另有 2 行也不相符"


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("units.jsonl", '"gates":["weak"]', '"gates":["none"]', "units.jsonl, line 4, V04: village@2026.1 has no gate"),
        ("units.jsonl", '"gates":["weak"]', '"gates":["weak","weak"]', "line 4, V04 gates: must be a list of texts"),
        ("units.jsonl", '"township":"西山镇"', '"township":null', "V01: belongs neither to a township"),
        ("units.jsonl", '"township":"西山镇"', '"township":""', "V01 township: must be a text that is not empty"),
        ("units.jsonl", '"domain":"community"', '"domain":"rural","x":1', "units.jsonl, line 12"),
        ("units.jsonl", "village@2026.1", "office@2026.2", "V01 criteria: the edition has no set office@2026.2"),
        ("units.jsonl", '"unit":"V02"', '"unit":"V01"', "units.jsonl, line 2, V01: a unit stands there twice"),
        ("units.jsonl", '"unit":"V02"', '"unit":"V2"', "units.jsonl, line 3, V03: a unit stands there twice or not in"),
        ("marks.jsonl", '"meetings":"20"', '"meetings":"20.0"', "王芳 meetings: “20.0” must be written “20”"),
        ("marks.jsonl", '"meetings":"20"', '"meetings":"21"', "the mark 21 is above full marks 20"),
        ("marks.jsonl", '"meetings":"20"', '"meetings":20', "王芳 meetings: a mark must be a text"),
        ("marks.jsonl", '"meetings":"20"', '"meetings":["20"]', "王芳 meetings: a mark must be a text"),
        ("marks.jsonl", '"meetings":"20"', '"meeting":"20"', "has no such criterion or adjustment"),
        ("marks.jsonl", '"moderation":', '"panel":', "W03 panel 陈主任: there is no stage “panel”"),
        ("marks.jsonl", '"王芳":{', '"":{', "marks.jsonl, line 1, V01 county: the evaluator is missing"),
        ("marks.jsonl", '"unit":"V02"', '"unit":"V03"', "line 2, V03: must hold the marks of the unit V02"),
        ("marks.jsonl", '"陈主任":{', '"甲":{"service":"16"},"陈主任":{', "already have a moderation mark"),
        ("criteria/village@2026.1.json", '"full_marks":"20"', '"full_marks":"0"', "village@2026.1.json, full_marks"),
        ("criteria/village@2026.1.json", '"id":"village"', '"id":"hamlet"', "holds hamlet@2026.1, which is not its name"),
        ("criteria/village@2026.1.json", '"full_marks":"20"', '"full_marks":"20.0"', "is not as this service writes it"),
        ("criteria/village@2026.1.json", '"at_least":"90"', '"at_least":"91"', "office@2026.1, cut_points: differs from village@2026.1"),
        ("criteria/village@2026.1.json", '"domains":["rural"]', '"domains":["school"]', "does not take the domain “rural”"),
    ],
)  # fmt: skip
def test_inputs_that_were_never_written_so_are_named(content, name, old, new, told):
    """Each line of the inputs is what the service writes, in order, and fits its criteria; else it says which does not."""
    found = unpack(content)
    text = found[name].decode()
    assert old in text
    forged = packed(rehashed(found | {name: text.replace(old, new, 1).encode()}))
    assert told in "\n".join(en for _, en in _told(forged))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda said: said.update(format=2), "manifest.json, format: is of format 2; this version knows format 1 only"),
        (lambda said: said.update(format=True), "is not the manifest of an edition"),
        (lambda said: said.pop("period"), "manifest.json, period: is missing"),
        (lambda said: said.update(clock="12:00"), "manifest.json, clock: should not be there"),
        (lambda said: said.update(state="secret"), "manifest.json, state: there is no state “secret”"),
        (lambda said: said["signed"].update(confirmed_by="周宁"), "is signed twice by one person"),
        (lambda said: said["signed"].update(authenticated="no"), "authenticated: must be true or false"),
        (lambda said: said.update(supersedes="abc"), "supersedes: must be a SHA-256"),
        (lambda said: said.update(reason=""), "reason: must be a text that is not empty"),
        (lambda said: said.update(county="\x1b[2J"), "control characters"),
        (lambda said: said.update(excused=[]), "could not have been published: is not rated"),
        (lambda said: said["excused"].append({"unit": "V01", "reason": "x"}), "excused: a unit stands there twice"),
        (lambda said: said["excused"][0].update(unit="V01"), "could not have been published: is rated and needs no"),
        (lambda said: said["excused"][0].update(unit="V99"), "could not have been published: there is no such unit"),
        (lambda said: said.update(inputs="0" * 64), "inputs: does not fit the hashes of the files of inputs"),
        (lambda said: said["members"].update({"rows.jsonl": "0" * 64}), "manifest.json, members rows.jsonl: is a hash that was changed"),
        (lambda said: said["members"].update({"marks.jsonl": "0" * 64}), "manifest.json, members marks.jsonl: is a hash"),
        (lambda said: said["members"].update({"x": "0" * 64}), "members: has x too many or too few"),
        (lambda said: said["criteria"].reverse(), "criteria: a set stands there twice or not in order"),
        (lambda said: said["criteria"][0].update(digest="0" * 64), "gives two digests for one criteria set"),
        (lambda said: said["criteria"].pop(), "village@2026.1.json: is not in the manifest"),
    ],
)  # fmt: skip
def test_a_manifest_that_was_never_signed_so_is_named(content, change, told):
    """The manifest is what two people signed: each of its fields is watched."""
    found = unpack(content)
    said = orjson.loads(found[MANIFEST])
    change(said)
    assert told in "\n".join(en for _, en in _told(packed(found | {MANIFEST: canonical(said)})))


def test_evaluators_too_far_apart_could_not_have_been_published(content):
    """A forger who takes a moderation out leaves a bundle that the service would not have made."""
    county = small_county().marked("W03", "meetings", "1", evaluator="赵敏")
    inputs = county.inputs()
    standings = standings_of(inputs)
    forged = edition_of(
        small_county().edition().statement,
        criteria=small_county().edition().criteria,
        units=small_county().edition().units,
        marks=publish_lines(inputs),
        rows=tuple(map(canonical, unit_rows(standings))),
        standings=canonical(standings_rows(standings)),
    )
    ((_, en),) = _told(pack(forged))
    assert "could not have been published: Meetings: the marks 1, 14.5 lie further apart" in en


def publish_lines(inputs) -> tuple[bytes, ...]:
    from scoring.transcript import marks_lines

    return marks_lines(inputs)


# Against the oracle


def _as_oracle(found: dict[str, bytes]) -> tuple[list[dict], list[dict], list[dict]]:
    """Return what the oracle reads, taken from the members of a bundle by nothing but a JSON reader."""
    units = [orjson.loads(line) for line in found["units.jsonl"].splitlines()]
    sets = [orjson.loads(own) for name, own in sorted(found.items()) if name.startswith("criteria/")]
    sets.sort(key=lambda document: "domains" not in document)
    rows = [
        unit
        | {
            "township": unit["township"] or "",
            "department": unit["department"] or "",
            "gates": ";".join(unit["gates"]),
        }
        for unit in units
    ]
    marks = [
        {"unit": own["unit"], "criterion": criterion, "stage": stage, "evaluator": evaluator, "mark": mark}
        for own in map(orjson.loads, found["marks.jsonl"].splitlines())
        for stage, evaluators in own["marks"].items()
        for evaluator, marks in evaluators.items()
        for criterion, mark in marks.items()
    ]
    return sets, rows, marks


def _by_oracle(row: dict, answer: dict) -> bool:
    steps = [{"kind": step["kind"], "stars": step["stars"]} for step in row["steps"]]
    own = {key: row[key] for key in answer} | {"steps": steps}
    return own == answer


def test_what_is_verified_is_what_an_oracle_finds():
    """A verifier that shares its mistakes with the server proves nothing: plain fractions find the same."""
    units = 0
    for seed in range(30):
        found = unpack(pack(edition_of_cohort(cohort(seed))))
        verify(packed(found))
        answer = oracle(*_as_oracle(found))
        rows = [orjson.loads(line) for line in found[ROWS].splitlines()]
        assert all(_by_oracle(row, own) for row, own in zip(rows, answer["units"], strict=True)), seed
        standings = orjson.loads(found[STANDINGS])
        assert {key: standings[key] for key in answer["standings"]} == answer["standings"]
        assert standings["target"] == answer["target"]
        units += len(rows)
    assert units > 600


def _bent(found: dict[str, bytes], bend: str) -> bytes | None:
    """Return the bundle of a server that gets one rule wrong, all hashed, or None where that shows nowhere."""
    answer = oracle(*_as_oracle(found), bent=bend)
    lines = []
    for line, own in zip(found[ROWS].splitlines(), answer["units"], strict=True):
        row = orjson.loads(line)
        if _by_oracle(row, own):
            lines.append(line)
            continue
        steps = [dict(step) for step in own["steps"]]
        for step, known in zip(steps, row["steps"], strict=False):
            step |= {key: value for key, value in known.items() if key not in ("kind", "stars")}
        lines.append(canonical(row | own | {"steps": steps}))
    standings = orjson.loads(found[STANDINGS]) | answer["standings"] | {"target": answer["target"]}
    forged = found | {ROWS: b"".join(line + b"\n" for line in lines), STANDINGS: canonical(standings)}
    return None if forged == found else packed(rehashed(forged))


def test_an_unfaithful_server_is_found_out():
    """A bundle of a server with any one rule bent, consistent in every hash, is refused with the unit or group."""
    bundles = [unpack(pack(edition_of_cohort(cohort(seed)))) for seed in range(10)]
    caught = []
    for bend in BENDS:
        forged = next(filter(None, (_bent(found, bend) for found in bundles)), None)
        if forged is not None:
            refused = _refused(forged)
            assert refused is not None, bend
            assert refused.faults[0].place.file in (ROWS, STANDINGS)
            assert refused.faults[0].place.field
            caught.append(bend)
    assert len(caught) > 100


# Hostile files


def test_no_bytes_whatsoever_raise_anything_else(content):
    """A verifier that breaks on a file says nothing about it; whatever comes in, a refusal with a sentence goes out."""
    rng = random.Random(7)
    files = [rng.randbytes(rng.randrange(2_000)) for _ in range(150)]
    files += [b"PK\x03\x04" + rng.randbytes(rng.randrange(200)) for _ in range(100)]
    for _ in range(300):
        own = bytearray(content)
        for _ in range(rng.randrange(1, 30)):
            at = rng.randrange(len(own))
            match rng.randrange(4):
                case 0:
                    own[at] = rng.randrange(256)
                case 1:
                    del own[at : at + rng.randrange(1, 200)]
                case 2:
                    own[at:at] = rng.randbytes(rng.randrange(1, 50))
                case 3:
                    start = rng.randrange(len(own))
                    own[at:at] = own[start : start + rng.randrange(1, 300)]
        files.append(bytes(own))
    assert len(files) >= 500
    for file in files:
        assert _refused(file) is not None
        assert _refused(file, "0" * 64) is not None


ODD = (
    None, True, 0, -1, 2**63, 2**64, 10**30, 1.5, 1e300, "", " ", "0", "-1", "1e9", "999999999999999999",
    "0.000000000000000001", "1/999999999999999999", "100%", "n/a", "\x00", "\u202e", "😀", "é", "e\u0301", "ﬁ",
    "x" * 5_000, [], {}, [[]], [None], {"": ""}, {"zh": "x"}, ["V01", "V02"], {"a": {"b": {"c": {}}}},
)  # fmt: skip


def _put_somewhere(rng: random.Random, node, value) -> None:
    """Put *value* in the place of something below *node*, or beside it."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and rng.random() < 0.85:
            node = node[key]
            continue
        if isinstance(node, dict) and rng.random() < 0.2:
            node[rng.choice(["", "x", "weight", "ceiling", "parts", "unit", "full_marks", "exceptional"])] = (
                value
            )
        elif isinstance(node, dict) and rng.random() < 0.2:
            del node[key]
        elif isinstance(node, list) and rng.random() < 0.2:
            node.append(value)
        else:
            node[key] = value
        return


def _written(document) -> bytes:
    try:
        return canonical(document)
    except (ValueError, TypeError):
        return orjson.dumps(str(document))


def test_no_document_whatsoever_raises_anything_else(content):
    """JSON that fits every hash and means nonsense: huge numbers, wrong types, fields too many or too few."""
    rng = random.Random(11)
    found = unpack(content)
    accepted = Counter()
    for _ in range(1_000):
        name = rng.choice(
            [*found, "criteria/village@2026.1.json", "criteria/office@2026.1.json", "marks.jsonl"]
        )
        lines = found[name].splitlines()
        at = rng.randrange(len(lines))
        document = orjson.loads(lines[at])
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            _put_somewhere(rng, document, rng.choice(ODD))
        lines[at] = _written(document)
        ending = b"\n" if name.endswith("l") else b""
        changed = found | {name: b"\n".join(lines) + ending}
        forged = packed(changed if name == MANIFEST else rehashed(changed))
        refused = _refused(forged)
        if refused is None:
            accepted[name] += 1
            assert _consistent(forged) or forged == content
        else:
            assert all(fault.sentence.zh and fault.sentence.en.isprintable() for fault in refused.faults)
    assert accepted.total() < 200


def _with_marks(content: bytes, marks: Callable[[str], dict]) -> bytes:
    found = unpack(content)
    codes = [orjson.loads(line)["unit"] for line in found["units.jsonl"].splitlines()]
    lines = [canonical({"unit": code, "marks": marks(code)}) + b"\n" for code in codes]
    return packed(rehashed(found | {"marks.jsonl": b"".join(lines)}))


def test_a_crowd_of_evaluators_is_refused_before_arrays_are_made(content):
    """Sixty thousand evaluators of one mark would need a table of gigabytes."""
    crowd = {f"e{number}": {"meetings": "1"} for number in range(150_000)}
    forged = _with_marks(content, lambda code: {"county": crowd} if code == "V01" else {})
    assert _told(forged)[0][1].startswith("marks.jsonl: holds more than any county has")


def test_numbers_of_a_thousand_digits_are_refused_before_they_are_multiplied(content):
    """Weights whose common denominator has thousands of digits would keep a computer busy for days."""
    found = unpack(content)
    rng = random.Random(3)
    document = orjson.loads(found["criteria/office@2026.1.json"])
    document["criteria"] += [
        {
            "id": f"c{number}",
            "kind": "judged",
            "full_marks": "1",
            "weight": f"1/{rng.randrange(10**17, 10**18) | 1}",
        }
        for number in range(2_000)
    ]
    forged = packed(rehashed(found | {"criteria/office@2026.1.json": canonical(document)}))
    assert "has numbers longer than any criteria set's" in _told(forged)[0][1]


def test_scores_beyond_all_measure_are_refused(content):
    """A ceiling of a quadrillion percent is no county's; it must not end in an overflow."""
    found = unpack(content)
    for name in ("criteria/office@2026.1.json", "criteria/village@2026.1.json"):
        document = orjson.loads(found[name])
        document["score"] = {"ceiling": "999999999999999999", "decimals": "6"}
        document.setdefault("adjustments", []).append(
            {"id": "boost", "kind": "bonus", "each": "1000000", "title": {"zh": "大"}}
        )
        found[name] = canonical(document)
    lines = [orjson.loads(line) for line in found["marks.jsonl"].splitlines()]
    for line in lines:
        line["marks"].setdefault("county", {}).setdefault("甲", {})["boost"] = "1000000"
    found["marks.jsonl"] = b"".join(canonical(line) + b"\n" for line in lines)
    assert _told(packed(rehashed(found)))


def test_documents_nested_without_end_are_refused(content):
    """A thousand brackets take no space and would take a thousand calls."""
    found = unpack(content)
    for name in (MANIFEST, ROWS, STANDINGS, "marks.jsonl", "units.jsonl", "criteria/village@2026.1.json"):
        for depth in (100, 253, 300, 2_000, 100_000):
            nested = b"[" * depth + b"]" * depth
            own = nested + b"\n" if name.endswith("l") else nested
            changed = found | {name: own}
            assert _refused(packed(changed if name == MANIFEST else rehashed(changed)))


def test_a_compressed_bomb_is_refused_unopened():
    """A few kilobytes that unpack to gigabytes are never unpacked."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", bytes(50_000_000))
    assert len(target.getvalue()) < 100_000
    ((_, en),) = _told(target.getvalue())
    assert en.startswith("manifest.json: is compressed")
