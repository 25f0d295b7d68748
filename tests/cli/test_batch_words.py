"""The words of a batch: none is passed over in silence, and what is wrong is told before the first run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.batch_plays import ASK, GREET, laid_out
from corpus.commands import Outcome

Perform = Callable[..., Outcome]


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Perform:
    monkeypatch.chdir(tmp_path)
    laid_out(tmp_path, greet=GREET)
    return lambda *words: perform("batch", *words, "--rehearse", "--workers", "0")


@pytest.mark.parametrize(
    "option", ["--against", "--save-baseline", "--compare", "--each", "--junit", "--on", "--resume"]
)
def test_a_variable_of_a_script_that_is_not_set_leaves_no_option_out(option: str, batch: Perform) -> None:
    done = batch("greet.yaml", option, "")
    assert done.code == 2
    assert f"argument {option}: nothing is named" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--matrix", "tone=dry", "--matrix", "tone=warm"], '--matrix: "tone" is there twice'),
        (["-i", "tone=dry", "-i", "tone=warm"], '-i: "tone" is there twice'),
        (["--exclude", "tune=dry"], '--exclude: there is nothing called "tune"'),
        (["--include", "tune=dry"], '--include: there is nothing called "tune"'),
        (["--primary", "cost_usd"], "--primary: nothing is compared"),
        (["-i", "tone=dry", "--matrix", "tone=a,b"], '-i: "tone" is varied here'),
        (["--each", "rows.csv", "--matrix", "tone=a,b"], '--each: "tone" is varied here'),
        (["--matrix", "inputs.tone=a", "--matrix", "tone=b"], '"tone" and "inputs.tone" are one input'),
        (["--include", "scenario=grete,tone=warm"], '--include scenario=grete tone=warm: there is no scenario "grete"'),
        (["--save-baseline", "./greet.yaml"], "greet.yaml is there, and is no baseline"),
        (["--budget", "turns="], "--budget turns has no value"),
        (["--matrix", "="], '--matrix: "=" has no name'),
        (
            ["--matrix", "hello.prompt=@none.md"],
            "where you stand; a text that begins with @ is written  hello",
        ),
        (["--on", "cluster"], '"cluster" is no cluster: write ray, or ray://HOST:PORT'),
    ],
)
def test_no_word_is_passed_over_in_silence(words: list[str], said: str, batch: Perform) -> None:
    Path("rows.csv").write_text("tone\ndry\n", encoding="utf-8")
    done = batch("greet.yaml", *words)
    assert done.code == 2
    assert said in done.err


def test_a_plan_says_how_it_would_be_performed(batch: Perform) -> None:
    assert "rehearsed, on ray://127.0.0.1:6379" in batch("greet.yaml", "--dry-run", "--on", "ray://127.0.0.1:6379").out


def test_answers_for_one_scenario_are_kept_from_the_others(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, ask=ASK)
    (tmp_path / "answers.yaml").write_text("ship: ship\n")
    done = batch("ask.yaml", "greet.yaml", "--answers", "answers.yaml")
    assert (done.code, done.err.count("error")) == (0, 0)
    assert "all 2 runs passed" in done.out


def test_an_answer_that_cannot_be_chosen_is_told_before_anything_is_performed(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, ask=ASK)
    (tmp_path / "answers.yaml").write_text("ship: sink\n")
    done = batch("ask.yaml", "greet.yaml", "--answers", "answers.yaml")
    assert done.code == 2
    assert 'error: "sink" cannot be answered to ship' in done.err
    assert "rehearsed" not in done.err
