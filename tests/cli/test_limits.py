"""A run that stands at a limit says which one and what is left of it, and the command it names lets it go on."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import Outcome

Perform = Callable[..., Outcome]
PLAY = """
schema: footlights/v1
name: play
agents: {{host: {{persona: A stage manager.{agent}}}}}
{run}
steps:
  acts:
    {step}
    steps:
      one: {{agent: host, prompt: Hello., rehearsal: {{reply: Good evening.}}}}
      two: {{agent: host, prompt: Hello again., rehearsal: {{reply: Good night.}}}}
      three: {{agent: host, prompt: And again., rehearsal: {{reply: Good morning.}}}}
"""
PAUSE = "limits: {turns: 2, on_exceed: pause}"


@pytest.mark.parametrize(
    ("where", "limit"), [("run", "turns 4"), ("step", "step:acts.turns 4"), ("agent", "agent:host.turns 4")]
)
def test_the_command_that_a_pause_at_a_limit_names_lets_the_run_go_on(
    where: str, limit: str, tmp_path: Path, perform: Perform
) -> None:
    places = {"run": "", "step": "", "agent": "", where: f", {PAUSE}" if where == "agent" else PAUSE}
    (tmp_path / "play.yaml").write_text(PLAY.format(**places))
    paused = perform("run", str(tmp_path / "play.yaml"), "--rehearse")
    assert paused.code == 4
    assert "at its limit, 2 of 2 calls: the run pauses" in paused.err
    (command,) = re.findall(r"footlights (direct .*) allows more", paused.err)
    assert command.endswith(f"raise {limit}")
    assert perform(*shlex.split(command)).code == 0
    assert perform("resume", "last").code == 0


def play_at(limits: str, tmp_path: Path, perform: Perform) -> str:
    (tmp_path / "play.yaml").write_text(PLAY.format(run=f"limits: {{{limits}}}", step="", agent=""))
    return perform("run", str(tmp_path / "play.yaml"), "--rehearse").err


def test_a_call_that_might_not_fit_is_told_by_what_is_left(tmp_path: Path, perform: Perform) -> None:
    told = play_at("cost_usd: 0.0003, on_exceed: pause", tmp_path, perform)
    assert "$0.0003 of $0.0003 left, and the next call might need more: the run pauses" in told
    assert "at its limit, $0.00" not in told


def test_nobody_was_asked_where_nobody_is_there(tmp_path: Path, perform: Perform) -> None:
    told = play_at("turns: 1, on_exceed: ask", tmp_path, perform)
    assert "a person is asked" not in told
    assert "at its limit, 1 of 1 call: it takes a person to go on" in told


def test_a_cheaper_model_is_told_of_only_where_there_is_one(tmp_path: Path, perform: Perform) -> None:
    told = play_at("cost_usd: 0.0003, on_exceed: downgrade", tmp_path, perform)
    assert "cheaper models go on" not in told
    assert "there is no cheaper model" in told


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("cost_usd=abc", '--limit cost_usd: "abc" is no number'),
        ("turns=1.5", '--limit turns: "1.5" is no whole number'),
        ("cost_usd=", "--limit cost_usd has no value"),  # a variable of a script that is not set
        ("cost_usd=null", "--limit cost_usd has no value"),
        ("turns", "--limit turns has no value"),
    ],
)
def test_a_limit_that_is_no_number_is_refused_in_plain_words(written: str, said: str, perform: Perform) -> None:
    refused = perform("run", "hello", "--rehearse", "--limit", written)
    assert refused.code == 2
    assert said in refused.err
