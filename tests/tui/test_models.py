"""Models: who answers for the agents, what it costs, what was spent; and that no key is ever seen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from app.engine.endpoints import Standing
from app.events import CallFinished, CallStarted, Event, RunFinished, RunStarted, Usage
from app.journal import Archive
from app.tui.endpoints import ANY, Model, listed, models, services
from app.tui.history import Ledger, calls_of
from app.tui.look.glyphs import UNICODE
from app.tui.paint.models import columns_of, group_of, host_of, price, state, whole
from app.tui.paint.rows import Row
from app.tui.sounding import about, most
from corpus.playing import House
from corpus.stub import Stub
from corpus.wires import NAMED
from providers.wires.capabilities import capabilities_of
from tui.places import SIZES, hall, insist_on_every_key, shown
from tui.places import play as play  # a fixture
from tui.staging import until

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
    return next(model for model in models(services(), found, NOW) if model.use == use)


IDLE = Standing()


def told(model: Model, standing: Standing = IDLE, width: int = 60) -> str:
    return "\n".join(map(text, whole(model, standing, Ledger(), width, int(NOW * 1e6), UNICODE)))


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine on which nobody has set anything up."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)


# What is shown


async def test_the_one_that_rehearses_is_always_there_and_the_others_say_why_not() -> None:
    async with hall("models", (200, 50)) as (house, _):
        assert "always there: no key, no network, no cost" in house.seen
        assert "ANTHROPIC_API_KEY is not set" in house.seen
        assert "of 11 services ready" in house.seen
        assert house.chosen.use == "rehearsal/understudy"
        await shown(house, "nothing: it was never called")


async def test_what_is_missing_is_told_with_what_to_do() -> None:
    async with hall("models", (160, 50)) as (house, pilot):
        await pilot.press("slash", *"opus", "enter")
        await shown(house, "export ANTHROPIC_API_KEY=...")
        assert "key      none yet" in house.seen


def test_what_is_ready_stands_first_and_a_service_without_known_models_is_listed_too() -> None:
    found = models(services(), Ledger(), NOW)
    ready = [model.service.is_ready for model in found]
    assert ready == sorted(ready, reverse=True)
    (groq,) = (model for model in found if model.service.name == "groq")
    assert groq.name == ANY and "GROQ_API_KEY" in group_of(groq).more
    assert "a scenario names the model" in told(groq) and "?" not in told(groq)


def test_before_anybody_looked_nothing_is_said_to_be_ready() -> None:
    found = listed()
    assert next(iter(found)) == "rehearsal"
    assert not any(service.is_ready for service in found.values())


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(size: tuple[int, int]) -> None:
    async with hall("models", size) as (house, pilot):
        await pilot.press("G", "g", "J", "K", "S", "S", "I", "slash", *"qwen", "enter", "enter", "down", "escape")
        assert not house.mishaps


async def test_no_key_is_ever_seen_only_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    async with hall("models", (120, 50)) as (house, pilot):
        await pilot.press("slash", *"haiku", "enter")
        await shown(house, "ANTHROPIC_API_KEY in the")
        await pilot.press("enter")
        assert KEY[:12] not in house.seen
        assert all(KEY not in repr(service) for service in services().values())


async def test_what_was_rehearsed_is_told_apart_from_what_was_paid(play: House) -> None:
    await play.play("models: {m: {use: ollama/qwen3}}\nsteps: {one: {agent: a, prompt: Begin}}")
    async with hall("models", (160, 40)) as (house, pilot):
        await pilot.press("slash", *"qwen", "enter")
        await shown(house, "rehearsed  $0.00")
        assert "today  " not in house.seen.partition("spent")[2]


async def test_an_own_file_that_is_wrong_changes_nothing_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/models.yaml").write_text("services: {openai: {adaptor: openai}}\n")
    async with hall("models") as (house, _):
        assert any("models.yaml has 1 error" in said for said in house.told)
        assert "gpt-6-astra" in house.seen


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
    records = (model.today, model.in_all, model.rehearsed)
    assert [record.spent.cost_usd for record in records] == [0.25, 1.25, 9.0]


def test_a_model_that_nobody_knows_is_listed_and_marked_as_unpriced() -> None:
    model = spent_on("openai-compatible/ours", called("openai-compatible/ours", NOW, 0.0, basis="unpriced"))
    assert model.facts is None
    assert "nobody here knows" in told(model)
    assert "in all  unpriced" in told(model) and "1 call unpriced" in told(model)


def test_how_it_did_is_learned_from_its_calls() -> None:
    use = "anthropic/claude-haiku-4-5"
    model = spent_on(use, called(use, NOW, 0.25), called(use, NOW, 0.25))
    assert (model.in_all.success, model.in_all.p50_ms, round(model.in_all.speed)) == (1.0, 1200, 42)
    assert "answered  100%  of 2 calls" in told(model)
    assert "42 tokens a second" in told(model)


def test_what_runs_on_this_machine_costs_time() -> None:
    model = next(model for model in models(services(), Ledger(), NOW) if model.use == "ollama/qwen3")
    assert "runs on your own machine, and what counts is time" in told(model)


def test_what_it_has_refused_is_told() -> None:
    known = capabilities_of("https://api.anthropic.com", "claude-haiku-4-5")
    known.cannot("temperature")
    model = next(model for model in models(services(), Ledger(), NOW) if model.use == "anthropic/claude-haiku-4-5")
    assert "It has refused temperature" in told(model)


def test_a_key_may_come_from_a_file_and_one_that_is_not_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(file))
    assert services()["openai"].key == "the file that OPENAI_API_KEY_FILE names"
    monkeypatch.setenv("OPENAI_API_KEY_FILE", "/nowhere")
    assert services()["openai"].why == "OPENAI_API_KEY_FILE names a file that is not there"
    assert services()["gemini"].why == "GEMINI_API_KEY or GOOGLE_API_KEY is not set"
    assert services()["ollama"].key == "needs none"


# How it stands just now


def test_a_state_is_a_sign_and_a_word_and_the_sign_stands_before_the_name() -> None:
    ready = models(services(), Ledger(), NOW)[0]
    standings = (Standing(), Standing("open", 12.0), Standing("half-open"), Standing(pause=3.0))
    assert [text(state(ready, standing, UNICODE)) for standing in standings] == [
        "● ready", "✗ open 12 s", "↑ trying", "║ 3 s",
    ]  # fmt: skip
    names = [columns_of(lambda _, now=now: now, UNICODE)[0].show(ready) for now in standings]  # type: ignore[misc]
    assert [text(name)[0] for name in names] == ["●", "✗", "↑", "║"]


def test_what_its_service_is_doing_is_told_in_words_while_it_does_something() -> None:
    model = models(services(), Ledger(), NOW)[0]
    assert "its service now" not in told(model)
    busy = told(model, Standing("open", 12.0, 7.0, 3, 2, 14, 12_400), 80)
    for words in (
        "left alone   12 s more: it failed too often",
        "pause        7 s more: it was asked too much",
        "under way    3 calls, 2 in line",
        "this minute  14 requests, 12.4k tokens",
    ):
        assert words in busy


def test_an_address_is_shown_without_what_may_be_a_secret() -> None:
    assert host_of("https://me:hunter2@models.example:8443/v1?key=s3cret") == "models.example:8443"


# A test of one


async def test_a_test_asks_first_and_says_what_it_costs_and_no_means_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    async with hall("models", (120, 36)) as (house, pilot):
        await pilot.press("slash", *"qwen", "enter", "t")
        await shown(house, "Test ollama/qwen3")
        assert "no money" in house.seen
        await pilot.press("escape")
        await pilot.pause()
        assert house.screen is house.listed
        assert "being prepared" not in house.seen


async def test_a_model_that_answers_says_so_on_the_spot_and_the_run_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Stub(NAMED["ollama"].reply("overture")) as stub:
        monkeypatch.setenv("OLLAMA_HOST", stub.url)
        async with hall("models", (120, 40)) as (house, pilot):
            await pilot.press("slash", *"qwen", "enter", "t")
            await shown(house, "Test ollama/qwen3")
            await pilot.press("t")
            await shown(house, "✓ it answers")
            assert "overture" in house.seen and "local · " in house.seen
            assert "t test" in house.seen
        assert stub.asked[0].path == "/api/chat"
        async with Archive.open() as archive:
            (row,) = await archive.runs()
            events = await archive.events(row.run)
    assert (row.scenario, row.mode, row.tags) == ("test", "live", ("test",))
    assert isinstance(events[-1], RunFinished) and events[-1].outcome == "succeeded"


async def test_a_model_that_refuses_says_why_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Stub(NAMED["ollama"].refusal(404, "model 'qwen3' not found")) as stub:
        monkeypatch.setenv("OLLAMA_HOST", stub.url)
        async with hall("models", (120, 40)) as (house, pilot):
            await pilot.press("slash", *"qwen", "enter", "t")
            await shown(house, "Test ollama/qwen3")
            await pilot.press("t")
            await shown(house, "✗ ")
            assert "not found" in house.seen and "nothing spent" in house.seen


async def test_a_test_goes_on_while_one_is_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    told, end = NAMED["ollama"].reply("overture"), asyncio.Event()
    async with Stub(replace(told, pieces=(end, *told.pieces))) as stub:
        monkeypatch.setenv("OLLAMA_HOST", stub.url)
        async with hall("models", (120, 40)) as (house, pilot):
            await pilot.press("slash", *"qwen", "enter", "t")
            await shown(house, "Test ollama/qwen3")
            await pilot.press("t")
            await until(lambda: bool(stub.asked), "it is asked")
            await shown(house, "nothing has come yet")
            await pilot.press("t")
            assert house.told[-1] == "ollama/qwen3 is being tested"
            await pilot.press("1")
            end.set()
            await pilot.press("4", "slash", *"qwen", "enter")
            await shown(house, "✓ it answers")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("understudy", "a rehearsal needs no test: no model is asked"),
        ("opus", "anthropic is not ready: ANTHROPIC_API_KEY is not set; export"),
        ("groq", "which one? footlights models test groq/NAME"),
    ],
)
async def test_why_a_model_cannot_be_tested_is_said(words: str, why: str) -> None:
    async with hall("models", (120, 36)) as (house, pilot):
        await pilot.press("slash", *words, "enter", "t")
        assert house.told and house.told[-1].startswith(why)


def test_a_test_costs_about_what_a_word_costs_and_never_more_than_it_may() -> None:
    by_use = {model.use: model.facts for model in models(services(), Ledger(), NOW)}
    for use, facts in by_use.items():
        cost = about(facts)
        assert cost is None or 0 <= cost <= most(), use
    assert about(by_use["ollama/qwen3"]) == 0
    assert about(None) is None


@pytest.mark.parametrize(("dollars", "said"), [(0, "free"), (0.075, "$0.075"), (0.1, "$0.10"), (12.5, "$12.50")])
def test_a_price_is_written_as_people_write_it(dollars: float, said: str) -> None:
    assert price(dollars) == said
