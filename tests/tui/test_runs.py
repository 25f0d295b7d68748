"""Runs: everything that was performed, found again, opened, and got rid of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.engine import Run
from app.events import (
    CallFinished,
    CallStarted,
    Failure,
    GateOpened,
    Origin,
    Performer,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepStarted,
    ToolFinished,
    ToolStarted,
    Usage,
)
from app.journal import Archive, Journal
from app.state import Spent
from app.tui.history import STRETCHES, Pulse, figures_of, waiting_count
from app.tui.screens.confirm import Confirm
from app.tui.screens.stage import Stage
from corpus.commands import ROOT
from corpus.playing import House
from corpus.probes import ALL, is_obeyed
from tui.places import SIZES, hall, insist_on_every_key, kept, shown
from tui.places import play as play  # a fixture
from tui.staging import until

HELLO = """
title: A short hello
tags: [small, first]
steps: {greet: {agent: a, prompt: Say hello, rehearsal: {reply: Good evening to the balcony}}}
"""
LONG = """
name: long
title: A longer play
steps: {one: {agent: a, prompt: Begin}, two: {agent: b, prompt: End}}
"""
FAILING = """
name: wrong
title: It goes wrong
steps: {attempt: {agent: a, prompt: Try, rehearsal: {fault: auth}}}
"""
ASKING = """
name: asking
title: It asks
steps: {first: {agent: a, prompt: Begin}, gate: {approve: {ask: Shall we?}}}
"""


EVIL = f"[/x] [bold]{ALL} e{chr(0x301) * 500}"


async def runs_of() -> list[str]:
    async with Archive.open() as archive:
        return [row.run for row in await archive.runs(limit=None)]


async def asking(play: House) -> Run:
    """A run that waits for an answer."""
    run = play.begin(ASKING, patient=True)
    await until(lambda: any(isinstance(event, GateOpened) for event in run.events))
    await kept(run)
    return run


async def paused(play: House) -> str:
    """A run that waits for somebody to go on with it."""
    run = await asking(play)
    run.pause()
    await run.result()
    return run.id


# What is shown


async def test_every_run_stands_in_the_list_with_how_it_went_and_what_it_took(play: House) -> None:
    await play.play(HELLO)
    await play.play(FAILING)
    async with hall("runs", (200, 50)) as (house, _):
        await shown(house, "small first")
        lines = [line for line in house.seen.splitlines() if "│" in line]
        assert any("✓ succeeded" in line and "A short hello" in line and "just now" in line for line in lines)
        assert any("✗ failed" in line and "It goes wrong" in line for line in lines)


async def test_a_run_that_ended_otherwise_than_was_expected_has_not_simply_succeeded(play: House) -> None:
    await play.play(HELLO + "expect: [{step: greet, contains: morning}]\n")
    async with hall("runs", (200, 50)) as (house, _):
        await shown(house, "✗ unmet")
        await shown(house, "rehearsed, seed 0")
        assert house.seen.count("✗ unmet") == 2, "in the list and beside it"
        assert "✓ succeeded" not in house.seen


async def test_the_pane_tells_what_came_of_a_run_who_took_part_and_where_it_comes_from(play: House) -> None:
    played = await play.play(HELLO + "\noutputs: {greeting: '${{ steps.greet.output }}'}")
    async with hall("runs", (200, 50)) as (house, _):
        await shown(house, "Good evening to the balcony")
        for words in ("what came of it", "greeting", "cast", "rehearsed, seed 0", played.run.id):
            assert words in house.seen


async def test_the_pane_tells_what_went_wrong_and_where(play: House) -> None:
    await play.play(FAILING)
    async with hall("runs") as (house, _):
        await shown(house, "what went wrong")
        assert "auth" in house.seen


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(play: House, size: tuple[int, int]) -> None:
    await play.play(HELLO)
    async with hall("runs", size) as (house, pilot):
        await shown(house, "succeeded")
        await pilot.press("slash", "s", "h", "escape", "space", "S", "S", "S", "J", "K", "s", "s", "f", "escape")
        await pilot.press("question_mark", "escape", "d", "escape")
        assert not house.mishaps


async def test_before_the_first_run_it_says_what_to_press() -> None:
    async with hall("runs") as (house, pilot):
        assert "Nothing was performed yet" in house.seen
        await pilot.press("enter", "r", "R", "F", "space", "d", "f", "escape", "s")
        assert house.screen is house.listed
        assert not house.mishaps


async def test_a_run_of_another_process_appears_by_itself(play: House) -> None:
    await play.play(HELLO)
    async with hall("runs") as (house, _):
        await shown(house, "Runs  1")
        command = [sys.executable, "-m", "footlights", "run", "hello", "--rehearse", "--quiet"]
        other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await shown(house, "Runs  2")
        await until(lambda: other.poll() is not None)


async def test_what_runs_say_can_neither_drive_the_terminal_nor_pass_for_markup(play: House) -> None:
    with Journal.open() as journal:
        log = journal.begin("01JEVIL0000000000000000000")
        performer = Performer(id="a", title=EVIL, glyph="\x1b", color="no colour")
        log.add(RunStarted(scenario=EVIL, title=EVIL, cast=(performer,), tags=(EVIL,), origin=Origin(who=EVIL)))
        failure = Failure(error=EVIL, message=EVIL, hint=EVIL, where=EVIL)
        log.add(StepStarted(step=EVIL))
        log.add(StepFailed(step=EVIL, failure=failure))
        log.add(RunFinished(outcome="succeeded", outputs=log.keep({EVIL: EVIL, "list": [EVIL]})))
    async with hall("runs", (200, 50)) as (house, pilot):
        await shown(house, "what came of it")
        await pilot.press("f", "escape", "d")
        assert not is_obeyed(house.seen.replace("\n", ""))
        assert "[/x]" in house.seen
        assert not house.mishaps


# Keys


async def test_every_key_of_the_place_does_something() -> None:
    await insist_on_every_key("runs")


async def test_the_keys_of_lists_move_the_cursor(play: House) -> None:
    for _ in range(3):
        await play.play(HELLO)
    async with hall("runs") as (house, pilot):
        rows = [row.run for row in house.listed.table.listing.items]
        for key, at in (("j", 1), ("down", 2), ("down", 2), ("k", 1), ("up", 0), ("G", 2), ("g", 0), ("end", 2),
                        ("home", 0), ("pagedown", 2), ("pageup", 0), ("ctrl+d", 2), ("ctrl+u", 0)):  # fmt: skip
            await pilot.press(key)
            assert house.chosen.run == rows[at], key


async def test_searching_finds_titles_at_once_and_what_was_said_a_moment_later(play: House) -> None:
    await play.play(HELLO)
    await play.play(LONG)
    async with hall("runs", (160, 40)) as (house, pilot):
        await pilot.press("slash", *"longer")
        assert "Runs  1 of 2" in house.seen
        await pilot.press("escape", "slash", *"balcony")
        await shown(house, "where it is said")
        assert house.chosen.title == "A short hello"
        await pilot.press("enter", "escape")
        assert "Runs  2" in house.seen


async def test_escape_shows_all_again_then_marks_none_then_leaves(play: House) -> None:
    await play.play(HELLO)
    async with hall("runs") as (house, pilot):
        await pilot.press("space", "slash", "h", "enter")
        await pilot.press("escape")
        assert not house.listed.table.listing.query
        await pilot.press("escape")
        assert not house.listed.table.listing.marks
        await pilot.press("escape")
        assert getattr(house.screen, "NAME", "") == "home"


async def test_escape_first_shows_those_again_that_a_filter_hides(play: House) -> None:
    await play.play(HELLO)
    await play.play(FAILING)
    async with hall("runs") as (house, pilot):
        await pilot.press("s")
        assert "Runs  1" in house.seen
        await pilot.press("escape")
        assert "Runs  2" in house.seen
        assert getattr(house.screen, "NAME", "") == "runs"


async def test_a_folder_that_cannot_be_used_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FOOTLIGHTS_HOME", str(tmp_path / "file" / "home"))
    async with hall("runs") as (house, _):
        await shown(house, "Nothing can be kept here")
        assert "set FOOTLIGHTS_HOME to a folder of your own" in house.seen
        assert "Nothing was performed yet" not in house.seen


async def test_where_it_is_said_names_the_step_and_leaves_words_as_they_were(play: House) -> None:
    await play.play(HELLO.replace("to the balcony", "to the half-lit balcony"))
    async with hall("runs", (160, 40)) as (house, pilot):
        await pilot.press("slash", *"lit")
        await shown(house, "where it is said")
        assert "half-lit" in house.seen
        assert "a  greet" in house.seen


async def test_a_title_that_is_found_is_told_without_the_names_beside_it_in_the_index(play: House) -> None:
    await play.play(HELLO)
    async with hall("runs", (160, 40)) as (house, pilot):
        await pilot.press("slash", *"short")
        await shown(house, "where it is said")
        found = house.seen.partition("where it is said")[2]
        assert "A short hello" in found
        assert "A short hello play" not in found


async def test_s_shows_only_those_that_ended_so_and_f_those_of_one_play_or_tag(play: House) -> None:
    await play.play(HELLO)
    await play.play(FAILING)
    async with hall("runs") as (house, pilot):
        await pilot.press("s")
        assert {row.status for row in house.listed.table.listing.items} == {"failed"}
        await pilot.press("s", "s")
        assert len(house.listed.table.listing.items) == 2
        await pilot.press("f")
        await shown(house, "tag small")
        await pilot.press("down", "enter")
        assert len({row.scenario for row in house.listed.table.listing.items}) == 1
        await pilot.press("f", "0")
        assert len(house.listed.table.listing.items) == 2


async def test_sorting_goes_through_the_columns_and_turns_round(play: House) -> None:
    second, first = await play.play(HELLO), await play.play(LONG)
    async with hall("runs") as (house, pilot):
        await pilot.press("S", "S")
        listing = house.listed.table.listing
        assert [listing.key(row) for row in listing.lines] == [first.run.id, second.run.id]
        await pilot.press("I")
        assert [listing.key(row) for row in listing.lines] == [second.run.id, first.run.id]


async def test_reading_on_scrolls_the_pane(play: House) -> None:
    await play.play(HELLO)
    async with hall("runs", (80, 20)) as (house, pilot):
        await shown(house, "more")
        first = house.seen
        await pilot.press("J")
        assert house.seen != first
        await pilot.press("K")
        assert house.seen == first


async def test_y_copies_the_ids_of_all_that_are_marked(play: House) -> None:
    first, second = await play.play(HELLO), await play.play(LONG)
    async with hall("runs") as (house, pilot):
        await pilot.press("y")
        await pilot.press("space", "space", "y")
        assert house.clipped == [second.run.id, f"{second.run.id}\n{first.run.id}"]


async def test_enter_opens_a_run_as_it_is_and_r_replays_it(play: House) -> None:
    played = await play.play(HELLO)
    async with hall("runs") as (house, pilot):
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Stage) and house.screen.ending.display)
        await pilot.press("escape", "escape")  # the picture of its end, and the stage
        await until(lambda: house.screen is house.listed)
        await pilot.press("r")
        await until(lambda: isinstance(house.screen, Stage))
        assert isinstance(house.screen, Stage)
        assert house.screen.playhead.pace == "theatrical"
    assert await runs_of() == [played.run.id]


async def test_shift_r_goes_on_with_a_run_that_was_paused(play: House) -> None:
    run = await paused(play)
    async with hall("runs") as (house, pilot):
        assert "R resumes it" in house.seen
        await pilot.press("R")
        await until(lambda: bool(house.performed))
        assert house.performed[0].run == run
        house.performed[0].direct("cancel")
        await house.performed[0].going.result()


async def test_a_run_that_is_over_is_not_resumed_and_it_says_why(play: House) -> None:
    await play.play(HELLO)
    async with hall("runs") as (house, pilot):
        await pilot.press("R")
        assert house.told == ["it has ended; nothing is left to do"]
        assert house.screen is house.listed


# Removing


async def test_removing_names_what_is_lost_and_does_nothing_until_it_is_meant(play: House) -> None:
    played = await play.play(HELLO)
    async with hall("runs") as (house, pilot):
        await pilot.press("d")
        assert "This cannot be undone" in house.seen
        assert played.run.id[-8:] in house.seen
        await pilot.press("enter", "n")
        assert house.screen is house.listed
    assert await runs_of() == [played.run.id]


async def test_all_that_are_marked_are_removed_together_and_nothing_else(play: House) -> None:
    kept = await play.play(LONG)
    for _ in range(3):
        await play.play(HELLO)
    async with hall("runs") as (house, pilot):
        await pilot.press("space", "space", "space", "d")
        assert "Remove 3 runs" in house.seen
        await pilot.press("y")
        await shown(house, "Runs  1")
        assert house.told == ["removed 3 runs"]
    assert await runs_of() == [kept.run.id]


async def test_what_the_tools_of_a_run_left_in_the_outbox_goes_with_it(play: House) -> None:
    log = play.journal.begin("01JOUTBOX00000000000000ONE")
    log.add(RunStarted(scenario="play", mode="rehearsal"))
    told = log.keep({"to": "#team", "text": "The launch moves."})
    log.add(ToolStarted(tool="notify", step="tell", call="tell#1", arguments=told))
    log.add(ToolFinished(step="tell", call="tell#1"))
    log.add(RunFinished(outcome="succeeded"))
    await log.durable()
    outbox = play.journal.path.parent / "outbox"
    outbox.mkdir()
    (outbox / "slip.json").write_text('{"to": "#team", "subject": "", "text": "The launch moves.", "sent": false}')
    async with hall("runs") as (house, pilot):
        await pilot.press("d", "y")
        await shown(house, "Nothing was performed yet")
    assert not list(outbox.iterdir())


async def test_a_run_that_is_being_performed_is_never_removed(play: House) -> None:
    run = await asking(play)
    async with hall("runs") as (house, pilot):
        await shown(house, "running")
        await pilot.press("d")
        assert house.told == ["it is being performed; cancel it first"]
        assert not isinstance(house.screen, Confirm)
    run.cancel()
    await run.result()


# What is gathered


def test_the_activity_of_a_run_is_spread_over_the_time_its_calls_took() -> None:
    events = [
        RunStarted(scenario="play"),
        StepStarted(step="a"),
        CallStarted(step="a", call="a#1", model="m"),
        CallFinished(
            step="a", call="a#1", mono=500, took_ms=500, usage=Usage(output=600), basis="estimated", cost_usd=1
        ),
        StepFinished(step="a", mono=1000),
    ]
    found = figures_of(events)
    assert found.took_ms == 1000
    assert found.spent == Spent(1.0, estimated_usd=1.0)
    assert sum(found.activity) == 600
    assert not any(found.activity[STRETCHES // 2 + 1 :])


async def test_a_pulse_beats_once_for_whatever_was_written(play: House) -> None:
    pulse = Pulse(None)
    assert pulse.beats()
    assert not pulse.beats()
    await play.play(HELLO)
    assert pulse.beats()
    assert not pulse.beats()
    pulse.close()


async def test_a_pulse_is_silent_where_nothing_was_performed(tmp_path: Path) -> None:
    assert not Pulse(tmp_path / "none.db").beats()


async def test_nothing_waits_where_nothing_was_performed(tmp_path: Path) -> None:
    from app.journal.questions import Questions

    assert await waiting_count(tmp_path / "none.db", Questions()) == 0


async def test_tags_are_kept_in_the_list_of_runs(play: House) -> None:
    await play.play(HELLO)
    async with Archive.open() as archive:
        (row,) = await archive.runs()
    assert row.tags == ("small", "first")
