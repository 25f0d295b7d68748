"""Compare: two runs side by side on the screen, to read, to walk through, and to open where they part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from app.engine import fork
from app.events import Parent, RunFinished, RunResumed, RunStarted, StepFinished, StepStarted
from app.journal import Journal
from app.tui.app import Opening, Theatre
from app.tui.compare import _in_a_line
from app.tui.keys import keys_of
from app.tui.remembered import Remembered
from app.tui.screens.compare import Compare
from app.tui.screens.stage import Stage
from corpus.playing import House
from corpus.probes import ALL, is_obeyed
from tui.bare import text_of
from tui.places import SIZES, hall, shown
from tui.places import play as play  # a fixture
from tui.staging import until

ONE = """
name: museum
title: A night at the museum
steps:
  open: {narrate: The lamps go out.}
  tell: {agent: a, prompt: Tell it, rehearsal: {reply: The hall is quiet at night.}}
  sign: {agent: b, prompt: Write the sign, rehearsal: {reply: Open until ten.}}
"""
OTHER = ONE.replace("quiet", "loud").replace("Tell it", "Tell it loudly")
EVIL = f"[/x] [bold]{ALL}"


class Comparing(Theatre):
    """The app with Compare open, which notes what it says."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(Opening(remembered=Remembered()))
        self.two = first, second
        self.told: list[str] = []

    def place(self, name: str) -> Any:
        return Compare(*self.two)

    def say(self, text: str, *, severity: Any = "information", stays: bool = False) -> None:
        self.told.append(text)
        super().say(text, severity=severity, stays=stays)

    @property
    def seen(self) -> str:
        return text_of(self)

    @property
    def compared(self) -> Compare:
        return next(screen for screen in self.screen_stack if isinstance(screen, Compare))


@asynccontextmanager
async def comparing(
    first: str, second: str, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Comparing, Pilot[Any]]]:
    house = Comparing(first, second)
    async with house.run_test(size=size, notifications=True) as pilot:
        await until(lambda: house.compared.comparison is not None and not house.compared._is_looking, "both are read")
        await pilot.pause()
        yield house, pilot


async def two(play: House) -> tuple[str, str]:
    return (await play.play(ONE)).run.id, (await play.play(OTHER)).run.id


# What is shown


async def test_both_stand_side_by_side_with_what_they_took_and_where_they_part(play: House) -> None:
    first, second = await two(play)
    async with comparing(first, second) as (house, _):
        for words in (first[-8:], second[-8:], "tokens in", "they part at tell", "changed: steps.tell.prompt"):
            assert words in house.seen, words
        (row,) = (line for line in house.seen.splitlines() if "~  tell" in line)
        assert row.index("quiet") < row.index("loud")
        assert "prompt, output" in row


async def test_heads_do_not_run_into_one_another(play: House) -> None:
    long = [text.replace("A night", "A very long night of stars and bones") for text in (ONE, OTHER)]
    first, second = [(await play.play(text)).run.id for text in long]
    async with comparing(first, second) as (house, _):
        (row,) = (line for line in house.seen.splitlines() if f"B  {second[-8:]}" in line)
        assert f"  B  {second[-8:]}" in row


async def test_what_a_question_gave_is_told_without_what_is_empty() -> None:
    assert _in_a_line({"choice": "ship", "note": "", "by": "a person"}) == "choice ship, by a person"


async def test_the_cursor_begins_where_they_part_and_the_step_is_told_below(play: House) -> None:
    async with comparing(*await two(play)) as (house, _):
        assert "▸  ~  tell" in house.seen
        (row,) = (line for line in house.seen.splitlines() if "- The hall is quiet" in line)
        assert "+ The hall is loud" in row


async def test_on_a_small_screen_one_stands_above_the_other(play: House) -> None:
    async with comparing(*await two(play), size=(80, 24)) as (house, pilot):
        await pilot.press("enter")
        lines = house.seen.splitlines()
        (minus,) = (at for at, line in enumerate(lines) if "- The hall is quiet" in line)
        assert "+ The hall is loud" in lines[minus + 1]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(play: House, size: tuple[int, int]) -> None:
    async with comparing(*await two(play), size=size) as (house, pilot):
        await pilot.press("v", "v", "v", "enter", "down", "pagedown", "up", "d", "D", "escape", "S", "S", "J", "K")
        await pilot.press("slash", "s", "enter", "escape", "x", "question_mark", "escape")
        assert not house.mishaps


