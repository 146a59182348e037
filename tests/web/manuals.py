"""What a document for people shows: its blocks, tables and command lines, and whether its sums are right."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import click
from click.testing import CliRunner, Result

from web.cli import main

FENCED = re.compile(r"^```(\S.*)\n((?:.*\n)*?)```$", re.MULTILINE)


def blocks(text: str) -> dict[str, list[str]]:
    """The fenced blocks of a document by what stands behind the fence."""
    found: dict[str, list[str]] = {}
    for info, content in FENCED.findall(text):
        found.setdefault(info, []).append(content)
    return found


def block(text: str, label: str) -> str:
    """The one block whose fence ends in *label*."""
    (contents,) = (contents for info, contents in blocks(text).items() if info.split()[-1] == label)
    (content,) = contents
    return content


def prose(text: str) -> str:
    """The document without its blocks."""
    return FENCED.sub("", text)


def plain(printed: str) -> str:
    """What was printed, without blanks at the ends of lines and empty lines around it."""
    return "\n".join(line.rstrip() for line in printed.strip("\n").splitlines()) + "\n"


def rows(text: str, *head: str) -> list[list[str]]:
    """The rows of the one table with that head."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if cells(line) == list(head)]
    assert len(starts) == 1, head
    found = []
    for line in lines[starts[0] + 2 :]:
        if not line.startswith("|"):
            break
        found.append(cells(line))
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []


def shape(text: str) -> list[str]:
    """The headings and rows of tables in order, without their words: two twins have the same."""
    marks = (re.match(r"#+(?= )|\|", line) for line in prose(text).splitlines())
    return [mark.group() for mark in marks if mark]


def dead_links(text: str, folder: Path) -> list[str]:
    """The links of a document in *folder* that lead to no file, or to no chapter of that name."""
    found = []
    for link in re.findall(r"\]\(([^)]+)\)", prose(text)):
        path, _, chapter = link.partition("#")
        if "://" in path:
            continue
        target = folder / path
        if not target.exists() or (
            chapter and chapter not in chapters(target.read_text("utf-8") if path else text)
        ):
            found.append(link)
    return found


def chapters(text: str) -> set[str]:
    """The names under which a page's chapters can be linked to."""
    titles = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(text: str) -> list[list[str]]:
    """The command lines of all shell blocks, without what is set before them."""
    shells = [text for info, texts in blocks(text).items() if info.split()[0] == "sh" for text in texts]
    lines = [shlex.split(line, comments=True) for text in shells for line in text.splitlines()]
    settled = [[word for word in line if not re.match(r"[A-Z_]+=", word)] for line in lines]
    return [line for line in settled if line and line != ["export"]]


def below(group: click.Group) -> dict[str, click.Command]:
    """The commands of a group by their names."""
    context = click.Context(group)
    found = {word: group.get_command(context, word) for word in group.list_commands(context)}
    assert None not in found.values()
    return found


def leaves(command: click.Command = main, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """The commands that do something, by their whole name: `score`, `period open`."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for word, own in below(command).items():
        yield from leaves(own, f"{name} {word}".strip())


def parse(arguments: list[str]) -> str:
    """Parse what stands behind `stars`, as far as to the command that is asked for, and return its whole name."""
    command, words, rest = main, [], arguments
    while isinstance(command, click.Group):
        word, *rest = rest
        command = below(command)[word]
        words.append(word)
    command.make_context(" ".join(words), list(rest))
    return " ".join(words)


def stars(*arguments: str) -> Result:
    """What the command prints, and its exit code."""
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def wrong_sums(how: str, result: str) -> list[str]:
    """The sums in *how* of which both sides differ, or the last of which is not *result*; None reckoned gives none."""
    found = [(run, sides) for run in re.findall(r"[-0-9.()%+−×÷=/ ]+", how) if (sides := values(run))]
    wrong = [run for run, sides in found if len(set(sides)) > 1]
    if found and found[-1][1][0] != values(result, alone=True)[0]:
        wrong.append(f"{found[-1][0]} is not {result}")
    return wrong


def values(run: str, *, alone: bool = False) -> list[Fraction]:
    """What each side of a chain of equal sums comes to; none where nothing is reckoned in it."""
    if not alone and not re.search(r"[+−×÷]", run):
        return []
    found = []
    for side in run.strip(" .").split("="):
        sum_ = re.sub(r"([0-9.]+)(%?)", lambda number: f"F('{number[1]}'){'/100' * bool(number[2])}", side)
        sum_ = sum_.replace("×", "*").replace("÷", "/").replace("−", "-")
        found.append(eval(sum_.strip(), {"F": Fraction}))
    return found
