"""The table of mistakes: what people write, and what they are told. A check that nobody would miss shows up too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.errors import Problem
from app.scenario import check, checking
from app.scenario.checks import CHECKS, Inspection

TABLE = Path(__file__).with_name("mistakes.txt")
ABOVE = "schema: footlights/v1\nname: play\n"


@dataclass(frozen=True)
class Case:
    """One mistake: its title, the file, and what is expected to be said."""

    title: str
    text: str
    told: str


def cases() -> Iterator[Case]:
    """Read the table."""
    for block in TABLE.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, rest = block.partition("\n")
        text, _, told = rest.partition("=>")
        yield Case(title, text if text.startswith("schema:") else ABOVE + text, told.strip("\n"))


def told_about(text: str, folder: Path) -> str:
    """What is said about a scenario, as the table writes it."""
    path = folder / "project" / "play.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return "\n".join(line for problem in check(path, "play.yaml").problems for line in _lines(problem))


def _lines(problem: Problem) -> Iterator[str]:
    severity = "" if problem.severity == "error" else f"{problem.severity}: "
    yield f"{problem.line}:{problem.column} {severity}{problem.message}"
    if problem.hint:
        yield f"    {problem.hint}"


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.title.replace(" ", "-"))
def test_each_mistake_is_told_in_exactly_these_words(case: Case, tmp_path: Path) -> None:
    told = told_about(case.text, tmp_path)
    if os.environ.get("FOOTLIGHTS_REWRITE"):
        _rewrite(case, told)
        return
    assert told == case.told


def _rewrite(case: Case, told: str) -> None:
    before, title, after = TABLE.read_text(encoding="utf-8").partition(f"\n## {case.title}\n")
    text, arrow, rest = after.partition("\n=>")
    following = rest.partition("\n\n## ")
    TABLE.write_text(
        before + title + text + arrow + "\n" + told + "".join(following[1:])
        if following[1]
        else before + title + text + arrow + "\n" + told + "\n",
        encoding="utf-8",
    )


def test_the_table_is_long_enough_to_trust() -> None:
    assert len({case.title for case in cases()}) >= 40


def test_every_mistake_has_a_place() -> None:
    for case in cases():
        for line in case.told.splitlines():
            assert line.startswith("    ") or line.split(" ")[0].replace(":", "").isdigit(), line


@pytest.mark.parametrize("left_out", CHECKS, ids=lambda each: each.__name__)
def test_without_any_one_check_some_mistake_goes_unseen(
    left_out: Callable[[Inspection], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remaining = tuple(each for each in CHECKS if each is not left_out)
    monkeypatch.setattr(checking, "CHECKS", remaining)
    assert any(_differs(case, tmp_path) for case in cases())


def _differs(case: Case, folder: Path) -> bool:
    try:
        return told_about(case.text, folder) != case.told
    except (KeyError, AssertionError):  # a later check misses what this one prepares: it was needed
        return True
