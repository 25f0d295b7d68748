"""Where the items of a batch stand: rows of repeats, whatever their number, and the way from one to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.batch.planning import Wish, planned
from app.tui.batches.grid import Grid, Group, axes_of, grid_of, groups_of, named_in_short
from corpus.batches import read, rehearsal


def cells(*sizes: int, name: str = "cell") -> list[Group]:
    """Groups of so many items each."""
    first = [sum(sizes[:at]) for at in range(len(sizes))]
    return [Group(f"{name} {at}", tuple(range(start, start + sizes[at]))) for at, start in enumerate(first)]


def shape(grid: Grid) -> list[list[tuple[str, int]]]:
    """Each row: what stands before its items, and how many they are."""
    return [[(strip.label, len(strip.items)) for strip in row] for row in grid.rows]


def test_a_cell_is_a_row_and_a_repeat_a_column(tmp_path: Path) -> None:
    groups = groups_of(rehearsal(read(tmp_path), repeat=3))
    assert groups == (Group("DE", (0, 2, 4)), Group("FR", (1, 3, 5)))
    grid = grid_of(groups, 40, 10)
    assert shape(grid) == [[("DE", 3)], [("FR", 3)]]
    assert grid.rows[0][0].cells == (3, 5, 7)


def test_what_the_values_are_values_of_is_told_once(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), matrix={"tone": ["plain", "warm"]})
    assert axes_of(plan) == "market · tone"
    assert groups_of(plan)[0].name == "DE · plain"


def test_several_scenarios_are_named(tmp_path: Path) -> None:
    other = read(
        tmp_path,
        "schema: footlights/v1\nname: other\nagents: {a: {persona: P}}\nsteps: {s: {agent: a, prompt: Hi}}",
        "other",
    )
    plan = planned([read(tmp_path), other], Wish(mode="rehearsal", repeat=1))
    assert [group.name for group in groups_of(plan)] == ["greet DE", "greet FR", "other"]


def test_where_names_have_no_room_a_beginning_of_each_part_tells_cells_apart() -> None:
    groups = [
        Group("clerks return · careful", tuple(range(8)), ("clerks", "return", "careful")),
        Group("clerks return · quick", tuple(range(8, 16)), ("clerks", "return", "quick")),
        Group("hello", tuple(range(16, 24))),
    ]
    labels = {width: [row[0].label for row in grid_of(groups, width, 10).rows] for width in (60, 29, 24, 16)}
    assert labels[60] == [group.name for group in groups]
    assert labels[29] == ["clerks·return·carefu", "clerks·return·quick", "hello"]
    assert labels[24] == ["cler·retu·care", "cler·retu·quic", "hello"]
    assert labels[16] == ["c·r·c", "c·r·q", "hello"]
    assert named_in_short(("clerks", "return"), 15) == "clerks · return"
    assert named_in_short(("clerks", "return"), 14) == "clerks·return"
    assert named_in_short(("日本語の手紙", "return"), 11) == "日本·retur"


def test_repeats_that_are_wider_than_the_window_are_wrapped_by_tens() -> None:
    grid = grid_of(cells(1000), 80, 20)
    assert {len(strip.items) for row in grid.rows for strip in row} == {60, 40}
    assert grid.rows[1][0].label == "#61"
    assert not grid.rows[1][0].is_name
    assert max(cell for row in grid.rows for strip in row for cell in strip.cells) < 80


def test_a_little_air_comes_after_each_ten() -> None:
    strip = grid_of(cells(12), 80, 20).rows[0][0]
    assert strip.cells[9] - strip.cells[8] == 2
    assert strip.cells[10] - strip.cells[9] == 3


def test_many_short_rows_stand_beside_one_another() -> None:
    grid = grid_of(cells(*[3] * 90), 120, 30)
    assert len(grid.rows) == 30
    assert [strip.label for strip in grid.rows[0]] == ["cell 0", "cell 30", "cell 60"]
    assert len(grid_of(cells(*[3] * 90), 120, 90).rows) == 90  # but not where all are seen in one column


@pytest.mark.parametrize("width", [9, 20, 40, 74, 118, 198])
@pytest.mark.parametrize("sizes", [(1,), (3,) * 90, (1000,), (833,) * 6, (1, 40, 7)], ids=str)
def test_every_item_has_one_place_inside_the_window(sizes: tuple[int, ...], width: int) -> None:
    grid = grid_of(cells(*sizes), width, 20)
    assert sorted(grid.order) == list(range(sum(sizes)))
    assert len(set(grid.places.values())) == sum(sizes)
    assert all(0 <= x < width and 0 <= y < len(grid.rows) for y, x in grid.places.values())


def test_a_window_without_room_has_no_items() -> None:
    assert grid_of(cells(3), 4, 10).order == ()
    assert grid_of([], 80, 10).order == ()
    assert grid_of([Group("left out", ())], 80, 10).order == ()


def test_the_cursor_goes_on_and_stops_at_the_ends() -> None:
    grid = grid_of(cells(3, 3), 80, 10)
    assert [grid.beside(0, by) for by in (1, 3, 100, -1)] == [1, 3, 5, 0]
    assert [grid.below(1, by) for by in (1, 100, -1)] == [4, 4, 1]


def test_down_from_a_long_row_is_the_nearest_of_a_short_one() -> None:
    grid = grid_of(cells(9, 2), 80, 10)
    assert grid.below(8, 1) == 10
    assert grid.below(10, -1) == 1


def test_after_the_last_of_those_that_are_looked_for_comes_the_first() -> None:
    grid = grid_of(cells(10), 80, 10)
    wanted = {2, 7}
    assert [grid.next_of(at, wanted, 1) for at in (0, 2, 7)] == [2, 7, 2]
    assert [grid.next_of(at, wanted, -1) for at in (9, 7, 2)] == [7, 2, 7]
    assert grid.next_of(0, {99}, 1) is None


def test_a_click_finds_what_is_drawn_there_or_right_beside() -> None:
    grid = grid_of(cells(3), 80, 10)
    x = grid.rows[0][0].cells[1]
    assert grid.item_at(x, 0) == 1
    assert grid.item_at(0, 0) is None
    assert grid.item_at(x, 5) is None
