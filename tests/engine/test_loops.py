"""loop: turns until something holds, and what follows when it never does."""

from __future__ import annotations

import pytest

from app.events import LoopIterated, StepFinished
from corpus.playing import House

POLISH = """
steps:
  polish:
    loop: {max: 4, until: steps.verdict.output.pass%s}
    steps:
      verdict:
        agent: a
        prompt: "Turn ${{ loop.index }}, before: ${{ default(loop.previous.fix.output, 'nothing') }}"
        output: {pass: boolean}
        rehearsal: {turns: [%s]}
      fix:
        if: not steps.verdict.output.pass
        agent: b
        prompt: "Fix it."
        rehearsal: {turns: [first fix, second fix, third fix, fourth fix]}
  after: {set: {turns: "${{ steps.polish.output }}"}}
"""


async def test_a_loop_takes_turns_until_its_condition_holds_and_gives_the_last_turns_output(house: House) -> None:
    played = await house.play(POLISH % ("", "{pass: false}, {pass: false}, {pass: true}"))
    assert played.output("polish") == {"verdict": {"pass": True}, "fix": None}
    assert [(event.turn, event.until, event.last) for event in played.of(LoopIterated)] == [
        (1, False, False),
        (2, False, False),
        (3, True, True),
    ]
    assert played.ended("polish/3/fix") == "skipped"
    assert not any(step.startswith("polish/4") for step in played.begun)


async def test_each_turn_sees_its_number_and_the_turn_before(house: House) -> None:
    played = await house.play(POLISH % ("", "{pass: false}, {pass: false}, {pass: true}"))
    assert [played.prompt(f"polish/{turn}/verdict") for turn in (1, 2, 3)] == [
        "Turn 1, before: nothing",
        "Turn 2, before: first fix",
        "Turn 3, before: second fix",
    ]


async def test_when_the_turns_are_over_a_loop_is_exhausted_and_fails(house: House) -> None:
    played = await house.play(POLISH % ("", "{pass: false}"))
    assert played.ended("polish") == "exhausted"
    assert played.failure("polish").message.startswith("4 turns were not enough")
    assert played.why_skipped("after") == "polish reached a limit"
    assert played.outcome == "failed"


async def test_with_on_max_continue_it_goes_on_with_the_last_turn(house: House) -> None:
    played = await house.play(POLISH % (", on_max: continue", "{pass: false}"))
    assert played.output("after")["turns"] == {"verdict": {"pass": False}, "fix": "fourth fix"}
    assert played.outcome == "succeeded"


async def test_without_until_all_turns_are_taken_and_that_is_well(house: House) -> None:
    played = await house.play("""
steps:
  rounds: {loop: {max: 3}, set: {turn: "${{ loop.index }}"}}
""")
    assert played.output("rounds") == {"turn": 3}
    assert [event.step for event in played.of(StepFinished)] == ["rounds/1", "rounds/2", "rounds/3", "rounds"]


async def test_a_single_step_may_loop_and_see_itself_in_until_and_in_previous(house: House) -> None:
    played = await house.play("""
steps:
  draft:
    loop: {max: 5, until: "contains(steps.draft.output, 'good')"}
    agent: a
    prompt: "Better than: ${{ default(loop.previous.output, 'nothing') }}"
    rehearsal: {turns: [poor, fair, good, never]}
""")
    assert played.output("draft") == "good"
    assert [played.prompt(f"draft/{turn}") for turn in (1, 2, 3)] == [
        "Better than: nothing",
        "Better than: poor",
        "Better than: fair",
    ]


async def test_until_may_be_read_from_the_turns_number(house: House) -> None:
    played = await house.play("steps: {rounds: {loop: {max: 9, until: loop.index == 2}, narrate: Again.}}\n")
    assert len(played.of(LoopIterated)) == 2


async def test_a_turn_that_fails_ends_the_loop_and_names_its_turn(house: House) -> None:
    played = await house.play("""
steps:
  draft: {loop: {max: 5}, agent: a, prompt: x, rehearsal: {turns: [well, {fault: bad_request}, never]}}
""")
    assert (played.ended("draft/1"), played.ended("draft/2"), played.ended("draft")) == (
        "succeeded",
        "failed",
        "failed",
    )
    assert played.failure("draft").message.startswith("turn 2: ")
    assert "draft/3" not in played.begun


async def test_continue_on_error_belongs_to_the_whole_loop_and_not_to_its_turns(house: House) -> None:
    played = await house.play("""
steps:
  draft:
    loop: {max: 5}
    continue_on_error: true
    agent: a
    prompt: x
    rehearsal: {turns: [{fault: bad_request}, never]}
  after: {set: {outcome: "${{ steps.draft.outcome }}"}}
""")
    assert "draft/2" not in played.begun
    assert played.output("after") == {"outcome": "failed"}


async def test_an_until_that_cannot_be_worked_out_fails_the_loop(house: House) -> None:
    played = await house.play("""
steps:
  draft: {loop: {max: 5, until: from_json(steps.draft.output).ok}, agent: a, prompt: x, rehearsal: {reply: no json}}
""")
    assert played.failure("draft").error == "expression"
    assert len(played.of(StepFinished)) == 1


async def test_a_loop_inside_a_loop_counts_for_itself(house: House) -> None:
    played = await house.play("""
steps:
  outer:
    loop: {max: 2}
    steps:
      number: {set: {is: "${{ loop.index }}"}}
      inner: {loop: {max: 3}, set: {is: "${{ steps.number.output.is }}.${{ loop.index }}"}}
""")
    inner = [played.output(f"outer/{turn}/inner/{other}")["is"] for turn in (1, 2) for other in (1, 2, 3)]
    assert inner == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"]


@pytest.mark.parametrize("kind", ["parallel", "steps"])
async def test_the_turns_of_a_loop_never_overlap(house: House, kind: str) -> None:
    played = await house.play(f"""
steps:
  rounds:
    loop: {{max: 3}}
    {kind}:
      one: {{agent: a, prompt: x, rehearsal: {{reply: x, takes: 2s}}}}
      two: {{agent: b, prompt: x, rehearsal: {{reply: x, takes: 3s}}}}
""")
    ends = [played.ending(f"rounds/{turn}").mono for turn in (1, 2, 3)]
    each = 3000 if kind == "parallel" else 5000
    assert [round(end / each, 2) for end in ends] == [1, 2, 3]


async def test_the_lines_of_a_loop_inside_a_for_each_go_on_from_turn_to_turn_for_each_item(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [x, y]
    steps:
      rounds:
        loop: {max: 2}
        steps:
          say: {agent: a, prompt: x, rehearsal: {turns: [first, second]}}
""")
    assert [played.output(f"each[{item}]/rounds/{turn}/say") for item in (1, 2) for turn in (1, 2)] == [
        "first", "second", "first", "second",
    ]  # fmt: skip


async def test_rehearsed_lines_go_on_from_turn_to_turn_also_where_a_turn_takes_several(house: House) -> None:
    played = await house.play("""
steps:
  draft:
    loop: {max: 2}
    agent: a
    prompt: x
    tools: [text.count]
    rehearsal: {turns: [{tool: text.count, with: {text: x}}, first, {tool: text.count, with: {text: x}}, second]}
""")
    assert [played.output(f"draft/{turn}") for turn in (1, 2)] == ["first", "second"]
