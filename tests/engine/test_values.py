"""Inputs, variables, the environment, values that are set, lines that are told, and the outputs of a run."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import UsageError
from app.events import Narration, RunFinished, RunStarted, StepStarted
from corpus.playing import House

INPUTS = """
inputs:
  feature: {type: string, min: 2, max: 9}
  risk: {type: integer, default: 3, min: 1, max: 5}
  rivals: {type: "[string]", default: [x], max: 3}
  tone: {type: "one of [plain, warm]", default: plain}
  note: {type: "string?"}
steps: {all: {set: {all: "${{ inputs }}"}}}
outputs: {all: "${{ steps.all.output.all }}"}
"""


async def test_inputs_are_completed_by_their_defaults_and_optional_ones_are_null(house: House) -> None:
    played = await house.play(INPUTS, {"feature": "dark", "rivals": ["p", "q"]})
    complete = {"feature": "dark", "risk": 3, "rivals": ["p", "q"], "tone": "plain", "note": None}
    assert played.outputs == {"all": complete}
    assert played.value(played.of(RunStarted)[0].inputs) == complete


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "needs feature"),
        ({"feature": "dark", "risks": 3}, 'no input "risks"'),
        ({"feature": 5}, '"feature"'),
        ({"feature": "dark", "risk": 2.5}, '"risk"'),
        ({"feature": "dark", "risk": True}, '"risk"'),
        ({"feature": "dark", "risk": "3"}, '"risk"'),
        ({"feature": "dark", "risk": 6}, "6 is above the most, 5"),
        ({"feature": "dark", "risk": 0}, "0 is below the least, 1"),
        ({"feature": "x"}, "a length of 1 is below the least, 2"),
        ({"feature": "much too long"}, "a length of 13 is above the most, 9"),
        ({"feature": "dark", "rivals": ["x", 2]}, "rivals.1"),
        ({"feature": "dark", "rivals": list("wxyz")}, "a length of 4 is above the most, 3"),
        ({"feature": "dark", "tone": "loud"}, '"tone"'),
        ({"feature": None}, '"feature"'),
    ],
)
async def test_inputs_that_do_not_fit_are_refused_before_there_is_a_run(
    house: House, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        house.begin(INPUTS, given)
    assert said in f"{refused.value.message} {refused.value.hint}"


async def test_vars_are_computed_once_each_from_the_ones_above_and_keep_their_type(house: House) -> None:
    played = await house.play(
        """
inputs: {rivals: {type: "[string]", default: [x, y]}}
vars: {count: "${{ length(inputs.rivals) }}", list: {all: "${{ inputs.rivals }}", first: "${{ inputs.rivals[0] }}"}, text: "n=${{ vars.count }}"}
steps: {one: {set: {all: "${{ vars }}"}}}
"""
    )
    assert played.output("one") == {"all": {"count": 2, "list": {"all": ["x", "y"], "first": "x"}, "text": "n=2"}}


async def test_a_var_that_cannot_be_computed_fails_the_run_before_its_first_step(house: House) -> None:
    played = await house.play(
        'inputs: {data: {default: no json}}\nvars: {v: "${{ from_json(inputs.data) }}"}\nsteps: {one: {narrate: x}}\n'
    )
    assert (played.outcome, played.of(StepStarted)) == ("failed", [])
    assert played.result.failure is not None
    assert played.result.failure.error == "expression"
    assert not played.result.excused


async def test_variables_of_the_environment_are_read_if_they_are_listed_and_no_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION", "eu-west-1")
    monkeypatch.setenv("UNLISTED", "hidden")
    monkeypatch.delenv("OWNER", raising=False)
    text = 'env: {REGION: us, OWNER: ana}\nsteps: {one: {set: {all: "${{ env }}", more: "${{ env.REGION }}!"}}}\n'
    played = await house.play(text)
    assert played.output("one") == {"all": {"REGION": "eu-west-1", "OWNER": "ana"}, "more": "eu-west-1!"}


async def test_a_variable_that_must_be_set_and_is_not_fails_the_run_by_name(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OWNER", raising=False)
    played = await house.play("env: {OWNER: null}\nsteps: {one: {narrate: x}}\n")
    assert (played.outcome, played.begun) == ("failed", [])
    assert played.result.failure is not None
    assert "OWNER" in played.result.failure.message
    assert "export OWNER" in played.result.failure.hint


async def test_a_cell_of_a_matrix_is_seen_and_a_run_by_itself_takes_the_first(house: House) -> None:
    text = (
        "strategy: {matrix: {market: [DE, FR]}}\n"
        "steps: {one: {set: {market: \"${{ default(matrix.market, 'none') }}\"}}}\n"
    )
    assert (await house.play(text)).output("one") == {"market": "DE"}
    assert (await house.play(text, matrix={"market": "FR"})).output("one") == {"market": "FR"}


async def test_set_keeps_types_makes_texts_and_sees_nothing_of_itself(house: House) -> None:
    played = await house.play("""
