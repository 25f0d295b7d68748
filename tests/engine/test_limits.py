"""limits: what a run, an agent, a card and a step may use, and what happens when a call could go beyond."""

from __future__ import annotations

import pytest

from app.engine.outcomes import Halt
from app.events import (
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallStarted,
    CallWaiting,
    RunFinished,
    RunStarted,
    Usage,
)
from corpus.playing import House, Says, Scripted, until

# A dollar for every thousand tokens, whichever way, and answers of at most ten tokens: what a call may cost is easy to see.
PRICED = "models: {m: {use: openai-compatible/m, base_url: 'http://m.example/v1', price: {input: 1000, output: 1000}, max_output: 10}}\n"
TEN = Says("Done.", usage=Usage(input=5, output=5))  # a cent


async def test_the_call_that_would_be_one_too_many_is_never_made_and_the_run_ends_exhausted(house: House) -> None:
    script = Scripted.all(TEN)
    played = await house.play(
        "limits: {turns: 2}\nsteps: {each: {for_each: [1, 2, 3, 4], agent: a, prompt: x}, after: {agent: b, prompt: x}}\n",
        providers=script,
    )
    assert len(script.asked) == 2
    (exceeded,) = played.of(BudgetExceeded)
    assert (exceeded.scope, exceeded.measure, exceeded.spent, exceeded.limit, exceeded.action) == (
        "run", "turns", 2, 2, "stop",
    )  # fmt: skip
    assert (played.ended("each[3]"), played.ended("each"), played.ended("after")) == (
        "exhausted",
        "exhausted",
        "skipped",
    )
    assert played.failure("each[3]").error == "limit"
    assert (played.outcome, played.result.exhausted) == ("exhausted", True)


async def test_a_call_must_fit_with_its_worst_case_and_not_only_with_what_it_turns_out_to_cost(house: House) -> None:
    script = Scripted.all(TEN)
    one = await house.play(f"{PRICED}steps: {{one: {{agent: a, prompt: x}}}}\n", providers=script)
    worst = one.of(CallStarted)[0].hold.cost_usd
    assert worst > one.result.cost_usd == pytest.approx(0.01)
    text = f"{PRICED}limits: {{cost_usd: %.6f}}\nsteps: {{one: {{agent: a, prompt: x}}}}\n"
    assert (await house.play(text % (worst + 0.0001), providers=script)).outcome == "succeeded"
    refused = await house.play(text % (worst - 0.0001), providers=script)
    assert (refused.outcome, len(script.asked)) == ("exhausted", 2)
    assert refused.of(CallStarted) == []


async def test_tokens_are_counted_read_and_written_together(house: House) -> None:
    script = Scripted.all(Says("Done.", usage=Usage(input=30, cache_read=20, cache_write=10, output=40)))
    played = await house.play(
        f"{PRICED}limits: {{tokens: 150}}\nsteps: {{each: {{for_each: [1, 2, 3], agent: a, prompt: x}}}}\n",
        providers=script,
    )
    assert (len(script.asked), played.result.usage.total) == (2, 200)
    assert played.of(BudgetExceeded)[0].measure == "tokens"


async def test_a_steps_limit_holds_for_all_that_happens_inside_it_and_for_nothing_else(house: House) -> None:
    script = Scripted.all(TEN)
    played = await house.play(
        f"""{PRICED}
steps:
  before: {{agent: a, prompt: x}}
  block:
    limits: {{turns: 2}}
    continue_on_error: true
    steps: {{one: {{agent: a, prompt: x}}, two: {{agent: b, prompt: x}}, three: {{agent: c, prompt: x}}}}
  after: {{agent: a, prompt: x}}
""",
        providers=script,
    )
    assert played.ended("block") == "exhausted"
    assert [played.ended(f"block/{name}") for name in ("one", "two", "three")] == [
        "succeeded",
        "succeeded",
        "exhausted",
    ]
    assert (played.ended("after"), played.outcome, played.result.exhausted) == ("succeeded", "succeeded", False)
    assert played.of(BudgetExceeded)[0].scope == "step:block"


async def test_a_step_with_a_limit_that_repeats_shares_it_among_its_turns(house: House) -> None:
    played = await house.play("steps: {rounds: {loop: {max: 9}, limits: {turns: 3}, agent: a, prompt: x}}\n")
    assert (len(played.of(CallFinished)), played.ended("rounds")) == (3, "exhausted")


