"""A cast shows in any terminal what the film shows, and names every cue."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyte
import pytest

from app.export.cast import cast
from app.export.film import Film, Frame, Mark
from app.export.picture.cells import Cell, Look
from corpus.films import by_hand, row_of, sprint

SMALL = {"size": (80, 24), "end": "Q2"}


def told(film: Film, version: int = 2) -> tuple[dict[str, Any], list[list[Any]]]:
    """The head of the file, and its events."""
    head, *events = [json.loads(line) for line in cast(film, version=version).splitlines()]
    return head, events


def assert_same(screen: pyte.Screen, frame: Frame, film: Film) -> None:
    """What a terminal shows is the frame, cell by cell, as far as anybody can see."""
    for y, row in enumerate(frame.rows):
        for x, cell in enumerate(row):
            shown = screen.buffer[y][x]
            assert (shown.data, f"#{shown.bg}") == (cell.text, cell.look.ground or film.colours.ground), (
                y,
                x,
                frame.at,
            )
            if cell.text.strip():
                seen = (f"#{shown.fg}", shown.bold, shown.italics, shown.underscore, shown.strikethrough)
                look = cell.look
                assert seen == (look.colour, look.bold, look.italic, look.underline, look.strike), (y, x, frame.at)


def assert_plays(film: Film) -> None:
    """After every event of the file a terminal shows the frame of that moment."""
    screen = pyte.Screen(*film.size)
    stream = pyte.Stream(screen)
    frames = {round(frame.at, 3): frame for frame in film.frames}
    for at, code, text in told(film)[1]:
        if code == "o":
            stream.feed(text)
            if at in frames:
                assert_same(screen, frames.pop(at), film)
    assert not frames
    assert screen.cursor.hidden


async def test_a_terminal_shows_every_frame_as_it_is() -> None:
    assert_plays(await sprint(**SMALL))


def test_wide_characters_styles_and_grounds_come_and_go() -> None:
    plain, loud = Look("#ede5d9"), Look("#ff0000", "#00ff00", bold=True, italic=True, underline=True, strike=True)
    screens = [
        (row_of("日本 語", 12), row_of("abc", 12, loud)),
        (row_of("a日本 b", 12), row_of("ab", 12, plain)),
        (row_of("日", 12, loud), tuple(Cell(" ", replace(loud, colour="#123456")) for _ in range(12))),
        (row_of("x", 12), row_of("  日本", 12)),
    ]
    frames = tuple(Frame(float(at), rows) for at, rows in enumerate(screens))
    assert_plays(replace(by_hand(("a" * 12, "b" * 12)), frames=frames, seconds=4.0))


def test_only_what_changes_is_written() -> None:
    film = by_hand(("one two three", "the same"), ("one 222 three", "the same"))
    assert [text for _, code, text in told(film)[1] if code == "o"][1] == "\x1b[1;5H222"


async def test_the_head_names_the_size_the_title_and_the_colours_and_nothing_of_the_machine() -> None:
    film = await sprint(**SMALL)
    second, third = told(film)[0], told(film, version=3)[0]
    theme = {"fg": "#ede5d9", "bg": "#13100d"}
    assert second.pop("theme").items() >= theme.items()
    assert second == {
        "version": 2, "width": 80, "height": 24, "title": "Ship a feature in one sprint", "idle_time_limit": 2.0,
        "env": {"TERM": "xterm-256color"},
    }  # fmt: skip
    assert third["term"].pop("theme").items() >= theme.items()
    assert third == {
        "version": 3, "term": {"cols": 80, "rows": 24, "type": "xterm-256color"},
        "title": "Ship a feature in one sprint", "idle_time_limit": 2.0,
    }  # fmt: skip


async def test_version_3_tells_the_same_in_intervals() -> None:
    film = await sprint(**SMALL)
    now = 0.0
    for (at, *second), (interval, *third) in zip(told(film)[1], told(film, version=3)[1], strict=True):
        now += interval
        assert (second, at) == (third, pytest.approx(now))


def test_every_cue_is_a_marker_that_comes_when_it_can_be_seen() -> None:
    marks = (Mark(1.0, "the veto", "cue", "Q3"), Mark(1.0, "a → b", "handoff"), Mark(1.5, "", "cue", "Q4"))
    events = told(by_hand(("one",), ("two",), marks=marks))[1]
    assert [(at, code, text) for at, code, text in events if code == "m"] == [
        (1.0, "m", "Q3 the veto"),
        (1.5, "m", "Q4"),
    ]
    assert [code for _, code, _ in events] == ["o", "o", "m", "m", "o"]


def test_it_lasts_as_long_as_the_film() -> None:
    assert told(by_hand(("one",), seconds=4.5))[1][-1] == [4.5, "o", ""]
