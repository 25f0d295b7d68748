"""The transport bar: the edge of the stage."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from app.events import Directed, Failure, GateOpened, RunFinished, RunPaused, StepFailed, StepStarted
from app.playback.show import Show
from app.tui.intake import Intake
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.bar import Condition, Cue, Lamp, Transport, edge, paint_bar, room_for, share_at, speed_of
from app.tui.paint.rows import width_of
from app.tui.verdict import Verdict
from app.tui.widgets.bar import Bar
from corpus.histories import History
from tui.bare import BareHouse, opened, text_of
from tui.plays import begun, half_way, style_at, text

LAMPS = (
    Lamp(0.1, "◆", "role:yellow", 1),
    Lamp(0.3, "▄", "accent", 0),
    Lamp(0.3, "✗", "error", 3),
    Lamp(0.8, "▲", "role:magenta", 1),
)
HALF = Transport(played=0.5, lamps=LAMPS, seconds=41, seq=410, last=976)


def drawn(transport: Transport, width: int = 40) -> str:
    """The edge alone."""
    return text([edge(transport, width, UNICODE)])[0]


def test_the_edge_is_lit_as_far_as_the_show_has_come() -> None:
    shown = drawn(replace(HALF, lamps=()))
    assert shown == "▂" * 20 + "│" + "▁" * 19


def test_whatever_is_worth_a_stop_has_a_lamp_and_the_most_important_is_seen() -> None:
    shown = drawn(HALF)
    assert shown[4] == "◆" and shown[12] == "✗"
    assert "▄" not in shown


def test_what_is_to_come_of_a_recorded_run_is_dim() -> None:
    row = edge(HALF, 40, UNICODE)
    assert next(span.style for span in row if "▲" in span.text) == "role:magenta dim"


def test_right_of_the_playhead_of_a_live_run_there_is_nothing_but_how_far_it_has_come() -> None:
    live = replace(HALF, is_live=True, head=0.75)
    shown = drawn(live)
    assert "▲" not in shown
    assert shown[20:] == "│" + "▁" * 9


@pytest.mark.parametrize("played", [0.0, 0.001, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("width", [0, 1, 2, 12, 80])
def test_the_edge_is_exactly_as_long_as_it_should_be(played: float, width: int) -> None:
    assert width_of(edge(replace(HALF, played=played), width, UNICODE)) == width


@pytest.mark.parametrize(
    ("condition", "live", "told"),
    [
        ("playing", False, "seq 410/976"),
        ("paused", False, "paused"),
        ("paused", True, "paused · engine still running, 7 ahead"),
        ("held", True, "engine held · s one step, H go on"),
        ("asking", True, "a question waits · enter answers"),
        ("catching up", True, "7 events ahead, catching up 1.5×"),
        ("at the edge", True, "live"),
        ("over", False, "the end"),
    ],
)
@pytest.mark.parametrize("height", [1, 2])
def test_it_says_how_it_goes_on(condition: Condition, live: bool, told: str, height: int) -> None:
    transport = replace(HALF, condition=condition, is_live=live, ahead=7 if live else 0)
    assert told in "\n".join(text(paint_bar(transport, 120, height, UNICODE)))


def test_two_rows_tell_the_pace_and_the_lag_as_well() -> None:
    first, second = text(paint_bar(replace(HALF, is_live=True, lag=3.2, speed=1.5), 120, 2, UNICODE))
    assert "0:41" in first and "seq 410/976" in first and "▂▂▂" in first
    assert second.endswith("theatrical 1.5×  lag 3.2 s")


def test_on_a_second_row_the_names_of_the_cues_stand_below_their_lamps_and_never_touch() -> None:
    cues = (Cue(0.1, "Q1"), Cue(0.11, "Q2"), Cue(0.6, "Q3"), Cue(0.99, "Q4"))
    lamps = (Lamp(0.1, "◆", "accent"), Lamp(0.6, "▲", "accent"))
    first, second = text(paint_bar(replace(HALF, lamps=lamps, cues=cues), 120, 2, UNICODE))
    assert second.index("Q1") == first.index("◆") and second.index("Q3") == first.index("▲")
    assert "Q2" not in second and "Q4" not in second


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"is_led": True, "mode": "rehearsal"}, "paused · the rehearsal waits"),
        ({"is_led": True, "asks": True}, "paused · a question waits, enter answers"),
        ({"asks": True}, "paused · a question waits, enter answers"),
    ],
)
def test_while_the_audience_stands_still_it_says_what_the_engine_does(more: dict[str, bool], told: str) -> None:
    standing = replace(HALF, condition="paused", is_live=True, ahead=9, **more)  # type: ignore[arg-type]
    shown = "\n".join(text(paint_bar(standing, 120, 1, UNICODE)))
    assert told in shown
    assert "9 ahead" not in shown


def test_a_rehearsal_says_so() -> None:
    assert "rehearsal" in text(paint_bar(replace(HALF, mode="rehearsal"), 120, 2, UNICODE))[1]


def test_an_end_that_is_not_good_says_which_in_colour_and_with_a_mark() -> None:
    row = paint_bar(replace(HALF, condition="over", verdict=Verdict("FAILED", "failed", "error")), 80, 1, UNICODE)
    assert text(row)[0].startswith(" ✗ ") and "failed" in text(row)[0]
    assert "error" in style_at(row, "failed")


@pytest.mark.parametrize("width", [1, 8, 20, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("height", [1, 2])
def test_it_has_exactly_its_width_and_the_edge_keeps_its_room(width: int, height: int) -> None:
    held = replace(HALF, condition="paused", is_live=True, ahead=1_000)
    rows = paint_bar(held, width, height, UNICODE)
    assert [width_of(row) for row in rows] == [width] * height
    if width >= 40:
        assert text(rows)[0].count("▂") + text(rows)[0].count("▁") > width // 4


def test_in_ascii_it_says_the_same() -> None:
    lamps = (Lamp(0.1, "C", "role:yellow"),)
    rows = text(paint_bar(replace(HALF, lamps=lamps, condition="paused", is_live=True), 80, 2, ASCII))
    assert all(row.isascii() for row in rows)
    assert "|" in rows[0] and "C" in rows[0]


def test_a_speed_is_told_as_finely_as_it_needs() -> None:
    assert [speed_of(speed, UNICODE) for speed in (1, 0.25, 1.5, 8)] == ["1.0×", "0.25×", "1.5×", "8.0×"]


def test_the_edge_of_a_live_run_fills_up_and_is_seldom_drawn_anew() -> None:
    rooms = [room_for(events) for events in range(1, 10_000)]
    assert all(room >= events for events, room in enumerate(rooms, 1))
    assert len(set(rooms)) < 15
    assert room_for(0) > 0


def test_a_mouse_points_at_a_share() -> None:
    assert [share_at(cell, 41) for cell in (-3, 0, 20, 40, 99)] == [0, 0, 0.5, 1, 1]


# Over a show


def bar_over(
    history: History, performed: str = "nowhere", seen: int | None = None, status: str = "running"
) -> tuple[Bar, Intake]:
    """The bar over a run of which the audience has seen some."""
    show = Show(history.value)
    playhead = Intake(show, "instant")
    for event in history.events:
        playhead.feed(event)
    playhead.seek(len(history.events) if seen is None else seen)
    playhead.advance()
    source: Any = SimpleNamespace(performed=performed, run=history.run, title="", status=status)
    return Bar(show, playhead, source), playhead


@pytest.mark.parametrize(
    ("event", "performed", "told"),
    [
        (StepStarted(step="x", of="agent", cue="Q1"), "nowhere", "▄"),
        (StepFailed(step="x", failure=Failure(error="timeout")), "nowhere", "✗"),
        (GateOpened(step="sign_off", gate="sign_off", asks="approve"), "here", "waits for a person"),
        (Directed("hold", "ada"), "here", "engine held"),
        (RunFinished(outcome="succeeded"), "nowhere", "succeeded"),
        (RunFinished(outcome="failed"), "nowhere", "failed"),
        (RunFinished(outcome="exhausted"), "nowhere", "exhausted"),
        (RunPaused(reason="budget"), "nowhere", "the run is paused: a limit is reached"),
    ],
    ids=["cue", "failure", "gate", "hold", "end", "bad end", "exhausted", "paused"],
)
async def test_it_shows_what_the_run_is_at(event: Any, performed: str, told: str) -> None:
    history = half_way()
    history.add(event)
    history.hand("backend", "qa", "The API")
    if isinstance(event, RunFinished | RunPaused):
        history.events.pop()
    bar, _ = bar_over(history, performed)
    house = BareHouse(bar)
    async with opened(house, (100, 10)) as pilot:
        bar.redraw()
        await pilot.pause()
        assert told in text_of(house)


async def test_whoever_performed_it_is_gone_is_told_at_the_end() -> None:
    bar, playhead = bar_over(half_way(), status="interrupted")
    assert "interrupted" in "\n".join(text(paint_bar(bar.transport(UNICODE), 120, 1, UNICODE)))
    playhead.paused = True
    playhead.seek(3)
    playhead.advance()
    assert bar.transport(UNICODE).condition == "paused"


@pytest.mark.parametrize(("mode", "performed", "waits"), [
    ("rehearsal", "here", True), ("rehearsal", "elsewhere", False), ("live", "here", False), ("live", "nowhere", False),
])  # fmt: skip
def test_only_a_rehearsal_of_this_house_waits_for_its_audience(mode: str, performed: str, waits: bool) -> None:
    bar, _ = bar_over(begun(mode=mode), performed)
    assert bar.transport(UNICODE).is_led is waits


def test_the_cues_of_a_run_are_named() -> None:
    history = half_way()
    history.add(StepStarted(step="x", of="agent", cue="Q1"))
    bar, _ = bar_over(history)
    assert [cue.name for cue in bar.transport(UNICODE).cues] == ["Q1"]


async def test_lamps_stay_when_the_audience_goes_back() -> None:
    bar, playhead = bar_over(half_way())
    house = BareHouse(bar)
    async with opened(house, (100, 10)) as pilot:
        bar.redraw()
        playhead.paused = True
        playhead.seek(2)
        playhead.advance()
        bar.redraw()
        await pilot.pause()
        assert text_of(house).index("│") < text_of(house).index("◆")


def test_on_a_crowded_edge_the_most_important_lamp_of_a_place_is_seen() -> None:
    history = half_way()
    for number in range(3_000):
        history.hand("cto", "qa", str(number))
        if number == 1_500:
            history.add(StepFailed(step="api", failure=Failure(error="timeout")))
    bar, _ = bar_over(history)
    lamps = bar.transport(UNICODE).lamps
    assert len(lamps) <= 513
    assert "✗" in {lamp.glyph for lamp in lamps}


async def test_a_click_asks_for_the_place_under_the_mouse() -> None:
    asked: list[int] = []

    class Usher(BareHouse):
        def on_bar_sought(self, message: Bar.Sought) -> None:
            asked.append(message.seq)

    bar, playhead = bar_over(half_way())
    async with opened(Usher(bar), (100, 10)) as pilot:
        await pilot.click(bar, offset=(3, 0))
        await pilot.click(bar, offset=(40, 0))
        await pilot.click(bar, offset=(98, 0))
        await pilot.pause()
    assert asked[0] == 0
    assert 0 < asked[1] < playhead.head
    assert len(asked) == 2


# Of a show whose length is known


def test_where_the_length_is_known_the_clock_tells_how_long_it_takes_and_what_is_left() -> None:
    first = text(paint_bar(replace(HALF, now=107, length=180), 120, 1, UNICODE))[0]
    assert "1:47/3:00  −1:13  seq 410/976" in first
    assert "1:47/3:00" in text(paint_bar(replace(HALF, now=107, length=180), 60, 1, UNICODE))[0]


def test_a_wait_that_is_shown_shorter_is_marked_but_never_hides_a_lamp() -> None:
    shown = drawn(replace(HALF, squeezed=(0.3, 0.6)))
    assert shown[12] == "✗" and shown[23] == "≈"


def test_the_second_row_says_which_cue_comes_next_and_when() -> None:
    cues = (Cue(0.1, "notes", "Q1"), Cue(0.8, "critic veto", "Q2"))
    transport = replace(HALF, cues=cues, count=1, standby=replace(cues[1], seconds=22), length=180)
    second = text(paint_bar(transport, 160, 2, UNICODE))[1]
    assert "Q1 notes" in second
    assert "1/2 cues ▸ standby Q2 critic veto −0:22" in second


async def test_lamps_and_cues_stand_at_their_time_and_long_waits_are_marked() -> None:
    history = half_way()
    history.add(StepStarted(step="x", of="agent", cue="late"), after=90_000)
    show = Show(history.value)
    playhead = Intake(show, "theatrical", lambda: 0.0)
    await playhead.load(history.events)
    source: Any = SimpleNamespace(performed="nowhere", run=history.run, title="", status="succeeded")
    told = Bar(show, playhead, source).transport(UNICODE)
    assert told.length == playhead.length
    assert [cue.at * (told.length or 0) for cue in told.cues] == [playhead.time_of(playhead.head)]
    assert told.squeezed
    assert told.standby is not None
