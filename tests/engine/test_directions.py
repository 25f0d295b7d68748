"""What people do to a run while it is performed: whisper, mute, swap, raise, skip, hold, pause, cancel."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.engine import Run
from app.events import (
    BudgetExceeded,
    CallRouted,
    CallStarted,
    CallWaiting,
    Directed,
    LimitsChanged,
    Remark,
    RunFinished,
    StepSkipped,
    StepStarted,
    decode,
    encode,
)
from corpus.playing import House, Played, Says, Scripted, has, until

STEPS = """steps:
  one: {agent: a, prompt: x}
  gate: {approve: Go on?}
  two: {agent: b, prompt: x}
  three: {agent: a, prompt: x}
  four: {agent: a, prompt: x}
"""
THREE = STEPS.replace("  gate: {approve: Go on?}\n", "")


async def test_a_whisper_reaches_the_next_call_of_its_agent_and_no_other(house: House) -> None:
    run = await at_the_gate(house, STEPS)
    run.direct("whisper", "a", "mind the gap", by="ana")
    played = await through_the_gate(house, run)
    heard = {step: "mind the gap" in str(played.messages(step)) for step in ("one", "two", "three", "four")}
    assert heard == {"one": False, "two": False, "three": True, "four": False}
    (directed,) = played.of(Directed)
    assert (directed.direction, directed.to, directed.by, played.value(directed.detail)) == (
        "whisper", "a", "ana", "mind the gap",
    )  # fmt: skip


async def test_a_whisper_is_not_repeated_in_the_next_turn_of_the_same_agent(house: House) -> None:
    script = Scripted.all(Says(tools=(("text.count", '{"text": "x"}'),)), "Done.")
    run = house.begin("steps: {one: {agent: a, prompt: x, tools: [text.count]}}\n", providers=script)
    run.direct("whisper", "a", "mind the gap")
    played = await house.end_of(run)
    assert ["mind the gap" in str(played.messages("one", call)) for call in (0, 1)] == [True, False]


async def test_a_whisper_is_still_heard_when_the_call_is_tried_again(house: House) -> None:
    run = house.begin("steps: {one: {agent: a, prompt: x, rehearsal: {fault: overloaded, times: 2, reply: x}}}\n")
    run.direct("whisper", "a", "mind the gap")
    played = await house.end_of(run)
    assert [str(played.messages("one", call)).count("mind the gap") for call in (0, 1, 2)] == [1, 1, 1]


async def test_a_whisper_while_the_run_is_held_before_a_call_reaches_that_very_call(house: House) -> None:
    run = house.begin(THREE)
    run.hold()
    await until(lambda: "one" in [event.step for event in run.events])
    await asyncio.sleep(0)
    run.direct("whisper", "a", "mind the gap")
    run.go()
    played = await house.end_of(run)
    assert "mind the gap" in str(played.messages("one"))
    assert "mind the gap" not in str(played.messages("three"))


async def test_a_whisper_that_was_heard_is_not_heard_again_after_a_resume_but_one_that_was_not_is(house: House) -> None:
    run = await at_the_gate(house, STEPS)
    run.direct("whisper", "b", "mind the gap")
    run.pause()
    paused = await house.end_of(run)
    again = await house.play_on(paused, answers={"gate": "approve"})
    assert "mind the gap" in str(again.messages("two"))

    run = house.begin(STEPS, patient=True)
    run.direct("whisper", "a", "mind the gap")
    await until(lambda: bool(run.performance and run.performance.gates.open()))
    run.pause()
    paused = await house.end_of(run)
    again = await house.play_on(paused, answers={"gate": "approve"})
    assert ["mind the gap" in str(again.messages(step)) for step in ("one", "three", "four")] == [True, False, False]


async def test_a_muted_agent_is_passed_over_and_what_needs_it_goes_on(house: House) -> None:
    run = await at_the_gate(house, STEPS)
    run.direct("mute", "b", by="ana")
    played = await through_the_gate(house, run)
    assert played.why_skipped("two") == "a person muted its agent"
    assert [played.ended(step) for step in ("three", "four")] == ["succeeded", "succeeded"]
    assert played.outcome == "succeeded"


async def test_until_it_is_unmuted(house: House) -> None:
    run = await at_the_gate(house, STEPS)
    run.direct("mute", "b")
    run.direct("unmute", "b")
    assert (await through_the_gate(house, run)).ended("two") == "succeeded"


async def test_a_mute_holds_also_for_a_step_that_decides_for_itself(house: House) -> None:
    run = house.begin("steps: {one: {if: always(), agent: a, prompt: x}}\n")
    run.direct("mute", "a")
    assert (await house.end_of(run)).why_skipped("one") == "a person muted its agent"


MODELS = """
models: {here: {use: openai/here}, there: {use: anthropic/there}, home: {use: ollama/home}}
agents: {a: {persona: A., model: here%s}, b: {persona: B., model: here}}
steps:
  one: {agent: a, prompt: x}
  gate: {approve: Go on?}
  two: {agent: b, prompt: x}
  three: {agent: a, prompt: x}
