"""A rehearsal that is led by its audience: nothing begins before they have seen what happened, and nothing else changes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.engine import Run, perform
from app.events import (
    CallStarted,
    Directed,
    GateOpened,
    Remark,
    StepSkipped,
    StepStarted,
    ToolStarted,
    encode,
)
from app.playback.playhead import Playhead
from app.playback.show import Show
from corpus.bundled import FEW, KINDS
from corpus.playing import PATIENCE, House, Played, Scripted, count, has, until

PLAYS = (*FEW, KINDS)
TWO = "steps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n"
CROWD = """limits: {wall: 5m}
steps:
  plan: {agent: a, prompt: x}
  crowd: {needs: [plan], for_each: [1, 2, 3], max_parallel: 3, agent: b, prompt: x, timeout: 30s}
  count: {needs: [plan], tool: text.count, with: {text: x}}
  end: {needs: [crowd, count], agent: c, prompt: x}
"""


class Door:
    """An audience that sees what it is told to see."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.seen = 0
        self._moved = asyncio.Event()

    async def __call__(self, seq: int) -> None:
        self.asked.append(seq)
        while self.seen < seq:
            await self._moved.wait()

    def see(self, seq: int) -> None:
        self.seen = seq
        self._moved.set()
        self._moved = asyncio.Event()


async def turns() -> None:
    """Let go on whatever can."""
    for _ in range(200):
        await asyncio.sleep(0)


async def log_of(run: Run) -> list[bytes]:
    """What the run recorded, but for its name and the hour."""
    async with asyncio.timeout(PATIENCE):
        await run.result()
    said = []
    for event in run.events:
        event.run, event.at = "", 0
        said.append(encode(event))
    return said


def begin(play: Path, house: House) -> Run:
    return perform(play, mode="rehearsal", seed=11, journal=house.journal)


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
async def test_a_rehearsal_that_waits_for_its_audience_writes_the_same_log(play: Path, house: House) -> None:
    unpaced = await log_of(begin(play, house))
    paced = begin(play, house)
    paced.led_by(slow(random.Random(3)))
    assert await log_of(paced) == unpaced


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
async def test_it_is_the_same_in_front_of_a_playhead(play: Path, house: House) -> None:
    unpaced = await log_of(begin(play, house))
    paced = begin(play, house)
    await watched(paced, "theatrical")
    assert await log_of(paced) == unpaced


async def watched(run: Run, pace: str) -> None:
    """Show a run to the end in front of an audience whose time passes quickly."""
    now = 0.0
    playhead = Playhead(Show(run.value), pace, lambda: now)
    run.led_by(playhead.shown)
    run.watch(lambda started, text: None)
    feeding = asyncio.create_task(feed(run, playhead))
    async with asyncio.timeout(PATIENCE):
        while not (feeding.done() and playhead.due() is None):
            now += max(0.05, playhead.due() or 0.0)
            playhead.advance()
            await asyncio.sleep(0)
    assert playhead.show.state == run.state


async def feed(run: Run, playhead: Playhead) -> None:
    async for event in run:
        playhead.feed(event)


def slow(chance: random.Random) -> Callable[[int], Awaitable[None]]:
    async def audience(seq: int) -> None:
        for _ in range(chance.choice((0, 1, 7, 30))):
            await asyncio.sleep(0)

    return audience


async def test_no_effect_begins_before_everything_until_then_was_seen(house: House) -> None:
    seen = 0

    async def audience(seq: int) -> None:
        nonlocal seen
        await asyncio.sleep(0.002)
        seen = seq

    run = house.begin(CROWD)
    run.led_by(audience)
    ahead = []
    run.performance.on_event(  # type: ignore[union-attr]
        lambda event: ahead.append(event.seq - 1 - seen) if isinstance(event, CallStarted | ToolStarted) else None
    )
    assert (await house.end_of(run)).outcome == "succeeded"
    assert ahead == [0] * 6, "also of those that begin side by side"


async def test_while_the_audience_looks_the_time_of_the_run_stands_still(house: House) -> None:
    door = Door()
    run = house.begin("limits: {wall: 5m}\nsteps: {one: {agent: a, prompt: x, timeout: 30s}}\n")
    run.led_by(door)
    await until(lambda: bool(door.asked))
    await turns()
    assert not has(run, CallStarted)
    door.see(1000)
    assert (await house.end_of(run)).outcome == "succeeded", "no timeout rang"


async def waiting(house: House, text: str = TWO, **options: Any) -> tuple[Run, Door]:
    """A run whose first call waits for its audience."""
    door = Door()
    run = house.begin(text, **options)
    run.led_by(door)
    await until(lambda: bool(door.asked))
    return run, door


async def test_what_is_whispered_while_it_waits_is_heard_in_the_very_next_call(house: House) -> None:
    run, door = await waiting(house)
    run.direct("whisper", "a", "mind the gap")
    door.see(1000)
    played = await house.end_of(run)
    assert "mind the gap" in str(played.messages("one"))


