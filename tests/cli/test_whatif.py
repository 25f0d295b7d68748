"""`footlights whatif`: what a history would have cost, and with whom; told so that nobody takes a guess for a fact."""

from __future__ import annotations

import csv
import io
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Failure,
    Hold,
    Performer,
    Prices,
    RunFinished,
    RunStarted,
    Usage,
)
from app.journal import Journal
from corpus.commands import ROOT, Outcome, data

Perform = Callable[..., Outcome]

OPENAI, HAIKU, HERE, LAN = "openai/gpt-5.5", "anthropic/claude-haiku-4-5", "ollama/qwen3", "openai-compatible/lan"
DEAR = Prices(input=5, output=30, cache_read=0.5, cache_write=5, source="genai-prices 0.2.3")
CAST = (Performer(id="cto", title="CTO"), Performer(id="qa", title="QA"))


def keep(run: str, scenario: str, *, mode: Any = "live", said: Usage | None = None) -> None:
    """A run with a call of a dear model, one of unknown price, and one that was lost."""
    with Journal.open() as journal:
        log = journal.begin(run)
        log.add(RunStarted(scenario, scenario.title(), cast=CAST, mode=mode))
        usage = said or Usage(input=2000, output=100)
        cost = (usage.input * 5 + usage.output * 30) / 1e6
        basis: Any = "rehearsed" if mode == "rehearsal" else "exact"
        for number, (agent, use) in enumerate([("cto", OPENAI), ("qa", LAN)], start=1):
            about: dict[str, Any] = {"step": "plan", "agent": agent, "call": f"plan#{number}"}
            log.add(CallStarted("m", use, hold=Hold(cost_usd=0.5, tokens=9000), **about))
            known = use == OPENAI
            log.add(
                CallFinished(
                    usage=usage,
                    cost_usd=cost if known else 0.0,
                    prices=DEAR if known else None,
                    basis=basis if known else "unpriced",
                    took_ms=2000,
                    **about,
                )
            )
        log.add(CallStarted("m", OPENAI, step="plan", agent="cto", call="plan#3"))
        lost = Failure(error="interrupted")
        log.add(CallFailed(lost, cost_usd=0.5, basis="estimated", step="plan", agent="cto", call="plan#3"))
        log.add(RunFinished("succeeded"))
        log.release()


@pytest.fixture
def archive() -> None:
    """Three runs of two scenarios."""
    keep("01JWHATIF0000000000000000A", "sprint")
    keep("01JWHATIF0000000000000000B", "sprint")
    keep("01JWHATIF0000000000000000C", "scan", said=Usage(input=60_000, output=500))


def rehearse(perform: Perform, *plays: str) -> None:
    for play in plays:
        assert perform("run", str(ROOT / f"scenarios/{play}.yaml"), "--rehearse", "--quiet").code == 0


@pytest.mark.usefixtures("archive")
def test_many_runs_are_added_up_with_another_model_in_the_place_of_theirs(perform: Perform) -> None:
    told = data(perform("whatif", "--all", "--as", HAIKU, "--json"))
    assert (told["runs"], told["calls"], told["moved"]) == (3, 9, 9)
    was = (64_000 * 5 + 700 * 30) / 1e6 + 1.5
    would = 2 * (64_000 * 1 + 700 * 5) / 1e6 + 1.5
    assert (told["was"]["cost_usd"], told["was"]["unpriced"]) == (pytest.approx(was), 3)
    assert (told["would"]["cost_usd"], told["would"]["unpriced"]) == (pytest.approx(would), 0)
    assert told["difference_usd"] is None  # what nobody knew the price of cannot be held against what is known
    assert {one["scenario"]: one["calls"] for one in told["by"]["scenario"]} == {"sprint": 6, "scan": 3}
    assert [one["calls"] for one in told["by"]["month"]] == [9]


