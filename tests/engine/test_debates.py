"""debate: rounds in which members hear each other, and three ways to decide."""

from __future__ import annotations

from app.events import CallStarted, DebateDecided, DebateRound, DebateVoted
from corpus.playing import House, Played

TALK = """
agents: {{a: {{persona: A.}}, b: {{persona: B.}}, c: {{persona: C.}}, j: {{persona: J.}}}}
steps:
  talk:
    debate: {{members: [a, b, c], question: "Monolith or ${{{{ inputs.other }}}}?", {debate}}}
    rehearsal: {{by: {{{lines}}}}}
  after: {{set: {{all: "${{{{ steps.talk.output }}}}"}}}}
inputs: {{other: {{default: service}}}}
"""


def talk(debate: str, **positions: str) -> str:
    """A debate in which each member holds these positions, one a round."""
    lines = [
        f"{name}: {{turns: [{', '.join(f'{{position: {one}, says: I am {name} and want {one}.}}' for one in held.split())}]}}"
        for name, held in positions.items()
    ]
    return TALK.format(debate=debate, lines=", ".join(lines))


async def test_members_speak_side_by_side_in_rounds_and_hear_the_rounds_before(house: House) -> None:
    played = await house.play(talk("rounds: 2", a="x x", b="x x", c="y y"))
    assert [event.round for event in played.of(DebateRound)] == [1, 2]
    assert played.of(DebateRound)[0].speakers == ("a", "b", "c")
    assert played.prompt("talk/round1/a") == "Monolith or service?"
    first, second = played.messages("talk/round1/b"), played.messages("talk/round2/b")
    assert not any("I am a and want x." in one["content"] for one in first)
    heard = next(one["content"] for one in second if "I am a and want x." in one["content"])
    assert "I am c and want y." in heard
    begun = [event.step for event in played.of(CallStarted)]
    assert begun == [f"talk/round{number}/{name}" for number in (1, 2) for name in "abc"]


async def test_the_most_votes_decide_and_who_disagreed_is_kept(house: House) -> None:
    played = await house.play(talk("rounds: 1, decide: vote", a="later", b="now", c="now"))
    assert played.output("talk") == {
        "decision": "now",
        "reasons": ["b: I am b and want now.", "c: I am c and want now."],
        "votes": {"a": "later", "b": "now", "c": "now"},
        "dissent": ["a: I am a and want later."],
        "rounds": 1,
    }
    (decided,) = played.of(DebateDecided)
    assert (decided.how, decided.dissenters, decided.rounds) == ("vote", ("a",), 1)
    assert played.value(decided.decision)["decision"] == "now"
    assert [(event.agent, played.value(event.choice)) for event in played.of(DebateVoted)] == [
        ("a", "later"),
        ("b", "now"),
        ("c", "now"),
    ]


async def test_of_equal_votes_the_option_written_first_wins_else_the_one_held_first(house: House) -> None:
    written = await house.play(talk("rounds: 1, options: [z, y, x]", a="x", b="y", c="z"))
    free = await house.play(talk("rounds: 1", a="x", b="y", c="z"))
    assert (written.output("talk")["decision"], free.output("talk")["decision"]) == ("z", "x")


async def test_votes_that_differ_in_case_only_are_one(house: House) -> None:
    played = await house.play(talk("rounds: 1", a="Now", b="NOW", c="later"))
    assert played.output("talk")["decision"] == "Now"
    assert len(played.output("talk")["dissent"]) == 1


async def test_only_the_options_can_be_said_and_another_word_is_asked_for_again(house: House) -> None:
    text = talk("rounds: 1, options: [now, later]", a="now", b="now", c="now")
    played = await house.play(text)
    shape = played.value(played.of(CallStarted)[0].shape)
    assert shape["properties"]["position"]["enum"] == ["now", "later"]


async def test_members_may_change_their_minds_and_the_last_round_counts(house: House) -> None:
    played = await house.play(talk("rounds: 3", a="x y y", b="x x y", c="z z z"))
    assert played.output("talk")["decision"] == "y"
    assert played.output("talk")["votes"] == {"a": "y", "b": "y", "c": "z"}
    assert played.output("talk")["rounds"] == 3


