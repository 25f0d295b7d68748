"""The log: read, followed, looked through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from app.events import Handoff, Remark
from app.playback.show import Show
from app.tui.log.lines import Line
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.log import Sign, View, log_row, paint_log, rows_in
from app.tui.paint.rows import width_of
from app.tui.widgets.log import LogView
from app.tui.widgets.messages import Inspect
from corpus.histories import History
from corpus.probes import ALL, drives_a_terminal
from corpus.speed import effort
from tui.bare import BareHouse, opened, text_of
from tui.plays import half_way, show_of, style_at, text

SIGNS = {"cto": Sign("◆", "role:yellow"), "qa": Sign("▲", "role:magenta")}
SAYS = Line(9, 2_972, "cto", "cto", "says", "Two tasks, one contract", "158 tok · $0.0058 · 3.0 s", "done")
HANDS = Line(12, 62_972, "cto", "cto", "handoff", "Two tasks", tone="handoff", mark="to", taker="qa")
FAILS = Line(13, 3_662_972, "", "api", "failed", "timeout", mark="failed", tone="error")
VIEW = View((SAYS, HANDS, FAILS), SIGNS, kept=3, total=3)


def row(line: Line, width: int = 100, view: View = VIEW) -> str:
    """One event as it is read."""
    return text([log_row(line, view, width, UNICODE)])[0]


def told(count: int) -> History:
    """A run with so many remarks."""
    history = half_way()
    for number in range(count - len(history.events)):
        history.add(Remark(text=f"remark {number}"), after=100)
    return history


def test_a_row_says_when_who_what_and_what_it_took() -> None:
    assert row(SAYS).startswith("  9  0:03.0 ◆ cto          says     ✓ Two tasks, one contract  ")
    assert row(SAYS).endswith("  158 tok · $0.0058 · 3.0 s")


def test_a_handoff_points_at_its_taker() -> None:
    assert row(HANDS) == " 12  1:03.0 ◆ cto          handoff  → ▲ Two tasks"


def test_a_step_has_no_glyph_and_an_hour_has_no_tenths() -> None:
    assert row(FAILS) == " 13 1:01:03   api          failed   ✗ timeout"


def test_where_room_is_short_figures_go_before_what_was_said() -> None:
    assert row(SAYS, 80).endswith("Two tasks, one contract  158 tok · $0.0058")
    assert row(SAYS, 72).endswith("Two tasks, one contract    158 tok")
    assert row(SAYS, 50).endswith("✓ Two tasks, one…")


def test_columns_stand_still_whatever_a_line_says() -> None:
    assert len({row(line).index(line.word) for line in VIEW.lines}) == 1


def test_the_chosen_one_is_marked_over_its_whole_width() -> None:
    chosen = log_row(SAYS, View((SAYS,), SIGNS, chosen=9, total=9), 100, UNICODE)
    assert all("on:selection" in span.style for span in chosen)


def test_what_is_looked_for_is_underlined_where_it_stands() -> None:
    found = log_row(SAYS, View((SAYS,), SIGNS, query="CONTRACT two"), 100, UNICODE)
    assert "underline" in style_at([found], "contract")
    assert "underline" in style_at([found], "Two")
    assert "underline" not in style_at([found], " tasks, one ")


def test_an_error_has_a_mark_a_word_and_a_colour() -> None:
    drawn = log_row(FAILS, VIEW, 100, UNICODE)
    assert "error" in style_at([drawn], "✗")
    assert "error" in style_at([drawn], "failed")


@pytest.mark.parametrize("width", [1, 8, 30, 50, 76, 116, 196])
@pytest.mark.parametrize("height", [1, 3, 4, 8])
def test_it_has_its_size_wherever_it_stands(width: int, height: int) -> None:
    view = View(VIEW.lines[: rows_in(height)], SIGNS, query="x", is_typing=True, total=3)
    rows = paint_log(view, width, height, UNICODE)
    assert len(rows) <= height
    assert all(width_of(row) == width for row in rows)


def test_in_ascii_it_says_the_same() -> None:
    signs = {"cto": Sign("C", "role:yellow"), "qa": Sign("Q", "role:magenta")}
    rows = text(paint_log(View(VIEW.lines, signs, follows=False, below=4, total=3), 100, 6, ASCII))
    assert all(row.isascii() for row in rows)
    assert "> Q Two tasks" in rows[2]


def test_the_frame_says_what_is_left_out_and_whether_it_follows() -> None:
    top = text(paint_log(View(level="story", kept=3, total=12), 90, 6, UNICODE))[0]
    assert "story · 9 hidden · follows" in top
    top = text(paint_log(View(query="timeout", kept=3, total=12, follows=False, below=2), 90, 6, UNICODE))[0]
    assert "/ timeout" in top and "3 found · ║ stands still, 2 below" in top


def test_where_there_is_nothing_it_says_so() -> None:
    assert "Nothing has happened yet." in "\n".join(text(paint_log(View(), 60, 6, UNICODE)))
    assert "Escape shows everything." in "\n".join(text(paint_log(View(query="x", total=9), 90, 6, UNICODE)))
    assert "looking" in "\n".join(text(paint_log(View(query="x", total=9, is_through=False), 90, 6, UNICODE)))


# On a screen


class Watcher(BareHouse):
    """Writes down what is to be inspected, and which of the house's own keys were pressed."""

    def __init__(self, log: LogView) -> None:
        super().__init__(log)
        self.asked: list[str] = []

    def on_inspect(self, message: Inspect) -> None:
        self.asked.append(message.thing)


