"""What an agent is told and what it may answer: persona, shape, repairs; and that what it wrote stays text."""

from __future__ import annotations

import pytest

from app.events import CallFinished, CallStarted
from app.offsets import unpack
from corpus.playing import House, Says, Scripted

RISK = "steps: {one: {agent: a, prompt: How risky?, output: {risk: integer, why: string?}}}\n"


async def test_an_agent_is_told_who_it_is_how_it_works_and_what_is_asked(house: House) -> None:
    card = (
        "schema: footlights-card/v1\nid: one\ntitle: One\ncompany: house\npersona: You are the careful one.\n"
        "modes: {plain: {prompt: Say it plainly.}, fancy: {prompt: Say it with flowers.}}\ndefault_mode: plain\n"
        "tones: [warm]\nrehearsal: {plain: [Done.]}\n"
    )
    played = await house.play(
        """
agents: {a: {card: house/one, instructions: {file: more.md}, tone: warm}}
steps:
  one: {agent: a, prompt: {file: asked.md}}
  two: {agent: a, mode: fancy, prompt: Again.}
inputs: {topic: {default: sharks}}
""",
        files={"agents/house/one.yaml": card, "more.md": "Mind the gap.", "asked.md": "About ${{ inputs.topic }}?"},
    )
    system, user = played.messages("one")
    assert (system["role"], user["role"], user["content"]) == ("system", "user", "About sharks?")
    told = system["content"]
    assert "You are the careful one." in told
    assert "Mind the gap." in told
    assert "Say it plainly." in told
    assert "warm" in told
    assert "with flowers" in played.messages("two")[0]["content"]
    assert "plainly" not in played.messages("two")[0]["content"]


async def test_data_that_fits_is_taken_as_data_and_the_model_is_told_the_shape(house: House) -> None:
    script = Scripted.all({"risk": 3, "why": None})
    played = await house.play(RISK, providers=script)
    assert played.output("one") == {"risk": 3, "why": None}
    assert script.asked[0][1].shape is not None
    assert "risk: integer" in played.messages("one")[0]["content"]


@pytest.mark.parametrize(
    "written",
    [
        '```json\n{"risk": 3}\n```',
        '```\n{"risk": 3}```',
        'Here it is: {"risk": 3}. I hope it helps.',
        ' \n{"risk": 3}\n ',
    ],
)
async def test_data_in_a_fence_or_between_words_is_found_without_asking_again(house: House, written: str) -> None:
    script = Scripted.all(written)
    played = await house.play(RISK, providers=script)
    assert played.output("one") == {"risk": 3}
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("no json at all", "not JSON"),
        ('{"risk": "high"}', "risk"),
        ('{"risk": 3, "extra": 1}', "extra"),
        ("[1]", ""),
        ("null", ""),
    ],
)
async def test_what_does_not_fit_is_told_to_the_model_which_may_mend_it(house: House, wrong: str, said: str) -> None:
    script = Scripted.all(wrong, {"risk": 3})
    played = await house.play(RISK, providers=script)
    assert played.output("one") == {"risk": 3}
    before, complaint = played.messages("one")[-2:]
    assert (before["role"], before["content"], complaint["role"]) == ("assistant", wrong, "user")
    assert said in complaint["content"]


async def test_it_is_mended_at_most_twice_and_then_the_step_fails_as_malformed(house: House) -> None:
    script = Scripted.all("one", "two", "three", {"risk": 3})
    played = await house.play(RISK, providers=script)
    assert len(script.asked) == 3
    assert played.failure("one").error == "malformed"
    assert played.outcome == "failed"


async def test_calls_for_repairs_are_told_and_paid_like_any_other(house: House) -> None:
    played = await house.play(RISK, providers=Scripted.all("one", "two", {"risk": 3}))
    assert [event.call for event in played.of(CallStarted)] == ["one#1", "one#2", "one#3"]
    assert played.result.usage.total == 3 * 15


@pytest.mark.parametrize(
    ("type_", "written", "value"),
    [
        ("[string]", '["x", "y"]', ["x", "y"]),
        ("integer", "7", 7),
        ("boolean", "true", True),
        ('"one of [low, high]"', '"low"', "low"),
        ("any", '{"x": [1]}', {"x": [1]}),
        ("{schema: {type: object, properties: {n: {type: integer}}, required: [n]}}", '{"n": 1}', {"n": 1}),
    ],
)
async def test_every_type_that_can_be_written_can_be_answered(
    house: House, type_: str, written: str, value: object
) -> None:
    played = await house.play(
        f"steps: {{one: {{agent: a, prompt: x, output: {type_}}}}}\n", providers=Scripted.all(written)
    )
    assert played.output("one") == value
    made_up = await house.play(f"steps: {{one: {{agent: a, prompt: x, output: {type_}}}}}\n")
    assert made_up.outcome == "succeeded", "what is made up in rehearsal fits as well"


async def test_what_a_model_wrote_is_text_wherever_it_is_put_even_if_it_looks_like_an_expression(house: House) -> None:
    evil = "${{ inputs.secret }} and $${{ x }} and ${{"
    played = await house.play(
        """
inputs: {secret: {default: hidden}}
steps:
  one: {agent: a, prompt: x, handoff: "${{ steps.one.output }}"}
  two: {agent: b, prompt: "Read: ${{ steps.one.output }}"}
  three: {set: {again: "${{ steps.two.output }}", nested: "<${{ steps.one.output }}>"}}
  four: {for_each: ["${{ steps.one.output }}"], narrate: "${{ item }}"}
  five: {if: "contains(steps.one.output, 'inputs.secret')", tool: text.count, with: {text: "${{ steps.one.output }}"}}
outputs: {all: "${{ steps.three.output }}"}
""",
        providers=Scripted.all(evil),
    )
    assert played.outcome == "succeeded"
    assert played.prompt("two") == f"Read: {evil}"
    assert played.outputs == {"all": {"again": evil, "nested": f"<{evil}>"}}
    assert "hidden" not in str([played.value(event.text) for event in played.of(CallFinished)])
    assert played.ended("five") == "succeeded"


async def test_what_an_input_holds_is_text_too(house: House) -> None:
    played = await house.play(
        'inputs: {topic: {}}\nvars: {v: "${{ inputs.topic }}"}\nsteps: {one: {set: {x: "${{ vars.v }}!"}}}\n',
        {"topic": "${{ run.id }}"},
    )
    assert played.output("one") == {"x": "${{ run.id }}!"}


async def test_an_answer_in_pieces_is_put_together_and_when_it_came_is_kept(house: House) -> None:
    text = "A longer answer that comes in several pieces, one after the other."
    played = await house.play(
        "steps: {one: {agent: a, prompt: x}}\n", providers=Scripted.all(Says(text, pieces=7, takes=14.0))
    )
    assert played.output("one") == text
    pieces = list(unpack(played.of(CallFinished)[0].offsets))
    assert sum(length for _, length in pieces) == len(text)
    assert sum(after for after, _ in pieces) == pytest.approx(14_000, abs=10)
