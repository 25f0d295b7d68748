"""The curtain call: what is told at the end of a run, and when it stands on the stage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.events import ExpectationChecked, Failure, Performer, RunFinished
from app.export.film import Cut, filmed
from app.journal.recording import read_recording
from app.tui.arrangement import arrange
from app.tui.filed import tour
from app.tui.log.lines import line_of
from app.tui.log.sieve import belongs
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.ending import Ending, Part, keys_at, paint_ending
from app.tui.paint.rows import width_of
from app.tui.screens.stage import Stage
from app.tui.sources import Here, source_of
from app.tui.verdict import Verdict, verdict_of
from app.tui.widgets.ending import box_in, ending_of
from corpus.commands import ROOT
from corpus.histories import History
from corpus.probes import ALL, drives_a_terminal
from tui.bare import text_of
from tui.plays import begun, half_way, show_of, style_at, text
from tui.staging import drawn, performed, staged, until

HELLO = ROOT / "scenarios" / "engineering" / "hello.yaml"
GOOD = Verdict("SUCCEEDED", "succeeded", "good")
ENDING = Ending(
    title="Ship it",
    verdict=GOOD,
    ms=72_000,
    cost="~$0.031",
    cost_note="in part estimated",
    tokens="12.4k tokens",
    calls="7 calls",
    expected="6 of 6 expectations met",
    answer="Three steps, and each of them can be the last.\n\nThe way back is one line.",
    answer_of="plan",
    parts=(Part("◆", "role:yellow", "CTO", "$0.010", 0.5), Part("■", "role:blue", "Backend Developer", "$0.020", 1.0)),
)
MISSED = replace(
    ENDING,
    verdict=Verdict("NOT AS EXPECTED", "1 of 3 expectations met", "error"),
    expected="1 of 3 expectations met",
    missed=("deploy contains 10 %", "latency under 15m"),
)
SIZES = [(80, 10), (120, 17), (160, 10), (200, 10), (250, 19), (90, 18), (60, 8)]


def card(ending: Ending, width: int = 120, height: int = 17) -> str:
    """The card as it is read."""
    return "\n".join(text(paint_ending(ending, width, height, UNICODE, keys_at(ending))))


def over(outcome: Any = "succeeded", met: tuple[bool, ...] = (), **more: Any) -> History:
    """A run that has come to its end."""
    history = half_way()
    for number, is_met in enumerate(met):
        history.add(ExpectationChecked(number=number, about=f"expectation {number}", met=is_met))
    outputs = history.keep({"plan": "Two tasks. Go."})
    history.add(RunFinished(outcome=outcome, outputs=outputs, expected=all(met), **more))
    return history


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("ending", [ENDING, MISSED], ids=["good", "missed"])
def test_it_tells_what_matters_at_every_size(ending: Ending, width: int, height: int) -> None:
    shown = card(ending, width, height)
    for part in (ending.title, ending.verdict.badge, "1 min 12 s", "~$0.031", "in part estimated", "12.4k tokens",
                 "7 calls", ending.expected, "space shows it again"):  # fmt: skip
        assert part in shown
    if ending is MISSED:
        assert "deploy contains 10 %" in shown


async def test_a_films_last_picture_names_no_keys_because_none_works_there() -> None:
    film = await filmed(read_recording(tour()), Cut(size=(120, 36), pace="brisk", fps=2.0, start="100 %"))
    last = "\n".join("".join(cell.text for cell in row) for row in film.frames[-1].rows)
    assert "The whistle in the drawer" in last
    assert "shows it again" not in last


@pytest.mark.parametrize(("width", "height"), [*SIZES, (20, 4), (5, 3), (1, 1), (300, 60)])
def test_it_has_exactly_its_size(width: int, height: int) -> None:
    for ending in (ENDING, MISSED, Ending("x", GOOD, 0)):
        rows = paint_ending(ending, width, height, UNICODE)
        assert [width_of(row) for row in rows] == [width] * height


def test_what_was_not_met_is_told_by_name_in_colour_and_with_a_mark() -> None:
    rows = paint_ending(MISSED, 120, 17, UNICODE)
    assert "error" in style_at(rows, "✗ 1 of 3 expectations met")
    assert "error" in style_at(rows, "latency under 15m")


def test_of_many_that_were_not_met_the_first_are_named_and_the_others_counted() -> None:
    many = replace(MISSED, missed=tuple(f"thing {number}" for number in range(9)))
    assert "thing 2  and 6 more" in card(many)


def test_it_is_lit_from_below() -> None:
    rows = paint_ending(ENDING, 120, 17, UNICODE)
    lights = [next((span.style[-1] for span in row if "on:light:" in span.style), "0") for row in rows]
    assert lights == sorted(lights)
    assert lights[0] == "0" < lights[-1]


def test_whose_part_was_larger_has_a_longer_bar() -> None:
    rows = card(ENDING).splitlines()
    lengths = [next(row for row in rows if cost in row).strip("┃").count("━") for cost in ("$0.010", "$0.020")]
    assert 0 < lengths[0] < lengths[1]


def test_of_a_crowd_those_who_took_the_most_are_shown() -> None:
    crowd = tuple(Part("●", "role:cyan", f"Agent {number}", "$1", number / 30) for number in range(30))
    shown = card(replace(ENDING, parts=crowd), 120, 17)
    assert "Agent 29" in shown and "Agent 1 " not in shown and "more" in shown


def test_in_ascii_it_says_the_same() -> None:
    parts = tuple(replace(part, glyph=part.name[0]) for part in ENDING.parts)
    rows = text(paint_ending(replace(ENDING, parts=parts), 120, 17, ASCII))
    assert all(row.isascii() for row in rows)
    assert "SUCCEEDED" in rows[0]


# From a show


@pytest.mark.parametrize(
    ("history", "badge", "tone"),
    [
        (over(), "SUCCEEDED", "good"),
        (over(met=(True, True)), "SUCCEEDED", "good"),
        (over(met=(True, False)), "NOT AS EXPECTED", "error"),
        (over("failed"), "FAILED", "error"),
        (over("failed", excused=True), "FAILED", "good"),
        (over("cancelled"), "CANCELLED", "warning"),
        (over("exhausted"), "EXHAUSTED", "error"),
    ],
    ids=["good", "as expected", "not as expected", "failed", "failed as expected", "cancelled", "exhausted"],
)
def test_a_run_is_judged_by_how_it_ended_and_by_what_was_expected(history: History, badge: str, tone: str) -> None:
    verdict = verdict_of(show_of(history).state)
    assert verdict is not None
    assert (verdict.badge, verdict.tone) == (badge, tone)


def test_the_log_does_not_call_good_what_was_not_as_expected() -> None:
    show = show_of(over(met=(True, False, False)))
    line = line_of(show.events[-1], show.state, show.words)
    assert (line.told, line.tone, line.mark) == ("succeeded, 1 of 3 expectations met", "error", "failed")
    assert belongs(show.events[-1], "errors")


def test_an_ending_says_what_the_run_took_and_gave() -> None:
    ending = ending_of(show_of(over(met=(True, False))), UNICODE)
    assert ending is not None
    assert (ending.title, ending.ms, ending.cost, ending.cost_note) == (
        "Ship it", 6_000, "$0.0140", "rehearsed, nothing to pay",
    )  # fmt: skip
    assert (ending.tokens, ending.calls, ending.missed) == ("4,400 tokens", "2 calls", ("expectation 1",))
    assert (ending.answer_of, ending.answer) == ("plan", "Two tasks. Go.")
    assert [(part.name, part.said, part.share) for part in ending.parts] == [
        ("CTO", "$0.0060", pytest.approx(0.75)), ("Backend Developer", "$0.0080", 1.0),
    ]  # fmt: skip


def test_where_nothing_came_out_the_last_words_are_told() -> None:
    history = half_way()
    history.add(RunFinished(outcome="failed", failure=Failure(error="timeout", message="nothing came")))
    ending = ending_of(show_of(history), UNICODE)
    assert ending is not None
    assert (ending.answer_of, ending.answer) == ("last words of Backend Developer", "The API stands.")
    assert ending.because == "timeout: nothing came"


def test_there_is_none_before_the_end_and_nothing_in_it_drives_a_terminal() -> None:
    assert ending_of(show_of(half_way()), UNICODE) is None
    history = begun(cast=(Performer(id="evil", title=ALL),))
    history.ask("plan", "evil", ALL)
    history.add(ExpectationChecked(number=0, about=ALL, met=False))
    failure = Failure(error=ALL, message=ALL)
    history.add(RunFinished(outcome="failed", outputs=history.keep({ALL: ALL}), failure=failure))
    ending = ending_of(show_of(history), UNICODE)
    assert ending is not None
    assert not any(drives_a_terminal(row) for row in text(paint_ending(ending, 120, 20, UNICODE)))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (120, 36), (160, 45), (200, 50), (250, 70)])
def test_it_stands_in_the_place_of_others_and_in_front_of_no_panel(width: int, height: int) -> None:
    arrangement = arrange(width, height, 4, without=("notes", "inspect", "tools"))
    box = box_in(arrangement)
    assert box is not None
    assert all(panel.y + panel.height <= box.y for panel in arrangement.panels)
    assert box.y + box.height <= arrangement.parts["bar"].y


@pytest.mark.parametrize(("width", "height"), [(79, 24), (80, 23), (60, 16), (40, 12)])
def test_on_a_small_screen_there_is_none(width: int, height: int) -> None:
    assert box_in(arrange(width, height, 4)) is None


# On the stage


async def recorded(tmp_path: Path) -> str:
    """A run that is over."""
    run = performed(HELLO, tmp_path / "w.db")
    await run.result()
    return run.id


async def at_the_end(pilot: Any) -> Stage:
    """The stage when everything was seen."""
    stage = await drawn(pilot, 1)
    await until(lambda: stage.show.state.over and not stage.playhead.behind)
    return await drawn(pilot, stage.playhead.head)


@pytest.mark.parametrize("key", ["escape", "comma", "full_stop", "greater_than_sign", "P", "home", "end", "x", "slash"])
async def test_it_is_gone_when_somebody_goes_elsewhere_in_the_run_or_puts_it_away(tmp_path: Path, key: str) -> None:
    source = await source_of(await recorded(tmp_path), tmp_path / "w.db", entrance="now")
    async with staged(source, pace="theatrical", clock=lambda: 0.0) as pilot:
        stage = await at_the_end(pilot)
        assert "space shows it again" in text_of(pilot.app)
        await pilot.press(key)
        await pilot.pause()
        stage.frame()
        await pilot.pause()
        assert pilot.app.screen is stage
        assert "space shows it again" not in text_of(pilot.app)


async def test_whoever_comes_back_to_the_end_sees_it_again(tmp_path: Path) -> None:
    source = await source_of(await recorded(tmp_path), tmp_path / "w.db", entrance="now")
    async with staged(source, pace="theatrical", clock=lambda: 0.0) as pilot:
        stage = await at_the_end(pilot)
        await pilot.press("comma")
        stage.frame()
        await pilot.press("end")
        stage.frame()
        await pilot.pause()
        assert "space shows it again" in text_of(pilot.app)


async def test_space_shows_it_again_also_when_the_audience_stands_still_at_the_end(tmp_path: Path) -> None:
    source = await source_of(await recorded(tmp_path), tmp_path / "w.db", entrance="now")
    async with staged(source, pace="theatrical", clock=lambda: 0.0) as pilot:
        stage = await at_the_end(pilot)
        await pilot.press("comma", "full_stop")
        stage.frame()
        await pilot.press("space")
        stage.frame()
        assert stage.playhead.seen < stage.playhead.head and not stage.playhead.paused


async def test_y_copies_the_answer(tmp_path: Path) -> None:
    source = await source_of(await recorded(tmp_path), tmp_path / "w.db", entrance="now")
    async with staged(source) as pilot:
        stage = await at_the_end(pilot)
        ending = ending_of(stage.show, UNICODE)
        assert ending is not None and ending.answer
        assert stage.copied() == ending.answer


async def test_it_is_the_same_whether_one_was_there_or_came_late(tmp_path: Path) -> None:
    run = performed(HELLO, tmp_path / "w.db")
    async with staged(Here(run)) as pilot:
        stage = await at_the_end(pilot)
        there = ending_of(stage.show, UNICODE)
    async with staged(await source_of(run.id, tmp_path / "w.db", entrance="now")) as pilot:
        stage = await at_the_end(pilot)
        assert ending_of(stage.show, UNICODE) == there
