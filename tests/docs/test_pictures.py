"""The pictures of the documentation show what the commands and the app show today, and load nothing from anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.export.picture.box_drawing import arms
from app.export.picture.cells import Cell, Look
from app.export.picture.drawing import Window, drawn
from corpus.commands import ROOT
from docs.film_pictures import FILMS
from docs.make_pictures import PICTURES, SHOWN
from docs.make_reference import PAGES
from docs.stage_pictures import SCENES, THEMES

LARGEST, LARGEST_FILM = 40_000, 500_000  # bytes
KEPT = sorted(PICTURES.glob("*.svg"))
SHOWN_ON_A_PAGE = re.compile(r'(?:srcset|src)="([^"]+)"|!\[[^\]]*\]\(([^)]+)\)')


def test_the_pictures_of_the_commands_and_one_of_the_stage_are_up_to_date() -> None:
    command = [sys.executable, "docs/make_pictures.py", "--check", *SHOWN, "gate"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_picture_that_can_be_made_is_kept_and_no_other() -> None:
    made = {f"{name}.svg" for name in SHOWN}
    for name, (_, _, sizes) in SCENES.items():
        ends = ["", *(f"-{width}x{height}" for width, height in sizes[1:])]
        made |= {f"{name}{end}-{shade}.svg" for end in ends for shade in THEMES}
    made |= {f"{name}{kind}-{shade}.svg" for name in FILMS for kind in ("", "-still") for shade in THEMES}
    assert {picture.name for picture in KEPT} == made


def is_film(picture: Path) -> bool:
    return picture.stem.rpartition("-")[0] in FILMS


def test_no_picture_calls_anywhere() -> None:
    for picture in KEPT:
        text = picture.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:url\(|href=\"?)(.)", text)) <= {"#"}  # in itself
        assert text.count("://") == 1  # the name of the SVG language itself


def test_no_picture_names_a_machine_or_is_large() -> None:
    for picture in KEPT:
        assert str(ROOT) not in picture.read_text(encoding="utf-8")
        assert picture.stat().st_size < (LARGEST_FILM if is_film(picture) else LARGEST), picture.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_on_a_page_is_there_by_night_and_by_day(page: Path) -> None:
    outside_examples = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for found in SHOWN_ON_A_PAGE.finditer(outside_examples):
        picture = page.parent / (found[1] or found[2])
        assert picture.is_file(), picture
        for one, other in (("-dark", "-light"), ("-light", "-dark")):
            assert picture.with_stem(picture.stem.replace(one, other)).is_file()


@pytest.mark.parametrize(
    ("character", "sides"),
    [
        ("─", {"left": "LIGHT", "right": "LIGHT"}),
        ("╭", {"right": "LIGHT", "down": "LIGHT", "is_arc": True}),
        ("╠", {"up": "DOUBLE", "right": "DOUBLE", "down": "DOUBLE"}),
        ("┨", {"up": "HEAVY", "down": "HEAVY", "left": "LIGHT"}),
        ("╾", {"left": "HEAVY", "right": "LIGHT"}),
        ("╤", {"left": "DOUBLE", "right": "DOUBLE", "down": "SINGLE"}),
    ],
)
def test_a_line_goes_where_its_name_says(character: str, sides: dict[str, object]) -> None:
    found = arms(character)
    assert found is not None
    assert {name: value for name, value in found._asdict().items() if value} == sides


def test_what_looks_alike_is_drawn_in_one_stroke() -> None:
    look = Look("#ffffff")
    box = ["╭──╮", "│██│", "╰──╯"]
    svg = drawn([[Cell(character, look) for character in row] for row in box], Window("a box", *["#000000"] * 4))
    assert svg.count("<path") == 3  # the bar of the window, the block, and all lines of the box
    assert svg.count("<text") == 1