@pytest.mark.usefixtures("archive")
def test_one_model_is_swapped_and_the_others_stay(perform: Perform) -> None:
    told = data(perform("whatif", "--all", "--swap", f"{OPENAI}={HAIKU}", "--json"))
    flows = {(one["before"], one["after"]): one["calls"] for one in told["by"]["model"]}
    assert flows == {(OPENAI, HAIKU): 6, (LAN, LAN): 3}
    assert told["difference_usd"] == pytest.approx((64_000 * (1 - 5) + 700 * (5 - 30)) / 1e6)
    by_agent = {one["agent"]: one for one in told["by"]["agent"]}
    assert by_agent["sprint/qa"]["was"]["cost_usd"] is None  # unpriced is never nothing
    assert by_agent["sprint/qa"]["difference_usd"] == 0
    assert [one["call"] for one in told["by"]["call"]] == ["plan#1", "plan#1", "plan#1"]
    assert told["by"]["call"][0]["scenario"] == "scan"


@pytest.mark.usefixtures("archive")
def test_an_agent_may_be_given_a_model_of_its_own(perform: Perform) -> None:
    told = data(perform("whatif", "--all", "--swap", f"agent:qa={HAIKU}", "--json"))
    assert {(one["before"], one["after"]): one["calls"] for one in told["by"]["model"]} == {
        (LAN, HAIKU): 3, (OPENAI, OPENAI): 6,
    }  # fmt: skip


@pytest.mark.usefixtures("archive")
def test_what_would_not_fit_is_refused_and_counted_as_it_was(perform: Perform) -> None:
    told = data(perform("whatif", "--all", "--as", HERE, "--json"))
    assert told["refused"] == [
        {
            "model": HERE, "reason": "context", "calls": 2,
            "why": "its window is 40,960 tokens, this needs about 60,000",
        }
    ]  # fmt: skip
    assert told["would"]["cost_usd"] == pytest.approx((60_000 * 5 + 500 * 30) / 1e6 + 1.5)
    shown = perform("whatif", "--all", "--as", HERE).out
    assert "2 calls to ollama/qwen3, the first of them: its window is 40,960 tokens" in shown
    assert "2 calls would have been refused: what that cost is left as it was." in shown
    assert "time on this machine is reckoned by the speed that the catalogue tells" in shown


@pytest.mark.usefixtures("archive")
def test_the_page_says_what_nobody_can_know(perform: Perform) -> None:
    shown = " ".join(perform("whatif", "--all", "--swap", f"{OPENAI}={HAIKU}").out.split())
    assert "what if: anthropic/claude-haiku-4-5 in the place of openai/gpt-5.5" in shown
    assert "3 calls as each was: nobody knows the tokens" in shown
    assert "3 calls would have no known price, and are in no sum" in shown
    assert "the tokens are those that were" in shown
    assert "gpt-5.5 → claude-haiku-4-5" in shown


@pytest.mark.usefixtures("archive")
def test_runs_are_chosen_by_name_by_scenario_and_by_time(perform: Perform) -> None:
    def runs(*words: str) -> int:
        return int(data(perform("whatif", *words, "--as", HAIKU, "--json"))["runs"])

    assert runs("00A", "00B", "00A") == 2
    assert runs("last") == 1
    assert runs("--since", "1h") == 3
    assert runs("--scenario", "sprint") == 2
    assert runs("--all") == 3
    assert perform("whatif", "--scenario", "none", "--as", HAIKU).err == "no run is like that\n"


