"""The transport: every key that leads elsewhere in a run, keeps something of it, or says why it does nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from app.events import Handoff, StepStarted
from app.playback.cue_file import read_cues
from app.playback.cues import Cue, Placing
from app.tui.screens.blank import Blank
from app.tui.screens.choosing import Choosing
from app.tui.screens.stage import Stage
from app.tui.sources import Here, source_of
from app.tui.widgets.bar import Bar
from corpus.commands import ROOT
from golden.logs import read
from tui.bare import text_of
from tui.scrubbing import Shelf, shelved
from tui.settling import settled
from tui.staging import Door, drawn, performed, stage_of, staged, until

SPRINT = ROOT / "scenarios" / "engineering" / "feature-sprint.yaml"


@asynccontextmanager
async def replayed(name: str = "feature-sprint") -> AsyncIterator[tuple[Pilot[Any], Stage]]:
    golden = read(name)
    async with shelved(Shelf(golden.events, golden.value)) as (pilot, stage):
        stage.playhead.seek(0)
        yield pilot, stage


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys on the stage, and let it draw."""
    await pilot.press(*keys)
    stage_of(pilot).frame()
    await settled(pilot.app)


async def write(pilot: Pilot[Any], text: str) -> None:
    """Say where to go."""
    await pilot.press("g")
    pilot.app.screen.query_one(Input).value = text
    await press(pilot, "enter")


# In time


async def test_arrows_and_letters_go_by_seconds_and_by_tenths_of_the_show() -> None:
    async with replayed() as (pilot, stage):
        playhead, length = stage.playhead, stage.playhead.length
        assert length is not None
        moments = []
        for key in ("right", "l", "left", "j", "5", "shift+right", "shift+left", "0"):
            await press(pilot, key)
            moments.append(playhead.now)
        half = length / 2
        assert moments == pytest.approx([5, 15, 10, 0, half, half + length / 10, half, 0])


async def test_keys_that_are_held_are_one_move_a_frame() -> None:
    async with replayed() as (_, stage):
        leaps = stage.playhead.leaps
        for _ in range(6):
            stage.action_seek(2)
        assert (stage.playhead.place, stage.playhead.leaps) == (12, leaps)
        stage.frame()
        assert (stage.playhead.now, stage.playhead.leaps) == (12, leaps + 1)


async def test_at_the_ends_of_a_show_it_is_said_why_nothing_happens() -> None:
    async with replayed() as (pilot, stage):
        await press(pilot, "left")
        assert "this is the beginning" in text_of(pilot.app)
        stage.playhead.seek_time(10_000)
        await press(pilot, "right")
        assert "this is the end" in text_of(pilot.app)


async def test_the_bar_tells_the_time_of_the_show_and_follows_the_mouse() -> None:
    async with replayed() as (pilot, stage):
        bar, length = stage.query_one(Bar), stage.playhead.length
        assert length is not None
        await pilot.mouse_down(bar, offset=(3, 0))
        await pilot.hover(bar, offset=(30, 0))
        stage.frame()
        there = stage.playhead.now
        await pilot.hover(bar, offset=(20, 0))
        await pilot.mouse_up(bar, offset=(20, 0))
        await pilot.hover(bar, offset=(50, 0))
        stage.frame()
        await settled(pilot.app)
        assert 0 < stage.playhead.now < there < length
        minutes, seconds = divmod(round(length), 60)
        assert f"/{minutes}:{seconds:02}" in text_of(pilot.app)


# From one thing to another


async def test_from_cue_to_cue_with_the_keys_of_clickers_too() -> None:
    async with replayed() as (pilot, stage):
        cues = [placed.seq for placed in stage.playhead.cues]
        seen = []
        for key in ("n", "pagedown", "right_square_bracket", "p", "pageup", "left_square_bracket"):
            await press(pilot, key)
            seen.append(stage.playhead.seen)
        assert seen == [*cues[:3], cues[1], cues[0], cues[0]]
        assert "there is no cue before this" in text_of(pilot.app)


async def test_where_there_are_no_cues_it_is_said() -> None:
    async with replayed("every-kind") as (pilot, stage):
        stage.playhead.set_cues(Placing(()))
        await press(pilot, "n")
        assert "this run has no cues" in text_of(pilot.app)


async def test_errors_are_found_in_both_directions() -> None:
    async with replayed("incident-triage") as (pilot, stage):
        await press(pilot, "x")
        first = stage.playhead.seen
        assert first
        stage.playhead.to_head()
        await press(pilot, "X")
        assert first <= stage.playhead.seen < stage.playhead.head


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Q2", "the second cue"),
        ("0:10", "ten seconds"),
        ("#30", "the event"),
        ("50%", "half"),
        ("one contract", "words"),
    ],
)
async def test_one_can_go_to_whatever_can_be_named(said: str, found: str) -> None:
    async with replayed() as (pilot, stage):
        playhead = stage.playhead
        await write(pilot, said)
        await until(lambda: playhead.seen > 0, "it has gone there")
        assert {
            "the second cue": playhead.seen == playhead.cues[1].seq,
            "ten seconds": playhead.now == 10,
            "the event": playhead.seen == 30,
            "half": playhead.now == pytest.approx((playhead.length or 0) / 2),
            "words": isinstance(stage.show.events[-1], Handoff),
        }[found]


