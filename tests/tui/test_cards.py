"""Cards: questions, choices and lines to write; and what can be pressed before anybody can have read them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from app.events import GateOpened, StepStarted
from app.tui.app import Theatre
from app.tui.asking import Asked, asked_of
from app.tui.directing import direct
from app.tui.paint.options import Option
from app.tui.screens.choosing import Choosing
from app.tui.screens.gate import UNREADABLE, GateCard
from app.tui.screens.leaving import Leaving
from app.tui.screens.writing import Writing
from app.tui.sources import Here, source_of
from corpus.commands import ROOT
from corpus.probes import PROBES
from tui.bare import BareHouse, opened, text_of
from tui.staging import drawn, performed, stage_of, staged, until
from tui.telling import Telling

HELLO = ROOT / "scenarios" / "engineering" / "hello.yaml"
SPRINT = ROOT / "scenarios" / "engineering" / "feature-sprint.yaml"

SIGN_OFF = Asked("R", "sign_off#1", "sign_off", "approve", "Ship it?", ("ship", "hold", "again"), "hold", role="owner")
WORDS = Asked("R", "why#1", "why", "ask", "Why now?")


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def put(pilot: Pilot[Any], screen: Any) -> list[Any]:
    """Put a card in front; what it gives, once it does."""
    given: list[Any] = []
    await pilot.app.push_screen(screen, given.append)
    await pilot.pause()
    return given


async def gate(pilot: Pilot[Any], asked: Asked = SIGN_OFF) -> tuple[list[Any], Clock]:
    """A question that can be read already."""
    clock = Clock()
    given = await put(pilot, GateCard(asked, clock))
    clock.now = UNREADABLE
    return given, clock


async def test_a_question_is_answered_with_a_number_and_enter() -> None:
    async with opened(BareHouse()) as pilot:
        given, _ = await gate(pilot)
        await pilot.press("3", "enter")
        assert given == [("again", "")]


@pytest.mark.parametrize(("keys", "choice"), [(["down"], "ship"), (["up"], "again"), (["down", "down"], "hold")])
async def test_the_arrows_choose_too(keys: list[str], choice: str) -> None:
    async with opened(BareHouse()) as pilot:
        given, _ = await gate(pilot)
        await pilot.press(*keys, "enter")
        assert given == [(choice, "")]


async def test_enter_alone_decides_nothing() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        given, _ = await gate(pilot)
        await pilot.press("enter")
        assert given == []
        assert "choose first" in text_of(house)


async def test_what_was_typed_before_anybody_could_read_answers_nothing() -> None:
    async with opened(BareHouse()) as pilot:
        clock = Clock()
        given = await put(pilot, GateCard(SIGN_OFF, clock))
        await pilot.press("1", "enter", "down", "enter")
        assert given == []
        clock.now = UNREADABLE
        await pilot.press("enter")
        assert given == [("ship", "")]


async def test_a_note_goes_with_the_answer() -> None:
    async with opened(BareHouse()) as pilot:
        given, _ = await gate(pilot)
        await pilot.press("2", "n", *"later", "enter")
        assert given == [("hold", "later")]


async def test_a_question_without_options_is_answered_in_words_and_not_with_nothing() -> None:
    async with opened(BareHouse()) as pilot:
        given, _ = await gate(pilot, WORDS)
        await pilot.press("enter")
        assert given == []
        await pilot.press(*"now", "enter")
        assert given == [("now", "")]


async def test_escape_leaves_a_question_open() -> None:
    async with opened(BareHouse()) as pilot:
        given, _ = await gate(pilot)
        await pilot.press("1", "escape")
        assert given == [None]


async def test_a_card_says_who_is_asked_where_and_until_when() -> None:
    house = BareHouse()
    asked = Asked("R", "g", "deploy", "tool", "Go?", ("yes",), role="owner", title="Sprint",
                  expires_at=int((time.time() + 90) * 1e6))  # fmt: skip
    async with opened(house) as pilot:
        await gate(pilot, asked)
        shown = text_of(house)
        assert "A tool asks for consent" in shown
        assert "Sprint · deploy · for: owner" in shown
        assert "expires in 1:" in shown


def test_a_card_calls_the_step_by_its_title_and_says_the_role_in_words() -> None:
    told = Telling()
    told.tell(StepStarted(step="sign_off", of="approve", title="Sign for the brakes"))
    gate = told.tell(GateOpened(step="sign_off", gate="sign_off#1", asks="approve", role="fleet_manager"))
    asked = asked_of(told.show, "R", gate)
    assert (asked.step, asked.role) == ("Sign for the brakes", "fleet manager")


@pytest.mark.parametrize("probe", PROBES)
async def test_a_question_that_a_model_wrote_stays_text(probe: str) -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        await gate(pilot, Asked("R", "g", "s", "approve", f"{probe}[@click=app.quit]x[/]", (probe or "yes",)))
        assert "\x1b" not in text_of(house)


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (80, 24), (200, 50)])
async def test_a_long_question_can_be_read_whole_at_any_size(size: tuple[int, int]) -> None:
    house = BareHouse()
    asked = Asked("R", "g", "s", "approve", "\n".join(f"line {number}" for number in range(60)), ("yes", "no"))
    async with opened(house, size) as pilot:
        given, _ = await gate(pilot, asked)
        for _ in range(20):
            await pilot.press("pagedown")
        assert size[1] < 12 or "line 59" in text_of(house)
        await pilot.press("1", "enter")
        assert given == [("yes", "")]


async def test_what_is_written_stands_above_the_keys() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        await gate(pilot, WORDS)
        await pilot.press(*"because")
        shown = text_of(house)
        assert shown.index("Why now?") < shown.index("because") < shown.index("leave it open")


async def test_ctrl_c_on_a_card_leaves_as_on_the_stage() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        given, _ = await gate(pilot)
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert given == []
    assert house.left is not None


async def test_q_puts_away_a_card_unless_somebody_writes() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        given = await put(pilot, Choosing("Which?", CHOICES))
        await pilot.press("q")
        assert given == [None]
        given = await put(pilot, Writing("What?"))
        await pilot.press("q", "enter")
        assert given == ["q"]
        await pilot.press("question_mark", "q")
        assert "Find anything by its name." not in text_of(house)
        assert house.is_running


async def test_the_cursor_begins_on_what_can_be_chosen() -> None:
    async with opened(BareHouse()) as pilot:
        given = await put(pilot, Choosing("Which?", CHOICES[::-1]))
        await pilot.press("enter")
        assert given == ["b"]


@pytest.mark.parametrize("width", [80, 120])
async def test_the_card_that_asks_before_leaving_can_be_read_whole(width: int) -> None:
    house = BareHouse()
    async with opened(house, (width, 24)) as pilot:
        await put(pilot, Leaving(()))
        assert "…" not in text_of(house)


async def test_directing_what_is_over_says_why_there_is_nothing_to_do(tmp_path: Path) -> None:
    run = performed(HELLO, tmp_path / "w.db")
    await run.result()
    async with staged(await source_of(run.id, tmp_path / "w.db", entrance="now")) as pilot:
        stage = await drawn(pilot, 3)
        assert stage.why_not("single_step") == stage.why_not("hold") == stage.why_not("direct") == "the run is over"
        assert not stage.why_not("pause")
        await pilot.press("colon")
        await pilot.pause()
        assert "There is nothing to direct: the run is over." in text_of(pilot.app)
        await pilot.press("enter")
        assert pilot.app.screen is stage


async def test_escape_goes_back_by_one_card_at_a_time_while_a_direction_is_chosen(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run), pace="theatrical", clock=lambda: 0.0) as pilot:
        house: Theatre = pilot.app  # type: ignore[assignment]
        stage = stage_of(pilot)
        await until(lambda: bool(stage.show.state.agents))

        async def direct_backend() -> None:
            await direct(house, stage.show, stage.source)

        house.run_worker(direct_backend())
        titles = []
        for key in ("w", "enter", "escape", "escape", "c", "escape", "escape"):
            await until(lambda: isinstance(house.screen, Choosing | Writing))
            titles.append(house.screen.title_said.partition(":")[0].partition(" to")[0])  # type: ignore[attr-defined]
            await pilot.press(key)
            await pilot.pause()
        assert titles == [
            "Direct the run",
            "Whisper",
            "Whisper",
            "Whisper",
            "Direct the run",
            "Cancel the run?",
            "Direct the run",
        ]
        assert house.screen is stage
        run.cancel()
        await run.result()


CHOICES = (Option("a", "First", "says", "f"), Option("b", "Second"), Option("c", "Third", why_not="not today"))


@pytest.mark.parametrize(("keys", "value"), [(["f"], "a"), (["2"], "b"), (["down", "enter"], "b"), (["enter"], "a")])
async def test_one_of_several_is_chosen_by_its_key_or_with_the_arrows(keys: list[str], value: str) -> None:
    async with opened(BareHouse()) as pilot:
        given = await put(pilot, Choosing("Which?", CHOICES))
        await pilot.press(*keys)
        assert given == [value]


async def test_the_key_of_an_option_counts_more_than_a_motion() -> None:
    async with opened(BareHouse()) as pilot:
        given = await put(pilot, Leaving(()))
        await pilot.press("k")
        assert given == ["keep"]


async def test_what_cannot_be_chosen_says_why() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        given = await put(pilot, Choosing("Which?", CHOICES))
        await pilot.press("3")
        await pilot.pause()
        assert given == []
        assert text_of(house).count("not today") == 2


async def test_keys_that_come_before_a_card_is_gone_do_not_end_what_lies_below_it() -> None:
    async with opened(BareHouse()) as pilot:
        below = Choosing("And then?", CHOICES)
        await put(pilot, below)
        given = await put(pilot, Choosing("Which?", CHOICES))
        for _ in range(4):
            pilot.app.screen._forward_event(Key("f", "f"))  # as the app does with every key at once
        await pilot.pause()
        assert (given, pilot.app.screen) == (["a"], below)


async def test_a_click_chooses() -> None:
    async with opened(BareHouse()) as pilot:
        given = await put(pilot, Choosing("Which?", CHOICES))
        face = pilot.app.screen.query_one("_Options")
        await pilot.click(face, offset=(10, 3))
        assert given == ["b"]


async def test_what_is_wrong_with_a_line_is_said_and_the_line_stays_until_another_is_typed() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        given = await put(pilot, Writing("How much?", wrong=lambda text: "" if text == "12" else "that is no number"))
        await pilot.press("1", "x", "enter")
        await pilot.pause()
        assert "that is no number" in text_of(house)
        await pilot.press("1", "2", "enter")  # what was wrong is replaced
        assert given == ["12"]
