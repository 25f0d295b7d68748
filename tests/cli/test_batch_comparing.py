"""What `footlights batch` tells of arms and baselines, and the number it ends with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.batch.comparing.arms import compared
from app.batch.comparing.forest import Forest, Span
from app.batch.plan import Item
from app.cli.batching.comparing_page import comparison_lines
from app.cli.ink import Ink, cell_width
from corpus.arms import AXIS, passed_if, plan_of, results_from
from corpus.commands import Outcome
from corpus.probes import ALL, is_obeyed

Perform = Callable[..., Outcome]

CLERK = """\
schema: footlights/v1
name: clerk
models: {careful: {use: openai/gpt-5.5}, quick: {use: openai/gpt-5.4-mini}}
agents: {clerk: {persona: You answer., model: careful}}
strategy: {matrix: {letter: [return, threat]}, repeat: 8}
steps:
  answer:
    agent: clerk
    prompt: "Answer the ${{ matrix.letter }}."
    rehearsal: {reply: By rule 2., slips: {share: {quick: SHARE}, reply: A free locomotive.}}
expect: [{step: answer, contains: rule}]
"""
MODELS = ("--matrix", "agents.clerk.model=careful,quick", "--compare", "agents.clerk.model")


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Perform:
    """Perform a batch in a project of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "footlights.toml").write_text("", encoding="utf-8")
    clerk(tmp_path, 0.8)
    return lambda *words: perform("batch", *words, "--workers", "0")


def clerk(folder: Path, share: float) -> None:
    """A clerk whose quick model slips in this share of the runs."""
    (folder / "clerk.yaml").write_text(CLERK.replace("SHARE", str(share)), encoding="utf-8")


def told(outcome: Outcome) -> dict[str, Any]:
    """What programs are told of the comparison."""
    found = next(line for line in map(json.loads, outcome.out.splitlines()) if line["kind"] == "batch.compared")
    assert isinstance(found, dict)
    return found


def page(width: int, *, ascii: bool = False, names: tuple[str, ...] = ("smart", "cheap")) -> list[str]:
    def came(item: Item) -> dict[str, object]:
        first = item.cell[AXIS] == names[0]
        cost = (0.01 if first else 0.004) + item.repeat % 5 / 10_000
        return passed_if(item.repeat < (42 if first else 30), cost_usd=cost)

    plan = plan_of(names, cells=({"market": "DE"}, {"market": "FR"}))
    return comparison_lines(compared(results_from(plan, came)), Ink(colour=False, ascii=ascii, width=width))


# Arms


def test_the_verdict_comes_first_and_what_to_mind_last(batch: Perform) -> None:
    done = batch("clerk.yaml", "--rehearse", *MODELS)
    lines = done.out[done.out.index("quick is worse: it passes") :].splitlines()
    assert "of 16 less often" in lines[0]
    assert lines[-1] == "  · rehearsed: this compares scripts, not models"
    assert done.code == 5  # what was expected of the runs was not met, which is no matter of the comparison


def test_an_arm_that_is_worse_fails_the_build_only_when_that_was_wished(tmp_path: Path, batch: Perform) -> None:
    lenient = CLERK.replace("SHARE", "0.8").replace("contains: rule", "outcome: succeeded")
    (tmp_path / "clerk.yaml").write_text(lenient, encoding="utf-8")
    assert batch("clerk.yaml", "--rehearse", *MODELS, "--fail-if-worse").code == 0
    clerk(tmp_path, 0.8)
    done = batch("clerk.yaml", "--rehearse", *MODELS, "--fail-if-worse", "--json")
    assert (done.code, told(done)["is_worse"]) == (5, True)
    assert told(batch("clerk.yaml", "--rehearse", *MODELS, "--json"))["is_worse"] is False


def test_programs_are_told_all_of_it(batch: Perform) -> None:
    (found,) = told(batch("clerk.yaml", "--rehearse", *MODELS, "--json"))["comparisons"]
    (arm,) = found["arms"]
    assert (found["axis"], found["control"], arm["name"], arm["verdict"]) == (
        "agents.clerk.model", "careful", "quick", "worse",
    )  # fmt: skip
    assert arm["measures"][0]["comparison"]["pairs"] == 16
    assert [place["name"] for place in arm["places"]] == ["letter=return", "letter=threat"]


def test_a_batch_that_stops_early_says_so_and_has_no_more_to_do(batch: Perform) -> None:
    words = ("clerk.yaml", "--rehearse", *MODELS, "--repeat", "40", "--parallel", "4", "--seed", "1")
    done = batch(*words, "--stop-early", "--looks", "8")
    assert "quick is worse, clear at look " in done.out
    assert "over all looks" in done.out
    assert re.search(r"of 40 +\d", done.out) is None, "a cell tells of the runs that it has, not of those nobody needed"
    assert "--resume" not in done.out
    again = batch("--resume")
    assert "quick is worse, clear at look " in again.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--stop-early"], "--stop-early: nothing is compared"),
        (["--fail-if-worse"], "--fail-if-worse: nothing is compared"),
        (["--looks", "3", *MODELS], "--looks says how often --stop-early looks"),
        (["--compare", "letters"], 'there is no axis "letters" to compare along'),
        (["--matrix", "letter=return", "--compare", "letter"], '"letter" has one value: return'),
        (["--tolerance", "success=1%"], "--tolerance says what may be worse than a baseline, and none is named"),
        (["--against", "x.json", "--tolerance", "seconds=20"], "would tolerate 20 times as much"),
        (["--save-baseline", "a b"], '"a b" is no name for a baseline'),
        (["--against", "nothing"], 'there is no baseline "nothing"'),
        ([*MODELS, "--stop-early", "--save-baseline", "x"], "--stop-early leaves runs out"),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_is_performed(
    batch: Perform, words: list[str], said: str
) -> None:
    done = batch("clerk.yaml", "--rehearse", *words)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