@asynccontextmanager
async def looking_at(history: History, height: int = 8) -> AsyncIterator[tuple[Pilot[Any], LogView, Watcher, Show]]:
    """A log with the focus, over a run that was told by hand."""
    show = show_of(history)
    log = LogView(show)
    house = Watcher(log)
    async with opened(house, (100, 20)) as pilot:
        log.styles.height = height
        log.focus()
        await pilot.pause()
        yield pilot, log, house, show
        assert house.mishaps == []


def seen(house: BareHouse) -> list[int]:
    """The numbers of the events that can be read."""
    rows = [row[2:].split() for row in text_of(house).splitlines() if row.startswith("│")]
    return [int(words[0]) for words in rows if words and words[0].isdigit()]


async def test_new_ones_come_into_sight_at_the_bottom() -> None:
    history = told(40)
    async with looking_at(history) as (pilot, log, house, show):
        assert seen(house) == [35, 36, 37, 38, 39, 40]
        show.apply(history.add(Remark(text="one more")))
        log.redraw()
        await pilot.pause()
        assert seen(house)[-1] == 41


async def test_who_looks_back_is_not_carried_away() -> None:
    history = told(40)
    async with looking_at(history) as (pilot, log, house, show):
        await pilot.press("up")
        show.apply(history.add(Remark(text="one more")))
        log.redraw()
        await pilot.pause()
        assert seen(house) == [35, 36, 37, 38, 39, 40]
        assert "stands still, 1 below" in text_of(house)
        await pilot.press("f")
        assert seen(house)[-1] == 41


