"""What a performance takes is known before it begins: models behind the wall, people, secrets, calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.scenario import load
from app.scenario.needs import Needs, needs_of

HEAD = """\
schema: footlights/v1
name: play
models:
  smart: {use: anthropic/claude-sonnet-5-5}
  here: {use: ollama/qwen3}
  far: {use: openai-compatible/x, base_url: "https://models.example.com/v1", key: "${{ secrets.FAR_KEY }}"}
inputs: {names: {type: [string], default: [Ada]}}
agents:
  a: {persona: A.}
  b: {persona: B., privacy: local}
  c: {persona: C., model: {route: {among: [smart], fallback: [here]}}}
  d: {persona: D., tools: [http]}
steps:
"""


def needs(folder: Path, steps: str) -> Needs:
    path = folder / "play.yaml"
    path.write_text(HEAD + steps)
    return needs_of(load(path))


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        ("{agent: a, prompt: Hi.}", 1),
        ("{agent: a, prompt: Hi., output: {ok: boolean}}", 3),
        ("{agent: a, prompt: Hi., tools: [http], turns: 5}", 5),
        ("{agent: a, prompt: Hi., retry: {attempts: 3}}", 3),
        ("{for_each: [1, 2, 3], agent: a, prompt: Hi.}", 3),
        ("{for_each: '${{ inputs.names }}', agent: a, prompt: Hi.}", None),
        ("{for_each: '${{ inputs.names }}', narrate: Hi.}", 0),
        ("{loop: {max: 4}, steps: {y: {agent: a, prompt: Hi.}, z: {agent: b, prompt: Hi.}}}", 8),
        ("{parallel: {y: {agent: a, prompt: Hi.}, z: {for_each: '${{ inputs.names }}', agent: a, prompt: Hi.}}}", None),
        ("{team: {manager: a, members: [b], turns: 4}, prompt: Hi.}", 9),
        ("{team: {manager: a, members: [b, d], turns: 4}, prompt: Hi., output: {ok: boolean}}", 4 + 3 + 4 * 8),
        ("{escalate: {agents: [a, b, c]}, prompt: Hi.}", 3 * 3),
        ("{debate: {members: [a, b], question: Now?, rounds: 2, decide: judge, judge: c}}", (2 * 2 + 1) * 3),
        ("{debate: {members: [a, b], question: Now?, rounds: 3}}", 2 * 3 * 3),
        ("{approve: Go?}", 0),
        ("{tool: http}", 0),
    ],
)
def test_the_most_calls_are_counted(step: str, calls: int | None, tmp_path: Path) -> None:
    assert needs(tmp_path, f"  x: {step}\n").calls == calls


def test_an_agent_is_shown_only_the_models_that_may_see_its_steps(tmp_path: Path) -> None:
    found = needs(
        tmp_path, "  x: {agent: a, prompt: Hi.}\n  y: {agent: b, prompt: Hi.}\n  z: {agent: c, prompt: Hi.}\n"
    )
    assert {member.name: member.models for member in found.cast} == {
        "a": ("smart", "here", "far"),
        "b": ("here",),
        "c": ("smart", "here"),
        "d": ("smart", "here", "far"),
    }
    assert [(model.name, model.keys, model.network) for model in found.models] == [
        ("smart", ("ANTHROPIC_API_KEY",), "anthropic"),
        ("here", (), ""),
        ("far", ("FAR_KEY",), "models.example.com"),
    ]


def test_gates_tools_and_secrets_are_listed_with_those_of_the_scenarios_it_uses(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(
        "schema: footlights/v1\nname: inner\nagents: {a: {persona: A.}}\nsteps:\n"
        "  ask: {ask: {question: Why?, role: owner}}\n"
        "  call: {tool: http, with: {headers: {key: '${{ secrets.INNER_KEY }}'}}}\n"
        "  say: {agent: a, prompt: Hi., tools: [table.filter]}\n"
    )
    gate = "  x: {approve: {ask: Go?, timeout: 1h, default: reject}}\n"
    found = needs(tmp_path, f"{gate}  y: {{uses: inner.yaml}}\n  z: {{agent: a, prompt: Hi.}}\n")
    assert [(gate.step, gate.kind, gate.role, gate.timeout) for gate in found.gates] == [
        ("x", "approve", "", 3600.0),
        ("ask in inner.yaml", "ask", "owner", None),
    ]
    assert found.tools == ("http", "table.filter")
    assert found.secrets == ("INNER_KEY",)
    assert found.calls == 1 + 8


def test_scenarios_that_use_many_that_use_many_are_counted_once_each(tmp_path: Path) -> None:
    for level in range(6):
        uses = "".join(f"  u{n}: {{uses: l{level + 1}-{n}.yaml}}\n" for n in range(8)) if level < 5 else ""
        for n in range(8 if level else 1):
            path = tmp_path / (f"l{level}-{n}.yaml")
            path.write_text(f"schema: footlights/v1\nname: play\nsteps:\n  a: {{approve: Go?}}\n{uses}")
    found = needs_of(load(tmp_path / "l0-0.yaml"))
    assert len(found.gates) == 1 + 5 * 8
