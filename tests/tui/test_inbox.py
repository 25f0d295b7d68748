"""Inbox: what waits for a person in all runs, and answers that reach them wherever they are performed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine import Run
from app.events import GateAnswered, GateOpened
from app.journal import Archive
from app.journal.inbox import Letter
from app.journal.questions import Questions, what_waits
from app.tui.history import waiting_count
from app.tui.screens.gate import GateCard
from app.tui.screens.stage import Stage
from app.tui.sources import Here
from corpus.commands import ROOT
from corpus.playing import House, whole
from corpus.probes import ALL, is_obeyed
from tui.places import SIZES, Hall, hall, insist_on_every_key, kept, shown
from tui.places import play as play  # a fixture
from tui.staging import until

APPROVE = """
name: asking
title: The last word
steps:
  first: {agent: a, prompt: Begin}
  gate: {approve: {ask: Shall we ship it?, options: [ship, hold], default: hold, timeout: 10m, role: release}}
"""
ASK = "name: words\ntitle: In your words\nsteps: {gate: {ask: What shall we tell them?}}"


EVIL = "inputs: {evil: {type: string}}\nsteps: {gate: {ask: '${{ inputs.evil }}'}}"


async def asking(play: House, text: str = APPROVE, inputs: dict[str, str] | None = None) -> Run:
    """A run that waits for an answer."""
    run = play.begin(text, inputs, patient=True)
    await until(lambda: any(isinstance(event, GateOpened) for event in run.events))
    await kept(run)
    return run


async def ended(*runs: Run) -> None:
    for run in runs:
        run.cancel()
        await run.result()


async def readable(house: Hall) -> None:
    """Wait until the card has been there long enough to be meant."""
    await until(lambda: isinstance(house.screen, GateCard) and house.screen.is_readable)


@pytest.fixture
def performer(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that performs a play and waits for an answer."""
    file = tmp_path / "elsewhere.yaml"
    file.write_text(whole(APPROVE))
    command = [sys.executable, "-m", "footlights", "run", str(file), "--rehearse", "--wait", "--quiet"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait()


# What is shown


async def test_every_question_of_every_run_stands_in_it(play: House) -> None:
    first, second = await asking(play), await asking(play, ASK)
    async with hall("inbox", (200, 50)) as (house, pilot):
        assert "Inbox  2" in house.seen
        for words in ("Shall we ship it?", "The last word", "9 min", "release", "taken when nobody answers"):
            assert words in house.seen
        await pilot.press("j")
        assert "an answer in your own words" in house.seen
        assert "Inbox 2" in house.seen  # in the bar at the top
    await ended(first, second)


async def test_when_nothing_waits_it_says_so() -> None:
    async with hall("inbox") as (house, pilot):
        assert "Nothing waits for a person" in house.seen
        await pilot.press("enter", "o", "y")
        assert house.told[:2] == ["nothing waits", "nothing waits"]
        assert not house.mishaps


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(play: House, size: tuple[int, int]) -> None:
    run = await asking(play)
    async with hall("inbox", size) as (house, pilot):
        await pilot.press("J", "K", "slash", "x", "escape", "S", "enter", "escape")
        assert not house.mishaps
    await ended(run)


async def test_a_question_can_neither_drive_the_terminal_nor_pass_for_the_app(play: House) -> None:
    evil = f"[/x] [@click=app.quit]{ALL}"
    run = await asking(play, EVIL, {"evil": evil})
    async with hall("inbox", (200, 50)) as (house, pilot):
        assert "[@click=app.quit]" in house.seen
        assert not is_obeyed(house.seen.replace("\n", ""))
        said = [line for line in house.seen.splitlines() if "[@click=app.quit]" in line]
        assert any("│ [@click=app.quit]" in line for line in said)  # behind a line of our own
        await pilot.press("enter")
        assert not is_obeyed(house.seen.replace("\n", ""))
        assert not house.mishaps
    await ended(run)


async def test_how_long_a_question_still_waits_counts_down(play: House) -> None:
    run = await asking(play, APPROVE.replace("10m", "50s"))
    async with hall("inbox") as (house, _):
        first = int(re.findall(r"(\d+) s\b", house.seen)[0])
        await shown(house, f" {first - 1} s ")
    await ended(run)


# Keys


async def test_every_key_of_the_place_does_something() -> None:
    await insist_on_every_key("inbox")


async def test_o_opens_the_stage_of_its_run(play: House) -> None:
    run = await asking(play)
    async with hall("inbox") as (house, pilot):
        await pilot.press("o")
        await until(lambda: any(isinstance(screen, Stage) for screen in house.screen_stack))
    await ended(run)


async def test_y_copies_the_name_by_which_another_terminal_answers(play: House) -> None:
    run = await asking(play)
    async with hall("inbox") as (house, pilot):
        await pilot.press("y")
        assert house.clipped == [f"footlights answer {run.id[-8:]}:gate"]
    await ended(run)


async def test_a_question_of_a_run_that_is_performed_here_is_answered_with_a_note(play: House) -> None:
    run = await asking(play)
    async with hall("inbox") as (house, pilot):
        house.performed.append(Here(run))
        await pilot.press("enter")
        await readable(house)
        await pilot.press("1", "n", *"why not", "enter")
        await shown(house, "Nothing waits for a person")
    await run.result()
    (answered,) = [event for event in run.events if isinstance(event, GateAnswered)]
    assert (run.value(answered.choice), run.value(answered.note)) == ("ship", "why not")


async def test_escape_leaves_a_question_open(play: House) -> None:
    run = await asking(play)
    async with hall("inbox") as (house, pilot):
        await pilot.press("enter", "escape")
        await house.workers.wait_for_complete()
        assert "Inbox  1" in house.seen
    await ended(run)


# Two processes


async def test_an_answer_reaches_a_run_that_another_process_performs(performer: subprocess.Popen[bytes]) -> None:
    async with hall("inbox") as (house, pilot):
        await shown(house, "Shall we ship it?")
        await pilot.press("enter")
        await readable(house)
        await pilot.press("1", "enter")
        await until(lambda: performer.poll() is not None)
        await shown(house, "Nothing waits for a person")
    async with Archive.open() as archive:
        (row,) = await archive.runs()
        events, texts = await archive.events(row.run), await archive.texts(row.run)
    (answered,) = [event for event in events if isinstance(event, GateAnswered)]
    assert texts[answered.choice.ref] == "ship"
    assert performer.returncode == 0


async def test_an_answer_that_was_given_in_another_terminal_is_seen_by_itself(
    performer: subprocess.Popen[bytes],
) -> None:
    async with hall("inbox") as (house, _):
        await shown(house, "Shall we ship it?")
        answer = [sys.executable, "-m", "footlights", "answer", "gate", "hold"]
        other = subprocess.Popen(answer, cwd=ROOT, stdout=subprocess.DEVNULL)
        await until(lambda: other.poll() is not None)
        await shown(house, "Nothing waits for a person")


# What is gathered


async def test_who_asks_again_reads_only_what_was_added(play: House) -> None:
    run = await asking(play)
    questions = Questions()
    async with Archive.open() as archive:
        (first,) = await questions.look(archive)
        (second,) = await questions.look(archive)
        assert first.question is second.question
        run.answer("gate#1", "ship")
        await run.result()
        assert await questions.look(archive) == []


async def test_an_answer_that_nobody_has_taken_stands_beside_its_question(play: House) -> None:
    run = await asking(play)
    run.pause()
    await run.result()
    play.journal.post(run.id, "answer", "gate#1", {"choice": "ship", "note": ""}, "ada")
    async with Archive.open() as archive:
        (waiting,) = await what_waits(archive)
    assert isinstance(waiting.letter, Letter)
    assert waiting.letter.body["choice"] == "ship"
    async with hall("inbox") as (house, pilot):
        assert "ship, said ada" in house.seen
        assert "answered; resume takes it" in house.seen
        assert "Inbox  0" in house.seen
        assert await waiting_count(None, Questions()) == 0
        await pilot.press("enter")
        assert house.told == ["it has an answer, which is taken when the run goes on"]
