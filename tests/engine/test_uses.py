"""uses: another scenario inside a step, with inputs, a cast, models and limits of its own."""

from __future__ import annotations

import pytest

from app.events import CallStarted, Narration
from corpus.playing import House, Scripted

HEAD = "schema: footlights/v1\nname: other\n"


async def test_it_is_given_its_inputs_and_gives_its_outputs(house: House) -> None:
    played = await house.play(
        """
steps:
  topic: {set: {is: sharks}}
  other: {uses: parts/other.yaml, with: {topic: "${{ steps.topic.output.is }}"}}
outputs: {got: "${{ steps.other.output.said }}", all: "${{ steps.other.output }}"}
""",
        files={
            "parts/other.yaml": HEAD
            + 'inputs: {topic: {}, tone: {default: plain}}\nvars: {both: "${{ inputs.tone }} ${{ inputs.topic }}"}\n'
            'steps: {inner: {set: {x: "${{ vars.both }}"}}}\noutputs: {said: "${{ steps.inner.output.x }}", n: 1}\n'
        },
    )
    assert played.outputs == {"got": "plain sharks", "all": {"said": "plain sharks", "n": 1}}
    assert played.begun == ["topic", "other", "other/inner"]


async def test_it_sees_nothing_of_the_scenario_around_it(house: House) -> None:
    played = await house.play(
        """
inputs: {topic: {default: outside}}
vars: {v: outside}
steps:
  inner: {set: {x: outside}}
  other: {uses: other.yaml}
outputs: {got: "${{ steps.other.output }}", mine: "${{ steps.inner.output.x }}"}
""",
        files={
            "other.yaml": HEAD + "inputs: {topic: {default: inside}}\nvars: {v: inside}\n"
            'steps: {inner: {set: {x: "${{ inputs.topic }} ${{ vars.v }}"}}}\noutputs: {x: "${{ steps.inner.output.x }}"}\n'
        },
    )
    assert played.outputs == {"got": {"x": "inside inside"}, "mine": "outside"}


async def test_what_it_is_given_must_fit_its_inputs_also_when_a_model_wrote_it(house: House) -> None:
    played = await house.play(
        """
steps:
  data: {agent: a, prompt: x, output: any, rehearsal: {reply: {n: many}}}
  other: {uses: other.yaml, with: {n: "${{ steps.data.output.n }}"}}
""",
        files={"other.yaml": HEAD + "inputs: {n: {type: integer, max: 5}}\nsteps: {inner: {narrate: Hello.}}\n"},
    )
    assert played.failure("other").error == "bad_request"
    assert '"n"' in played.failure("other").message
    assert "other/inner" not in played.begun


async def test_a_failure_inside_fails_the_step_and_says_where_in_which_file(house: House) -> None:
    played = await house.play(
        "steps: {other: {uses: other.yaml}, after: {agent: a, prompt: x}}\n",
        files={
            "other.yaml": HEAD
            + "agents: {z: {persona: Z.}}\nsteps:\n  bad: {agent: z, prompt: x, rehearsal: {fault: quota}}\noutputs: {x: 1}\n"
        },
    )
    failure = played.failure("other")
    assert (failure.error, failure.message.startswith("bad: ")) == ("quota", True)
    assert failure.where.endswith("other.yaml:5")
    assert (played.ended("after"), played.outcome) == ("skipped", "failed")


async def test_it_speaks_with_its_own_cast_and_its_own_models(house: House) -> None:
    script = Scripted.all("Done.")
    played = await house.play(
        """
models: {m: {use: openai/outer}}
agents: {a: {persona: The outer.}}
steps: {one: {agent: a, prompt: x}, other: {uses: other.yaml}}
""",
        files={
            "other.yaml": HEAD
            + "models: {m: {use: anthropic/inner}}\nagents: {a: {persona: The inner.}}\nsteps: {inner: {agent: a, prompt: x}}\n"
        },
        providers=script,
    )
    assert script.models() == ["openai/outer", "anthropic/inner"]
    assert [played.messages(step)[0]["content"] for step in ("one", "other/inner")] == ["The outer.", "The inner."]


