"""What may be passed on to a model: not what the engine says itself, and not the wish for several answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import Problem
from app.scenario import check

PLAY = """\
schema: footlights/v1
name: play
models:
  m: {use: openai/gpt-5.5, params: {temperature: 0.5, PARAM}}
agents: {a: {persona: A., model: m}}
steps: {one: {agent: a, prompt: Hi.}}
"""


def errors(folder: Path, param: str) -> list[Problem]:
    path = folder / "play.yaml"
    path.write_text(PLAY.replace("PARAM", param))
    return [problem for problem in check(path).problems if problem.severity == "error"]


@pytest.mark.parametrize(
    ("param", "said"),
    [
        ("n: 2", '"n" asks for several answers'),
        ('best_of: "3"', '"best_of" asks for several answers'),
        ("generationConfig: {candidateCount: 2}", '"candidateCount" asks for several answers'),
        ("stream: false", '"stream" is set by Footlights'),
        ("messages: []", '"messages" is set by Footlights'),
        ("tools: []", '"tools" is set by Footlights'),
        ("model: other", '"model" is set by Footlights'),
    ],
)
def test_what_would_change_the_call_itself_is_a_mistake_with_its_place(tmp_path: Path, param: str, said: str) -> None:
    (error,) = errors(tmp_path, param)
    assert error.message.startswith(said)
    assert error.line == 4
    assert error.column is not None
    assert error.column > PLAY.splitlines()[3].index("temperature")


@pytest.mark.parametrize("param", ["n: 1", "seed: 4", "generationConfig: {topK: 3}", "top_p: 0.5"])
def test_everything_else_is_passed_on(tmp_path: Path, param: str) -> None:
    assert errors(tmp_path, param) == []