@pytest.mark.parametrize(
    ("keys", "chosen", "top"),
    [
        (["up"], 40, 35),
        (["k", "k"], 39, 35),
        (["pageup", "pageup"], 31, 31),
        (["home"], 1, 1),
        (["g", "j"], 2, 1),
        (["g", "pagedown"], 6, 1),
        (["g", "pagedown", "pagedown"], 11, 6),
        (["g", "G"], 40, 35),
        (["g", "end", "up"], 39, 35),
        (["g", "up"], 1, 1),
        (["up", "down", "down"], 40, 35),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else str(part),
)
async def test_keys_move_in_it(keys: list[str], chosen: int, top: int) -> None:
    async with looking_at(told(40)) as (pilot, log, house, _):
        await pilot.press(*keys)
        assert log.chosen is not None and log.chosen.seq == chosen
        assert seen(house)[0] == top


async def test_enter_opens_what_is_chosen_or_else_the_last() -> None:
    async with looking_at(told(40)) as (pilot, _, house, _show):
        await pilot.press("enter", "k", "k", "enter")
        await pilot.pause()
        assert house.asked == ["seq:40", "seq:38"]


async def test_a_click_chooses_and_another_opens() -> None:
    async with looking_at(told(40)) as (pilot, log, house, _):
        await pilot.click(log, offset=(20, 2))
        assert log.chosen is not None and log.chosen.seq == 36
        await pilot.click(log, offset=(20, 2))
        await pilot.click(log, offset=(20, 0))
        await pilot.pause()
        assert house.asked == ["seq:36"]


async def test_the_wheel_looks_back_and_at_the_end_it_follows_again() -> None:
    async with looking_at(told(40)) as (pilot, log, house, _):
        await pilot._post_mouse_events([_wheel("up")], log)
        await pilot.pause()
        assert (seen(house)[0], log.follows) == (32, False)
        await pilot._post_mouse_events([_wheel("down")], log)
        await pilot.pause()
        assert (seen(house)[0], log.follows) == (35, True)


async def test_words_are_looked_for_while_they_are_typed() -> None:
    async with looking_at(told(40)) as (pilot, log, house, _):
        await pilot.press("slash", *"remark", "space", "1", "2")
        assert "/ remark 12" in text_of(house)
        assert seen(house) == [27]
        await pilot.press("backspace", "enter")
        assert "1" in log.query_said and len(seen(house)) == 6
        await pilot.press("escape")
        assert log.query_said == "" and seen(house)[-1] == 40


async def test_no_key_of_the_house_acts_while_somebody_types() -> None:
    async with looking_at(told(40)) as (pilot, log, house, _):
        await pilot.press("slash", "q", "t", "f", "question_mark", "g")
        assert log.query_said == "qtf?g"
        assert house.is_running and len(house.screen_stack) == 2


async def test_escape_gives_up_what_is_typed_and_then_the_focus() -> None:
    async with looking_at(told(40)) as (pilot, log, _house, _):
        await pilot.press("slash", "x", "escape")
        assert log.query_said == "" and log.has_focus
        await pilot.press("escape")
        assert not log.has_focus


async def test_levels_go_round() -> None:
    async with looking_at(half_way()) as (pilot, log, house, _):
        await pilot.press("l")
        assert "story" in text_of(house) and "says" not in text_of(house)
        await pilot.press("l")
        assert "Nothing like this has happened." in text_of(house)
        await pilot.press("l")
        assert "says" in text_of(house) and log.level == "all"


async def test_an_audience_that_goes_back_finds_the_log_shorter() -> None:
    history = told(40)
    async with looking_at(history) as (pilot, log, house, show):
        await pilot.press("k", "k")
        show.start_again()
        log.redraw()
        await pilot.pause()
        assert "Nothing has happened yet." in text_of(house)
        for event in history.events[:3]:
            show.apply(event)
        log.redraw()
        await pilot.pause()
        assert seen(house) == [1, 2, 3]


async def test_words_of_strangers_can_be_looked_for_and_drive_nothing() -> None:
    history = half_way()
    history.add(Handoff(giver="cto", taker=f"evil{ALL}", summary=history.keep(f"[bold]{ALL}[/x]")))
    async with looking_at(history) as (pilot, _, house, _show):
        await pilot.press("slash", "left_square_bracket", "b", "o", "l", "d", "enter")
        assert "[bold]" in text_of(house)
        assert not drives_a_terminal(text_of(house))


async def test_a_hundred_thousand_events_are_drawn_as_quickly_as_a_few() -> None:
    few, many = told(40), told(40)
    for number in range(100_000):
        many.events.append(Remark(text=f"remark {number}", run=many.run, seq=41 + number, mono=number))
    took = [await _at_best(history) for history in (few, many)]
    assert took[1] < 5 * took[0] + 0.02, "to look at all of them would take ten times that"


async def _at_best(history: History) -> float:
    show = Show(history.value)
    show.events = history.events
    log = LogView(show)
    async with opened(BareHouse(log), (120, 20)):
        return effort(lambda: log.paint(116, 16), times=20)


def _wheel(way: str) -> Any:
    from textual.events import MouseScrollDown, MouseScrollUp

    return MouseScrollUp if way == "up" else MouseScrollDown
