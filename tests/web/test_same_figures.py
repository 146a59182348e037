"""Every number that stands in two places is the same in both: pages, charts, API, CSV, workbooks, and the bundle.

Every figure of the whole county is collected with where it stood, and compared.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections import defaultdict
from fractions import Fraction
from io import BytesIO, StringIO

import openpyxl
import pytest

from scoring.edition import State
from scoring.store.engine import Store
from scoring.workflow.demo_county import build_county
from scoring.workflow.look_at_editions import list_editions
from tests.web.reading import Page
from web.app import create_app

SCALE = Fraction("0.05")
KINDS = {"townships": "township", "departments": "department", "domains": "domain"}
CHINESE = {"Accept-Language": "zh"}


class Facts:
    """What was said of whom, where."""

    def __init__(self) -> None:
        self.said: dict[tuple, dict[str, object]] = defaultdict(dict)

    def note(self, key: tuple, where: str, value: object) -> None:
        self.said[key][where] = value

    def contradictions(self) -> list[tuple]:
        return [(key, told) for key, told in self.said.items() if len(set(told.values())) > 1]

    def places(self, what: str) -> set[str]:
        return {where for key, told in self.said.items() if key[-1] == what for where in told}


def stars_of(words: str):
    return None if "未评" in words else int(re.match(r"\d+", words).group())


def number_of(words: str):
    return None if words in {"–", ""} else int(words)


def score_of(words: str):
    return None if words in {"–", "", None} else words


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    url = f"sqlite:///{folder / 'stars.sqlite3'}"
    build_county(url, "stars", folder, scale=SCALE)
    store = Store.open(url, "stars")
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(county):
    return create_app(county).test_client()


@pytest.fixture(scope="module")
def edition(county):
    return next(own for own in list_editions(county) if own.state is State.FINAL).id


@pytest.fixture(scope="module")
def facts(client, edition):
    found = Facts()
    base = f"/editions/{edition[:12]}"
    units = _api(client, edition, found)
    _rankings(client, base, found)
    _exports(client, base, found)
    _unit_pages(client, base, found, units)
    _group_pages(client, base, found)
    _overview(client, base, found)
    _results(client, edition, found)
    _bundle(client, edition, found)
    return found


def read(client, address) -> bytes:
    answer = client.get(address, headers=CHINESE)
    assert answer.status_code == 200, address
    return answer.data


def page(client, address) -> Page:
    return Page(read(client, address).decode())


def _api(client, edition, found):
    units = json.loads(read(client, f"/api/v1/editions/{edition}/ranking"))["units"]
    for own in units:
        _unit_row(found, "api ranking", own)
        whole = json.loads(read(client, f"/api/v1/editions/{edition}/units/{own['unit']}"))
        _unit_row(found, "api unit", whole)
        for part in whole["parts"]:
            found.note((own["unit"], part["part"], "part"), "api unit", part["value"])
        for line in whole["lines"]:
            found.note((own["unit"], line["criterion"], "agreed"), "api unit", line["agreed"])
    for kind in KINDS:
        for own in json.loads(read(client, f"/api/v1/editions/{edition}/groups/{kind}"))["groups"]:
            _group_row(found, "api groups", kind, own["group"], own)
    whole = json.loads(read(client, f"/api/v1/editions/{edition}/county"))
    _group_row(found, "api county", "county", "", whole["figures"])
    return [own["unit"] for own in units]


def _unit_row(found, where, own):
    code = own["unit"]
    found.note((code, "score"), where, own["score"])
    found.note((code, "stars"), where, own["stars"])
    found.note((code, "rank"), where, own["rank"])
    for kind in KINDS.values():
        found.note((code, f"rank in {kind}"), where, own["ranks"][kind])


def _group_row(found, where, kind, name, own):
    for what in ("units", "rated", "mean", "rank", "at_target"):
        if what in own:
            found.note((kind, name, what), where, own[what])
    for stars, units in own["stars"].items():
        found.note((kind, name, f"{stars} stars"), where, units)


def _rankings(client, base, found):
    number = 0
    while True:
        number += 1
        rows = page(client, f"{base}/ranking/units?page={number}").tables["ranking"]
        for row in rows:
            code, words = row.attributes["unit"], row.words
            found.note((code, "rank"), "page ranking", number_of(words[0]))
            found.note((code, "score"), "page ranking", score_of(words[4]))
            found.note((code, "stars"), "page ranking", stars_of(words[5]))
            for place, kind in ((6, "domain"), (7, "township"), (8, "department")):
                found.note((code, f"rank in {kind}"), "page ranking", number_of(words[place]))
        if len(rows) < 100:
            break
    for kind in KINDS:
        own = page(client, f"{base}/ranking/{kind}")
        heads = own.heads["ranking"]
        for row in own.tables["ranking"]:
            name = row.attributes["group"]
            told = dict(zip(heads, row.words, strict=True))
            found.note((kind, name, "rank"), "page ranking", number_of(row.words[0]))
            found.note((kind, name, "units"), "page ranking", int(told["支部"]))
            found.note((kind, name, "rated"), "page ranking", int(told["已评"]))
            found.note((kind, name, "mean"), "page ranking", score_of(told["平均分"]))
            found.note((kind, name, "at_target"), "page ranking", int(told["达标"]))
            found.note((kind, name, "none stars"), "page ranking", int(told["未评"]))
            for stars in range(6):
                found.note((kind, name, f"{stars} stars"), "page ranking", int(told[f"{stars} 星"]))
            found.note((kind, name, "share"), "page ranking", told["达标率"])
        names = {row.words[1]: row.attributes["group"] for row in own.tables["ranking"]}
        for title in own.titles["chart-means"]:
            label, _, mean = title.rpartition(" ")
            if label in names:
                found.note((kind, names[label], "mean"), "chart means", None if mean == "无" else mean)


def _exports(client, base, found):
    rows = list(csv.DictReader(StringIO(read(client, f"{base}/ranking/units.csv").decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(BytesIO(read(client, f"{base}/ranking/units.xlsx"))).active
    heads = [cell.value for cell in sheet[1]]
    books = [
        dict(zip(heads, [cell.value for cell in row], strict=True)) for row in sheet.iter_rows(min_row=2)
    ]
    for where, table in (("csv", rows), ("xlsx", books)):
        for row in table:
            code = row["单位代码"]
            score = row["得分"]
            found.note((code, "score"), where, score_of(score if isinstance(score, str) else _two(score)))
            for head, what in (
                ("星级", "stars"),
                ("名次", "rank"),
                ("领域内名次", "rank in domain"),
                ("乡镇内名次", "rank in township"),
                ("部门内名次", "rank in department"),
            ):
                found.note((code, what), where, None if row[head] in {"", None} else int(row[head]))
    for kind in KINDS:
        rows = list(csv.reader(StringIO(read(client, f"{base}/ranking/{kind}.csv").decode("utf-8-sig"))))
        sheet = openpyxl.load_workbook(BytesIO(read(client, f"{base}/ranking/{kind}.xlsx"))).active
        books = [[cell.value for cell in row] for row in sheet.iter_rows()]
        for where, (heads, *table) in (("csv", rows), ("xlsx", books)):
            for cells in table:
                _group_cells(found, where, kind, dict(zip(heads, cells, strict=True)))


def _two(number):
    return None if number is None else f"{number:.2f}"


def _group_cells(found, where, kind, told):
    name = _group_id(
        kind, told[{"townships": "乡镇街道", "departments": "主管部门", "domains": "领域"}[kind]]
    )
    for head, what in (("支部数", "units"), ("已评", "rated"), ("达标数", "at_target"), ("名次", "rank")):
        value = told[head]
        found.note((kind, name, what), where, None if value in {"", None} else int(value))
    mean = told["平均分"]
    found.note((kind, name, "mean"), where, score_of(mean if isinstance(mean, str) else _two(mean)))
    for stars in range(6):
        found.note((kind, name, f"{stars} stars"), where, int(told[f"{stars} 星"]))
    found.note((kind, name, "none stars"), where, int(told["未评"]))


def _group_id(kind, name):
    from scoring.units import domain_id

    return domain_id(name) if kind == "domains" else name


def _unit_pages(client, base, found, units):
    for code in units:
        own = page(client, f"{base}/units/{code}?marks=all")
        found.note((code, "score"), "page unit", score_of(own.texts["score"].removesuffix("满分 100")))
        parts = next((rows for rows in own.tables.values() if rows and "part" in rows[0].attributes), [])
        for row in parts:
            found.note((code, row.attributes["part"], "part"), "table radar", score_of(row.words[1]))
            found.note(("county", row.attributes["part"], "part mean"), "page unit", score_of(row.words[2]))
        for (_, part), words in own.marked.items():
            found.note((code, part, "part"), "page sheet", score_of(words))
        titles = {row.words[0]: row.attributes["part"] for row in parts}
        for title in own.titles.get("chart-radar", []):
            label, _, numbers = title.partition("：")
            if label in titles:
                mine, _, mean = numbers.partition("，全县平均 ")
                found.note((code, titles[label], "part"), "chart radar", None if mine == "无" else mine)
                found.note(("county", titles[label], "part mean"), "chart radar", mean)
        for name, words in own.texts.items():
            if name.startswith("criterion-"):
                agreed = re.match(
                    r".*?([\d.]+(?:/\d+)?|≈ [\d.]+ \([\d/]+\)|不适用|缺评分|有争议)\s*/ [\d.]+", words
                )
                assert agreed is not None, words
                shown = agreed.group(1)
                exact = re.search(r"\(([\d/]+)\)", shown)
                value = exact.group(1) if exact else shown
                value = None if value in {"不适用", "缺评分", "有争议"} else value
                found.note((code, name.removeprefix("criterion-"), "agreed"), "page sheet", value)


def _group_pages(client, base, found):
    for kind, singular in KINDS.items():
        for row in page(client, f"{base}/ranking/{kind}").tables["ranking"]:
            name = row.attributes["group"]
            own = page(client, f"{base}/{kind}/{name}")
            for cells in own.tables["table-units"]:
                code, words = cells.attributes["unit"], cells.words
                found.note((code, f"rank in {singular}"), "page group", number_of(words[0]))
                found.note((code, "score"), "page group", score_of(words[2]))
                found.note((code, "stars"), "page group", stars_of(words[3]))
                found.note((code, "rank"), "page group", number_of(words[4]))
            found.note((kind, name, "units"), "page group", len(own.tables["table-units"]))
            for cells in own.tables["table-stars"]:
                found.note(
                    (kind, name, f"{cells.attributes['stars']} stars"), "page group", int(cells.words[1])
                )
            shown = row.words[1]
            for title in own.titles["chart-stars"]:
                _segment(found, "chart group", kind, {shown: name}, title)
            for cells in own.tables["table-parts"]:
                found.note(
                    (kind, name, cells.attributes["part"], "part mean"),
                    "table group",
                    score_of(cells.words[1]),
                )
                found.note(
                    ("county", cells.attributes["part"], "part mean"), "page group", score_of(cells.words[2])
                )
            titles = {cells.words[0]: cells.attributes["part"] for cells in own.tables["table-parts"]}
            for title in own.titles.get("chart-radar", []):
                label, _, numbers = title.partition("：")
                if label in titles:
                    mine = numbers.partition("，全县平均 ")[0]
                    value = None if mine == "无" else mine
                    found.note((kind, name, titles[label], "part mean"), "chart group", value)


def _segment(found, where, kind, names, title):
    told = re.fullmatch(r"(.+) (\d+ 星|未评定)：(\d+) 个", title)
    if told is None:
        return
    group, stars, units = told.groups()
    key = "none" if stars == "未评定" else stars.split()[0]
    if group == "全县":
        found.note(("county", "", f"{key} stars"), where, int(units))
    elif group in names:
        found.note((kind, names[group], f"{key} stars"), where, int(units))


def _overview(client, base, found):
    own = page(client, f"{base}/")
    names = {
        row.attributes["group"]: row.attributes["group"]
        for row in page(client, f"{base}/ranking/townships").tables["ranking"]
    }
    for title in own.titles["chart-townships"]:
        _segment(found, "chart overview", "townships", names, title)
    for cells in own.tables["table-stars"]:
        if "stars" in cells.attributes:
            found.note(
                ("county", "", f"{cells.attributes['stars']} stars"), "page overview", int(cells.words[2])
            )
    for cells in own.tables["table-wanting"]:
        found.note(("townships", cells.attributes["group"], "share"), "page overview", cells.words[1])


def _results(client, edition, found):
    book = openpyxl.load_workbook(BytesIO(read(client, f"/editions/{edition}/results.xlsx")), read_only=True)
    rows = iter(book["支部结果"].iter_rows(values_only=True))
    heads = next(rows)
    for row in rows:
        told = dict(zip(heads, row, strict=True))
        code = told["代码"]
        found.note((code, "score"), "results", _two(told["得分"]))
        for head, what in (("星级", "stars"), ("全县名次", "rank"), ("乡镇名次", "rank in township")):
            found.note((code, what), "results", told[head])
    lines = iter(book["得分明细"].iter_rows(values_only=True))
    heads = next(lines)
    for row in lines:
        told = dict(zip(heads, row, strict=True))
        found.note((told["代码"], told["编号"], "agreed"), "results", told["评分"])


def _bundle(client, edition, found):
    bundle = zipfile.ZipFile(BytesIO(read(client, f"/editions/{edition}/bundle")))
    for line in bundle.read("rows.jsonl").splitlines():
        row = json.loads(line)
        _unit_row(found, "bundle", row)
        for own in row["lines"]:
            found.note((row["unit"], own["criterion"], "agreed"), "bundle", own["agreed"])
    standings = json.loads(bundle.read("standings.json"))
    for kind, singular in KINDS.items():
        for own in standings[singular]:
            _group_row(found, "bundle", kind, own["group"], own)
    _group_row(found, "bundle", "county", "", standings["county"])


def test_no_two_places_disagree(facts):
    assert facts.contradictions() == []


@pytest.mark.parametrize(
    ("what", "places"),
    [
        (
            "score",
            {
                "api ranking",
                "api unit",
                "page ranking",
                "page unit",
                "page group",
                "csv",
                "xlsx",
                "results",
                "bundle",
            },
        ),
        (
            "stars",
            {"api ranking", "api unit", "page ranking", "page group", "csv", "xlsx", "results", "bundle"},
        ),
        (
            "rank",
            {"api ranking", "page ranking", "page group", "csv", "xlsx", "results", "bundle", "api groups"},
        ),
        (
            "rank in township",
            {"api ranking", "page ranking", "page group", "csv", "xlsx", "results", "bundle"},
        ),
        ("part", {"api unit", "table radar", "page sheet", "chart radar"}),
        ("part mean", {"page unit", "chart radar", "page group", "table group", "chart group"}),
        ("agreed", {"api unit", "page sheet", "results", "bundle"}),
        ("mean", {"api groups", "page ranking", "chart means", "csv", "xlsx", "bundle"}),
        (
            "3 stars",
            {
                "api groups",
                "api county",
                "page ranking",
                "page group",
                "page overview",
                "chart group",
                "chart overview",
                "csv",
                "xlsx",
                "bundle",
            },
        ),
        ("share", {"page ranking", "page overview"}),
    ],
)
def test_each_figure_was_found_where_it_stands(facts, what, places):
    """Or else the comparison above would compare nothing."""
    assert places <= facts.places(what)


def test_the_whole_county_was_compared(facts):
    scores = [told for key, told in facts.said.items() if key[-1] == "score"]
    assert len(scores) >= 60
    assert all(len(told) >= 9 for told in scores)
    assert sum(len(told) for told in facts.said.values()) > 15_000


def test_one_figure_changed_in_one_place_is_found():
    facts = Facts()
    for where, value in (("page", "80.00"), ("csv", "80.00"), ("api", "80.01")):
        facts.note(("A1", "score"), where, value)
    assert len(facts.contradictions()) == 1
