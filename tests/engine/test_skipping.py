"""Whether a step is performed at all: if, and how the steps before it ended."""

from __future__ import annotations

import pytest

from app.events import StepSkipped
from corpus.playing import House

FAILING = "agent: a, prompt: x, rehearsal: {fault: bad_request}"


async def test_a_step_is_skipped_when_its_if_is_false_and_says_which_if(house: House) -> None:
    played = await house.play("""
steps:
  plan: {set: {risk: 2}}
  call: {if: steps.plan.output.risk >= 4, agent: a, prompt: x}
  other: {needs: plan, if: steps.plan.output.risk < 4, agent: a, prompt: x}
""")
    assert played.why_skipped("call") == "if: steps.plan.output.risk >= 4 is false"
    assert played.ended("other") == "succeeded"
    assert played.outcome == "succeeded"


async def test_what_needs_a_skipped_step_is_skipped_too_and_so_is_what_needs_that(house: House) -> None:
    played = await house.play("""
inputs: {go: {type: boolean, default: false}}
steps:
  one: {if: inputs.go, agent: a, prompt: x}
  two: {agent: b, prompt: x}
  three: {agent: c, prompt: x}
""")
    assert [played.why_skipped(step) for step in ("two", "three")] == ["one was skipped", "two was skipped"]
    assert not any(event.because for event in played.of(StepSkipped))


async def test_what_needs_a_failed_step_is_skipped_and_the_failure_is_named_however_far_back(house: House) -> None:
    played = await house.play(f"""
steps:
  one: {{{FAILING}}}
  two: {{agent: b, prompt: x}}
  three: {{agent: c, prompt: x}}
""")
    assert played.outcome == "failed"
    assert [(event.step, event.reason, event.because) for event in played.of(StepSkipped)] == [
        ("two", "one failed", "one"),
        ("three", "two was skipped", "one"),
    ]


async def test_steps_that_do_not_need_the_failed_one_go_on(house: House) -> None:
    played = await house.play(f"""
steps:
  one: {{{FAILING}}}
  two: {{needs: [], agent: b, prompt: x, rehearsal: {{reply: Done., takes: 60s}}}}
  three: {{needs: two, agent: c, prompt: x}}
""")
    assert (played.ended("two"), played.ended("three"), played.outcome) == ("succeeded", "succeeded", "failed")


async def test_with_continue_on_error_what_needs_it_goes_on_and_the_run_succeeds(house: House) -> None:
    played = await house.play(f"""
steps:
  one: {{{FAILING}, continue_on_error: true}}
  two: {{set: {{outcome: "${{{{ steps.one.outcome }}}}", said: "${{{{ default(steps.one.output, 'nothing') }}}}"}}}}
""")
    assert played.output("two") == {"outcome": "failed", "said": "nothing"}
    assert played.failure("one").error == "bad_request"
    assert played.outcome == "succeeded"


async def test_failure_and_always_decide_for_themselves(house: House) -> None:
    played = await house.play(f"""
steps:
  one: {{{FAILING}}}
  mourn: {{if: failure(), set: {{seen: "${{{{ steps.one.outcome }}}}"}}}}
  tidy: {{needs: one, if: always(), set: {{tidied: true}}}}
  cheer: {{needs: one, if: success(), set: {{cheered: true}}}}
""")
    assert played.output("mourn") == {"seen": "failed"}
    assert played.output("tidy") == {"tidied": True}
    assert played.ended("cheer") == "skipped"


async def test_without_a_failure_failure_is_false_and_always_and_success_are_true(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x}
  mourn: {needs: one, if: failure(), set: {x: 1}}
  tidy: {needs: one, if: always(), set: {x: 1}}
  cheer: {needs: one, if: success(), set: {x: 1}}
""")
    assert [played.ended(step) for step in ("mourn", "tidy", "cheer")] == ["skipped", "succeeded", "succeeded"]


async def test_failure_sees_a_failure_behind_steps_that_were_skipped_for_it(house: House) -> None:
    played = await house.play(f"""
steps:
  one: {{{FAILING}}}
  two: {{agent: b, prompt: x}}
  three: {{agent: c, prompt: x}}
  mourn: {{if: failure(), narrate: Alas.}}
""")
    assert played.ended("mourn") == "succeeded"


async def test_failure_sees_a_failure_behind_a_step_whose_own_if_left_it_out(house: House) -> None:
    played = await house.play(f"""
