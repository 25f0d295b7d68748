"""Handoffs: one for every dependency edge whose nearest agents differ, one for every delegation, escalation and turn."""

from __future__ import annotations

from app.events import Handoff
from corpus.playing import House, Played


async def test_work_passes_from_one_agent_to_the_next_and_not_from_one_to_itself(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x}
  two: {agent: b, prompt: x}
  three: {agent: b, prompt: x}
  four: {agent: a, prompt: x}
""")
    assert edges(played) == [("a", "b", "one", "two"), ("b", "a", "three", "four")]
    assert {event.why for event in played.of(Handoff)} == {"needs"}


async def test_a_join_gives_one_for_each_side_and_a_fork_one_for_each_branch(house: House) -> None:
    played = await house.play("""
steps:
  top: {agent: a, prompt: x}
  left: {needs: top, agent: b, prompt: x}
  right: {needs: top, agent: c, prompt: x}
  bottom: {needs: [left, right], agent: a, prompt: x}
""")
    assert sorted(edges(played)) == [
        ("a", "b", "top", "left"),
        ("a", "c", "top", "right"),
        ("b", "a", "left", "bottom"),
        ("c", "a", "right", "bottom"),
    ]


async def test_it_looks_through_gates_values_narration_and_tools(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x}
  gate: {approve: Go on?}
  value: {set: {x: 1}}
  line: {narrate: Meanwhile.}
  count: {tool: text.count, with: {text: some words}}
  two: {agent: b, prompt: x}
""")
    assert edges(played) == [("a", "b", "one", "two")]


async def test_it_looks_into_blocks_and_out_of_them(house: House) -> None:
    played = await house.play("""
steps:
  before: {agent: a, prompt: x}
  block:
    steps:
      first: {agent: b, prompt: x}
      last: {agent: c, prompt: x}
  after: {agent: a, prompt: x}
""")
    assert edges(played) == [
        ("a", "b", "before", "block/first"),
        ("b", "c", "block/first", "block/last"),
        ("c", "a", "block/last", "after"),
    ]


async def test_out_of_a_parallel_block_all_who_worked_last_pass_on_and_into_it_all_who_begin_are_given(
    house: House,
) -> None:
    played = await house.play("""
agents: {a: {persona: A.}, b: {persona: B.}, c: {persona: C.}, d: {persona: D.}}
steps:
  before: {agent: a, prompt: x}
  all: {parallel: {one: {agent: b, prompt: x}, two: {agent: c, prompt: x}}}
  after: {agent: d, prompt: x}
""")
    assert sorted(edges(played)) == [
        ("a", "b", "before", "all/one"),
        ("a", "c", "before", "all/two"),
        ("b", "d", "all/one", "after"),
        ("c", "d", "all/two", "after"),
    ]


async def test_a_block_in_which_nobody_speaks_passes_on_what_came_in(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x}
  block: {steps: {value: {set: {x: 1}}, line: {narrate: Meanwhile.}}}
  two: {agent: b, prompt: x}
""")
    assert edges(played) == [("a", "b", "one", "two")]


async def test_in_a_loop_the_last_of_one_turn_hands_to_the_first_of_the_next(house: House) -> None:
    played = await house.play("""
steps:
  plan: {agent: c, prompt: x}
  rounds:
    loop: {max: 2}
    steps: {review: {agent: a, prompt: x}, fix: {agent: b, prompt: x}}
  after: {agent: c, prompt: x}
""")
    assert edges(played) == [
        ("c", "a", "plan", "rounds/1/review"),
        ("a", "b", "rounds/1/review", "rounds/1/fix"),
        ("b", "a", "rounds/1/fix", "rounds/2/review"),
        ("a", "b", "rounds/2/review", "rounds/2/fix"),
        ("b", "c", "rounds/2/fix", "after"),
    ]


async def test_a_fix_that_was_skipped_in_the_last_turn_hands_nothing_on(house: House) -> None:
    played = await house.play("""
