"""The first line: what is shown, and where one is."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from app.events import RunFinished, RunPaused, StepStarted
from app.playback.show import Show
from app.tui.intake import Intake
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.head import Heading, app_bar, place_at, title_line
from app.tui.paint.rows import width_of
from app.tui.verdict import Verdict
from app.tui.widgets.head import PLACES, AppBar, Head, badges_of, heading_of
from corpus.probes import ALL, drives_a_terminal
from tui.bare import BareHouse, opened, text_of
from tui.plays import begun, half_way, show_of, style_at, text

HEADING = Heading(
    "feature-sprint", "8F2C", ("REHEARSAL", "recorded", "private"), "theatrical", 1.0, cue="Q3", seconds=107, lag=0.0
)


def line(heading: Heading, width: int) -> str:
    """The row."""
    return text([title_line(heading, width, UNICODE)])[0]


def test_with_enough_room_it_says_everything() -> None:
    said = line(HEADING, 120)
    assert said.startswith(" » feature-sprint · 8F2C   REHEARSAL  · recorded · private")
    assert said.endswith("▸ theatrical 1.0×  Q3   1:47  lag 0.0 s")


def test_at_eighty_the_mark_of_what_is_private_and_the_pace_are_still_there() -> None:
    said = line(HEADING, 80)
    for part in ("feature-sprint", "REHEARSAL", "private", "theatrical 1.0×", "1:47"):
        assert part in said
    assert "recorded" not in said


@pytest.mark.parametrize("width", [10, 20, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("title", ["x", "feature-sprint", "a very long name of a scenario " * 8])
def test_it_has_exactly_its_width(width: int, title: str) -> None:
    assert width_of(title_line(replace(HEADING, title=title), width, UNICODE)) == width


def test_when_the_audience_pauses_the_sign_says_so() -> None:
    assert "║ theatrical" in line(replace(HEADING, is_playing=False), 120)


def test_a_run_that_does_not_go_on_by_itself_has_no_lag() -> None:
    assert "lag" not in line(replace(HEADING, lag=None), 120)


def test_a_badge_is_found_by_its_colour_and_says_it_in_a_word() -> None:
    verdict = Verdict("INTERRUPTED", "interrupted", "error", is_stopped=True)
    row = title_line(replace(HEADING, badges=("LIVE",), verdict=verdict), 120, UNICODE)
    assert "good" in style_at([row], "LIVE")
    assert "error" in style_at([row], "║ INTERRUPTED")


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "exhausted", "succeeded"])
@pytest.mark.parametrize("width", [80, 120])
def test_how_a_run_ended_stands_beside_its_title(outcome: Any, width: int) -> None:
    history = half_way()
    history.add(RunFinished(outcome=outcome))
    show = show_of(history)
    assert outcome.upper() in line(heading_of(show, Intake(show), source("nowhere", outcome)), width)


def test_in_ascii_both_lines_say_the_same() -> None:
    rows = text([title_line(HEADING, 120, ASCII), app_bar(PLACES, "runs", 120, ASCII)])
    assert all(row.isascii() for row in rows)
    assert "FOOTLIGHTS" in rows[1]


# The bar of the places


def test_the_house_has_a_wordmark_and_its_places() -> None:
    said = text([app_bar(PLACES, "home", 80, UNICODE)])[0]
    assert said == " ▁▂▃ FOOTLIGHTS    Home  Runs  Cast  Models  Inbox  Batches"


def test_the_place_where_one_is_is_marked_without_colour_too() -> None:
    row = app_bar(PLACES, "cast", 80, UNICODE)
    assert {"bold", "underline"} <= set(style_at([row], "Cast").split())
    assert "underline" not in style_at([row], "Runs")


def test_questions_that_wait_are_counted_beside_the_inbox() -> None:
    assert "Inbox 3" in text([app_bar(PLACES, "home", 80, UNICODE, waiting=3)])[0]


@pytest.mark.parametrize("waiting", [0, 3])
def test_every_place_is_found_under_its_own_name(waiting: int) -> None:
    said = text([app_bar(PLACES, "home", 80, UNICODE, waiting=waiting)])[0]
    for name, called in PLACES:
        assert place_at(PLACES, "home", said.index(called), 80, waiting=waiting) == name
    assert place_at(PLACES, "home", 2, 80) == place_at(PLACES, "home", 79, 80) == ""


@pytest.mark.parametrize(("current", "called"), PLACES)
@pytest.mark.parametrize("width", [16, 24, 32, 40])
def test_however_narrow_it_is_the_place_where_one_is_is_seen_and_found(width: int, current: str, called: str) -> None:
    row = app_bar(PLACES, current, width, UNICODE, waiting=3)
    said = text([row])[0]
    assert called in said
    assert place_at(PLACES, current, said.index(called), width, waiting=3) == current
    assert said.count("…") == sum(edge not in said for edge in ("Home", "Batches"))


@pytest.mark.parametrize("width", [10, 20, 40, 60, 200])
def test_a_narrow_bar_has_the_places_that_fit(width: int) -> None:
    assert width_of(app_bar(PLACES, "home", width, UNICODE)) == width


# Over a show


def source(performed: str = "here", status: str = "running", title: str = "", came_from: str = "") -> Any:
    """Where a run comes from."""
    came_from = came_from or performed
    return SimpleNamespace(
        performed=performed, came_from=came_from, status=status, title=title, run="01K7GOLDEN0000000000008F2C"
    )


@pytest.mark.parametrize(
    ("mode", "performed", "status", "badges"),
    [
        ("rehearsal", "here", "running", ("REHEARSAL",)),
        ("live", "here", "running", ("LIVE",)),
        ("live", "elsewhere", "running", ("ATTACHED",)),
        ("rehearsal", "elsewhere", "running", ("REHEARSAL", "ATTACHED")),
        ("live", "nowhere", "succeeded", ("RECORDED",)),
        ("rehearsal", "nowhere", "succeeded", ("REHEARSAL", "recorded")),
        ("cassette", "here", "running", ("CASSETTE",)),
        ("cassette", "nowhere", "succeeded", ("CASSETTE", "recorded")),
    ],
)
def test_badges_say_whether_it_is_real_and_whether_it_is_now(
    mode: str, performed: str, status: str, badges: tuple[str, ...]
) -> None:
    show = show_of(begun(mode=mode))
    assert badges_of(show, Intake(show), source(performed, status)) == badges


def test_a_cassette_beside_which_models_are_asked_says_whose() -> None:
    show = show_of(begun(mode="cassette", settings={"live": ["cto", "qa"]}))
    assert badges_of(show, Intake(show), source()) == ("CASSETTE", "cto, qa live")
    show = show_of(begun(mode="cassette", settings={"record": "tape.jsonl"}))
    assert badges_of(show, Intake(show), source()) == ("CASSETTE", "models are asked what it lacks")


@pytest.mark.parametrize("performed", ["here", "nowhere"])
def test_what_kind_of_run_it_is_does_not_depend_on_where_the_audience_is(performed: str) -> None:
    show = Show((history := half_way()).value)
    playhead = Intake(show)
    for event in history.events:
        playhead.feed(event)
    at_the_beginning = heading_of(show, playhead, source(performed, title="elsewhere"))
    playhead.to_head()
    later = heading_of(show, playhead, source(performed))
    assert (at_the_beginning.title, at_the_beginning.badges) == (later.title, later.badges)
    assert "REHEARSAL" in later.badges
    playhead.to_start()
    assert heading_of(show, playhead, source(performed)).badges == later.badges


def test_what_was_performed_here_stays_so_while_its_audience_is_still_in_the_middle() -> None:
    history = half_way()
    show = Show(history.value)
    playhead = Intake(show)
    for event in history.events:
        playhead.feed(event)
    playhead.seek(5)
    show.start.mode = "live"  # type: ignore[union-attr]
    badges = badges_of(show, playhead, source("nowhere", "succeeded", came_from="here"))
    assert badges == ("LIVE", f"performed, you are at 5 of {len(history.events)}")
    playhead.to_head()
    assert badges_of(show, playhead, source("nowhere", "succeeded", came_from="here"))[-1] == "LIVE"


def test_a_paused_and_a_private_run_say_so() -> None:
    history = begun(private=True)
    history.add(RunPaused(reason="person"))
    show = show_of(history)
    said = line(heading_of(show, Intake(show), source()), 120)
    assert "REHEARSAL" in said and "PAUSED" in said and "private" in said


def test_of_a_run_whose_performer_is_gone_the_head_says_so() -> None:
    show = show_of(half_way())
    assert "INTERRUPTED" in line(heading_of(show, Intake(show), source("nowhere", "interrupted")), 120)


def test_the_line_is_made_of_what_was_seen() -> None:
    history = half_way()
    history.add(StepStarted(step="verdict", of="agent", cue="Q3"))
    show = Show(history.value)
    playhead = Intake(show, "brisk")
    for event in history.events:
        playhead.feed(event)
    playhead.to_head()
    heading = heading_of(show, playhead, source())
    assert (heading.title, heading.run, heading.cue, heading.seconds) == ("feature-sprint", "8F2C", "Q3", 6.0)
    assert heading.pace == "brisk"


def test_before_the_first_event_the_title_is_what_the_archive_says_and_cannot_drive_a_terminal() -> None:
    from corpus.histories import History

    show = show_of(History())
    heading = heading_of(show, Intake(show), source(title=f"evil {ALL}"))
    assert heading.title.startswith("evil")
    assert not drives_a_terminal(heading.title)


async def test_both_lines_are_drawn_on_a_screen() -> None:
    show = show_of(half_way())
    house = BareHouse(AppBar("runs"), Head(show, Intake(show), source()))
    async with opened(house, (100, 10)):
        assert "FOOTLIGHTS" in text_of(house)
        assert "REHEARSAL" in text_of(house)
        assert house.mishaps == []
