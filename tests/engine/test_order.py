"""In which order steps are performed, and what runs beside what."""

from __future__ import annotations

from app.events import StepFinished, StepStarted
from corpus.playing import House, Played


async def test_a_step_without_needs_waits_for_the_one_above(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: First.}
  two: {agent: b, prompt: Second.}
  three: {agent: c, prompt: Third.}
""")
    assert beginnings_and_ends(played) == ["+one", "-one", "+two", "-two", "+three", "-three"]


async def test_a_step_begins_as_soon_as_the_ones_it_names_are_over_and_waits_for_no_other(house: House) -> None:
    played = await house.play("""
steps:
  slow: {agent: a, prompt: Slowly., rehearsal: {reply: Done., takes: 9s}}
  quick: {needs: [], agent: b, prompt: Quickly., rehearsal: {reply: Done., takes: 1s}}
  after_quick: {needs: quick, agent: c, prompt: Then., rehearsal: {reply: Done., takes: 1s}}
  after_both: {needs: [slow, quick], set: {done: true}}
""")
    assert beginnings_and_ends(played) == [
        "+slow", "+quick", "-quick", "+after_quick", "-after_quick", "-slow", "+after_both", "-after_both",
    ]  # fmt: skip


async def test_needs_of_nothing_begin_at_once(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: First., rehearsal: {reply: Done., takes: 5s}}
  two: {needs: [], set: {at_once: true}}
""")
    assert beginnings_and_ends(played) == ["+one", "+two", "-two", "-one"]


async def test_what_a_step_refers_to_it_waits_for_although_needs_does_not_name_it(house: House) -> None:
    played = await house.play("""
steps:
  slow: {agent: a, prompt: Slowly., rehearsal: {reply: the word, takes: 9s}}
  quick: {needs: [], set: {x: 1}}
  uses_both: {needs: quick, set: {heard: "${{ steps.slow.output }}"}}
""")
    assert played.output("uses_both") == {"heard": "the word"}


async def test_a_reference_from_inside_a_block_makes_the_whole_block_wait(house: House) -> None:
    played = await house.play("""
steps:
  slow: {agent: a, prompt: Slowly., rehearsal: {reply: the word, takes: 9s}}
  block:
    needs: []
    steps:
      early: {set: {x: 1}}
      late: {set: {heard: "${{ steps.slow.output }}"}}
""")
    assert beginnings_and_ends(played)[:4] == ["+slow", "-slow", "+block", "+block/early"]
    assert played.output("block") == {"early": {"x": 1}, "late": {"heard": "the word"}}


async def test_steps_of_a_parallel_block_begin_together_and_an_ordinary_block_is_a_row(house: House) -> None:
    steps = "one: {agent: a, prompt: x}, two: {agent: b, prompt: x}, three: {agent: c, prompt: x}"
    beside = await house.play(f"steps: {{all: {{parallel: {{{steps}}}}}}}\n")
    row = await house.play(f"steps: {{all: {{steps: {{{steps}}}}}}}\n")
    assert beginnings_and_ends(beside)[:4] == ["+all", "+all/one", "+all/two", "+all/three"]
    assert beginnings_and_ends(row)[:4] == ["+all", "+all/one", "-all/one", "+all/two"]


async def test_in_a_parallel_block_a_step_may_still_wait_for_a_sibling(house: House) -> None:
    played = await house.play("""
steps:
  all:
    parallel:
      one: {agent: a, prompt: x, rehearsal: {reply: Done., takes: 2s}}
      two: {needs: one, agent: b, prompt: x}
      three: {agent: c, prompt: x, rehearsal: {reply: Done., takes: 5s}}
""")
    order = beginnings_and_ends(played)
    assert order.index("-all/one") < order.index("+all/two") < order.index("-all/three")


async def test_steps_that_are_ready_together_begin_in_file_order_whoever_made_them_ready(house: House) -> None:
    played = await house.play("""
steps:
  last: {needs: zero, agent: a, prompt: x}
  middle: {needs: zero, agent: b, prompt: x}
  first: {needs: zero, agent: c, prompt: x}
  zero: {needs: [], set: {x: 1}}
""")
    assert played.begun == ["zero", "last", "middle", "first"]


async def test_a_diamond_joins_once_and_after_both_of_its_sides(house: House) -> None:
    played = await house.play("""
steps:
  top: {agent: a, prompt: x}
  left: {needs: top, agent: b, prompt: x, rehearsal: {reply: L, takes: 1s}}
  right: {needs: top, agent: c, prompt: x, rehearsal: {reply: R, takes: 7s}}
  bottom: {needs: [left, right], set: {both: "${{ steps.left.output }}${{ steps.right.output }}"}}
""")
    assert played.output("bottom") == {"both": "LR"}
    assert len(played.of(StepStarted, "bottom")) == 1


async def test_fifty_steps_in_a_row_and_fifty_side_by_side_all_happen_once(house: House) -> None:
    rows = "".join(f"  s{n}: {{agent: a, prompt: x, rehearsal: {{reply: '{n}', takes: 1s}}}}\n" for n in range(50))
    beside = "".join(f"    p{n}: {{agent: b, prompt: x, rehearsal: {{reply: '{n}', takes: 1s}}}}\n" for n in range(50))
    played = await house.play(f"steps:\n{rows}  all:\n   parallel:\n{beside}")
    assert played.begun == [*[f"s{n}" for n in range(50)], "all", *[f"all/p{n}" for n in range(50)]]
    assert 50.9 < played.events[-1].mono / 1000 < 51.1, "fifty seconds in a row, and one for all fifty side by side"


async def test_each_step_says_what_it_is_and_which_event_led_to_it(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, title: The beginning, cue: Q1, caption: "Watch ${{ run.scenario }}."}
  two: {narrate: And then.}
""")
    first, second = played.of(StepStarted)
    assert (first.of, first.title, first.cue, played.value(first.caption)) == (
        "agent", "The beginning", "Q1", "Watch play.",
    )  # fmt: skip
    assert second.cause == played.of(StepFinished, "one")[0].seq


def beginnings_and_ends(played: Played) -> list[str]:
    """+step when it begins, -step when it is over."""
    signs = {StepStarted: "+", StepFinished: "-"}
    return [f"{signs[type(event)]}{event.step}" for event in played.events if type(event) in signs]
