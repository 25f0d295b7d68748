"""escalate: from one agent to the next, as long as they are unsure or fail."""

from __future__ import annotations

import pytest

from app.events import CallStarted, Handoff, ToolFinished
from corpus.playing import House, Played, Scripted

HELP = """
steps:
  help:
    escalate: {{agents: [a, b, c], below: 0.7}}
    prompt: "Help, ${{{{ agent.id }}}}."
    {more}
"""


def help_(a: str, b: str, c: str, more: str = "") -> str:
    return HELP.format(more=f"{more}\n    rehearsal: {{by: {{a: {{{a}}}, b: {{{b}}}, c: {{{c}}}}}}}")


def asked(played: Played) -> list[str]:
    return [event.agent for event in played.of(CallStarted)]


async def test_who_is_sure_enough_answers_and_nobody_else_is_asked(house: House) -> None:
    played = await house.play(help_("reply: Yes., confidence: 0.7", "reply: x", "reply: x"))
    assert (played.output("help"), asked(played)) == ("Yes.", ["a"])
    assert played.of(Handoff) == []
    assert played.prompt("help") == "Help, a."


async def test_who_is_less_sure_passes_it_on(house: House) -> None:
    played = await house.play(help_("reply: Hm., confidence: 0.69", "reply: Yes., confidence: 0.71", "reply: x"))
    assert (played.output("help"), asked(played)) == ("Yes.", ["a", "b"])


@pytest.mark.parametrize("fault", ["auth", "refused", "truncated", "overloaded"])
async def test_who_fails_passes_it_on_too(house: House, fault: str) -> None:
    played = await house.play(help_(f"fault: {fault}", "reply: Yes., confidence: 0.9", "reply: x"))
    assert played.output("help") == "Yes."
    assert played.outcome == "succeeded"


async def test_the_last_one_is_taken_as_it_is(house: House) -> None:
    low = "reply: %s, confidence: 0.1"
    played = await house.play(help_(low % "One.", low % "Two.", low % "Three."))
    assert (played.output("help"), asked(played)) == ("Three.", ["a", "b", "c"])


async def test_when_the_last_one_fails_the_step_fails_with_its_error(house: House) -> None:
    played = await house.play(help_("fault: auth", "fault: auth", "fault: refused"))
    assert (played.ended("help"), played.failure("help").error) == ("refused", "refused")


async def test_the_output_keeps_its_shape_without_the_confidence(house: House) -> None:
    played = await house.play(
        HELP.format(more="output: {team: string}"),
        providers=Scripted.all({"team": "net", "confidence": 0.3}, {"team": "ops", "confidence": 0.8}),
    )
    assert played.output("help") == {"team": "ops"}
    assert played.value(played.of(CallStarted)[0].shape)["required"] == ["confidence", "team"]


async def test_a_confidence_that_the_author_asked_for_stays_in_the_output(house: House) -> None:
    played = await house.play(
        HELP.format(more="output: {team: string, confidence: number}"),
        providers=Scripted.all({"team": "ops", "confidence": 0.8}),
    )
    assert played.output("help") == {"team": "ops", "confidence": 0.8}


@pytest.mark.parametrize(
    ("output", "value"), [("[string]", ["x", "y"]), ("integer", 4), ("string", "x"), ("boolean", True)]
)
async def test_what_is_no_map_comes_in_an_envelope_and_out_of_it_again(
    house: House, output: str, value: object
) -> None:
    played = await house.play(
        HELP.format(more=f"output: {output}"), providers=Scripted.all({"answer": value, "confidence": 0.9})
    )
    assert played.output("help") == value


async def test_a_confidence_that_is_none_is_asked_for_again(house: House) -> None:
    script = Scripted.all({"answer": "x", "confidence": "high"}, {"answer": "x", "confidence": 0.9})
    played = await house.play(HELP.format(more=""), providers=script)
    assert (played.output("help"), len(script.asked)) == ("x", 2)
    assert asked(played) == ["a", "a"]


async def test_a_muted_agent_is_passed_over_and_the_last_who_is_left_is_taken_as_it_is(house: House) -> None:
    low = "reply: %s, confidence: 0.1"
    run = house.begin(help_(low % "One.", low % "Two.", low % "Three."))
    run.direct("mute", "a")
    run.direct("mute", "c")
    played = await house.end_of(run)
    assert (played.output("help"), asked(played)) == ("Two.", ["b"])
    assert played.of(Handoff) == []


async def test_a_limit_ends_it_for_all_of_them(house: House) -> None:
    played = await house.play(help_("reply: x, confidence: 0.1", "reply: x", "reply: x", "limits: {turns: 1}"))
    assert played.ended("help") == "exhausted"
    assert asked(played) == ["a"]


async def test_a_rehearsed_agent_may_use_a_tool_before_it_says_how_sure_it_is(house: House) -> None:
    played = await house.play("""
agents: {a: {persona: A., tools: [text.count]}, b: {persona: B.}}
steps:
  help:
    escalate: {agents: [a, b], below: 0.7}
    prompt: Help.
    rehearsal:
      by:
        a: {turns: [{tool: text.count, with: {text: x}}, {reply: Two.}], confidence: 0.9}
        b: {reply: Never.}
""")
    assert (played.output("help"), asked(played)) == ("Two.", ["a", "a"])
    assert len(played.of(ToolFinished)) == 1


async def test_it_may_be_rehearsed_without_a_line(house: House) -> None:
    for more in ("", "output: {team: string}", "output: [string]"):
        assert (await house.play(HELP.format(more=more))).ended("help") == "succeeded"
