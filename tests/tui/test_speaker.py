"""The speaker's view: notes, standby, the talk clock; what its keys ask for, and how it looks when nobody presents."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from app.tui.app import Opening, Theatre
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.opening import followed
from app.tui.paint.rows import width_of
from app.tui.paint.speaker import Desk, paint_speaker, pressed
from app.tui.podium import Line, Order, Podium, Prompt, podium_of
from app.tui.remembered import Remembered
from tui.bare import text_of
from tui.plays import text
from tui.staging import until
from tui.test_presenter import talk

SIZES = ((60, 16), (80, 24), (120, 36), (200, 50))
NOTES = "Say: three notes, one is shaky.\nAsk which one the room would doubt."
WHERE = Prompt(
    title="Who is sure enough",
    run="4KXZ9Q2M",
    cue=Line("Q3", "notes handed over", "The researcher hands three notes on.", NOTES, "holds"),
    standby=Line("Q4", "critic veto", "", "Say: this is where it argues.", "holds the engine", 22),
    later=(Line("Q5", "second draft", does="brisk"), Line("Q5.5", "cost so far"), Line("Q6", "bow", does="blank")),
    now=107,
    length=180,
    talk=430,
    planned=720,
    pace="keynote",
    live=True,
    ahead=4,
    viewers=14,
)


def but(**more: Any) -> Prompt:
    return msgspec.structs.replace(WHERE, **more)


def seen(prompt: Prompt | None = WHERE, size: tuple[int, int] = (80, 23), *, is_there: bool = True) -> str:
    return "\n".join(text(paint_speaker(Desk(prompt, is_there), *size, UNICODE)))


# The picture


def test_it_shows_what_to_say_now_what_comes_and_how_the_house_stands() -> None:
    assert text(paint_speaker(Desk(WHERE, True), 80, 21, UNICODE)) == [
        " SPEAKER  Who is sure enough         ▸ 1.0×   talk 7:10 of 12:00  on time +0:02",
        "┏━ NOW  Q3  notes handed over ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓",
        "┃                                                                              ┃",
        "┃   Say: three notes, one is shaky.                                            ┃",
        "┃   Ask which one the room would doubt.                                        ┃",
        "┃                                                                              ┃",
        "┃   the room reads  The researcher hands three notes on.                       ┃",
        "┃                                                                              ┃",
        "┃   goes on, the next cue in 22 s                                              ┃",
        "┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛",
        "╭─ STANDBY  Q4  critic veto ───────────────────────────────────────── in 22 s ─╮",
        "│ Holds the engine until GO                                                    │",
        "│ Say: this is where it argues.                                                │",
        "╰──────────────────────────────────────────────────────────────────────────────╯",
        "╭─ LATER ──────────────────────────────────────╮╭─ HOUSE ──────────────────────╮",
        "│ Q5    second draft                     brisk ││ room     sees the show       │",
        "│ Q5.5  cost so far                            ││ show     1:47 of 3:00        │",
        "│ Q6    bow                              blank ││ pace     keynote             │",
        "│                                              ││ engine   running, 4 ahead    │",
        "│                                              ││ viewers  14                  │",
        "╰──────────────────────────────────────────────╯╰──────────────────────────────╯",
    ]


@pytest.mark.parametrize("size", SIZES)
def test_notes_standby_and_clock_are_there_at_every_size(size: tuple[int, int]) -> None:
    lines = seen(size=(size[0], size[1] - 1))
    for words in ("three notes, one is shaky", "would doubt", "critic veto", "engine until GO", "talk 7:10", "1:47 of"):
        assert words in lines


def test_it_fills_any_size_exactly() -> None:
    prompts = (None, Prompt(), WHERE, but(cue=None, standby=None, later=()), but(cue=Line("Q1", notes="word " * 900)))
    sizes = itertools.product((1, 5, 20, 31, 60, 80, 109, 110, 200), (1, 2, 4, 7, 11, 15, 19, 23, 49))
    for (width, height), prompt in itertools.product(sizes, prompts):
        for glyphs in (UNICODE, ASCII):
            rows = paint_speaker(Desk(prompt, True), width, height, glyphs)
            assert len(rows) == height
            assert {width_of(row) for row in rows} == {width}


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        (but(talk=430), "on time +0:02"),
        (but(talk=420), "on time -0:08"),
        (but(talk=500), "late 1:12"),
        (but(talk=300), "early 2:08"),
        (but(talk=800), "over by 1:20"),
        (but(talk=430, length=0), "4:50 left"),
        (but(talk=-1), "12:00 planned"),
        (but(planned=0), ""),
    ],
)
def test_the_talk_is_held_against_its_clock_and_the_show(prompt: Prompt, says: str) -> None:
    assert pressed(prompt)[0] == says


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        (but(standing=True), "holds until GO"),
        (but(paused=True), "paused  GO goes on"),
        (but(blank=True, standing=True), "the room sees nothing  GO or b shows it again"),
        (but(asks=True), "a question waits for a person: answer it on the stage"),
        (but(talk=-1, paused=True), "ready  the first GO begins the talk"),
        (but(over=True, standby=None), "the show is over"),
        (but(standby=None), "nothing comes after this"),
        (but(held=True), "held"),
        (but(locked=True), "locked there"),
        (but(cue=Line("Q1", "x")), "no notes"),
        (but(cue=None), "before the first cue"),
    ],
)
def test_what_stands_in_the_way_is_said(prompt: Prompt, says: str) -> None:
    assert says in seen(prompt)


def test_long_notes_say_how_much_more_there_is_and_can_be_read_on() -> None:
    long = but(cue=Line("Q3", "x", notes="\n".join(f"line {number}" for number in range(40))))
    assert "more lines: j" in seen(long)
    read_on = "\n".join(text(paint_speaker(Desk(long, True, 99), 80, 23, UNICODE)))
    assert "line 39" in read_on and "line 3\n" not in read_on


# The app


@dataclass
class Lookout:
    """A speaker's terminal, and the presenter it follows."""

    house: Theatre
    pilot: Pilot[Any]
    podium: Podium
    orders: list[Order]

    async def shows(self, *words: str) -> None:
        await until(lambda: all(each in text_of(self.house) for each in words), f"{words}")


