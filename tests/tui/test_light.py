"""Light from below: how strong it is, how far it reaches, and that nothing written is changed by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.tui.look.colour import contrast
from app.tui.look.themes import load, names
from app.tui.paint.light import LEVELS, REACH, RESTING, bright_edge, level_of, lit_from_below, strength_of
from app.tui.paint.rows import Span
from tui.telling import texts

ROWS = [(Span(f"row {number}", "text"), Span(" end", "muted")) for number in range(14)]


def test_the_light_is_stronger_the_faster_somebody_speaks_and_never_out_while_they_act() -> None:
    strengths = [strength_of(rate) for rate in range(0, 400, 10)]
    assert strengths == sorted(strengths)
    assert strengths[0] == RESTING and strengths[-1] == 1.0
    assert strength_of(-5) == RESTING


def test_it_fades_upwards_and_reaches_only_the_last_rows() -> None:
    for strength in (0.2, RESTING, 1.0):
        levels = [level_of(above, strength) for above in range(REACH + 2)]
        assert levels == sorted(levels, reverse=True)
        assert levels[REACH:] == [0, 0]
    assert [level_of(above, 1.0) for above in range(REACH)] == [4, 3, 2, 1]
    assert max(level_of(0, strength / 100) for strength in range(101)) == LEVELS


def test_only_the_ground_is_warmer() -> None:
    lit = lit_from_below(ROWS, 1.0)
    assert texts(lit) == texts(ROWS)
    assert lit[:-REACH] == ROWS[:-REACH]
    assert lit[-1] == (Span("row 13", "text on:light:4"), Span(" end", "muted on:light:4"))
    assert lit_from_below(ROWS, 0.0) == ROWS
    assert lit_from_below([], 1.0) == []


def test_a_low_panel_keeps_more_of_its_rows_dark() -> None:
    assert sum(row != dark for row, dark in zip(lit_from_below(ROWS[:9], 1.0), ROWS[:9], strict=True)) == REACH - 1


def test_the_edge_takes_the_colour_of_the_light_and_its_words_keep_theirs() -> None:
    edge = (Span("┗━", "role:blue"), Span(" 412 tok ", "muted"), Span("━┛", "role:blue"))
    assert bright_edge(edge, "role:blue", 1.0) == (
        Span("┗━", "accent"), Span(" 412 tok ", "muted"), Span("━┛", "accent")
    )  # fmt: skip
    assert bright_edge(edge, "role:blue", 0.0) == edge


@pytest.mark.parametrize("name", names(Path.cwd()))
def test_what_stands_in_the_light_can_be_read_in_every_theme(name: str) -> None:
    theme = load(name, Path.cwd())
    if theme.is_terminals_own:
        return
    for level in range(1, LEVELS + 1):
        ground = theme.colours[f"light:{level}"]
        assert contrast(theme.colours["text"], ground) >= 4.5
        assert contrast(theme.colours["muted"], ground) >= 4.5 or level == LEVELS
