"""What is left of a run that was erased: what happened, and nowhere what was said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.events import ExpectationChecked, RunFinished
from app.journal import Journal
from corpus.commands import Outcome, data
from corpus.logs import Teller

Perform = Callable[..., Outcome]

WORD, OTHER = "zwetschge", "mirabelle"
QUOTED = """\
schema: footlights/v1
name: quoted
inputs: {fruit: {type: string}}
agents: {judge: {persona: You judge.}}
steps: {bake: {set: {cake: "${{ inputs.fruit }}"}}}
expect:
  - {step: bake, contains: cherry}
  - {step: bake, matches: "^cherry"}
  - {step: bake, json_schema: {type: object, properties: {cake: {enum: [cherry]}}}}
  - {step: bake, outcome: failed}
  - {step: bake, judged: {by: judge, rubric: Is it a cherry?, at_least: 0.5}}
"""
LIMITED = """\
schema: footlights/v1
name: limited
limits: {turns: 1, on_exceed: pause}
inputs: {fruit: {type: string, default: cherry}}
agents: {host: {persona: You bake.}}
steps:
  one: {agent: host, prompt: "Bake ${{ inputs.fruit }}.", rehearsal: {reply: Baked.}}
  two: {needs: one, agent: host, prompt: Again., rehearsal: {reply: Baked.}}
"""


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Callable[..., Outcome]:
    """Rehearse a play in a batch, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def performed(play: str, *words: str) -> Outcome:
        Path("play.yaml").write_text(play, encoding="utf-8")
        return perform("batch", "play.yaml", "--rehearse", "--workers", "0", *words)

    return performed


def runs(perform: Perform) -> list[str]:
    """Those of the last batch, in the order of its plan."""
    return [item["run"] for item in data(perform("batches", "last", "--json"))["items"]]


def test_what_expectations_found_is_erased_from_every_page_and_report_and_from_the_files(
    batch: Callable[..., Outcome], perform: Perform
) -> None:
    assert batch(QUOTED, "--matrix", f"fruit={WORD},{OTHER}").code == 5
    run = runs(perform)[0]
    looks = (
        ("show", run), ("show", run, "--json"), ("tail", run), ("tail", run, "--json"), ("runs", "search", WORD),
        ("batches", "last", "--failed"), ("batches", "last", "--json"),
        ("batches", "last", "--junit", "x.xml", "--html", "x.html", "--csv", "x.csv", "--md", "x.md"),
        ("export", run, "md", "-o", "run.md", "--force"),
    )  # fmt: skip
    told = told_by(perform, looks)
    assert WORD in told
    assert perform("runs", "erase", run).code == 0
    told = told_by(perform, looks)
    assert WORD not in told
    assert OTHER in told
    assert "(erased)" in told
    assert [
        path
        for path in Path(os.environ["FOOTLIGHTS_HOME"]).rglob("*")
        if path.is_file() and WORD.encode() in path.read_bytes()
    ] == []
    checks = data(perform("show", run, "--json"))["expectations"]
    assert [check["found"] for check in checks] == ["(erased)", "(erased)", "(erased)", "succeeded", "(erased)"]
    assert perform("verify", run).code == 0


def told_by(perform: Perform, looks: tuple[tuple[str, ...], ...]) -> str:
    shown = [perform(*words) for words in looks]
    assert [each.code for each in shown] == [0] * len(shown), [each.err for each in shown]
    files = [path.read_text("utf-8") for path in Path().iterdir() if path.suffix in (".xml", ".html", ".csv", ".md")]
    return "\n".join([*(each.out for each in shown), *files])


def test_what_an_older_archive_says_in_the_event_itself_is_told_as_ever(perform: Perform) -> None:
    with Journal.open() as journal:
        log = journal.begin("01JRUNS0000000000000000OLD")
        Teller(log).start()
        log.add(ExpectationChecked(number=1, about="cake contains cherry", met=False, found=WORD))
        log.add(RunFinished(outcome="succeeded", expected=False))
        log.release()
    assert f"✗ cake contains cherry  found: {WORD}" in perform("show", "last").out
    assert data(perform("show", "last", "--json"))["expectations"][0]["found"] == WORD


def test_a_batch_says_of_erased_runs_that_they_are_performed_no_more_and_offers_nothing_for_them(
    batch: Callable[..., Outcome], perform: Perform
) -> None:
    assert batch(LIMITED, "--matrix", "fruit=plum,pear").code == 4
    shown = perform("batches", "last").out
    assert "raise LIMIT VALUE" in shown
    assert "--resume" in shown
    first, second = runs(perform)
    perform("runs", "erase", first)
    perform("runs", "erase", second)
    for remove in (lambda: None, lambda: perform("runs", "rm", first)):
        remove()
        again = perform("batch", "--resume", "--workers", "0").out
        assert "stopped  what it was given is erased, so it is performed no more (and 1 other run)" in again
        assert not [offer for offer in ("runs rm", "raise LIMIT VALUE", "--resume") if offer in again]


def test_an_erased_run_that_was_given_nothing_begins_anew_when_it_is_removed_as_its_batch_says(
    batch: Callable[..., Outcome], perform: Perform
) -> None:
    batch(LIMITED, "--repeat", "2")
    run = runs(perform)[0]
    perform("runs", "erase", run)
    assert f"begins anew after footlights runs rm {run[-8:]}" in perform("batch", "--resume", "--workers", "0").out
    perform("runs", "rm", run)
    assert "runs     2 paused" in perform("batch", "--resume", "--workers", "0").out
