"""retry and timeout of a step: which errors are tried again, after how long, and how often."""

from __future__ import annotations

import asyncio

import pytest

from app.events import CallStarted, StepRetrying, StepStarted
from corpus.playing import House, Played, Says, Scripted

ALWAYS = "agent: a, prompt: x, rehearsal: {fault: %s}"


async def test_a_step_is_tried_again_until_it_succeeds_and_each_attempt_is_told(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, retry: {attempts: 4, delay: 1s, on: [auth]}, rehearsal: {fault: auth, times: 2, reply: Done.}}
""")
    assert played.output("one") == "Done."
    assert [event.attempt for event in played.of(StepStarted)] == [1, 2, 3]
    assert [(event.attempt, event.failure.error) for event in played.of(StepRetrying)] == [(1, "auth"), (2, "auth")]
    assert played.ending("one").attempt == 3  # type: ignore[union-attr]


async def test_when_the_attempts_are_used_up_the_step_fails_with_the_last_error(house: House) -> None:
    played = await house.play(f"steps: {{one: {{{ALWAYS % 'auth'}, retry: {{attempts: 3, on: [auth]}}}}}}\n")
    assert len(played.of(StepStarted)) == 3
    assert played.failure("one").error == "auth"
    assert played.ending("one").attempt == 3  # type: ignore[union-attr]


@pytest.mark.parametrize("error", ["auth", "quota", "bad_request", "context_too_long", "refused", "truncated"])
async def test_an_error_that_does_not_pass_by_itself_is_not_tried_again_unless_it_is_named(
    house: House, error: str
) -> None:
    alone = await house.play(f"steps: {{one: {{{ALWAYS % error}, retry: {{attempts: 3}}}}}}\n")
    named = await house.play(f"steps: {{one: {{{ALWAYS % error}, retry: {{attempts: 3, on: [{error}]}}}}}}\n")
    assert (len(alone.of(StepStarted)), len(named.of(StepStarted))) == (1, 3)


@pytest.mark.parametrize(
    "error", ["rate_limited", "overloaded", "timeout", "connection", "malformed", "incomplete", "empty"]
)
async def test_an_error_that_may_pass_is_tried_again_unless_others_are_named(house: House, error: str) -> None:
    alone = await house.play(f"steps: {{one: {{{ALWAYS % error}, retry: {{attempts: 2}}}}}}\n")
    others = await house.play(f"steps: {{one: {{{ALWAYS % error}, retry: {{attempts: 2, on: [auth]}}}}}}\n")
    assert (len(alone.of(StepStarted)), len(others.of(StepStarted))) == (2, 1)


@pytest.mark.parametrize(
    ("backoff", "expected"), [("none", [0, 0, 0]), ("constant", [2, 2, 2]), ("exponential", [2, 4, 8])]
)
async def test_the_wait_grows_as_written_and_jitter_adds_at_most_a_quarter(
    house: House, backoff: str, expected: list[int]
) -> None:
    seen = set()
    for seed in range(6):
        played = await house.play(
            f"steps: {{one: {{{ALWAYS % 'auth'}, retry: {{attempts: 4, delay: 2s, backoff: {backoff}, on: [auth]}}}}}}\n",
            seed=seed,
        )
        waits = waited(played)
        assert [event.wait_ms / 1000 for event in played.of(StepRetrying)] == pytest.approx(waits, abs=0.002)
        assert all(least <= wait <= least * 1.25 for least, wait in zip(expected, waits, strict=True)), waits
        seen.add(tuple(waits))
    assert len(seen) == (1 if backoff == "none" else 6), "many that fail together do not try again together"


async def test_the_wait_is_never_longer_than_five_minutes_and_jitter(house: House) -> None:
    played = await house.play(f"steps: {{one: {{{ALWAYS % 'auth'}, retry: {{attempts: 4, delay: 4m, on: [auth]}}}}}}\n")
    assert [wait <= 375 for wait in waited(played)] == [True, True, True]
    assert waited(played)[1] >= 300


async def test_a_block_is_tried_again_as_a_whole(house: House) -> None:
    played = await house.play("""
steps:
  block:
    retry: {attempts: 2, delay: 1s, on: [auth]}
    steps:
      first: {agent: a, prompt: x, rehearsal: {reply: First.}}
      second: {agent: b, prompt: x, rehearsal: {fault: auth, times: 1, reply: Second.}}
