"""What goes wrong in a call, by class: tried again, passed to another model, or told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from app.engine import streaming
from app.engine.endpoints import of_this_process
from app.events import (
    BreakerChanged,
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    CallWaiting,
    StepStarted,
    Usage,
)
from corpus.playing import PATIENCE, Fails, House, Line, Played, Says, Scripted
from providers.base import ErrorClass

ONE = "steps: {one: {agent: a, prompt: x}}\n"
TWO_MODELS = """
models: {first: {use: openai/first}, second: {use: anthropic/second}, third: {use: gemini/third}}
agents: {a: {persona: A., model: {route: {among: [first], fallback: [second, third]}}}}
steps: {one: {agent: a, prompt: x}}
"""
PASSES: tuple[ErrorClass, ...] = ("rate_limited", "overloaded", "timeout", "connection", "malformed", "incomplete")
STAYS: tuple[ErrorClass, ...] = ("auth", "quota", "bad_request", "context_too_long", "refused", "truncated")
FALLS_BACK: tuple[ErrorClass, ...] = (*PASSES, "empty", "quota", "auth", "context_too_long")


@pytest.mark.parametrize("error", PASSES)
async def test_what_may_pass_by_itself_is_tried_four_times_more_and_each_attempt_is_told(
    house: House, error: ErrorClass
) -> None:
    script = Scripted.all(Fails(error), Fails(error), "Done.")
    played = await house.play(ONE, providers=script)
    assert played.output("one") == "Done."
    assert [event.attempt for event in played.of(CallStarted)] == [1, 2, 3]
    assert [event.failure.error for event in played.of(CallFailed)] == [error, error]
    assert len(played.of(StepStarted)) == 1, "the step itself is not tried again for that"

    script = Scripted.all(Fails(error))
    played = await house.play(ONE, providers=script)
    assert (len(script.asked), played.failure("one").error) == (5, error)
    assert played.of(CallFailed)[-1].retry_ms is None


@pytest.mark.parametrize("error", STAYS)
async def test_what_does_not_pass_by_itself_is_not_tried_again(house: House, error: ErrorClass) -> None:
    script = Scripted.all(Fails(error, message="the words of the provider"))
    played = await house.play(ONE, providers=script)
    assert len(script.asked) == 1
    assert played.failure("one").error == error
    assert "the words of the provider" in played.failure("one").message


async def test_an_empty_answer_is_asked_for_once_more(house: House) -> None:
    for empty in (Says(""), Says("  \n"), Fails("empty")):
        script = Scripted.all(empty)
        played = await house.play(ONE, providers=script)
        assert (len(script.asked), played.failure("one").error) == (2, "empty")
    assert (await house.play(ONE, providers=Scripted.all(Says(""), "Well."))).output("one") == "Well."


async def test_the_waits_double_and_are_jittered_by_at_most_half(house: House) -> None:
    played = await house.play(ONE, providers=Scripted.all(Fails("overloaded")))
    for wait, most in zip(waits(played), (1, 2, 4, 8), strict=True):
        assert most / 2 <= wait <= most
    assert [event.retry_ms for event in played.of(CallFailed)][:-1] == pytest.approx(
        [wait * 1000 for wait in waits(played)], abs=2
    )


async def test_after_rate_limited_it_waits_as_long_as_it_is_asked_to_and_hardly_longer(house: House) -> None:
    played = await house.play(ONE, providers=Scripted.all(Fails("rate_limited", retry_after=17.0), "Done."))
    (wait,) = waits(played)
    assert 17.0 <= wait <= 17.0 * 1.06


@pytest.mark.parametrize("asked", [100_000.0, float("inf"), 121.0])
async def test_but_never_longer_than_two_minutes(house: House, asked: float) -> None:
    played = await house.play(ONE, providers=Scripted.all(Fails("rate_limited", retry_after=asked), "Done."))
    assert waits(played) == [pytest.approx(120, abs=0.01)]


@pytest.mark.parametrize("asked", [-5.0, 0.0, float("nan")])
async def test_and_nonsense_is_not_waited_for(house: House, asked: float) -> None:
    played = await house.play(ONE, providers=Scripted.all(Fails("rate_limited", retry_after=asked), "Done."))
    assert 0.4 <= waits(played)[0] <= 1.01


async def test_while_an_endpoint_asks_for_a_pause_no_sibling_calls_it(house: House) -> None:
    lines: list[Line] = [Fails("rate_limited", retry_after=10.0), "Done."]
    played = await house.play(
        "models: {m: {use: openai/m}}\n"
        "steps: {each: {for_each: [1, 2, 3, 4, 5, 6], max_parallel: 3, agent: a, prompt: x}}\n",
        providers=Scripted.all(*lines),
    )
    asked_to_wait = played.of(CallFailed)[0].mono
    later = [event.mono for event in played.of(CallStarted) if event.mono > asked_to_wait]
    assert later
    assert min(later) >= asked_to_wait + 10_000
    assert {event.waits_for for event in played.of(CallWaiting)} == {"limiter"}


@pytest.mark.parametrize("error", FALLS_BACK)
async def test_when_nothing_helps_the_fallback_models_are_tried_in_turn(house: House, error: ErrorClass) -> None:
    script = Scripted({"openai/first": [Fails(error)], "anthropic/second": [Fails(error)], "gemini/third": ["Done."]})
    played = await house.play(TWO_MODELS, providers=script)
    assert played.output("one") == "Done."
    assert list(dict.fromkeys(script.models())) == ["openai/first", "anthropic/second", "gemini/third"]
    receipts = played.of(CallRouted)
    assert [event.model for event in receipts] == ["first", "second", "third"]
    assert {one.model: one.out for one in receipts[-1].candidates} == {"first": error, "second": error, "third": ""}


@pytest.mark.parametrize("error", ["refused", "truncated", "bad_request"])
async def test_what_lies_in_the_request_falls_back_on_nobody(house: House, error: ErrorClass) -> None:
    script = Scripted({"openai/first": [Fails(error)]})
    played = await house.play(TWO_MODELS, providers=script)
    assert script.models() == ["openai/first"]
    assert played.failure("one").error == error


async def test_the_order_of_the_fallback_is_the_authors_and_not_the_routers(house: House) -> None:
    script = Scripted({"openai/first": [Fails("auth")], "": ["Done."]})
    await house.play(
        """
