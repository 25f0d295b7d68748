"""A run looks the same wherever it is performed, and can be acted on from wherever it can."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import pytest

from app.engine import Run, perform, resume
from app.errors import FootlightsError
from app.events import CallFinished, CallStarted, Directed, GateOpened, RunPaused, StepStarted
from app.journal import Journal
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.tui.sources import CannotAct, Elsewhere, Here, Recorded, Source, source_of
from corpus.commands import ROOT
from corpus.dictated import Other
from corpus.playing import CAST, PATIENCE, Says, Scripted
from tui.staging import until

PROMPTLY = 0.3  # seconds until what is said in one process is seen in another, on a quiet machine
ASKS = """steps:
  one: {agent: a, prompt: x}
  ok: {approve: {ask: Ship?, options: [ship, hold]}}
  two: {agent: b, prompt: y}
"""
SPRINT = ROOT / "scenarios" / "engineering" / "feature-sprint.yaml"
TITLE = "Ship a feature in one sprint"


def written(folder: Path, steps: str, more: str = "") -> Path:
    play = folder / "play.yaml"
    play.write_text(f"schema: footlights/v1\nname: play\ntitle: A play\n{CAST}{more}{steps}")
    return play


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace.db"


@pytest.fixture
def journal(workspace: Path) -> Iterator[Journal]:
    with Journal.open(workspace, fast=True) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path, workspace: Path) -> Iterator[Callable[[str], Other]]:
    begun: list[Other] = []

    def begin(steps: str = ASKS) -> Other:
        models = "models: {m: {use: openai-compatible/one, base_url: 'http://one.example/v1'}}\n"
        begun.append(Other(written(tmp_path, steps, models), workspace))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()


class Seat:
    """Somebody who watches a source: looks all the time, and says what they saw."""

    def __init__(self, source: Source, pace: str = "real", clock: Callable[[], float] = time.monotonic) -> None:
        self.source = source
        self.show = Show(source.value)
        self.playhead = Playhead(self.show, pace, clock)

    async def until(self, holds: Callable[[Show], object]) -> float:
        """Watch until something is seen; how long it took."""
        begun = time.monotonic()
        while True:
            self.playhead.advance()
            if holds(self.show):
                return time.monotonic() - begun
            seen = [type(event).__name__ for event in self.show.events[-5:]]
            assert time.monotonic() - begun < PATIENCE, f"it is not seen; the last events were {seen}"
            await asyncio.sleep(0.002)


@asynccontextmanager
async def watching(
    source: Source, pace: str = "real", clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Seat]:
    seat = Seat(source, pace, clock)
    feeding = asyncio.create_task(source.feed(seat.playhead))
    try:
        yield seat
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)


def heard(show: Show) -> str:
    return "".join(show.heard.values())


def has(show: Show, kind: type, count: int = 1) -> bool:
    return sum(isinstance(event, kind) for event in show.events) >= count


# In another process


async def test_what_is_said_and_done_in_another_process_is_seen_while_it_goes_on(
    other: Callable[..., Other], workspace: Path
) -> None:
    await seen_while_it_goes_on(other, workspace)


@pytest.mark.bench
async def test_what_is_said_and_done_in_another_process_is_seen_promptly(
    other: Callable[..., Other], workspace: Path
) -> None:
    texts, events = await seen_while_it_goes_on(other, workspace)
    assert median(texts) < PROMPTLY, texts
    assert median(events) < PROMPTLY, events


async def seen_while_it_goes_on(other: Callable[..., Other], workspace: Path) -> tuple[list[float], list[float]]:
    """Watch another process; in how many seconds its words and its events were seen."""
    process = other("steps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: y}}\n")
    source = await source_of(process.run, workspace)
    assert isinstance(source, Elsewhere)
    texts, events = [], []
    async with watching(source) as seat:
        await seat.until(lambda show: has(show, CallStarted))
        for number in range(12):
            process.dictate(f"word{number} and")
            texts.append(await seat.until(lambda show, number=number: f"word{number} " in heard(show)))  # type: ignore[misc]
        process.dictate("")
        events.append(await seat.until(lambda show: has(show, CallFinished)))
        events.append(await seat.until(lambda show: has(show, CallStarted, 2)))
        process.dictate("Done.", "")
        events.append(await seat.until(lambda show: show.state.over))
        await seat.until(lambda show: source.performed == "nowhere")
    assert (source.status, process.told()) == ("succeeded", "succeeded")
    return texts, events


async def test_whoever_comes_late_sees_what_those_see_who_were_there_from_the_start(
    other: Callable[..., Other], workspace: Path
) -> None:
    process = other()
    async with watching(await source_of("last", workspace)) as early:
        await early.until(lambda show: has(show, CallStarted))
        process.dictate("The plan", "holds", "")
        await early.until(lambda show: has(show, GateOpened))
        async with watching(await source_of(process.run[-8:], workspace)) as late:
            await late.until(lambda show: has(show, GateOpened))
            assert late.playhead.behind == 0, "it begins where the run is now"
            assert seen(early.show) == seen(late.show)
            said = late.show.state.agents["a"].said
            assert late.show.words(said) == "The plan holds "


def seen(show: Show) -> tuple[object, ...]:
    return show.events, show.state, show.heard, show.lit


async def test_two_people_watch_one_run_and_both_see_the_answer_of_one(
    other: Callable[..., Other], workspace: Path
) -> None:
    process = other()
    process.dictate("Done.", "")
    sources = [await source_of(process.run, workspace) for _ in range(2)]
    async with watching(sources[0]) as one, watching(sources[1]) as two:
        for seat in (one, two):
            await seat.until(lambda show: show.state.open_gates)
        one.source.answer("ok#1", "ship", "after lunch")
        for seat in (one, two):
            await seat.until(lambda show: not show.state.open_gates)
        answered = two.show.state.gates["ok#1"].answered
        assert answered is not None
        assert (two.show.words(answered.choice), two.show.words(answered.note)) == ("ship", "after lunch")


async def test_a_direction_from_the_stage_reaches_the_other_process(
    other: Callable[..., Other], workspace: Path
) -> None:
    process = other()
    process.dictate("Done.", "")
    async with watching(await source_of(process.run, workspace)) as seat:
        await seat.until(lambda show: show.state.open_gates)
        seat.source.direct("whisper", "b", "mind the gap")
        await seat.until(lambda show: has(show, Directed))
        seat.source.hold()
        await seat.until(lambda show: show.state.held)
        seat.source.answer("ok", "hold")
        await seat.until(lambda show: show.state.steps["ok"].over)
        assert not has(seat.show, CallStarted, 2)
        seat.source.go()
        await seat.until(lambda show: has(show, CallStarted, 2))
        asked = [event for event in seat.show.events if isinstance(event, CallStarted)][1]
        assert "mind the gap" in seat.show.words(asked.messages[-1])


async def test_what_the_other_process_refuses_is_told(other: Callable[..., Other], workspace: Path) -> None:
    process = other()
    process.dictate("Done.", "")
    source = await source_of(process.run, workspace)
    refused: list[FootlightsError] = []
    source.refused = refused.append
    async with watching(source) as seat:
        await seat.until(lambda show: show.state.open_gates)
        source.direct("whisper", "nobody", "psst")
        await seat.until(lambda show: refused)
        source.answer("ok", "maybe")
        await seat.until(lambda show: len(refused) == 2)
    assert "nobody" in refused[0].message
    assert '"maybe" is not one of ship, hold' in refused[1].message


async def test_a_run_whose_process_dies_is_interrupted_and_says_how_to_go_on(
    other: Callable[..., Other], workspace: Path
) -> None:
    process = other()
    source = await source_of(process.run, workspace)
    async with watching(source) as seat:
        await seat.until(lambda show: has(show, CallStarted))
        process.kill()
        await seat.until(lambda show: source.performed == "nowhere")
    assert source.status == "interrupted"
    with pytest.raises(CannotAct) as refused:
        source.direct("skip", "two")
    assert refused.value.hint == f"footlights resume {process.run[-8:]} goes on with it"


# In this process


class Foyer(Here):
    """Notes for which events the run waits until they are seen."""

    asked: list[int]

    def __init__(self, going: Run) -> None:
        self.asked = []
        super().__init__(going)

    async def _seen(self, seq: int) -> None:
        self.asked.append(seq)
        await super()._seen(seq)


async def test_a_rehearsal_begins_nothing_that_its_audience_has_not_come_to(journal: Journal) -> None:
    run = perform(SPRINT, {"feature": "dark mode"}, mode="rehearsal", journal=journal)
    source = Foyer(run)
    await until(lambda: bool(source.asked), "the run waits for its audience")
    assert not any(isinstance(event, CallStarted) for event in run.events), "the audience has yet to come"
    async with watching(source, "instant") as seat:
        seat.playhead.paused = True
        await seat.until(lambda show: seat.playhead.head >= source.asked[0])
        assert not any(isinstance(event, CallStarted) for event in run.events), "it has seen nothing"
        seat.playhead.paused = False
        await seat.until(lambda show: show.state.over and source.performed == "nowhere")
        assert (source.performed, source.status, source.title) == (
            "nowhere",
            "succeeded",
            "Ship a feature in one sprint",
        )
        assert seat.show.state == run.state


async def test_when_the_audience_leaves_the_run_goes_on_and_whoever_comes_back_comes_to_where_it_is(
    journal: Journal,
) -> None:
    run = perform(SPRINT, {"feature": "dark mode"}, mode="rehearsal", journal=journal)
    source = Here(run)
    async with watching(source, "theatrical") as seat:
        await seat.until(lambda show: has(show, StepStarted))
    assert (await run.result()).outcome == "succeeded"
    async with watching(source, "theatrical") as again:
        await again.until(lambda show: show.state.over)
        assert again.playhead.behind == 0


async def test_what_is_said_here_is_heard_while_it_is_said_also_by_whoever_comes_later(
    journal: Journal, tmp_path: Path
) -> None:
    more = asyncio.Event()
    script = Scripted.all(Says("Once upon a time there was a plan.", pieces=2, more=more))
    models = "models: {m: {use: openai-compatible/here, base_url: 'http://here.example/v1'}}\n"
    play = written(tmp_path, "steps: {one: {agent: a, prompt: x}}\n", models)
    source = Here(perform(play, mode="live", journal=journal, providers=script))
    async with watching(source) as first:
        await first.until(lambda show: heard(show) == "Once upon a time ")
        async with watching(source) as second:
            await second.until(lambda show: heard(show) == "Once upon a time ")
            more.set()
            for seat in (first, second):
                await seat.until(lambda show: show.state.over)
                assert seat.show.heard == {}


async def test_a_run_that_was_resumed_begins_where_it_was_left(journal: Journal, tmp_path: Path) -> None:
    play = written(tmp_path, ASKS)
    begun = perform(play, mode="rehearsal", journal=journal, patient=True)
    async with watching(Here(begun), "instant") as seat:
        await seat.until(lambda show: show.state.open_gates)
    await begun.stop(0)
    source = Here(resume(begun.id, journal=journal, patient=True))
    async with watching(source, "theatrical", lambda: 0.0) as again:
        await again.until(lambda show: has(show, RunPaused))  # in no time: what was seen before is not shown again
        again.playhead.pace = "instant"
        await again.until(lambda show: show.state.status == "running" and show.state.open_gates)
        source.answer("ok", "ship")
        await again.until(lambda show: show.state.over)


async def test_the_run_here_is_answered_held_stepped_and_directed(journal: Journal, tmp_path: Path) -> None:
    source = Here(perform(written(tmp_path, ASKS), mode="rehearsal", journal=journal, patient=True))
    source.hold()
    async with watching(source, "instant") as seat:
        await seat.until(lambda show: show.state.held)
        assert not has(seat.show, CallStarted)
        source.step()
        await seat.until(lambda show: show.state.open_gates)
        source.answer("ok", "ship")
        source.go()
        await seat.until(lambda show: show.state.over)
        directed = [event for event in seat.show.events if isinstance(event, Directed)]
        assert [event.direction for event in directed] == ["hold", "go"]
        assert all(event.by for event in directed)


async def test_what_cannot_be_done_here_says_why(journal: Journal, tmp_path: Path) -> None:
    run: Run = perform(written(tmp_path, ASKS), mode="rehearsal", journal=journal, patient=True)
    source = Here(run)
    async with watching(source, "instant") as seat:
        await seat.until(lambda show: show.state.open_gates)
        with pytest.raises(CannotAct, match='"maybe" is not one of ship, hold'):
            source.answer("ok", "maybe")
        with pytest.raises(CannotAct, match="nobody"):
            source.direct("whisper", "nobody", "psst")
        source.direct("cancel")
        await seat.until(lambda show: show.state.over)
    await run.result()
    with pytest.raises(CannotAct) as refused:
        source.answer("ok", "ship")
    assert (refused.value.message, refused.value.hint) == (
        "the run is over",
        f"footlights fork {run.id[-8:]} --at NUMBER branches off it",
    )


# Nowhere


async def test_a_recorded_run_is_seen_from_its_start_and_cannot_be_directed(journal: Journal, workspace: Path) -> None:
    run = perform(SPRINT, {"feature": "dark mode"}, mode="rehearsal", journal=journal)
    await run.result()
    source = await source_of("last", workspace)
    assert type(source) is Recorded
    assert (source.performed, source.status, source.title) == ("nowhere", "succeeded", TITLE)
    seat = Seat(source, "theatrical")
    await source.feed(seat.playhead)
    assert (seat.playhead.seen, seat.playhead.head) == (0, len(run.events))
    seat.playhead.pace = "instant"
    await seat.until(lambda show: show.state.over)
    assert seen(seat.show)[:2] == (run.events, run.state)
    for event in run.events:
        if isinstance(event, CallFinished) and event.text is not None:
            assert source.value(event.text) == run.value(event.text)
    for act in (source.hold, source.go, source.step, lambda: source.direct("skip", "plan")):
        with pytest.raises(CannotAct, match="the run is over"):
            act()
    with pytest.raises(CannotAct, match="nobody waits for an answer"):
        source.answer("sign_off", "ship")


async def test_a_question_of_a_run_that_is_paused_may_be_answered_for_when_it_goes_on(
    journal: Journal, workspace: Path, tmp_path: Path
) -> None:
    paused = perform(written(tmp_path, ASKS), mode="rehearsal", journal=journal, patient=True)
    async with watching(Here(paused), "instant") as seat:
        await seat.until(lambda show: show.state.open_gates)
    await paused.stop(0)
    source = await source_of(paused.id, workspace, entrance="now")
    refused: list[FootlightsError] = []
    source.refused = refused.append
    seat = Seat(source)
    await source.feed(seat.playhead)
    await seat.until(lambda show: show.state.open_gates)
    source.answer("ok#1", "hold")
    source.answer("ok#1", "ship")
    await until(lambda: bool(refused), "one of the two is refused")
    assert "has an answer already" in refused[0].message
    going = resume(paused.id, journal=journal)
    assert (await going.result()).outcome == "succeeded"
    answered = going.state.gates["ok#1"].answered
    assert answered is not None
    assert going.value(answered.choice) in ("hold", "ship")


async def test_a_run_that_is_not_there_is_told_before_anything_is_opened(journal: Journal, workspace: Path) -> None:
    await perform("hello", mode="rehearsal", journal=journal).result()
    with pytest.raises(FootlightsError, match="there is no run nope"):
        await source_of("nope", workspace)
