"""`footlights batches`: the batches there are, what came of one, and its reports."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.batch_plays import GREET, SULK, laid_out
from corpus.commands import Outcome

Perform = Callable[..., Outcome]


@pytest.fixture
def performed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Perform:
    """Two batches: one in which all passed, then one in which some did not."""
    monkeypatch.chdir(laid_out(tmp_path / "plays", greet=GREET, sulk=SULK))
    perform("batch", "greet.yaml", "--rehearse", "--quiet", "--workers", "0")
    perform("batch", ".", "--rehearse", "--repeat", "2", "--title", "Night shift", "--quiet", "--workers", "0")
    return perform


def test_they_are_listed_the_last_first(performed: Perform) -> None:
    head, first, second = performed("batches").out.splitlines()
    assert head.split() == ["batch", "state", "title", "when", "runs", "passed", "cost"]
    assert "✓ done" in first
    assert "Night shift" in first
    assert "greet" in second
    rows = json.loads(performed("batches", "--json").out)
    assert [(row["runs"], row["over"], row["passed"]) for row in rows] == [(4, 4, 2), (1, 1, 1)]


def test_one_is_told_again_as_it_was_at_its_end(performed: Perform) -> None:
    told = performed("batches", "last").out
    assert "Night shift  2 of 4 runs did not pass" in told
    assert 'U 2 × hello contains "evening"' in told
    assert ["✗", "sulk", "0", "of", "2", "0", "%"] in [line.split()[:7] for line in told.splitlines()]


def test_what_did_not_pass_is_a_line_each(performed: Perform) -> None:
    lines = performed("batches", "last", "--failed").out.splitlines()
    assert len(lines) == 2
    assert all("U sulk #" in line and 'hello contains "evening" (found: No.)' in line for line in lines)
    data = json.loads(performed("batches", "last", "--failed", "--json").out)
    assert [item["verdict"] for item in data["items"]] == ["unmet", "unmet"]


def test_reports_can_be_written_any_time_later(performed: Perform) -> None:
    done = performed("batches", "last", "--csv", "runs.csv", "--junit", "runs.xml")
    assert done.code == 0
    assert "wrote runs.csv" in done.err
    with Path("runs.csv").open(encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == 5
    assert Path("runs.xml").read_text(encoding="utf-8").count("<testcase ") == 4


def passes(folder: str, share: float) -> str:
    """The play, in which so many of the runs are not as they were expected."""
    slips = f"slips: {{share: {share}, reply: Go away.}}"
    file = Path(folder, "greet.yaml")
    file.write_text(GREET.replace("reply: Good evening.", f"reply: Good evening., {slips}"), encoding="utf-8")
    return str(file)


@pytest.fixture
def twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Perform:
    """The same batch before and after a change that made it worse."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for share in (0, 0.5):
        perform("batch", passes(".", share), "--rehearse", "--repeat", "12", "--quiet", "--workers", "0")
    return perform


def named(perform: Perform) -> list[str]:
    """The batches there are, the last first."""
    return [row["batch"] for row in json.loads(perform("batches", "--json").out)]


def test_one_is_held_against_another_run_by_run(twice: Perform) -> None:
    _, before = named(twice)
    done = twice("batches", "last", "--against", before[-8:], "--md", "against.md", "--junit", "against.xml")
    turned = [line for line in done.out.splitlines() if line.startswith("  turned: greet #")]
    assert done.code == 5
    assert f"✗ 1 regression against {before[-8:]}: 1 cell held against it" in done.out
    assert turned
    assert all(" is unmet, it passed before: hello contains" in line for line in turned)
    assert " footlights compare " in " ".join(done.out.split())
    assert "\\#&#8203;" in Path("against.md").read_text(encoding="utf-8")
    assert 'name="greet success"' in Path("against.xml").read_text(encoding="utf-8")


def test_the_other_way_round_it_is_better_and_programs_are_told_which_runs_turned(twice: Perform) -> None:
    after, before = named(twice)
    done = twice("batches", before, "--against", after, "--json")
    against = json.loads(done.out)["against"]
    assert done.code == 0
    assert [shift["kind"] for shift in against["shifts"] if shift["measure"] == "success"] == ["improvement"]
    assert {(turned["before"], turned["now"]) for turned in against["turned"]} == {("unmet", "passed")}
    assert json.loads(twice("show", against["turned"][0]["run_before"], "--json").out)["run"]


def test_what_is_tolerated_is_no_regression(twice: Perform) -> None:
    assert twice("batches", "last", "--against", named(twice)[1], "--tolerance", "success=95%").code == 0


def test_a_baseline_serves_as_well_as_a_batch(twice: Perform) -> None:
    twice("batch", "--resume", named(twice)[1], "--save-baseline", "./main.json", "--quiet")
    done = twice("batches", "last", "--against", "./main.json")
    assert done.code == 5
    assert "1 regression against ./main.json" in done.out


def test_batches_that_are_alike_have_their_trend_below(twice: Perform) -> None:
    last = twice("batches").out.splitlines()[-1]
    assert last.startswith("greet, 12 runs reh.")
    assert re.search(r" 2  █[▁-▇] [\d.]+ %, was 100 %  [▁-█]{2} <\$0.0001  [▁-█]{2} \d\.\ds", last), last


def test_batches_that_are_not_alike_have_none(performed: Perform) -> None:
    assert "a run takes" not in performed("batches").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody"], "there is no batch nobody"),
        (["--failed"], "of which batch?"),
        (["last", "--csv", "no/such.csv"], "there is no folder no"),
        (["last", "--against", "last"], "is the same batch"),
        (["last", "--against", "nothing"], "there is no batch nothing, and no baseline of this name"),
        (["last", "--tolerance", "success=1%"], "none is named"),
        (["--against", "last"], "of which batch?"),
        (["last", "--stage", "--html", "page.html"], "--stage opens the app"),
    ],
)
def test_what_cannot_be_is_said(words: list[str], said: str, performed: Perform) -> None:
    done = performed("batches", *words)
    assert done.code == 2
    assert said in done.err


def test_before_the_first_there_is_none(perform: Perform) -> None:
    done = perform("batches")
    assert (done.code, done.out) == (0, "")
    assert "there is no batch" in done.err
