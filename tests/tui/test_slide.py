"""The slide of the presenter as a picture: the same words at every size, in the middle, lit where somebody acts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.bar import Transport
from app.tui.paint.lane import Flight, Station, Traffic
from app.tui.paint.pool import pool_of
from app.tui.paint.presenter import Doing, Role, Slide, paint_blank, paint_presenter
from app.tui.paint.rows import width_of
from app.tui.widgets.presenter import quote_of
from tui.plays import text

SIZES = ((40, 12), (80, 24), (120, 36), (200, 50))

CTO, QA = Role("◆", "CTO", "role:yellow"), Role("▲", "QA Engineer", "role:magenta")
LANE = Traffic(
    (
        Station("cto", "◆", "CTO", "role:yellow"),
        Station("backend", "■", "Backend", "role:blue"),
        Station("qa", "▲", "QA", "role:magenta"),
    ),
    "cto",
)
SLIDE = Slide(
    acting=CTO,
    coming=QA,
    cue="Q3/6",
    caption="The researcher hands three notes to the critic. Watch the critic: it may refuse.",
    quote="Two of the four sources disagree on the 2024 figure.",
    speaker=CTO,
    lane=LANE,
    doing=(Doing("cto", "speaking", "accent"), Doing("backend", "next", "text"), Doing("qa", "idle", "muted")),
    edge=Transport(played=0.4),
    seconds=107,
    length=180,
    light=1.0,
)


def test_it_fills_any_size_exactly() -> None:
    for width, height in itertools.product((1, 2, 7, 20, 39, 60, 99, 150, 240), (1, 2, 3, 5, 8, 13, 21, 34, 60)):
        rows = paint_presenter(SLIDE, width, height, UNICODE)
        assert len(rows) == height
        assert {width_of(row) for row in rows} == {width}
    assert paint_presenter(SLIDE, 0, 10, UNICODE) == []


def test_no_line_of_a_caption_is_longer_than_films_allow_where_there_is_room() -> None:
    for size in SIZES[1:]:
        lines = text(paint_presenter(SLIDE, *size, UNICODE))
        caption = [line.strip() for line in lines if "researcher hands" in line or "may refuse" in line]
        assert caption and all(len(line) <= 42 for line in caption)


def test_it_looks_as_the_room_sees_it() -> None:
    assert text(paint_presenter(replace(SLIDE, light=0.0), 60, 20, UNICODE)) == [
        "",
        "   ◆ CTO  →  ▲ QA ENGINEER                           Q3/6",
        "",
        "",
        "        The researcher hands three notes to the",
        "        critic. Watch the critic: it may refuse.",
        "",
        "",
        "        “Two of the four sources disagree on the 2024",
        "         figure.”",
        "",
        "",
        "",
        "",
        "    CTO                      Backend                  QA",
        "   ━◆━━───────────────────── ■ ────────────────────── ▲",
        "    speaking                 next                    idle",
        "",
        "   ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂│▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁",
        "                                              1:47 / 3:00",
    ]


@pytest.mark.parametrize(
    ("more", "width", "above"),
    [
        (" of the house", 120, "CTO of the house Backend of the house QA of the house"),
        (" of the house", 40, "CTO of the house Backend QA"),
        ("-in-the-house", 40, ""),
    ],
)
def test_of_the_names_on_the_lane_first_words_stay_and_then_none(more: str, width: int, above: str) -> None:
    stations = tuple(replace(station, name=f"{station.name}{more}") for station in LANE.stations)
    slide = replace(SLIDE, acting=None, lane=replace(LANE, stations=stations))
    lines = text(paint_presenter(slide, width, 24, UNICODE))
    names = next(row for row, below in itertools.pairwise(lines) if "■" in below and "◆" in below)
    assert " ".join(names.split()) == above


def test_no_word_of_a_caption_stands_alone() -> None:
    slide = replace(SLIDE, caption="It is twenty to ten, and somebody has to say yes.", quote="")
    lines = [line.strip() for line in text(paint_presenter(slide, 120, 36, UNICODE))]
    assert "It is twenty to ten, and" in lines and "somebody has to say yes." in lines


@pytest.mark.parametrize("size", SIZES[1:])
def test_what_is_to_be_read_stands_in_the_middle(size: tuple[int, int]) -> None:
    lines = text(paint_presenter(SLIDE, *size, UNICODE))
    caption = [line for line in lines if "researcher hands" in line or "may refuse" in line]
    begin, end = min(len(line) - len(line.lstrip()) for line in caption), max(map(len, caption))
    assert abs((begin + end) / 2 - size[0] / 2) <= 3


def test_words_that_still_come_are_not_closed() -> None:
    lines = "\n".join(text(paint_presenter(replace(SLIDE, quote="Two of the", is_speaking=True), 80, 24, UNICODE)))
    assert "“Two of the" in lines and "”" not in lines


def test_with_ascii_alone_it_says_the_same() -> None:
    lines = "\n".join(text(paint_presenter(SLIDE, 80, 24, ASCII)))
    assert "CTO  >" in lines and "QA ENGINEER" in lines and "speaking" in lines


def test_a_blank_room_sees_a_dot_in_the_corner_at_most() -> None:
    rows = text(paint_blank(80, 24, UNICODE))
    assert (len(rows), "".join(rows).strip()) == (24, "·")
    assert text(paint_blank(2, 2, UNICODE)) == ["", ""]


def test_the_light_is_at_the_feet_of_whoever_acts_and_goes_with_a_handoff() -> None:
    places = {"cto": 10, "backend": 40, "qa": 70}
    pools = [
        pool_of(replace(LANE, flights=flights), places, 5, 15, 1.0)
        for flights in (
            (),
            (Flight("cto", "qa", "", "lift", 0.5),),
            (Flight("cto", "qa", "", "move", 0.5),),
            (Flight("cto", "qa", "", "land", 0.5),),
        )
    ]
    assert [pool.middle for pool in pools if pool] == [10, 10, 40, 70]
    pool = pools[0]
    assert pool is not None
    assert [pool.level(10, above) for above in range(7)] == sorted((pool.level(10, n) for n in range(7)), reverse=True)
    assert [pool.level(cell, 0) for cell in (10, 18, 24, 30)] == [4, 3, 1, 0]


def test_at_rest_the_stage_is_dark() -> None:
    assert pool_of(LANE, {"cto": 1}, 5, 15, 0.0) is None
    assert pool_of(replace(LANE, lit=""), {"cto": 1}, 5, 15, 1.0) is None


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("Ship it. Then rest.", "Ship it."),
        ('{"risk": 3, "backend": "Keep one preference. Safe to repeat."}', "Keep one preference."),
        ('{"risk": 3, "backend": "Keep one pref', "Keep one pref"),
        ('{"risk": 3}', ""),
        ("## Findings\n\n- **Flash** of white", "Findings Flash of white"),
        ("", ""),
        ("a" * 200, "a" * 90 + "…"),
    ],
)
def test_of_what_is_said_the_room_reads_the_first_sentence(said: str, quote: str) -> None:
    assert quote_of(said) == quote
