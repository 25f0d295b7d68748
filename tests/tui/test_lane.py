"""The lane: light that lifts, moves and lands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.events import Handoff
from app.playback.beats import Beat
from app.playback.playhead import Playhead
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.lane import Flight, Phase, Station, Traffic, Wait, eased, paint_lane
from app.tui.paint.rows import width_of
from app.tui.rates import Waits
from app.tui.widgets.lane import Lane, gist, traffic_of
from corpus.probes import ALL, drives_a_terminal
from tui.bare import BareHouse, opened, text_of
from tui.plays import begun, half_way, show_of, style_at, styles, text
from tui.staging import performed
from tui.telling import in_order

CAST = tuple(
    Station(id, glyph, name, f"role:{colour}")
    for id, glyph, name, colour in (
        ("cto", "◆", "CTO", "yellow"),
        ("backend", "■", "Backend Developer", "blue"),
        ("frontend", "●", "Frontend Developer", "cyan"),
        ("qa", "▲", "QA Engineer", "magenta"),
    )
)
PASSED = (Flight("cto", "backend", "Two tasks"), Flight("backend", "qa", "The API stands"))
REST = Traffic(
    CAST,
    "backend",
    passed=(*PASSED, Flight("cto", "qa", "a long text that has to be cut somewhere")),
    count=3,
    wait=Wait(800, 2_100, 4_400, "qa"),
)
LIT, DARK = "━", "─"


def flying(phase: Phase, progress: float, giver: str = "cto", taker: str = "frontend") -> Traffic:
    """One handoff on its way."""
    return replace(REST, flights=(Flight(giver, taker, "notes, 3 items", phase, progress),))


def rail(traffic: Traffic, width: int = 120) -> str:
    """The way, without the box around it."""
    return text(paint_lane(traffic, width, 7, UNICODE))[2].strip("│")


def test_at_rest_the_light_is_at_the_foot_of_whoever_acts() -> None:
    names, way = text(paint_lane(REST, 120, 7, UNICODE))[1:3]
    at = names.index("■")
    assert way[at - 2 : at + 3] == "━━┼━━"
    assert way.count(LIT) == 4


def test_first_the_light_lifts_where_it_is() -> None:
    assert rail(flying("lift", 0.1)).count(LIT) < rail(flying("lift", 1.0)).count(LIT) <= 4
    assert "▸" not in rail(flying("lift", 1.0))


def test_then_its_head_moves_and_never_back() -> None:
    heads = [rail(flying("move", step / 10)).index("▸") for step in range(11)]
    assert heads == sorted(heads)
    assert heads[0] < heads[-1]


def test_it_lands_when_its_tail_arrives() -> None:
    lengths = [rail(flying("land", step / 10)).count(LIT) for step in range(11)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] == 0
    assert rail(flying("land", 1.0)).index("▸") == rail(flying("move", 1.0)).index("▸")


def test_who_takes_is_lit_only_when_it_lands() -> None:
    moving, landing = (paint_lane(flying(phase, 0.6), 120, 7, UNICODE)[2] for phase in ("move", "land"))
    stops = [[span.style for span in row if "┼" in span.text] for row in (moving, landing)]
    assert stops[0] != stops[1]


def test_work_that_goes_back_points_the_other_way() -> None:
    way = rail(flying("move", 1.0, "qa", "cto"))
    assert "◂" in way and "▸" not in way
    assert way.index("◂") < way.index(LIT)


def test_who_is_asked_not_to_see_motion_sees_the_arrow_whole_all_the_time() -> None:
    phases: tuple[tuple[Phase, float], ...] = (("lift", 0.0), ("move", 0.3), ("land", 0.9))
    ways = {rail(replace(flying(phase, progress), moves=False)) for phase, progress in phases}
    assert len(ways) == 1
    assert "▸" in ways.pop()


def test_motion_is_slow_at_both_ends() -> None:
    assert (eased(0), eased(0.5), eased(1)) == (0, 0.5, 1)
    assert eased(0.1) < 0.1 < 0.9 < eased(0.9)
    assert (eased(-1), eased(2)) == (0, 1)


def test_three_are_drawn_at_once_and_the_others_counted() -> None:
    flights = tuple(Flight("cto", "qa", f"part {number}") for number in range(5))
    shown = "\n".join(text(paint_lane(replace(REST, flights=flights), 120, 7, UNICODE)))
    assert "part 0" in shown and "part 2" in shown
    assert "part 3" not in shown
    assert "+2" in shown


def test_what_is_handed_over_stands_below_who_gives_it() -> None:
    rows = text(paint_lane(flying("move", 0.5, "frontend", "qa"), 120, 7, UNICODE))
    assert rows[3].index("╰─ notes, 3 items") == rows[1].index("●")


def test_a_text_that_would_not_fit_there_begins_further_left() -> None:
    long = replace(REST, flights=(Flight("frontend", "qa", "a" * 70),))
    assert "a" * 70 in text(paint_lane(long, 120, 7, UNICODE))[3]


def test_the_last_ones_are_told_and_the_latest_is_never_left_out() -> None:
    many = tuple(Flight("cto", "qa", f"something number {number}") for number in range(12))
    for width in (60, 80, 120, 200):
        told = text(paint_lane(replace(REST, passed=many), width, 7, UNICODE))[4]
        assert "number 11" in told


def test_waits_name_whoever_was_waited_for_the_longest() -> None:
    assert "first token  p50 800 ms   p95 2.1 s   longest ▲ 4.4 s" in text(paint_lane(REST, 120, 7, UNICODE))[5]


def test_on_one_row_everybody_stands_on_the_way_itself() -> None:
    (row,) = text(paint_lane(flying("move", 1.0), 80, 1, UNICODE))
    assert [row.index(glyph) for glyph in "◆■●▲"] == sorted(row.index(glyph) for glyph in "◆■●▲")
    assert "◆ → ●" in row and "notes, 3 items" in row


def test_more_agents_than_fit_are_folded_and_those_involved_lately_stay() -> None:
    crowd = tuple(Station(f"a{number}", chr(65 + number), f"Agent {number}", "role:cyan") for number in range(26))
    traffic = Traffic(crowd, "a25", passed=(Flight("a19", "a23", "x"),), count=1)
    (row,) = text(paint_lane(traffic, 80, 1, UNICODE))
    assert all(glyph in row for glyph in "ZTX")
    assert "+" in row


def test_names_give_way_to_their_first_words_and_these_to_glyphs_alone() -> None:
    wide, narrow, narrowest = (text(paint_lane(REST, width, 7, UNICODE))[1] for width in (120, 60, 30))
    assert "Backend Developer" in wide
    assert "Backend" in narrow and "Developer" not in narrow and "backend" not in narrow
    assert "Backend" not in narrowest and "■" in narrowest


def test_a_name_on_the_way_is_never_half_a_word() -> None:
    names = ("Performance Monitor", "Customer Support", "Customer Success", "Integration")
    crowd = tuple(Station(name, name[0], name, "role:cyan") for name in names)
    row = text(paint_lane(Traffic(crowd, names[0]), 64, 7, UNICODE))[1]
    assert in_order(["P Monitor", "C Support", "C Success", "I Integration"], row)
    assert not any("…" in text(paint_lane(Traffic(crowd, names[0]), width, 7, UNICODE))[1] for width in range(24, 120))


def test_while_the_first_handoff_moves_nobody_says_that_there_was_none() -> None:
    first = replace(flying("move", 0.5), passed=(), count=1)
    shown = "\n".join(text(paint_lane(first, 120, 7, UNICODE)))
    assert "1 in all" in shown and "the first is on its way" in shown and "nothing was handed over" not in shown


@pytest.mark.parametrize("width", [1, 5, 23, 24, 40, 80, 120, 200, 500])
@pytest.mark.parametrize("height", [0, 1, 2, 3, 4, 7, 12])
@pytest.mark.parametrize(
    "traffic",
    [
        Traffic(),
        Traffic(CAST[:1], "cto", (Flight("cto", "cto", "to myself"),)),
        REST,
        flying("move", 0.4),
        Traffic(CAST, "nobody", (Flight("nobody", "cto", "x"), Flight("cto", "nowhere", "y"))),
    ],
    ids=["empty", "to oneself", "at rest", "moving", "strangers"],
)
def test_it_fits_wherever_it_stands(traffic: Traffic, width: int, height: int) -> None:
    rows = paint_lane(traffic, width, height, UNICODE)
    assert len(rows) <= height
    assert all(width_of(row) <= width for row in rows if height >= 4 and width >= 24)


def test_in_ascii_it_says_the_same() -> None:
    letters = tuple(replace(station, glyph=station.name[0]) for station in CAST)
    rows = text(paint_lane(replace(flying("move", 1.0, "qa", "cto"), stations=letters), 120, 7, ASCII))
    assert all(row.isascii() for row in rows)
    assert "<=" in rows[2]


def test_where_there_is_no_colour_the_light_is_a_heavier_line() -> None:
    assert LIT in rail(REST) and DARK in rail(REST)
    assert {"accent", "bold", "on:light:3"} <= styles(paint_lane(REST, 120, 7, UNICODE))


def test_names_that_would_drive_a_terminal_do_not() -> None:
    stations = (Station(f"a{ALL}", "◆", "x" * 90, "role:cyan"), *CAST)
    traffic = replace(
        REST, stations=stations, flights=(Flight(f"a{ALL}", "qa", "x"),), passed=(Flight(ALL, "qa", "y"),)
    )
    for width in (80, 120):
        assert not any(drives_a_terminal(row) for row in text(paint_lane(traffic, width, 7, UNICODE)))


# From a show


def test_beats_of_a_show_are_what_flies() -> None:
    show = show_of(half_way())
    handoff = next(event for event in show.events if isinstance(event, Handoff))
    traffic = traffic_of(show, [(Beat("handoff-move", handoff, 0.6), 0.4)], Waits(), UNICODE)
    assert traffic.flights == (Flight("cto", "backend", "Two tasks, one contract", "move", 0.4),)
    assert traffic.passed == ()
    assert traffic.lit == "backend"


def test_when_nothing_is_shown_everything_was_handed_over() -> None:
    traffic = traffic_of(show_of(half_way()), [], Waits(), UNICODE)
    assert (traffic.flights, len(traffic.passed), traffic.count) == ((), 1, 1)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Two\ntasks", "Two tasks"),
        ([1, 2, 3], "3 items"),
        ([1], "1 item"),
        ({"claim": 1, "source": 2}, "claim, source"),
        ("[not json", "[not json"),
        ("", "plan"),
        (None, "plan"),
    ],
)
def test_what_was_handed_over_is_told_in_a_few_words(value: object, told: str) -> None:
    history = begun()
    handoff = history.add(Handoff(giver="cto", taker="qa", source="plan", summary=history.keep(value)))
    assert gist(show_of(history), handoff) == told


async def test_on_the_stage_it_follows_a_real_run(tmp_path: Path) -> None:
    run = performed("feature-sprint", tmp_path / "workspace.db")
    await run.result()
    now = [0.0]
    from app.playback.show import Show

    show = Show(run.value)
    playhead = Playhead(show, "theatrical", clock=lambda: now[0])
    for event in run.events:
        playhead.feed(event)
    lane = Lane(show, playhead)
    house = BareHouse(lane)
    async with opened(house, (100, 20)) as pilot:
        lane.styles.height = 7
        heads = set()
        while playhead.seen < 16:
            now[0] += 0.2
            playhead.advance()
            lane.redraw()
            await pilot.pause()
            heads |= {row.index("▸") for row in text_of(house).splitlines() if "━▸" in row}
        assert len(heads) > 3
        assert "HANDOFFS" in text_of(house)
        assert house.mishaps == []


def test_the_light_of_who_gives_stands_in_the_colour_of_the_house() -> None:
    assert "accent" in style_at(paint_lane(flying("move", 1.0), 120, 7, UNICODE)[2:3], LIT)
