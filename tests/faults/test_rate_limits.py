"""A service that takes only so much: what it refuses, what is asked of it meanwhile, and how long everything takes.

Time is the rehearsal's, so that an hour takes none, and every moment is certain.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.engine import Run
from app.engine.endpoints import of_this_process
from app.events import CallFailed, CallRouted, CallStarted, CallWaiting
from app.journal import Journal
from corpus.playing import House, Played, Says, Scripted, until
from providers.base import Chunk, Provider, ProviderError, Request
from providers.limiter import AT_A_TIME

CALLS = 200


@dataclass
class Service:
    """Answers in so many seconds, and says no when `refuses` does: with the seconds after which to come back."""

    takes: float
    refuses: Callable[[float, int], float]  # the moment, and the how many-th call it is; 0: it is taken
    run: Run | None = None
    asked: list[float] = field(default_factory=list)
    refused: list[tuple[float, float]] = field(default_factory=list)  # from when until when it wants to be left alone

    def __call__(self, use: str) -> Provider:
        return self

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        assert self.run is not None
        assert self.run.performance is not None
        now = self.run.performance.clock.now()
        self.asked.append(now)
        if (seconds := self.refuses(now, len(self.asked))) > 0:
            self.refused.append((now, now + seconds))
            raise ProviderError("rate_limited", "429: too many", retry_after=seconds)
        yield Chunk("Done.", after=self.takes)
        yield Chunk(finish="stop")

    def asked_in_vain(self) -> list[float]:
        """The calls that came while it wanted to be left alone, but for those that were refused at that same moment."""
        return [at for at in self.asked for begun, over in self.refused if begun < at < over]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        yield House(journal, tmp_path)


async def performed(house: House, service: Service, model: str = "{use: openai/m}", count: int = CALLS) -> Played:
    run = house.begin(
        f"models: {{m: {model}}}\n"
        f"steps: {{each: {{for_each: {list(range(count))}, max_parallel: {AT_A_TIME}, agent: a, prompt: x}}}}\n",
        providers=service,
    )
    service.run = run
    played = await house.end_of(run)
    assert played.outcome == "succeeded", played.result
    return played


async def test_after_a_refusal_nobody_calls_before_the_time_is_over_and_little_time_is_lost(house: House) -> None:
    service = Service(takes=1.0, refuses=lambda now, number: 2.0 if number == 50 else 0.0)
    played = await performed(house, service)
    ideal = CALLS / AT_A_TIME * service.takes + 2.0
    assert service.asked_in_vain() == []
    assert len(service.asked) == CALLS + 1
    assert played.events[-1].mono / 1000 < 1.2 * ideal


async def test_a_service_that_takes_ten_calls_in_two_seconds_gets_them_and_every_call_is_answered(house: House) -> None:
    taken: dict[int, int] = {}

    def refuses(now: float, number: int) -> float:
        window = int(now // 2)
        if taken.get(window, 0) == 10:
            return (window + 1) * 2.0 - now
        taken[window] = taken.get(window, 0) + 1
        return 0.0

    service = Service(takes=0.1, refuses=refuses)
    played = await performed(house, service)
    ideal = CALLS / 10 * 2.0
    assert service.asked_in_vain() == []
    assert played.events[-1].mono / 1000 < 1.2 * ideal
    refusals = [event for event in played.of(CallFailed) if event.failure.error == "rate_limited"]
    assert len(refusals) < CALLS / 4, "hardly anybody is refused twice"


async def test_with_a_rate_that_is_written_nobody_has_to_be_refused(house: House) -> None:
    service = Service(takes=0.5, refuses=lambda now, number: 0.0)
    played = await performed(house, service, "{use: openai/m, rate: {requests: 60, tokens: 1M}}")
    for moment in service.asked:
        assert sum(moment <= other < moment + 60 for other in service.asked) <= 60
    assert played.events[-1].mono / 1000 < 1.2 * (CALLS - 20) / 60 * 60
    waits = played.of(CallWaiting)
    assert {event.detail for event in waits} == {"openai/m takes 60 requests a minute"}
    assert all(event.waits_for == "limiter" for event in waits)


async def test_tokens_are_held_as_they_may_be_used_and_given_back_as_they_were_not(house: House) -> None:
    service = Service(takes=1.0, refuses=lambda now, number: 0.0)
    played = await performed(house, service, "{use: openai/m, max_output: 900, rate: {tokens: 1200}}", count=10)
    begun = [event.mono for event in played.of(CallStarted)]
    assert begun == [1000 * number for number in range(10)], "one after the other: two could be too much together"
    assert played.events[-1].mono == 10_000, "and yet in no more time than they take, for none used what it might have"


async def test_every_wait_that_anybody_could_notice_is_told(house: House) -> None:
    service = Service(takes=1.0, refuses=lambda now, number: 5.0 if number == 1 else 0.0)
    played = await performed(house, service, count=20)
    told = {event.call for event in played.of(CallWaiting)}
    ready = {event.call: event.mono for event in played.of(CallRouted)}
    waited = {event.call for event in played.of(CallStarted) if event.mono - ready.get(event.call, event.mono) > 50}
    assert waited
    assert waited <= told
    assert {event.detail for event in played.of(CallWaiting)} <= {
        "openai asked for a pause", "openai has just asked for a pause", "others were at openai first",
    }  # fmt: skip


# On the real clock, where runs share what there is


def endpoint(name: str) -> str:
    return f"models: {{m: {{use: openai-compatible/m, base_url: 'http://{name}.example/v1'}}}}\n"


EACH = "steps: {{each: {{for_each: {items}, max_parallel: 20, agent: a, prompt: x}}}}\n"


async def test_runs_share_an_endpoint_and_who_is_cancelled_in_line_gives_way_to_the_next(house: House) -> None:
    go_on = asyncio.Event()
    script = Scripted.all(Says("Done.", until=go_on))
    text = endpoint("shared") + EACH.format(items=list(range(AT_A_TIME)))
    first = house.begin(text, mode="live", providers=script)
    await until(lambda: script.under_way == AT_A_TIME)
    second = house.begin(text, mode="live", providers=script)
    third = house.begin(text, mode="live", providers=script)
    await until(lambda: of_this_process().standing("http://shared.example/v1").in_line == 2 * AT_A_TIME)
    assert script.most_under_way == AT_A_TIME
    second.cancel()
    assert (await house.end_of(second)).outcome == "cancelled"
    assert of_this_process().standing("http://shared.example/v1").in_line == AT_A_TIME
    go_on.set()
    assert [(await house.end_of(run)).outcome for run in (first, third)] == ["succeeded", "succeeded"]
    assert len(script.asked) == 2 * AT_A_TIME
    standing = of_this_process().standing("http://shared.example/v1")
    assert (standing.busy, standing.in_line, standing.requests) == (0, 0, 2 * AT_A_TIME)


async def test_a_run_that_stops_lets_none_begin_that_stands_in_line(house: House) -> None:
    go_on = asyncio.Event()
    script = Scripted.all(Says("Done.", until=go_on))
    run = house.begin(endpoint("stopped") + EACH.format(items=list(range(20))), mode="live", providers=script)
    await until(lambda: script.under_way == AT_A_TIME)
    run.pause("a person")
    go_on.set()
    assert (await house.end_of(run)).result.status == "paused"
    assert len(script.asked) == AT_A_TIME
    standing = of_this_process().standing("http://stopped.example/v1")
    assert (standing.busy, standing.in_line) == (0, 0)
