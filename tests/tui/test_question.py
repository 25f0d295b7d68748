"""The picture of a question: what whoever watches sees of a person who decides, wherever they go in the run."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.events import Event, GateAnswered, GateOpened
from app.journal.recording import Recording
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.question import Posed, height_of, paint_question
from app.tui.paint.rows import width_of
from app.tui.screens.gate import GateCard
from app.tui.screens.stage import Stage
from app.tui.sources import Here
from app.tui.widgets.question import posed_at
from corpus.commands import ROOT
from corpus.probes import PROBES
from corpus.rehearsals import rehearsed
from tui.bare import text_of
from tui.plays import styles, text
from tui.scrubbing import Shelf, shelved
from tui.settling import settled
from tui.staging import performed, stage_of, staged, until

POSED = Posed(
    "sign_off#1",
    "A person decides",
    "Hang it beside the door?",
    "The whistle · Sign-off",
    "curator",
    ("hang it", "wait"),
)
SIZES = ((80, 24), (120, 36), (200, 50))


def the(kind: type[Event], recording: Recording) -> int:
    """The number of the only event of a kind."""
    (found,) = [event.seq for event in recording.events if isinstance(event, kind)]
    return found


@asynccontextmanager
async def watched(size: tuple[int, int] = (120, 36)) -> AsyncIterator[tuple[Pilot[Any], Stage, int, int]]:
    """A recorded run in which a person decides; and when they are asked, and when they answer."""
    run = rehearsed("feature-sprint")
    async with shelved(Shelf(run.events, run.value), size) as (pilot, stage):
        yield pilot, stage, the(GateOpened, run), the(GateAnswered, run)


async def seen(pilot: Pilot[Any], stage: Stage, seconds: float) -> str:
    """What is on the screen at a moment of the show."""
    stage.playhead.seek_time(seconds)
    stage.frame()
    await settled(pilot.app)
    return text_of(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_whoever_watches_a_recorded_run_sees_the_question_and_then_the_answer(size: tuple[int, int]) -> None:
    async with watched(size) as (pilot, stage, asked, answered):
        head = stage.playhead
        shown = await seen(pilot, stage, head.time_of(asked) + 0.5)
        assert "╔" in shown and "A person decides" in shown and "for: approver" in shown
        assert 'Deploy "dark mode" to the first ten per cent?' in shown
        assert "waits for an answer" in shown
        shown = await seen(pilot, stage, head.time_of(answered) + 0.5)
        assert "▸ ship" in shown and "rehearsal answers: ship" in shown
        over = head.known[answered].seq
        assert "╔" not in await seen(pilot, stage, head.time_of(over) + 0.01)


async def test_it_depends_on_the_moment_alone_whichever_way_one_comes() -> None:
    async with watched() as (pilot, stage, asked, answered):
        head = stage.playhead
        moments = [head.time_of(asked) - 0.1, head.time_of(asked) + 1, head.time_of(answered) + 0.2, head.length or 0.0]
        forth = [await seen(pilot, stage, moment) for moment in moments]
        back = [await seen(pilot, stage, moment) for moment in reversed(moments)]
        assert forth == back[::-1]
        assert ["╔" in shown for shown in forth] == [False, True, True, False]


async def test_nobody_can_answer_on_it_and_the_keys_stay_those_of_the_stage() -> None:
    async with watched() as (pilot, stage, asked, _):
        await seen(pilot, stage, stage.playhead.time_of(asked) + 0.5)
        assert not stage.asked.focusable
        for key in ("1", "enter", "tab"):
            await pilot.press(key)
            assert not isinstance(pilot.app.screen, GateCard)
            if pilot.app.screen is not stage:
                await pilot.press("escape")


async def test_it_stands_over_the_panels_and_over_nothing_else() -> None:
    for size in SIZES:
        async with watched(size) as (pilot, stage, asked, _):
            await seen(pilot, stage, stage.playhead.time_of(asked) + 0.5)
            others = [part for name, part in stage._parts.items() if part.display and name != "head"]
            assert stage.asked.display
            assert not [part for part in others if part.region.overlaps(stage.asked.region)]


async def test_what_waits_for_somebody_here_has_a_card_and_no_picture(tmp_path: Path) -> None:
    run = performed(ROOT / "scenarios/engineering/feature-sprint.yaml", tmp_path / "runs.db", patient=True)
    async with staged(Here(run)) as pilot:
        await until(lambda: isinstance(pilot.app.screen, GateCard))
        stage = stage_of(pilot)
        assert posed_at(stage.show, stage.playhead) is not None
        assert not stage.asked.display
        await pilot.press("escape")
        await until(lambda: pilot.app.screen is stage)
        stage.frame()
        assert not stage.asked.display
    await run.stop(0.0)


def test_it_fills_any_size_and_keeps_the_options_and_the_answer_longest() -> None:
    answered = replace(POSED, chosen="wait", said="ada answers", question="Hang it? " * 60)
    for width, height in itertools.product((24, 40, 78), (8, 9, 12, 30)):
        rows = paint_question(answered, width, height, UNICODE)
        assert (len(rows), {width_of(row) for row in rows}) == (height, {width})
        lines = text(rows)
        assert any("▸ wait" in line for line in lines) and any("ada answers: wait" in line for line in lines)


def test_as_high_as_it_asks_for_it_shows_all_and_the_chosen_option_is_lit() -> None:
    assert text(paint_question(POSED, 40, height_of(POSED, 40), UNICODE)) == [
        "╔══════════════════════════════════════╗",
        "║ A person decides        for: curator ║",
        "║ The whistle · Sign-off               ║",
        "║                                      ║",
        "║ Hang it beside the door?             ║",
        "║                                      ║",
        "║   hang it                            ║",
        "║   wait                               ║",
        "║                                      ║",
        "║ waits for an answer                  ║",
        "╚══════════════════════════════════════╝",
    ]
    answered = replace(POSED, chosen="hang it", said="rehearsal answers")
    assert height_of(answered, 40) == height_of(POSED, 40)
    assert "on:selection" in styles(paint_question(answered, 40, 11, UNICODE))
    assert "on:selection" not in styles(paint_question(POSED, 40, 11, UNICODE))
    assert text(paint_question(POSED, 40, 11, ASCII))[0] == "*" * 40


@pytest.mark.parametrize("probe", PROBES)
def test_what_a_model_wrote_draws_no_border(probe: str) -> None:
    rows = text(paint_question(replace(POSED, question=probe), 60, 14, UNICODE))
    assert len(rows) == 14
