"""for_each: a step once for each item, so many at a time."""

from __future__ import annotations

import pytest

from app.events import StepExpanded, StepStarted
from corpus.playing import House, Scripted


async def test_the_output_is_the_list_of_outputs_in_the_order_of_the_items_whoever_is_ready_first(house: House) -> None:
    played = await house.play(
        """
inputs: {words: {type: [string]}}
steps:
  each:
    for_each: "${{ inputs.words }}"
    max_parallel: 3
    parallel:
      wait: {if: loop.index == 1, agent: a, prompt: x, rehearsal: {reply: x, takes: 60s}}
      say: {set: {said: "${{ loop.index }} ${{ item }}"}}
outputs: {all: "${{ steps.each.output }}"}
""",
        {"words": ["x", "y", "z"]},
    )
    ends = [played.ending(f"each[{number}]").mono for number in (1, 2, 3)]
    assert ends[0] > ends[1]
    assert [one["say"]["said"] for one in played.outputs["all"]] == ["1 x", "2 y", "3 z"]


async def test_what_is_expanded_is_told_with_its_items(house: House) -> None:
    played = await house.play('steps: {each: {for_each: [{n: 1}, {n: 2}], set: {x: "${{ item.n }}"}}}\n')
    (expanded,) = played.of(StepExpanded)
    assert (expanded.step, expanded.count, played.value(expanded.items)) == ("each", 2, [{"n": 1}, {"n": 2}])
    assert played.begun == ["each", "each[1]", "each[2]"]


async def test_items_have_a_name_of_their_own_and_keep_it_inside_another_for_each(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [A, B]
    as: house
    steps:
      rooms: {for_each: [1, 2], as: room, set: {at: "${{ house }}${{ room }}", item: "${{ item }}"}}
""")
    assert [[room["at"] for room in one["rooms"]] for one in played.output("each")] == [["A1", "A2"], ["B1", "B2"]]
    assert [room["item"] for room in played.output("each")[0]["rooms"]] == [1, 2]
    assert "each[2]/rooms[1]" in played.begun


@pytest.mark.parametrize(
    ("written", "at_once"), [("", 1), ("max_parallel: 1,", 1), ("max_parallel: 4,", 4), ("max_parallel: 50,", 10)]
)
async def test_never_more_items_at_the_same_time_than_max_parallel_says(
    house: House, written: str, at_once: int
) -> None:
    script = Scripted.all("Done.")
    numbers = list(range(10))
    played = await house.play(
        f"steps: {{each: {{for_each: {numbers}, {written} agent: a, prompt: x, rehearsal: {{takes: 1s}}}}}}\n"
    )
    assert played.ending("each").mono / 1000 == pytest.approx(-(-10 // at_once), abs=0.05)
    await house.play(f"steps: {{each: {{for_each: {numbers}, {written} agent: a, prompt: x}}}}\n", providers=script)
    assert script.most_under_way <= at_once
    assert len(script.asked) == 10


async def test_the_next_item_begins_as_soon_as_one_is_over(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [8, 1, 1, 1]
    max_parallel: 2
    steps:
      long: {if: item == 8, agent: a, prompt: x, rehearsal: {reply: x, takes: 8s}}
      short: {needs: [], if: item == 1, agent: a, prompt: x, rehearsal: {reply: x, takes: 1s}}
""")
    starts = [played.of(StepStarted, f"each[{number}]")[0].mono // 1000 for number in (1, 2, 3, 4)]
    assert starts == [0, 0, 1, 2]


async def test_an_empty_list_gives_an_empty_list(house: House) -> None:
    played = await house.play(
        'steps: {each: {for_each: [], agent: a, prompt: x}, after: {set: {got: "${{ steps.each.output }}"}}}\n'
    )
    assert played.output("after") == {"got": []}
    assert played.begun == ["each", "after"]


@pytest.mark.parametrize("written", ["{a: 1}", "a text", "null", "7"])
async def test_what_is_no_list_fails_the_step_before_anything_is_done(house: House, written: str) -> None:
    played = await house.play(f"""
steps:
  data: {{agent: a, prompt: x, output: any, rehearsal: {{reply: {written}}}}}
  each: {{for_each: "${{{{ steps.data.output }}}}", agent: b, prompt: x}}
""")
    assert played.failure("each").error == "bad_request"
    assert "needs a list" in played.failure("each").message
    assert played.begun == ["data", "each"]


async def test_the_first_item_that_fails_ends_the_others_and_the_rest_never_begin(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [1, 2, 3, 4]
    max_parallel: 2
    agent: a
    prompt: x
    rehearsal: {turns: [{reply: well}, {fault: auth}, never, never]}
""")
    assert played.outcome == "failed"
    assert played.failure("each").message.startswith("item 2: ")
    assert (played.failure("each").error, played.failure("each[2]").error) == ("auth", "auth")
    assert "each[4]" not in played.begun


async def test_with_fail_fast_false_all_items_are_tried_and_the_step_fails_all_the_same(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [1, 2, 3]
    fail_fast: false
    agent: a
    prompt: x
    rehearsal: {turns: [well, {fault: auth}, well too]}
  after: {agent: b, prompt: x}
""")
    assert [played.ended(f"each[{number}]") for number in (1, 2, 3)] == ["succeeded", "failed", "succeeded"]
    assert played.output("each") == ["well", None, "well too"]
    assert played.why_skipped("after") == "each failed"


async def test_continue_on_error_belongs_to_the_whole_and_not_to_its_items(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [1, 2, 3]
    continue_on_error: true
    agent: a
    prompt: x
    rehearsal: {turns: [{fault: auth}, never, never]}
  after: {set: {outcome: "${{ steps.each.outcome }}"}}
""")
    assert "each[2]" not in played.begun, "the first that fails ends the others"
    assert played.output("after") == {"outcome": "failed"}
    assert played.outcome == "succeeded"


async def test_a_failure_deep_inside_an_item_fails_the_item_and_the_whole(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [1, 2]
    steps:
      inner: {for_each: [x, y], agent: a, prompt: x, rehearsal: {turns: [well, {fault: quota}]}}
""")
    assert played.failure("each").message.startswith("item 1: inner: item 2: ")
    assert played.failure("each").error == "quota"


async def test_retry_and_timeout_are_each_items_own(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [1, 2]
    retry: {attempts: 2, delay: 1s, on: [timeout]}
    timeout: 5s
    agent: a
    prompt: x
    rehearsal: {reply: x, takes: 4s}
  slow: {for_each: [1, 2], timeout: 3s, fail_fast: false, needs: [], agent: a, prompt: x, rehearsal: {reply: x, takes: 4s}}
""")
    assert played.ended("each") == "succeeded", "eight seconds in all, but four each"
    assert [played.failure(f"slow[{number}]").error for number in (1, 2)] == ["timeout", "timeout"]


async def test_an_items_lines_are_its_own_in_rehearsal(house: House) -> None:
    played = await house.play("""
steps:
  each: {for_each: [x, y, z], max_parallel: 3, agent: a, prompt: "${{ item }}", rehearsal: {turns: [one, two, three]}}
""")
    assert played.output("each") == ["one", "two", "three"]