@asynccontextmanager
async def following(tmp_path: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Lookout]:
    path = podium_of("run", tmp_path / "w.db")
    orders: list[Order] = []
    podium = Podium(path, orders.append)
    await podium.open()
    house = Theatre(Opening(then=followed(path), workspace=tmp_path / "w.db", remembered=Remembered()))
    async with house.run_test(size=size, notifications=True) as pilot:
        await until(lambda: podium.speakers == 1)
        try:
            yield Lookout(house, pilot, podium, orders)
        finally:
            await podium.close()


async def test_it_follows_the_presenter(tmp_path: Path) -> None:
    async with following(tmp_path) as speaker:
        speaker.podium.publish(WHERE)
        await speaker.shows("notes handed over", "space GO")
        speaker.podium.publish(but(cue=Line("Q4", "critic veto", notes="Now.")))
        await speaker.shows("NOW  Q4  critic veto", "Now.")


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        (("space",), Order("go")),
        (("pagedown",), Order("go")),
        (("n",), Order("go")),
        (("pageup",), Order("back")),
        (("p",), Order("back")),
        (("b",), Order("blank")),
        (("full_stop",), Order("blank")),
        (("H",), Order("hold")),
        (("L",), Order("lock")),
        (("g", "Q", "3", "enter"), Order("goto", "Q3")),
    ],
)
async def test_its_keys_ask_the_presenter(keys: tuple[str, ...], order: Order, tmp_path: Path) -> None:
    async with following(tmp_path) as speaker:
        await until(lambda: speaker.house.screen.lectern._presenter is not None)  # type: ignore[attr-defined]
        await speaker.pilot.press(*keys)
        await until(lambda: speaker.orders == [order])


async def test_words_that_name_no_moment_are_not_sent(tmp_path: Path) -> None:
    async with following(tmp_path) as speaker:
        await speaker.pilot.press("g", *"soon", "enter")
        await speaker.shows("is no moment of a show")
        assert speaker.orders == []


async def test_notes_are_read_on_and_begin_anew_with_the_next_cue(tmp_path: Path) -> None:
    async with following(tmp_path) as speaker:
        speaker.podium.publish(but(cue=Line("Q3", "x", notes="\n".join(f"line {number}." for number in range(60)))))
        await speaker.shows("line 0.")
        await speaker.pilot.press(*["j"] * 5)
        await speaker.shows("line 8.")
        assert "line 0." not in text_of(speaker.house)
        await speaker.pilot.press(*["up"] * 9)
        await speaker.shows("line 0.")
        await speaker.pilot.press(*["j"] * 5)
        speaker.podium.publish(but(cue=Line("Q4", "y", notes="first\nsecond")))
        await speaker.shows("first")


async def test_when_the_presenter_ends_it_says_so_and_waits(tmp_path: Path) -> None:
    async with following(tmp_path) as speaker:
        speaker.podium.publish(WHERE)
        await speaker.shows("notes handed over")
        await speaker.podium.close()
        await speaker.shows("the presenter has gone; this view waits for it to come back", "three notes")
        await speaker.pilot.press("space")
        await speaker.shows("there is no presenter now")
        again = Podium(speaker.podium.path, speaker.orders.append)
        await again.open()
        again.publish(but(title="And again"))
        await speaker.shows("And again")
        assert "has gone" not in text_of(speaker.house)
        await again.close()


async def test_before_anybody_presents_it_says_what_it_waits_for(tmp_path: Path) -> None:
    path = podium_of("run", tmp_path / "w.db")
    house = Theatre(Opening(then=followed(path), workspace=tmp_path / "w.db", remembered=Remembered()))
    async with house.run_test(size=(80, 24)):
        await until(lambda: "waiting for a presenter" in text_of(house))
        assert "footlights present RUN" in text_of(house)


async def test_a_presenter_tells_its_speakers_the_notes_and_does_what_they_want(tmp_path: Path) -> None:
    async with talk(tmp_path) as room, following_it(room.presenter.podium.path, tmp_path) as (house, pilot):
        await until(lambda: "ready" in text_of(house))
        await pilot.press("g", "Q", "2", "enter")
        await until(lambda: "NOW  Q2  the cut" in text_of(house))
        assert "Be quiet." in text_of(house)
        assert "holds until GO" in text_of(house)
        assert room.cue == "Q2"
        await pilot.press("b")
        await until(lambda: "the room sees nothing" in text_of(house))
        assert room.sees.split() == ["·"]
        await pilot.press("b", "L")
        await until(lambda: "locked there" in text_of(house))
        await pilot.press("L", "g", "Q", "9", "enter")
        await until(lambda: "there is no Q9" in room.sees)
        assert room.house.lock is None


@asynccontextmanager
async def following_it(path: Path, tmp_path: Path) -> AsyncIterator[tuple[Theatre, Pilot[Any]]]:
    house = Theatre(Opening(then=followed(path), workspace=tmp_path / "w.db", remembered=Remembered()))
    async with house.run_test(size=(80, 24), notifications=True) as pilot:
        yield house, pilot
