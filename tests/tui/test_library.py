"""The list of plays: what is read of each, how it is found, and what is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.tui.canvas import guarded
from app.tui.library import Catalogue, Heading, Play, read_library, shelved
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.library import library, placed
from app.tui.paint.rows import Row, width_of
from corpus.commands import ROOT
from corpus.probes import ALL, drives_a_terminal


def play(name: str, title: str = "A play", **more: object) -> Play:
    return Play(name, Path(f"{name}.yaml"), f"{name}.yaml", title, **more)  # type: ignore[arg-type]


def text_of(rows: list[Row]) -> list[str]:
    return ["".join(span.text for span in row).rstrip() for row in rows]


def scenario(folder: Path, name: str, text: str) -> None:
    path = folder / "scenarios" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_library_holds_our_own_plays_with_who_appears_and_what_they_need() -> None:
    plays = {one.name: one for one in read_library(ROOT).plays}
    sprint = plays["engineering/feature-sprint"]
    assert sprint.title == "Ship a feature in one sprint"
    assert "devops" in sprint.agents
    assert sprint.marks == ("people", "network", "key")
    assert plays["engineering/hello"].marks == ()


def test_plays_are_found_by_what_happens_in_them_and_counted_by_what_they_can_be_narrowed_to() -> None:
    catalogue = Catalogue((
        play("sea/ferry", tags=("tide", "night"), kinds=("debate",)),
        play("sea/buoy", tags=("tide", "sea")),
        play("land/bus", kinds=("loop",), synopsis="It is late."),
    ))  # fmt: skip
    assert [one.name for one in catalogue.found("debate")] == ["sea/ferry"]
    assert [one.name for one in catalogue.found("LATE loop")] == ["land/bus"]
    assert list(catalogue.counts()) == [("sea/", "company", 2), ("land/", "company", 1), ("tide", "tag", 2)]


def test_a_file_that_cannot_be_read_is_listed_with_what_is_wrong(tmp_path: Path) -> None:
    scenario(tmp_path, "mine/torn", "a: [1\nb: {")
    torn = next(one for one in read_library(tmp_path).plays if one.name == "mine/torn")
    assert torn.mistake
    assert torn.title == "torn"
    assert torn.origin == "project"


def test_a_file_with_odd_shapes_where_maps_should_be_is_listed_all_the_same(tmp_path: Path) -> None:
    scenario(tmp_path, "odd", "agents: [1, 2]\nsteps: 7\nmodels: {a: [b]}\ntags: nothing\n")
    odd = next(one for one in read_library(tmp_path).plays if one.name == "odd")
    assert (odd.agents, odd.marks, odd.tags, odd.company) == ((), (), (), "")


def test_what_a_file_says_cannot_drive_the_terminal(tmp_path: Path) -> None:
    import json

    told = json.dumps(f"bad{ALL}title")
    scenario(tmp_path, "evil", f"title: {told}\nsynopsis: {told}\ntags: [{told}]\nsteps: {{}}\n")
    evil = next(one for one in read_library(tmp_path).plays if one.name == "evil")
    shown = "\n".join(text_of(library(placed(shelved([evil]), tall=True), evil, set(), 0, 60, 6, UNICODE)))
    assert not drives_a_terminal(shown)
    assert guarded(shown.replace("\n", "")) == shown.replace("\n", "")


@pytest.mark.parametrize(
    ("words", "found"),
    [("", ["a/one", "a/two"]), ("TWO", ["a/two"]), ("crit", ["a/one"]), ("demo first", ["a/one"]), ("nowhere", [])],
)
def test_plays_are_found_by_name_title_tag_and_agent(words: str, found: list[str]) -> None:
    one = play("a/one", "The first", tags=("demo",), agents=("critic",))
    two = play("a/two", "The second")
    assert [each.name for each in Catalogue((one, two)).found(words)] == found


def test_companies_stand_above_their_plays_and_the_projects_own_apart_from_ours() -> None:
    lines = shelved([play("a/one"), play("a/two", origin="project"), play("b/three")])
    headings = [(line.company, line.origin, line.count) for line in lines if isinstance(line, Heading)]
    assert headings == [("a", "built in", 1), ("a", "project", 1), ("b", "built in", 1)]


def test_the_chosen_play_is_marked_and_a_broken_one_too() -> None:
    plays = [play("a/one", "First"), play("a/two", "Second", marks=("people", "key"))]
    rows = text_of(library(placed(shelved(plays), tall=False), plays[1], {"a/one"}, 0, 30, 4, UNICODE))
    assert rows[0] == " A"
    assert rows[1].endswith("✗")
    assert rows[2].startswith("┃ Second")
    assert rows[2].endswith(f"{UNICODE.person}$")


@pytest.mark.parametrize("width", [1, 8, 30, 44])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_no_row_is_wider_than_its_list(width: int, glyphs: object) -> None:
    plays = [play("company/a-long-name", "タイトル" * 12, tags=("tag",) * 9, marks=("people", "network", "key"))]
    rows = library(placed(shelved(plays), tall=True), plays[0], set(), 0, width, 4, glyphs)  # type: ignore[arg-type]
    assert all(width_of(row) <= width for row in rows if row)