steps:
  rounds:
    loop: {max: 3, until: steps.review.output.pass}
    steps:
      review: {agent: a, prompt: x, output: {pass: boolean}, rehearsal: {turns: [{pass: false}, {pass: true}]}}
      fix: {if: not steps.review.output.pass, agent: b, prompt: x}
  after: {agent: c, prompt: x}
""")
    assert edges(played)[-1] == ("a", "c", "rounds/2/review", "after")
    assert len(edges(played)) == 3


async def test_each_item_of_a_for_each_is_given_the_work_and_all_of_them_pass_theirs_on(house: House) -> None:
    played = await house.play("""
steps:
  plan: {agent: a, prompt: x}
  each: {for_each: [1, 2], agent: b, prompt: x}
  after: {agent: c, prompt: x}
""")
    assert edges(played) == [
        ("a", "b", "plan", "each[1]"),
        ("a", "b", "plan", "each[2]"),
        ("b", "c", "each[1]", "after"),
        ("b", "c", "each[2]", "after"),
    ]


async def test_what_is_said_is_the_steps_own_text_which_may_refer_to_it_or_else_its_first_sentence(
    house: House,
) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, rehearsal: {reply: "It is done. There is more to say, but not here."}}
  two:
    agent: b
    prompt: x
    output: {risk: integer}
    handoff: "Risk ${{ steps.two.output.risk }}, ${{ steps.two.outcome }}."
    rehearsal: {reply: {risk: 4}}
  three: {agent: c, prompt: x}
""")
    assert summaries(played) == ["It is done.", "Risk 4, succeeded."]


async def test_of_data_the_first_sentence_of_its_words_is_said(house: House) -> None:
    played = await house.play("""
steps:
  one:
    agent: a
    prompt: x
    output: {risk: integer, summary: string}
    rehearsal: {reply: {risk: 4, summary: "All is well. Or is it?"}}
  two: {agent: b, prompt: x}
""")
    assert summaries(played) == ["All is well."]


async def test_a_sentence_goes_on_behind_an_initial_in_quotation_marks(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, rehearsal: {reply: 'Nine grinders, "J. Okoro" engraved on each. Two work.'}}
  two: {agent: b, prompt: x}
""")
    assert summaries(played) == ['Nine grinders, "J. Okoro" engraved on each.']


async def test_a_colon_ends_it_only_where_a_list_begins(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, rehearsal: {reply: "Wednesday to Saturday: 5,593 visitors. Mondays bring 725."}}
  two: {agent: b, prompt: x, rehearsal: {reply: "Two things:\\n- the door\\n- the bell"}}
  three: {agent: c, prompt: x}
""")
    assert summaries(played) == ["Wednesday to Saturday: 5,593 visitors.", "Two things:"]


async def test_an_endless_sentence_is_cut_for_one_line(house: House) -> None:
    played = await house.play(f"""
steps:
  one: {{agent: a, prompt: x, rehearsal: {{reply: "{"word " * 200}"}}}}
  two: {{agent: b, prompt: x}}
""")
    (said,) = summaries(played)
    assert len(said) <= 140
    assert said.endswith("…")


async def test_a_step_that_is_tried_again_is_handed_its_work_once(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x}
  two: {agent: b, prompt: x, retry: {attempts: 3, on: [auth]}, rehearsal: {fault: auth, times: 2, reply: Done.}}
""")
    assert edges(played) == [("a", "b", "one", "two")]


async def test_a_skipped_step_passes_nothing_on_but_what_tolerates_a_failure_is_given_the_work_before(
    house: House,
) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x}
  two: {agent: b, prompt: x, continue_on_error: true, rehearsal: {fault: bad_request}}
  three: {agent: c, prompt: x}
""")
    assert edges(played) == [("a", "b", "one", "two"), ("a", "c", "one", "three")]


