"""At the limit: stop, pause, ask a person, or go on with cheaper models; and the limit of time."""

from __future__ import annotations

import pytest

from app.engine.gates import Answer, Opened
from app.events import (
    BudgetExceeded,
    BudgetWarned,
    CallRouted,
    CallStarted,
    GateAnswered,
    LimitsChanged,
    RunFinished,
    RunPaused,
    StepFailed,
    StepStarted,
    Usage,
)
from app.state.words import money
from corpus.playing import House, Says, Scripted

# A dollar for every thousand tokens, whichever way, and answers of at most ten tokens: what a call may cost is easy to see.
PRICED = "models: {m: {use: openai-compatible/m, base_url: 'http://m.example/v1', price: {input: 1000, output: 1000}, max_output: 10}}\n"
TEN = Says("Done.", usage=Usage(input=5, output=5))  # a cent


async def test_with_pause_the_run_is_paused_and_nothing_has_failed(house: House) -> None:
    played = await house.play(
        "limits: {turns: 1, on_exceed: pause}\nsteps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n"
    )
    assert (played.result.status, played.result.reason) == ("paused", "budget")
    assert "1 call," in played.result.detail
    assert played.of(RunFinished) == []
    assert (played.of(RunPaused)[0].reason, played.of(BudgetExceeded)[0].action) == ("budget", "pause")
    assert played.state.steps["two"].status == "running"


@pytest.mark.parametrize("timer", ["timeout: 5m", "limits: {wall: 5m}", ""])
@pytest.mark.parametrize("beside", ["", "  beside: {needs: [], agent: b, prompt: x, rehearsal: {takes: 100s}}\n"])
async def test_no_time_runs_out_for_a_run_that_is_paused_at_its_limit(house: House, timer: str, beside: str) -> None:
    played = await house.play(
        f"limits: {{turns: {2 if beside else 1}, on_exceed: pause, wall: 15m}}\n"
        "steps:\n  one: {agent: a, prompt: x, rehearsal: {takes: 2s}}\n"
        f"{beside}  two: {{agent: a, needs: [{'one, beside' if beside else 'one'}], prompt: x, {timer}}}\n"
    )
    assert (played.result.status, played.of(RunPaused)[0].mono) == ("paused", 100_000 if beside else 2_000)
    assert (await house.play_on(played, limits={"turns": 9})).outcome == "succeeded"


@pytest.mark.parametrize("timer", ["timeout: 5s", "limits: {wall: 5s}"])
async def test_while_a_paused_run_waits_for_what_is_under_way_no_time_runs_out_for_the_rest(
    house: House, timer: str
) -> None:
    played = await house.play(
        "agents: {a: {persona: A.}, b: {persona: B., limits: {tokens: 1, on_exceed: pause}}}\n"
        "steps:\n  long: {agent: a, prompt: x, rehearsal: {takes: 10s}}\n"
        "  first: {needs: [], agent: a, prompt: x, rehearsal: {takes: 1s}}\n"
        f"  short: {{needs: [first], agent: b, prompt: x, {timer}}}\n"
    )
    assert (played.result.status, played.ended("long"), played.of(StepFailed)) == ("paused", "succeeded", [])


async def test_what_is_under_way_in_a_run_that_is_paused_still_has_its_own_time(house: House) -> None:
    played = await house.play(
        "agents: {a: {persona: A.}, b: {persona: B., limits: {tokens: 1, on_exceed: pause}}}\n"
        "steps:\n  long: {agent: a, prompt: x, timeout: 5s, rehearsal: {takes: 10s}}\n"
        "  first: {needs: [], agent: a, prompt: x, rehearsal: {takes: 1s}}\n"
        "  short: {needs: [first], agent: b, prompt: x}\n"
    )
    assert (played.result.status, played.failure("long").error) == ("paused", "timeout")


async def test_with_ask_a_person_who_raises_it_lets_the_run_go_on(house: House) -> None:
    asked: list[str] = []

    async def person(opened: Opened) -> Answer:
        asked.append(opened.question.text)
        return Answer(opened.question.options[0], by="ana")

    played = await house.play(
        "limits: {turns: 2, on_exceed: ask}\nsteps: {each: {for_each: [1, 2, 3, 4], agent: a, prompt: x}}\n",
        people=person,
    )
    assert played.outcome == "succeeded"
    assert [(event.measure, event.limit, event.by) for event in played.of(LimitsChanged)] == [
        ("turns", 3, "ana"),
        ("turns", 4.5, "ana"),
    ]
    assert len(asked) == 2
    assert "2 calls" in asked[0]


