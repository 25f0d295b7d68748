"""`footlights batches`: the batches there are, what came of one, and its reports."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.batch_plays import CLERK, GREET, SULK, laid_out
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
    assert "✗ not passed" in first
    assert "Night shift" in first
    assert "✓ passed" in second
    assert "greet" in second
    rows = json.loads(performed("batches", "--json").out)
    assert [(row["runs"], row["over"], row["passed"]) for row in rows] == [(4, 4, 2), (1, 1, 1)]


def test_the_list_of_runs_says_of_a_batch_what_the_list_of_batches_says(performed: Perform) -> None:
    for place, how in enumerate(("✗ not passed", "✓ passed"), start=1):
        assert {how in performed(name).out.splitlines()[place] for name in ("runs", "batches")} == {True}


def test_what_ended_early_is_done_in_every_list_and_report(tmp_path: Path, performed: Perform) -> None:
    laid_out(tmp_path / "plays", early=CLERK.replace("SHARE", "0.9"))
    axis = "agents.clerk.model"
    words = ("--matrix", f"{axis}=careful,quick", "--compare", axis, "--repeat", "40", "--stop-early", "--looks", "8")
    done = performed("batch", "early.yaml", "--rehearse", "--workers", "0", "--parallel", "2", *words, "--md", "e.md")
    assert done.code == 5, done.err
    assert re.search(r" of \d+ runs passed, ended early, \d+ left out\n", Path("e.md").read_text(encoding="utf-8"))
    assert "no result yet" not in Path("e.md").read_text(encoding="utf-8")
    for name in ("runs", "batches"):
        assert "✗ not passed" in performed(name).out.splitlines()[1]
    assert json.loads(performed("batches", "--json").out)[0]["state"] == "done"
    assert json.loads(performed("batches", "last", "--json").out)["state"] == "done"


def test_one_is_told_again_as_it_was_at_its_end(performed: Perform) -> None:
    told = performed("batches", "last").out
    assert "Night shift  2 of 4 runs did not pass" in told
    assert 'U 2 × not met: hello contains "evening"' in told
    assert ["✗", "sulk", "0", "of", "2", "0", "%"] in [line.split()[:7] for line in told.splitlines()]


def test_what_did_not_pass_is_a_line_each(performed: Perform) -> None:
    lines = performed("batches", "last", "--failed").out.splitlines()
    assert len(lines) == 2
    assert all("U sulk #" in line and 'hello contains "evening" (found: No.)' in line for line in lines)
    data = json.loads(performed("batches", "last", "--failed", "--json").out)
    assert [item["verdict"] for item in data["items"]] == ["unmet", "unmet"]
    whole = json.loads(performed("batches", "last", "--json").out)
    assert whole["counts"] == {"passed": 2, "unmet": 2}
    assert data | {"items": whole["items"]} == whole


def test_reports_can_be_written_any_time_later(performed: Perform) -> None:
    done = performed("batches", "last", "--csv", "runs.csv", "--junit", "runs.xml")
    assert done.code == 0
    assert "wrote runs.csv" in done.err
    with Path("runs.csv").open(encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == 5
    assert Path("runs.xml").read_text(encoding="utf-8").count("<testcase ") == 4


def test_among_runs_a_batch_is_one_line(performed: Perform) -> None:
    performed("run", "greet.yaml", "--rehearse", "--quiet")
    shown = performed("runs", "--limit", "3")
    _, own, second, first = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert " ✓ succeeded greet " in own
    assert " ✗ not passed Night shift, 4 runs: 2 did not pass " in second
    assert " ✓ passed greet, 1 run: all passed " in first
    assert "--batch ID lists its runs" in shown.err
    everything = json.loads(performed("runs", "--json").out)
    assert [bool(run["batch"]) for run in everything] == [False, *[True] * 5]
    inside = performed("runs", "--batch", second.split()[0]).out.splitlines()[1:]
    assert [line.split()[2] for line in inside] == ["unmet", "succeeded"] * 2


def test_a_batch_stands_among_runs_when_one_of_its_own_is_looked_for(performed: Perform) -> None:
    for words in (["--status", "unmet"], ["--scenario", "sulk"]):
        _, line = performed("runs", *words).out.splitlines()
        assert " Night shift, 4 runs: 2 did not pass " in line
    assert performed("runs", "--batch", "last", "--status", "unmet").out.count(" ✗ unmet ") == 2


def test_of_a_batch_that_has_stopped_runs_say_how_far_it_is(performed: Perform) -> None:
    performed("batch", "greet.yaml", "--rehearse", "--repeat", "3", "--budget", "turns=1", "--quiet", "--workers", "0")
    _, line, *_ = performed("runs").out.splitlines()
    assert " ◌ stopped     greet, 1 of 3 runs: all passed " in line


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


def test_a_batch_that_is_taken_for_a_run_is_known(twice: Perform) -> None:
    batch = named(twice)[0][-8:]
    for words in (("show", batch), ("runs", "rm", batch.lower())):
        done = twice(*words)
        assert f"that is a batch: footlights batches {batch}" in done.err
    assert "`footlights runs` lists them" in twice("show", "%%").err


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


def test_one_can_be_held_along_any_axis_afterwards(tmp_path: Path, performed: Perform) -> None:
    words = ("--matrix", "tone=plain,warm", "--matrix", "guests=1,2", "--compare", "tone", "--repeat", "3")
    performed("batch", "greet.yaml", "--rehearse", "--quiet", "--workers", "0", *words)
    assert "warm is as good: success is the same in all 6 pairs" in performed("batches", "last").out
    done = performed("batches", "last", "--compare", "guests", "--md", "guests.md")
    assert done.code == 0
    assert "2 is as good: success is the same in all 6 pairs" in done.out
    assert "6 pairs that agree in all but guests" in " ".join(done.out.split())
    assert "agree in all but guests" in " ".join(Path("guests.md").read_text(encoding="utf-8").split())
    told = json.loads(performed("batches", "last", "--compare", "guests", "--json").out)
    assert [each["axis"] for each in told["comparisons"]] == ["guests"]
    assert "is as good" in performed("batches", "last", "--failed", "--compare", "guests").out


def test_a_batch_that_has_nothing_in_common_with_another_is_not_held_against_it(performed: Perform) -> None:
    performed("batch", "greet.yaml", "--rehearse", "--quiet", "--workers", "0", "--matrix", "tone=warm")
    done = performed("batches", "last", "--against", named(performed)[1])
    assert done.code == 2
    assert "? Nothing to hold against " in done.out
    assert ": it has none of the cells that were performed here" in done.err


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
        ([""], "nothing is named; is a variable of your script empty?"),
        (["x\n" * 3000], f"there is no batch {'x ' * 29}x\n"),
        (["1..3"], "there is no batch 1..3"),
        (["--failed"], "of which batch?"),
        (["last", "--csv", "no/such.csv"], "there is no folder no"),
        (["last", "--against", "last"], "is the same batch"),
        (["last", "--compare", "scenari"], '"scenari" is no axis of this batch\n  hint: did you mean "scenario"?'),
        (["last", "--compare", "scenario", "--stage"], "--stage opens the app"),
        (["--compare", "scenario"], "of which batch?"),
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
