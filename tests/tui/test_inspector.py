"""The inspector at the keyboard and with the mouse, over recorded and rehearsed runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.playback.show import Show
from app.tui.keys import keys_of
from app.tui.paint.inspected import HEAD, TABS, Place
from app.tui.screens.inspector import Inspector
from app.tui.sources import Here
from app.tui.widgets.table import Search
from golden.logs import read
from tui.bare import text_of
from tui.looking import SIZES, Told, inspector, long_show, show_of
from tui.plays import begun
from tui.plays import show_of as show_of_history
from tui.staging import drawn, performed, staged

CALL = "call:api#1"


def name_of(screen: Inspector) -> str:
    return screen.view.inspected.parts[screen.view.part].name


async def test_every_key_of_the_inspector_does_something() -> None:
    async with inspector(show_of("feature-sprint"), CALL) as (_, screen, _pilot):
        for key in keys_of(*screen.SPOTS):
            assert hasattr(screen, f"action_{key.action.partition('(')[0]}"), key.id


@pytest.mark.parametrize("size", SIZES)
async def test_it_can_be_seen_at_every_size(size: tuple[int, int]) -> None:
    async with inspector(show_of("feature-sprint"), CALL, size) as (house, _, pilot):
        await pilot.press("right", "down", "pagedown", "end", "tab", "left", "slash", "a", "enter", "n", "home")
        assert not house.mishaps


async def test_it_opens_at_the_answer_and_the_arrows_turn_to_the_other_parts() -> None:
    async with inspector(show_of("feature-sprint"), CALL) as (house, screen, pilot):
        assert name_of(screen) == "answer"
        assert "anthropic/claude-sonnet-5-5" in house.read and "Backend Developer" in house.read
        seen = []
        for _ in screen.view.inspected.parts:
            await pilot.press("right")
            seen.append(name_of(screen))
        assert seen == ["receipt", "usage", "events", "prompt", "answer"]
        await pilot.press("h")
        assert name_of(screen) == "prompt"
        assert "You build the part nobody sees" in house.read


async def test_a_long_part_scrolls_by_rows_and_pages_and_to_its_ends() -> None:
    async with inspector(show_of("feature-sprint"), CALL, (80, 20)) as (_, screen, pilot):
        await pilot.press("left", "down", "j")
        assert screen.view.reading.top == Place(0, 2) or screen.view.reading.top.piece > 0
        await pilot.press("pagedown")
        below = screen.view.reading.top
        await pilot.press("up", "k", "pageup")
        assert screen.view.reading.top < below
        await pilot.press("G")
        assert screen.view.reading.top == screen.view.document.last(screen.view.page)
        await pilot.press("g")
        assert screen.view.reading.top == Place()


async def test_every_part_keeps_its_place() -> None:
    async with inspector(show_of("feature-sprint"), CALL, (80, 20)) as (_, screen, pilot):
        await pilot.press("left", "end")
        top = screen.view.reading.top
        await pilot.press("right", "left")
        assert screen.view.reading.top == top > Place()


async def test_words_are_looked_for_set_off_and_gone_to_in_turn() -> None:
    async with inspector(show_of("feature-sprint"), "run", (100, 24)) as (house, screen, pilot):
        await pilot.press("left")  # the error or the events, the last part
        while name_of(screen) != "source":
            await pilot.press("left")
        await pilot.press("slash", *"verdict")
        assert screen.query_one(Search).has_class("-open")
        await pilot.press("enter")
        assert not screen.query_one(Search).has_class("-open")
        assert "verdict" in house.read
        first = screen.view.reading.top
        await pilot.press("n")
        assert screen.view.reading.top > first
        await pilot.press("N")
        assert screen.view.reading.top == first
        await pilot.press("slash", "escape")
        assert screen.view.reading.words == ""
        await pilot.press("slash", *"xyzzyx", "enter")
        assert "not in this part" in house.said[-1]


async def test_enter_opens_what_is_referred_to_and_escape_goes_back() -> None:
    async with inspector(show_of("feature-sprint"), "step:api") as (house, screen, pilot):
        await pilot.press("tab")
        assert screen.view.chosen == "agent:backend"
        await pilot.press("enter")
        await pilot.pause()
        second = house.screen
        assert isinstance(second, Inspector) and second.view.inspected.thing == "agent:backend"
        await pilot.press("tab", "enter")
        await pilot.pause()
        third = house.screen
        assert isinstance(third, Inspector) and third.view.inspected.thing == CALL
        await pilot.press("escape", "escape")
        assert screen.is_current and screen.view.chosen == "agent:backend"


async def test_in_a_list_the_arrows_move_the_cursor_and_it_stays_in_sight() -> None:
    async with inspector(show_of("market-scan"), "run", (100, 24)) as (_, screen, pilot):
        while name_of(screen) != "events":
            await pilot.press("right")
        assert screen.view.chosen == "seq:1"
        for _ in range(30):
            await pilot.press("down")
        assert screen.view.chosen == "seq:31"
        rows = screen.view.document.rows(screen.view.reading.top, 96, screen.view.page)
        assert any(screen.view.document.number_at(place) == screen.view.reading.chosen for place, _ in rows)
        await pilot.press("up", "shift+tab")
        assert screen.view.chosen == "seq:29"
        await pilot.press("end")
        assert screen.view.chosen == "seq:183"


async def test_y_copies_the_whole_part_not_only_what_is_seen() -> None:
    show = show_of("feature-sprint")
    async with inspector(show, CALL, (60, 12)) as (house, _, pilot):
        await pilot.press("y")
        answered = show.state.calls["api#1"].text
        assert house.clipped[-1] == show.words(answered)


async def test_a_click_turns_to_a_part_chooses_and_opens() -> None:
    async with inspector(show_of("feature-sprint"), "step:api") as (house, screen, pilot):
        await pilot.click(screen.view, offset=(len(" step") + 8, TABS))
        assert name_of(screen) == "output"
        await pilot.press("left")
        items = screen.view.document.items
        row = HEAD + next(number for number, item in enumerate(items) if item.thing == "agent:backend")
        await pilot.click(screen.view, offset=(20, row))
        assert screen.view.chosen == "agent:backend"
        await pilot.click(screen.view, offset=(20, row))
        await pilot.pause()
        assert house.screen is not screen


async def test_the_wheel_scrolls() -> None:
    from textual import events

    async with inspector(show_of("feature-sprint"), CALL, (80, 20)) as (_, screen, pilot):
        await pilot.press("left")
        await pilot._post_mouse_events([events.MouseScrollDown], screen.view, offset=(5, 8))
        assert screen.view.reading.top > Place()
        await pilot._post_mouse_events([events.MouseScrollUp], screen.view, offset=(5, 8))
        assert screen.view.reading.top == Place()


async def test_an_answer_is_followed_while_it_comes_and_stays_at_its_end() -> None:
    golden, show = read("feature-sprint"), show_of("feature-sprint", 21)
    async with inspector(show, CALL, (60, 14)) as (house, screen, pilot):
        for number in range(1, 40):
            show.hear("api#1", "\n".join(f"line {line} of it" for line in range(number)))
            screen.frame()
            await pilot.pause()
            if number == 20:
                await pilot.press("end")
        assert "line 38 of it" in house.read
        assert "it is still speaking" in house.read
        for event in golden.events[21:]:
            show.apply(event)
        screen.frame()
        assert screen.view.inspected.says == "finished"
        assert not screen.view.inspected.lasts


async def test_ten_megabytes_are_opened_scrolled_and_searched() -> None:
    history = begun()
    history.act("plan", "cto", "Split the work", "A line of the answer.\n" * 480_000 + "the very end")
    async with inspector(show_of_history(history), "call:plan#1") as (house, screen, pilot):
        assert "A line of the answer." in house.read
        await pilot.press("end")
        assert "the very end" in house.read
        await pilot.press("home", "slash", *"very", "enter")
        assert "the very end" in house.read
        assert screen.view.document.text.endswith("the very end")


async def test_hostile_text_does_nothing_anywhere() -> None:
    nasty = "\x1b]0;owned\x07\x1b[2J[/red][@click=app.quit]here[/] \u202e" + "e\u0301" * 40
    history = begun()
    history.act("plan", "cto", nasty, {nasty: nasty})
    show = show_of_history(history)
    for thing in ("call:plan#1", "step:plan", "agent:cto", "run", "seq:2"):
        async with inspector(show, thing, (80, 24)) as (house, screen, pilot):
            for _ in screen.view.inspected.parts:
                await pilot.press("right")
                assert "\x1b" not in house.read and "\u202e" not in house.read
            assert not house.mishaps and house.is_running


async def test_an_empty_show_says_that_nothing_has_happened() -> None:
    async with inspector(Show(lambda ref: None), "run") as (house, _, pilot):
        assert "nothing has happened yet" in house.read
        await pilot.press("F", "enter", "tab", "right", "right", "end", "y")
        assert not house.mishaps


@pytest.mark.parametrize("scenario", ["feature-sprint", "incident-triage", "fact-check", "market-scan"])
async def test_everything_of_a_rehearsal_that_was_just_performed_can_be_opened(scenario: str, tmp_path: Path) -> None:
    run = performed(scenario, tmp_path / "workspace")
    async with staged(Here(run)) as pilot:
        result = await run.result()
        assert result.status == "finished"
        stage = await drawn(pilot, run.events[-1].seq)
        state = stage.show.state
        things = [
            f"call:{next(iter(state.calls))}",
            f"step:{state.roots[-1]}",
            f"agent:{next(iter(state.agents))}",
            "run",
        ]
        for thing in things:
            stage.house.inspect(stage.show, stage.source, thing)
            await pilot.pause()
            screen = pilot.app.screen
            assert isinstance(screen, Inspector) and screen.view.inspected.thing == thing
            for _ in screen.view.inspected.parts:
                await pilot.press("right")
            assert text_of(stage.house)
            await pilot.press("escape")


async def test_many_events_open_without_waiting() -> None:
    async with inspector(long_show(5_000), "run") as (house, screen, pilot):
        while name_of(screen) != "events":
            await pilot.press("right")
        await pilot.press("end")
        assert screen.view.chosen == f"seq:{len(screen.show.events)}"
        assert not house.mishaps


@pytest.mark.parametrize(
    ("name", "run", "thing", "keys"),
    [
        ("answer", "feature-sprint", CALL, []),
        ("receipt", "market-scan", "call:memo/1/draft#2", ["right"]),
        ("source", "feature-sprint", "step:polish/1/verdict", ["right", "right"]),
        ("error", "every-kind", "call:deploy#2", []),
    ],
)
async def test_it_looks_as_it_did(
    name: str, run: str, thing: str, keys: list[str], pictured: Callable[[Any, str], None]
) -> None:
    async with inspector(show_of(run), thing, (100, 30)) as (house, _, pilot):
        await pilot.press(*keys)
        await pilot.pause()
        pictured(house, f"inspector-{name}")


def test_a_thing_that_is_gone_is_the_run() -> None:
    show = show_of("hello")
    assert Inspector(show, Told(show.value), "call:gone").view.inspected.thing == "run"  # type: ignore[arg-type]
