"""What becomes of the demo county's branches from year to year: some merged, some renamed, some founded, some gone.

A change whose branches a small county does not have is left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from scoring.units import Unit
from scoring.workflow.demo.branches import Branch, code_of, draw_luck, founding
from scoring.workflow.demo.seeds import dice, seed_rows

_MEMBERS_OF_A_NEW_ONE = 6


def branches_in(year: str, scale: Fraction) -> tuple[Branch, ...]:
    """Return the branches there are in *year*, in order of code, *scale* times as many as usual."""
    known = founding(scale)
    found = {branch.unit.name: branch for branch in known}
    numbers = Counter(branch.unit.domain for branch in known)
    for row in seed_rows("changes"):
        if row["year"] <= year:
            _change(found, numbers, row)
    return tuple(sorted(found.values(), key=lambda branch: branch.unit.code))


def _change(found: dict[str, Branch], numbers: Counter[str], row: dict[str, str]) -> None:
    """Change *found*, branches by name; a new one gets the next of the *numbers* of its domain."""
    names = row["before"].split(";") if row["before"] else []
    neighbour = next((branch for branch in found.values() if _is_neighbour(branch, row)), None)
    if any(name not in found for name in names) or not (names or neighbour):
        return
    before = [found.pop(name) for name in names]
    if row["change"] == "dissolved":
        return
    numbers[row["domain"]] += 1
    code = code_of(row["domain"], numbers[row["domain"]])
    if before:
        found[row["name"]] = _successor(row, code, before)
    elif neighbour:
        found[row["name"]] = _founded(row, code, neighbour)


def _is_neighbour(branch: Branch, row: dict[str, str]) -> bool:
    return branch.unit.domain == row["domain"] and branch.superior == (row["department"] or row["township"])


def _founded(row: dict[str, str], code: str, neighbour: Branch) -> Branch:
    """Return a new branch, looked after by those who look after its *neighbour*."""
    return Branch(
        unit=_unit(row, code),
        luck=draw_luck(dice(code)),
        members=_MEMBERS_OF_A_NEW_ONE,
        inflates=neighbour.inflates,
        weak_in=neighbour.weak_in,
        secretary=_somebody(code),
        reviewers=neighbour.reviewers,
        panel=neighbour.panel,
        unrated=(row["year"], row["unrated"]) if row["unrated"] else None,
    )


def _successor(row: dict[str, str], code: str, before: list[Branch]) -> Branch:
    """Return the branch that those *before* became, under its first one's secretary."""
    return replace(
        before[0],
        unit=_unit(row, code, (branch.unit.code for branch in before)),
        luck=sum(branch.luck for branch in before) / len(before),
        members=sum(branch.members for branch in before),
    )


def _unit(row: dict[str, str], code: str, predecessors: Iterable[str] = ()) -> Unit:
    return Unit(
        code=code,
        name=row["name"],
        domain=row["domain"],
        township=row["township"] or None,
        department=row["department"] or None,
        predecessors=tuple(predecessors),
    )


def _somebody(code: str) -> str:
    rng = dice(f"secretary of {code}")
    people = seed_rows("people")
    return "".join(
        rng.choice([row["text"] for row in people if row["part"] == part]) for part in ("surname", "given")
    )