@pytest.mark.parametrize(
    ("said", "told"),
    [("Q99", "there is no Q99"), ("#9999", "there is no event #9999"), ("59:00", "the show is shorter than that")],
)
async def test_what_is_nowhere_is_told_on_the_card_and_it_stays(said: str, told: str) -> None:
    async with replayed() as (pilot, stage):
        await write(pilot, said)
        assert told in text_of(pilot.app)
        assert stage.playhead.seen == 0


async def test_words_that_nobody_said_are_told() -> None:
    async with replayed() as (pilot, _):
        await write(pilot, "xylophone")
        await until(lambda: "nothing in the log says xylophone" in text_of(pilot.app))


# How fast, and held


async def test_no_speed_lies_beyond_the_last_and_that_is_said() -> None:
    async with replayed() as (pilot, stage):
        await press(pilot, *["greater_than_sign"] * 5)
        assert "8 times is the fastest" in text_of(pilot.app)
        await press(pilot, *["less_than_sign"] * 7)
        assert stage.playhead.speed == 0.25
        assert "a quarter is the slowest" in text_of(pilot.app)


async def test_a_cue_that_holds_is_named_on_the_bar_and_space_is_go() -> None:
    async with replayed() as (pilot, stage):
        hold = Cue("1", "the plan", "the plan", hold="audience")
        stage.playhead.set_cues(
            Placing([(hold, lambda event: isinstance(event, StepStarted) and event.step == "plan")])
        )
        await press(pilot, "n")
        assert stage.playhead.standing is not None
        assert "held at Q1 the plan" in text_of(pilot.app)
        await press(pilot, "space")
        assert stage.playhead.standing is None


async def test_blank_shows_nothing_until_a_key_is_pressed() -> None:
    async with replayed() as (pilot, _):
        await press(pilot, "b")
        assert isinstance(pilot.app.screen, Blank)
        assert not text_of(pilot.app).strip()
        await press(pilot, "space")
        assert isinstance(pilot.app.screen, Stage)


async def test_a_locked_keyboard_keeps_the_keys_of_a_clicker() -> None:
    async with replayed() as (pilot, stage):
        await press(pilot, "L", "5")
        assert stage.playhead.now == 0
        await press(pilot, "n")
        assert stage.playhead.seen == stage.playhead.cues[0].seq
        moments = iter([0.0, 0.4, *(0.4 + 0.05 * number for number in range(1, 50))])
        assert stage.house.lock is not None
        stage.house.lock._clock = lambda: next(moments)
        while stage.house.lock is not None:
            await press(pilot, "q")
        await press(pilot, "5")
        assert stage.playhead.now > 0


@pytest.mark.parametrize("paused", [True, False])
async def test_the_end_and_the_beginning_change_nothing_about_whether_a_recorded_run_plays(paused: bool) -> None:
    async with replayed() as (pilot, stage):
        stage.playhead.paused = paused
        await press(pilot, "end", "home")
        assert stage.playhead.now == 0
        assert stage.playhead.paused is paused


# What is kept of it


async def test_a_cue_is_added_here_beside_those_of_the_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with replayed() as (pilot, stage):
        known = len(stage.playhead.cues)
        stage.playhead.seek(12)
        await press(pilot, "m", "t", "w", "o", "enter")
        await until(lambda: "is kept in" in text_of(pilot.app))
        labels = [cue.label for cue in read_cues(next(tmp_path.glob("*.cues.yaml"))).cues]
        assert "two" in labels
        assert len(labels) == known + 1
        assert stage.playhead.cue is not None
        assert stage.playhead.cue.cue.label == "two"


async def test_a_fork_says_what_it_will_cost_and_begins_where_the_audience_is(tmp_path: Path) -> None:
    workspace = tmp_path / "w.db"
    run = performed(SPRINT, workspace)
    await run.result()
    async with staged(await source_of(run.id, workspace), clock=lambda: 0.0) as pilot:
        pilot.app.workspace = workspace  # type: ignore[attr-defined]
        stage = stage_of(pilot)
        await until(lambda: stage.playhead.length is not None)
        stage.playhead.seek(20)
        await press(pilot, "F")
        assert isinstance(pilot.app.screen, Choosing)
        assert "no model is called" in text_of(pilot.app)
        await pilot.press("f")
        await until(lambda: isinstance(pilot.app.screen, Stage) and pilot.app.screen is not stage)
        forked: Any = pilot.app.screen
        assert forked.show.state.start is None or forked.show.state.start.parent.seq == 20
        forked.source.going.cancel()
        await forked.source.going.result()


async def test_before_anything_has_happened_nothing_can_be_kept() -> None:
    async with replayed() as (pilot, _):
        await press(pilot, "F")
        assert "nothing has happened yet that a fork could take over" in text_of(pilot.app)
        await press(pilot, "m")
        assert "nothing has happened yet that a cue could stand at" in text_of(pilot.app)


# While a run goes on


async def test_of_a_run_that_goes_on_one_can_look_back_and_return_to_where_it_is(tmp_path: Path) -> None:
    run, door = performed(SPRINT, tmp_path / "w.db"), Door(4)
    door.leads(run)
    async with staged(Here(run), clock=lambda: 0.0) as pilot:
        await door.closed(run)
        head = run.events[-1].seq
        stage = await drawn(pilot, head)
        await press(pilot, "space", "j")
        assert stage.playhead.seen < head
        await press(pilot, "right", "right", "right", "right", "end")
        assert stage.playhead.seen == head
        assert stage.playhead.length is None
        door.open()
        await run.result()
        await until(lambda: stage.playhead.length is not None, "now that it is over, it has a length")
