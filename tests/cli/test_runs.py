"""The commands that look at runs, on archives written by the journal itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.events import GateOpened, Origin, RunFinished, RunPaused, RunStarted, StepStarted
from app.journal import Journal
from corpus.commands import Outcome, data
from corpus.logs import Teller, tell

Perform = Callable[..., Outcome]

DONE, WAITING = "01JRUNS0000000000000000ONE", "01JRUNS0000000000000000TWO"


@pytest.fixture
def archive() -> None:
    """A finished run, and one that waits for a person."""
    with Journal.open() as journal:
        log = journal.begin(DONE)
        tell(log)
        log.release()
        log = journal.begin(WAITING)
        teller = Teller(log)
        teller.start("The second night")
        teller.step("plan")
        log.add(StepStarted(step="release", of="approve"))
        question = log.keep("May the curtain rise?")
        options = ("yes", "not yet")
        log.add(GateOpened(step="release", gate="release#1", asks="approve", question=question, options=options))
        log.add(RunPaused(reason="gate"))
        log.release()


def test_before_the_first_run_lists_are_empty(perform: Perform) -> None:
    assert data(perform("runs", "--json")) == []
    assert data(perform("inbox", "--json")) == []
    assert perform("runs").code == 0


@pytest.mark.parametrize("words", [("runs",), ("runs", "--json"), ("inbox",)])
@pytest.mark.parametrize("place", ["nowhere/x.db", "."])
def test_an_archive_that_is_named_and_not_there_is_a_mistake(
    words: tuple[str, ...], place: str, tmp_path: Path, perform: Perform
) -> None:
    shown = perform(*words, "--workspace", str(tmp_path / place))
    assert (shown.code, shown.out) == (1, "")
    assert f"there are no runs in {tmp_path / place}" in shown.err


@pytest.mark.parametrize(
    "words", [("show", "last"), ("tail", "last"), ("runs", "search", "x"), ("direct", "x", "pause")]
)
def test_before_the_first_run_there_is_nothing_to_look_at(words: tuple[str, ...], perform: Perform) -> None:
    shown = perform(*words)
    assert (shown.code, shown.out) == (1, "")
    assert "there are no runs" in shown.err
    assert "footlights run" in shown.err


@pytest.mark.usefixtures("archive")
def test_runs_are_listed_with_how_they_stand_the_latest_first(perform: Perform) -> None:
    shown = perform("runs")
    assert shown.code == 0
    head, second, first = shown.out.splitlines()
    assert head.split() == ["run", "status", "scenario", "when", "cost", "tokens", "took"]
    assert second.startswith("00000TWO  ◌ paused     software/sprint  just now")
    assert first.startswith("00000ONE  ✓ succeeded  software/sprint  just now")
    assert "$0.00" in first


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--status", "paused"), [WAITING]),
        (("--status", "failed"), []),
        (("--scenario", "software/sprint"), [WAITING, DONE]),
        (("--scenario", "hello"), []),
        (("--since", "2h"), [WAITING, DONE]),
        (("--since", "2999-01-01"), []),
        (("--limit", "1"), [WAITING]),
    ],
)
def test_runs_are_filtered(words: tuple[str, ...], found: list[str], perform: Perform) -> None:
    assert [row["run"] for row in data(perform("runs", "--json", *words))] == found


@pytest.mark.parametrize(
    "words", [("--since", "soon"), ("--status", "happy"), ("--sinc", "2h"), ("prune", "--older", "x")]
)
@pytest.mark.usefixtures("archive")
def test_a_filter_that_means_nothing_is_refused(words: tuple[str, ...], perform: Perform) -> None:
    assert perform("runs", *words).code == 2


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_list_and_a_page_keep_to_the_width(width: int, perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for words in (
        ("runs",),
        ("show", DONE),
        ("show", WAITING),
        ("runs", "search", "night"),
        ("runs", "search", "seat"),
    ):
        lines = perform(*words).out.splitlines()
        commands = [line for line in lines if "footlights answer" in line]  # to be copied, so whole
        assert max(len(line) for line in lines if line not in commands) <= width, words
    for words in (("runs",), ("show", DONE)):
        assert DONE[-8:] in perform(*words).out, "a run can always be named"


@pytest.mark.usefixtures("archive")
def test_lists_and_pages_are_sentences_for_a_screen_reader(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    listed = perform("runs").out.splitlines()
    assert listed[0].startswith("run 00000TWO, status paused, scenario software/sprint, when just now, ")
    page = perform("show", WAITING).out
    assert "Question release#1: May the curtain rise?\n" in page
    assert "footlights answer 00000TWO:release yes." in page
    assert all(line.endswith((".", ":", "?", "!")) for line in (*listed, *page.splitlines()))
    assert not set("✓✗◌○→│·") & set(page + "".join(listed))


@pytest.mark.usefixtures("archive")
def test_the_list_and_the_page_say_the_same_of_how_long_a_run_took(perform: Perform) -> None:
    listed = {row["run"]: row["took_ms"] for row in data(perform("runs", "--json"))}
    for run in (DONE, WAITING):
        assert listed[run] == data(perform("show", run, "--json"))["took_ms"]


@pytest.mark.usefixtures("archive")
def test_the_figures_of_steps_stand_below_each_other(perform: Perform) -> None:
    page = perform("show", DONE).out
    tree = page[page.index("\nsteps\n") :].split("\n\n")[0]
    ends = {len(line) for line in tree.splitlines() if "#" in line}
    assert len(ends) == 1


def test_a_step_that_never_ended_in_a_run_that_is_over_was_cut_off(perform: Perform) -> None:
    with Journal.open() as journal:
        log = journal.begin(DONE)
        log.add(RunStarted(scenario="play"))
        log.add(StepStarted(step="plan", of="agent"))
        log.add(RunFinished(outcome="exhausted"))
    shown = perform("show", DONE).out
    assert "✗ plan  cut off" in shown
    assert "running" not in shown
    assert perform("show", DONE, "plan").out.startswith("✗ cut off")


@pytest.mark.usefixtures("archive")
def test_what_was_said_is_found(perform: Perform) -> None:
    found = data(perform("runs", "search", "second night", "--json"))
    assert [(hit["run"], hit["seq"]) for hit in found] == [(WAITING, 1)]
    shown = perform("runs", "search", "second night")
    assert shown.out.startswith("00000TWO #1")
    assert "1 place;" in shown.err


@pytest.mark.parametrize(("words", "width"), [("soup", 80), ("soup", 20), ("bring soup", 80)])
def test_what_is_found_keeps_the_spaces_around_it(
    words: str, width: int, perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    with Journal.open() as journal:
        log = journal.begin(DONE)
        log.add(RunStarted(scenario="play", title="The guards bring soup, and more soup."))
        log.release()
    _, *lines = perform("runs", "search", words).out.splitlines()
    assert " ".join(" ".join(lines).split()) == "The guards bring soup, and more soup. play"


def unmet(journal: Journal, run: str, *, batch: str = "", outcome: Any = "succeeded", excused: bool = False) -> None:
    """A run that has ended, and not as was expected."""
    log = journal.begin(run)
    log.add(RunStarted(scenario="play", origin=Origin(batch=batch)))
    log.add(RunFinished(outcome=outcome, expected=False, excused=excused))
    log.release()


@pytest.mark.usefixtures("archive")
def test_a_run_that_ended_otherwise_than_was_expected_is_found_by_that(perform: Perform) -> None:
    with Journal.open() as journal:
        unmet(journal, "01JRUNS00000000000000THREE")
        unmet(journal, "01JRUNS0000000000000000FIV", outcome="failed")
        unmet(journal, "01JRUNS0000000000000000SIX", outcome="failed", excused=True)
    assert [line.split()[1:3] for line in perform("runs").out.splitlines()[1:4]] == [
        ["✗", "unmet"], ["✗", "failed"], ["✗", "unmet"],
    ]  # fmt: skip
    found = data(perform("runs", "--status", "unmet", "--json"))
    assert [(row["run"][-5:], row["status"], row["unmet"]) for row in found] == [
        ("00SIX", "failed", True), ("THREE", "succeeded", True),
    ]  # fmt: skip
    assert [row["run"] for row in data(perform("runs", "--status", "succeeded", "--json"))] == [DONE]
    assert perform("show", "THREE").out.startswith("✗ unmet  ")
    assert perform("compare", DONE, "THREE").out.splitlines()[1].split()[:5] == ["B", "000THREE", "play", "✗", "unmet"]


def test_whoever_finds_nothing_that_failed_is_told_of_what_is_unmet(perform: Perform) -> None:
    with Journal.open() as journal:
        unmet(journal, DONE)
    assert "--status unmet finds those" in perform("runs", "--status", "failed").err


@pytest.mark.usefixtures("archive")
def test_a_removed_run_is_gone_and_the_others_stay(perform: Perform) -> None:
    assert perform("runs", "rm", "no-such-run", DONE).code == 2
    assert len(data(perform("runs", "--json"))) == 2, "nothing is removed when one of the names is wrong"
    assert "removed 1 run" in perform("runs", "rm", "ONE", DONE).out
    assert [row["run"] for row in data(perform("runs", "--json"))] == [WAITING]


@pytest.mark.usefixtures("archive")
def test_pruning_takes_what_ended_long_ago_and_nothing_that_waits(perform: Perform) -> None:
    assert data(perform("runs", "prune", "--older", "1d", "--json"))["runs"] == []
    assert data(perform("runs", "prune", "--older", "2999-01-01", "--json"))["runs"] == [DONE]
    assert [row["run"] for row in data(perform("runs", "--json"))] == [WAITING]


@pytest.mark.usefixtures("archive")
def test_an_erased_run_shows_what_happened_but_not_what_was_said(perform: Perform) -> None:
    output = data(perform("show", DONE, "--json"))["outputs"]["plan"]
    erased = perform("runs", "erase", DONE)
    assert erased.code == 0
    assert "messages of what failed, which may quote what was said" in erased.err
    shown = perform("show", DONE)
    assert shown.code == 0
    assert output not in shown.out
    assert "(erased)" in shown.out
    assert "polish" in shown.out


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("name", [DONE, DONE.lower(), "ONE", "00000one", "01JRUNS0000000000000000O"])
def test_a_run_is_named_by_its_beginning_or_its_end(name: str, perform: Perform) -> None:
    assert data(perform("show", name, "--json"))["run"] == DONE


@pytest.mark.usefixtures("archive")
def test_a_run_that_is_named_badly_is_refused_with_what_comes_near(perform: Perform) -> None:
    assert "write more of its name" in perform("show", "01J").err
    assert DONE in perform("show", DONE[:-1] + "X").err
    assert data(perform("show", "last", "--json"))["run"] == WAITING


@pytest.mark.usefixtures("archive")
def test_a_page_tells_the_run_whole(perform: Perform) -> None:
    shown = perform("show", DONE).out
    for told in (
        "✓ succeeded  A small sprint", DONE, "goal:", "  ✓ plan1  CTO  Plan1", "✓ polish  2 turns", "      ✓ draft",
        "✗ extra  QA  overloaded: no seat was free", "○ encore  skipped: its condition does not hold", "CTO → QA",
        "? release  May the curtain rise?", "yes, by ada", "✓ outputs.plan",
    ):  # fmt: skip
        assert told in shown, told
    assert "footlights resume 00000TWO goes on" in perform("show", WAITING).out


@pytest.mark.usefixtures("archive")
def test_a_part_is_shown_in_full(perform: Perform) -> None:
    whole = data(perform("show", DONE, "--json"))
    step = data(perform("show", DONE, "polish/2/draft", "--json"))
    assert step["output"] in perform("show", DONE, "polish/2/draft").out
    assert step["calls"][0]["messages"][0]["content"] in perform("show", DONE, "polish/2/draft").out
    assert step["step"] in [told["step"] for told in whole["steps"]]
    assert data(perform("show", DONE, "polish/draft", "--json"))["step"] == "polish/2/draft", "the last turn is meant"
    call = step["calls"][0]
    assert data(perform("show", DONE, call["call"], "--json")) == call
    assert data(perform("show", DONE, str(step["seq"]), "--json"))["kind"] == "step.started"
    assert perform("show", DONE, f"#{step['seq']}").out.startswith("step.started  #")


@pytest.mark.usefixtures("archive")
def test_a_part_that_is_not_there_is_refused_with_the_nearest(perform: Perform) -> None:
    missing = perform("show", DONE, "polsh")
    assert (missing.code, 'did you mean "polish"?' in missing.err) == (2, True)
    assert perform("show", DONE, "99999").code == 2


@pytest.mark.usefixtures("archive")
def test_the_tail_has_every_event_once_with_its_texts(perform: Perform) -> None:
    told = [json.loads(line) for line in perform("tail", DONE, "--json").out.splitlines()]
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert (told[0]["kind"], told[-1]["kind"]) == ("run.started", "run.finished")
    assert isinstance(told[0]["inputs"]["goal"], str)
    rest = perform("tail", DONE, "--json", "--after", "5").out.splitlines()
    assert [json.loads(line) for line in rest] == told[5:]
    assert perform("tail", DONE, "-f", "--json").out.splitlines() == perform("tail", DONE, "--json").out.splitlines()


@pytest.mark.parametrize("name", ["each/g", "g"])
def test_of_several_questions_each_is_named_with_its_command(name: str, perform: Perform) -> None:
    with Journal.open() as journal:
        log = journal.begin(WAITING)
        log.add(RunStarted(scenario="play"))
        for item in (1, 2):
            log.add(GateOpened(step=f"each[{item}]/g", gate=f"each[{item}]/g#1", asks="approve", options=("yes", "no")))
        log.add(RunPaused(reason="gate"))
        log.release()
    refused = perform("answer", name, "yes")
    assert (refused.code, refused.out) == (2, "")
    for item in (1, 2):
        command = f"footlights answer '00000TWO:each[{item}]/g' yes"
        assert command in refused.err
        assert command in perform("inbox").out
        assert command in perform("show", WAITING).out
    assert perform("answer", "00000TWO:each[2]/g", "yes").code == 0
    assert perform("answer", "each[1]/g", "yes").code == 0


@pytest.mark.usefixtures("archive")
def test_the_inbox_has_what_waits_with_the_command_that_answers_it(perform: Perform) -> None:
    (waiting,) = data(perform("inbox", "--json"))
    assert waiting["question"] == "May the curtain rise?"
    assert waiting["options"] == ["yes", "not yet"]
    assert waiting["answer_with"] == "footlights answer 00000TWO:release yes"
    shown = perform("inbox")
    assert "? release" in shown.out
    assert "│ May the curtain rise?" in shown.out
    assert shown.err == "1 question waits for an answer\n"


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("name", ["release", "release#1", "TWO:release", "00000TWO:release#1"])
@pytest.mark.parametrize("choice", ["2", "not yet", "NOT YET"])
def test_an_answer_is_left_for_whoever_performs_the_run(name: str, choice: str, perform: Perform) -> None:
    assert data(perform("answer", name, choice, "--note", "paint", "--json"))["choice"] == "not yet"
    with Journal.open() as journal:
        (letter,) = journal.inbox(WAITING)
    assert (letter.kind, letter.about, letter.body) == ("answer", "release#1", {"choice": "not yet", "note": "paint"})
    assert letter.by


@pytest.mark.usefixtures("archive")
def test_what_has_an_answer_waits_no_more_and_says_who_takes_it(perform: Perform) -> None:
    assert perform("answer", "release", "yes").code == 0
    shown = perform("inbox")
    assert "  answered: yes, said " in shown.out
    assert "; footlights resume 00000TWO takes it\n" in shown.out
    assert "footlights answer" not in shown.out
    assert " left, then" not in shown.out
    assert shown.err == "0 questions wait for an answer\n"
    (waiting,) = data(perform("inbox", "--json"))
    assert waiting["answer"] == "yes"


@pytest.mark.usefixtures("archive")
def test_a_question_takes_one_answer(perform: Perform) -> None:
    assert perform("answer", "release", "yes").code == 0
    again = perform("answer", "release", "not yet")
    assert (again.code, "has an answer already" in again.err) == (1, True)


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("words", [("release", "maybe"), ("release", "3"), ("relese", "yes"), ("ONE:release", "yes")])
def test_an_answer_that_cannot_be_is_refused(words: tuple[str, str], perform: Perform) -> None:
    assert perform("answer", *words).code == 2
    with Journal.open() as journal:
        assert journal.inbox(WAITING) == []


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("words", "body"),
    [
        (("whisper", "qa", "look closer"), {"direction": "whisper", "to": "qa", "detail": "look closer"}),
        (("mute", "qa"), {"direction": "mute", "to": "qa", "detail": None}),
        (("swap", "qa", "spare"), {"direction": "swap", "to": "qa", "detail": "spare"}),
        (("raise", "tokens", "200k"), {"direction": "raise", "to": "tokens", "detail": 200_000}),
        (("skip", "polish/draft"), {"direction": "skip", "to": "polish/draft", "detail": None}),
        (("cancel",), {"direction": "cancel", "to": "", "detail": None}),
    ],
)
def test_a_direction_is_left_for_whoever_performs_the_run(
    words: tuple[str, ...], body: dict[str, Any], perform: Perform
) -> None:
    shown = perform("direct", "TWO", *words)
    assert (shown.code, "nobody performs it now" in shown.err) == (0, True)
    with Journal.open() as journal:
        (letter,) = journal.inbox(WAITING)
    assert (letter.kind, letter.body) == ("direction", body)


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("words", [("ONE", "pause"), ("TWO", "raise", "cost", "3"), ("TWO", "dance"), ("TWO", "mute")])
def test_a_direction_that_cannot_be_followed_is_refused(words: tuple[str, ...], perform: Perform) -> None:
    assert perform("direct", *words).code == 2


@pytest.mark.usefixtures("archive")
def test_another_workspace_has_other_runs(perform: Perform, tmp_path: Path) -> None:
    with Journal.open(tmp_path / "other.db"):
        pass
    assert data(perform("runs", "--json", "--workspace", str(tmp_path / "other.db"))) == []
    assert len(data(perform("runs", "--json", "--workspace", str(tmp_path / "home")))) == 2
    assert data(perform("runs", "--json", "--home", str(tmp_path / "elsewhere"))) == []


@pytest.mark.usefixtures("archive")
def test_what_is_no_archive_is_named_without_a_traceback(perform: Perform, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to be read as one" * 100)
    for words in (("runs",), ("show", "last"), ("inbox",), ("runs", "search", "x")):
        shown = perform(*words, "--workspace", str(tmp_path / "notes.txt"))
        assert (shown.code, shown.out) == (1, ""), words
        assert "notes.txt" in shown.err