async def test_a_delegation_and_its_result_are_handoffs(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: b, prompt: x}
  team:
    team: {manager: a, members: [b, c]}
    prompt: Do it.
    rehearsal:
      by:
        a: {turns: [{tool: delegate, with: {to: b, task: "Paint it. Twice."}}, All done.]}
        b: {reply: It is painted. Red.}
  after: {agent: c, prompt: x}
""")
    assert [(event.giver, event.taker, event.why) for event in played.of(Handoff)] == [
        ("b", "a", "needs"),
        ("a", "b", "delegation"),
        ("b", "a", "result"),
        ("a", "c", "needs"),
    ]
    assert summaries(played)[1:] == ["Paint it.", "It is painted.", "All done."]


async def test_an_escalation_is_a_handoff_that_says_why(house: House) -> None:
    played = await house.play("""
steps:
  help:
    escalate: {agents: [a, b, c], below: 0.7}
    prompt: Help.
    rehearsal: {by: {a: {reply: Perhaps., confidence: 0.4}, b: {fault: bad_request}, c: {reply: Sure., confidence: 0.9}}}
  after: {agent: a, prompt: x}
""")
    assert [(event.giver, event.taker, event.why) for event in played.of(Handoff)] == [
        ("a", "b", "escalation"),
        ("b", "c", "escalation"),
        ("c", "a", "needs"),
    ]
    assert "40% sure" in summaries(played)[0]
    assert "could not answer" in summaries(played)[1]


async def test_in_a_debate_the_floor_passes_from_round_to_round(house: House) -> None:
    line = "{position: %s, says: I am for %s. Truly.}"
    played = await house.play(f"""
steps:
  one: {{agent: c, prompt: x}}
  talk:
    debate: {{members: [a, b], question: Now or later?, rounds: 2, options: [now, later], decide: judge, judge: c}}
    rehearsal:
      by:
        a: {{turns: [{line % ("now", "now")}]}}
        b: {{turns: [{line % ("later", "later")}]}}
        c: {{reply: {{decision: now, reasons: [Because.], dissent: []}}}}
  after: {{agent: a, prompt: x}}
""")
    found = [(event.giver, event.taker, event.why, event.step) for event in played.of(Handoff)]
    assert found[:2] == [("c", "a", "needs", "talk/round1/a"), ("c", "b", "needs", "talk/round1/b")]
    assert sorted(found[2:4]) == [("a", "b", "turn", "talk/round2/b"), ("b", "a", "turn", "talk/round2/a")]
    assert sorted(found[4:6]) == [("a", "c", "turn", "talk/c"), ("b", "c", "turn", "talk/c")]
    assert found[6:] == [("c", "a", "needs", "after")]
    assert summaries(played)[2] in ("I am for now.", "I am for later.")


async def test_into_a_used_scenario_and_out_of_it_work_is_handed_too(house: House) -> None:
    played = await house.play(
        """
steps:
  one: {agent: a, prompt: x}
  other: {uses: other.yaml}
  after: {agent: c, prompt: x}
""",
        files={
            "other.yaml": "schema: footlights/v1\nname: other\nagents: {z: {persona: Z.}}\nsteps: {inner: {agent: z, prompt: x}}\n"
        },
    )
    assert edges(played) == [("a", "z", "one", "other/inner"), ("z", "c", "other/inner", "after")]


async def test_how_many_there_are_can_be_expected(house: House) -> None:
    text = "steps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\nexpect: [{handoffs: %s}]\n"
    assert (await house.play(text % 1)).result.expected
    assert not (await house.play(text % 2)).result.expected


def edges(played: Played) -> list[tuple[str, str, str, str]]:
    """From, to, the step whose work it is, and where it arrives."""
    return [(event.giver, event.taker, event.source, event.step) for event in played.of(Handoff)]


def summaries(played: Played) -> list[str]:
    """What is said with each."""
    return [played.value(event.summary) for event in played.of(Handoff)]
