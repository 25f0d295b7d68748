"""How a batch is drawn: one cell an item, its bar, the chosen item, the map and the comparison."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from app.batch.comparing.arms import compared
from app.batch.groups import Reason
from app.batch.heat import Heat, Spot
from app.batch.results import Check, ItemResult
from app.batch.verdicts import Verdict
from app.events import Failure
from app.state import Spent
from app.tui.batches.grid import Group, grid_of
from app.tui.look.glyphs import ASCII, UNICODE, Glyphs
from app.tui.paint.batch import LOOKS, Progress, bar, grid_rows, head_rows, mark
from app.tui.paint.batch_figures import (
    MOST_CELLS,
    cell_rows,
    compared_rows,
    heat_rows,
    rate_rows,
    reason_rows,
)
from app.tui.paint.batch_item import item_rows
from app.tui.paint.rows import Row, width_of
from corpus.arms import AXIS, Came, plan_of, results_from
from corpus.batches import read, rehearsal
from corpus.probes import ALL, is_obeyed

EVERY: tuple[Verdict, ...] = ("passed", "unmet", "failed", "exhausted", "paused", "running", "waiting")
WIDTHS = (20, 40, 80, 120, 200)


def text(rows: list[Row] | tuple[Row, ...]) -> str:
    return "\n".join("".join(span.text for span in row) for row in rows)


def progress(**counts: int) -> Progress:
    found: Counter[Verdict] = Counter()
    found.update(counts)  # type: ignore[arg-type]
    return Progress(found, Spent(0.5, rehearsed_usd=0.5, rehearsed=1), {"cost_usd": 2.0})


@pytest.fixture
def item(tmp_path: Path) -> ItemResult:
    plan = rehearsal(read(tmp_path))
    return ItemResult(
        1, plan.items[0], "greet market=DE #1", "greet", "unmet", "succeeded", spent=Spent(0.01), tokens=1200,
        seconds=2.5, calls=3, failed_calls=1,
        checks=(Check("says evening", True, ""), Check("says market", False, "Hm")),
    )  # fmt: skip


# The grid


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_verdict_has_a_glyph_of_its_own_so_that_colour_is_not_needed(glyphs: Glyphs) -> None:
    assert len({mark(verdict, glyphs) for verdict in EVERY}) == len(EVERY)
    assert all(len(mark(verdict, glyphs)) == 1 for verdict in EVERY)


def test_the_light_of_what_is_under_way_moves_and_in_ascii_it_stands() -> None:
    assert len({mark("running", UNICODE, step) for step in range(8)}) > 3
    assert {mark("running", ASCII, step) for step in range(8)} == {mark("running", ASCII)}


def test_the_grid_shows_each_item_and_turns_the_chosen_one_round() -> None:
    grid = grid_of([Group("DE", (0, 2, 4)), Group("FR", (1, 3, 5))], 40, 10)
    verdicts: list[Verdict] = ["passed", "unmet", "failed", "paused", "waiting", "exhausted"]
    rows = grid_rows(grid, verdicts, 2, 0, 10, UNICODE)
    assert text(rows) == "DE ■ F ·\nFR U P E"
    assert [span.text for row in rows for span in row if "reverse" in span.style] == ["F"]
    assert rows[0][0].style == "accent bold"  # where one is
    assert rows[1][0].style == "text"


def test_only_the_rows_that_are_seen_are_drawn() -> None:
    grid = grid_of([Group("one", tuple(range(1000)))], 60, 10)
    rows = grid_rows(grid, ["passed"] * 1000, 0, 5, 4, UNICODE)
    assert len(rows) == 4
    assert rows[0][0].text.strip() == "#201"
    assert all(width_of(row) <= 60 for row in rows)
    assert all(len(row) == 2 for row in rows)  # a label, and all that looks alike


# The head


def test_the_bar_has_a_letter_for_whatever_did_not_pass() -> None:
    drawn = "".join(span.text for span in bar(progress(passed=90, unmet=5, failed=5).counts, 20, UNICODE))
    assert drawn == "━" * 18 + "U" + "F"
    assert "".join(span.text for span in bar(progress(passed=9_999, failed=1).counts, 20, UNICODE)).endswith("F")


def test_the_head_tells_the_share_the_money_the_pace_and_what_is_left() -> None:
    going = replace(progress(passed=30, unmet=2, running=4, waiting=64), pace=12.3, left=40.0)
    said = text(head_rows(going, 120, 3, UNICODE))
    for words in ("32 of 100", "30 passed", "2 unmet", "4 under way", "64 waiting", "12 runs a second", "40 s left",
                  "$0.5000 of $2.00 rehearsed"):  # fmt: skip
        assert words in said


def test_why_it_stopped_is_told_first() -> None:
    said = text(head_rows(replace(progress(passed=3, waiting=4), notice="the budget is spent"), 100, 2, UNICODE))
    assert "the budget is spent" in said


def test_what_is_wrong_has_a_line_of_its_own_where_there_is_one() -> None:
    going = replace(progress(**dict.fromkeys(EVERY, 1234)), pace=12.3, left=40.0, notice="worker 1 is gone")
    assert text(head_rows(going, 80, 3, UNICODE)).splitlines()[2].strip() == "worker 1 is gone"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height", [1, 2, 3])
def test_the_head_keeps_to_its_room(width: int, height: int) -> None:
    going = replace(progress(**dict.fromkeys(EVERY, 1234)), pace=12.3, left=40.0, notice="for a reason " * 9)
    rows = head_rows(going, width, height, UNICODE)
    assert len(rows) <= height
    assert width_of(rows[0]) <= width


# The chosen item


def test_the_chosen_item_says_what_it_is_what_it_took_and_why(item: ItemResult) -> None:
    said = text(item_rows(item, 100, 8, UNICODE))
    for words in ("greet market=DE #1", "unmet", "seed 7", "$0.01", "1,200 tokens", "2.5 s", "3 calls, 1 failed",
                  "✗ says market  (found: Hm)", "✓ 1 expectation met"):  # fmt: skip
        assert words in said


def test_where_it_failed_is_told_with_file_and_line(item: ItemResult) -> None:
    failed = replace(item, verdict="failed", failure=Failure("boom", "It fell.", "mend it", "greet.yaml:7"))
    said = text(item_rows(failed, 100, 8, UNICODE))
    assert "It fell." in said
    assert "greet.yaml:7  mend it" in said


def test_where_there_are_two_rows_the_second_is_why(item: ItemResult) -> None:
    assert "says market" in text(item_rows(item, 60, 2, UNICODE))
    assert "seed 7" in text(item_rows(replace(item, checks=()), 60, 2, UNICODE))


def test_a_name_that_is_too_long_gives_way_to_its_values(item: ItemResult) -> None:
    assert "#1 DE" in text(item_rows(replace(item, name="a very long name of it " * 4), 40, 2, UNICODE))


def test_values_that_begin_alike_are_told_apart_where_there_is_little_room(tmp_path: Path) -> None:
    begin = "Answer this letter by the rules, and be "
    plan = rehearsal(read(tmp_path), matrix={"hello.prompt": [f"{begin}kind.", f"{begin}brief."]}, repeat=1)
    item = ItemResult(1, plan.items[0], "a very long name of it " * 4, "greet", "passed")
    assert "…kind." in text(item_rows(item, 40, 2, UNICODE, plan.names))


def test_what_is_not_known_and_what_is_void_have_the_signs_that_reports_have() -> None:
    def shown(came: Came) -> str:
        return text(compared_rows([compared(results_from(plan_of(pairs=4), came))], 80, UNICODE))

    assert "? Not enough data: " in shown(lambda item: {})
    assert "○ Void: " in shown(lambda item: {"verdict": "exhausted"} if item.cell[AXIS] == "cheap" else {})


def test_what_a_run_has_found_can_neither_drive_the_terminal_nor_stand_in_two_rows(item: ItemResult) -> None:
    evil = replace(item, name=ALL, checks=(Check(ALL, False, ALL),), failure=Failure("e", ALL, ALL, ALL))
    for width in WIDTHS:
        rows = item_rows(evil, width, 8, UNICODE)
        assert not is_obeyed(text(rows).replace("\n", ""))
        assert all("\n" not in span.text for row in rows for span in row)


# The figures

HEAT = Heat(
    "letter", "model", ("return", "threat"), ("careful", "quick"),
    ((Spot(10, 10, 0.002, False), Spot(8, 10, 0.001, False)), (Spot(0, 0, None, False), Spot(1, 10, 0.0, True))),
)  # fmt: skip


def test_the_map_has_figures_in_its_cells_and_a_colour_for_them() -> None:
    rows = heat_rows(HEAT, 60)
    said = text(rows)
    for words in ("letter by model", "careful", "10/10", "8/10", "1/10", "none", "a run costs", "$0.0020", "unpriced"):
        assert words in said
    looks = {span.text.strip(): span.style for row in rows for span in row}
    assert "on:good" in looks["10/10"]
    assert "on:warning" in looks["8/10"]
    assert "on:error" in looks["1/10"]


def test_a_map_that_is_too_wide_says_how_much_is_not_seen() -> None:
    assert "1 more to the right" in text(heat_rows(HEAT, 24))
    assert heat_rows(None, 60) == []


def test_where_there_is_no_map_each_cell_is_told_the_worst_first() -> None:
    rows = text(
        cell_rows(
            [("DE", Spot(4, 4, 0.01, False)), ("FR", Spot(1, 4, 0.02, False)), ("ES", Spot(0, 0, None, False))], 46
        )
    )
    assert rows.index("FR") < rows.index("DE")
    assert "1 other, no worse" in rows
    assert cell_rows([("DE", Spot(4, 4, 0.01, False))], 46) == []
    long = text(
        cell_rows([("a name of thirty letters, at le", Spot(4, 4, 0.01, False)), ("FR", Spot(1, 4, 0.02, False))], 46)
    )
    assert "a name of thirty letters, at le" in long
    assert "costs" not in long


def test_of_many_cells_only_those_are_told_that_do_not_all_pass() -> None:
    well = [(f"well {number}", Spot(2, 2, 0.01, False)) for number in range(MOST_CELLS)]
    assert "12 others, no worse" in text(cell_rows([*well, ("ill", Spot(1, 2, 0.01, False))], 46))
    assert text(cell_rows([*well, well[0]], 46)).endswith("all 13 pass")


def test_why_some_did_not_pass_is_told_most_often_first(item: ItemResult) -> None:
    reasons = [Reason(f"reason {at} {ALL}", (item,) * (9 - at)) for at in range(8)]
    said = text(reason_rows(reasons, 80, UNICODE))
    assert "U 9  reason 0" in said
    assert "and 2 other reasons" in said
    assert not is_obeyed(said.replace("\n", ""))
    assert reason_rows([], 80, UNICODE) == []


def test_the_rate_is_never_rounded_to_all() -> None:
    assert " 99.9 %" in text(rate_rows([0.9999], 0.9999, 40, UNICODE))
    assert "86 %" in text(rate_rows([0.9, 0.88, 0.86], 0.86, 40, UNICODE))
    assert rate_rows([], None, 40, UNICODE) == []


def test_every_look_is_a_word_of_the_palette() -> None:
    from app.tui.look.styles import Palette
    from app.tui.look.themes import load, names

    for name in names(Path()):
        palette = Palette.of(load(name, Path()))
        for look in (*LOOKS.values(), "bold on:good", "bold on:warning", "bold on:error", "text on:track"):
            assert palette.style(look)


@pytest.mark.parametrize(("costs", "stands_out"), [((0.00058, 0.00062), False), ((0.0006, 0.002), True)], ids=str)
def test_what_costs_nearly_the_same_looks_the_same(costs: tuple[float, float], stands_out: bool) -> None:
    found = [(f"cell {at}", Spot(4, 4, cost, False)) for at, cost in enumerate(costs)]
    looks = {span.style for row in cell_rows(found, 60) for span in row if "$" in span.text}
    assert (len(looks) > 1) is stands_out