async def test_an_agents_limit_holds_in_all_steps_together_and_for_no_other_agent(house: House) -> None:
    played = await house.play("""
agents: {a: {persona: A., limits: {turns: 2}}, b: {persona: B.}}
steps:
  one: {agent: a, prompt: x}
  two: {agent: b, prompt: x}
  three: {agent: a, prompt: x}
  four: {agent: b, prompt: x}
  five: {agent: a, prompt: x}
""")
    assert [played.ended(step) for step in ("one", "two", "three", "four", "five")] == ["succeeded"] * 4 + ["exhausted"]
    assert played.of(BudgetExceeded)[0].scope == "agent:a"


@pytest.mark.parametrize(("own", "calls"), [("", 2), (", limits: {turns: 1}", 1), (", limits: {turns: 5}", 2)])
async def test_a_call_must_fit_into_the_cards_limit_and_into_the_agents(house: House, own: str, calls: int) -> None:
    card = (
        "schema: footlights-card/v1\nid: one\ntitle: One\ncompany: house\npersona: Somebody who does things by halves.\n"
        "modes: {plain: {prompt: Do it.}}\ndefault_mode: plain\nlimits: {turns: 2}\nrehearsal: {plain: [Done.]}\n"
    )
    played = await house.play(
        f"agents: {{a: {{card: house/one{own}}}}}\nsteps: {{each: {{for_each: [1, 2, 3], agent: a, prompt: x}}}}\n",
        files={"agents/house/one.yaml": card},
    )
    assert len(played.of(CallFinished)) == calls


async def test_limits_given_at_the_start_only_make_the_scenarios_tighter(house: House) -> None:
    text = "limits: {turns: 2}\nsteps: {each: {for_each: [1, 2, 3], agent: a, prompt: x}}\n"
    assert len((await house.play(text, limits={"turns": 1})).of(CallFinished)) == 1
    assert len((await house.play(text, limits={"turns": 9})).of(CallFinished)) == 2
    tight = await house.play("steps: {each: {for_each: [1, 2, 3], agent: a, prompt: x}}\n", limits={"turns": 1})
    assert len(tight.of(CallFinished)) == 1
    assert tight.of(RunStarted)[0].limits == {"turns": 1}


async def test_it_warns_once_at_each_share(house: House) -> None:
    played = await house.play(
        "limits: {turns: 10, warn_at: [50%, 75%]}\nsteps: {each: {for_each: [1, 2, 3, 4, 5, 6, 7, 8, 9], agent: a, prompt: x}}\n"
    )
    assert [(event.share, event.spent, event.limit) for event in played.of(BudgetWarned)] == [
        (0.5, 5, 10),
        (0.75, 8, 10),
    ]
    assert played.outcome == "succeeded"


async def test_calls_that_failed_count_too(house: House) -> None:
    played = await house.play("""
limits: {turns: 3}
steps: {one: {agent: a, prompt: x, rehearsal: {fault: overloaded}}}
""")
    assert len(played.of(CallStarted)) == 3
    assert played.ended("one") == "exhausted"


# Waiting


async def test_a_call_waits_while_others_hold_what_it_needs_and_says_so_once(house: House) -> None:
    script = Scripted.all(Says("Done.", usage=Usage(input=5, output=5), takes=1.0))
    probe = await house.play(f"{PRICED}steps: {{p: {{agent: a, prompt: x}}}}\n", providers=Scripted.all(TEN))
    worst = probe.of(CallStarted)[0].hold.cost_usd
    played = await house.play(
        f"{PRICED}limits: {{cost_usd: {worst * 2 + 0.021:.6f}}}\n"
        "steps: {each: {for_each: [1, 2, 3, 4], max_parallel: 4, agent: a, prompt: x}}\n",
        providers=script,
    )
    assert played.outcome == "succeeded", played.result
    assert script.most_under_way == 2
    waits = played.of(CallWaiting)
    assert {event.waits_for for event in waits} == {"budget"}
    assert len(waits) == len({event.call for event in waits}) == 2
    assert played.of(BudgetExceeded) == []


async def test_a_run_is_never_exceeded_while_calls_that_hold_are_under_way_and_spends_no_more_than_its_limit(
    house: House,
) -> None:
    played = await house.play(
        f"{PRICED}limits: {{cost_usd: 0.28}}\n"
        "steps: {each: {for_each: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], max_parallel: 12, fail_fast: false,"
        " agent: a, prompt: x, rehearsal: {reply: Done., takes: 1s}}}\n",
        providers=Scripted.all(Says("Done.", usage=Usage(input=15, output=10), takes=1.0)),
    )
    assert played.outcome == "exhausted"
    spent = held = 0.0
    holds = {event.call: event.hold.cost_usd for event in played.of(CallStarted)}
    for event in played.events:
        match event:
            case CallStarted():
                held += holds[event.call]
                assert spent + held <= 0.28
            case CallFinished():
                held -= holds[event.call]
                spent += event.cost_usd
            case BudgetExceeded():
                assert held == pytest.approx(0), "it waits as long as somebody may give something back"
    assert len(played.of(CallFinished)) >= 9