"""


async def test_another_model_takes_an_agents_part_from_its_next_call_on(house: House) -> None:
    script = Scripted.all("Done.")
    run = await at_the_gate(house, MODELS % "", providers=script)
    run.direct("swap", "a", "there")
    await through_the_gate(house, run)
    assert script.models() == ["openai/here", "openai/here", "anthropic/there"]


async def test_a_swap_while_the_run_is_held_before_a_call_counts_for_that_very_call(house: House) -> None:
    script = Scripted.all("Done.")
    run = house.begin(MODELS % "", providers=script)
    run.hold()
    await until(lambda: has(run, CallRouted))
    run.direct("swap", "a", "there")
    run.step()
    await until(lambda: bool(script.asked))
    assert script.models() == ["anthropic/there"]
    run.go()
    await house.end_of(run)


async def test_a_swap_never_leads_through_the_privacy_wall(house: House) -> None:
    text = (MODELS % ", privacy: local").replace("{persona: A., model: here", "{persona: A., model: home")
    script = Scripted.all("Done.")
    run = await at_the_gate(house, text, providers=script)
    run.direct("swap", "a", "there")
    played = await through_the_gate(house, run)
    assert "anthropic/there" not in script.models()
    assert all(one.out == "privacy" for event in played.of(CallRouted, "three") for one in event.candidates)


@pytest.mark.parametrize("mode", ["rehearsal", "live"])
async def test_a_swap_to_a_model_that_is_not_there_fails_the_step_and_not_the_run_around_it(
    house: House, mode: str
) -> None:
    def only_one(use: str) -> Any:
        from providers.base import NoProvider

        if use != "openai/here":
            raise NoProvider(use)
        return Scripted.all("Done.")(use)

    run = house.begin(MODELS % "", mode=mode, providers=only_one)
    run.direct("swap", "a", "openai/elsewhere")
    played = await house.end_of(run)
    assert played.ended("one") == "failed"
    assert played.of(RunFinished)


@pytest.mark.parametrize(
    ("direction", "to", "detail", "said"),
    [
        ("mute", "aa", None, 'there is no agent "aa"'),
        ("whisper", "nobody", "Hush.", 'there is no agent "nobody"'),
        ("swap", "a", "nonsense", 'there is no model "nonsense"'),
        ("skip", "nope", None, 'there is no step "nope"'),
        ("raise", "step:nope.turns", 3, '"step:nope" has no limits'),
        ("raise", "agent:nobody.turns", 3, '"agent:nobody" has no limits'),
    ],
)
async def test_what_a_run_does_not_have_cannot_be_directed(
    house: House, direction: str, to: str, detail: Any, said: str
) -> None:
    run = house.begin(THREE)
    async for _ in run:
        break
    with pytest.raises(ValueError, match=said):
        run.direct(direction, to, detail, by="ana")
    played = await house.end_of(run)
    assert played.outcome == "succeeded"
    assert played.of(Directed) == []


async def test_a_watcher_that_fails_is_told_nothing_more_and_the_run_goes_on(house: House) -> None:
    heard: list[str] = []

    def falls(started: CallStarted, text: str) -> None:
        raise ZeroDivisionError("no stage")

    run = house.begin(THREE)
    run.watch(falls)
    run.watch(lambda started, text: heard.append(text))
    played = await house.end_of(run)
    assert played.outcome == "succeeded"
    assert ["no stage" in event.text for event in played.of(Remark)] == [True]
    assert heard


# Limits


async def test_raising_a_limit_lets_a_call_that_waits_go_on(house: House) -> None:
    door = asyncio.Event()
    script = Scripted.all(Says("Done.", until=door))
    run = house.begin(
        "models: {m: {use: openai-compatible/raise, base_url: 'http://raise.example/v1'}}\n"
        "limits: {turns: 1}\nsteps: {one: {agent: a, prompt: x}, two: {needs: [], agent: b, prompt: x}}\n",
        mode="live",
        providers=script,
    )
    await until(lambda: script.under_way == 1 and has(run, CallWaiting))
    run.direct("raise", "run.turns", 2, by="ana")
    await until(lambda: script.under_way == 2)
    door.set()
    played = await house.end_of(run)
    assert played.outcome == "succeeded"
    assert [(event.scope, event.measure, event.limit, event.by) for event in played.of(LimitsChanged)] == [
        ("run", "turns", 2, "ana")
    ]
    assert played.of(BudgetExceeded) == []


@pytest.mark.parametrize("where", ["run", "agent", "step"])
async def test_a_run_that_was_paused_for_its_budget_goes_on_when_the_limit_was_raised_meanwhile(
    house: House, where: str
) -> None:
    limits = "limits: {turns: 1, on_exceed: pause}"
    text = (
        f"{limits if where == 'run' else 'title: x'}\n"
        f"agents: {{a: {{persona: A.{', ' + limits if where == 'agent' else ''}}}}}\n"
        f"steps: {{rounds: {{loop: {{max: 2}}{', ' + limits if where == 'step' else ''}, agent: a, prompt: x}}}}\n"
    )
    paused = await house.play(text)
    assert (paused.result.status, paused.result.reason) == ("paused", "budget")
    scope = {"run": "run", "agent": "agent:a", "step": "step:rounds"}[where]
    house.journal.post(
        paused.run.id, "direction", "raise", {"direction": "raise", "to": f"{scope}.turns", "detail": 5}, "ana"
    )
    again = await house.play_on(paused)
    assert again.outcome == "succeeded", again.result
    assert len(again.of(CallStarted)) == 2


@pytest.mark.parametrize(
    ("direction", "to", "detail"),
    [
        ("raise", "run.money", 5),
        ("raise", "agent:a.turns", 5),
        ("raise", "run.turns", None),
        ("raise", "run.turns", "many"),
        ("raise", "run.turns", -1),
        ("raise", "run.turns", float("nan")),
        ("dance", "a", None),
    ],
)
async def test_a_direction_that_makes_no_sense_is_refused_and_leaves_no_trace(
    house: House, direction: str, to: str, detail: object
) -> None:
    run = house.begin(f"limits: {{turns: 9}}\n{THREE}")
    await until(lambda: has(run, StepStarted))
    with pytest.raises((ValueError, TypeError)):
        run.direct(direction, to, detail)
    played = await house.end_of(run)
    assert played.of(Directed) == []
    assert played.of(LimitsChanged) == []


async def test_nonsense_from_another_process_is_refused_with_a_reason_and_the_log_stays_readable(house: House) -> None:
    run = house.begin("steps: {gate: {approve: x}}\n", mode="live", patient=True)
    await until(lambda: bool(run.performance and run.performance.gates.open()))
    for body in ({"direction": "dance"}, {"direction": "raise"}, {"direction": 5}, {}):
        house.journal.post(run.id, "direction", "whatever", body, "mallory")
    await until(lambda: not house.journal.inbox(run.id))
    run.answer("gate", "approve")
    played = await house.end_of(run)
    assert played.of(Directed) == []
    assert all(decode(encode(event)) for event in played.events)


# Skipping


async def test_a_step_that_is_skipped_beforehand_is_not_performed_and_what_needs_it_goes_on(house: House) -> None:
    run = house.begin(THREE)
    run.direct("skip", "two", by="ana")
    played = await house.end_of(run)
    assert played.why_skipped("two") == "a person said so"
    assert [played.ended(step) for step in ("three", "four")] == ["succeeded", "succeeded"]
    assert played.outcome == "succeeded"


@pytest.mark.parametrize(("name", "left_out"), [("rounds/mark", [1, 2, 3]), ("rounds/2/mark", [2])])
async def test_a_step_of_a_loop_is_skipped_in_all_turns_or_in_one(house: House, name: str, left_out: list[int]) -> None:
    run = house.begin(
        "steps: {rounds: {loop: {max: 3}, steps: {mark: {narrate: x}, after: {if: always(), narrate: y}}}}\n"
    )
    run.direct("skip", name)
    played = await house.end_of(run)
    assert [event.step for event in played.of(StepSkipped)] == [f"rounds/{turn}/mark" for turn in left_out]


SLOW = "agent: a, prompt: x, rehearsal: {reply: x, takes: 60s}"


@pytest.mark.parametrize(
    ("step", "running"),
    [
        (f"one: {{{SLOW}}}", "one"),
        (f"one: {{steps: {{inner: {{{SLOW}}}}}}}", "one/inner"),
        (f"one: {{parallel: {{inner: {{{SLOW}}}, other: {{{SLOW}}}}}}}", "one/inner"),
        (f"one: {{for_each: [1, 2], max_parallel: 2, {SLOW}}}", "one[2]"),
        (f"one: {{loop: {{max: 3}}, {SLOW}}}", "one/1"),
        ("one: {debate: {members: [a, b], question: x}}", "one"),
    ],
)
async def test_a_step_that_is_skipped_while_it_runs_ends_with_all_that_is_in_it_and_the_run_goes_on(
    house: House, step: str, running: str
) -> None:
    run = house.begin(f"steps: {{{step}, after: {{set: {{seen: '${{{{ steps.one.outcome }}}}'}}}}}}\n")
    run.hold()
    await until(lambda: has(run, StepStarted, running))
    run.direct("skip", "one", by="ana")
    run.go()
    played = await house.end_of(run)
    assert played.ended("one") == "cancelled"
    assert played.output("after") == {"seen": "cancelled"}
    assert played.outcome == "succeeded", "it goes on without the step, as with one that was skipped beforehand"
    assert played.events[-1].mono < 60_000
    assert not played.state.agents["a"].under_way


async def test_a_step_inside_is_skipped_without_ending_what_is_around_it(house: House) -> None:
    run = house.begin(f"steps: {{block: {{parallel: {{one: {{{SLOW}}}, two: {{agent: b, prompt: x}}}}}}}}\n")
    run.hold()
    await until(lambda: has(run, StepStarted, "block/two"))
    run.direct("skip", "block/one")
    run.go()
    played = await house.end_of(run)
    assert (played.ended("block/one"), played.ended("block")) == ("cancelled", "succeeded")
    assert played.events[-1].mono < 60_000


async def test_of_a_step_for_many_items_one_is_skipped_while_it_runs(house: House) -> None:
    run = house.begin(f"steps: {{one: {{for_each: [1, 2], max_parallel: 2, {SLOW}}}}}\n")
    run.hold()
    await until(lambda: has(run, StepStarted, "one[2]"))
    run.direct("skip", "one[2]", by="ana")
    run.go()
    played = await house.end_of(run)
    assert (played.ended("one[2]"), played.outcome, played.output("one")) == ("cancelled", "succeeded", ["x", None])


async def test_a_step_that_was_skipped_while_it_ran_is_still_left_out_when_the_run_is_resumed(house: House) -> None:
    run = house.begin(f"steps: {{one: {{{SLOW}}}, gate: {{approve: x}}, after: {{narrate: On.}}}}\n", patient=True)
    run.hold()
    await until(lambda: has(run, StepStarted, "one"))
    run.direct("skip", "one", by="ana")
    run.go()
    await until(lambda: bool(run.performance and run.performance.gates.open()))
    run.pause()
    again = await house.play_on(await house.end_of(run), answers={"gate": "approve"})
    assert (again.ended("one"), again.ended("after"), again.outcome) == ("cancelled", "succeeded", "succeeded")


async def at_the_gate(house: House, text: str, **options: Any) -> Run:
    """A run that waits at the step `gate` for a person."""
    run = house.begin(text, patient=True, **options)
    await until(lambda: bool(run.performance and run.performance.gates.open()))
    return run


async def through_the_gate(house: House, run: Run) -> Played:
    """Let it go on to its end."""
    run.answer("gate", "approve")
    return await house.end_of(run)