models:
  first: {use: openai/first, price: {input: 1, output: 1}}
  dear: {use: openai/dear, price: {input: 90, output: 90}}
  cheap: {use: openai/cheap, price: {input: 2, output: 2}}
agents: {a: {persona: A., model: {route: {among: [first], prefer: [cost], fallback: [dear, cheap]}}}}
steps: {one: {agent: a, prompt: x}}
""",
        providers=script,
    )
    assert script.models() == ["openai/first", "openai/dear"]


async def test_a_model_that_is_no_fallback_is_not_fallen_back_on(house: House) -> None:
    script = Scripted({"openai/first": [Fails("auth")], "": ["Done."]})
    played = await house.play(
        "models: {first: {use: openai/first}, other: {use: openai/other}}\n"
        "agents: {a: {persona: A., model: {route: {among: [first, other]}}}, b: {persona: B., model: first}}\n"
        "steps: {one: {agent: a, prompt: x}, two: {needs: [], agent: b, prompt: x}}\n",
        providers=script,
    )
    assert [played.failure(step).error for step in ("one", "two")] == ["auth", "auth"]
    assert script.models() == ["openai/first"] * 2


async def test_where_no_model_is_able_enough_a_weaker_one_is_better_than_none(house: House) -> None:
    played = await house.play(
        """