async def test_what_was_held_for_a_call_that_is_never_made_is_given_back(house: House) -> None:
    run = house.begin(
        "limits: {turns: 1}\nsteps: {one: {agent: a, prompt: x}, two: {needs: [], agent: b, prompt: x}}\n"
    )
    run.hold()
    await until(lambda: any(isinstance(event, CallWaiting) for event in run.events))
    run.direct("skip", "one")
    run.go()
    played = await house.end_of(run)
    assert (played.ended("one"), played.ended("two")) == ("cancelled", "succeeded")
    assert played.of(BudgetExceeded) == []


# Money that nobody can tell


async def test_a_call_without_a_known_price_is_unpriced_and_never_free(house: House) -> None:
    text = "models: {m: {use: openai-compatible/nobody-knows, base_url: 'http://nobody-knows.example/v1'}}\nsteps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n"
    played = await house.play(text, mode="live", providers=Scripted.all(TEN))
    assert (played.result.unpriced, played.result.cost_usd) == (2, 0.0)
    assert [(event.basis, event.prices) for event in played.of(CallFinished)] == [("unpriced", None)] * 2
    assert played.of(RunFinished)[0].unpriced == 2
    assert played.state.totals.unpriced == 2


async def test_a_cost_is_exact_when_the_provider_told_the_use_and_estimated_when_it_did_not(house: House) -> None:
    script = Scripted.all(
        TEN, Says("Some twenty words that nobody has counted for us, so that we count them by ourselves.", usage=None)
    )
    played = await house.play(
        f"{PRICED}steps: {{one: {{agent: a, prompt: x}}, two: {{agent: b, prompt: x}}}}\n",
        mode="live",
        providers=script,
    )
    one, two = played.of(CallFinished)
    assert (one.basis, one.usage) == ("exact", Usage(input=5, output=5))
    assert one.cost_usd == pytest.approx(0.01)
    assert two.basis == "estimated"
    assert two.usage.output > 10
    assert two.cost_usd == pytest.approx(two.usage.total / 1000)


@pytest.mark.parametrize("told", [Usage(), Usage(input=-5, output=-5), Usage(input=5, output=-1)])
async def test_a_use_that_cannot_be_true_is_not_believed(house: House, told: Usage) -> None:
    played = await house.play(
        f"{PRICED}steps: {{one: {{agent: a, prompt: x}}}}\n",
        mode="live",
        providers=Scripted.all(Says("Done so far.", usage=told)),
    )
    (call,) = played.of(CallFinished)
    assert call.basis == "estimated"
    assert min(call.usage.input, call.usage.output) > 0
    assert played.result.cost_usd > 0


async def test_money_of_a_rehearsal_counts_like_money_and_is_told_to_be_rehearsed(house: House) -> None:
    played = await house.play(
        "models: {m: {use: openai-compatible/r, base_url: 'http://r.example/v1', price: {input: 1000, output: 1000}, max_output: 50}}\n"
        "limits: {cost_usd: 0.15}\nsteps: {each: {for_each: [1, 2, 3, 4, 5, 6, 7, 8, 9], agent: a, prompt: x, rehearsal: {reply: Done.}}}\n"
    )
    assert played.outcome == "exhausted"
    assert {event.basis for event in played.of(CallFinished)} == {"rehearsed"}
    assert 0.05 < played.result.cost_usd <= 0.15


async def test_a_rehearsed_call_that_was_cut_off_and_is_made_anew_is_counted_once(house: House) -> None:
    text = "limits: {turns: 2}\nsteps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n"
    whole = await house.play(text)
    run = house.begin(text)
    assert run.performance is not None
    run.performance.on_event(
        lambda event: run.halt(Halt("signal"), grace=0) if isinstance(event, CallStarted) else None
    )
    cut = await house.end_of(run)
    assert (cut.result.status, len(cut.of(CallFailed)), cut.result.cost_usd) == ("paused", 1, 0.0)
    ended = await house.play_on(cut)
    assert (ended.outcome, ended.result.cost_usd) == ("succeeded", whole.result.cost_usd)