async def test_its_limits_hold_inside_and_those_around_it_hold_too(house: House) -> None:
    inner = "agents: {z: {persona: Z.}}\nsteps: {each: {for_each: [1, 2, 3, 4], agent: z, prompt: x}}\n"
    its_own = await house.play(
        "steps: {other: {uses: other.yaml}, after: {if: always(), agent: a, prompt: x}}\n",
        files={"other.yaml": HEAD + "limits: {turns: 2}\n" + inner},
    )
    assert (its_own.ended("other"), its_own.ended("after")) == ("exhausted", "succeeded")
    assert len(its_own.of(CallStarted)) == 3
    around = await house.play(
        "limits: {turns: 1}\nsteps: {other: {uses: other.yaml}}\n",
        files={"other.yaml": HEAD + "limits: {turns: 2}\n" + inner},
    )
    assert (around.ended("other"), len(around.of(CallStarted))) == ("exhausted", 1)
    agents = await house.play(
        "steps: {other: {uses: other.yaml}}\n",
        files={"other.yaml": HEAD + inner.replace("persona: Z.", "persona: Z., limits: {turns: 3}")},
    )
    assert len(agents.of(CallStarted)) == 3


async def test_its_own_time_ends_it(house: House) -> None:
    played = await house.play(
        "steps: {other: {uses: other.yaml}, after: {if: always(), narrate: On.}}\n",
        files={
            "other.yaml": HEAD + "limits: {wall: 5s}\nagents: {z: {persona: Z.}}\n"
            "steps: {inner: {agent: z, prompt: x, rehearsal: {reply: x, takes: 60s}}}\n"
        },
    )
    assert (played.ended("other"), played.lasted("other"), played.ended("after")) == ("exhausted", 5.0, "succeeded")


async def test_a_missing_variable_fails_the_step_that_uses_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGION", raising=False)
    played = await house.play(
        "steps: {other: {uses: other.yaml, continue_on_error: true}, after: {narrate: On.}}\n",
        files={"other.yaml": HEAD + "env: {REGION: null}\nsteps: {inner: {narrate: Hello.}}\n"},
    )
    assert "REGION" in played.failure("other").message
    assert played.outcome == "succeeded"


async def test_it_may_be_used_for_each_item_in_a_loop_and_within_another(house: House) -> None:
    played = await house.play(
        """
steps:
  each: {for_each: [x, y], uses: middle.yaml, with: {word: "${{ item }}"}}
  rounds: {loop: {max: 2, until: steps.rounds.output.long}, uses: middle.yaml, with: {word: "${{ loop.index == 2 ? 'long' : 'no' }}"}}
outputs: {each: "${{ steps.each.output }}", rounds: "${{ steps.rounds.output.long }}"}
""",
        files={
            "middle.yaml": "schema: footlights/v1\nname: middle\ninputs: {word: {}}\n"
            'steps: {deep: {uses: deep.yaml, with: {word: "${{ inputs.word }}"}}}\n'
            'outputs: {said: "${{ steps.deep.output.said }}", long: "${{ inputs.word == \'long\' }}"}\n',
            "deep.yaml": "schema: footlights/v1\nname: deep\ninputs: {word: {}}\n"
            'steps: {line: {narrate: "<${{ inputs.word }}>"}}\noutputs: {said: "<${{ inputs.word }}>"}\n',
        },
    )
    assert [one["said"] for one in played.outputs["each"]] == ["<x>", "<y>"]
    assert played.outputs["rounds"] is True
    assert [event.step for event in played.of(Narration)] == [
        "each[1]/deep/line",
        "each[2]/deep/line",
        "rounds/1/deep/line",
        "rounds/2/deep/line",
    ]


async def test_an_output_that_refers_to_a_skipped_step_is_null(house: House) -> None:
    played = await house.play(
        'steps: {other: {uses: other.yaml}}\noutputs: {got: "${{ steps.other.output }}"}\n',
        files={
            "other.yaml": HEAD
            + "inputs: {go: {type: boolean, default: false}}\nsteps: {inner: {if: inputs.go, set: {x: 1}}}\n"
            "outputs: {x: \"${{ default(steps.inner.output.x, 'none') }}\"}\n"
        },
    )
    assert played.outputs == {"got": {"x": "none"}}