async def test_who_is_muted_while_it_waits_says_nothing_afterwards(house: House) -> None:
    run, door = await waiting(house)
    run.direct("mute", "b")
    door.see(1000)
    played = await house.end_of(run)
    assert [event.agent for event in played.of(CallStarted)] == ["a"]


async def test_a_model_that_is_swapped_while_it_waits_plays_from_the_next_call_on(house: House) -> None:
    run, door = await waiting(house, "models: {m: {use: ollama/small}, n: {use: ollama/large}}\n" + TWO)
    run.direct("swap", "a", "n")
    door.see(1000)
    played = await house.end_of(run)
    assert played.of(CallStarted, "one")[0].model == "n"


async def test_a_step_that_is_skipped_while_it_waits_does_not_begin(house: House) -> None:
    run, door = await waiting(house)
    run.direct("skip", "two")
    run.direct("skip", "one")
    door.see(1000)
    played = await house.end_of(run)
    assert played.of(CallStarted) == []
    assert [event.step for event in played.of(StepSkipped)] == ["two"]


async def test_a_run_that_waits_for_its_audience_can_be_cancelled(house: House) -> None:
    run, _ = await waiting(house)
    run.cancel(by="ana")
    assert (await house.end_of(run)).outcome == "cancelled"


async def test_it_can_be_paused_although_the_audience_sees_nothing_more(house: House) -> None:
    run, _ = await waiting(house)
    run.pause(by="ana")
    result = (await house.end_of(run)).result
    assert (result.status, result.reason) == ("paused", "person")


async def test_it_can_be_stopped_and_resumed(house: House) -> None:
    run, _ = await waiting(house, CROWD)
    played = Played(run, await run.stop())
    assert played.result.status == "paused"
    assert (await house.play_on(played)).outcome == "succeeded"


async def test_what_is_under_way_ends_when_it_stops_although_another_waits_for_the_audience(house: House) -> None:
    run, door = await waiting(house, CROWD)
    door.see(run.events[-1].seq)
    await until(lambda: count(run, CallStarted) == 1 and len(door.asked) > 1)
    door.see(run.events[-1].seq)
    await until(lambda: count(run, CallStarted) == 2 and len(door.asked) > 2)
    run.pause()
    played = await house.end_of(run)
    assert played.result.status == "paused"
    assert {call.status for call in played.state.calls.values()} <= {"finished", "routed", "lost"}
    assert [call.status for call in played.state.calls.values() if call.started] == ["finished", "finished"]


async def test_a_hold_and_steps_count_while_it_waits(house: House) -> None:
    run, door = await waiting(house)
    run.hold()
    door.see(1000)
    await turns()
    assert not has(run, CallStarted)
    run.step()
    await until(lambda: count(run, CallStarted) == 1)
    run.go()
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_an_audience_that_leaves_lets_everything_go_on(house: House) -> None:
    run, _ = await waiting(house)
    run.led_by(None)
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_another_audience_may_take_its_place(house: House) -> None:
    run, _ = await waiting(house)
    other = Door()
    run.led_by(other)
    await until(lambda: bool(other.asked))
    assert not has(run, CallStarted)
    other.see(1000)
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_an_audience_that_fails_does_not_end_what_it_sees(house: House) -> None:
    async def audience(seq: int) -> None:
        raise RuntimeError("the roof fell in")

    run = house.begin(TWO)
    run.led_by(audience)
    played = await house.end_of(run)
    assert played.outcome == "succeeded"
    assert "the roof fell in" in played.of(Remark)[0].text


async def test_a_question_is_asked_before_the_audience_and_its_answer_counts(house: House) -> None:
    run, door = await waiting(house, "steps: {one: {agent: a, prompt: x}, ok: {approve: Ship?}}\n", patient=True)
    door.see(1000)
    await until(lambda: has(run, GateOpened))
    run.answer("ok", "approve", by="ana")
    assert (await house.end_of(run)).output("ok")["by"] == "ana"


async def test_a_live_run_may_be_led_as_well(house: House) -> None:
    door = Door()
    script = Scripted.all("Done.", "Done.")
    text = "models: {m: {use: openai-compatible/led, base_url: 'http://led.example/v1'}}\n" + TWO
    run = house.begin(text, mode="live", providers=script)
    run.led_by(door)
    await until(lambda: bool(door.asked))
    assert len(script.asked) == 0
    door.see(1000)
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_directions_that_are_told_while_it_waits_are_not_waited_for(house: House) -> None:
    run, door = await waiting(house)
    door_asked = list(door.asked)
    run.direct("mute", "c")
    door.see(door_asked[0])
    await until(lambda: has(run, CallStarted))
    assert count(run, Directed) == 1
    door.see(1000)
    assert len((await house.end_of(run)).of(StepStarted)) == 2
