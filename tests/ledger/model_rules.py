"""Rules of points as tables of plain values, from which the files of rules are written that a county takes into use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

BASELINE = {"points": 6000, "elderly": 7200}
KINDS = ("serving", "resident", "mobile", "elderly")
BOTH = ("honour", "spendable")
FIGURES = ("spendable_balance", "spendable_earned", "annual_honour")
EXPIRIES = ((1, 10), (2, 20), (4, 30), None)
"""By version: so many months after the year's end, announced so many days before; or never."""

STARS = ((5, 7400), (4, 7000), (3, 6600), (2, 6200), (1, 5800))

_ALL = {"members": KINDS, "claims": ("member", "secretary"), "verifies": ("secretary", "superior")}


def _item(kind: str, takes: tuple[int, ...], ledgers: tuple[str, ...], caps: dict, **more: tuple) -> dict:
    return {"kind": kind, "takes": takes, "ledgers": ledgers, "caps": caps} | _ALL | more


def _items(more: int) -> dict[str, dict]:
    """Return the items of a version of the rules: *more* hundredths wider in every cap than the first."""
    by_superior = {"claims": ("secretary",), "verifies": ("superior",)}
    return {
        "lecture": _item("earning", (400,), BOTH, {"event_times": 1, "quarter": 800 + more, "year": 2000}),
        "duty": _item(
            "earning",
            (200, 300, 400, 500, 600),
            BOTH,
            {
                "event": 800 + more,
                "day": 900 + more,
                "month": 1400 + more,
                "quarter": 3000 + more,
                "year": 8000,
            },
        ),
        "service": _item(
            "earning",
            (50, 100, 150, 200),
            BOTH,
            {"event_times": 1, "day": 200, "month": 700 + more},
            verifies=("community", "superior", "secretary"),
        ),
        "market": _item("earning", (350,), ("spendable",), {"day": 700 + more}),
        "meeting": _item("earning", (150,), ("honour",), {"month": 450 + more}, **by_superior),
        "thanks": _item("earning", (1, 2, 3), BOTH, {}),
        "absent": _item("losing", (100, 200, 300), ("honour",), {"month": 500 + more}, **by_superior),
        "notice": _item(
            "losing",
            (1000,),
            ("honour",),
            {"event_times": 1, "year": 3000},
            members=("serving", "resident"),
            **by_superior,
        ),
    }


@dataclass(frozen=True)
class Terms:
    """What a version of the rules says beside its items: when points end (None: never), and what cards are given by."""

    expiry: tuple[int, int] | None
    figure: str
    cards: tuple[tuple[str, int], ...]


def terms_of(version: int) -> Terms:
    """Return the terms of that version."""
    figure = FIGURES[version % 3]
    at_least = (6200, 7000) if figure == "annual_honour" else (600, 1800)
    return Terms(EXPIRIES[version % 4], figure, (("silver", at_least[0]), ("gold", at_least[1])))


def write_rules(folder: Path, version: int) -> tuple[str, dict[str, dict]]:
    """Write the rules of that version as the file they are taken into use from; return their ref and their items."""
    items, terms = _items(100 * (version % 3)), terms_of(version)
    document = {
        "kind": "points",
        "id": "proof",
        "version": f"{version}",
        "title": {"zh": "规则", "en": "Rules"},
        "baseline": {name: _shown(points) for name, points in BASELINE.items()},
        "cut_points": [{"stars": stars, "at_least": _shown(at_least)} for stars, at_least in STARS],
        "cards": {
            "figure": terms.figure,
            "levels": [
                {
                    "id": name,
                    "title": {"zh": name, "en": name},
                    "at_least": _shown(at_least),
                    "opens": [{"zh": "优待", "en": "a favour"}],
                }
                for name, at_least in terms.cards
            ],
        },
        "items": [
            {
                "id": name,
                "title": {"zh": name, "en": name},
                "kind": own["kind"],
                **_amount(own["takes"]),
                "ledgers": own["ledgers"],
                "members": own["members"],
                "caps": {
                    cap: most if cap == "event_times" else _shown(most) for cap, most in own["caps"].items()
                },
                "claims": own["claims"],
                "verifies": own["verifies"],
                "basis": "规则",
            }
            for name, own in items.items()
        ],
    }
    if terms.expiry is not None:
        document["expiry"] = dict(zip(("months", "notice_days"), terms.expiry, strict=True))
    (folder / f"rules-{version}.yaml").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return f"proof@{version}", items


def _shown(points: int) -> str:
    return f"{points // 100}.{points % 100:02}"


def _amount(takes: tuple[int, ...]) -> dict:
    if len(takes) == 1:
        return {"points": _shown(takes[0])}
    return {"range": {"from": _shown(takes[0]), "to": _shown(takes[-1]), "step": _shown(takes[1] - takes[0])}}
