"""Cast: who can be on stage, how they did so far, and what they say when they are asked something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.cast import Registry
from app.engine import perform
from app.engine.trials import trial_of
from app.events import CallFailed, CallFinished, CallStarted, Event, Failure, Mode, Performer, RunStarted, Usage
from app.journal import Archive
from app.settings import search_folders
from app.state import Spent
from app.tui.company import Record, at_share, company, record_of, records
from app.tui.history import Books, Ledger, calls_of
from app.tui.screens.trying import Trying
from corpus.commands import ROOT
from corpus.playing import House
from tui.places import SIZES, hall, insist_on_every_key, shown
from tui.places import play as play  # a fixture
from tui.staging import until

CAST_OF_TWO = "agents: {boss: engineering/cto, check: engineering/qa}\n"
PLAY = f"{CAST_OF_TWO}steps: {{one: {{agent: boss, prompt: Begin}}, two: {{agent: boss, prompt: Go on}}}}"
REGISTRY = Registry(search_folders("agents", ROOT))


def a_card(title: str, persona: str = "Somebody.") -> str:
    return (
        f"schema: footlights-card/v1\nid: x\ntitle: {title}\ncompany: ours\npersona: {persona}\n"
        "modes: {plain: {prompt: Say it plainly.}, fancy: {prompt: Say it with flowers., output: {note: string}}}\n"
    )


def own_card(folder: Path, text: str) -> None:
    """A project with one card of its own."""
    (folder / "agents" / "ours").mkdir(parents=True)
    (folder / "agents" / "ours" / "x.yaml").write_text(text)


# What is shown


async def test_the_agents_stand_by_company_with_what_they_did(play: House) -> None:
    await play.play(PLAY)
    async with hall("cast", (200, 50)) as (house, pilot):
        await pilot.press("slash", *"engineering", "slash", "enter")
        assert house.seen.index("Backend Developer") < house.seen.index("CTO") < house.seen.index("DevOps Engineer")
        await pilot.press("escape", "slash", *"engineering", "slash", *"cto", "enter")
        assert house.chosen.title == "CTO"
        await shown(house, "over 1 run")
        assert "2 calls" in house.seen
        assert "100% answered" in house.seen
        assert "appears in" in house.seen


async def test_an_agent_without_a_history_says_so() -> None:
    async with hall("cast") as (house, _):
        await shown(house, "it has not been on stage yet")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(size: tuple[int, int]) -> None:
    async with hall("cast", size) as (house, pilot):
        await pilot.press("G", "g", "J", "K", "m", "S", "S", "slash", "q", "escape", "enter", *"hello", "escape")
        assert not house.mishaps


async def test_a_card_with_mistakes_is_shown_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_card(tmp_path, a_card("X").replace("persona", "parsona"))
    monkeypatch.chdir(tmp_path)
    async with hall("cast") as (house, pilot):
        await pilot.press("slash", *"ours", "slash", "x", "enter", "G")
        await shown(house, "this card has mistakes")
        await pilot.press("enter", "m")
        assert house.told == ["its card has mistakes", "its card has mistakes"]


async def test_what_a_card_says_is_text_and_never_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_card(tmp_path, a_card('"[/x] [bold]title"', '"[@click=app.quit] somebody"'))
    monkeypatch.chdir(tmp_path)
    async with hall("cast", (200, 50)) as (house, pilot):
        await pilot.press("slash", *"ours", "slash", "x", "enter", "G")
        await shown(house, "[/x] [bold]title")
        assert "[@click=app.quit]" in house.seen
        assert not house.mishaps


# Keys


async def test_every_key_of_the_place_does_something() -> None:
    await insist_on_every_key("cast")


async def test_m_shows_the_next_mode_and_comes_round() -> None:
    async with hall("cast", (120, 60)) as (house, pilot):
        await pilot.press("slash", *"engineering", "slash", *"cto", "enter")
        assert "Turn the request into work" in house.seen
        await pilot.press("m")
        assert "Read what was built" in house.seen
        await pilot.press("m", "m", "m")
        assert "Turn the request into work" in house.seen


async def test_y_copies_the_line_that_casts_an_agent() -> None:
    async with hall("cast") as (house, pilot):
        await pilot.press("slash", *"engineering", "slash", *"cto", "enter", "y")
        assert house.clipped == ["card: engineering/cto"]


# Trying


async def test_an_agent_answers_a_prompt_and_that_is_kept_as_a_run() -> None:
    async with hall("cast", (120, 40)) as (house, pilot):
        await pilot.press("slash", *"engineering", "slash", *"cto", "enter", "enter")
        await until(lambda: isinstance(house.screen, Trying))
        await pilot.press(*"Now what", "alt+enter", "x", "enter")
        trying = house.screen
        assert isinstance(trying, Trying)
        await until(lambda: trying.result is not None and trying.shown == len(trying.said) > 0)
        await shown(house, "tokens")
        assert trying.said.split()[0] in house.seen
        await pilot.press("escape")
        assert house.screen is house.listed
    async with Archive.open() as archive:
        (row,) = await archive.runs()
        texts = await archive.texts(row.run)
    assert (row.tags, row.title, row.status) == (("try",), "CTO answers", "succeeded")
    assert {"prompt": "Now what\nx"} in texts.values()


async def test_nothing_is_performed_for_an_empty_prompt() -> None:
    async with hall("cast") as (house, pilot):
        await pilot.press("enter", "enter", "space", "enter")
        assert isinstance(house.screen, Trying)
        assert not house.screen.is_performing


async def test_without_a_model_that_is_ready_it_stays_a_rehearsal_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/models.yaml").write_text("services: {ollama: {adapter: not.here}}\n")
    async with hall("cast") as (house, pilot):
        await pilot.press("enter", "tab")
        assert house.told == ["no model is configured; the Models screen says why"]
        assert "rehearsed: no model is asked" in house.seen


async def test_a_prompt_is_text_and_never_an_expression(play: House) -> None:
    entry = REGISTRY.find("engineering/qa")
    assert entry is not None
    with trial_of(entry, "review") as checked:
        going = perform(checked, {"prompt": "${{ secrets.KEY }}"}, mode="rehearsal", journal=play.journal)
        result = await going.result()
    assert result.outcome == "succeeded"
    (started,) = [event for event in going.events if isinstance(event, CallStarted)]
    assert any("${{ secrets.KEY }}" in str(going.value(ref)) for ref in started.messages)


@pytest.mark.parametrize("name", REGISTRY.names())
def test_every_agent_can_be_tried_in_every_mode_and_uses_no_tool(name: str) -> None:
    entry = REGISTRY.find(name)
    assert entry is not None
    assert entry.card is not None
    for mode in entry.card.modes:
        with trial_of(entry, mode) as checked:
            assert checked.ok
            assert checked.scenario is not None
            assert checked.scenario.agents["agent"].tools == []


# What is gathered


def called(card: str, took: int, *, fails: bool = False, rehearsed: bool = False) -> list[Event]:
    more: dict[str, Any] = {"call": "a#1", "agent": "a", "took_ms": took, "usage": Usage(input=10), "cost_usd": 0.5}
    ending: Event = CallFailed(failure=Failure("auth"), **more) if fails else CallFinished(**more)
    mode: Mode = "rehearsal" if rehearsed else "live"
    cast = (Performer("a", card=card),)
    return [RunStarted("play", cast=cast, mode=mode), CallStarted("m", "x/y", call="a#1", agent="a"), ending]


def ledger(*runs: list[Event]) -> Ledger:
    return Ledger(tuple(call for events in runs for call in calls_of(events)), len(runs))


def test_calls_are_counted_by_card_and_rehearsals_apart() -> None:
    found = ledger(called("a/b", 100), called("a/b", 300, fails=True), called("a/b", 200, rehearsed=True))
    live, rehearsed = records(found, rehearsed=False), records(found, rehearsed=True)
    assert live["a/b"] == Record(2, 1, Spent(1.0, estimated_usd=0.5), 20, 100, 100)
    assert live["a/b"].success == 0.5
    assert rehearsed["a/b"].calls == 1


def test_what_is_no_card_counts_for_nobody() -> None:
    assert records(ledger(called("", 100)), rehearsed=False) == {}


def test_half_of_the_calls_were_answered_within_the_median() -> None:
    assert at_share(range(1, 101), 0.5) == 51
    assert at_share(range(1, 101), 0.95) == 96
    assert at_share((), 0.95) == 0
    assert record_of(()).success == 0


async def test_the_books_read_a_run_again_only_when_it_went_on(play: House) -> None:
    await play.play(PLAY)
    books = Books()
    async with Archive.open() as archive:
        first = await books.read(archive)
        again = await books.read(archive)
        assert [one is other for one, other in zip(first.calls, again.calls, strict=True)] == [True, True]
        await play.play(PLAY)
        assert len((await books.read(archive)).calls) == 4


def test_an_agent_knows_the_scenarios_that_cast_it() -> None:
    plays = {member.entry.name: member.plays for member in company(ROOT)}
    assert "Ship a feature in one sprint" in plays["engineering/cto"]
    assert "Is that so?" in plays["business/data-analytics"]
