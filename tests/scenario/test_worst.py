"""What a run may cost at most is known before it begins; and what cannot be known is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.scenario import load
from app.scenario.worst import Worst, worst_of
from corpus.bundled import ALL, loaded

# Reading costs nothing and a thousand written tokens a dollar: what answers may cost is easy to see.
HEAD = """\
schema: footlights/v1
name: play
inputs: {names: {type: [string], default: [Ada]}}
models:
  wordy:
    use: openai-compatible/wordy
    base_url: http://wordy.example/v1
    price: {input: 0, output: 1000}
    max_output: 1000
  terse:
    use: openai-compatible/terse
    base_url: http://terse.example/v1
    price: {input: 0, output: 1000}
    max_output: 100
  reads:
    use: openai-compatible/reads
    base_url: http://reads.example/v1
    price: {input: 1000, output: 0}
    max_output: 500
    context: 4000
  nobody: {use: openai-compatible/nobody, base_url: "http://nobody.example/v1"}
  here: {use: ollama/qwen3}
agents:
  a: {persona: A., model: wordy}
  b: {persona: B., model: {route: {among: [terse], fallback: [wordy]}}}
  c: {persona: C., model: terse}
  r: {persona: R., model: reads}
  n: {persona: N., model: nobody}
  h: {persona: H., model: here}
"""


def worst(folder: Path, steps: str) -> Worst:
    path = folder / "play.yaml"
    path.write_text(HEAD + steps)
    return worst_of(load(path))


@pytest.mark.parametrize(
    ("step", "usd"),
    [
        ("{agent: a, prompt: Hi.}", 1),
        ("{agent: c, prompt: Hi.}", 0.1),
        ("{agent: b, prompt: Hi.}", 1),  # by the dearest of those it may fall back on
        ("{agent: h, prompt: Hi.}", 0),
        ("{agent: a, prompt: Hi., output: {ok: boolean}}", 3),
        ("{agent: a, prompt: Hi., tools: [http], turns: 5}", 5),
        ("{agent: a, prompt: Hi., retry: {attempts: 3}}", 3),
        ("{for_each: [1, 2, 3], agent: a, prompt: Hi.}", 3),
        ("{loop: {max: 4}, steps: {y: {agent: a, prompt: Hi.}, z: {agent: c, prompt: Hi.}}}", 4.4),
        ("{parallel: {y: {agent: a, prompt: Hi.}, z: {agent: c, prompt: Hi.}}}", 1.1),
        ("{team: {manager: c, members: [a, b], turns: 4}, prompt: Hi.}", 5 * 0.1 + 4),  # by the dearest of the members
        ("{escalate: {agents: [a, c]}, prompt: Hi.}", 3 * 1.1),
        ("{debate: {members: [a, c], question: Now?, rounds: 2, decide: judge, judge: b}}", 2 * 3 * 1.1 + 3),
        ("{approve: Go?}", 0),
    ],
)
def test_it_is_bounded_by_the_numbers_that_are_written(step: str, usd: float, tmp_path: Path) -> None:
    assert worst(tmp_path, f"steps:\n  x: {step}\n").cost_usd == pytest.approx(usd)


def test_each_agent_has_its_share_by_the_dearest_model_that_it_may_use(tmp_path: Path) -> None:
    found = worst(
        tmp_path, "steps:\n  x: {agent: a, prompt: Hi.}\n  y: {agent: b, prompt: Hi., output: {ok: boolean}}\n"
    )
    assert [(share.agent, share.calls, round(share.cost_usd, 9), share.dearest) for share in found.shares] == [
        ("a", 1, 1.0, "openai-compatible/wordy"),
        ("b", 3, 3.0, "openai-compatible/wordy"),
    ]


def test_what_is_read_grows_with_what_is_inserted_and_with_what_was_said_before(tmp_path: Path) -> None:
    def reads(prompt: str, more: str = "") -> float:
        steps = f'steps:\n  w: {{agent: a, prompt: Hi.}}\n  x: {{agent: r, prompt: "{prompt}"{more}}}\n'
        return worst(tmp_path, steps).shares[1].cost_usd

    short, inserted = reads("Hi."), reads("${{ steps.w.output }}")
    assert 0.3 < short < 0.4
    assert inserted == pytest.approx(short + 0.5, abs=0.01), "an answer of 500 tokens at most"
    assert reads("Hi.", ", output: {ok: boolean}") > 3 * short
    assert reads("${{ steps.w.output }}" * 20) == 4, "no more than the model can take in"


def test_a_limit_that_is_lower_is_what_counts(tmp_path: Path) -> None:
    found = worst(tmp_path, "limits: {cost_usd: 0.50}\nsteps:\n  x: {agent: a, prompt: Hi.}\n")
    assert (found.cost_usd, found.limit_usd, found.at_most) == (1, 0.5, 0.5)


def test_what_nobody_knows_is_named_and_makes_the_whole_unknown(tmp_path: Path) -> None:
    found = worst(tmp_path, "steps:\n  x: {agent: n, prompt: Hi.}\n  y: {agent: a, prompt: Hi.}\n")
    assert (found.unpriced, found.at_most) == (("openai-compatible/nobody",), None)
    listed = worst(tmp_path, "steps:\n  x: {for_each: '${{ inputs.names }}', agent: a, prompt: Hi.}\n")
    assert (listed.cost_usd, listed.lists, listed.shares[0].cost_usd) == (None, ("x",), 1)


def test_the_wall_decides_which_models_are_reckoned_with(tmp_path: Path) -> None:
    agents = HEAD.replace("  h: {persona: H., model: here}", "  h: {persona: H., privacy: local}")
    path = tmp_path / "play.yaml"
    path.write_text(agents + "steps:\n  x: {agent: h, prompt: Hi.}\n")
    assert worst_of(load(path)).cost_usd == 0


def test_scenarios_that_are_used_count_as_often_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(HEAD + "steps:\n  x: {agent: a, prompt: Hi.}\n")
    found = worst(tmp_path, "steps:\n  u: {uses: inner.yaml}\n  v: {loop: {max: 3}, steps: {w: {uses: inner.yaml}}}\n")
    assert (found.cost_usd, found.shares[0].calls) == (4, 4)


@pytest.mark.parametrize("play", ALL, ids=lambda play: play.stem)
def test_every_play_of_the_library_knows_what_it_may_cost_or_why_not(play: Path) -> None:
    found = worst_of(loaded(play))
    assert found.at_most is not None or found.unknown or found.unpriced or found.lists


def test_who_can_never_be_asked_under_a_limit_is_known(tmp_path: Path) -> None:
    steps = "steps:\n  x: {agent: n, prompt: Hi.}\n  y: {agent: a, prompt: Hi.}\n"
    assert worst(tmp_path, "limits: {cost_usd: 5}\n" + steps).never == ("n",)
    assert worst(tmp_path, steps).never == ()
