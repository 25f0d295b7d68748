"""How a batch comes along, as it is shown: counted, paced, drawn on a terminal of any width, or told in a few lines."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.batch.driving import Drive
from app.batch.executor import Ending
from app.batch.plan import Item, Plan
from app.batch.standing import pace_words, roughly, shares
from app.batch.verdicts import Verdict
from app.cli.batching.lines import MOST_TOLD, JsonLines, Lines, standing_line
from app.cli.batching.live import Live
from app.cli.batching.tally import Tally
from app.cli.batching.words import MARKS
from app.cli.ink import cell_width
from app.events import Failure, Mode
from app.journal import Journal
from corpus.batches import Noted, read, rehearsal, results


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return rehearsal(read(tmp_path), repeat=50)


def passed(item: Item) -> Ending:
    return Ending(item.run, "finished", "succeeded", cost_usd=0.25)


def failed(item: Item, said: str = "the lights went out") -> Ending:
    return Ending(item.run, "finished", "failed", failure=Failure("connection", said))


def test_what_begins_and_ends_is_counted(plan: Plan) -> None:
    tally = Tally(plan, Clock())
    for item in plan.items[:4]:
        tally.begins(item)
    assert tally.ends(plan.items[0], passed(plan.items[0])) == "passed"
    assert tally.ends(plan.items[1], failed(plan.items[1])) == "failed"
    assert tally.ends(plan.items[2], Ending(plan.items[2].run, "paused", reason="batch")) == "paused"
    assert (tally.over, len(tally.under_way), tally.waiting) == (2, 1, 96)
    assert tally.spent.cost_usd == tally.spent.rehearsed_usd == 0.25


TWICE = """\
schema: footlights/v1
name: twice
models: {dear: {use: openai/gpt-5.5, price: {input: 10000, output: 10000}, params: {max_tokens: 100}}}
agents: {host: {persona: You greet., model: dear}}
steps:
  one: {agent: host, prompt: Greet one., rehearsal: {reply: Good evening.}}
  two: {agent: host, prompt: "Greet two. ${{ steps.one.output }}", rehearsal: {reply: Good evening.}}
