"""Adding a provider is one file and one line: a toy is named in a person's models.yaml, and performs plays."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.engine import perform
from app.engine.reaching import NoModel
from app.errors import ScenarioRefused
from app.events import CallFinished
from app.scenario import load
from corpus.stub import Answer, Stub
from providers.catalogue import services
from providers.own_models import read_catalogue

PLAY = """
schema: footlights/v1
name: cable
models: {wire: {use: telegraph/morse-2}}
agents: {clerk: {persona: Calm and short., model: wire}}
steps:
  asks: {agent: clerk, prompt: "What does the cable say?"}
  thanks: {agent: clerk, prompt: "Thank them for ${{ steps.asks.output }}"}
outputs: {said: "${{ steps.asks.output }}"}
"""


def line(**said: object) -> bytes:
    return json.dumps(said).encode() + b"\n"


def telegram(*words: str) -> Answer:
    last = line(stop=True, read=120, wrote=len(words), by="morse-2-of-may")
    return Answer(headers={"content-type": "application/x-ndjson"}, pieces=[*(line(word=word) for word in words), last])


def own_models(tmp_path: Path, stub: Stub, more: str = "") -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.yaml").write_text(
        "services:\n"
        f'  telegraph: {{adapter: corpus.telegraph, base_url: "{stub.url}", keys: [TELEGRAPH_KEY], privacy: private}}\n'
        "models:\n"
        "  telegraph/morse-2: {context: 8k, prices: {input: 100, output: 1000}}\n" + more
    )


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TELEGRAPH_KEY", "dot-dash-dot-dash")
    (tmp_path / "cable.yaml").write_text(PLAY)
    return tmp_path / "cable.yaml"


async def test_a_play_is_performed_by_it_from_the_first_word_to_the_bill(tmp_path: Path, play: Path) -> None:
    async with Stub(telegram("Arriving", "Tuesday."), telegram("Thank", "you.")) as stub:
        own_models(tmp_path, stub)
        run = perform(play, workspace=tmp_path / "runs.sqlite3")
        result = await run.result()
    assert (result.outcome, result.outputs) == ("succeeded", {"said": "Arriving Tuesday. "})
    calls = [event for event in run.events if isinstance(event, CallFinished)]
    assert [(call.served, call.basis) for call in calls] == [("morse-2-of-may", "exact")] * 2
    assert result.cost_usd == pytest.approx(2 * (120 * 100 + 2 * 1000) / 1_000_000)
    assert {call.prices.source for call in calls if call.prices is not None} == {"your models.yaml"}
    asked = stub.asked[0]
    assert (asked.path, asked.headers["authorization"]) == ("/telegram", "Bearer dot-dash-dot-dash")
    assert asked.json["model"] == "morse-2"
    assert asked.json["messages"][-1] == ["user", "What does the cable say?"]


@pytest.mark.parametrize(
    ("answers", "faults"),
    [
        ([Answer(status=503), telegram("Yes.")], ["overloaded"]),
        ([Answer(headers={"content-type": "application/x-ndjson"}, pieces=[line(word="Ye")]), telegram("Yes.")],
         ["incomplete"]),
        ([Answer(status=401)], ["auth"]),
    ],
)  # fmt: skip
async def test_what_goes_wrong_has_its_class_and_is_met_as_with_any_other_provider(
    answers: Iterable[Answer], faults: list[str], tmp_path: Path, play: Path
) -> None:
    async with Stub(*answers) as stub:
        own_models(tmp_path, stub)
        run = perform(play, workspace=tmp_path / "runs.sqlite3")
        await run.result()
    failed = [failed.failure.error for failed in run.events if hasattr(failed, "failure") and failed.call]
    assert failed[: len(faults)] == faults


async def test_what_a_key_opens_is_kept_out_of_the_archive(tmp_path: Path, play: Path) -> None:
    async with Stub(telegram("The", "key", "is", "dot-dash-dot-dash")) as stub:
        own_models(tmp_path, stub)
        await perform(play, workspace=tmp_path / "runs.sqlite3").result()
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"dot-dash-dot-dash" not in kept
    assert b"The key is" in kept


async def test_without_its_key_no_run_begins_and_what_is_missing_is_said(
    tmp_path: Path, play: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELEGRAPH_KEY")
    async with Stub(telegram("No.")) as stub:
        own_models(tmp_path, stub)
        with pytest.raises(NoModel, match="TELEGRAPH_KEY is not set"):
            perform(play, workspace=tmp_path / "runs.sqlite3")
    assert not stub.asked


@pytest.mark.parametrize("value", ["canary-two words", "canary-“quoted”", "canary-\x07"])
async def test_what_can_be_no_key_is_not_sent_and_not_repeated(
    value: str, tmp_path: Path, play: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAPH_KEY", value)
    async with Stub(telegram("No.")) as stub:
        own_models(tmp_path, stub)
        with pytest.raises(NoModel) as refused:
            perform(play, workspace=tmp_path / "runs.sqlite3")
    assert "TELEGRAPH_KEY in the environment holds what no key is made of" in refused.value.message
    assert "canary" not in f"{refused.value.message} {refused.value.hint}"
    assert not stub.asked


async def test_a_module_that_is_not_there_is_said_by_its_name(tmp_path: Path, play: Path) -> None:
    async with Stub(telegram("No.")) as stub:
        own_models(tmp_path, stub)
        file = tmp_path / "config" / "models.yaml"
        file.write_text(file.read_text().replace("corpus.telegraph", "corpus.no_such_toy"))
        with pytest.raises(NoModel, match=r"its adapter corpus\.no_such_toy cannot be imported"):
            perform(play, workspace=tmp_path / "runs.sqlite3")


async def test_a_file_of_anybody_else_names_no_module(tmp_path: Path) -> None:
    async with Stub(telegram("No.")) as stub:
        own_models(tmp_path, stub)
    with pytest.raises(ScenarioRefused) as refused:
        read_catalogue(tmp_path / "config" / "models.yaml")
    assert [problem.message for problem in refused.value.problems] == ["only your own models.yaml may name a module"]


def test_without_that_line_there_is_no_such_provider(play: Path) -> None:
    assert "telegraph" not in services()
    with pytest.raises(ScenarioRefused) as refused:
        load(play)
    assert any('there is no provider "telegraph"' in problem.message for problem in refused.value.problems)