async def test_what_a_fork_took_over_stands_in_one_line(play: House) -> None:
    played = await play.play(ONE)
    begun = next(event.seq for event in played.of(StepStarted, "sign"))
    forked = fork(played.run.id, at=begun - 1, edits={"sign.prompt": "Louder"}, journal=play.journal)
    await forked.result()
    async with comparing(played.run.id, forked.id) as (house, pilot):
        assert "open to tell" in house.seen
        assert "taken over, 2 steps" in house.seen
        assert "B was forked from A" in house.seen
        await pilot.press("home")
        assert "They happened once" in house.seen


async def test_a_fork_that_still_goes_on_is_looked_at_again(play: House) -> None:
    first = (await play.play(ONE)).run.id
    log = play.journal.begin("01JC0MPARE000000000000G0ES")
    log.add(RunStarted("museum", "Going on", parent=Parent(run=first, seq=1, taken=1)))
    log.add(RunResumed("fork"))
    await log.durable()
    async with comparing(first, "01JC0MPARE000000000000G0ES") as (house, _):
        assert "unfinished" in house.seen
        log.add(StepStarted(step="open"))
        log.add(StepFinished(step="open"))
        log.add(RunFinished("failed"))
        await until(lambda: "failed" in house.seen)


async def test_hostile_texts_can_neither_drive_the_terminal_nor_pass_for_markup() -> None:
    with Journal.open() as journal:
        for run, answer in (("01JEVIL0000000000000000000", "one"), ("01JEVIL0000000000000000001", "two")):
            log = journal.begin(run)
            log.add(RunStarted(scenario=EVIL, title=EVIL, inputs=log.keep({EVIL: answer})))
            log.add(StepStarted(step=EVIL, agent=f"{EVIL}{answer}"))
            log.add(StepFinished(step=EVIL, output=log.keep({EVIL: f"{EVIL} {answer}"})))
            log.add(RunFinished("succeeded"))
            log.release()
    async with comparing("01JEVIL0000000000000000000", "01JEVIL0000000000000000001", (200, 50)) as (house, pilot):
        for key in ("v", "v", "v", "enter"):
            assert not is_obeyed(house.seen.replace("\n", ""))
            await pilot.press(key)
        assert "[/x]" in house.seen
        assert not house.mishaps


# Keys


async def test_every_key_of_the_place_does_something() -> None:
    screen = Compare("a", "b")
    for key in keys_of(*screen.SPOTS):
        assert hasattr(screen, f"action_{key.action.partition('(')[0]}"), key.id


async def test_d_goes_from_one_difference_to_the_next_and_says_when_there_is_none(play: House) -> None:
    async with comparing(*await two(play)) as (house, pilot):
        await pilot.press("home", "d")
        assert "▸  ~  tell" in house.seen
        await pilot.press("d")
        assert house.told[-1] == "nothing differs after this"


async def test_v_shows_what_came_then_what_it_took_then_who_answered(play: House) -> None:
    async with comparing(*await two(play), size=(160, 40)) as (house, pilot):
        await pilot.press("v")
        assert "more cost" in house.seen
        await pilot.press("v")
        assert "model A" in house.seen
        await pilot.press("v")
        assert "differs in" in house.seen


async def test_enter_shows_a_step_alone_and_escape_the_list_again(play: House) -> None:
    async with comparing(*await two(play)) as (house, pilot):
        await pilot.press("enter")
        assert "Steps" not in house.seen
        assert "what it took" in house.seen
        await pilot.press("escape")
        assert "Steps" in house.seen


async def test_x_swaps_the_two(play: House) -> None:
    first, second = await two(play)
    async with comparing(first, second) as (house, pilot):
        await pilot.press("x")
        await until(lambda: house.compared.comparison.left.run == second)  # type: ignore[union-attr]
        await shown(house, f"A  {second[-8:]}")  # type: ignore[arg-type]


async def test_o_opens_one_of_them_on_the_stage_at_that_step(play: House) -> None:
    first, second = await two(play)
    async with comparing(first, second) as (house, pilot):
        began = next(pair for pair in house.compared.comparison.pairs if pair.path == "tell")  # type: ignore[union-attr]
        await pilot.press("O")
        await until(lambda: isinstance(house.screen, Stage))
        stage = house.screen
        assert isinstance(stage, Stage)
        assert stage.source.run == second
        assert began.right is not None
        await until(lambda: stage.playhead.seen == began.right.step.began_at)  # type: ignore[union-attr]


async def test_runs_opens_it_for_two_that_are_marked_and_says_what_is_missing(play: House) -> None:
    first, second = await two(play)
    async with hall("runs") as (house, pilot):
        await pilot.press("C")
        assert house.told[-1] == "mark two runs with space"
        await pilot.press("home", "space", "space", "C")
        await until(lambda: isinstance(house.screen, Compare))
        screen = house.screen
        assert isinstance(screen, Compare)
        assert (screen.reader.first, screen.reader.second) == (first, second)