models: {small: {use: ollama/small}, tiny: {use: ollama/tiny}}
agents: {a: {persona: A., model: {route: {among: [small, tiny], complexity: high}}}}
steps: {one: {agent: a, prompt: x}}
""",
        providers=Scripted.all("Done."),
    )
    assert played.output("one") == "Done."


async def test_each_model_gets_its_own_tries(house: House) -> None:
    script = Scripted(
        {"openai/first": [Fails("overloaded")], "anthropic/second": [Fails("overloaded"), Fails("overloaded"), "Done."]}
    )
    played = await house.play(TWO_MODELS, providers=script)
    assert script.models() == ["openai/first"] * 5 + ["anthropic/second"] * 3
    assert [event.attempt for event in played.of(CallStarted)] == [1, 2, 3, 4, 5, 1, 2, 3]


async def test_an_endpoint_that_fails_five_times_in_a_row_is_left_alone_and_trusted_again_after_a_call_that_works(
    house: House,
) -> None:
    script = Scripted({"openai/first": [*[Fails("overloaded")] * 5, "Well again."], "anthropic/second": ["Done."]})
    played = await house.play(
        """
models: {first: {use: openai/first}, second: {use: anthropic/second}}
agents: {a: {persona: A., model: {route: {among: [first], fallback: [second]}}}, b: {persona: B., model: second}}
steps:
  one: {agent: a, prompt: x}
  two: {agent: a, prompt: x}
  pause: {tool: text.count, with: {text: x}, rehearsal: {reply: {}, takes: 40s}}
  three: {agent: a, prompt: x}
""",
        providers=script,
    )
    assert [(event.endpoint, event.state) for event in played.of(BreakerChanged)] == [
        ("openai", "open"),
        ("openai", "half-open"),
        ("openai", "closed"),
    ]
    assert [played.of(CallRouted, step)[-1].model for step in ("one", "two", "three")] == ["second", "second", "first"]
    assert played.of(CallRouted, "two")[0].candidates[0].out == "breaker"


async def test_an_error_that_is_the_requests_own_fault_trips_no_breaker(house: House) -> None:
    played = await house.play(
        "steps: {each: {for_each: [1, 2, 3, 4, 5, 6, 7, 8], fail_fast: false, agent: a, prompt: x}}\n",
        providers=Scripted.all(Fails("bad_request")),
    )
    assert played.of(BreakerChanged) == []
    assert len(played.of(CallFailed)) == 8


# Answers that break off


async def test_a_stream_that_simply_ends_is_no_answer(house: House) -> None:
    script = Scripted.all(Says("Half an ans", finish=None), "A whole one.")
    played = await house.play(ONE, providers=script)
    assert played.output("one") == "A whole one."
    (failed,) = played.of(CallFailed)
    assert (failed.failure.error, played.value(failed.partial)) == ("incomplete", "Half an ans")


async def test_what_came_before_an_error_is_kept_as_evidence_and_paid_for_by_our_own_count(house: House) -> None:
    script = Scripted.all(Fails("overloaded", partial="The first half of it"), "Done.")
    played = await house.play(
        "models: {m: {use: openai/m, price: {input: 1000, output: 1000}}}\n" + ONE, providers=script
    )
    (failed,) = played.of(CallFailed)
    assert played.value(failed.partial) == "The first half of it"
    assert failed.usage.output > 0
    assert failed.cost_usd == pytest.approx(failed.usage.total / 1000)
    assert played.result.cost_usd == pytest.approx(failed.cost_usd + played.of(CallFinished)[0].cost_usd)
    assert "The first half" not in played.output("one")


async def test_what_failed_before_a_word_came_costs_nothing(house: House) -> None:
    played = await house.play(
        "models: {m: {use: openai/m, price: {input: 1000, output: 1000}}}\n" + ONE,
        providers=Scripted.all(Fails("overloaded"), Says("Done.", usage=Usage(input=1, output=1))),
    )
    assert played.of(CallFailed)[0].cost_usd == 0
    assert played.result.cost_usd == pytest.approx(0.002)


@pytest.mark.parametrize(("finish", "outcome"), [("length", "truncated"), ("refused", "refused")])
async def test_an_answer_that_was_cut_or_declined_is_an_outcome_and_not_an_answer(
    house: House, finish: str, outcome: str
) -> None:
    played = await house.play(
        f"""
