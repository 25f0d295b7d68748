"""The timeline over recorded and rehearsed runs, at the keyboard and with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.playback.show import Show
from app.tui.keys import keys_of
from app.tui.screens.inspector import Inspector
from app.tui.screens.stage import Stage
from app.tui.screens.timeline import Timeline
from app.tui.sources import Here
from golden.logs import read
from tui.looking import SIZES, long_show, show_of, timeline
from tui.staging import drawn, performed, stage_of, staged, until


async def test_every_key_of_the_timeline_does_something() -> None:
    async with timeline(show_of("feature-sprint")) as (_, screen, _pilot):
        for key in keys_of("timeline"):
            assert hasattr(screen, f"action_{key.action.partition('(')[0]}"), key.id


@pytest.mark.parametrize("size", SIZES)
async def test_it_can_be_seen_at_every_size(size: tuple[int, int]) -> None:
    async with timeline(show_of("market-scan"), size) as (house, _, pilot):
        assert "researcher" in house.read or "resear" in house.read
        await pilot.press("a", "z", "z", "right", "down", "r", "c")
        assert not house.mishaps


async def test_it_begins_at_the_present_with_whoever_acted_last() -> None:
    async with timeline(show_of("feature-sprint")) as (house, screen, _):
        assert screen.gantt.view.cursor == 20_582
        assert "DevOps Engineer" in screen.gantt.moment.title[0].text
        assert "speaks 3.9 s" in house.read


async def test_the_box_tells_what_waited_for_what() -> None:
    async with timeline(show_of("feature-sprint")) as (house, _, pilot):
        await pilot.press("home", "up", "up", "up", "up", "right", "tab")
        for words in ("CTO", "speaks 2.1 s", "first token after 906 ms", "$0.0058", "handed on to Backend"):
            assert words in house.read
        assert "the run waited for it" in house.read


async def test_arrows_move_the_cursor_and_the_lane() -> None:
    async with timeline(show_of("feature-sprint")) as (_, screen, pilot):
        await pilot.press("home")
        assert screen.gantt.view.cursor == 0
        await pilot.press("right", "l")
        assert screen.gantt.view.cursor == pytest.approx(2 * screen.gantt.layout_now.window.scale)
        await pilot.press("left", "h")
        assert screen.gantt.view.cursor == pytest.approx(0, abs=1e-6)
        lane = screen.gantt.view.lane
        await pilot.press("up", "k")
        assert screen.gantt.view.lane == lane - 2
        await pilot.press("down", "j")
        assert screen.gantt.view.lane == lane
        await pilot.press("end")
        assert screen.gantt.view.cursor == 20_582


async def test_zoom_comes_twice_as_near_and_fit_shows_the_whole() -> None:
    async with timeline(show_of("feature-sprint")) as (_, screen, pilot):
        whole = screen.gantt.layout_now.window.scale
        await pilot.press("z", "z")
        assert screen.gantt.layout_now.window.scale == pytest.approx(whole / 4)
        await pilot.press("Z")
        assert screen.gantt.layout_now.window.scale == pytest.approx(whole / 2)
        await pilot.press("equals_sign")
        assert screen.gantt.layout_now.window.scale == pytest.approx(whole)


async def test_lanes_are_by_agent_or_by_step_and_the_cursor_stays_with_its_bar() -> None:
    async with timeline(show_of("feature-sprint")) as (house, screen, pilot):
        thing = screen.gantt.moment.thing
        await pilot.press("a")
        assert "polish" in house.read and "sign_off" in house.read
        assert screen.gantt.moment.thing == thing
        await pilot.press("a")
        assert "people" in house.read


async def test_a_step_is_folded_and_opened_again() -> None:
    async with timeline(show_of("feature-sprint")) as (house, screen, pilot):
        await pilot.press("space")
        assert "nothing is folded here" in house.said[-1]
        await pilot.press("a")
        polish = screen.gantt.chart.lane_of("step:polish")
        assert polish is not None
        screen.gantt.lane(polish - screen.gantt.view.lane)
        await pilot.press("space")
        assert "▸ polish" in house.read and "verdict" not in house.read.replace("critical", "").split("cues")[0]
        await pilot.press("space")
        assert "▾ polish" in house.read


async def test_the_critical_path_and_the_rates_can_be_turned_on_and_off() -> None:
    async with timeline(show_of("feature-sprint")) as (house, _, pilot):
        assert "━ deploy" in house.read and "/s at most" not in house.read
        await pilot.press("c", "r")
        assert "━ deploy" not in house.read and "/s at most" in house.read


async def test_handoffs_are_gone_to_one_after_the_other() -> None:
    show = show_of("feature-sprint")
    async with timeline(show) as (house, screen, pilot):
        await pilot.press("home")
        seen = []
        for _ in show.state.handoffs:
            await pilot.press("right_curly_bracket")
            seen.append(screen.gantt.moment.thing)
        assert seen == [f"seq:{handoff.seq}" for handoff in show.state.handoffs]
        await pilot.press("right_curly_bracket")
        assert house.said[-1] == "there is no handoff after this"
        await pilot.press("left_curly_bracket")
        assert screen.gantt.moment.thing == seen[-2]


async def test_errors_are_gone_to_and_after_the_last_comes_the_first() -> None:
    async with timeline(show_of("every-kind")) as (_, screen, pilot):
        seen = []
        for _ in range(20):
            await pilot.press("x")
            seen.append(screen.gantt.moment.thing)
        assert "seq:19" in seen and "seq:37" in seen
        assert len(set(seen)) < len(seen)


async def test_without_an_error_it_says_so() -> None:
    async with timeline(show_of("hello")) as (house, _, pilot):
        await pilot.press("x")
        assert house.said[-1] == "there is no error after this"


async def test_enter_opens_what_the_cursor_stands_on_and_escape_comes_back() -> None:
    async with timeline(show_of("feature-sprint")) as (house, screen, pilot):
        await pilot.press("enter")
        assert isinstance(house.screen, Inspector)
        assert house.screen.view.inspected.thing == "call:deploy#1"
        await pilot.press("escape")
        assert screen.is_current


async def test_y_copies_what_the_box_tells() -> None:
    async with timeline(show_of("feature-sprint")) as (house, _, pilot):
        await pilot.press("y")
        assert "DevOps Engineer" in house.clipped[-1] and "speaks 3.9 s" in house.clipped[-1]


async def test_the_mouse_puts_the_cursor_somewhere_and_opens_it() -> None:
    async with timeline(show_of("feature-sprint")) as (house, screen, pilot):
        layout = screen.gantt.layout_now
        row = next(y for y, (lane, _) in enumerate(layout.lines, 1) if lane == 0)
        x = layout.gutter + layout.window.column(1_500)
        await pilot.click(screen.gantt, offset=(x, row))
        assert screen.gantt.moment.thing == "call:plan#1"
        await pilot.click(screen.gantt, offset=(x, row), times=2)
        await pilot.pause()
        assert isinstance(house.screen, Inspector)


async def test_the_wheel_zooms_where_all_lanes_are_seen_and_scrolls_where_not() -> None:
    async with timeline(show_of("feature-sprint")) as (_, screen, pilot):
        whole = screen.gantt.layout_now.window.scale
        await pilot._post_mouse_events([_scroll("up")], screen.gantt, offset=(60, 5))
        assert screen.gantt.layout_now.window.scale == pytest.approx(whole / 2)
    async with timeline(long_show(3_000)) as (_, screen, pilot):
        await pilot.press("a")
        lane = screen.gantt.view.lane
        await pilot._post_mouse_events([_scroll("down")], screen.gantt, offset=(60, 5))
        assert screen.gantt.view.lane == lane + 1


def _scroll(way: str) -> Any:
    from textual import events

    return events.MouseScrollUp if way == "up" else events.MouseScrollDown


async def test_the_chosen_lane_is_always_in_sight() -> None:
    async with timeline(long_show(3_000), (100, 24)) as (_, screen, pilot):
        await pilot.press("a")
        for key in ("up", "down"):
            for _ in range(15):
                await pilot.press(key)
                assert screen.gantt.view.lane in {lane for lane, _ in screen.gantt.layout_now.lines}


async def test_an_empty_show_says_that_nothing_has_happened() -> None:
    async with timeline(Show(lambda ref: None)) as (house, _, pilot):
        await pilot.press(*"azZcrxjkhl", "enter", "tab", "space", "home", "end", "y")
        assert "nothing has happened yet" in house.read
        assert not house.mishaps


async def test_it_follows_what_happens_and_the_cursor_stays_at_the_present() -> None:
    golden, show = read("feature-sprint"), show_of("feature-sprint", 20)
    async with timeline(show) as (house, screen, pilot):
        before = screen.gantt.view.cursor
        for event in golden.events[20:40]:
            show.apply(event)
        screen.frames.start()
        await until(lambda: screen.gantt.view.cursor > before)
        await pilot.pause()
        assert screen.gantt.view.cursor == show.state.mono
        assert "▸" in house.read


async def test_while_nothing_happens_in_a_live_run_what_is_under_way_grows() -> None:
    show = show_of("feature-sprint", 20)
    assert show.state.start is not None
    show.state.start.mode = "live"
    async with timeline(show) as (house, screen, _):
        screen.source.performed = "elsewhere"  # type: ignore[misc]
        screen.playhead.live = True
        show.passed = 3_000
        screen.frames.start()
        await until(lambda: screen.gantt.chart.now == 2_972 + 412 + 3_000)
        assert "speaks 3.0 s so far" in house.read


async def test_what_is_hidden_does_no_work() -> None:
    golden, show = read("feature-sprint"), show_of("feature-sprint", 20)
    async with timeline(show) as (house, screen, pilot):
        await pilot.press("enter")
        assert isinstance(house.screen, Inspector)
        before = screen.gantt.chart.now
        for event in golden.events[20:40]:
            show.apply(event)
        screen.frames.wake()
        assert screen.frames._timer is None, "no frame is due"
        assert screen.gantt._gantt.now == before
        await pilot.press("escape")
        await until(lambda: screen.gantt._gantt.now == show.state.mono)


@pytest.mark.parametrize("scenario", ["feature-sprint", "incident-triage", "fact-check", "market-scan"])
async def test_a_rehearsal_that_was_just_performed_is_seen_from_the_stage(scenario: str, tmp_path: Path) -> None:
    run = performed(scenario, tmp_path / "workspace")
    source = Here(run)
    async with staged(source) as pilot:
        result = await run.result()
        assert result.status == "finished"
        stage = await drawn(pilot, run.events[-1].seq)
        while not stage.is_current:  # a question that was asked on the way
            await pilot.press("escape")
        await pilot.press("v")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, Timeline)
        assert screen.gantt.chart.now == run.events[-1].mono
        for keys in ("a", "z", "left", "x", "right_curly_bracket", "equals_sign", "r", "v", "v"):
            await pilot.press(keys)
        assert isinstance(pilot.app.screen, Stage)
        assert stage_of(pilot) is stage


@pytest.mark.parametrize(("theme", "size"), [("footlights", (120, 36)), ("paper", (120, 36)), ("footlights", (80, 24))])
async def test_it_looks_as_it_did(theme: str, size: tuple[int, int], pictured: Callable[[Any, str], None]) -> None:
    async with timeline(show_of("market-scan"), size) as (house, _, pilot):
        house.wear(theme)
        await pilot.pause()
        pictured(house, f"timeline-{theme}-{size[0]}x{size[1]}")
