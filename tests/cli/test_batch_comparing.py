"""What `footlights batch` tells of arms and baselines, and the number it ends with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.batch.comparing.arms import compared
from app.batch.comparing.forest import Forest, Span
from app.batch.plan import Item
from app.cli.batching.comparing_page import comparison_lines
from app.cli.batching.summary import summary_lines
from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import shortened_apart
from app.export.batch.markdown import markdown
from app.export.batch.page import page as page_of
from corpus.arms import AXIS, passed_if, plan_of, results_from
from corpus.batch_plays import CLERK
from corpus.commands import Outcome
from corpus.probes import ALL, is_obeyed

Perform = Callable[..., Outcome]

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
    assert "of 16 against 16 of 16" in lines[0]
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
    assert re.search(r"clerk  ended early at \d+ of 160 runs", done.out)
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
        ([*MODELS, "--compare", "letter"], "--compare is given twice"),
        (["--against", "one", "--against", "other"], "--against is given twice"),
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


def test_prompts_that_begin_alike_have_heads_that_differ() -> None:
    begin = "Answer this letter by the rules, and be "
    head = next(line for line in page(100, names=(f"{begin}kind.", f"{begin}brief.")) if " change " in line)
    assert head.split()[:2] == ["…kind.", "…brief."]


def test_names_that_read_alike_are_told_apart_by_a_number() -> None:
    head = next(line for line in page(100, names=("a b", "a  b")) if " change " in line)
    assert re.split(r"  +", head.strip())[:2] == ["(1) a b", "(2) a b"]


def test_arms_without_a_pair_leave_no_empty_lines_behind() -> None:
    items = plan_of(("one", "two", "three"), pairs=3).items
    alone = tuple(replace(item, seed=item.seed + 10 * len(item.cell[AXIS])) for item in items)
    plan = replace(plan_of(), items=alone)
    lines = comparison_lines(compared(results_from(plan, lambda item: {})), Ink(colour=False, width=100))
    assert any("no run of three has a counterpart" in line for line in lines)
    assert lines.count("") == 2, "one before the pairs of the other arm, and one before what to mind"


def test_every_report_says_why_there_is_no_verdict_on_what_hardly_differs() -> None:
    changes = dict(enumerate((0.01, -0.01, 0.02, -0.01, 0.01, -0.02)))

    def came(item: Item) -> dict[str, object]:
        return {"seconds": 2.0 + changes.get(item.repeat, 0.0) * (item.cell[AXIS] == "cheap")}

    found = results_from(plan_of(pairs=20), came)
    terminal = "\n".join(comparison_lines(compared(found), Ink(colour=False, width=200)))
    for shown in (terminal, page_of(found, [compared(found)]), markdown(found, [compared(found)])):
        assert "only 6 of them differ, too few to know how widely others would" in " ".join(shown.split())
    (time,) = (line for line in terminal.splitlines() if line.startswith("  time "))
    assert "●" not in time


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
    assert lines[0].startswith("cheap is worse: it passes 60 of 100 against 84 of 100")
    assert not any(glyph in line for line in lines for glyph in "├●│┤·")


@pytest.mark.parametrize("width", [80, 100])
def test_the_summary_cuts_neither_the_name_of_a_cell_nor_the_run_that_did_not_pass(width: int) -> None:
    plan = plan_of(pairs=4, cells=({"letter": "from a customer in a hurry"},))
    found = results_from(plan, lambda item: passed_if(item.repeat > 2, outcome="succeeded"))
    lines = summary_lines(found, Ink(colour=False, width=width))
    said = " ".join(" ".join(lines).split())
    assert "agents.cto.model=smart letter=from a customer in a hurry 1 of 4" in said
    for run in ("run-0-0-0", "run-0-0-1", "run-1-0-0"):
        assert f"({run[-8:]})" in said
    assert max(map(cell_width, lines)) <= width


@pytest.mark.parametrize("width", [30, 40, 60])
def test_names_that_are_cut_can_still_be_told_apart(width: int) -> None:
    plan = plan_of(
        ("Answer calmly.", "Answer calmly, and quote rule 4."),
        pairs=2,
        cells=({"topic": "weather-of-the-north"}, {"topic": "weather-of-the-nord"}),
    )
    found = results_from(plan, lambda item: {})
    lines = summary_lines(found, Ink(colour=False, width=width))
    names = [re.split(r"  +", line)[1] for line in lines if line.startswith("✓")]
    assert len(set(names)) == 4, names
    assert {cell_width(line) <= width for line in lines if line.startswith("✓")} == {True}
    rows = [line.split("  ")[0] for line in lines if line.startswith("weath")]
    assert len(set(rows)) == 2, rows


def test_what_no_cut_tells_apart_has_a_number() -> None:
    texts = ["a beginning, this, and an end", "a beginning, that, and an end", "short", "short"]
    assert shortened_apart(texts, 12) == ["(1) a begin…", "(2) a begin…", "short", "short"]


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
    clerk(tmp_path, 0.0)
    done = batch("clerk.yaml", "--rehearse", "--matrix", "letter=complaint", "--against", "main", "--md", "main.md")
    assert "? Nothing to hold against main\n" in done.out
    assert "new: clerk letter=complaint" in done.out
    assert "gone: clerk letter=return, clerk letter=threat" in done.out
    assert done.code == 2, "a gate that holds nothing is open"
    assert "✓" not in Path("main.md").read_text(encoding="utf-8").splitlines()[0]
    assert "error: nothing was held against main: it has none of the cells that were performed here" in done.err
    assert "--save-baseline main  in the place of --against" in done.err


def test_sentences_for_ears_tell_of_a_baseline_too(
    tmp_path: Path, batch: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch("clerk.yaml", "--rehearse", "--save-baseline", "main")
    clerk(tmp_path, 0.1)
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    done = batch("clerk.yaml", "--rehearse", "--against", "main")
    assert done.out.endswith("No regression against main: 2 cells held against it, 0 improvements.\nchanged: clerk.\n")


def test_a_harmless_edit_is_no_regression_although_lines_slip_otherwise_then(tmp_path: Path, batch: Perform) -> None:
    def perform(prompt: str, *words: str) -> Outcome:
        slips = CLERK.replace("{quick: SHARE}", "0.15").replace('"Answer the', f'"{prompt}')
        (tmp_path / "clerk.yaml").write_text(slips, encoding="utf-8")
        return batch("clerk.yaml", "--rehearse", "--matrix", "letter=return", "--repeat", "20", *words)

    perform("Answer the", "--save-baseline", "main")
    edited = [perform(prompt, "--against", "main") for prompt in ("Answer  the", "Please answer the", "Do answer the")]
    assert len({re.findall(r"(\d+) passed", done.out)[0] for done in edited}) > 1
    for done in edited:
        assert "No regression against main" in done.out
        assert "lines of clerk slip, in other runs once a prompt reads otherwise" in done.out


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


def test_a_job_that_goes_on_is_held_to_what_it_was_begun_with(tmp_path: Path, batch: Perform) -> None:
    lenient = CLERK.replace("contains: rule", "outcome: succeeded").replace("SHARE", "0")
    (tmp_path / "clerk.yaml").write_text(lenient, encoding="utf-8")
    batch("clerk.yaml", "--rehearse", "--save-baseline", "./main")
    (tmp_path / "clerk.yaml").write_text(lenient.replace("reply: By rule 2.,", "reply: By rule 2., takes: 9s,"))
    held = ("--against", "./main", "--tolerance", "seconds=1%")
    assert batch("clerk.yaml", "--rehearse", *held, "--budget", "turns=1").code == 4
    again = batch("--resume", "--budget", "turns=100")
    assert (again.code, "takes 9.0 s a run, it was " in again.out) == (5, True)
    batch("clerk.yaml", "--rehearse", *held, "--budget", "turns=1")
    assert batch("--resume", "--budget", "turns=100", "--tolerance", "seconds=2000%").code == 0


def test_a_job_that_goes_on_keeps_the_baseline_that_it_was_begun_for(
    tmp_path: Path, batch: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk(tmp_path, 0.0)
    stopped = batch("clerk.yaml", "--rehearse", "--save-baseline", "main", "--budget", "turns=1")
    assert "no baseline was kept: 15 runs have no result yet" in stopped.err
    abroad = tmp_path.parent / "abroad"
    abroad.mkdir()
    monkeypatch.chdir(abroad)
    assert batch("--resume", "--budget", "turns=100").code == 0
    kept = json.loads((tmp_path / "baselines" / "main.json").read_text(encoding="utf-8"))
    assert sum(len(cell["runs"]) for cell in kept["cells"]) == 16


def test_a_job_that_goes_on_replaces_no_baseline_of_a_later_one_unless_that_is_wished(
    tmp_path: Path, batch: Perform
) -> None:
    file = tmp_path / "baselines" / "main.json"
    words = ("clerk.yaml", "--rehearse", "--save-baseline", "main")
    early = json.loads(batch(*words, "--budget", "turns=1", "--json").out.splitlines()[0])["batch"]
    batch(*words, "--title", "late")
    again = batch("--resume", early, "--budget", "turns=100")
    assert "main is of a later batch by now, and stays" in again.err
    assert json.loads(file.read_text(encoding="utf-8"))["title"] == "late"
    batch("--resume", early, "--save-baseline", "main")
    assert json.loads(file.read_text(encoding="utf-8"))["batch"] == early


def test_a_job_goes_on_in_any_folder_and_tells_at_its_end_that_its_baseline_is_gone(
    tmp_path: Path, batch: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk(tmp_path, 0.0)
    batch("clerk.yaml", "--rehearse", "--save-baseline", "main")
    assert batch("clerk.yaml", "--rehearse", "--against", "main", "--budget", "turns=1").code == 4
    elsewhere = tmp_path.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    again = batch("--resume", "--budget", "turns=2")
    assert (again.code, "regression against" in again.out) == (4, True)
    monkeypatch.chdir(tmp_path)
    assert "No regression against main" in batch("--resume", "--budget", "turns=3").out
    (tmp_path / "baselines" / "main.json").unlink()
    assert batch("--resume", "--budget", "turns=100", "--against", "other").code == 2
    last = batch("--resume", "--budget", "turns=100")
    assert (last.code, "all 16 runs passed" in last.out) == (2, True)
    assert last.err.startswith('as it is now, this will not be held against main: there is no baseline "main"\n')
    assert 'error: not held against main: there is no baseline "main"' in last.err
    assert "--against NAME  holds it against another" in last.err


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