"""


async def test_what_paused_runs_had_cost_is_counted_once_when_they_go_on(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        plan = rehearsal(read(tmp_path, TWICE, "twice"), repeat=4, budget={"turns": 3.0}, parallel=4)
        await Drive.begin(journal, plan).conduct(Noted(), workers=0)
        before = await results(journal)
        assert sum(item.cost_usd for item in before.items if item.verdict == "paused") > 0
        drive, noted = Drive.go_on(journal, plan.batch, {"turns": 100.0}), Noted()
        await drive.conduct(noted, workers=0)
        tally = Tally(drive.plan, Clock(), before)
        for item, ending in zip(sorted(noted.begun, key=by_run), sorted(noted.endings, key=by_run), strict=True):
            tally.ends(item, ending)
        assert tally.spent.cost_usd == pytest.approx((await results(journal)).cost_usd)


def by_run(one: Item | Ending) -> str:
    return one.run


def test_what_a_cassette_plays_is_told_as_it_was_recorded_and_no_cost(plan: Plan) -> None:
    tally = Tally(replace(plan, mode="cassette", cassette="tapes"), Clock())
    tally.ends(plan.items[0], passed(plan.items[0]))
    assert (tally.spent.cost_usd, tally.spent.played_usd) == (0.0, 0.25)
    assert "$0.2500 as recorded" in standing_line(tally)


def test_nobody_says_how_long_it_takes_before_enough_have_ended(plan: Plan) -> None:
    clock = Clock()
    tally = Tally(plan, clock)
    for number, item in enumerate(plan.items[:10], 1):
        clock.now += 2.0
        tally.ends(item, passed(item))
        assert (tally.left is None) == (number < 5)
    assert tally.pace == 0.5
    assert tally.left == 90 / 0.5


def test_while_nothing_ends_the_time_that_is_left_grows(plan: Plan) -> None:
    clock = Clock()
    tally = Tally(plan, clock)
    for item in plan.items[:10]:
        clock.now += 1.0
        tally.ends(item, passed(item))
    before = tally.left
    clock.now += 9.0
    assert before is not None
    assert tally.left is not None
    assert tally.left > 1.8 * before


def test_in_a_silence_nobody_says_how_long_it_takes_but_for_how_long_nothing_has_ended(plan: Plan) -> None:
    clock = Clock()
    tally = Tally(plan, clock)
    for item in plan.items[:-1]:
        tally.begins(item)
        clock.now += 0.01
        tally.ends(item, passed(item))
    assert "a few seconds left" in standing_line(tally)
    clock.now += 40.0
    assert tally.left is None
    assert standing_line(tally).endswith("99 passed; $24.75 rehearsed; nothing has ended for 40 s")


def test_what_always_takes_long_is_no_silence(plan: Plan) -> None:
    clock = Clock()
    tally = Tally(plan, clock)
    for start in (0, 8):  # eight at a time, each a minute
        clock.now += 60.0
        for item in plan.items[start : start + 8]:
            tally.ends(item, passed(item))
    clock.now += 100.0
    assert tally.left is not None
    clock.now += 30.0
    assert tally.left is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "a few seconds"),
        (14, "10 s"),
        (88, "90 s"),
        (125, "2 min"),
        (5000, "83 min"),
        (7200, "2 h"),
        (9000, "2.5 h"),
    ],
)
def test_time_that_nobody_knows_exactly_is_rounded(seconds: float, said: str) -> None:
    assert roughly(seconds) == said


@pytest.mark.parametrize(
    ("pace", "said"),
    [(250, "250 runs a second"), (1.5, "1.5 runs a second"), (0.5, "30 runs a minute"), (0.01, "36.0 runs an hour")],
)
def test_a_pace_is_told_by_the_unit_that_one_can_picture(pace: float, said: str) -> None:
    assert pace_words(pace) == said


@given(st.dictionaries(st.sampled_from(list(MARKS)), st.integers(1, 100_000), min_size=1), st.integers(7, 200))
def test_a_bar_is_full_and_has_a_cell_for_whatever_there_is(counts: dict[Verdict, int], width: int) -> None:
    cells = dict(shares(Counter(counts), width))
    assert sum(cells.values()) == width
    assert cells.keys() == counts.keys()
    assert min(cells.values()) >= 1


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_it_is_drawn_within_any_width(
    width: int, plan: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = drawn(plan).split("\n")
    assert max(map(cell_width, lines)) <= min(width, 100)
    assert any("F" in line and "━" in line for line in lines)
    assert "failed" in "\n".join(lines)
    capsys.readouterr()


def test_letters_say_what_colours_do(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    shown = drawn(plan)
    assert shown.isascii()
    assert "- 9 passed   F 1 failed   > 1 under way   . 89 waiting" in shown


def test_text_of_a_run_is_no_markup_and_drives_no_terminal(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    shown = drawn(plan, "[bold red]now[/] \x1b[2J\u202e")
    assert "[bold red]now[/]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def drawn(plan: Plan, said: str = "the lights went out") -> str:
    """What stands on the terminal after ten of a hundred runs."""
    clock = Clock()
    tally = Tally(plan, clock)
    live = Live(tally, lambda ending: ending.failure.message if ending.failure else "")
    try:
        for item in plan.items[:9]:
            clock.now += 0.5
            tally.ends(item, passed(item))
        tally.ends(plan.items[9], failed(plan.items[9], said))
        tally.begins(plan.items[10])
        return live.drawn().plain
    finally:
        live.finish()


def test_a_log_has_a_few_lines_however_many_runs_there_are(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    tally = Tally(plan, clock)
    lines = Lines(tally, lambda ending: "", clock)
    for item in plan.items:
        clock.now += 0.5
        lines.ended(item, passed(item), tally.ends(item, passed(item)))
        lines.tick()
    told = capsys.readouterr().err.splitlines()
    assert len(told) <= 20
    assert re.match(r"6 of 100: 6 passed; 2\.0 runs a second; \$1\.50 rehearsed; about 50 s left", told[0])


@pytest.mark.parametrize(
    ("mode", "unpriced", "known"), [("cassette", 0, 0.25), ("rehearsal", 0, 0.25), ("live", 1, None)]
)
def test_for_programs_a_run_and_the_batch_cost_alike_while_it_goes_on(
    mode: Mode, unpriced: int, known: float | None, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    tally = Tally(replace(plan, mode=mode), clock)
    lines = JsonLines(tally, lambda ending: "", clock)
    item = plan.items[0]
    ending = Ending(item.run, "finished", "succeeded", cost_usd=known or 0.0, unpriced=unpriced)
    lines.ended(item, ending, tally.ends(item, ending))
    clock.now += 60
    lines.tick()
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["kind"], line["cost_usd"]) for line in told] == [("run.ended", known), ("batch.progress", known)]


def test_a_log_names_the_first_failures_and_counts_the_others(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally(plan, Clock())
    lines = Lines(tally, lambda ending: "the lights\nwent out", Clock())
    for item in plan.items:
        lines.ended(item, failed(item), tally.ends(item, failed(item)))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "failed: greet market=DE #1: the lights went out"
    assert len(told) == MOST_TOLD + 1
    assert told[-1] == "those that follow are told at the end"


def test_a_batch_in_which_nothing_happens_says_now_and_then_that_it_goes_on(
    plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    lines = Lines(Tally(plan, clock), lambda ending: "", clock)
    for _ in range(240):
        clock.now += 0.25
        lines.tick()
    assert capsys.readouterr().err.splitlines() == ["0 of 100: none yet"] * 2
