"""What a timeline is made of: bars, lanes, handoffs, the critical path, and the picture of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events import GateOpened, Performer
from app.playback.show import Show
from app.tui.look.glyphs import ASCII
from app.tui.paint.gantt import Chosen, layout_of, painted
from app.tui.paint.gantt_grid import look_of
from app.tui.paint.rows import Row
from app.tui.timeline.chart import Chart, chart_of
from app.tui.timeline.gantt import Bar, Gantt
from app.tui.timeline.lanes import MANY, By, Lane, folded_at_first, lanes, lanes_of, tracks_of
from app.tui.timeline.view import View, moved, panned, spelled, tick_step, ticks, window_of, zoomed
from corpus.histories import History, histories
from tui.looking import long_show, show_of
from tui.plays import begun, text
from tui.plays import show_of as show_of_history
from tui.telling import is_exactly

RUNS = ("feature-sprint", "incident-triage", "fact-check", "market-scan", "every-kind", "hello")


def gantt_of(show: Show) -> Gantt:
    gantt = Gantt()
    gantt.follow(show)
    return gantt


def chart(show: Show, by: By = "agent") -> Chart:
    return chart_of(gantt_of(show), show.state, by, folded_at_first(show.state))


def drawn(show: Show, by: By = "agent", width: int = 120, height: int = 30, view: View | None = None) -> list[str]:
    return text(painted(chart(show, by), view or View(), Chosen(), width, height))


def kinds(bars: Iterable[Bar]) -> list[str]:
    return [bar.kind for bar in bars]


def lane(found: Iterable[Lane], title: str) -> Lane:
    return next(each for each in found if each.title == title)


# Bars


def test_a_call_waits_for_its_first_token_and_then_speaks() -> None:
    bars = [bar for bar in gantt_of(show_of("feature-sprint")).bars if bar.thing == "call:plan#1"]
    assert [(bar.kind, bar.began, bar.ended) for bar in bars] == [("thinking", 0, 906), ("speaking", 906, 2972)]


def test_a_wait_in_which_no_time_passes_is_none() -> None:
    assert all(bar.kind != "waiting" for bar in gantt_of(show_of("feature-sprint")).bars)


def test_a_tool_that_fails_is_broken_and_the_wait_for_the_next_try_is_a_bar_of_its_own() -> None:
    bars = [bar for bar in gantt_of(show_of("incident-triage")).bars if bar.step == "evidence/health"]
    assert kinds(bars) == ["tool", "retrying", "tool"]
    assert [bar.broken for bar in bars] == [True, False, False]
    assert (bars[1].began, bars[1].ended, bars[1].why) == (3000, 5437, "timeout")


def test_a_question_takes_as_long_as_the_person_does() -> None:
    gates = [bar for bar in gantt_of(show_of("every-kind")).bars if bar.kind == "gate"]
    assert [(bar.began, bar.ended) for bar in gates] == [(39540, 99540), (99540, 100540)]


def test_what_is_under_way_has_no_end() -> None:
    gantt = gantt_of(show_of("feature-sprint", 20))
    going = [bar for bar in gantt.bars if bar.ended is None]
    assert {(bar.thing, bar.kind) for bar in going} == {("call:ui#1", "speaking"), ("call:api#1", "thinking")}
    assert all(bar.until(gantt.now) == gantt.now for bar in going)


def test_what_a_crash_has_cut_off_is_broken_but_a_question_stays_open() -> None:
    show = show_of("every-kind")
    gantt = gantt_of(show)
    assert all(bar.ended is not None for bar in gantt.bars)
    assert [mark.sign for mark in gantt.marked("paused", "resumed")] == ["resumed", "paused", "resumed"]


def test_a_cue_is_marked_once_however_many_turns_its_loop_takes() -> None:
    for name in ("feature-sprint", "market-scan", "incident-triage"):
        cues = [mark.says for mark in gantt_of(show_of(name)).marked("cue")]
        assert cues == sorted(set(cues)) and cues


@settings(max_examples=40, deadline=None)
@given(histories(), st.data())
def test_a_gantt_that_was_there_from_the_start_is_the_same_as_one_that_came_late(
    history: History, data: st.DataObject
) -> None:
    early, show = Gantt(), Show(history.value)
    for event in history.events:
        show.apply(event)
        if data.draw(st.booleans()):
            early.follow(show)
    early.follow(show)
    late = gantt_of(show)
    assert (early.bars, early.arrows, early.marks, early.spends) == (late.bars, late.arrows, late.marks, late.spends)


def test_after_a_seek_back_it_begins_anew() -> None:
    whole, part = show_of("market-scan"), show_of("market-scan", 50)
    gantt = gantt_of(whole)
    events = list(whole.events)
    whole.start_again()
    for event in events[:50]:
        whole.apply(event)
    assert gantt.follow(whole)
    assert gantt.bars == gantt_of(part).bars and gantt.now == part.state.mono
    assert not gantt.follow(whole)


# Lanes


def test_everybody_of_the_cast_has_a_lane_in_their_order() -> None:
    found = lanes(show_of("feature-sprint"))
    assert [each.title for each in found] == [
        "CTO", "Backend Developer", "Frontend Developer", "QA Engineer", "DevOps Engineer", "people",
    ]  # fmt: skip


def test_two_of_the_cast_with_one_title_are_told_apart_by_their_ids() -> None:
    assert [each.title for each in lanes(show_of("market-scan"))][:3] == ["finder", "counter", "researcher"]


def test_what_is_done_at_the_same_time_stands_in_rows_of_its_own() -> None:
    researcher = lane(lanes(show_of("market-scan")), "researcher")
    assert len(researcher.tracks) == 4
    for track in researcher.tracks:
        assert all(one.ended is not None and one.ended <= other.began for one, other in pairwise(track))


def test_more_than_a_few_at_the_same_time_share_the_last_row() -> None:
    bars = [Bar("speaking", 0, number, f"call:{number}", "s", "a", ended=10) for number in range(9)]
    tracks = tracks_of(bars)
    assert [len(track) for track in tracks] == [1, 1, 1, 6]


def test_lanes_by_step_are_a_tree_with_turns_and_items() -> None:
    found = lanes(show_of("market-scan"), by="step")
    assert [(each.depth, each.title) for each in found][:6] == [
        (0, "opening"), (0, "field"), (1, "rivals"), (2, "[1]"), (2, "[2]"), (2, "[3]"),
    ]  # fmt: skip
    assert lane(found, "memo").folded is False
    assert lane(found, "trends").folded is None


def test_a_folded_step_shows_what_happens_inside_it() -> None:
    show = show_of("market-scan")
    gantt = gantt_of(show)
    found = lanes_of(gantt, show.state, "step", {"memo"})
    memo = lane(found, "memo")
    assert memo.folded and "draft" not in [each.title for each in found]
    assert len(list(memo.bars)) == sum(bar.step.startswith("memo/") for bar in gantt.bars)


def test_many_steps_are_folded_until_somebody_opens_them() -> None:
    state = long_show(2_000).state
    assert len(state.steps) > MANY
    assert folded_at_first(state)
    assert not folded_at_first(show_of("feature-sprint").state)


def test_no_bar_is_lost_in_any_lane() -> None:
    for name in RUNS:
        show = show_of(name)
        gantt = gantt_of(show)
        for by in ("agent", "step"):
            shown = [bar for each in lanes_of(gantt, show.state, by, ()) for bar in each.bars]
            assert sorted(bar.seq for bar in shown) == sorted(bar.seq for bar in gantt.bars)


# What the run waited for


def test_the_critical_path_of_a_finished_run_has_no_gap() -> None:
    for name in ("feature-sprint", "incident-triage", "fact-check", "hello"):
        show = show_of(name)
        path = chart(show).path
        assert path[0].began == 0
        assert all(one.ended == other.began for one, other in pairwise(path)), name


def test_of_two_side_by_side_only_the_later_one_is_on_the_critical_path() -> None:
    found = chart(show_of("feature-sprint"))
    critical = {bar.thing for bar in found.gantt.bars if found.is_critical(bar)}
    assert "call:api#1" in critical and "call:ui#1" not in critical


def test_turns_that_are_over_are_on_the_path_of_a_loop_that_goes_on() -> None:
    found = chart(show_of("incident-triage", 90))
    critical = {bar.step for bar in found.gantt.bars if found.is_critical(bar)}
    assert {"investigate/1/hypothesis", "investigate/2/check", "investigate/3/check"} <= critical


# Where one looks


def test_a_moment_is_told_as_precisely_as_the_ticks_are_apart() -> None:
    assert [spelled(at, step) for at, step in ((350, 50), (2400, 200), (2450, 50), (65_000, 5_000))] == [
        "350 ms", "2.4 s", "2.45 s", "1:05",
    ]  # fmt: skip
    assert spelled(3 * 3_600_000, 3_600_000) == "3:00:00"
    assert spelled(61_500, 500) == "1:01.5"


@pytest.mark.parametrize("lasts", [0, 200, 4_000, 90_000, 43_200_000])
def test_a_run_of_any_length_fits(lasts: int) -> None:
    window = window_of(View(), 100, lasts, over=True)
    marks = ticks(window, 12)
    assert 2 <= len(marks) <= 9
    assert all(mark % tick_step(window.scale, 12) == 0 for mark in marks)
    assert window.column(lasts) <= 100


def test_a_run_that_goes_on_is_not_scaled_anew_at_every_moment() -> None:
    scales = {window_of(View(), 100, now, over=False).scale for now in range(60_000, 70_000, 100)}
    assert len(scales) <= 3


def test_zooming_keeps_the_cursor_where_it_is_and_ends_at_the_whole() -> None:
    whole = window_of(View(), 100, 20_000, over=True)
    view = zoomed(View(cursor=5_000), whole, whole, 1)
    near = window_of(view, 100, 20_000, over=True)
    assert near.scale == whole.scale / 2
    assert near.place(5_000) == pytest.approx(whole.place(5_000))
    assert zoomed(view, near, whole, -1).is_fitted


def test_nobody_looks_beyond_the_ends_of_a_run() -> None:
    whole = window_of(View(), 100, 20_000, over=True)
    view = zoomed(View(cursor=5_000), whole, whole, 3)
    for columns in (-500, 500):
        near = window_of(panned(view, window_of(view, 100, 20_000, over=True), whole, columns), 100, 20_000, over=True)
        assert near.start >= 0 and near.end <= 20_000 + 1e-6


def test_the_cursor_stays_in_sight() -> None:
    whole = window_of(View(), 100, 20_000, over=True)
    view = zoomed(View(cursor=5_000), whole, whole, 3)
    for at in (0, 19_999, 300, 12_000):
        view = moved(view, window_of(view, 100, 20_000, over=True), whole, at)
        near = window_of(view, 100, 20_000, over=True)
        assert near.start <= at <= near.end


# The picture


def test_the_picture_has_axis_lanes_arrows_cues_path_and_strips() -> None:
    seen = "\n".join(drawn(show_of("feature-sprint")))
    for word in ("0:05", "CTO", "▒▒▒███", "╮", "╰", "┊Q5", "━ plan ━", "tokens", "cost", "speaks", "$0.0255"):
        assert word in seen


def test_a_handoff_is_a_line_from_the_giver_down_to_the_taker() -> None:
    rows = drawn(show_of("feature-sprint"), width=100, height=24)
    giver = next(row for row in rows if "CTO" in row)
    taker = next(row for row in rows if "Backend" in row)
    turn = giver.index("╮")
    assert taker[turn] in "├╰▒"  # where it is handed over to
    between = rows[rows.index(giver) + 1 : rows.index(taker)]
    assert between and all(row[turn] == "│" for row in between)


def test_a_retry_and_a_failure_have_signs_of_their_own() -> None:
    assert "▓▓▓↑░░" in "\n".join(drawn(show_of("incident-triage"), "step", 120, 50))
    assert "✗" in "\n".join(drawn(show_of("every-kind")))


def test_a_skipped_step_says_why() -> None:
    assert "skipped · not steps.facts.output.critical" in "\n".join(drawn(show_of("incident-triage"), "step", 160, 50))


def test_without_unicode_every_cell_is_ascii() -> None:
    for name in RUNS:
        show = show_of(name)
        rows = text(painted(chart(show, "step"), View(cursor=3000), Chosen(), 120, 40, look_of(ASCII)))
        assert all(character.isascii() or character in "…≈" for character in "".join(rows))


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("by", ["agent", "step"])
def test_the_picture_fills_every_size(name: str, by: By) -> None:
    show = show_of(name)
    for width, height in ((40, 12), (60, 5), (80, 24), (120, 36), (200, 50), (300, 80), (41, 1)):
        for view in (View(), View(cursor=4_000, lane=3, start=2_000, scale=25, top=4)):
            for rates in (False, True):
                rows: list[Row] = painted(chart(show, by), view, Chosen(rates=rates), width, height)
                assert is_exactly(rows, width, height), (width, height)


@settings(max_examples=30, deadline=None)
@given(histories(), st.integers(30, 160), st.integers(3, 50), st.sampled_from(["agent", "step"]))
def test_any_run_can_be_drawn(history: History, width: int, height: int, by: By) -> None:
    rows = painted(chart(show_of_history(history), by), View(cursor=500), Chosen(), width, height)
    assert is_exactly(rows, width, height)


def test_nothing_of_a_run_that_has_not_begun_is_drawn_wrong() -> None:
    show = Show(lambda ref: None)
    assert is_exactly(painted(chart(show), View(), Chosen(), 100, 20), 100, 20)


def test_what_a_run_calls_its_agents_cannot_drive_the_terminal() -> None:
    nasty = Performer(id="cto", title="\x1b[2J\x9b[red]", glyph="\x1b", color="no colour at all")
    history = begun(cast=(nasty,))
    history.act("plan", "cto", "Split the work", "Two tasks. Go.")
    rows = painted(chart(show_of_history(history)), View(), Chosen(), 100, 20)
    assert not any("\x1b" in row or "\x9b" in row for row in text(rows))


def test_only_those_lanes_are_drawn_that_are_seen() -> None:
    show = long_show(4_000)
    found = chart(show, "step")
    layout = layout_of(found, View(top=30), Chosen(), 120, 30)
    assert len(layout.lines) < len(found.lanes)
    assert layout.lane(1) == layout.lines[0][0] > 0
    assert layout.moment(layout.gutter) is not None and layout.moment(2) is None


@pytest.mark.bench
def test_ten_thousand_events_are_drawn_in_less_than_twenty_milliseconds() -> None:
    found = chart(long_show(10_000))
    view = View(cursor=5_000, lane=2)
    painted(found, view, Chosen(), 160, 48)
    best = min(_timed(found, View(cursor=5_000 + number, lane=2)) for number in range(10))
    assert best < 0.020


def _timed(found: Chart, view: View) -> float:
    began = time.thread_time()
    painted(found, view, Chosen(), 160, 48)
    return time.thread_time() - began


# What there is room for


def test_where_there_is_room_each_step_is_named_below_its_bars_and_the_strips_are_high() -> None:
    show = show_of("feature-sprint")
    layout = layout_of(chart(show), View(), Chosen(), 200, 44)
    assert layout.strip >= 3
    rows = drawn(show, width=200, height=44, view=View(cursor=20_000))
    cto = next(at for at, row in enumerate(rows) if "CTO" in row)
    assert rows[cto + 1].split()[0] == "plan"
    assert rows[cto + 1].index("plan") == rows[cto].index("▒")


def test_where_there_is_none_the_lanes_are_one_row_each() -> None:
    rows = drawn(show_of("feature-sprint"), width=100, height=14)
    cto = next(at for at, row in enumerate(rows) if "CTO" in row)
    assert "Backend" in rows[cto + 1]


def test_what_lanes_took_is_told_in_one_measure() -> None:
    for name in RUNS:
        rows = [row for row in drawn(show_of(name), width=140, height=44) if row.endswith(" tok") or "$" in row[-12:]]
        assert len({"$" in row[-12:] for row in rows}) <= 1, name


def test_a_question_at_the_very_end_is_seen_and_not_covered_by_the_cursor() -> None:
    history = begun()
    history.act("plan", "cto", "Split the work", "Two tasks. Go.", took=2_000, tokens=(2_000, 100), cost=0.006)
    history.add(GateOpened(step="sign_off", gate="sign_off", asks="approve"))
    show = show_of_history(history)
    for cursor in (0.0, float(show.state.mono)):
        rows = drawn(show, view=View(cursor=cursor))
        people = next(row for row in rows if "people" in row)
        assert people.count("◇") == 2, people