inputs: {{tidy: {{type: boolean, default: false}}}}
steps:
  one: {{{FAILING}}}
  tidy: {{if: always() and inputs.tidy, set: {{x: 1}}}}
  report: {{if: failure(), narrate: Alas.}}
""")
    assert played.ended("tidy") == "skipped"
    assert played.ended("report") == "succeeded"


async def test_a_step_skipped_by_its_own_if_is_no_failure_and_no_success(house: House) -> None:
    played = await house.play("""
inputs: {go: {type: boolean, default: false}}
steps:
  one: {if: inputs.go, agent: a, prompt: x}
  mourn: {needs: one, if: failure(), set: {x: 1}}
  cheer: {needs: one, if: success(), set: {x: 1}}
  tidy: {needs: one, if: always(), set: {x: "${{ steps.one.outcome }}"}}
  either: {needs: one, if: success() or failure(), set: {x: 1}}
""")
    assert [played.ended(step) for step in ("mourn", "cheer", "either")] == ["skipped"] * 3
    assert played.output("tidy") == {"x": "skipped"}


async def test_an_if_with_success_alone_leaves_the_rule_in_force(house: House) -> None:
    played = await house.play(f"""
steps:
  one: {{{FAILING}}}
  two: {{if: success() and true, agent: b, prompt: x}}
""")
    assert played.why_skipped("two") == "one failed"


async def test_an_if_that_cannot_be_worked_out_fails_the_step_with_its_line(house: House) -> None:
    played = await house.play("""
steps:
  one: {set: {text: not json}}
  two: {if: from_json(steps.one.output.text).ready, agent: a, prompt: x}
""")
    assert played.failure("two").error == "expression"
    assert played.failure("two").where.endswith("/play.yaml:7")
    assert played.outcome == "failed"


@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [
        ("refused", "refused", "one was refused"),
        ("truncated", "truncated", "one was cut off"),
        ("auth", "failed", "one failed"),
    ],
)
async def test_refused_and_truncated_are_outcomes_of_their_own_and_count_as_failures(
    house: House, fault: str, outcome: str, reason: str
) -> None:
    played = await house.play(f"""
steps:
  one: {{agent: a, prompt: x, rehearsal: {{fault: {fault}}}}}
  two: {{agent: b, prompt: x}}
  seen: {{needs: one, if: "failure() and steps.one.outcome == '{outcome}'", narrate: Seen.}}
""")
    assert played.ended("one") == outcome
    assert played.why_skipped("two") == reason
    assert played.ended("seen") == "succeeded"
    assert played.outcome == "failed"


async def test_a_block_fails_when_a_step_inside_it_does_and_the_rest_of_it_still_happens(house: House) -> None:
    played = await house.play(f"""
steps:
  block:
    parallel:
      bad: {{{FAILING}}}
      good: {{agent: b, prompt: x, rehearsal: {{reply: Done., takes: 60s}}}}
  after: {{agent: c, prompt: x}}
""")
    assert (played.ended("block"), played.ended("block/good")) == ("failed", "succeeded")
    assert played.failure("block").message.startswith("bad: ")
    assert played.why_skipped("after") == "block failed"


async def test_a_block_with_continue_on_error_inside_does_not_fail(house: House) -> None:
    played = await house.play(f"""
steps:
  block:
    steps:
      bad: {{{FAILING}, continue_on_error: true}}
      good: {{set: {{x: 1}}}}
""")
    assert played.output("block") == {"bad": None, "good": {"x": 1}}


async def test_a_skipped_block_performs_nothing_inside_it(house: House) -> None:
    played = await house.play("""
inputs: {go: {type: boolean, default: false}}
steps:
  block: {if: inputs.go, steps: {inner: {agent: a, prompt: x}}}
""")
    assert played.begun == []
    assert [event.step for event in played.of(StepSkipped)] == ["block"]


async def test_a_blocks_steps_that_were_skipped_are_null_in_its_output(house: House) -> None:
    played = await house.play("""
inputs: {go: {type: boolean, default: false}}
steps:
  block: {steps: {one: {set: {x: 1}}, two: {if: inputs.go, set: {x: 2}}}}
outputs: {all: "${{ steps.block.output }}", missing: "${{ default(steps.block.output.two.x, 'none') }}"}
""")
    assert played.outputs == {"all": {"one": {"x": 1}, "two": None}, "missing": "none"}