steps:
  one: {{agent: a, prompt: x, continue_on_error: true}}
  two: {{set: {{outcome: "${{{{ steps.one.outcome }}}}"}}}}
  three: {{if: steps.one.outcome == '{outcome}', narrate: So it was.}}
""",
        providers=Scripted.all(Says("I would rather", finish=finish)),  # type: ignore[arg-type]
    )
    assert played.output("two") == {"outcome": outcome}
    assert played.ended("three") == "succeeded"
    assert played.value(played.of(CallFailed)[0].partial) == "I would rather"


async def test_a_refusal_says_what_the_model_said_or_that_it_said_nothing(house: House) -> None:
    for said, told in (("I would rather not.", "I would rather not."), ("", "the model declined to answer")):
        played = await house.play(ONE, providers=Scripted.all(Says(said, finish="refused")))
        assert played.failure("one").message == told


async def test_a_flood_is_cut_off_and_counts_as_malformed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "MOST_CHARACTERS", 100)
    played = await house.play(ONE, providers=Scripted.all(Says("x" * 500, pieces=10)))
    assert played.failure("one").error == "malformed"
    assert len(played.value(played.of(CallFailed)[0].partial)) < 200


# In real time


@pytest.fixture
def fresh_endpoints() -> Iterator[None]:
    """What earlier live runs of this process have learned about endpoints, forgotten."""
    of_this_process.cache_clear()
    yield
    of_this_process.cache_clear()


LIVE = "models: {m: {use: openai/m}}\n" + ONE


@pytest.mark.usefixtures("fresh_endpoints")
async def test_live_a_pause_that_was_asked_for_passes_in_real_time(house: House) -> None:
    script = Scripted.all(Fails("rate_limited", retry_after=0.1), "Done.")
    played = await house.play(LIVE, mode="live", providers=script)
    assert played.output("one") == "Done."
    assert 100 <= (played.of(CallFailed)[0].retry_ms or 0) <= 105, "what was asked for, and a little of our own"
    assert waits(played)[0] >= 0.1


@pytest.mark.usefixtures("fresh_endpoints")
@pytest.mark.parametrize("limit", ["first_token", "between_tokens", "total"])
async def test_live_a_provider_that_goes_silent_is_left_after_a_while(house: House, limit: str) -> None:
    never = asyncio.Event()
    script = Scripted.all(
        Says("one two", pieces=2, more=never) if limit == "between_tokens" else Says("x", until=never)
    )
    impatient = f"models: {{m: {{use: openai/m, timeouts: {{{limit}: 50ms}}}}}}\n" + ONE
    played = await house.play(impatient, mode="live", providers=script, retries=0)
    assert played.failure("one").error == "timeout"
    assert script.under_way == 0


@pytest.mark.usefixtures("fresh_endpoints")
async def test_live_no_more_than_eight_calls_are_under_way_at_an_endpoint(house: House) -> None:
    door = asyncio.Event()
    script = Scripted.all(Says("Done.", until=door))
    run = house.begin(
        "models: {m: {use: openai/m}}\n"
        f"steps: {{each: {{for_each: {list(range(12))}, max_parallel: 12, agent: a, prompt: x}}}}\n",
        mode="live",
        providers=script,
    )
    async with asyncio.timeout(PATIENCE):
        while script.under_way < 8 or len([one for one in run.events if isinstance(one, CallWaiting)]) < 4:
            await asyncio.sleep(0)
        door.set()
    played = await house.end_of(run)
    assert (played.outcome, script.most_under_way) == ("succeeded", 8)


def waits(played: Played) -> list[float]:
    """Seconds between each failed attempt and the next one."""
    failed = [event.mono for event in played.of(CallFailed)]
    begun = [event.mono for event in played.of(CallStarted)]
    return [(after - before) / 1000 for before, after in zip(failed, begun[1:], strict=False)]
