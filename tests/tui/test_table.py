"""The one list of the app: what of it is seen, in which order, and how one moves in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.rows import Row, Span, width_of
from app.tui.paint.table import column_at, rows_for, table
from app.tui.table import Column, Heading, Listing, columns_in
from app.tui.widgets.table import Pane, Search, Table
from tui.bare import BareHouse, opened, text_of
from tui.telling import texts

NAMES = ("anna", "Bert", "carla", "Dora")


def plain(text: str) -> Row:
    return (Span(text),)


def listing(names: Sequence[str] = NAMES, **more: Any) -> Listing[str]:
    columns: tuple[Column[str], ...] = (
        Column("name", lambda name: plain(name), 10, grows=1, by=str.lower),
        Column(
            "long", lambda name: plain(str(len(name))), 6, right=True, leaves=1, by=lambda name: len(name), falls=True
        ),
    )
    made: Listing[str] = Listing(columns, lambda name: name, lambda name: name, **more)
    made.put(names)
    return made


def _length(name: str) -> int:
    return len(name)


def shown(made: Listing[str]) -> list[str]:
    return [line.text.upper() if isinstance(line, Heading) else line for line in made.lines]


# What is in it


def test_items_stand_as_they_came_until_somebody_sorts_them() -> None:
    made = listing(("Dora", "anna", "carla"))
    assert shown(made) == ["Dora", "anna", "carla"]
    made.sort_by_next()
    assert shown(made) == ["anna", "carla", "Dora"]
    made.sort_by_next()
    assert shown(made)[0] == "carla"  # the longest first
    made.sort_by_next()
    assert shown(made) == ["Dora", "anna", "carla"]


def test_sorting_by_the_same_column_once_more_turns_it_round() -> None:
    made = listing()
    made.sort_by(made.columns[0])
    made.sort_by(made.columns[0])
    assert shown(made) == ["Dora", "carla", "Bert", "anna"]


def test_the_cursor_stays_with_its_item_when_others_come_before_it() -> None:
    made = listing()
    made.go_to("carla")
    made.put(("new", *NAMES))
    assert made.chosen == "carla"


def test_the_cursor_stays_in_its_place_when_its_item_is_gone() -> None:
    made = listing()
    made.go_to("Dora")
    made.put(NAMES[:2])
    assert made.chosen == "Bert"


def test_a_search_shows_what_has_all_the_words_in_any_order() -> None:
    made = listing(("red apple", "green apple", "red pear"))
    made.search("  APPLE red ")
    assert shown(made) == ["red apple"]
    made.search("")
    assert len(made.lines) == 3


def test_a_search_also_shows_what_was_found_elsewhere() -> None:
    made = listing()
    made.search("zzz", also={"Bert"})
    assert shown(made) == ["Bert"]


def test_marks_stay_with_their_items_and_go_with_them() -> None:
    made = listing()
    made.mark()
    made.move(2)
    made.mark()
    assert made.acted_on == ["anna", "carla"]
    made.put(NAMES[1:])
    assert made.acted_on == ["carla"]
    made.mark()
    assert made.acted_on == [made.chosen]


def test_groups_have_headings_and_the_cursor_passes_over_them() -> None:
    made = listing(group=lambda name: Heading(str(len(name))))
    assert shown(made) == ["4", "anna", "Bert", "Dora", "5", "carla"]
    assert made.chosen == "anna"
    made.move(-1)
    assert made.chosen == "anna"
    made.move(3)
    assert made.chosen == "carla"
    made.move(-1)
    assert made.chosen == "Dora"
    made.go(99)
    assert made.chosen == "carla"


@given(st.lists(st.sampled_from(NAMES), unique=True), st.lists(st.integers(-9, 9), max_size=9), st.booleans())
def test_the_cursor_stands_on_an_item_wherever_it_is_sent(names: list[str], moves: list[int], grouped: bool) -> None:
    made = listing(names, group=(lambda name: Heading(name[0])) if grouped else None)
    for move in moves:
        made.move(move)
        assert made.chosen in names if names else made.chosen is None


# How it is drawn


def test_a_hundred_thousand_items_are_formatted_only_where_they_are_seen() -> None:
    formatted: list[int] = []

    def show(number: int) -> Row:
        formatted.append(number)
        return plain(str(number))

    made: Listing[int] = Listing((Column("number", show, 10),), str, str)
    made.put(range(100_000))
    made.go(50_000)
    rows = table(made, 40, 21, 49_990, UNICODE)
    assert len(rows) == 21
    assert formatted == list(range(49_990, 49_990 + rows_for(21)))


def test_the_column_that_matters_least_leaves_first_in_a_narrow_window() -> None:
    made = listing()
    assert [column.title for column, _ in columns_in(made.columns, 40)] == ["name", "long"]
    assert [column.title for column, _ in columns_in(made.columns, 12)] == ["name"]


@given(st.integers(1, 200))
def test_columns_never_take_more_room_than_there_is(room: int) -> None:
    found = columns_in(listing().columns, room)
    assert sum(width for _, width in found) + 2 * (len(found) - 1) <= max(room, 1)


@given(st.integers(0, 60), st.integers(0, 12), st.integers(0, 3), st.booleans())
def test_every_row_fits_its_window(width: int, height: int, cursor: int, ascii: bool) -> None:
    made = listing(("日本語テキスト", "e\u0301" * 30, "plain", "x" * 200))
    made.go(cursor)
    rows = table(made, width, height, 0, ASCII if ascii else UNICODE)
    assert len(rows) <= height
    assert all(width_of(row) <= width for row in rows)


def test_a_long_list_tells_where_one_is_by_a_bar() -> None:
    made = listing([f"name {number}" for number in range(100)])
    rows = texts(table(made, 30, 11, 45, UNICODE))
    thumb = [row.endswith(UNICODE.upright_lit) for row in rows[1:]]
    assert thumb.count(True) == 1
    assert 3 <= thumb.index(True) <= 6


def test_the_sorted_column_says_which_way() -> None:
    made = listing()
    made.sort_by(made.columns[1])
    assert f"long {UNICODE.falling}" in texts(table(made, 40, 5, 0, UNICODE))[0]


def test_what_was_looked_for_stands_out_in_every_row() -> None:
    made = listing(("a Test of tests", "a rehearsal"))
    made.search("test")
    rows = table(made, 40, 5, 0, UNICODE)
    assert [span.text for row in rows for span in row if "underline" in span.style] == ["Test", "test"]


def test_a_click_on_a_title_finds_its_column() -> None:
    made = listing()
    found = [column_at(made, 40, 20, x) for x in range(40)]
    titles = [column.title if column else "" for column in found]
    assert titles[4] == "name"
    assert titles[39] == "long"


# In the app


@pytest.fixture
def many() -> Table[str]:
    made = Table(listing([f"item {number}" for number in range(200)]), "Things")
    made.empty = (plain("nothing here"),)
    return made


async def test_the_window_follows_the_cursor(many: Table[str]) -> None:
    house = BareHouse(many)
    async with opened(house, (40, 12)):
        many.listing.go(150)
        many.changed()
        assert "item 150" in text_of(house)
        many.listing.go(0)
        many.changed()
        assert "item 0" in text_of(house)
        assert "Things  200" in text_of(house)


async def test_a_click_chooses_and_another_one_opens(many: Table[str]) -> None:
    chosen: list[object] = []

    class Watched(BareHouse):
        def on_table_chosen(self, message: Table.Chosen) -> None:
            chosen.append(many.listing.chosen)

    async with opened(Watched(many), (40, 12)) as pilot:
        await pilot.click(Table, offset=(6, 4))
        assert many.listing.chosen == "item 2"
        assert not chosen
        await pilot.click(Table, offset=(6, 4))
        assert chosen == ["item 2"]


async def test_a_click_on_a_title_sorts(many: Table[str]) -> None:
    async with opened(BareHouse(many), (40, 12)) as pilot:
        await pilot.click(Table, offset=(6, 1))
        assert many.listing.sorted_by is many.listing.columns[0]


async def test_the_wheel_moves_the_cursor(many: Table[str]) -> None:
    async with opened(BareHouse(many), (40, 12)) as pilot:
        await pilot._post_mouse_events([_wheel()], Table, offset=(5, 5))
        assert many.listing.chosen == "item 3"


async def test_only_rows_that_changed_are_painted_again(many: Table[str]) -> None:
    async with opened(BareHouse(many), (40, 12)) as pilot:
        many.render_line(5)
        strips = dict(many._strips)
        many.listing.move(1)
        many.changed()
        kept = [y for y, strip in strips.items() if many._strips.get(y) is strip]
        assert 5 in kept
        await pilot.pause()


async def test_an_empty_list_says_what_to_do() -> None:
    made = Table(listing(()), "Things")
    made.empty = (plain("press n for a new one"),)
    house = BareHouse(made)
    async with opened(house):
        assert "press n for a new one" in text_of(house)


async def test_a_pane_reads_on_and_back_and_begins_anew_with_another_thing() -> None:
    pane = Pane(lambda width: ("title", [plain(f"line {number}") for number in range(50)]))
    house = BareHouse(pane)
    async with opened(house, (40, 12)):
        assert "40 more" in text_of(house)
        pane.scroll_by(100)
        assert "line 49" in text_of(house)
        pane.show_other()
        assert "line 0" in text_of(house)


async def test_a_search_line_is_left_with_enter_or_escape() -> None:
    left: list[bool] = []

    class Watched(BareHouse):
        def on_search_left(self, message: Search.Left) -> None:
            left.append(message.kept)

    search = Search()
    async with opened(Watched(search)) as pilot:
        search.open()
        await pilot.press("a", "enter")
        search.open()
        await pilot.press("escape")
        assert left == [True, False]


def _wheel() -> Any:
    from textual.events import MouseScrollDown

    return MouseScrollDown
