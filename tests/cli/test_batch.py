"""`footlights batch`: many runs in one go, what is told of them, and the number it ends with."""

from __future__ import annotations

import csv as table_of
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.batch_plays import ASK, DEAR, FALL, GREET, MARKETS, SULK, WRONG, laid_out
from corpus.commands import Outcome

Perform = Callable[..., Outcome]


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Perform:
    """Perform a batch here, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: perform("batch", *words, "--workers", "0")


def told(outcome: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in outcome.out.splitlines()]


def items(outcome: Outcome) -> list[dict[str, Any]]:
    last = told(outcome)[-1]
    assert last["kind"] == "batch.ended"
    found: list[dict[str, Any]] = last["items"]
    return found


def test_a_folder_is_every_scenario_in_it(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path / "plays", greet=GREET, markets=MARKETS)
    done = batch("plays", "--rehearse", "--repeat", "2")
    assert done.code == 0
    assert "6 runs: 2 scenarios, 3 cells, 2 of each; rehearsed, 6 at a time" in done.err
    assert "2 scenarios  all 6 runs passed" in done.out
    assert "markets market=DE" in done.out


def test_a_file_that_is_named_twice_is_performed_once(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    assert len(items(batch("greet.yaml", ".", "--rehearse", "--json"))) == 1


def test_two_files_that_call_themselves_the_same_are_told_apart(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET, kinder=GREET)
    done = batch(".", "--rehearse", "--json")
    assert {item["scenario"] for item in items(done)} == {"greet.yaml", "kinder.yaml"}


@pytest.mark.parametrize(
    ("plays", "words", "code"),
    [
        ({"greet": GREET}, ["--rehearse"], 0),
        ({"greet": GREET, "fall": FALL}, ["--rehearse"], 1),
        ({"greet": GREET, "fall": FALL, "sulk": SULK}, ["--rehearse"], 5),
        ({"sulk": SULK, "dear": DEAR}, ["--rehearse", "--limit", "cost_usd=0.01"], 4),
        ({"ask": ASK}, [], 3),
    ],
)
def test_the_exit_code_is_the_first_that_applies(
    plays: dict[str, str], words: list[str], code: int, tmp_path: Path, batch: Perform
) -> None:
    laid_out(tmp_path, **plays)
    assert batch(".", *words).code == code


def test_failures_are_told_at_once_and_grouped_by_reason_at_the_end(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET, sulk=SULK)
    done = batch(".", "--rehearse", "--repeat", "3")
    assert 'unmet: sulk #2: hello contains "evening" (found: No.)' in done.err
    assert 'U 3 × not met: hello contains "evening"' in done.out
    assert "footlights replay" in done.out


def test_a_run_that_broke_off_has_failed_whatever_it_missed_besides(tmp_path: Path, batch: Perform) -> None:
    expecting = f"{FALL}expect: [{{step: hello, contains: evening}}]\n"
    laid_out(tmp_path, fall=expecting)
    done = batch("fall.yaml", "--rehearse")
    assert done.code == 1
    assert "F 1 × bad request: " in done.out
    assert "contains" not in done.out
    laid_out(tmp_path, fall=f"{FALL}expect: [{{step: hello, outcome: failed}}]\n")
    assert batch("fall.yaml", "--rehearse").code == 0


def test_programs_are_told_of_repeats_as_people_are(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    lines = told(batch("greet.yaml", "--rehearse", "--repeat", "2", "--seed", "7", "--json"))
    found = [(one["repeat"], one["seed"]) for one in (*lines, *lines[-1]["items"]) if "repeat" in one]
    assert sorted(found) == [(1, 7)] * 3 + [(2, 8)] * 3
    planned = json.loads(batch("greet.yaml", "--rehearse", "--repeat", "2", "--dry-run", "--json").out)
    assert [item["repeat"] for item in planned["items"]] == [1, 2]


def test_every_mistake_of_every_file_is_told_before_anything_is_performed(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET, wrong=WRONG, worse=WRONG.replace("nobody", "someone"))
    done = batch(".", "--rehearse")
    assert done.code == 2
    assert "wrong.yaml:4:18: error:" in done.err
    assert "worse.yaml:4:18: error:" in done.err
    assert not list((tmp_path / "home").rglob("*.db"))


def test_everything_that_is_wrong_with_the_words_is_told_at_once(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    done = batch("greet.yaml", "--rehearse", "-i", "tune=dry", "-i", "guests=two", "--matrix", "tone", "--limit", "x=1")
    assert done.code == 2
    for said in ('no input "tune"', "guests", '--matrix: "tone" has no "="', 'no limit "x"'):
        assert said in done.err
    assert 'did you mean "tone"?' in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "which scenarios?"),
        (["greet.yaml", "--matrix", "tune=a,b"], '"tune" is nothing that can be varied here'),
        (["greet.yaml", "--budget", "wall=5m"], "a batch has no limit of time"),
        (["greet.yaml", "-i", "tone=sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"], "looks like a secret key"),
        (["greet.yaml", "--junit", "no/such/folder.xml"], "there is no folder no/such"),
        (["greet.yaml", "--repeat", "0"], '"0" is not a number above zero'),
        (["greet.yaml", "--workers=-1"], '"-1" is no count: a count is a whole number from 0'),
        (["greet.yaml", "--budget", "turns=5", "--budget", "turns=3"], '--budget: "turns" is there twice'),
        (["greet.yaml", "--limit", "turns=5", "--limit", "turns=3"], '--limit: "turns" is there twice'),
        (["greet.yaml", "--resume"], "FILE says what a batch performs"),
        (["--resume", "--repeat", "3"], "--repeat says what a batch performs"),
        (["--resume", "--seed", "0"], "--seed says what a batch performs"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(words: list[str], said: str, tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    done = batch(*words, "--rehearse") if "--resume" not in words else batch(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_live_batch_says_first_who_cannot_be_asked(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET, dear=DEAR)
    done = batch(".")
    assert done.code == 2
    assert "OPENAI_API_KEY is not set" in done.err
    assert "no service has a key here" in done.err


def test_axes_are_varied_by_values_lists_and_files(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    (tmp_path / "one.md").write_text("Greet them.")
    done = batch(
        "greet.yaml", "--rehearse", "--json", "--matrix", "guests=1,2", "--matrix", "hello.prompt=@one.md,Say hello.",
        "--matrix", 'tone=["dry, very", warm]', "--exclude", "guests=2,tone=warm", "--include", "tone=loud,guests=9",
    )  # fmt: skip
    cells = [item["cell"] for item in items(done)]
    assert {"guests": 1, "hello.prompt": "Greet them.", "tone": "dry, very"} in cells
    assert {"tone": "loud", "guests": 9} in cells
    assert len(cells) == 2 * 2 * 2 - 2 + 1


def test_a_value_is_read_by_the_type_of_its_input(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    done = batch("greet.yaml", "--rehearse", "--json", "--matrix", "tone=1.0,no", "-i", "guests=3")
    assert [item["inputs"] for item in items(done)] == [{"guests": 3, "tone": "1.0"}, {"guests": 3, "tone": "no"}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.csv", 'tone,guests\n"dry, very",2\nwarm,\n'),
        ("rows.jsonl", '{"tone": "dry, very", "guests": 2}\n\n{"tone": "warm"}\n'),
    ],
)
def test_each_row_of_a_table_gives_a_run_its_inputs(name: str, text: str, tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    (tmp_path / name).write_text(text)
    done = batch("greet.yaml", "--rehearse", "--json", "--each", name)
    assert [item["inputs"] for item in items(done)] == [{"tone": "dry, very", "guests": 2}, {"tone": "warm"}]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rows.csv", "tune\ndry\n", 'rows.csv:1: error: there is no input "tune"'),
        ("rows.csv", "tone,guests\ndry,2\nwarm,1,7\n", "rows.csv:3: error: there are 3 cells and 2 names"),
        ("rows.csv", "tone,guests\ndry,many\n", "rows.csv:2: error:"),
        ("rows.csv", "tone\n", "rows.csv has no rows"),
        ("rows.jsonl", '{"tone": "dry"}\n["warm"]\n', "rows.jsonl:2: error: this line is no JSON object"),
        ("rows.jsonl", "{tone}\n", "rows.jsonl:1: error: this line is not JSON"),
    ],
)
def test_mistakes_in_a_table_are_told_with_their_line(
    name: str, text: str, said: str, tmp_path: Path, batch: Perform
) -> None:
    laid_out(tmp_path, greet=GREET)
    (tmp_path / name).write_text(text)
    done = batch("greet.yaml", "--rehearse", "--each", name)
    assert done.code == 2
    assert said in done.err


def test_for_programs_there_is_a_line_a_change_and_nothing_else(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET, sulk=SULK)
    done = batch(".", "--rehearse", "--json")
    assert done.err == ""
    lines = told(done)
    kinds = [line["kind"] for line in lines]
    assert kinds[0] == "batch.begun"
    assert sorted(kinds[1:-1]) == ["run.begun", "run.begun", "run.ended", "run.ended"]
    ended = next(line for line in lines if line["kind"] == "run.ended" and line["verdict"] == "unmet")
    assert ended["why"] == 'not met: hello contains "evening" (found: No.)'
    assert lines[-1]["counts"] == {"passed": 1, "unmet": 1}


@pytest.mark.parametrize(
    ("play", "words", "why"),
    [
        (SULK, ["--rehearse"], 'not met: hello contains "evening" (found: No.)'),
        (
            FALL + "expect: [{step: hello, contains: evening}]\n", ["--rehearse"],
            "bad request: 400: a parameter of the request is not one this model takes; "
            'not met: hello contains "evening" (found: null)',
        ),
        (DEAR, ["--rehearse", "--budget", "cost_usd=0.5"], "there is no room left in the budget of the batch"),
        (ASK, [], "it waits for a person's answer"),
    ],
)  # fmt: skip
def test_why_a_run_did_not_pass_is_one_sentence_wherever_it_is_told(
    play: str, words: list[str], why: str, tmp_path: Path, batch: Perform
) -> None:
    laid_out(tmp_path, play=play)
    lines = told(batch("play.yaml", *words, "--json", "--csv", "runs.csv"))
    (row,) = table_of.DictReader((tmp_path / "runs.csv").read_text().splitlines())
    (ended,) = (line for line in lines if line["kind"] == "run.ended")
    assert [row["why"], ended["why"], lines[-1]["items"][0]["why"]] == [why] * 3


def test_calls_that_failed_are_called_so(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, fall=FALL)
    (item,) = items(batch("fall.yaml", "--rehearse", "--json"))
    assert (item["calls"], item["failed_calls"]) == (1, 1)
    assert "retries" not in item


def test_quietly_there_is_the_summary_alone(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, sulk=SULK)
    done = batch("sulk.yaml", "--rehearse", "--quiet")
    assert done.err == ""
    assert "sulk  did not pass" in done.out


def test_a_plan_is_told_and_not_performed(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, dear=DEAR, markets=MARKETS)
    done = batch(".", "--dry-run", "--repeat", "2", "--budget", "cost_usd=3")
    assert done.code == 0
    assert "market=FR" in done.out
    assert "6 runs: 2 scenarios, 3 cells, 2 of each; live, 6 at a time; at most $3.00" in done.out
    plan = json.loads(batch(".", "--dry-run", "--json").out)
    assert [item["cell"] for item in plan["items"]][1:] == [
        {"scenario": "markets", "market": "DE"}, {"scenario": "markets", "market": "FR"},
    ]  # fmt: skip
    assert not list((tmp_path / "home").rglob("*.db"))


def test_a_plan_tells_what_is_paid_at_most_and_of_rehearsals_what_live_ones_would_be(
    tmp_path: Path, batch: Perform
) -> None:
    laid_out(tmp_path, dear=DEAR)
    live = batch("dear.yaml", "--dry-run", "--limit", "cost_usd=0.5").out.splitlines()
    assert live[0].endswith("each at most")
    assert live[1].endswith("$0.5000")
    assert json.loads(batch("dear.yaml", "--dry-run", "--json").out)["items"][0]["at_most_usd"] > 1
    rehearsed = batch("dear.yaml", "--dry-run", "--rehearse").out.splitlines()
    assert rehearsed[0].endswith("live at most")
    assert "$" not in rehearsed[-1]
    plan = json.loads(batch("dear.yaml", "--dry-run", "--rehearse", "--json").out)
    assert [item["at_most_usd"] for item in plan["items"]] == [0]


def test_the_plan_of_what_is_gone_on_with_is_what_is_missing_within_the_budget_that_is_given_now(
    tmp_path: Path, batch: Perform
) -> None:
    laid_out(tmp_path, dear=DEAR)
    words = ("--rehearse", "--repeat", "4", "--parallel", "1", "--workers", "0", "--quiet")
    assert batch("dear.yaml", *words, "--budget", "turns=2").code == 4
    told = batch("--resume", "--dry-run", "--budget", "cost_usd=50").out
    missing = json.loads(batch("--resume", "--dry-run", "--json").out)["items"]
    assert 0 < len(missing) < 4
    assert told.splitlines()[1].split()[:4] == ["dear", str(len(missing)), str(missing[0]["seed"]), "to"]
    assert "for at most $50.00 that nobody pays" in told
    batch("--resume", "--budget", "turns=9", "--quiet")
    assert batch("--resume", "--dry-run").out.endswith("all 4 runs are done\n")


def test_a_batch_that_is_complete_is_gone_on_with_in_vain(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, greet=GREET)
    batch("greet.yaml", "--rehearse", "--repeat", "2")
    again = batch("--resume", "--json")
    assert again.code == 0
    assert [line["kind"] for line in told(again)] == ["batch.begun", "batch.ended"]


def test_a_budget_that_is_used_up_pauses_the_rest_until_there_is_more(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, dear=DEAR)
    first = batch("dear.yaml", "--rehearse", "--repeat", "20", "--budget", "cost_usd=3")
    assert first.code == 4
    assert "the batch may use $3.00" in first.out
    assert "--budget NAME=VALUE  goes on with what is missing" in first.out
    more = batch("--resume", "--budget", "cost_usd=50")
    assert more.code == 0
    assert "all 20 runs passed" in more.out


def test_people_may_answer_all_runs_at_once_when_it_is_gone_on_with(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, ask=ASK)
    assert batch("ask.yaml", "--repeat", "3").code == 3
    (tmp_path / "answers.yaml").write_text("ship: nonsense\n", encoding="utf-8")
    assert batch("--resume", "--answers", "answers.yaml").code == 2
    (tmp_path / "answers.yaml").write_text("ship: ship\n", encoding="utf-8")
    done = batch("--resume", "--answers", "answers.yaml")
    assert (done.code, "all 3 runs passed" in done.out) == (0, True)


def test_a_run_of_a_batch_says_so_and_is_found_by_it(tmp_path: Path, batch: Perform, perform: Perform) -> None:
    laid_out(tmp_path, markets=MARKETS)
    batch("markets.yaml", "--rehearse")
    perform("run", "markets.yaml", "--rehearse", "--quiet")
    assert len(json.loads(perform("runs", "--json").out)) == 3
    found = json.loads(perform("runs", "--batch", "last", "--json").out)
    assert len(found) == 2
    assert "market=FR, repeat 1; footlights batches" in perform("show", found[0]["run"]).out


def test_a_single_run_is_the_first_cell_of_its_play(tmp_path: Path, batch: Perform, perform: Perform) -> None:
    laid_out(tmp_path, markets=MARKETS)
    assert perform("run", "markets.yaml", "--rehearse", "--quiet").out == "DE\n"


def test_for_ears_everything_is_said_in_sentences(
    tmp_path: Path, batch: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    laid_out(tmp_path, greet=GREET, sulk=SULK)
    done = batch(".", "--rehearse")
    assert all(line.endswith((".", ":")) for line in done.out.splitlines())
    assert "what sulk, passed 0 of 1, rate 0 %" in done.out
    assert '1 run unmet: hello contains "evening"; sulk #1' in done.out


def test_hostile_text_drives_no_terminal(tmp_path: Path, batch: Perform) -> None:
    laid_out(tmp_path, sulk=SULK.replace("reply: No.", r'reply: "\e[31mNo [red]markup[/] \u202e"'))
    done = batch("sulk.yaml", "--rehearse")
    assert "[red]markup[/]" in done.err
    assert "\x1b" not in done.err + done.out
    assert "\u202e" not in done.err + done.out
