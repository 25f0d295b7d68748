"""The privacy wall while a scenario is performed: who is never asked, whatever fails and whoever would be cheaper."""

from __future__ import annotations

import pytest

from app.events import CallRouted
from corpus.playing import Fails, House, Played, Scripted

MODELS = """
models:
  cloud: {use: openai/cloud, price: {input: 1, output: 1}}
  own: {use: openai-compatible/own, base_url: "http://own.example/v1", privacy: private, price: {input: 50, output: 50}}
  here: {use: ollama/here}
"""
ALL = "model: {route: {among: [cloud, own, here], prefer: [cost]%s}}"


@pytest.mark.parametrize(
    ("scenario", "agent", "step", "allowed"),
    [
        ("public", "public", "public", {"cloud", "own", "here"}),
        ("private", "public", "public", {"own", "here"}),
        ("public", "private", "public", {"own", "here"}),
        ("public", "public", "private", {"own", "here"}),
        ("private", "public", "local", {"here"}),
        ("local", "public", "public", {"here"}),
        ("public", "local", "private", {"here"}),
    ],
)
async def test_the_strictest_of_scenario_agent_and_step_decides_who_may_be_asked(
    house: House, scenario: str, agent: str, step: str, allowed: set[str]
) -> None:
    played = await house.play(
        f"privacy: {scenario}\n{MODELS}agents: {{a: {{persona: A., privacy: {agent}, {ALL % ''}}}}}\n"
        f"steps: {{one: {{agent: a, prompt: x, privacy: {step}}}}}\n"
    )
    assert fit(played, "one") == allowed
    assert played.of(CallRouted)[0].model in allowed


async def test_a_step_that_reads_a_private_input_is_private_also_through_vars_items_and_used_scenarios(
    house: House,
) -> None:
    played = await house.play(
        f"""
inputs: {{logs: {{type: "[string]", default: [x], privacy: local}}, topic: {{default: y}}}}
vars: {{all: "${{{{ join(inputs.logs) }}}}"}}
{MODELS}
agents: {{a: {{persona: A., {ALL % ""}}}}}
steps:
  open: {{agent: a, prompt: "${{{{ inputs.topic }}}}"}}
  direct: {{agent: a, prompt: "${{{{ inputs.logs }}}}"}}
  through_vars: {{agent: a, prompt: "${{{{ vars.all }}}}"}}
  each: {{for_each: "${{{{ inputs.logs }}}}", agent: a, prompt: "${{{{ item }}}}"}}
  used: {{uses: other.yaml, with: {{words: "${{{{ vars.all }}}}"}}}}
""",
        files={
            "other.yaml": "schema: footlights/v1\nname: other\ninputs: {words: {}}\n"
            + MODELS
            + f"agents: {{a: {{persona: A., {ALL % ''}}}}}\n"
            + 'steps: {inner: {agent: a, prompt: "${{ inputs.words }}"}}\n'
        },
    )
    assert fit(played, "open") == {"cloud", "own", "here"}
    assert [fit(played, step) for step in ("direct", "through_vars", "each[1]", "used/inner")] == [{"here"}] * 4


async def test_not_even_a_fallback_leads_through_the_wall(house: House) -> None:
    script = Scripted({"ollama/here": [Fails("auth")], "": ["Done."]})
    played = await house.play(
        f"{MODELS}agents: {{a: {{persona: A., model: {{route: {{among: [here], fallback: [cloud, own]}}}}}}}}\n"
        "steps: {one: {agent: a, prompt: x, privacy: private}, two: {agent: a, prompt: x, privacy: local, needs: []}}\n",
        providers=script,
    )
    assert "openai/cloud" not in script.models()
    assert (played.output("one"), played.failure("two").error) == ("Done.", "auth")
    assert {one.model: one.out for one in played.of(CallRouted, "one")[-1].candidates}["cloud"] == "privacy"


async def test_not_even_a_downgrade_does(house: House) -> None:
    script = Scripted.all("Done.")
    played = await house.play(
        f"{MODELS}limits: {{cost_usd: 0.000001, on_exceed: downgrade}}\n"
        f"agents: {{a: {{persona: A., privacy: private, model: {{route: {{among: [own, cloud]}}}}}}}}\n"
        "steps: {one: {agent: a, prompt: x}}\n",
        providers=script,
    )
    assert "openai/cloud" not in script.models()
    assert played.outcome == "exhausted"


async def test_a_judge_sees_no_more_than_may_be_seen_of_the_step_it_marks(house: House) -> None:
    script = Scripted.all({"mark": 1, "because": "Good."})
    played = await house.play(
        f"{MODELS}agents: {{a: {{persona: A., model: here}}, j: {{persona: J., {ALL % ''}}}}}\n"
        "steps: {one: {agent: a, prompt: x, privacy: local}}\n"
        "expect: [{step: one, judged: {by: j, rubric: Good?, at_least: 0.5}}]\n",
        providers=script,
    )
    assert script.models() == ["ollama/here", "ollama/here"]
    assert played.result.expected


async def test_a_member_of_a_team_and_of_a_debate_is_held_to_the_step_too(house: House) -> None:
    played = await house.play(
        f"{MODELS}agents: {{a: {{persona: A., {ALL % ''}}}, b: {{persona: B., {ALL % ''}}}}}\n"
        "steps:\n"
        "  talk: {privacy: local, debate: {members: [a, b], question: x, rounds: 1}}\n"
        "  work: {privacy: local, team: {manager: a, members: [b]}, prompt: x, rehearsal: {by: {a: {turns: [{tool: delegate, with: {to: b, task: x}}, Done.]}}}}\n"
        "  help: {privacy: local, escalate: {agents: [a, b], below: 0.9}, prompt: x}\n"
    )
    assert played.of(CallRouted)
    assert {event.model for event in played.of(CallRouted)} == {"here"}


def fit(played: Played, step: str) -> set[str]:
    """The models that were not out for a step."""
    return {one.model for one in played.of(CallRouted, step)[0].candidates if not one.out}
