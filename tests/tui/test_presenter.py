"""The view for the room: what it shows at which size, and what a clicker does, over recorded runs and one performed."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.events import CallStarted, Directed, GateAnswered, GateOpened
from app.playback.cue_file import placing_of
from app.playback.cues import Cue, CueSheet
from app.tui.app import Opening, Theatre
from app.tui.filed import Filed
from app.tui.opening import presented
from app.tui.remembered import Remembered
from app.tui.screens.presenter import Presenter
from app.tui.screens.stage import Stage
from app.tui.sources import Here, Source
from corpus.rehearsals import rehearsed
from docs.rehearsed import Clock
from tui.bare import text_of
from tui.staging import performed, until

SIZES = ((40, 12), (80, 24), (120, 36), (200, 50))
SHEET = CueSheet(
    (
        Cue("1", "step plan begins", "the seam", "One feature, two tasks."),
        Cue("2", "handoff from cto to backend", "the cut", "They will not talk until QA.", "Be quiet.", "audience"),
        Cue("3", "qa speaks", "QA finds something", "Watch the second finding.", hold="engine"),
        Cue("4", "gate sign_off opens", "somebody decides", blank=True),
        Cue("5", "end", "the bow", hold="audience"),
    ),
    "Five people ship dark mode",
    600.0,
)


@dataclass
class Room:
    """A talk, the person who gives it, and what the room sees."""

    house: Theatre
    pilot: Pilot[Any]
    clock: Clock

    @property
    def presenter(self) -> Presenter:
        assert isinstance(self.house.screen, Presenter), self.house.screen
        return self.house.screen

    @property
    def playhead(self) -> Any:
        return next(screen for screen in self.house.screen_stack if isinstance(screen, Stage)).playhead

    @property
    def sees(self) -> str:
        return text_of(self.house)

    @property
    def cue(self) -> str:
        return self.playhead.cue.cue.name if self.playhead.cue is not None else ""

    @property
    def holds(self) -> str:
        """The cue that holds the audience."""
        return self.playhead.standing.cue.name if self.playhead.standing is not None else ""

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.rest()

    async def wait(self, seconds: float) -> None:
        """Let the clock of the show go on."""
        for _ in range(round(seconds / 0.5)):
            self.clock.stage += 0.5
            await self.rest()

    async def rest(self) -> None:
        """Wait until everything is seen that is due, and it is on the screen."""
        stage = next(screen for screen in self.house.screen_stack if isinstance(screen, Stage))
        await self.pilot.pause()
        while stage.playhead.due() == 0.0:
            stage.frame()
            await asyncio.sleep(0)
        if isinstance(self.house.screen, Presenter):
            self.house.screen._frame()
        await self.pilot.pause()


@asynccontextmanager
async def talk(
    tmp_path: Path,
    size: tuple[int, int] = (80, 24),
    *,
    sheet: CueSheet | None = SHEET,
    source: Source | None = None,
    pace: str = "theatrical",
) -> AsyncIterator[Room]:
    """The presenter over a run that was rehearsed, before the first GO."""
    run: Source = source or Filed(rehearsed("feature-sprint"))

    async def start() -> Source:
        return run

    clock = Clock()
    opening = Opening(
        source=start, pace=pace, then=presented(sheet), workspace=tmp_path / "w.db", remembered=Remembered()
    )
    house = Theatre(opening)
    house.clock = clock
    async with house.run_test(size=size, notifications=True) as pilot:
        room = Room(house, pilot, clock)
        await until(lambda: isinstance(house.screen, Presenter) and room.playhead.head > 0)
        if source is None:
            await until(lambda: room.playhead.length is not None)
        await room.rest()
        yield room


async def test_before_the_first_go_there_is_the_title_and_nothing_happens(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.wait(30)
        assert "Five people ship dark mode" in room.sees
        assert room.playhead.seen == 0


async def test_go_plays_to_the_cue_that_holds_and_go_goes_on(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("space")
        await room.wait(60)
        assert (room.cue, room.holds) == ("Q2", "Q2")
        assert "They will not talk until QA." in room.sees
        assert "Q2/5" in room.sees
        await room.press("pagedown")
        assert room.holds == ""
        await room.wait(60)
        assert room.holds == "Q3"


async def test_go_while_it_plays_goes_to_the_next_cue(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("space")
        await room.wait(6)
        assert room.cue == "Q1"
        await room.press("n")
        assert (room.cue, room.holds) == ("Q2", "Q2")


async def test_in_keynote_every_cue_holds(tmp_path: Path) -> None:
    async with talk(tmp_path, pace="keynote") as room:
        came = []
        for _ in range(4):
            await room.press("space")
            await room.wait(60)
            came.append(room.holds)
        assert came == ["Q1", "Q2", "Q3", "Q4"]


async def test_the_room_sees_who_acts_who_is_next_and_their_words(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("space")
        await room.wait(60)
        assert "◆ CTO  →  ■ BACKEND DEVELOPER" in room.sees
        assert "“Keep one preference for each account" in room.sees
        assert "║ 0:" in room.sees, "that it is held is said, quietly"


async def test_when_it_is_a_persons_turn_the_room_reads_the_question_and_then_the_answer(tmp_path: Path) -> None:
    async with talk(tmp_path, sheet=None) as room:
        asked = next(event for event in room.playhead.known if isinstance(event, GateOpened))
        answered = next(event for event in room.playhead.known if isinstance(event, GateAnswered))
        room.playhead.seek_time(room.playhead.time_of(asked.seq) + 0.5)
        await room.rest()
        assert "◇ A PERSON" in room.sees and "ship · hold" in room.sees
        assert 'Deploy "dark mode" to the first' in room.sees
        room.playhead.seek_time(room.playhead.time_of(answered.seq) + 0.5)
        await room.rest()
        assert "◇ A PERSON" in room.sees and "“ship”" in room.sees and "rehearsal answers" in room.sees
        room.playhead.to_head()
        await room.rest()
        assert "A PERSON" not in room.sees


async def test_who_is_next_in_a_recorded_run_is_who_begins_next(tmp_path: Path) -> None:
    async with talk(tmp_path, sheet=None) as room:
        titles = {"backend": "BACKEND DEVELOPER", "frontend": "FRONTEND DEVELOPER", "qa": "QA ENGINEER"}
        begun = [event for event in room.playhead.known if isinstance(event, CallStarted)]
        for event, following in itertools.pairwise(begun):
            if following.agent not in titles or following.agent == event.agent:
                continue
            room.playhead.seek(event.seq)
            await room.rest()
            assert titles[following.agent] in room.sees.split("→")[1].splitlines()[0], event


async def test_before_anybody_acts_the_room_sees_the_cast(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        room.playhead.seek(1)
        await room.rest()
        lines = [line.strip() for line in room.sees.splitlines()]
        assert "◆  CTO" in lines and "▲  QA Engineer" in lines
        room.playhead.to_head()
        await room.rest()
        assert "◆  CTO" not in [line.strip() for line in room.sees.splitlines()]


async def test_back_leads_to_the_cue_and_once_more_to_the_one_before(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("g", "Q", "3", "enter")
        assert room.cue == "Q3"
        await room.press("space")
        await room.wait(3)
        assert room.holds == ""
        await room.press("p")
        assert (room.cue, room.holds) == ("Q3", "Q3")
        await room.press("pageup")
        assert room.cue == "Q2"
        await room.press("left_square_bracket", "left_square_bracket")
        assert room.playhead.seen == 0
        assert room.playhead.paused


async def test_the_next_cue_can_be_had_without_go(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("right_square_bracket", "right_square_bracket")
        assert room.cue == "Q2"


@pytest.mark.parametrize("key", ["b", "full_stop"])
async def test_blank_shows_nothing_and_the_same_key_or_go_shows_it_again(key: str, tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("g", "Q", "2", "enter")
        before = room.sees
        await room.press(key)
        assert room.sees.split() == ["·"]
        await room.press(key)
        assert room.sees == before
        await room.press(key)
        await room.press("space")
        assert room.sees == before, "GO is for the light first"
        assert room.holds == "Q2"


async def test_a_cue_can_want_the_room_to_see_nothing_until_go(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("g", "Q", "4", "enter")
        assert room.sees.split() == ["·"]
        await room.press("n")
        assert "Q4/5" in room.sees


async def test_go_to_takes_a_cue_a_time_or_an_event_and_says_what_there_is(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("g", *"0:20", "enter")
        assert room.playhead.now == pytest.approx(20, abs=0.1)
        await room.press("g", "number_sign", "5", "7", "enter")
        assert room.playhead.seen == 57
        await room.press("g", "Q", "9", "enter")
        assert "there is no Q9; there are Q1, Q2, Q3, Q4, Q5" in " ".join(room.sees.split())
        await room.press("escape")
        assert room.playhead.seen == 57


async def test_digits_are_off_and_k_stands_still(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("space")
        await room.wait(3)
        then = room.playhead.now
        await room.press(*"0123456789", "home", "end", "x", "j", "l")
        assert room.playhead.now == then
        await room.press("k")
        await room.wait(5)
        assert room.playhead.now == then


async def test_while_it_is_locked_only_the_clicker_counts_until_q_is_held(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("L")
        for key in ("v", "escape", "q", "g", "t", "question_mark", "ctrl+p", "ctrl+c", "s", "H", "k", "alt+2", "enter"):
            await room.press(key)
            assert isinstance(room.house.screen, Presenter), key
        assert room.playhead.seen == 0
        await room.press("space", "pagedown")
        await room.wait(3)
        assert room.playhead.seen > 0
        await room.press("b")
        assert room.sees.split() == ["·"]
        await room.press("b")
        for pause in (0.0, 0.4, *[0.05] * 50):
            room.clock.stage += pause
            await room.pilot.press("q")
        await room.press("v")
        assert isinstance(room.house.screen, Stage)


async def test_the_next_cue_is_named_where_somebody_wants_it(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        assert "standby" not in room.sees
        await room.press("s")
        assert "standby Q1 the seam" in room.sees
        await room.press("s")
        assert "standby" not in room.sees


async def test_whoever_looks_at_the_stage_meanwhile_comes_back_to_the_same_talk(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("s", "space")
        began = room.presenter.talk.begun
        await room.press("v")
        await room.wait(5)
        await room.press("v", "v")
        assert room.presenter.talk.begun == began
        assert "standby" in room.sees
        assert room.presenter.talk.sheet.title == SHEET.title


async def test_without_a_file_the_cues_of_the_scenario_count(tmp_path: Path) -> None:
    async with talk(tmp_path, sheet=None, pace="keynote") as room:
        assert "Ship a feature in one sprint" in room.sees
        await room.press("space")
        await room.wait(5)
        await room.press("space")
        await room.wait(20)
        assert "The CTO looks for the seam" in room.sees


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["footlights", "matinee", "paper"])
async def test_it_is_whole_at_every_size(size: tuple[int, int], theme: str, tmp_path: Path) -> None:
    async with talk(tmp_path, size) as room:
        room.house.wear(theme)
        await room.press("g", "Q", "2", "enter")
        for words in ("CTO", "Q2/5", "They will not talk", "Keep one preference", "done", "next", "0:"):
            assert words in room.sees
        assert not room.house.mishaps


async def test_at_a_hold_nothing_is_drawn_and_no_clock_ticks(tmp_path: Path) -> None:
    async with talk(tmp_path) as room:
        await room.press("g", "Q", "2", "enter")
        assert room.presenter._next_look() is None
        assert room.playhead.due() is None


# A run that is performed meanwhile


async def test_a_cue_holds_the_engine_when_it_comes_there_and_go_lets_both_go_on(tmp_path: Path) -> None:
    run = performed("feature-sprint", tmp_path / "runs.db")
    source = Here(run)
    async with talk(tmp_path, source=source) as room:
        holds = [placed for placed in placing_of(SHEET).missing if placed.hold == "engine"]
        assert [cue.name for cue in holds] == ["Q3"]
        for _ in range(400):
            if room.playhead.standing is not None:
                if room.cue == "Q3":
                    break
                await room.press("space")
            await room.wait(1)
        assert room.cue == "Q3"
        await until(lambda: any(isinstance(event, Directed) and event.direction == "hold" for event in run.events))
        stood = len(run.events)
        await room.wait(10)
        assert len(run.events) - stood <= 2
        await room.press("space")
        await until(lambda: any(isinstance(event, Directed) and event.direction == "go" for event in run.events))
        for _ in range(40):
            await room.wait(1)
        assert len(run.events) > stood + 4
        await run.stop(0.0)


async def test_in_keynote_the_line_of_a_step_is_there_while_its_cue_holds_and_the_speaker_has_its_note(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, sheet=None, pace="keynote") as room:
        await room.press("space")
        await room.wait(10)
        assert room.holds == "Q1"
        assert "Monday, a quarter past nine." in room.sees
        prompt = room.presenter.talk.prompt()
        assert prompt.cue is not None
        assert prompt.cue.notes.startswith("Five panels, one of them in the light.")
        await room.press("space")
        await room.wait(20)
        assert room.holds == "Q2"
