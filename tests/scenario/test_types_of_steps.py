"""What each kind of step gives, as expressions see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.document.types import describe
from app.scenario import check

HEAD = """\
schema: footlights/v1
name: play
inputs: {names: {type: [string], default: [Ada]}}
agents: {a: {persona: A.}, b: {persona: B.}, c: {persona: C.}}
steps:
"""


@pytest.mark.parametrize(
    ("step", "gives"),
    [
        ("{agent: a, prompt: Hi.}", "string"),
        ("{agent: a, prompt: Hi., output: {ok: boolean, findings: [string]}}", "{ok: boolean, findings: [string]}"),
        ("{team: {manager: a, members: [b]}, prompt: Hi., output: [integer]}", "[integer]"),
        ("{escalate: {agents: [a, b]}, prompt: Hi.}", "string"),
        (
            "{debate: {members: [a, b], question: Now?, options: [yes, later]}}",
            "{decision: one of [yes, later], reasons: [string], votes: any, dissent: [string], rounds: integer}",
        ),
        ("{approve: {ask: Go?, options: [ship, hold]}}", "{choice: one of [ship, hold], note: string, by: string}"),
        ("{approve: Go?}", "{choice: one of [approve, reject], note: string, by: string}"),
        ("{ask: Why?}", "{answer: string, by: string}"),
        ("{tool: http, with: {url: 'https://example.com'}}", "any"),
        ("{narrate: Hello.}", "null"),
        ("{set: {n: 1, text: Hi., all: '${{ inputs.names }}', many: '${{ length(inputs.names) > 1 }}'}}",
         "{n: integer, text: string, all: [string], many: boolean}"),
        ("{for_each: '${{ inputs.names }}', agent: a, prompt: '${{ item }}'}", "[string]"),
        ("{parallel: {x: {agent: a, prompt: Hi.}, y: {ask: Why?}}}", "{x: string, y: {answer: string, by: string}}"),
        ("{loop: {max: 2}, steps: {x: {agent: a, prompt: Hi., output: integer}}}", "{x: integer}"),
        ("{for_each: [1, 2], steps: {x: {agent: a, prompt: Hi.}}}", "[{x: string}]"),
        ("{uses: other.yaml, with: {n: 3}}", "{twice: string}"),
    ],
)  # fmt: skip
def test_a_step_gives_what_its_kind_says(step: str, gives: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(
        "schema: footlights/v1\nname: other\ninputs: {n: {type: integer}}\nagents: {a: {persona: A.}}\n"
        "steps: {x: {agent: a, prompt: '${{ inputs.n }}'}}\noutputs: {twice: '${{ steps.x.output }}'}\n"
    )
    path = tmp_path / "play.yaml"
    path.write_text(f"{HEAD}  x: {step}\n")
    checked = check(path)
    assert [problem.message for problem in checked.problems if problem.severity == "error"] == []
    assert describe(checked.types.outputs["x"]) == gives


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{}", '"other.yaml" needs the input "n"'),
        ("{n: many}", '"n" is integer, and this gives string'),
        ("{n: 3, m: 4}", '"other.yaml" has no input "m"'),
    ],
)
def test_what_another_scenario_is_given_must_fit_its_inputs(given: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(
        "schema: footlights/v1\nname: other\ninputs: {n: {type: integer}}\nsteps: {x: {narrate: '${{ inputs.n }}'}}\n"
    )
    path = tmp_path / "play.yaml"
    path.write_text(f"schema: footlights/v1\nname: play\nsteps:\n  x: {{uses: other.yaml, with: {given}}}\n")
    assert [problem.message for problem in check(path).problems] == [told]
