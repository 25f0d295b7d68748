"""Models: who answers for the agents, what it costs, what was spent; and that no key is ever seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.endpoints import Endpoints, Standing
from app.events import CallFinished, CallStarted, Event, RunStarted, Usage
from app.tui.endpoints import Model, models, services
from app.tui.glyphs import UNICODE
from app.tui.history import Ledger, calls_of
from app.tui.paint.models import price, state, whole
from app.tui.paint.rows import Row
from corpus.playing import House
from providers.limiter import AT_A_TIME
from tui.places import SIZES, hall, insist_on_every_key, shown
from tui.places import play as play  # a fixture

NOW = 1_790_000_000.0
KEY = "sk-ant-0123456789abcdefghijklmnop"


def text(row: Row) -> str:
    return "".join(span.text for span in row)


def called(use: str, at: float, cost: float, *, rehearsed: bool = False, basis: str = "exact") -> list[Event]:
    usage = Usage(input=100, output=50)
    return [
        RunStarted("play", mode="rehearsal" if rehearsed else "live"),
        CallStarted("m", use, call="a#1"),
        CallFinished(call="a#1", at=int(at * 1e6), usage=usage, cost_usd=cost, basis=basis, took_ms=1200),  # type: ignore[arg-type]
    ]


def spent_on(use: str, *runs: list[Event]) -> Model:
    found = Ledger(tuple(call for events in runs for call in calls_of(events)), len(runs))
    return next(model for model in models(services({}), found, NOW) if model.use == use)


# What is shown


async def test_the_one_that_rehearses_is_always_there_and_the_others_say_why_not() -> None:
    async with hall("models", (200, 50)) as (house, _):
        assert "always there: no key, no network, no cost" in house.seen
        assert "not in this version yet" in house.seen
        assert "1 of 6 services ready" in house.seen
        assert house.chosen.use == "rehearsal/understudy"
        await shown(house, "nothing: it was never called")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(size: tuple[int, int]) -> None:
    async with hall("models", size) as (house, pilot):
        await pilot.press("G", "g", "J", "K", "S", "S", "I", "slash", *"qwen", "enter", "enter", "down", "escape")
        assert not house.mishaps


async def test_no_key_is_ever_seen_only_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    async with hall("models", (120, 50)) as (house, pilot):
        await pilot.press("slash", *"haiku", "enter")
        await shown(house, "ANTHROPIC_API_KEY is set in the")
        await pilot.press("enter")
        assert KEY[:12] not in house.seen
        assert all(KEY not in repr(service) for service in services().values())


async def test_what_was_rehearsed_is_told_apart_from_what_was_paid(play: House) -> None:
    await play.play("models: {m: {use: ollama/qwen3}}\nsteps: {one: {agent: a, prompt: Begin}}")
    async with hall("models", (160, 40)) as (house, pilot):
        await pilot.press("slash", *"qwen", "enter")
        await shown(house, "rehearsed  $0")
        assert "today  " not in house.seen.partition("spent")[2]


# Keys


async def test_every_key_of_the_place_does_something() -> None:
    await insist_on_every_key("models")


async def test_enter_shows_all_details_and_escape_puts_them_away() -> None:
    async with hall("models", (60, 16)) as (house, pilot):
        await pilot.press("enter")
        assert "what it can" in house.seen
        await pilot.press("pagedown", "pagedown")
        assert "spent" in house.seen
        await pilot.press("pageup", "escape")
        assert house.screen is house.listed


async def test_y_copies_a_model_as_a_scenario_names_it() -> None:
    async with hall("models") as (house, pilot):
        await pilot.press("slash", *"sonnet", "enter", "y")
        assert house.clipped == ["use: anthropic/claude-sonnet-5-5"]


# What is gathered


def test_money_is_counted_by_day_and_rehearsals_are_no_money() -> None:
    use = "anthropic/claude-haiku-4-5"
    model = spent_on(use, called(use, NOW, 0.25), called(use, NOW - 90_000, 1.0), called(use, NOW, 9.0, rehearsed=True))
    assert (model.today.cost_usd, model.in_all.cost_usd, model.rehearsed.cost_usd) == (0.25, 1.25, 9.0)


def test_a_model_that_nobody_knows_is_listed_and_marked_as_unpriced() -> None:
    model = spent_on("openai-compatible/ours", called("openai-compatible/ours", NOW, 0.0, basis="unpriced"))
    assert model.facts is None
    told = "\n".join(map(text, whole(model, Standing(), Ledger(), 60, int(NOW * 1e6), UNICODE)))
    assert "nobody here knows" in told
    assert "$0+" in told


def test_a_key_may_come_from_a_file_and_one_that_is_not_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    assert services({"OPENAI_API_KEY_FILE": str(file)})["openai"].key == "from the file in OPENAI_API_KEY_FILE"
    assert services({"OPENAI_API_KEY_FILE": "/nowhere"})["openai"].key == "OPENAI_API_KEY_FILE names no file"
    assert services({})["gemini"].key == "GEMINI_API_KEY or GOOGLE_API_KEY is not set"
    assert services({})["ollama"].key == "needs none"


def test_an_endpoint_tells_how_it_stands() -> None:
    now = [0.0]
    endpoints = Endpoints(lambda: now[0])
    assert endpoints.standing("openai") == Standing()
    for _ in range(5):
        endpoints._breakers.failed("openai", "overloaded")
    assert endpoints.standing("openai") == Standing("open", 30.0)
    now[0] = 31.0
    assert endpoints.standing("openai").breaker == "half-open"
    endpoints._limiter.pause("openai", 7.0)
    assert endpoints.standing("openai").pause == 7.0
    for _ in range(AT_A_TIME):
        endpoints._limiter.enter("gemini")
    assert endpoints.standing("gemini").pause == 0.0  # busy is no pause


def test_a_state_is_a_sign_and_a_word() -> None:
    ready = models(services({}), Ledger(), NOW)[0]
    said = [
        text(state(ready, standing, UNICODE))
        for standing in (Standing(), Standing("open", 12.0), Standing("half-open"), Standing(pause=3.0))
    ]
    assert said == ["● ready", "✗ open 12 s", "↑ trying", "║ 3 s"]


@pytest.mark.parametrize(("dollars", "said"), [(0, "free"), (0.075, "$0.075"), (0.1, "$0.10"), (12.5, "$12.50")])
def test_a_price_is_written_as_people_write_it(dollars: float, said: str) -> None:
    assert price(dollars) == said