async def test_with_ask_a_person_who_says_stop_ends_it_exhausted(house: House) -> None:
    played = await house.play(
        "limits: {turns: 1, on_exceed: ask}\nsteps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n",
        answers={"two": "stop"},
    )
    assert (played.outcome, played.ended("two")) == ("exhausted", "exhausted")
    assert played.value(played.of(GateAnswered)[0].choice) == "stop"


@pytest.mark.parametrize("answers", [None, {"one": "ship"}])
async def test_with_ask_and_nobody_there_the_run_is_paused_for_its_budget(
    house: House, answers: dict[str, str] | None
) -> None:
    played = await house.play(
        "models: {m: {use: openai-compatible/ask, base_url: 'http://ask.example/v1', price: {input: 1, output: 1}}}\n"
        "limits: {turns: 1, on_exceed: ask}\nsteps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n",
        mode="live",
        answers=answers,
        providers=Scripted.all(TEN),
    )
    assert (played.result.status, played.result.reason, played.result.exhausted) == ("paused", "budget", True)


ROUTED = """
models:
  dear: {{use: openai-compatible/dear, base_url: 'http://dear.example/v1', price: {{input: 5000, output: 5000}}, max_output: 10}}
  cheap: {{use: openai-compatible/cheap, base_url: 'http://cheap.example/v1', price: {{input: 50, output: 50}}, max_output: 10}}
agents: {{a: {{persona: A., model: {{route: {{among: [dear, cheap]}}}}{agent}}}}}
{run}
steps: {{each: {{for_each: [1, 2, 3, 4, 5], agent: a, prompt: x{step}}}}}
"""
DOWNGRADE = "limits: {cost_usd: 0.28, on_exceed: downgrade}"


@pytest.mark.parametrize("where", ["run", "agent", "step"])
async def test_with_downgrade_the_rest_is_done_by_the_cheaper_model(house: House, where: str) -> None:
    text = ROUTED.format(
        run=DOWNGRADE if where == "run" else "",
        agent=f", {DOWNGRADE}" if where == "agent" else "",
        step=f", {DOWNGRADE}" if where == "step" else "",
    )
    played = await house.play(text, providers=Scripted.all(TEN))
    assert played.outcome == "succeeded", played.result
    models = [event.model for event in played.of(CallStarted)]
    assert models == ["dear"] * models.count("dear") + ["cheap"] * models.count("cheap")
    assert min(models.count("dear"), models.count("cheap")) >= 1
    (exceeded,) = played.of(BudgetExceeded)
    assert exceeded.action == "downgrade"
    assert played.of(CallRouted)[-1].policy == "prefer cost"


async def test_with_downgrade_and_nothing_cheaper_it_is_exhausted_in_the_end(house: House) -> None:
    text = f"{PRICED}limits: {{cost_usd: 0.08, on_exceed: downgrade}}\nsteps: {{each: {{for_each: [1, 2, 3, 4, 5, 6, 7, 8], agent: a, prompt: x}}}}\n"
    played = await house.play(text, providers=Scripted.all(TEN))
    assert played.outcome == "exhausted"
    assert played.result.cost_usd <= 0.08


# Time


async def test_a_run_that_takes_longer_than_its_wall_ends_exhausted_there_and_then(house: House) -> None:
    played = await house.play("""
limits: {wall: 10s}
steps:
  one: {agent: a, prompt: x, rehearsal: {reply: x, takes: 6s}}
  two: {agent: b, prompt: x, rehearsal: {reply: x, takes: 6s}}
  three: {agent: c, prompt: x}
""")
    assert (played.outcome, played.result.exhausted) == ("exhausted", True)
    assert played.events[-1].mono == 10_000
    assert played.result.failure is not None
    assert "10.0 s" in played.result.failure.message
    assert not played.result.excused
    assert "three" not in played.begun


async def test_what_was_under_way_at_the_wall_ends_with_the_run_the_outermost_step_for_all_that_is_in_it(
    house: House,
) -> None:
    played = await house.play("""
limits: {wall: 5s}
steps:
  done: {agent: a, prompt: x, rehearsal: {reply: x, takes: 1s}}
  block: {parallel: {one: {agent: a, prompt: x, rehearsal: {reply: x, takes: 60s}}, two: {agent: b, prompt: x}}}
  beside: {needs: [], agent: c, prompt: x, rehearsal: {reply: x, takes: 60s}}
""")
    assert sorted((event.step, event.outcome) for event in played.of(StepFailed)) == [
        ("beside", "exhausted"),
        ("block", "exhausted"),
    ]
    assert played.ended("done") == "succeeded"


