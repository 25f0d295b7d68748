"""`footlights compare`: two runs, or a run and its fork, on one page, as JSON, and for a pull request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.ink import cell_width
from app.events import (
    CallFinished,
    CallStarted,
    DebateDecided,
    Parent,
    Performer,
    RunFinished,
    RunResumed,
    RunStarted,
    StepFinished,
    StepStarted,
    Usage,
)
from app.journal import Journal
from app.journal.recording import Recording, write_recording
from corpus.commands import Outcome
from corpus.probes import ALL, is_obeyed
from golden.logs import read

Perform = Callable[..., Outcome]

FIRST, SECOND, FORK = "01JC0MPARE000000000000FRST", "01JC0MPARE000000000000SCND", "01JC0MPARE000000000000FRKD"
CAST = (Performer(id="cto", title="CTO", glyph="◆"),)
EVIL = f"[bold]{ALL} `x` | <b>@ada</b>"


def keep(
    run: str, model: str, answer: str, cost: float, *, outcome: Any = "succeeded", parent: Parent | None = None,
    title: str = "A sprint", mode: Any = "live",
) -> None:  # fmt: skip
    """A run of two steps, the second of which a model answers."""
    with Journal.open() as journal:
        log = journal.begin(run)
        inputs = log.keep({"topic": "bones" if run == FIRST else "stars"})
        log.add(RunStarted("sprint", title, cast=CAST, mode=mode, parent=parent, inputs=inputs))
        log.add(StepStarted(step="open", of="narrate"))
        log.add(StepFinished(step="open"))
        if parent is not None:
            log.add(RunResumed("fork"))
        log.add(StepStarted(step="plan", of="agent", agent="cto"))
        asked = log.keep({"role": "user", "content": f"Plan it, {model}."})
        log.add(CallStarted("m", model, messages=(asked,), step="plan", agent="cto", call="plan#1"))
        said = log.keep(answer)
        log.add(CallFinished(said, usage=Usage(input=900, output=100), cost_usd=cost, took_ms=2000, step="plan",
                             agent="cto", call="plan#1"))  # fmt: skip
        log.add(StepFinished(step="plan", agent="cto", output=said))
        log.add(RunFinished(outcome, outputs=log.keep({"plan": answer})))
        log.release()


@pytest.fixture
def two() -> None:
    keep(FIRST, "anthropic/claude", "The hall is quiet at night.", 0.02)
    keep(SECOND, "openai/gpt", "The hall is loud at night.", 0.03)


@pytest.mark.usefixtures("two")
def test_the_page_says_what_was_changed_what_it_took_and_where_they_part(perform: Perform) -> None:
    done = perform("compare", FIRST, SECOND)
    assert done.code == 0
    for words in (
        "they part at plan (A #4, B #4): model, prompt, output",
        "input topic  bones → stars",
        "+$0.0100  +50%",
        "=  open",
        "~  plan  model, prompt, output",
        "- The hall is quiet at night.",
        "+ The hall is loud at night.",
    ):
        assert words in done.out, words


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("more", [(), ("--step", "plan")], ids=["runs", "step"])
def test_the_page_keeps_to_its_width(perform: Perform, width: int, more: tuple[str, ...]) -> None:
    lines = perform("compare", FIRST, SECOND, "--width", str(width), *more).out.splitlines()
    assert [line for line in lines if cell_width(line) > width] == []


@pytest.mark.usefixtures("two")
def test_a_step_is_shown_whole_with_what_was_asked_and_what_came(perform: Perform) -> None:
    shown = perform("compare", FIRST, SECOND, "--step", "plan").out
    assert "- Plan it, anthropic/claude." in shown
    assert "+ The hall is loud at night." in shown
    assert "anthropic/claude  openai/gpt  different" in shown


def debated(run: str, decision: Any) -> None:
    """A run of one debate."""
    with Journal.open() as journal:
        log = journal.begin(run)
        log.add(RunStarted("sprint", "A sprint", cast=CAST, mode="rehearsal"))
        log.add(StepStarted(step="scope", of="debate"))
        log.add(DebateDecided("consensus", log.keep(decision), step="scope"))
        log.add(StepFinished(step="scope"))
        log.add(RunFinished("succeeded"))
        log.release()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_long_facts_of_a_step_stand_below_one_another_whole(width: int, perform: Perform) -> None:
    debated(FIRST, {"choice": "dark mode", "why": "it is what most people asked for, " * 12})
    debated(SECOND, {"choice": "light mode", "why": "it is what nobody asked for, " * 12})
    shown = perform("compare", FIRST, SECOND, "--step", "scope", "--width", str(width)).out
    assert [line for line in shown.splitlines() if cell_width(line) > width] == []
    assert "…" not in shown
    for line in ("  decision", '  -   "choice": "dark mode",', '  +   "choice": "light mode",'):
        assert line in shown.splitlines()
    assert shown.count("most people") + shown.count("most\n") >= 12


def test_what_both_have_is_told_once(perform: Perform) -> None:
    debated(FIRST, {"why": "word " * 60})
    debated(SECOND, {"why": "word " * 60})
    shown = perform("compare", FIRST, SECOND, "--step", "scope", "--width", "80").out
    assert shown.count("word") == 60


@pytest.mark.usefixtures("two")
def test_a_step_that_neither_has_names_the_nearest(perform: Perform) -> None:
    done = perform("compare", FIRST, SECOND, "--step", "plam")
    assert done.code == 2
    assert 'there is no step "plam" in either run' in done.err
    assert 'did you mean "plan"?' in done.err


@pytest.mark.usefixtures("two")
def test_json_has_every_figure_and_what_nobody_knows_is_none(perform: Perform) -> None:
    data = json.loads(perform("compare", FIRST, SECOND, "--json").out)
    assert data["measures"]["cost"]["difference"] == pytest.approx(0.01)
    assert data["steps"][0]["measures"]["cost"] == {
        "a": 0.0, "b": 0.0, "difference": 0.0, "told": {"a": "", "b": "", "difference": "="}
    }  # fmt: skip
    assert data["parts_at"] == "plan"
    step = json.loads(perform("compare", FIRST, SECOND, "--json", "--step", "plan").out)
    assert [piece["text"] for piece in step["outputs"]["blocks"][0]["a"] if piece["own"]] == ["quiet"]


def test_the_exit_code_tells_whether_they_ended_alike(perform: Perform) -> None:
    keep(FIRST, "m", "one", 0.02)
    keep(SECOND, "m", "one", 0.02, outcome="failed")
    assert perform("compare", FIRST, SECOND).code == 1
    assert perform("compare", FIRST, FIRST).code == 0


def test_a_fork_is_compared_with_what_it_was_forked_from_and_what_it_took_over_stands_once(perform: Perform) -> None:
    keep(FIRST, "m", "one", 0.02)
    keep(FORK, "m", "two", 0.03, parent=Parent(run=FIRST, seq=3, taken=3))
    shown = perform("compare", FORK).out
    assert "B was forked from A after event 3" in shown
    assert ".  open  taken over, 1 step" in shown


def test_one_run_that_is_no_fork_asks_for_another(perform: Perform) -> None:
    keep(FIRST, "m", "one", 0.02)
    done = perform("compare", "last")
    assert done.code == 2
    assert "name a second run" in done.err


def test_two_files_are_compared_without_an_archive(perform: Perform, tmp_path: Path) -> None:
    names = []
    for name in ("feature-sprint", "market-scan"):
        log = read(name)
        path = tmp_path / f"{name}.run.jsonl"
        write_recording(Recording(log.events[0].run, tuple(log.events), log.values), path)
        names.append(str(path))
    assert "they part at" in perform("compare", *names).out
    gone = perform("compare", str(tmp_path / "gone.run.jsonl"), names[0])
    assert gone.code == 1
    assert "gone.run.jsonl cannot be read" in gone.err


@pytest.mark.usefixtures("two")
def test_markdown_has_tables_and_what_differs_as_a_diff(perform: Perform) -> None:
    shown = perform("compare", FIRST, SECOND, "--md").out
    assert "| cost | $0.0200 | $0.0300 | +$0.0100 | +50% |" in shown
    assert "```diff\n@@ plan @@\n- The hall is quiet at night.\n+ The hall is loud at night.\n```" in shown


def test_markdown_tells_in_words_what_is_said_in_words(perform: Perform) -> None:
    keep(FIRST, "m", "one", 0.02, mode="rehearsal")
    keep(FORK, "m", "two", 0.03, parent=Parent(run=FIRST, seq=3, taken=3), mode="rehearsal")
    lines = perform("compare", FIRST, FORK, "--md").out.splitlines()
    assert lines[0] == "### A sprint: A against B"
    assert any(line.startswith("They part at `plan` (A #4") and line.endswith("output.") for line in lines)
    assert not any(line.endswith("..") for line in lines)


@pytest.mark.parametrize("way", [(), ("--step", "plan"), ("--md",), ("--md", "--step", "plan"), ("--json",)], ids=str)
def test_hostile_texts_neither_drive_the_terminal_nor_mark_up_a_page(perform: Perform, way: tuple[str, ...]) -> None:
    keep(FIRST, EVIL, f"{EVIL}\n````\n# one", 0.02, title=EVIL)
    keep(SECOND, f"b{EVIL}", f"{EVIL}\n````\n# two", 0.02, title=EVIL)
    shown = perform("compare", FIRST, SECOND, *way).out
    assert not is_obeyed(shown.replace("\n", ""))
    if "--md" in way:
        assert "`````diff" in shown or "--step" not in way
        outside = re.sub(r"^(`{3,})diff$.*?^\1$", "", shown, flags=re.MULTILINE | re.DOTALL)
        assert all("@ada" not in part for line in outside.splitlines() for part in line.split("`")[::2])


@pytest.mark.usefixtures("two")
def test_it_is_told_in_sentences_to_whoever_has_the_screen_read(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    shown = perform("compare", FIRST, SECOND).out
    assert "cost A $0.0200, B $0.0300, B against A +$0.0100, +50%." in shown
    assert "Step plan, model, prompt, output." in shown