""")
    assert played.output("block") == {"first": "First.", "second": "Second."}
    assert played.begun == ["block", "block/first", "block/second"] * 2
    assert played.outcome == "succeeded"


async def test_what_the_failed_attempts_took_counts_for_the_step(house: House) -> None:
    script = Scripted.all(Says("half", finish="length"), Says("half", finish="length"), "Done.")
    played = await house.play(
        "steps: {one: {agent: a, prompt: x, retry: {attempts: 3, on: [truncated]}}}\n", providers=script
    )
    assert played.output("one") == "Done."
    assert played.ending("one").usage.total == 45  # type: ignore[union-attr]


async def test_a_step_fails_when_it_takes_longer_than_its_timeout_to_the_millisecond(house: House) -> None:
    played = await house.play("""
steps:
  late: {agent: a, prompt: x, timeout: 5s, rehearsal: {reply: x, takes: 6s}}
  in_time: {needs: [], agent: b, prompt: x, timeout: 7s, rehearsal: {reply: x, takes: 6s}}
""")
    assert played.failure("late").error == "timeout"
    assert "5 seconds" in played.failure("late").message
    assert played.lasted("late") == 5.0
    assert played.ended("in_time") == "succeeded"


async def test_the_timeout_is_each_attempts_own_and_a_timeout_can_be_tried_again(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, timeout: 5s, retry: {attempts: 3, backoff: none}, rehearsal: {reply: x, takes: 6s}}
""")
    assert [event.mono for event in played.of(StepStarted)] == [0, 5000, 10000]
    assert played.lasted("one") == 15.0


async def test_a_timeout_ends_all_that_is_inside_a_block(house: House) -> None:
    played = await house.play("""
steps:
  block:
    timeout: 5s
    parallel:
      one: {agent: a, prompt: x, rehearsal: {reply: x, takes: 60s}}
      two: {agent: b, prompt: x, rehearsal: {reply: x, takes: 2s}}
      three: {needs: two, agent: c, prompt: x, rehearsal: {reply: x, takes: 60s}}
      four: {needs: one, agent: c, prompt: x}
  after: {needs: [], agent: c, prompt: x, rehearsal: {reply: x, takes: 120s}}
""")
    assert played.failure("block").error == "timeout"
    assert played.lasted("block") == 5.0
    assert played.ended("block/two") == "succeeded"
    assert "block/four" not in played.begun
    assert played.ended("after") == "succeeded"


async def test_the_time_between_two_attempts_does_not_count_for_the_timeout(house: House) -> None:
    played = await house.play("""
steps:
  one:
    agent: a
    prompt: x
    timeout: 5s
    retry: {attempts: 2, delay: 60s, on: [auth]}
    rehearsal: {fault: auth, times: 1, reply: Done., takes: 3s}
""")
    assert played.output("one") == "Done."


async def test_a_live_step_that_takes_too_long_is_ended_in_real_time(house: House) -> None:
    never = asyncio.Event()
    script = Scripted.all(Says("never", until=never))
    played = await house.play(
        "models: {m: {use: openai-compatible/timeout, base_url: 'http://127.0.0.1:1/t'}}\n"
        "steps: {one: {agent: a, prompt: x, timeout: 50ms}, two: {if: failure(), narrate: Late.}}\n",
        mode="live",
        providers=script,
    )
    assert played.failure("one").error == "timeout"
    assert played.lasted("one") >= 0.05
    assert played.ended("two") == "succeeded"
    assert script.under_way == 0, "nothing goes on in the background"


async def test_what_a_call_took_that_a_timeout_cut_off_is_not_forgotten(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, timeout: 5s, rehearsal: {reply: x, takes: 6s}}
""")
    (started,) = played.of(CallStarted)
    assert played.state.calls[started.call].status == "failed", "every call that began has an end in the log"
    assert played.result.usage.total > 0


def waited(played: Played) -> list[float]:
    """The seconds between each failed attempt and the next."""
    attempts = played.of(StepStarted)
    retrying = played.of(StepRetrying)
    return [(after.mono - before.mono) / 1000 for before, after in zip(retrying, attempts[1:], strict=True)]
