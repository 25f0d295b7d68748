"""The form before a batch: what can vary, what would be performed, what is wrong with it, and the yes before money."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.batch.planning import Wish, planned
from app.errors import FootlightsError
from app.scenario import Checked, load
from app.scenario.worst import first_call
from app.tui.batches.axes import Axis, axes_in, example_of
from app.tui.batches.wishing import ahead_of, all_wrong, axes_of, matrix_in, planned_with, wrong_axis, wrong_count
from app.tui.screens.batch import Batch
from app.tui.screens.batch_form import BatchForm
from app.tui.screens.choosing import Choosing
from app.tui.screens.home import Home
from corpus.batches import GREET, read
from corpus.commands import ROOT
from corpus.probes import ALL, is_obeyed
from tui.batched import SPOKEN
from tui.places import Hall, hall, shown
from tui.staging import until

SPRINT = ROOT / "scenarios" / "engineering" / "feature-sprint.yaml"
WANTING = SPOKEN.replace("default: plain}}", "default: plain}, topic: {type: string}}")


@pytest.fixture(scope="module")
def sprint() -> Checked:
    return load(SPRINT, SPRINT.name)


@asynccontextmanager
async def form_of_greeting(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = GREET, size: tuple[int, int] = (120, 50)
) -> AsyncIterator[tuple[Hall, Pilot[Any]]]:
    """The form of a play, at home."""
    (folder / "scenarios").mkdir()
    read(folder / "scenarios", text)
    monkeypatch.chdir(folder)
    async with hall("home", size) as (house, pilot):
        home = house.screen
        assert isinstance(home, Home)
        home._search_for("greet")
        await until(lambda: home.bill is not None and home.bill.name == "greet", "the play is read")
        await pilot.press("b")
        await until(lambda: isinstance(house.screen, BatchForm), "the form is open")
        yield house, pilot


# In the form


async def test_what_varies_is_chosen_foretold_and_performed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with form_of_greeting(tmp_path, monkeypatch) as (house, pilot):
        await shown(house, "4 runs: greet, 2 cells, 2 of each; rehearsed")
        await pilot.press("ctrl+n")
        await until(lambda: isinstance(house.screen, Choosing), "it shows what can vary")
        assert "agents.host.model" in house.seen
        assert "hello.prompt" in house.seen
        await pilot.press("1")
        await until(lambda: isinstance(house.screen, BatchForm), "it is written")
        assert "tone=plain" in house.seen
        await pilot.press(*",warm", "tab", *"ton")
        assert 'there is no axis "ton"; did you mean "tone"?' in house.seen
        await pilot.press("e")
        await shown(house, "8 runs: greet, 4 cells, 2 of each")
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Batch), "the grid is open")
        await shown(house, "8 passed")
        plan = house.screen.known.plan  # type: ignore[attr-defined]
        assert (plan.axes, plan.compare, plan.mode) == (("market", "tone"), "tone", "rehearsal")
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


async def test_what_cannot_be_performed_is_told_and_nothing_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with form_of_greeting(tmp_path, monkeypatch) as (house, pilot):
        await pilot.press("tab", "tab", *"tune=x")
        await shown(house, '"tune" is nothing that can be varied here; did you mean "tone"?')
        await pilot.press("enter")
        await shown(house, '"tune" is nothing that can be varied here')
        assert isinstance(house.screen, BatchForm)
        assert not house.batches
        assert not house.mishaps


async def test_a_live_batch_says_what_it_may_cost_and_begins_when_somebody_has_said_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with form_of_greeting(tmp_path, monkeypatch, WANTING) as (house, pilot):
        await shown(house, "still wanted: topic")
        await pilot.press("tab", "1", "tab", *"topic=rain,snow", "tab", "tab", "right", "tab", *"0.05")
        await shown(house, "8 runs: greet, 4 cells, 2 of each; live, 1 at a time; at most $0.0500")
        assert "a batch, live, with real models" in house.seen
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Choosing), "it asks")
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, BatchForm), "no leads back to the form")
        assert "topic=rain,snow" in house.seen
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Choosing), "it asks again")
        await pilot.press("y")
        await until(lambda: isinstance(house.screen, Batch), "the grid is open")
        await shown(house, "of $0.0500")
        plan = house.screen.known.plan  # type: ignore[attr-defined]
        assert (plan.mode, plan.parallel, plan.budget) == ("live", 1, {"cost_usd": 0.05})
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


SMALL = "small: {use: rehearsal/anyone, max_output: 10, price: {input: 0, output: 1}}"
CHEAP = "  between: {approve: {ask: Go?, options: [yes, no]}}\n  cheap: {agent: other, prompt: Hi}"
DEAR = SPOKEN.replace("use: rehearsal/anyone}", "use: rehearsal/anyone, max_output: 8000, price: PRICE}")


@pytest.mark.parametrize("size", [(40, 12), (120, 50)], ids=str)
async def test_a_live_budget_that_is_too_small_for_the_first_call_is_told_before_anything_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    dear = DEAR.replace("PRICE", "{input: 3, output: 15}")
    async with form_of_greeting(tmp_path, monkeypatch, dear, size) as (house, pilot):
        await pilot.press("tab", "tab", "tab", "tab", "right", "tab", *"0.1")
        for words in ("the budget is too small: the", "call may cost $0.1200"):
            await shown(house, words)
        for words in ("enter begin  esc back", "▌ 0.1"):  # what one writes stays in sight
            assert words in house.seen
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Choosing), "it asks")
        await shown(house, "$0.1200")
        await pilot.press("n")
        await until(lambda: isinstance(house.screen, BatchForm) and house.focused is not None, "no leads back")
        await pilot.press("tab", "tab", "tab", "tab", "tab", "end", "2")
        await until(lambda: "too small" not in house.seen and "0.12" in house.seen, "it is enough")
        assert not house.mishaps


def test_what_the_first_call_takes_at_least_is_told_by_the_cheapest_that_may_make_it(tmp_path: Path) -> None:
    dear = read(tmp_path, DEAR.replace("PRICE", "{input: 3, output: 15}"))
    assert first_call(dear) == pytest.approx(0.12)
    two = DEAR.replace("PRICE", "{input: 3, output: 15}").replace("outputs:", f"{CHEAP}\noutputs:")
    two = two.replace("host: {", "other: {persona: P, model: small}, host: {")
    two = two.replace("models: {", f"models: {{{SMALL}, ")
    assert first_call(read(tmp_path, two)) == pytest.approx(0.12)  # what waits for another is not the first
    assert first_call(read(tmp_path, two.replace("Hi}", "Hi, needs: []}"))) == pytest.approx(0.00001)


def test_who_speaks_where_no_model_is_named_is_known_from_who_can_be_reached(tmp_path: Path) -> None:
    assert first_call(read(tmp_path)) is None
    assert first_call(read(tmp_path), ["nowhere/unheard-of"]) == inf
    assert first_call(read(tmp_path), ["nowhere/unheard-of", "rehearsal/anyone"]) == pytest.approx(4096 * 5 / 1e6)


async def test_b_opens_the_form_also_of_a_play_that_is_still_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    house = Hall("home")
    async with house.run_test(size=(120, 36), notifications=True) as pilot:
        await until(lambda: isinstance(house.screen, Home) and house.screen.is_mounted, "home is there")
        await pilot.press("b")
        await until(lambda: isinstance(house.screen, BatchForm), "the form is open")
        assert not house.told
        await pilot.press("escape")
        home = house.screen
        assert isinstance(home, Home)
        home._bills.clear()
        await pilot.press("b")
        await until(lambda: isinstance(house.screen, BatchForm), "the form is open again")
        await pilot.press("escape")
        await pilot.pause()
        home._bills.clear()
        home.action_batch()
        home.action_down()  # whoever goes on to another play has thought better of it
        await until(lambda: home.bill is not None, "the other play is read")
        await pilot.pause()
        assert house.screen is home
        assert not house.mishaps


async def test_without_a_model_it_cannot_be_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with form_of_greeting(tmp_path, monkeypatch, size=(40, 12)) as (house, pilot):
        await pilot.press("tab", "tab", "tab", "tab", "right", "enter")
        assert isinstance(house.screen, BatchForm)
        await shown(house, "still wanted: perform it")
        assert "✗ no model" in house.seen
        assert "enter begin  esc back" in house.seen
        assert not house.batches
        assert not house.mishaps


async def test_what_one_writes_stays_in_sight_when_the_window_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with form_of_greeting(tmp_path, monkeypatch) as (house, pilot):
        await pilot.press("tab", "tab", *"tone=plain")
        await pilot.resize_terminal(40, 12)
        await shown(house, "tone=plain")


# What is written


@pytest.mark.parametrize("kind", [".mode", ".model", ".card", "strict", "feature"])
def test_what_can_vary_can_be_performed_as_it_is_offered(kind: str, sprint: Checked) -> None:
    axis = next(axis for axis in axes_in(sprint) if axis.name.endswith(kind))
    plan = planned_with(sprint, Wish(mode="rehearsal", repeat=1, matrix=matrix_in(sprint, axis.line)))
    assert plan.axes == (axis.name,)
    assert len(plan.items) == len(axis.values)


def test_everything_that_can_vary_is_offered(sprint: Checked) -> None:
    lines = {axis.name: axis.line for axis in axes_in(sprint)}
    assert lines["strict"] == "strict=true,false"
    assert lines["agents.cto.mode"].startswith("agents.cto.mode=planning,review")
    assert lines["polish/verdict.prompt"] == "polish/verdict.prompt="


def test_the_example_of_an_axis_has_values() -> None:
    empty, one, two = Axis("topic", ""), Axis("tone", "", ["plain"]), Axis("loud", "", [True, False])
    assert example_of([empty, one, two]) == "loud=true,false"
    assert example_of([empty, one]) == "tone=plain"
    assert example_of([empty]) == example_of([]) == ""


def test_values_with_commas_are_offered_as_a_list(tmp_path: Path) -> None:
    checked = read(tmp_path, GREET.replace("[DE, FR]", '["a, b", c]'))
    line = axes_in(checked)[0].line
    assert line == 'market=["a, b", "c"]'
    assert matrix_in(checked, line) == {"market": ["a, b", "c"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tone", '"tone" names no values; write market=DE,FR'),
        ("=x", '"=x" names no values; write market=DE,FR'),
        ("tone=[a", "tone: "),
        ('tone=warm,"a, b"', 'tone: the quote of "a is left open; write tone=["a, b", c]'),
        ("tone=a\ntone=b", '"tone" is there twice; keep one of them'),
        ("tone=" + "sk-ant-api03-" + "a" * 40, "looks like a secret key"),
    ],
)
def test_what_is_wrong_with_an_axis_is_said_as_on_the_command_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FootlightsError) as refused:
        matrix_in(read(tmp_path), text)
    assert said in " ".join(all_wrong(refused.value))


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    checked = read(tmp_path)
    with pytest.raises(FootlightsError) as refused:
        matrix_in(checked, "tone\nmarket\n")
    assert len(all_wrong(refused.value)) == 2
    many = Wish(mode="rehearsal", matrix={f"wrong{number}": ["x"] for number in range(9)})
    assert ahead_of(checked, many).wrong[-1] == "and 5 more"


def test_what_would_be_performed_is_what_the_plan_says(tmp_path: Path) -> None:
    checked = read(tmp_path)
    matrix = matrix_in(checked, " tone = plain, warm \n\n")
    assert matrix == {"tone": ["plain", "warm"]}
    assert len(planned([checked], Wish(mode="rehearsal", matrix=matrix)).items) == 8
    assert ahead_of(checked, Wish(mode="rehearsal", matrix=matrix)).outlook.startswith("8 runs: greet, 4 cells")
    assert axes_of(checked, "tone=x\n\nmarket=y") == ("market", "tone")


def test_what_is_compared_has_two_values(tmp_path: Path) -> None:
    with pytest.raises(FootlightsError, match="DE"):
        planned_with(read(tmp_path), Wish(mode="rehearsal", matrix={"market": ["DE"]}, compare="market"))


def test_an_axis_that_is_not_there_and_a_number_that_is_none_are_told() -> None:
    assert wrong_axis("", ()) == wrong_axis("market", ("market",)) == ""
    assert wrong_axis("market", ()) == 'there is no axis "market"; vary something first'
    assert not is_obeyed(wrong_axis(ALL, ()))
    assert [wrong_count(text, 10) != "" for text in ("", "0", "11", "x", "9" * 400, "1", "10")] == [True] * 5 + [
        False
    ] * 2
