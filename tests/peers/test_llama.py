"""A real engine: feature-sprint on llama.cpp, whose model knows only which word follows which."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine import perform
from app.events import CallFailed, CallFinished, CallSpeaking, CallStarted, StepFinished
from app.journal import Journal
from app.offsets import unpack
from corpus.commands import ROOT
from corpus.playing import PATIENCE, House, until
from peers.servers import ask, llama

pytestmark = pytest.mark.engine

MODELS = re.compile(r"^models:\n(?:  .*\n|\n)+?(?=agents:)", re.MULTILINE)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with llama() as url:
        yield url


def feature_sprint(folder: Path, server: str) -> Path:
    """The play as it is, but for the models, which are all the tiny one."""
    played = folder / "scenarios" / "engineering" / "feature-sprint.yaml"
    played.parent.mkdir(parents=True)
    shutil.copytree(ROOT / "scenarios" / "engineering" / "lines", played.parent / "lines")
    shutil.copytree(ROOT / "agents", folder / "agents")
    one = (
        f"{{use: openai-compatible/tiny, base_url: '{server}/v1', privacy: local, max_output: 3k,"
        " params: {top_k: 0, top_p: 1, min_p: 0, temperature: 1}}"
    )
    text = (ROOT / "scenarios" / "engineering" / "feature-sprint.yaml").read_text(encoding="utf-8")
    models = f"models:\n  smart: {one}\n  local: {one}\n  vllm: {one}\n\n"
    played.write_text(MODELS.sub(lambda _: models, text), encoding="utf-8")
    return played


async def test_feature_sprint_is_performed_by_a_real_engine(tmp_path: Path, server: str) -> None:
    play = feature_sprint(tmp_path, server)
    with Journal.open(tmp_path / "workspace") as journal:
        run = perform(play, mode="live", journal=journal, answers={"*": "ship"}, seed=1)
        async with asyncio.timeout(10 * PATIENCE):
            await run.result()
        events = run.events
        finished = [event for event in events if isinstance(event, CallFinished)]
        assert {event.step for event in events if isinstance(event, StepFinished)} >= {"opening", "plan"}
        assert all(event.basis == "exact" and event.usage.output > 0 for event in finished)
        assert all(event.cost_usd == 0 for event in events if isinstance(event, CallFinished | CallFailed))
        assert any(len(list(unpack(event.offsets))) > 20 for event in finished), "it came piece by piece"
        assert len([event for event in events if isinstance(event, CallSpeaking)]) >= len(finished)
        kept = journal.recorded(run.id)
        assert [event.seq for event in kept] == [event.seq for event in events]


async def test_a_run_that_is_cancelled_frees_the_slot_of_the_server(house: House, server: str) -> None:
    run = house.begin(
        f"models: {{m: {{use: openai-compatible/tiny, base_url: '{server}/v1', privacy: local, max_output: 30k,"
        " params: {ignore_eos: true}}}\n"
        "steps: {one: {agent: a, prompt: Speak until somebody stops you.}}\n",
        mode="live",
    )
    await until(lambda: any(isinstance(event, CallSpeaking) for event in run.events))
    assert await _busy(server) == 1
    await run.stop(grace=0)
    async with asyncio.timeout(PATIENCE):
        while await _busy(server):
            await asyncio.sleep(0.01)
    assert any(isinstance(event, CallStarted) for event in run.events)


async def _busy(server: str) -> int:
    slots = await asyncio.to_thread(ask, f"{server}/slots")
    return sum(bool(slot["is_processing"]) for slot in slots)
