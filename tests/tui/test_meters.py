"""What a run takes, on one row and in a box."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.events import (
    Basis,
    BudgetWarned,
    CallFinished,
    CallStarted,
    Hold,
    RunFinished,
    ToolFinished,
    ToolStarted,
)
from app.playback.playhead import Playhead
from app.state.words import Kind
from app.tui.forecast import Outlook
from app.tui.intended import plan_of
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.meter_box import meter_box
from app.tui.paint.meters import Left, Limit, Reading, Share, left_of, meter_line
from app.tui.paint.rows import width_of
from app.tui.rates import Rates
from app.tui.widgets.meters import Meters, limits_of, reading_of
from corpus.histories import History
from tui.bare import BareHouse, opened, text_of
from tui.plays import PLAN, begun, half_way, show_of, style_at, text

REHEARSED = Kind("rehearsed", "reh.", "rehearsed, nothing is paid")
COST = Limit("cost", "$0.031", "$0.50", 0.062, 0.1)
FULL = Reading(
    tokens=1_204,
    said=[1, 2, 3, 2],
    rate=61,
    lately=[1, 2, 3, 2],
    cost="$0.031",
    limits=(COST, Limit("tokens", "1,204", "200k", 0.006), Limit("wall", "1:47", "15:00", 0.12)),
    contexts=(Share("◆", "role:yellow", 0.06, 900), Share("●", "role:cyan", 0.42, 60_000)),
    tools=(6, 0, 1),
    errors=0,
    retries=1,
    first_token=(800, 2_100),
    left=Left((0.045, 0.055), (35_000, 45_000)),
)


def line(reading: Reading, width: int = 160) -> str:
    """The one row."""
    return text([meter_line(reading, width, UNICODE)])[0]


def box(reading: Reading, width: int = 42, height: int = 24) -> str:
    """The box."""
    return "\n".join(text(meter_box(reading, width, height, UNICODE)))


def test_with_enough_room_one_row_says_everything() -> None:
    said = line(FULL)
    for part in (
        "tok 1,204",
        "61/s",
        "cost $0.031",
        "of $0.50",
        "ctx ● 42 %",
        "tools 6 ✓ 1 ▸",
        "↑ 1 again",
        "first 800 ms",
    ):
        assert part in said
    assert "≈ $0.05 · 0:40 left" in said


def test_while_nobody_knows_how_fast_somebody_speaks_no_figure_is_made_up() -> None:
    assert "…/s" in line(replace(FULL, rate=None))
    assert "…/s" in box(replace(FULL, rate=None))


def test_what_matters_least_goes_first_and_money_never() -> None:
    gone = []
    for width in range(160, 20, -1):
        said = line(FULL, width)
        for part in ("first", "left", "/s", "tools", "ctx"):
            if part not in said and part not in gone:
                gone.append(part)
    assert gone == ["first", "left", "/s", "tools", "ctx"]
    assert "$0.031" in line(FULL, 30)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_one_row_is_one_row(width: int) -> None:
    busy = replace(FULL, errors=3, limits=(*FULL.limits, Limit("QA Engineer", "4", "5", 0.9)))
    assert width_of(meter_line(busy, width, UNICODE)) <= width


def test_money_is_spent_held_and_free() -> None:
    (row,) = (row for row in meter_box(FULL, 50, 20, UNICODE) if any("cost" in span.text for span in row))
    assert "━╌╌──" in text([row])[0]


def test_money_of_a_rehearsal_is_said_to_be_none() -> None:
    rehearsed = replace(FULL, unpaid=REHEARSED)
    assert "rehearsed $0.031" in line(rehearsed)
    assert "rehearsed, nothing is paid" in box(rehearsed)


def test_a_limit_that_is_nearly_used_warns_in_colour_with_a_mark_and_in_figures() -> None:
    nearly = replace(FULL, limits=(replace(COST, share=0.84),))
    for rows in ([meter_line(nearly, 120, UNICODE)], meter_box(nearly, 42, 10, UNICODE)):
        assert any("▲ 84%" in row for row in text(rows))
        assert "warning" in style_at(rows, "▲ 84%")


def test_one_that_is_used_up_is_an_error() -> None:
    over = replace(FULL, limits=(replace(COST, share=1.02),))
    assert "✗ 102%" in line(over)
    assert "error" in style_at([meter_line(over, 120, UNICODE)], "✗ 102%")


def test_a_limit_of_one_agent_has_a_row_as_soon_as_it_is_nearly_used() -> None:
    agents = Limit("QA Engineer", "$0.09", "$0.10", 0.9)
    assert "QA Engi…" in box(replace(FULL, limits=(*FULL.limits, agents)), height=8)
    assert "▲ QA Engineer 90%" in line(replace(FULL, limits=(*FULL.limits, agents)))
    assert "QA" not in box(replace(FULL, limits=(*FULL.limits, replace(agents, share=0.1))), height=8)


def test_a_small_box_keeps_what_matters_most() -> None:
    small = box(FULL, height=8)
    for part in ("tokens", "cost", "to come", "context", "tools", "errors"):
        assert part in small
    assert "wall" not in small


def test_one_line_of_bars_is_enough_and_a_context_says_nothing_of_money() -> None:
    tall = box(FULL, 50)
    assert sum("▂" in row or "▅" in row for row in tall.splitlines()) == 1
    assert not any("$" in row for row in tall.splitlines() if "%" in row and "cost" not in row)


def test_a_box_too_low_for_the_tools_tells_them_beside_the_errors() -> None:
    assert "errors   0 · tried again 1 · tools 6 ✓ 1 ▸" in box(FULL, 50, 7)
    assert "tools    6 ok" in box(FULL, 50, 12)


def test_a_tall_box_has_a_row_for_each_agents_context() -> None:
    tall = box(FULL)
    assert "◆ 6 %" in tall and "● 42 %" in tall
    assert "p95 2.1 s" in tall and "of 15:00" in tall


def test_a_model_that_nobody_knows_has_no_share_of_its_context() -> None:
    unknown = replace(FULL, contexts=(Share("◆", "role:yellow", None, 900),))
    assert "900 tok, model unknown" in box(unknown)
    assert "ctx" not in line(unknown)


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (None, "not yet known"),
        (Left((0.045, 0.055), (35_000, 45_000)), "≈ $0.05 · 0:40"),
        (Left((0.02, 0.05), (20_000, 90_000)), "≈ $0.02–0.05 · 0:20–1:30"),
        (Left((0, 0), (20_000, 22_000)), "≈ 0:21"),
    ],
)
def test_what_is_to_come_is_a_range_where_it_is_wide(left: Left | None, told: str) -> None:
    assert left_of(left, UNICODE) == told


def test_of_what_is_over_nothing_is_to_come() -> None:
    assert "nothing, it is over" in box(replace(FULL, left=None, is_over=True))
    assert "left" not in line(replace(FULL, is_over=True))


@pytest.mark.parametrize("width", [5, 20, 42, 50, 80, 200])
@pytest.mark.parametrize("height", [1, 2, 3, 4, 8, 30])
def test_the_box_has_exactly_its_size(width: int, height: int) -> None:
    rows = meter_box(FULL, width, height, UNICODE)
    assert len(rows) == height
    assert {width_of(row) for row in rows} == {width}


def test_in_ascii_both_say_the_same() -> None:
    ascii = replace(FULL, contexts=(Share("C", "role:yellow", 0.42, 900),))
    rows = [meter_line(ascii, 160, ASCII), *meter_box(ascii, 50, 24, ASCII)]
    assert all(row.isascii() for row in text(rows))
    assert "42 %" in text(rows)[0]


# From a show


def read(history: History) -> Reading:
    """All figures of a run that was told by hand."""
    show, rates, outlook = show_of(history), Rates(), Outlook()
    rates.look(show.events)
    outlook.look(show.events, show.state)
    return reading_of(show, rates, outlook.forecast(show.state, plan_of(PLAN)), UNICODE)


def test_the_figures_are_those_of_the_run() -> None:
    reading = read(half_way())
    assert (reading.tokens, reading.cost, reading.unpaid.word) == (4_400, "$0.0140", "rehearsed")
    assert [(limit.name, limit.spent, limit.of) for limit in reading.limits] == [
        ("cost", "$0.0140", "$2.00"),
        ("tokens", "4,400", "200k"),
        ("wall", "0:06", "15:00"),
    ]
    assert reading.left is not None and reading.left.gates == 1
    assert [share.tokens for share in reading.contexts] == [2_000, 2_000]


def test_what_is_held_for_a_call_under_way_is_not_free() -> None:
    history = begun()
    history.add(CallStarted(model="smart", agent="cto", call="plan#1", hold=Hold(cost_usd=0.5)))
    assert limits_of(show_of(history).state)[0].held == 0.25


def test_limits_of_agents_come_after_those_of_the_run() -> None:
    history = half_way()
    history.add(BudgetWarned(scope="agent:cto", measure="tokens", share=0.8, spent=2_100, limit=2_500))
    history.add(BudgetWarned(scope="step:api", measure="turns", share=0.8, spent=1, limit=4))
    assert [limit.name for limit in limits_of(show_of(history).state)] == [
        "cost", "tokens", "wall", "CTO", "Build the API",
    ]  # fmt: skip


def test_tools_are_counted_by_how_they_stand() -> None:
    history = begun()
    history.add(ToolStarted(tool="file.read", agent="cto", call="one"))
    history.add(ToolFinished(agent="cto", call="one"))
    history.add(ToolStarted(tool="file.read", agent="cto", call="two"))
    assert read(history).tools == (1, 0, 1)


def test_an_estimate_and_an_unknown_price_are_marked() -> None:
    history = begun(mode="live")
    bases: tuple[Basis, ...] = ("estimated", "unpriced")
    for number, basis in enumerate(bases):
        call = f"plan#{number}"
        history.add(CallStarted(model="smart", agent="cto", call=call))
        history.add(CallFinished(agent="cto", call=call, cost_usd=0.01 - number / 100, basis=basis))
    reading = read(history)
    assert (reading.cost, reading.unpaid.word) == ("? + ≈$0.0100", "")


async def test_on_the_stage_they_are_a_row_or_a_box() -> None:
    history = half_way()
    history.add(RunFinished(outcome="succeeded"))
    show = show_of(history)
    meters = Meters(show, Playhead(show))
    house = BareHouse(meters)
    async with opened(house, (80, 24)) as pilot:
        meters.redraw()
        await pilot.pause()
        assert "rehearsed $0.0140" in text_of(house)
        meters.styles.height = 12
        await pilot.pause()
        assert "nothing, it is over" in text_of(house)
        assert house.mishaps == []


def test_a_forecast_that_does_not_fit_gives_its_middle_and_is_never_cut() -> None:
    wide = replace(FULL, left=Left((0.0021, 0.0134), (35_000, 95_000)))
    rows = text(meter_box(wide, 32, 14, UNICODE))
    assert any("≈ $0.0077 · 1:05" in row for row in rows)
    assert not any("to come" in row and "…" in row for row in rows)
