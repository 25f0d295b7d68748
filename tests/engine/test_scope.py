"""What an expression sees: its own block and all around it, never the inside of another."""

from __future__ import annotations

from app.events import StepFinished
from corpus.playing import House


async def test_inside_sees_outside_and_an_inner_step_hides_an_outer_of_the_same_name(house: House) -> None:
    played = await house.play("""
steps:
  draft: {set: {by: outside}}
  other: {set: {by: other}}
  block:
    steps:
      before: {needs: [], set: {heard: "${{ steps.other.output.by }}"}}
      draft: {set: {by: inside}}
      after: {set: {heard: "${{ steps.draft.output.by }}"}}
  outside: {set: {heard: "${{ steps.draft.output.by }}", block: "${{ steps.block.output.draft.by }}"}}
""")
    assert played.output("block")["before"] == {"heard": "other"}
    assert played.output("block")["after"] == {"heard": "inside"}
    assert played.output("outside") == {"heard": "outside", "block": "inside"}


async def test_what_a_block_gives_has_its_own_outcome_and_use(house: House) -> None:
    played = await house.play("""
steps:
  block: {parallel: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}}
  sums:
    set:
      outcome: "${{ steps.block.outcome }}"
      total: "${{ steps.block.usage.total }}"
""")
    inside = sum(event.usage.total for event in played.of(StepFinished) if event.step.startswith("block/"))
    assert played.output("sums") == {"outcome": "succeeded", "total": inside}
    assert played.result.usage.total == played.output("sums")["total"] > 0


async def test_items_and_turns_of_nested_blocks_are_each_seen_from_inside(house: House) -> None:
    played = await house.play("""
steps:
  outer:
    for_each: [x, y]
    as: letter
    steps:
      inner:
        for_each: [1, 2]
        set: {is: "${{ letter }}${{ item }} ${{ loop.index }}"}
      later: {set: {is: "${{ item }} ${{ letter }} ${{ loop.index }}"}}
""")
    assert played.output("outer") == [
        {"inner": [{"is": "x1 1"}, {"is": "x2 2"}], "later": {"is": "x x 1"}},
        {"inner": [{"is": "y1 1"}, {"is": "y2 2"}], "later": {"is": "y y 2"}},
    ]


async def test_an_item_does_not_see_what_another_item_did(house: House) -> None:
    played = await house.play("""
steps:
  each:
    for_each: [1, 2, 3]
    steps:
      mark: {if: item == 1, set: {x: marked}}
      look: {if: always(), set: {seen: "${{ default(steps.mark.output.x, 'nothing') }}"}}
""")
    assert [item["look"]["seen"] for item in played.output("each")] == ["marked", "nothing", "nothing"]


async def test_in_a_loop_a_turn_does_not_see_the_steps_of_the_turn_before_but_through_previous(house: House) -> None:
    played = await house.play("""
steps:
  rounds:
    loop: {max: 2}
    steps:
      mark: {if: loop.index == 1, set: {x: marked}}
      look:
        if: always()
        set:
          now: "${{ default(steps.mark.output.x, 'nothing') }}"
          before: "${{ default(loop.previous.mark.output.x, 'nothing') }}"
""")
    assert played.output("rounds/1/look") == {"now": "marked", "before": "nothing"}
    assert played.output("rounds/2/look") == {"now": "nothing", "before": "marked"}


async def test_the_prompt_knows_the_agent_and_the_run(house: House) -> None:
    played = await house.play(
        """
agents: {a: {persona: A., title: The Writer}}
steps:
  one: {agent: a, prompt: "${{ agent.title }} (${{ agent.id }}) in ${{ run.scenario }}, ${{ run.mode }} ${{ run.seed }}"}
""",
        seed=7,
    )
    assert played.prompt("one") == "The Writer (a) in play, rehearsal 7"


async def test_the_run_tells_what_it_has_cost_so_far(house: House) -> None:
    played = await house.play("""
steps:
  before: {set: {tokens: "${{ run.tokens }}"}}
  one: {agent: a, prompt: x, rehearsal: {reply: Done., takes: 3s}}
  after: {set: {tokens: "${{ run.tokens }}", cost: "${{ run.cost_usd }}", own: "${{ steps.one.usage.total }}"}}
""")
    assert played.output("before") == {"tokens": 0}
    after = played.output("after")
    assert after["tokens"] == after["own"] == played.result.usage.total > 0
    assert after["cost"] == played.result.cost_usd


async def test_the_run_tells_how_long_it_has_taken_so_far(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, rehearsal: {reply: Done., takes: 3s}}
  after: {set: {seconds: "${{ run.elapsed_s }}"}}
""")
    assert 2.9 < played.output("after")["seconds"] < 3.1
