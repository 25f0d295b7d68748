"""expect: what must hold at the end, and which failures were expected to happen."""

from __future__ import annotations

import pytest

from app.events import ExpectationChecked, encode
from corpus.playing import House, Scripted

PLAY = """
agents: {a: {persona: A.}, judge: {persona: J.}}
steps:
  one:
    agent: a
    prompt: x
    output: {text: string, n: integer}
    rehearsal: {reply: {text: a rollback plan, n: 3}, takes: 4s}
  bad: {agent: a, prompt: x, continue_on_error: true, rehearsal: {fault: refused}}
  skipped: {if: steps.one.output.n > 5, agent: a, prompt: x}
  block: {needs: one, steps: {inner: {set: {x: v1.2}}}}
expect: [%s]
"""


@pytest.mark.parametrize(
    ("expectation", "met"),
    [
        ("{step: one, outcome: succeeded}", True),
        ("{step: one, outcome: failed}", False),
        ("{step: bad, outcome: refused}", True),
        ("{step: skipped, outcome: skipped}", True),
        ("{step: skipped, outcome: succeeded}", False),
        ("{step: block/inner, outcome: succeeded}", True),
        ("{step: one, contains: rollback}", True),
        ("{step: one, contains: Rollback}", False),
        ("{step: block/inner, matches: 'v[0-9]+[.]'}", True),
        ("{step: block/inner, matches: '^v'}", False),
        ("{step: one, json_schema: true}", True),
        ("{step: one, json_schema: {type: object, required: [text]}}", True),
        ("{step: one, json_schema: {type: object, required: [missing]}}", False),
        ("{cost_under: 5}", True),
        ("{cost_under: 0.00000001}", False),
        ("{step: block, cost_under: 0.00000001}", True),
        ("{tokens_under: 100k}", True),
        ("{tokens_under: 10}", False),
        ("{step: skipped, tokens_under: 1}", True),
        ("{step: block, tokens_under: 1}", True),
        ("{latency_under: 1m}", True),
        ("{latency_under: 3s}", False),
        ("{step: one, latency_under: 5s}", True),
        ("{step: one, latency_under: 4s}", False),
        ("{step: block, latency_under: 1s}", True),
        ("{handoffs: 0}", True),
        ("{handoffs: 1}", False),
        ("{step: one, outcome: succeeded, contains: nowhere}", False),
    ],
)
async def test_each_kind_of_expectation(house: House, expectation: str, met: bool) -> None:
    played = await house.play(PLAY % expectation)
    checks = played.of(ExpectationChecked)
    assert all(event.met for event in checks) is met, checks
    assert played.result.expected is met
    assert played.outcome == "succeeded", "an expectation that is not met does not change how the run ended"
    assert {event.number for event in checks} == {1}


async def test_under_is_less_and_not_as_much(house: House) -> None:
    text = "steps: {one: {agent: a, prompt: x, rehearsal: {reply: x, takes: 4s}}}\nexpect: [%s]\n"
    tokens = (await house.play(text % "{handoffs: 0}")).result.usage.total
    under = {f"tokens_under: {tokens}": f"tokens_under: {tokens + 1}", "latency_under: 4s": "latency_under: 4001ms"}
    for as_much, more in under.items():
        for about in ("", "step: one, "):
            assert not (await house.play(text % f"{{{about}{as_much}}}")).result.expected
            assert (await house.play(text % f"{{{about}{more}}}")).result.expected


async def test_each_says_what_it_is_about_and_what_was_found(house: House) -> None:
    played = await house.play(PLAY % "{step: one, contains: nowhere}, {handoffs: 3}")
    first, second = played.of(ExpectationChecked)
    assert (first.number, second.number) == (1, 2)
    assert "nowhere" in first.about
    assert "rollback" in played.value(first.found)
    assert (second.about, second.found) == ("3 handoffs", "0")


async def test_what_was_said_stands_in_no_event_and_figures_do(house: House) -> None:
    asked = "{step: one, contains: nowhere}, {step: one, matches: '^v'}, {step: one, outcome: failed}"
    played = await house.play(PLAY % asked)
    checks = played.of(ExpectationChecked)
    assert [b"rollback" in encode(event) for event in checks] == [False] * 3
    assert [b"succeeded" in encode(event) for event in checks] == [False, False, True]


