"""A show for an empty room: it plays for ever, and nobody leaves it but who knows how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from app.tui.app import Opening, Theatre
from app.tui.filed import Filed, found
from app.tui.keys import KEYS
from app.tui.lock import Lock
from app.tui.remembered import Remembered
from app.tui.screens.kiosk import BOW, IDLE, Kiosk
from tui.bare import text_of
from tui.staging import until

MORE = (
    "ctrl+c",
    "ctrl+q",
    "ctrl+z",
    "ctrl+d",
    "ctrl+p",
    "ctrl+w",
    "f1",
    "f10",
    "delete",
    "backspace",
    "Q",
    "shift+tab",
)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def kiosk(*, pin: str = "", locked: bool = True) -> AsyncIterator[tuple[Kiosk, Clock, Pilot[Any]]]:
    """The tour in a kiosk, opened over Home."""
    known, clock = await found(""), Clock()
    house = Theatre(Opening(remembered=Remembered()))
    house.clock = clock
    async with house.run_test(size=(120, 36), notifications=True) as pilot:
        lock = Lock(Kiosk.keys_that_count(), pin=pin, clock=clock) if locked else None
        stage = Kiosk(Filed(known.recording, known.sheet), "theatrical", clock=clock, lock=lock)
        await house.push_screen(stage)
        await until(lambda: stage.playhead.length is not None, "all of it is known")
        await pilot.pause()
        yield stage, clock, pilot


def later(stage: Kiosk, clock: Clock, seconds: float) -> None:
    """Time passes, and the stage looks at it."""
    clock.now += seconds
    stage.frame()
    stage.frame()


async def test_no_key_leads_out_of_it() -> None:
    async with kiosk() as (stage, _, pilot):
        pressed = {each for key in KEYS for each in key.keys.split(",")} | set(MORE)
        for key in sorted(pressed):
            await pilot.press(key)
            assert pilot.app.screen is stage, key
        assert pilot.app.is_running
        assert stage.house.lock is not None


async def test_neither_the_mouse_nor_pasted_text_does_anything() -> None:
    from textual.events import Paste

    async with kiosk() as (stage, _, pilot):
        for y in range(36):
            await pilot.click(offset=(12, y))
            await pilot.click(offset=(100, y))
        pilot.app.post_message(Paste("qqq"))
        await pilot.pause()
        assert pilot.app.screen is stage
        assert stage.house.lock is not None


async def hold_q(clock: Clock, pilot: Pilot[Any], seconds: float) -> None:
    """As a terminal repeats it."""
    for pause in (0.0, 0.4, *[0.05] * round((seconds - 0.4) / 0.05)):
        clock.now += pause
        await pilot.press("q")


async def test_a_q_that_is_held_unlocks_it_and_does_nothing_more_until_it_is_let_go() -> None:
    async with kiosk() as (stage, clock, pilot):
        await hold_q(clock, pilot, 1.8)
        assert stage.house.lock is not None
        clock.now += 2
        await hold_q(clock, pilot, 3)
        assert stage.house.lock is None
        assert pilot.app.is_running
        assert pilot.app.screen is stage
        clock.now += 1
        await pilot.press("q")
        await until(lambda: not pilot.app.is_running, "it is left")


async def test_no_taps_of_q_lead_out_of_it() -> None:
    async with kiosk() as (stage, clock, pilot):
        for _ in range(30):
            clock.now += 0.3
            await pilot.press("q")
        assert pilot.app.screen is stage
        assert stage.house.lock is not None


async def test_once_it_is_unlocked_every_key_counts() -> None:
    async with kiosk() as (stage, clock, pilot):
        await hold_q(clock, pilot, 2.2)
        await pilot.press("escape")
        assert pilot.app.screen is not stage


async def test_with_a_pin_only_the_pin_unlocks_it() -> None:
    async with kiosk(pin="0815") as (stage, _, pilot):
        await pilot.press("q", "q", "q", "q")
        assert stage.house.lock is not None
        await pilot.press(*"0815")
        assert stage.house.lock is None


async def test_a_key_that_the_stage_gives_back_late_does_not_come_between_those_of_a_pin() -> None:
    from textual.events import Key

    async with kiosk(pin="0815") as (stage, _, pilot):
        counted = Key("right", None)
        counted._set_forwarded()  # the stage has had it
        for event in (*(Key(digit, digit) for digit in "08"), counted, *(Key(digit, digit) for digit in "15")):
            pilot.app.post_message(event)
        await pilot.pause()
        assert stage.house.lock is None


async def test_its_last_row_says_which_keys_count_and_how_it_is_unlocked() -> None:
    async with kiosk() as (_, _, pilot):
        last = text_of(pilot.app).splitlines()[-1]
        assert last.startswith(" space pause  ← 5 s  → 5 s")
        assert last.rstrip().endswith("hold q to unlock")
        assert "quit" not in last


async def test_unlocked_its_last_row_says_how_one_leaves_and_what_counts_now() -> None:
    async with kiosk(pin="0815") as (stage, _, pilot):
        await pilot.press("space", *"0815")
        await until(
            lambda: "unlock" not in text_of(pilot.app).splitlines()[-1], "a show that stands still says so, too"
        )
        last = text_of(pilot.app).splitlines()[-1]
        assert last.startswith(" esc leave  space pause")
        assert last.rstrip().endswith("q quit  ? help")
        await pilot.press("escape")
        assert pilot.app.screen is not stage


async def test_it_begins_again_after_its_bow() -> None:
    async with kiosk() as (stage, clock, _):
        assert stage.playhead.length is not None
        later(stage, clock, stage.playhead.length + 1)
        assert stage.show.state.over
        later(stage, clock, BOW - 1)
        assert stage.show.state.over, "its end can be read"
        later(stage, clock, 2)
        assert not stage.show.state.over
        assert stage.playhead.now < 5
        assert not stage.playhead.paused


async def test_whoever_stopped_it_and_went_away_is_not_waited_for() -> None:
    async with kiosk() as (stage, clock, pilot):
        later(stage, clock, 20)
        await pilot.press("space")
        assert stage.playhead.paused
        later(stage, clock, IDLE - 1)
        assert stage.playhead.paused
        later(stage, clock, 2)
        assert not stage.playhead.paused
        assert stage.playhead.now < 5


@pytest.mark.parametrize("key", ["right", "n"])
async def test_keys_that_count_move_it(key: str) -> None:
    async with kiosk() as (stage, _, pilot):
        before = stage.playhead.seen
        await pilot.press(key)
        await until(lambda: stage.frame() is not None and stage.playhead.seen > before, "it has moved")


async def test_a_loop_without_a_lock_is_left_like_any_stage() -> None:
    async with kiosk(locked=False) as (stage, clock, pilot):
        assert stage.playhead.length is not None
        later(stage, clock, stage.playhead.length + 1)
        later(stage, clock, BOW + 1)
        assert not stage.show.state.over
        await pilot.press("escape")
        await asyncio.sleep(0)
        assert pilot.app.screen is not stage