async def test_at_its_wall_a_run_may_be_paused_instead(house: House) -> None:
    played = await house.play("""
limits: {wall: 5s, on_exceed: pause}
steps: {one: {agent: a, prompt: x, rehearsal: {reply: x, takes: 6s}}}
""")
    assert (played.result.status, played.result.reason) == ("paused", "budget")
    assert played.of(RunPaused)[0].mono == 5000


async def test_it_warns_of_time_as_of_all_else(house: House) -> None:
    played = await house.play("""
limits: {wall: 10s, warn_at: [50%, 90%]}
steps: {one: {agent: a, prompt: x, rehearsal: {reply: x, takes: 6s}}}
""")
    assert [(event.measure, event.share, event.mono) for event in played.of(BudgetWarned)] == [("wall", 0.5, 5000)]


async def test_a_steps_wall_holds_for_all_its_items_and_attempts_together(house: House) -> None:
    played = await house.play("""
steps:
  each: {for_each: [1, 2, 3], limits: {wall: 10s}, agent: a, prompt: x, rehearsal: {reply: x, takes: 4s}}
  after: {if: failure(), set: {outcome: "${{ steps.each.outcome }}"}}
""")
    assert played.ended("each") == "exhausted"
    assert played.lasted("each") == 10.0
    assert [step for step in played.begun if step.startswith("each")] == ["each", "each[1]", "each[2]", "each[3]"]
    assert played.output("after") == {"outcome": "exhausted"}


async def test_a_steps_wall_that_was_raised_meanwhile_is_the_one_that_holds_after_a_resume(house: House) -> None:
    paused = await house.play("""
steps: {one: {limits: {wall: 5s, on_exceed: pause}, agent: a, prompt: x, rehearsal: {reply: x, takes: 60s}}}
""")
    assert paused.result.reason == "budget"
    house.journal.post(
        paused.run.id, "direction", "raise", {"direction": "raise", "to": "step:one.wall", "detail": 90}, "ana"
    )
    again = await house.play_on(paused)
    assert again.outcome == "succeeded", again.result


async def test_a_steps_wall_may_pause_the_run(house: House) -> None:
    played = await house.play("""
steps: {one: {limits: {wall: 5s, on_exceed: pause}, agent: a, prompt: x, rehearsal: {reply: x, takes: 6s}}}
""")
    assert (played.result.status, played.result.reason) == ("paused", "budget")


async def test_each_call_says_what_it_holds_and_gives_it_back(house: House) -> None:
    played = await house.play("steps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n")
    assert all(event.hold.tokens > 0 for event in played.of(CallStarted))
    assert (played.state.totals.held_tokens, played.state.totals.held_usd) == (0, 0)
    assert len(played.of(StepStarted)) == 2


async def test_what_the_next_call_may_take_and_what_is_left_is_told(house: House) -> None:
    steps = "steps: {one: {agent: a, prompt: x}, two: {agent: a, prompt: x}}\n"

    async def paused_at(limit: float) -> tuple[BudgetExceeded, str]:
        text = f"{PRICED}limits: {{cost_usd: {limit}, on_exceed: pause}}\n{steps}"
        played = await house.play(text, providers=Scripted.all(TEN))
        [exceeded] = played.of(BudgetExceeded)
        return exceeded, played.result.detail

    first, told = await paused_at(0.011)
    assert told.endswith(f"it may take up to {money(first.needed)}")
    second, told = await paused_at(first.needed + 0.005)
    assert second.spent == 0.01
    left = first.needed + 0.005 - 0.01
    assert told.endswith(f"it may take up to {money(second.needed)}, and {money(left)} is left")


async def test_a_limit_given_with_resume_counts_also_after_it_was_raised(house: House) -> None:
    paused = await house.play(
        "limits: {turns: 1, on_exceed: pause}\nsteps: {each: {for_each: [1, 2, 3, 4], agent: a, prompt: x}}\n"
    )
    again = await house.play_on(paused, limits={"turns": 2}, by="ana")
    assert (again.result.status, len(again.of(CallStarted))) == ("paused", 2)
    done = await house.play_on(again, limits={"turns": 9}, by="ana")
    assert done.outcome == "succeeded"
    assert [(event.limit, event.by) for event in done.of(LimitsChanged)] == [(2.0, "ana"), (9.0, "ana")]