@pytest.mark.usefixtures("archive")
def test_prices_of_a_file_count_for_what_it_names(perform: Perform, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(f"models:\n  {LAN}: {{prices: {{input: 1, output: 1}}}}\n")
    told = data(perform("whatif", "--all", "--prices", str(file), "--json"))
    assert (told["was"]["unpriced"], told["would"]["unpriced"]) == (3, 0)
    assert told["would"]["cost_usd"] - told["was"]["cost_usd"] == pytest.approx(64_700 / 1e6)
    shown = perform("whatif", "--all", "--prices", str(file)).out
    assert "what if: at the prices of prices.yaml" in shown
    assert f"as it was for {OPENAI}: no other price is known" in shown


@pytest.mark.usefixtures("archive")
def test_the_prices_of_a_day_are_those_of_that_day(perform: Perform) -> None:
    swap = f"{OPENAI}=deepseek/deepseek-v4-flash"
    told = data(perform("whatif", "--all", "--swap", swap, "--on", "2026-08-01", "--json"))
    later = data(perform("whatif", "--all", "--swap", swap, "--on", "2026-10-01", "--json"))
    assert told["question"]["on"] == "2026-08-01T00:00:00+00:00"
    assert told["would"]["cost_usd"] != later["would"]["cost_usd"]


@pytest.mark.usefixtures("archive")
def test_every_call_is_a_row_of_a_table_and_none_is_a_formula(perform: Perform) -> None:
    keep("01JWHATIF0000000000000000D", "=cmd()")
    shown = perform("whatif", "--all", "--swap", f"{OPENAI}={HAIKU}", "--csv").out
    rows = list(csv.DictReader(io.StringIO(shown, newline="")))
    assert len(rows) == 12
    first = rows[0]
    assert (first["before"], first["after"], first["standing"]) == (OPENAI, HAIKU, "moves")
    assert (first["was_usd"], first["would_usd"]) == ("0.013", "0.0025")
    assert rows[1]["was_usd"] == ""  # nobody knows
    assert {row["scenario"] for row in rows} == {"sprint", "scan", "'=cmd()"}


def test_rehearsed_runs_are_routed_again_and_marked_as_what_nobody_paid(perform: Perform) -> None:
    rehearse(perform, "engineering/incident-triage", "engineering/privacy-routing")
    shown = perform("whatif", "--all", "--privacy", "local").out
    assert "what if: routed again, all of it local" in shown
    assert "rehearsed, nothing to pay" in shown
    assert "gpt-5.4-mini → qwen3" in shown
    assert "would have been refused" in shown
    assert "They were rehearsed: nothing was paid." in " ".join(shown.split())
    told = data(perform("whatif", "--all", "--prefer", "cost", "--json"))
    assert 0 < told["without_choice"] < told["calls"]
    assert "calls had no other model to choose" in " ".join(perform("whatif", "--all", "--prefer", "cost").out.split())
    assert told["unknown"] == []
    assert told["would"]["rehearsed_usd"] < told["was"]["rehearsed_usd"]
    assert told["question"]["policy"]["prefer"] == ["cost"]


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_it_fits_the_terminal(columns: int, perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("01JWHATIF0000000000000000A", "sprint")
    keep("01JWHATIF0000000000000000B", "a-scenario-with-a-name-that-is-long")
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = perform("whatif", "--all", "--as", HAIKU).out
    assert max(map(len, shown.splitlines())) <= columns


@pytest.mark.usefixtures("archive")
def test_it_is_told_in_sentences_to_who_has_the_screen_read_to_them(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    shown = perform("whatif", "--all", "--swap", f"{OPENAI}={HAIKU}").out
    assert "▆" not in shown
    assert "░" not in shown
    assert "would save most" in shown


@pytest.mark.usefixtures("archive")
def test_hostile_names_drive_no_terminal(perform: Perform) -> None:
    keep("01JWHATIF0000000000000000D", "evil\x1b[2J\u202e")
    for form in ((), ("--json",), ("--csv",)):
        shown = perform("whatif", "--all", "--as", HAIKU, *form).out
        assert "\x1b" not in shown
        assert "\u202e" not in shown


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", HAIKU), "say which runs are meant"),
        (("--all",), "say what is to be otherwise"),
        (("--all", "--swap", "gpt"), "does not say what takes whose place"),
        (("--all", "--swap", f"{OPENAI[:-1]}={HAIKU}"), 'did you mean "openai/gpt-5.5"?'),
        (("--all", "--swap", f"agent:ctoo={HAIKU}"), 'did you mean "cto"?'),
        (("--all", "--as", "gpt-5.5"), "names no model"),
        (("--all", "--as", "openai-compatible/x"), "nobody knows what openai-compatible/x costs"),
        (("--all", "--prefer", "coast"), 'did you mean "cost"?'),
        (("--all", "--without", "opnai"), 'did you mean "openai"?'),
        (("--all", "--privacy", "secret"), "one of public, private or local"),
        (("--all", "--complexity", "hard"), "one of low, medium or high"),
        (("--all", "--on", "soon"), "is no date"),
        (("--all", "--on", "2026-02-31"), "there is no 2026-02-31 in the calendar"),
        (("--all", "--on", "9999-12-31"), "nobody has prices of the year 9999"),
        (("--all", "--as", HAIKU, "--prefer", "cost"), "nothing to route"),
        (("last", "--all", "--as", HAIKU), "leave out their names"),
        (("--all", "--reroute"), "nothing to choose by"),
        (("--all", "--as", HAIKU, "--csv", "--by", "model"), "--csv has every call"),
    ],
)
def test_a_slip_of_the_pen_is_told(words: tuple[str, ...], said: str, perform: Perform) -> None:
    shown = perform("whatif", *words)
    assert shown.code != 0
    assert said in shown.err
    assert shown.out == ""


def test_a_run_that_named_no_model_can_be_priced_by_a_file_that_knows_nothing_of_it(
    perform: Perform, tmp_path: Path
) -> None:
    rehearse(perform, "operations/support-routing")
    file = tmp_path / "prices.yaml"
    file.write_text(f"models:\n  {LAN}: {{prices: {{input: 1, output: 1}}}}\n")
    told = data(perform("whatif", "last", "--prices", str(file), "--json"))
    assert told["difference_usd"] == 0
    assert data(perform("cost", "last", "--prices", str(file), "--json"))["would"]["difference_usd"] == 0


@pytest.mark.usefixtures("archive")
def test_the_archive_is_as_it_was_and_nothing_is_sent(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    before = perform("verify").out
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("something was sent"))
    assert perform("whatif", "--all", "--as", HAIKU).code == 0
    assert perform("whatif", "--all", "--prefer", "cost").code == 0
    assert perform("verify").out == before


def test_a_call_that_was_under_way_when_its_process_died_stays_at_its_worst_case(perform: Perform) -> None:
    with Journal.open() as journal:
        log = journal.begin("01JWHATIF0000000000000000A")
        log.add(RunStarted("sprint", cast=CAST))
        hold = Hold(cost_usd=0.5, tokens=9000)
        log.add(CallStarted("m", OPENAI, step="plan", agent="cto", call="plan#1", hold=hold))
        log.release()
    told = data(perform("whatif", "last", "--as", HAIKU, "--json"))
    assert (told["calls"], told["was"]["estimated_usd"], told["would"]["estimated_usd"]) == (1, 0.5, 0.5)


def test_the_runs_of_a_batch_are_asked_together(perform: Perform) -> None:
    play = str(ROOT / "scenarios/engineering/routing-check.yaml")
    rehearse(perform, "engineering/privacy-routing")
    assert perform("batch", play, "--rehearse", "--repeat", "2").code == 0
    told = data(perform("whatif", "--batch", "last", "--prefer", "cost", "--json"))
    assert told["runs"] == 2
    assert [one["scenario"] for one in told["by"]["scenario"]] == ["routing-check"]
    assert perform("whatif", "--batch", "none", "--prefer", "cost").code != 0


def test_programs_read_that_there_is_nothing(perform: Perform) -> None:
    words = ("whatif", "--scenario", "nothing", "--as", HAIKU)
    assert json.loads(perform(*words, "--json").out)["calls"] == 0
    assert perform(*words, "--csv").out.splitlines()[0].startswith("run,scenario,mode")
