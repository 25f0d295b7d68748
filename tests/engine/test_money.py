"""Money adds up: what a run, its agents, its steps and its budgets say was spent is the sum of all attempts, always."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.batch.whatif.attempts import attempts_in
from app.batch.whatif.sums import BY, grouped, summed
from app.engine.budgets import Account
from app.engine.clocks import RealClock
from app.engine.log import Log
from app.engine.loose_ends import LooseEnds
from app.engine.ulid import new_id
from app.events import CallFailed, CallFinished, CallStarted, Event, Hold, Prices, RunStarted, Usage
from app.state.spending import OWN_MACHINE
from corpus.money import DUST, Service, insist_that_it_adds_up, scenario
from corpus.playing import Fails, House, Played, Says, Scripted
from providers.base import Chunk, Provider, ProviderError, Request

PRICE = "price: {input: 1000, output: 2000, cache_read: 100, cache_write: 1250}, max_output: 100"
PRICED = f"models: {{m: {{use: openai-compatible/m, base_url: 'http://m.example/v1', {PRICE}}}}}\n"
ONE = f"{PRICED}steps: {{one: {{agent: a, prompt: Say a few words about nothing at all.}}}}\n"


async def spend(house: House, seed: int) -> Played:
    chance = random.Random(seed)
    calm = seed % 5 == 0
    service = Service(chance, calm)
    text = scenario(chance, calm=calm)
    played = await house.play(text, providers=service, mode="live" if calm else "rehearsal")
    try:
        insist_that_it_adds_up(played, service)
        insist_that_the_command_agrees(played)
    except AssertionError as error:
        error.add_note(f"seed {seed}:\n{text}")
        raise
    return played


def insist_that_the_command_agrees(played: Played) -> None:
    attempts = attempts_in(played.events)
    total = summed(attempts)
    assert abs(total.spent.cost_usd - played.result.cost_usd) < DUST
    assert total.usage == played.result.usage
    assert total.spent.unpriced == played.result.unpriced
    for by in BY:
        groups = grouped(attempts, by)
        assert abs(sum(one.spent.cost_usd for one in groups) - total.spent.cost_usd) < DUST
        assert sum((one.usage for one in groups), Usage()) == total.usage
        assert sum(one.calls for one in groups) == total.calls


async def test_whatever_happens_everything_that_was_spent_is_spent_everywhere(house: House) -> None:
    for seed in range(80):
        await spend(house, seed)


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(30))
async def test_it_is_so_in_three_thousand_runs(house: House, hundred: int) -> None:
    for seed in range(1000 + hundred * 100, 1100 + hundred * 100):
        await spend(house, seed)


async def test_a_run_that_is_stopped_and_resumed_counts_what_was_cut_off_once(house: House) -> None:
    for seed in range(400, 425):
        chance = random.Random(seed)
        service = Service(chance, calm=False)
        run = house.begin(scenario(chance, calm=False), providers=service)
        stop_after = chance.randrange(4, 40)
        async for event in run:
            if event.seq >= stop_after:
                break
        await run.stop(grace=0)
        played = await house.end_of(run)
        if played.result.status == "paused":
            played = await house.play_on(played, providers=service)
        try:
            insist_that_it_adds_up(played, service)
            insist_that_the_command_agrees(played)
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise


# What each way of ending costs


def attempts(played: Played) -> list[CallFinished | CallFailed]:
    return [event for event in played.events if isinstance(event, CallFinished | CallFailed)]


async def ended(house: House, line: Says | Fails, text: str = ONE, **options: Any) -> CallFinished | CallFailed:
    """How the first call of a run ended."""
    played = await house.play(text, mode="live", providers=Scripted.all(line, "Well."), **options)
    return attempts(played)[0]


async def test_each_bucket_is_charged_at_its_own_price(house: House) -> None:
    call = await ended(house, Says("Done.", usage=Usage(input=10, cache_read=40, cache_write=4, output=6)))
    assert call.basis == "exact"
    assert call.cost_usd == pytest.approx(0.01 + 0.004 + 0.005 + 0.012)
    assert call.prices == Prices(input=1000, output=2000, cache_read=100, cache_write=1250, source="the scenario")


@pytest.mark.parametrize("error", ["overloaded", "rate_limited", "connection", "timeout", "auth", "bad_request"])
async def test_what_fails_before_anything_came_costs_nothing(house: House, error: Any) -> None:
    call = await ended(house, Fails(error, retry_after=0.0001))
    assert (call.usage, call.cost_usd, call.basis) == (Usage(), 0, "estimated")


async def test_an_answer_that_breaks_off_is_charged_for_what_had_come(house: House) -> None:
    call = await ended(house, Fails("connection", retry_after=0.0001, partial="It was a dark and stormy night. " * 20))
    assert call.basis == "estimated"
    assert call.usage.input > 10
    assert 100 < call.usage.output < 250
    assert call.cost_usd == pytest.approx((call.usage.input * 1000 + call.usage.output * 2000) / 1e6)


@dataclass(frozen=True)
class TellsFirst:
    """Says what was used before it says anything, as Anthropic does; then the line is cut."""

    usage: Usage

    def __call__(self, use: str) -> Provider:
        return self

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        yield Chunk(usage=self.usage)
        yield Chunk("It was a dark and stormy night. " * 20)
        raise ProviderError("bad_request", "that is that")


async def test_what_was_told_before_the_fault_counts_and_what_came_since_is_added_by_our_own_count(
    house: House,
) -> None:
    told = Usage(input=3, cache_read=900, output=1)
    played = await house.play(ONE, mode="live", providers=TellsFirst(told))
    (call,) = played.of(CallFailed)
    assert (call.usage.input, call.usage.cache_read, call.basis) == (3, 900, "estimated")
    assert 100 < call.usage.output < 250
    more = Usage(input=3, output=400)
    played = await house.play(ONE, mode="live", providers=TellsFirst(more))
    (call,) = played.of(CallFailed)
    assert (call.usage, call.basis) == (more, "estimated"), "nobody knows whether that was the last word"


@pytest.mark.parametrize("finish", ["length", "refused"])
async def test_an_answer_that_came_whole_but_is_none_is_charged_exactly(house: House, finish: Any) -> None:
    call = await ended(house, Says("I would rather", finish=finish, usage=Usage(input=20, output=7)))
    assert isinstance(call, CallFailed)
    assert (call.usage, call.basis) == (Usage(input=20, output=7), "exact")


async def test_a_failed_call_of_unknown_price_stays_unpriced(house: House) -> None:
    text = ONE.replace(PRICE, "max_output: 100")
    broken = Fails("connection", retry_after=0.0001, partial="It was a dark and stormy night.")
    played = await house.play(text, mode="live", providers=Scripted.all(broken, Fails("overloaded", 0.0001), "Well."))
    assert [one.basis for one in attempts(played)] == ["unpriced", "estimated", "unpriced"]
    assert played.result.unpriced == 2


LONG = "It was a dark and stormy night; the rain fell in torrents, except at occasional intervals. " * 10


@pytest.mark.parametrize("told", [None, Usage()])
async def test_an_answer_that_nobody_counted_is_counted_here(house: House, told: Usage | None) -> None:
    call = await ended(house, Says(LONG, usage=told))
    assert isinstance(call, CallFinished)
    assert (call.basis, call.counted) == ("estimated", None)
    assert 150 < call.usage.output < 350


@pytest.mark.parametrize(
    "told", [Usage(input=-5, output=9), Usage(input=10**9, output=10), Usage(input=10, output=2**31)]
)
async def test_a_count_that_cannot_be_true_gives_way_to_our_own_and_is_marked(house: House, told: Usage) -> None:
    call = await ended(house, Says(LONG, usage=told))
    assert isinstance(call, CallFinished)
    assert call.basis == "estimated"
    assert call.counted == call.usage
    assert 150 < call.usage.output < 350


@pytest.mark.parametrize("told", [Usage(input=30, output=2852), Usage(input=9000, output=230)])
async def test_a_count_far_off_ours_is_charged_and_ours_stands_beside_it(house: House, told: Usage) -> None:
    call = await ended(house, Says(LONG, usage=told))
    assert isinstance(call, CallFinished)
    assert (call.usage, call.basis) == (told, "exact")
    assert call.counted is not None
    assert 150 < call.counted.output < 350


async def test_a_count_near_ours_is_not_doubted(house: House) -> None:
    call = await ended(house, Says(LONG, usage=Usage(input=40, output=230)))
    assert isinstance(call, CallFinished)
    assert call.counted is None


async def test_what_a_count_leaves_out_is_filled_in(house: House) -> None:
    written = await ended(house, Says(LONG, usage=Usage(input=40)))
    assert (written.usage.input, written.basis) == (40, "estimated")
    assert 150 < written.usage.output < 350
    read = await ended(house, Says(LONG, usage=Usage(output=230)))
    assert (read.usage.output, read.basis) == (230, "estimated")
    assert read.usage.input > 10


async def test_a_step_that_runs_out_of_time_pays_for_what_was_said_until_then(house: House) -> None:
    text = ONE.replace("about nothing at all.", "about nothing at all., timeout: 5s")
    played = await house.play(text, providers=Scripted.all(Says(LONG, pieces=10, takes=10.0)))
    (call,) = played.of(CallFailed)
    assert (call.failure.error, call.basis) == ("interrupted", "rehearsed")
    assert 50 < call.usage.output < 200
    assert call.usage.input > 10
    assert played.result.cost_usd == call.cost_usd > 0


async def test_a_hold_is_never_less_than_what_a_call_that_keeps_to_its_limits_costs(house: House) -> None:
    played = await house.play(ONE, mode="live", providers=Scripted.all(Says(LONG, usage=Usage(input=20, output=100))))
    (begun,), (done,) = played.of(CallStarted), played.of(CallFinished)
    assert done.cost_usd <= begun.hold.cost_usd
    assert done.usage.total <= begun.hold.tokens


@pytest.mark.parametrize(
    ("hold", "basis"), [(Hold(cost_usd=0.4, tokens=90), "estimated"), (Hold(tokens=90, unpriced=True), "unpriced")]
)
def test_a_call_that_nobody_will_take_up_again_stays_charged_at_its_worst(hold: Hold, basis: str, house: House) -> None:
    run = house.journal.begin(new_id())
    begun: list[Event] = [RunStarted("play"), CallStarted("m", step="one", agent="a", call="one#1", hold=hold)]
    for event in begun:
        run.add(event)
    log = Log(run, begun)
    log.clock = RealClock(log)
    (closed,) = LooseEnds(log).tie()
    assert (closed.cost_usd, closed.basis, closed.call) == (hold.cost_usd, basis, "one#1")
    run.release()


# Today's prices


async def test_a_live_run_is_charged_todays_prices_and_says_whose_they_are(house: House) -> None:
    text = "models: {m: {use: openai/gpt-5.5}}\nsteps: {one: {agent: a, prompt: x}}\n"
    call = await ended(house, Says("Done.", usage=Usage(input=300_000, output=1000)), text)
    assert call.prices is not None
    assert (call.prices.input, call.prices.output) == (10, 45), "a prompt that long is dearer as a whole"
    assert call.prices.source.startswith("genai-prices ")
    assert call.cost_usd == pytest.approx(3.045)


async def test_a_rehearsal_is_charged_the_prices_of_the_catalogue(house: House) -> None:
    played = await house.play("models: {m: {use: openai/gpt-5.5}}\nsteps: {one: {agent: a, prompt: x}}\n")
    (call,) = played.of(CallFinished)
    assert call.prices is not None
    assert call.prices.source.startswith("catalogue of ")
    assert call.basis == "rehearsed"


async def test_a_model_on_this_machine_costs_nothing_and_says_so(house: House) -> None:
    text = "models: {m: {use: openai-compatible/m, base_url: 'http://127.0.0.1:9/v1'}}\nsteps: {one: {agent: a, prompt: x}}\n"
    call = await ended(house, Says("Done.", usage=Usage(input=300, output=10)), text)
    assert (call.cost_usd, call.basis) == (0, "exact")
    assert call.prices == Prices(source=OWN_MACHINE)


async def test_a_model_of_unknown_price_is_not_asked_where_money_is_limited(house: House) -> None:
    text = f"limits: {{cost_usd: 5}}\n{ONE}".replace(PRICE, "max_output: 100")
    played = await house.play(text, mode="live", providers=Scripted.all("Well."))
    assert played.of(CallStarted) == []
    assert "nobody knows what the next call would cost" in played.failure("one").message
    assert (played.outcome, played.ended("one")) == ("exhausted", "exhausted")


# Accounts


def account(limit: float) -> Account:
    return Account("run", {"cost_usd": limit})


def test_what_fits_to_the_billionth_fits() -> None:
    one = account(0.3)
    for _ in range(3):
        assert one.lacks({"cost_usd": 0.1}, held=True) is None
        one.charge(Usage(), 0.1)
    assert one.lacks({"cost_usd": 0.000000001}, held=True) == "cost_usd"


def test_when_nobody_holds_anything_nothing_is_held() -> None:
    one = account(1.0)
    for amount in (0.1, 0.2, 0.3):
        one.hold({"cost_usd": amount})
    for amount in (0.3, 0.1, 0.2):
        one.give_back({"cost_usd": amount})
    assert one.held["cost_usd"] == 0.0
