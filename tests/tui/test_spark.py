"""Small pictures of amounts."""

from __future__ import annotations

import pytest

from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.rows import width_of
from app.tui.paint.spark import gauge, sparkline
from tui.plays import text


def test_a_series_is_a_bar_for_each_value_and_the_highest_leaves_air_above_it() -> None:
    assert sparkline([1, 2, 4, 8], 4, UNICODE) == "▁▂▄▇"


def test_only_the_last_values_are_drawn_and_they_end_at_the_right() -> None:
    assert sparkline([8, 8, 1, 8], 2, UNICODE) == "▁▇"
    assert sparkline([8], 4, UNICODE) == "   ▇"


def test_where_nothing_was_there_is_nothing_to_see() -> None:
    assert sparkline([0, 5, 0], 3, UNICODE) == " ▇ "
    assert sparkline([0, 0], 2, UNICODE) == "  "
    assert sparkline([], 3, UNICODE) == "   "
    assert sparkline([1], 0, UNICODE) == ""


def test_a_line_of_three_parts_says_what_is_spent_held_and_free() -> None:
    row = gauge((0.5, "good"), 8, UNICODE, held=0.25)
    assert text([row]) == ["━━━━╌╌──"]
    assert [span.style for span in row] == ["good", "muted", "track"]


def test_in_ascii_the_three_parts_differ_too() -> None:
    assert text([gauge((0.5, "good"), 8, ASCII, held=0.25)]) == ["====..--"]


@pytest.mark.parametrize("spent", [0.0, 0.001, 0.4, 0.999, 1.0, 7.0])
@pytest.mark.parametrize("held", [0.0, 0.001, 0.5, 3.0])
@pytest.mark.parametrize("width", [0, 1, 2, 10])
def test_whatever_it_says_a_line_is_exactly_as_long_as_it_should_be(spent: float, held: float, width: int) -> None:
    row = gauge((spent, "good"), width, UNICODE, held=held)
    assert width_of(row) == width
    if spent and width:
        assert row[0].text[0] in "━╸"


def test_what_is_less_than_a_cell_is_seen_and_small_and_nothing_is_nothing() -> None:
    shown = [text([gauge((share, "good"), 20, UNICODE)])[0] for share in (0, 0.02, 0.08, 0.99, 1)]
    assert shown == ["─" * 20, "╸" + "─" * 19, "━╸" + "─" * 18, "━" * 20, "━" * 20]
    assert text([gauge((0.02, "good"), 20, ASCII)]) == ["=" + "-" * 19]