async def test_it_ends_early_when_they_agree_enough(house: House) -> None:
    played = await house.play(talk("rounds: 5, converge: 0.6", a="x y y", b="y y y", c="z z z"))
    assert played.output("talk")["rounds"] == 2
    assert [event.agreement for event in played.of(DebateRound)] == [0, 0.3333]
    all_of_them = await house.play(talk("rounds: 5, converge: 1", a="x y z", b="y z z", c="z z z"))
    assert all_of_them.output("talk")["rounds"] == 3


async def test_a_vote_without_converge_takes_all_its_rounds(house: House) -> None:
    played = await house.play(talk("rounds: 3", a="x", b="x", c="x"))
    assert played.output("talk")["rounds"] == 3


async def test_a_judge_decides_having_heard_everything_and_may_go_against_all_of_them(house: House) -> None:
    judged = "{decision: z, reasons: [It is cheaper.], dissent: [b is right about the cost.]}"
    text = talk("rounds: 2, decide: judge, judge: j", a="x x", b="x y", c="y y").replace(
        "rehearsal: {by: {", f"rehearsal: {{by: {{j: {{reply: {judged}}}, "
    )
    played = await house.play(text)
    assert played.output("talk") == {
        "decision": "z",
        "reasons": ["It is cheaper."],
        "votes": {"a": "x", "b": "y", "c": "y"},
        "dissent": ["b is right about the cost."],
        "rounds": 2,
    }
    heard = "".join(one["content"] for one in played.messages("talk/j"))
    assert "I am a and want x." in heard
    assert "I am b and want y." in heard
    assert played.of(DebateDecided)[0].dissenters == ("a", "b", "c")


async def test_consensus_ends_it_as_soon_as_all_agree(house: House) -> None:
    played = await house.play(talk("rounds: 5, decide: consensus", a="x y y", b="y y y", c="z z y"))
    assert (played.output("talk")["decision"], played.output("talk")["rounds"]) == ("y", 3)
    assert played.output("talk")["dissent"] == []


async def test_without_consensus_the_debate_is_exhausted_and_nothing_is_decided(house: House) -> None:
    played = await house.play(talk("rounds: 2, decide: consensus", a="x x", b="x x", c="y y"))
    assert (played.ended("talk"), played.ended("after"), played.outcome) == ("exhausted", "skipped", "failed")
    assert played.of(DebateDecided) == []
    kept = played.value(played.ending("talk").output)  # type: ignore[union-attr]
    assert kept["dissent"] == ["a: I am a and want x.", "b: I am b and want x.", "c: I am c and want y."]


async def test_a_member_who_cannot_answer_is_left_out_and_only_all_of_them_end_the_debate(house: House) -> None:
    text = talk("rounds: 2", a="x x", b="x x", c="y y").replace("c: {turns: [", "c: {fault: auth, turns: [")
    played = await house.play(text)
    assert played.output("talk")["votes"] == {"a": "x", "b": "x"}
    for name in "ab":
        text = text.replace(f"{name}: {{turns: [", f"{name}: {{fault: auth, turns: [")
    played = await house.play(text)
    assert played.failure("talk").error == "auth"


async def test_a_muted_member_takes_no_part_from_the_next_round_on(house: House) -> None:
    run = house.begin(talk("rounds: 3", a="x", b="y", c="y"))
    async for event in run:
        if isinstance(event, DebateRound) and event.round == 2:
            run.direct("mute", "c", by="ana")
    played = await house.end_of(run)
    assert [event.speakers for event in played.of(DebateRound)] == [("a", "b", "c"), ("a", "b", "c"), ("a", "b")]
    assert played.output("talk")["votes"] == {"a": "x", "b": "y"}


async def test_nothing_is_made_up_that_nobody_said_and_all_of_it_can_be_rehearsed_without_a_line(house: House) -> None:
    for decide in ("vote", "consensus, converge: 0.1", "judge, judge: j"):
        played: Played = await house.play(
            f"agents: {{a: {{persona: A.}}, b: {{persona: B.}}, j: {{persona: J.}}}}\n"
            f"steps: {{talk: {{debate: {{members: [a, b], question: Now or later?, decide: {decide}}}}}}}\n"
        )
        assert played.ended("talk") in ("succeeded", "exhausted")
