"""Where the reports of a batch may go; what was performed is kept and told whatever becomes of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.batch_plays import GREET, SULK, laid_out
from corpus.commands import Outcome

Perform = Callable[..., Outcome]
NOWHERE = "/dev/fd/report"  # a folder in which nobody makes a file, whoever they are


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Perform:
    monkeypatch.chdir(tmp_path)
    laid_out(tmp_path, greet=GREET, sulk=SULK)
    (tmp_path / "rows.csv").write_text("tone\ndry\n")
    os.mkfifo(tmp_path / "pipe")
    return lambda *words: perform("batch", *words, "--rehearse", "--workers", "0")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--csv", "-"], "--csv -: a report is a file of its own"),
        (["--csv", "x" * 300], "--csv: this is too long for the name of a file"),
        (["--csv", "."], ". is a folder"),
        (["--csv", "pipe"], "pipe is there, and is no plain file"),
        (["--csv", "none/runs.csv"], "there is no folder none"),
        (["--csv", "runs", "--html", "./runs"], "--html: runs is another report already"),
        (["--md", "greet.yaml"], "--md: greet.yaml is what is read here"),
        (["--each", "rows.csv", "--csv", "rows.csv"], "--csv: rows.csv is what is read here"),
    ],
)
def test_a_report_that_has_no_place_is_refused_before_anything_is_performed(
    words: list[str], said: str, tmp_path: Path, batch: Perform
) -> None:
    done = batch("greet.yaml", *words)
    assert done.code == 2
    assert f"error: {said}" in done.err
    assert done.out == ""
    assert (tmp_path / "greet.yaml").read_text() == GREET


def test_a_report_that_cannot_be_written_takes_nothing_else_along(tmp_path: Path, batch: Perform) -> None:
    done = batch("greet.yaml", "--csv", NOWHERE, "--junit", "kept.xml", "--save-baseline", "kept.json", "--json")
    assert done.code == 1
    assert json.loads(done.out.splitlines()[-1])["kind"] == "batch.ended"
    assert f"error: {NOWHERE} cannot be written" in done.err
    assert "--csv FILE  writes it elsewhere" in done.err
    assert (tmp_path / "kept.xml").exists()
    assert (tmp_path / "kept.json").exists()


def test_how_the_runs_ended_counts_before_a_report_that_was_lost(batch: Perform) -> None:
    assert batch("sulk.yaml", "--csv", NOWHERE, "--save-baseline", "/dev/fd/none/kept.json").code == 5


def test_reports_say_too_what_the_batch_was_held_against(tmp_path: Path, batch: Perform) -> None:
    batch("greet.yaml", "--save-baseline", "main.json")
    assert batch("greet.yaml", "--against", "main.json", "--md", "summary.md").code == 0
    assert "### Against main.json: 0 regressions" in (tmp_path / "summary.md").read_text()
