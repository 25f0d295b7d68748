"""A run that is held, stepped through, paused, cancelled or stopped; and those who follow it."""

from __future__ import annotations

import asyncio

import pytest

from app.engine import Run
from app.events import (
    CallRouted,
    CallStarted,
    Directed,
    RunPaused,
    StepStarted,
    ToolStarted,
)
from corpus.playing import PATIENCE, House, Says, Scripted, count, has, until

FOUR = """steps:
  one: {agent: a, prompt: x}
  two: {agent: b, prompt: x}
  three: {agent: a, prompt: x}
  four: {agent: a, prompt: x}
"""


async def test_a_held_run_begins_no_call_and_no_tool_until_it_may_go_on(house: House) -> None:
    run = house.begin("steps: {one: {agent: a, prompt: x}, two: {needs: [], tool: text.count, with: {text: x}}}\n")
    run.hold()
    await until(lambda: count(run, StepStarted) == 2)
    await settled(run)
    assert not has(run, CallStarted)
    assert not has(run, ToolStarted)
    run.go()
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_step_by_step_one_effect_begins_each_time(house: House) -> None:
    run = house.begin("steps: {each: {for_each: [1, 2, 3], max_parallel: 3, agent: a, prompt: x}}\n")
    run.hold()
    await until(lambda: count(run, CallRouted) == 3)
    for number in (1, 2, 3):
        run.step()
        await until(lambda number=number: count(run, CallStarted) == number)  # type: ignore[misc]
        await settled(run)
        assert count(run, CallStarted) == number
    assert (await house.end_of(run)).outcome == "succeeded"


async def test_while_a_rehearsal_is_held_its_time_stands_still(house: House) -> None:
    run = house.begin(
        "limits: {wall: 5m}\nsteps: {one: {agent: a, prompt: x, timeout: 30s}, two: {agent: b, prompt: x, timeout: 30s}}\n"
    )
    run.hold()
    await until(lambda: has(run, StepStarted))
    await settled(run)
    run.go()
    played = await house.end_of(run)
    assert played.outcome == "succeeded", "no timeout rang while a person thought"


async def test_holding_and_going_on_are_told(house: House) -> None:
    run = house.begin(FOUR)
    run.direct("hold", by="ana")
    await until(lambda: has(run, Directed))
    assert run.state.held
    run.direct("go", by="ana")
    played = await house.end_of(run)
    assert [event.direction for event in played.of(Directed)] == ["hold", "go"]
    assert not played.state.held


async def test_a_pause_lets_what_is_under_way_end_and_the_run_goes_on_later_where_it_was(house: House) -> None:
    door = asyncio.Event()
    script = Scripted.all(Says("Done.", until=door))
    run = house.begin(
        "models: {m: {use: openai-compatible/pause, base_url: 'http://pause.example/v1'}}\n" + FOUR,
        mode="live",
        providers=script,
    )
    await until(lambda: script.under_way == 1)
    run.pause(by="ana")
    await settled(run)
    assert script.under_way == 1
    door.set()
    played = await house.end_of(run)
    assert (played.result.status, played.result.reason) == ("paused", "person")
    assert played.of(RunPaused)[0].by == "ana"
    assert len(played.of(CallStarted)) == 1
    again = await house.play_on(played, providers=script)
    assert (again.outcome, len(script.asked)) == ("succeeded", 4)


async def test_a_cancelled_run_ends_at_once_and_for_good(house: House) -> None:
    never = asyncio.Event()
    script = Scripted.all(Says("never", until=never))
    run = house.begin(
        "models: {m: {use: openai-compatible/cancel, base_url: 'http://cancel.example/v1'}}\n" + FOUR,
        mode="live",
        providers=script,
    )
    await until(lambda: script.under_way == 1)
    run.cancel(by="ana")
    played = await house.end_of(run)
    assert (played.result.status, played.outcome) == ("finished", "cancelled")
    assert played.result.failure is not None
    assert "ana" in played.result.failure.message
    assert script.under_way == 0
    with pytest.raises(Exception, match="is over"):
        house.journal.post(run.id, "direction", "pause", {"direction": "pause"}, "")


async def test_a_run_may_be_cancelled_before_it_has_begun(house: House) -> None:
    run = house.begin(FOUR)
    run.cancel(by="ana")
    played = await house.end_of(run)
    assert played.outcome == "cancelled"
    assert played.of(CallStarted) == []


async def test_stopping_waits_a_while_and_then_interrupts_and_the_run_can_be_resumed(house: House) -> None:
    never = asyncio.Event()
    script = Scripted.all(Says("never", until=never), "Done.")
    text = "models: {m: {use: openai-compatible/stop, base_url: 'http://stop.example/v1'}}\n" + FOUR
    run = house.begin(text, mode="live", providers=script)
    await until(lambda: script.under_way == 1)
    result = await run.stop(grace=0.05)
    assert (result.status, result.reason) == ("paused", "signal")
    again = await house.play_on(await house.end_of(run), providers=script)
    assert again.outcome == "succeeded"


async def test_a_direction_from_another_process_is_taken(house: House) -> None:
    run = house.begin("steps: {gate: {approve: x}, two: {agent: a, prompt: x}}\n", patient=True)
    await until(lambda: bool(run.performance and run.performance.gates.open()))
    body = {"direction": "whisper", "to": "a", "detail": "mind the gap"}
    house.journal.post(run.id, "direction", "whisper", body, "cara")
    await until(lambda: has(run, Directed))
    run.answer("gate", "approve")
    played = await house.end_of(run)
    assert "mind the gap" in str(played.messages("two"))
    assert played.of(Directed)[0].by == "cara"


async def test_every_event_is_given_once_to_everybody_who_follows(house: House) -> None:
    run = house.begin(FOUR)

    async def follow() -> list[int]:
        return [event.seq async for event in run]

    async with asyncio.timeout(PATIENCE):
        first, second = await asyncio.gather(follow(), follow())
    played = await house.end_of(run)
    late = [event.seq async for event in run]
    assert first == second == late == [event.seq for event in played.events]


async def settled(run: Run) -> None:
    """Let everything happen that wants to: what was told is safe, and the loop has turned often enough since."""
    assert run.performance is not None
    await run.performance.log.durable()
    for _ in range(100):
        await asyncio.sleep(0)
