"""`footlights cost`: what a run has cost, by whom, and what it would have cost elsewhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Event,
    Failure,
    Hold,
    Parent,
    Performer,
    Prices,
    RunFinished,
    RunResumed,
    RunStarted,
    StepFinished,
    StepStarted,
    Usage,
)
from app.journal import Journal
from app.state.spending import OWN_MACHINE
from corpus.commands import ROOT, Outcome, data

Perform = Callable[..., Outcome]

RUN = "01JC0ST0000000000000000ONE"
DEAR = Prices(input=10, output=50, cache_read=1, cache_write=12.5, source="genai-prices 0.2.3")
HERE = Prices(source=OWN_MACHINE)
CAST = (Performer(id="cto", title="CTO", glyph="◆"), Performer(id="qa", title="QA Engineer", glyph="▲"))
OPENAI, LOCAL, LAN = "openai/gpt-5.5", "ollama/qwen3", "openai-compatible/lan"


def asked(step: str, agent: str, use: str, number: int, **hold: Any) -> CallStarted:
    return CallStarted("m", use, step=step, agent=agent, call=f"{step}#{number}", hold=Hold(**hold))


def answered(
    begun: CallStarted, usage: Usage, cost: float, prices: Prices | None, basis: Any = "exact"
) -> CallFinished:
    about: dict[str, Any] = {"step": begun.step, "agent": begun.agent, "call": begun.call}
    return CallFinished(usage=usage, cost_usd=cost, prices=prices, basis=basis, took_ms=2000, **about)


def failed(
    begun: CallStarted, usage: Usage, cost: float, prices: Prices | None, basis: Any = "estimated"
) -> CallFailed:
    about: dict[str, Any] = {"step": begun.step, "agent": begun.agent, "call": begun.call}
    return CallFailed(
        Failure(error="connection"), usage=usage, cost_usd=cost, prices=prices, basis=basis, took_ms=500, **about
    )


def spent() -> list[Event]:
    """A cached call and a broken one of a dear model, one of a model here, one of unknown price, one that was lost."""
    plan, again = asked("plan", "cto", OPENAI, 1), asked("plan", "cto", OPENAI, 2)
    here, lan = asked("check[1]", "qa", LOCAL, 1), asked("check[2]", "qa", LAN, 1, unpriced=True)
    lost = asked("plan", "cto", OPENAI, 3, cost_usd=0.5, tokens=9000)
    return [
        plan, failed(plan, Usage(input=1000, output=200), 0.02, DEAR),
        again, answered(again, Usage(input=1000, cache_read=50_000, cache_write=2000, output=1000), 0.135, DEAR),
        here, answered(here, Usage(input=4000, output=600, reasoning=100), 0.0, HERE),
        lan, answered(lan, Usage(input=300, output=30), 0.0, None, "unpriced"),
        lost, failed(lost, Usage(), 0.5, None),
    ]  # fmt: skip


def keep(events: list[Event], *, parent: Parent | None = None) -> None:
    with Journal.open() as journal:
        log = journal.begin(RUN)
        log.add(RunStarted("sprint", "A sprint", cast=CAST, mode="live", parent=parent))
        for event in events:
            log.add(event)
        log.add(RunFinished("succeeded"))
        log.release()


@pytest.fixture
def archive() -> None:
    """A run that has spent money in every way."""
    keep([StepStarted(step="plan", of="agent"), *spent(), StepFinished(step="plan")])


@pytest.mark.usefixtures("archive")
def test_the_whole_is_told_with_how_far_it_can_be_trusted(perform: Perform) -> None:
    shown = perform("cost", "last").out
    assert "? + ≈$0.6550" in shown
    assert "$0.5200 of it estimated" in shown
    assert "1 call unpriced" in shown
    assert f"unpriced  {LAN}" in shown
    assert "6,300 fresh, 50,000 from a cache, 2,000 into one" in shown
    assert "1,830, 100 of them thought" in shown
    assert "saved     $0.4450 by caches" in shown
    assert "2.0s of work on this machine, 300 tokens/s" in shown


@pytest.mark.usefixtures("archive")
def test_it_is_told_by_agent_by_model_and_by_step_with_bars(perform: Perform) -> None:
    shown = perform("cost", "last").out
    assert [line for line in shown.splitlines() if line.startswith("by ")] == ["by agent", "by model", "by step"]
    (cto,) = (line for line in shown.splitlines() if "◆ CTO" in line)
    assert "▆▆▆▆▆▆▆▆▆▆▆▆" in cto
    assert "≈$0.6550" in cto
    (local,) = (line for line in shown.splitlines() if line.strip().startswith(LOCAL))
    assert "local · 2.0 s" in local
    (unknown,) = (line for line in shown.splitlines() if line.strip().startswith("openai-comp"))
    assert "unpriced" in unknown
    assert "$0" not in unknown


@pytest.mark.usefixtures("archive")
def test_one_way_alone_is_told_when_it_is_asked_for(perform: Perform) -> None:
    shown = perform("cost", "last", "--by", "call").out
    assert [line for line in shown.splitlines() if line.startswith("by ")] == ["by call"]
    calls = [line.split()[0] for line in shown.splitlines() if "#" in line]
    assert calls == ["plan#1", "plan#2", "check[1]#1", "check[2]#1", "plan#3"]


@pytest.mark.usefixtures("archive")
def test_programs_are_told_the_same_and_never_nothing_for_what_nobody_knows(perform: Perform) -> None:
    told = data(perform("cost", "last", "--json"))
    assert (told["cost_usd"], told["estimated_usd"], told["unpriced"], told["calls"]) == (0.655, 0.52, 1, 5)
    assert told["tokens"] == {
        "input": 6300, "cache_read": 50_000, "cache_write": 2000, "output": 1830, "reasoning": 100,
    }  # fmt: skip
    assert told["saved_usd"] == pytest.approx(0.445)
    by_model = {one["model"]: one for one in told["by"]["model"]}
    assert (by_model[LAN]["cost_usd"], by_model[LAN]["unpriced_models"]) == (None, [LAN])
    assert (by_model[LOCAL]["cost_usd"], by_model[LOCAL]["local_ms"]) == (0, 2000)
    for way in ("agent", "model", "step"):
        assert sum(one["cost_usd"] or 0 for one in told["by"][way]) == pytest.approx(0.655)
    assert [one["step"] for one in told["by"]["step"]] == ["plan", "check"]


@pytest.mark.usefixtures("archive")
def test_on_another_model_the_same_tokens_cost_what_they_cost_there(perform: Perform) -> None:
    told = data(perform("cost", "last", "--as", "anthropic/claude-haiku-4-5", "--json"))
    first = (1000 * 1 + 200 * 5) / 1e6
    second = (1000 * 1 + 50_000 * 0.1 + 2000 * 1.25 + 1000 * 5) / 1e6
    third, fourth = (4000 * 1 + 600 * 5) / 1e6, (300 * 1 + 30 * 5) / 1e6
    assert told["would"]["cost_usd"] == pytest.approx(first + second + third + fourth + 0.5)
    assert (told["would"]["unpriced"], told["would"]["difference_usd"]) == (0, None)
    (cto,) = (one for one in told["by"]["agent"] if one["agent"] == "cto")
    assert cto["would"]["difference_usd"] == pytest.approx(first + second + 0.5 - 0.655)
    shown = perform("cost", "last", "--as", "anthropic/claude-haiku-4-5").out
    assert "as it was for 1 call that nobody knows the tokens of" in shown
    assert "for the same tokens" in shown


@pytest.mark.usefixtures("archive")
def test_a_model_here_would_have_cost_time_alone(perform: Perform) -> None:
    told = data(perform("cost", "last", "--as", LOCAL, "--by", "call", "--json"))
    assert [one["would"]["cost_usd"] for one in told["by"]["call"]] == [0, 0, 0, 0, 0.5]


@pytest.mark.usefixtures("archive")
def test_a_file_of_prices_counts_for_what_it_names_and_leaves_the_rest(perform: Perform, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        f"models:\n  {OPENAI}: {{prices: {{input: 1, output: 5, cache_read: 0.1}}}}\n"
        f"  {LAN}: {{prices: {{input: 100, output: 100}}}}\n"
    )
    told = data(perform("cost", "last", "--prices", str(file), "--json"))
    by_model = {one["model"]: one["would"] for one in told["by"]["model"]}
    first, second = (1000 + 200 * 5) / 1e6, (1000 + 50_000 * 0.1 + 2000 + 1000 * 5) / 1e6
    assert by_model[OPENAI]["cost_usd"] == pytest.approx(first + second + 0.5)
    assert (by_model[LAN]["cost_usd"], by_model[LAN]["unpriced"]) == (pytest.approx(0.033), 0)
    assert by_model[LOCAL]["cost_usd"] == 0
    shown = perform("cost", "last", "--prices", str(file)).out
    assert f"as it was for {LOCAL}, of which the file says nothing" in shown
    assert "would be" in shown
    assert "differs" in shown


@pytest.mark.usefixtures("archive")
def test_another_model_may_have_its_price_from_the_file(perform: Perform, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("models:\n  openai-compatible/new: {prices: {input: 0, output: 1000}}\n")
    told = data(perform("cost", "last", "--prices", str(file), "--as", "openai-compatible/new", "--json"))
    assert told["would"]["cost_usd"] == pytest.approx(1.83 + 0.5)


@pytest.mark.usefixtures("archive")
def test_every_mistake_in_a_file_of_prices_is_told_with_its_place(perform: Perform, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(f"models:\n  {OPENAI}: {{prices: {{inptu: 1, output: -5}}}}\n")
    shown = perform("cost", "last", "--prices", str(file))
    assert shown.code == 2
    assert f"{file}:2:" in shown.err
    assert 'did you mean "input"?' in shown.err
    assert perform("cost", "last", "--prices", str(tmp_path / "none.yaml")).code == 2


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-5.5", "names no model"),
        ("opnai/gpt-5.5", 'did you mean "openai"?'),
        ("openai/gpt-6-lunar", 'did you mean "openai/gpt-6-luna"?'),
        ("openai-compatible/x", "nobody knows what openai-compatible/x costs"),
    ],
)
def test_a_model_whose_price_nobody_knows_is_a_mistake(model: str, said: str, perform: Perform) -> None:
    shown = perform("cost", "last", "--as", model)
    assert shown.code != 0
    assert said in shown.err
    assert shown.out == ""


def test_what_came_with_a_fork_is_told_from_what_is_new(perform: Perform) -> None:
    before, after = asked("plan", "cto", OPENAI, 1), asked("plan", "cto", OPENAI, 2)
    events: list[Event] = [before, answered(before, Usage(input=1000), 0.01, DEAR)]
    new = [RunResumed("fork"), after, answered(after, Usage(output=1000), 0.05, DEAR)]
    keep([*events, *new], parent=Parent(run="01JC0ST0000000000000000TWO", seq=9, taken=3))
    shown = perform("cost", "last").out
    assert "$0.0600" in shown
    assert "new       $0.0500; $0.0100 came with the fork" in shown
    assert data(perform("cost", "last", "--json"))["new"]["cost_usd"] == 0.05


def test_a_run_in_which_nobody_was_asked_says_so(perform: Perform) -> None:
    keep([])
    assert "no model was called" in perform("cost", "last").out
    assert data(perform("cost", "last", "--json"))["cost_usd"] == 0


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("columns", [30, 60, 100, 200])
def test_it_fits_the_terminal(columns: int, perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for more in ((), ("--as", LOCAL)):
        tables = perform("cost", "last", *more).out.partition("by agent")[2]
        assert max(map(len, tables.splitlines())) <= max(columns, 40)


@pytest.mark.usefixtures("archive")
def test_it_can_be_heard(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    shown = perform("cost", "last").out
    assert "agent CTO, cost about $0.6550" in shown
    assert "▆" not in shown


def test_a_rehearsal_is_told_to_be_one(perform: Perform) -> None:
    assert perform("run", "hello", "--rehearse", "--quiet").code == 0
    assert "rehearsed, nothing to pay" in perform("cost", "last").out


def test_a_run_that_is_not_there_is_a_mistake(perform: Perform) -> None:
    keep([])
    assert "there is no run" in perform("cost", "NOWHERE").err


def test_no_price_list_is_loaded_for_what_is_recorded() -> None:
    keep([])
    program = (
        "import sys; from footlights.__main__ import main; main(['cost', 'last']);"
        "print({'genai_prices', 'asyncio'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "{'asyncio'}"


def test_one_name_at_several_addresses_is_several_models(perform: Perform) -> None:
    calls = [
        CallStarted("m", LAN, address=address, step="plan", agent="cto", call=f"plan#{number}")
        for number, address in enumerate(("http://one.example/v1", "http://two.example/v1"))
    ]
    keep([event for call in calls for event in (call, answered(call, Usage(input=100, output=10), 0.1, DEAR))])
    by_model = data(perform("cost", "last", "--by", "model", "--json"))["by"]["model"]
    assert [one["model"] for one in by_model] == [f"{LAN} at one.example/v1", f"{LAN} at two.example/v1"]
    assert [one["calls"] for one in by_model] == [1, 1]
