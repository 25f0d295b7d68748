"""`footlights batch --record` and `--cassette`: a live batch is recorded, and played again without key and server."""

from __future__ import annotations

import asyncio
import csv as table_of
import json
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from corpus.commands import Outcome
from corpus.stub import Answer, Asked, Stub
from corpus.wires import NAMED

Typed = Callable[..., Awaitable[Outcome]]
KEY = "sk-canary-" + "R7kQ" * 6
WIRE = NAMED["chat"]
PLAY = """\
schema: footlights/v1
name: greet
models: {one: %s}
agents: {host: {persona: You greet., model: one}}
strategy: {matrix: {market: [DE, FR]}, repeat: 3}
steps:
  hello: {agent: host, prompt: "Greet ${{ matrix.market }}."}
expect: [{step: hello, matches: "[02468]$"}]
"""
Standing = dict[tuple[str, int], str]


@pytest.fixture
def typed(footlights: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A command beside the loop that serves it."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: asyncio.to_thread(footlights, *words, folder=tmp_path)


@pytest.fixture
def batch(typed: Typed) -> Typed:
    """A batch of the play."""
    return lambda *words: typed("batch", "greet.yaml", *words, "--json")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stub:
    """A service that numbers its answers, so that each run has one of its own; the play asks it."""
    monkeypatch.setenv(WIRE.key, KEY)
    numbers = count(1)

    def answer(asked: Asked) -> Answer:
        return WIRE.reply(f"Good evening {next(numbers)}")

    return Stub(answer)


def staged(stub: Stub, more: str = "") -> None:
    Path("greet.yaml").write_text(PLAY % WIRE.model(stub.url, more), encoding="utf-8")


def standing(done: Outcome) -> Standing:
    """How each run came out, by its cell and repeat."""
    return {(item["cell"]["market"], item["repeat"]): item["verdict"] for item in told(done)["items"]}


def told(done: Outcome) -> dict[str, Any]:
    """The last line of JSON, with everything."""
    found = json.loads(done.out.splitlines()[-1])
    assert found["kind"] == "batch.ended", done.err
    assert isinstance(found, dict)
    return found


async def recorded(batch: Typed, stub: Stub, *words: str) -> Outcome:
    """A batch that was recorded, in the order in which its answers came."""
    staged(stub)
    done = await batch("--record", "tapes", *words)
    assert done.code == 5, done.err  # every other answer is not as it was expected
    return done


async def test_each_run_hears_its_own_answers_again_without_key_and_server_in_whichever_process(
    batch: Typed, served: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served as stub:
        live = await recorded(batch, stub, "--workers", "2")
    monkeypatch.delenv(WIRE.key)
    played = await batch("--cassette", "tapes", "--workers", "2")
    assert standing(played) == standing(live)
    assert sorted(standing(live).values()) == ["passed"] * 3 + ["unmet"] * 3
    assert told(played)["mode"] == "cassette"


async def test_what_a_cassette_plays_costs_as_much_in_every_figure_and_is_told_as_played(
    batch: Typed, typed: Typed, served: Stub
) -> None:
    async with served as stub:
        staged(stub, ", price: {input: 10, output: 100}")
        assert (await batch("--record", "tapes", "--repeat", "1")).code in (0, 5)
    played = await batch("--cassette", "tapes", "--repeat", "1", "--csv", "runs.csv")
    found = told(played)
    cost = found["cost_usd"]
    assert found["played_usd"] == cost > 0
    assert sum(cell["mean_cost_usd"] for cell in found["cells"]) == pytest.approx(cost)
    lines = [json.loads(line) for line in played.out.splitlines()]
    ended = {line["run"]: line for line in lines if line["kind"] == "run.ended"}
    rows = {row["run"]: row for row in table_of.DictReader(Path("runs.csv").read_text("utf-8").splitlines())}
    runs = {run["run"]: run for run in json.loads((await typed("runs", "--batch", "last", "--json")).out)}
    for item in found["items"]:
        run = item["run"]
        shown = json.loads((await typed("show", run, "--json")).out)
        costs = json.loads((await typed("cost", run, "--json")).out)
        for other in (item, rows[run], runs[run], shown, shown["steps"][0], costs):
            assert float(other["cost_usd"]) == float(other["played_usd"]) == pytest.approx(cost / 2)
        assert ended[run]["cost_usd"] == item["cost_usd"]


async def test_cassettes_are_never_written_over_and_those_that_lack_are_named_and_added(
    batch: Typed, served: Stub
) -> None:
    async with served as stub:
        await recorded(batch, stub, "--workers", "0")
        tapes = sorted(Path("tapes").iterdir())
        again = await batch("--record", "tapes")
        assert (again.code, again.out) == (2, "")
        assert ".jsonl and 5 more already" in again.err
        missed = await batch("--cassette", "tapes", "--repeat", "4")
        assert (missed.code, missed.out) == (2, "")
        assert "of greet market=DE #4, greet market=FR #4 there is no cassette in " in missed.err
        filled = await batch("--cassette", "tapes", "--record", "tapes", "--repeat", "4", "--workers", "0")
        assert set(standing(filled).values()) == {"passed", "unmet"}
        assert len(stub.asked) == 8
    assert [tape.name.rpartition("-")[0] for tape in tapes] == [
        f"greet-market={market}-seed={seed}" for market in ("DE", "FR") for seed in range(3)
    ]
    assert not any(KEY in tape.read_text(encoding="utf-8") for tape in tapes)


async def test_one_cassette_of_one_run_is_played_by_all_and_nothing_is_left_to_chance(
    batch: Typed, served: Stub, typed: Typed
) -> None:
    async with served as stub:
        staged(stub)
        assert (await typed("run", "greet.yaml", "--record", "one.jsonl")).code == 5
    words = ("--cassette", "one.jsonl", "--exclude", "market=FR", "--workers", "0")
    played = await batch(*words, "--save-baseline", "./before.json")
    assert set(standing(played).values()) == {"unmet"}
    tape = Path("one.jsonl")
    tape.write_text(tape.read_text(encoding="utf-8").replace("Good evening 1", "Good evening 2"), encoding="utf-8")
    better = await batch(*words, "--against", "./before.json")
    assert better.code == 0
    assert "greet market=DE passes 3 of 3, it was 0 of 3 (each run)" in better.out


async def test_a_recording_that_waited_for_a_budget_goes_on_into_the_same_cassettes(
    batch: Typed, served: Stub, typed: Typed
) -> None:
    async with served as stub:
        staged(stub)
        stopped = await batch("--record", "tapes", "--budget", "turns=2", "--workers", "0", "--parallel", "1")
        assert stopped.code == 4
        resumed = await typed("batch", "--resume", "--budget", "turns=9", "--workers", "0", "--json")
    played = await batch("--cassette", "tapes", "--workers", "0")
    assert standing(played) == standing(resumed)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rehearse", "--cassette", "tapes"], "a rehearsal asks no model"),
        (["--cassette", "nowhere"], "and 3 more there is no cassette in "),
        (["--record", "greet.yaml"], "is no folder"),
        (["--cassette", "tapes", "--on", "ray"], "no worker of a cluster finds them"),
        (["--cassette", ""], "nothing is named"),
        (["--record", "x" * 300], "cannot be reached: File name too long"),
        (["--cassette", "x" * 300], "cannot be reached: File name too long"),
        (["--resume", "--cassette", "tapes"], "--cassette says what a batch performs"),
    ],
)
def test_what_cannot_be_recorded_or_played_is_said_before_anything_is_performed(
    words: list[str], said: str, perform: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("greet.yaml").write_text(PLAY % WIRE.model("http://127.0.0.1:9"), encoding="utf-8")
    done = perform("batch", *(() if "--resume" in words else ("greet.yaml",)), *words)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())