@pytest.mark.parametrize(("mark", "met"), [(0.8, True), (1, True), (0.79, False)])
async def test_another_agent_marks_what_a_step_gave(house: House, mark: float, met: bool) -> None:
    script = Scripted.all({"text": "a plan", "n": 1}, "Fine.", {"mark": mark, "because": "So it is."})
    played = await house.play(
        """
agents: {a: {persona: A.}, judge: {persona: The judge.}}
steps: {one: {agent: a, prompt: x, output: {text: string, n: integer}}, two: {agent: a, prompt: x}}
expect: [{step: one, judged: {by: judge, rubric: {file: rubric.md}, at_least: 0.8}}]
""",
        files={"rubric.md": "Is every claim backed?"},
        providers=script,
    )
    assert played.result.expected is met
    asked = script.asked[-1][1].messages
    assert asked[0].content.startswith("The judge.")
    assert "Is every claim backed?" in asked[-1].content
    assert '"text":"a plan"' in asked[-1].content
    assert played.value(played.of(ExpectationChecked)[0].found).endswith(": So it is.")


async def test_a_judge_who_cannot_answer_has_not_met_the_expectation(house: House) -> None:
    script = Scripted.all("Fine.", "no data")
    played = await house.play(
        "steps: {one: {agent: a, prompt: x}}\nexpect: [{step: one, judged: {by: b, rubric: Good?, at_least: 0.5}}]\n",
        providers=script,
    )
    assert (played.outcome, played.result.expected) == ("succeeded", False)


async def test_rehearsed_a_judge_is_content(house: House) -> None:
    played = await house.play(
        "steps: {one: {agent: a, prompt: x}}\nexpect: [{step: one, judged: {by: b, rubric: Good?, at_least: 0.9}}]\n"
    )
    assert played.result.expected


FAILING = """
steps:
  one: {agent: a, prompt: x, rehearsal: {fault: refused}}
  two: {needs: [], %s}
%s
"""


@pytest.mark.parametrize(
    ("two", "expect", "excused"),
    [
        ("narrate: x", "", False),
        ("narrate: x", "expect: [{step: one, outcome: refused}]", True),
        ("narrate: x", "expect: [{step: one, outcome: failed}]", False),
        ("narrate: x", "expect: [{step: two, outcome: succeeded}]", False),
        ("agent: a, prompt: x, rehearsal: {fault: auth}", "expect: [{step: one, outcome: refused}]", False),
        (
            "agent: a, prompt: x, rehearsal: {fault: auth}",
            "expect: [{step: one, outcome: refused}, {step: two, outcome: failed}]",
            True,
        ),
    ],
)
async def test_a_failure_that_was_expected_is_excused_if_all_of_them_were(
    house: House, two: str, expect: str, excused: bool
) -> None:
    played = await house.play(FAILING % (two, expect))
    assert (played.outcome, played.result.excused) == ("failed", excused)


async def test_a_step_expected_to_fail_excuses_the_block_around_it_but_not_its_neighbours(house: House) -> None:
    text = """
steps:
  block:
    parallel:
      one: {agent: a, prompt: x, rehearsal: {fault: refused}}
      two: {agent: a, prompt: x, rehearsal: {%s}}
expect: [{step: block/one, outcome: refused}]
"""
    assert (await house.play(text % "reply: x")).result.excused
    assert not (await house.play(text % "fault: auth")).result.excused


async def test_a_step_expected_to_succeed_excuses_nothing_around_it(house: House) -> None:
    played = await house.play("""
steps:
  block:
    timeout: 5s
    steps:
      one: {agent: a, prompt: x, rehearsal: {reply: x, takes: 1s}}
      two: {agent: a, prompt: x, rehearsal: {reply: x, takes: 60s}}
expect: [{step: block/one, outcome: succeeded}]
""")
    assert (played.outcome, played.result.expected, played.result.excused) == ("failed", True, False)


async def test_a_failure_of_a_first_attempt_needs_no_excuse(house: House) -> None:
    played = await house.play("""
steps:
  block:
    retry: {attempts: 2, backoff: none, on: [auth]}
    steps: {inner: {agent: a, prompt: x, rehearsal: {fault: auth, times: 1, reply: x}}}
  other: {needs: [], agent: b, prompt: x, rehearsal: {fault: refused}}
expect: [{step: other, outcome: refused}]
""")
    assert (played.ended("block"), played.outcome, played.result.excused) == ("succeeded", "failed", True)


async def test_a_run_that_was_expected_to_reach_a_limit_is_excused_for_it(house: House) -> None:
    played = await house.play("""
limits: {turns: 1}
steps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}
expect: [{step: two, outcome: exhausted}]
""")
    assert (played.outcome, played.result.excused, played.result.exhausted) == ("exhausted", True, False)


async def test_of_a_step_that_happened_several_times_the_last_one_counts(house: House) -> None:
    played = await house.play("""
steps:
  rounds: {loop: {max: 3}, steps: {inner: {set: {n: "${{ loop.index }}"}}}}
expect: [{step: rounds/inner, contains: '3'}, {step: rounds/inner, outcome: succeeded}]
""")
    assert played.result.expected