steps:
  one: {set: {n: 3, yes: true, list: [1, {a: "${{ run.seed }}"}], nothing: null}}
  two:
    set:
      same: "${{ steps.one.output }}"
      text: "n is ${{ steps.one.output.n }}, yes is ${{ steps.one.output.yes }}, ${{ steps.one.output.list }}, <${{ steps.one.output.nothing }}>"
      literal: "$${{ run.id }}"
""")
    assert played.output("one") == {"n": 3, "yes": True, "list": [1, {"a": 0}], "nothing": None}
    two = played.output("two")
    assert two["same"] == played.output("one")
    assert two["text"] == 'n is 3, yes is true, [1, {"a": 0}], <>'
    assert two["literal"] == "${{ run.id }}"


async def test_a_value_that_cannot_be_computed_fails_its_step_and_says_in_which_expression(house: House) -> None:
    played = await house.play("""
steps:
  one: {agent: a, prompt: x, output: any, rehearsal: {reply: [1, 2]}}
  two: {set: {x: "${{ upper(steps.one.output) }}"}}
""")
    assert played.failure("two").error == "expression"
    assert "upper needs text, this is a list, in steps.one.output" in played.failure("two").message
    assert played.failure("two").where.endswith("play.yaml:7")


async def test_a_line_is_told_and_has_no_output(house: House) -> None:
    played = await house.play(
        'steps: {one: {set: {who: Ana}}, line: {narrate: "${{ steps.one.output.who }} enters."}, other: {narrate: {file: line.md}}}\n',
        files={"line.md": "And ${{ steps.one.output.who }} leaves."},
    )
    assert [played.value(event.text) for event in played.of(Narration)] == ["Ana enters.", "And Ana leaves."]
    assert played.output("line") is None


async def test_the_outputs_are_computed_at_the_end_and_kept_with_the_run(house: House) -> None:
    played = await house.play("""
steps: {one: {set: {n: 3}}, two: {if: steps.one.output.n > 5, set: {x: 1}}}
outputs: {n: "${{ steps.one.output.n }}", two: "${{ steps.two.outcome }}", none: "${{ default(steps.two.output, 'none') }}"}
""")
    assert played.outputs == {"n": 3, "two": "skipped", "none": "none"}
    assert played.value(played.of(RunFinished)[0].outputs) == played.outputs


async def test_an_output_that_cannot_be_computed_fails_the_run_and_is_no_excuse(house: House) -> None:
    played = await house.play("""
steps: {one: {agent: a, prompt: x, rehearsal: {reply: no json}}}
outputs: {n: "${{ from_json(steps.one.output).n }}"}
""")
    assert (played.outcome, played.outputs, played.ended("one")) == ("failed", None, "succeeded")
    assert played.result.failure is not None
    assert played.result.failure.error == "expression"
    assert not played.result.excused


async def test_a_run_that_failed_still_gives_what_outputs_it_can(house: House) -> None:
    played = await house.play("""
steps: {one: {set: {n: 3}}, two: {agent: a, prompt: x, rehearsal: {fault: auth}}}
outputs: {n: "${{ steps.one.output.n }}"}
""")
    assert (played.outcome, played.outputs) == ("failed", {"n": 3})
    assert played.result.failure is not None
    assert played.result.failure.error == "auth"


async def test_a_run_says_at_its_beginning_all_that_is_needed_to_perform_it_again(house: House) -> None:
    played = await house.play(
        """
title: A play
tags: [demo]
privacy: private
models: {m: {use: openai-compatible/own, base_url: 'http://own.example/v1', privacy: private}}
agents: {a: {persona: A., title: The Writer, glyph: "✎"}}
limits: {turns: 5}
steps: {one: {agent: a, prompt: {file: asked.md}}}
""",
        files={"asked.md": "Hello?"},
        seed=11,
    )
    (started,) = played.of(RunStarted)
    assert (started.scenario, started.title, started.tags, started.seed, started.mode) == (
        "play", "A play", ("demo",), 11, "rehearsal",
    )  # fmt: skip
    assert (started.models, started.limits, started.private) == ({"m": "openai-compatible/own"}, {"turns": 5}, True)
    assert [(one.id, one.title, one.glyph) for one in started.cast] == [("a", "The Writer", "✎")]
    source = played.value(started.source)
    assert set(source["files"]) >= {"play.yaml", "asked.md"}
    assert [step["step"] for step in played.value(started.plan)] == ["one"]
