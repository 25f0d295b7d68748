"""The stage: every key of it, over runs that are performed, over, or wait for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.engine import Run
from app.events import CallFinished, Directed, GateAnswered, Handoff, RunStarted
from app.playback.playhead import Playhead
from app.tui.screens.gate import GateCard
from app.tui.screens.inspector import Inspector
from app.tui.screens.presenter import Presenter
from app.tui.screens.stage import Stage
from app.tui.screens.timeline import Timeline
from app.tui.script import book_of
from app.tui.sources import Here, source_of
from app.tui.widgets.timeline import SmallTimeline
from corpus.commands import ROOT
from tui.bare import text_of
from tui.pictures import picture
from tui.staging import Door, drawn, performed, stage_of, staged, until

SPRINT = ROOT / "scenarios" / "engineering" / "feature-sprint.yaml"
HELLO = ROOT / "scenarios" / "engineering" / "hello.yaml"


async def over(workspace: Path, scenario: Path = SPRINT) -> str:
    """A rehearsal that has ended."""
    run = performed(scenario, workspace)
    await run.result()
    return run.id


async def replayed(workspace: Path, pilot_keys: tuple[str, ...] = ()) -> Any:
    run = await over(workspace)
    return await source_of(run, workspace, entrance="now")


async def press(pilot: Pilot[Any], *keys: str) -> Playhead:
    """Press keys on the stage, and let it draw."""
    await pilot.press(*keys)
    stage = stage_of(pilot)
    stage.frame()
    await pilot.pause()
    return stage.playhead


async def test_an_event_on_and_an_event_back_stand_still(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        stage = await drawn(pilot, 10)
        await until(lambda: stage.playhead.seen == stage.playhead.head and stage.playhead.head > 70)
        head = stage.playhead.head
        assert (await press(pilot, "comma")).seen == head - 1
        assert (await press(pilot, "comma")).seen == head - 2
        playhead = await press(pilot, "full_stop")
        assert (playhead.seen, playhead.paused) == (head - 1, True)


async def test_help_on_the_stage_tells_the_keys_of_the_log_too(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db"), (100, 140)) as pilot:
        await pilot.press("question_mark")
        assert "All of it, only the story, only errors." in text_of(pilot.app)


async def test_on_a_large_stage_the_cursor_of_the_timeline_stands_where_the_audience_is(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db"), (200, 50), pace="theatrical", clock=lambda: 0.0) as pilot:
        stage = await drawn(pilot, 70)
        timeline = pilot.app.screen.query_one(SmallTimeline)
        assert timeline.view.cursor == stage.show.state.mono > 0
        assert timeline.view.lane == timeline.chart.lane_of(f"agent:{stage.show.lit}")
        await press(pilot, "left_curly_bracket")
        assert timeline.view.cursor == stage.show.state.mono
        assert "TIMELINE" in text_of(pilot.app)


async def test_to_the_start_and_to_the_end(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db"), pace="theatrical", clock=lambda: 0.0) as pilot:
        stage = stage_of(pilot)
        await until(lambda: stage.playhead.head > 70 and stage.playhead.seen == stage.playhead.head)
        await press(pilot, "home")
        assert stage.playhead.seen < 10
        await press(pilot, "end")
        assert stage.playhead.seen == stage.playhead.head


async def test_from_handoff_to_handoff_and_to_an_error(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        stage = stage_of(pilot)
        await until(lambda: stage.playhead.head > 70 and stage.playhead.seen == stage.playhead.head)
        handed = [event.seq for event in stage.show.events if isinstance(event, Handoff)]
        assert (await press(pilot, "left_curly_bracket")).seen == handed[-1]
        assert (await press(pilot, "left_curly_bracket")).seen == handed[-2]
        assert (await press(pilot, "right_curly_bracket")).seen == handed[-1]
        await press(pilot, "x")
        assert "no error after this" in text_of(pilot.app)


async def test_slower_faster_and_another_pace(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db"), pace="theatrical") as pilot:
        assert (await press(pilot, "less_than_sign")).speed == 0.5
        assert (await press(pilot, *["greater_than_sign"] * 9)).speed == 8.0
        assert (await press(pilot, "P")).pace == "keynote"


async def test_space_stands_still_and_goes_on_and_shows_what_is_over_again(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db"), pace="theatrical", clock=lambda: 0.0) as pilot:
        stage = stage_of(pilot)
        await until(lambda: stage.playhead.head > 70 and stage.playhead.seen == stage.playhead.head)
        await press(pilot, "space")
        assert stage.playhead.seen < stage.playhead.head
        assert (await press(pilot, "space")).paused
        assert not (await press(pilot, "space")).paused


async def test_v_opens_the_timeline_over_the_same_moment_then_the_view_for_a_room_and_comes_back(
    tmp_path: Path,
) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        await drawn(pilot, 10)
        await pilot.press("v")
        assert isinstance(pilot.app.screen, Timeline)
        assert pilot.app.screen.show is stage_of(pilot).show
        await pilot.press("v")
        assert isinstance(pilot.app.screen, Presenter)
        assert pilot.app.screen.talk.show is stage_of(pilot).show
        await pilot.press("v")
        assert isinstance(pilot.app.screen, Stage)


async def test_tab_goes_through_the_panels_and_enter_opens_what_has_the_focus(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        await drawn(pilot, 70)
        await pilot.press("tab", "tab", "enter")
        assert isinstance(pilot.app.screen, Inspector)


async def test_captions_can_be_switched_off_and_that_is_remembered(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        await drawn(pilot, 70)
        assert "CAPTION" in text_of(pilot.app)
        await press(pilot, "c")
        assert "CAPTION" not in text_of(pilot.app)


async def test_the_log_is_searched_and_followed(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        await drawn(pilot, 70)
        await pilot.press("slash", *"expects", "enter")
        await pilot.pause()
        assert "expects" in text_of(pilot.app)
        assert stage_of(pilot).log_view.query_said == "expects"
        stage_of(pilot).log_view.follows = False
        stage_of(pilot).set_focus(None)
        await press(pilot, "f")
        assert stage_of(pilot).log_view.follows


async def test_y_copies_what_was_said_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        await drawn(pilot, 70)
        clipped: list[str] = []
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", clipped.append)
        await pilot.press("escape", "y")
        assert clipped
        assert clipped[0].startswith("Three steps, and each of them can be the last for today.")


# Runs that are performed


async def drawn_at_least(pilot: Pilot[Any], seq: int) -> Stage:
    """The stage, once an event was seen."""
    stage = stage_of(pilot)
    await until(lambda: stage.playhead.seen >= seq)
    return stage


def at_work(workspace: Path, effects: int, scenario: Path = SPRINT, **more: Any) -> tuple[Run, Here, Door]:
    """A rehearsal that stands before one of its effects."""
    run, door = performed(scenario, workspace, **more), Door(effects)
    door.leads(run)
    return run, Here(run), door


async def test_h_holds_the_engine_and_releases_it(tmp_path: Path) -> None:
    run, here, door = at_work(tmp_path / "w.db", 2)
    async with staged(here) as pilot:
        await drawn(pilot, 3)
        await press(pilot, "H")
        await until(lambda: stage_of(pilot).show.state.held)
        await press(pilot, "H")
        await until(lambda: not stage_of(pilot).show.state.held)
        assert [event.direction for event in run.events if isinstance(event, Directed)] == ["hold", "go"]
    door.open()
    await run.result()


async def test_s_lets_one_effect_begin_at_a_time(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run)) as pilot:
        await drawn(pilot, 1)
        await pilot.press("H")
        calls = len([event for event in run.events if isinstance(event, CallFinished)])
        await until(lambda: stage_of(pilot).show.state.held)
        await pilot.press("s")
        await until(lambda: len([event for event in run.events if isinstance(event, CallFinished)]) > calls)
        assert stage_of(pilot).show.state.held
        run.cancel()
        await run.result()


async def test_a_whisper_is_heard_by_the_next_call_of_its_agent(tmp_path: Path) -> None:
    run, here, door = at_work(tmp_path / "w.db", 1)
    async with staged(here) as pilot:
        await door.closed(run)
        await drawn(pilot, run.events[-1].seq)
        await pilot.press("colon")
        await until(lambda: "Direct the run" in text_of(pilot.app))
        await pilot.press("w")
        await until(lambda: "Whisper: whom?" in text_of(pilot.app))
        await pilot.press("enter")
        await until(lambda: "Only this agent hears it" in text_of(pilot.app))
        assert "Whisper to CTO" in text_of(pilot.app)
        await pilot.press(*"mind", "enter")
        await until(lambda: any(isinstance(event, Directed) for event in run.events))
        told = next(event for event in run.events if isinstance(event, Directed))
        assert (told.direction, run.value(told.detail)) == ("whisper", "mind")
    door.open()
    await run.result()


async def test_the_show_goes_on_behind_the_menu_of_directions_and_after_it(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run), pace="theatrical", clock=lambda: 0.0) as pilot:
        stage = await drawn_at_least(pilot, 1)
        await pilot.press("colon")
        await until(lambda: "Direct the run" in text_of(pilot.app))
        await pilot.press("escape")
        stage.playhead.pace = "instant"
        stage.frames.wake()
        await until(lambda: isinstance(pilot.app.screen, GateCard))
        run.cancel()
        await run.result()


async def test_what_cannot_be_directed_says_why(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        await drawn(pilot, 70)
        await pilot.press("colon")
        assert "the run is over" in text_of(pilot.app)
        await pilot.press("escape")
        await press(pilot, "H")
        await pilot.pause()
        assert "nobody" in text_of(pilot.app) or "over" in text_of(pilot.app)


async def test_a_question_comes_as_a_card_and_the_answer_lets_the_run_go_on(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run)) as pilot:
        await until(lambda: isinstance(pilot.app.screen, GateCard))
        card = pilot.app.screen
        assert isinstance(card, GateCard)
        card._shown_at = float("-inf")
        await pilot.press("1", "enter")
        await until(lambda: any(isinstance(event, GateAnswered) for event in run.events))
        result = await run.result()
        assert result.outcome == "succeeded"


async def test_a_question_that_was_put_away_comes_back_with_enter(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run)) as pilot:
        await until(lambda: isinstance(pilot.app.screen, GateCard))
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Stage)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, GateCard)
        run.cancel()
        await run.result()


async def test_whoever_looks_back_is_told_that_a_question_waits_and_answers_it_from_there(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run)) as pilot:
        await until(lambda: isinstance(pilot.app.screen, GateCard))
        stage = stage_of(pilot)
        asked = stage.show.state.open_gates[0].opened.gate
        await pilot.press("escape", "comma", "home")
        await until(lambda: stage.playhead.seen == 0)
        stage.frame()
        await pilot.pause()
        first, *_, last, _ = text_of(pilot.app).rstrip("\n").splitlines()
        assert "◇ ASKS" in first
        assert "a question waits" in last
        assert stage.stands == "asks"
        await pilot.press("enter")
        card = pilot.app.screen
        assert isinstance(card, GateCard)
        assert card.asked.gate == asked
        run.cancel()
        await run.result()


async def test_a_card_goes_away_when_somebody_else_has_answered(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run)) as pilot:
        await until(lambda: isinstance(pilot.app.screen, GateCard))
        run.answer(stage_of(pilot).show.state.open_gates[0].opened.gate, "ship")
        await until(lambda: isinstance(pilot.app.screen, Stage))
        await run.result()


@pytest.mark.parametrize(("key", "how"), [("s", "stop"), ("k", "keep"), ("c", "cancel")])
async def test_leaving_a_run_that_is_performed_asks_what_becomes_of_it(key: str, how: str, tmp_path: Path) -> None:
    run, here, door = at_work(tmp_path / "w.db", 1)
    async with staged(here) as pilot:
        await drawn(pilot, 3)
        await pilot.press("q")
        assert "A run is still being performed here." in text_of(pilot.app)
        await pilot.press(key)
        await pilot.pause()
        left = pilot.app.return_value
        assert left is not None
        assert (left.how, [each.run for each in left.runs]) == (how, [run.id])
    door.open()
    await run.result()


async def test_a_fork_begins_from_what_is_inspected(tmp_path: Path) -> None:
    workspace = tmp_path / "w.db"
    run = await over(workspace, HELLO)
    async with staged(await source_of(run, workspace, entrance="now")) as pilot:
        pilot.app.workspace = workspace  # type: ignore[attr-defined]
        await drawn(pilot, 5)
        await pilot.press("enter")
        await pilot.press("F")
        await until(lambda: "Fork at event" in text_of(pilot.app))
        await pilot.press("f")
        await until(lambda: isinstance(pilot.app.screen, Stage) and pilot.app.screen.source.run != run)
        assert isinstance(pilot.app.screen, Stage)
        forked = pilot.app.screen.source
        assert isinstance(forked, Here)
        going = forked.going
        assert (await going.result()).outcome == "succeeded"
        begun = going.events[0]
        assert isinstance(begun, RunStarted)
        assert begun.parent is not None
        assert begun.parent.run == run


async def test_a_play_that_says_nothing_to_its_audience_has_no_caption_and_one_alone_no_lane(tmp_path: Path) -> None:
    workspace = tmp_path / "w.db"
    run = await over(workspace, HELLO)
    async with staged(await source_of(run, workspace, entrance="now")) as pilot:
        stage = await drawn(pilot, 5)
        shown = text_of(pilot.app)
        assert "HANDOFFS" not in shown
        assert ("CAPTION" in shown) == book_of(stage.show).has_captions is False


async def test_the_first_tab_is_seen(tmp_path: Path) -> None:
    async with staged(await replayed(tmp_path / "w.db")) as pilot:
        stage = await drawn(pilot, 70)
        before = picture(pilot.app)
        await press(pilot, "tab")
        assert stage.focused is not None
        assert picture(pilot.app) != before