@pytest.mark.parametrize("width", [40, 50, 60, 72, 80, 100, 200])
def test_the_page_keeps_to_its_width(width: int) -> None:
    assert max(cell_width(line) for line in page(width)) <= width


def test_intervals_are_drawn_around_zero() -> None:
    forest = Forest([Span(-50, -60, -40), Span(5, -10, 200), None], 21)
    assert forest.drawn(Span(-50, -60, -40)) == "    ├●┤   │          "
    assert forest.drawn(Span(5, -10, 200)) == "         ├●─────────►"
    assert forest.axis() == "-100      0      +100"


def test_a_terminal_without_unicode_gets_the_same_in_ascii() -> None:
    lines = page(120, ascii=True)
    assert all(line.isascii() for line in lines)
    assert any("+" in line and "-*-" in line and "|" in line for line in lines)


def test_names_drive_no_terminal() -> None:
    assert not is_obeyed("\n".join(page(120, names=("smart", ALL))))


def test_sentences_for_ears_have_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    lines = page(120)
    assert lines[0].startswith("cheap is worse: it passes 24 of 100 less often")
    assert not any(glyph in line for line in lines for glyph in "├●│┤·")


# Baselines


def test_a_baseline_is_kept_in_the_project_and_found_by_its_name(tmp_path: Path, batch: Perform) -> None:
    clerk(tmp_path, 0.0)
    kept = batch("clerk.yaml", "--rehearse", "--save-baseline", "main")
    assert kept.code == 0
    assert "kept as baselines/main.json" in kept.err
    again = batch("clerk.yaml", "--rehearse", "--against", "main")
    assert again.code == 0
    assert "No regression against main: 2 cells held against it" in again.out


def test_a_baseline_of_something_else_says_nothing(tmp_path: Path, batch: Perform) -> None:
    batch("clerk.yaml", "--rehearse", "--save-baseline", "main")
    done = batch("clerk.yaml", "--rehearse", "--matrix", "letter=complaint", "--against", "main")
    assert "Nothing to hold against main: 0 cells held against it" in done.out
    assert "new: clerk letter=complaint" in done.out
    assert "gone: clerk letter=return, clerk letter=threat" in done.out


def test_sentences_for_ears_tell_of_a_baseline_too(
    tmp_path: Path, batch: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch("clerk.yaml", "--rehearse", "--save-baseline", "main")
    clerk(tmp_path, 0.1)
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    done = batch("clerk.yaml", "--rehearse", "--against", "main")
    assert done.out.endswith("No regression against main: 2 cells held against it, 0 improvements.\nchanged: clerk.\n")


def test_a_regression_fails_the_build_and_says_why(tmp_path: Path, batch: Perform) -> None:
    lenient = CLERK.replace("contains: rule", "outcome: succeeded").replace("SHARE", "0")
    (tmp_path / "clerk.yaml").write_text(lenient, encoding="utf-8")
    batch("clerk.yaml", "--rehearse", "--save-baseline", "./main.json")
    slower = lenient.replace("reply: By rule 2.,", "reply: By rule 2., takes: 9s,")
    (tmp_path / "clerk.yaml").write_text(slower, encoding="utf-8")
    done = batch("clerk.yaml", "--rehearse", "--against", "./main.json")
    assert done.code == 5
    assert "regression: clerk letter=return takes 9.0 s a run, it was " in done.out
    assert "changed: clerk" in done.out
    assert batch("clerk.yaml", "--rehearse", "--against", "./main.json", "--tolerance", "seconds=2000%").code == 0


def test_a_baseline_that_was_spoilt_is_refused_with_its_place(tmp_path: Path, batch: Perform) -> None:
    batch("clerk.yaml", "--rehearse", "--save-baseline", "main")
    file = tmp_path / "baselines" / "main.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"passed": true', '"passed": 1', 1), encoding="utf-8")
    done = batch("clerk.yaml", "--rehearse", "--against", "main")
    assert done.code == 2
    assert "baselines/main.json:10:29: error: expected `bool`, got `int`" in done.err


def test_without_a_project_baselines_are_kept_with_the_runs(tmp_path: Path, batch: Perform) -> None:
    (tmp_path / "footlights.toml").unlink()
    clerk(tmp_path, 0.0)
    batch("clerk.yaml", "--rehearse", "--save-baseline", "main", "--home", str(tmp_path / "home"))
    assert (tmp_path / "home" / "baselines" / "main.json").is_file()
