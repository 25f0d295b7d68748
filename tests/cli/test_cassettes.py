"""--record, --cassette and --live as a person or a CI job meets them: with a server on loopback, then without it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun, Job
from corpus.playing import PATIENCE
from corpus.stub import Stub
from corpus.wires import NAMED, Wire

Run = Callable[..., Outcome]
KEY = "sk-canary-" + "R7kQ" * 6
PLAY = """schema: footlights/v1
name: play
models: {one: %s}
agents: {a: {persona: The first., model: one}, b: {persona: The second., model: one}}
inputs: {who: {type: string, default: Ann}}
steps:
  first: {agent: a, prompt: "Say hello to ${{ inputs.who }}"}
  second: {agent: b, prompt: "Answer: ${{ steps.first.output }}", needs: [first]}
outputs: {said: "${{ steps.second.output }}"}
"""


def staged(folder: Path, wire: Wire, url: str) -> None:
    (folder / "play.yaml").write_text(PLAY % wire.model(url))


@pytest.fixture
def run(footlights: Run, tmp_path: Path) -> Callable[..., Any]:
    """Run the command beside the loop that serves it."""
    return lambda *words: asyncio.to_thread(footlights, *words, folder=tmp_path)


@pytest.mark.parametrize("name", ["chat", "anthropic"])
async def test_what_was_recorded_is_played_back_without_key_and_server(
    name: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = NAMED[name]
    monkeypatch.setenv(wire.key, KEY)
    async with Stub(wire.reply("Hello."), wire.reply(["And to ", "you."])) as stub:
        staged(tmp_path, wire, stub.url)
        live = await run("run", "play.yaml", "--record", "tape.jsonl")
        assert (live.code, live.out) == (0, "And to you.\n"), live.err
    monkeypatch.delenv(wire.key)
    played = await run("run", "play.yaml", "--cassette", "tape.jsonl")
    assert (played.code, played.out) == (0, "And to you.\n"), played.err
    assert "cassette" in played.err
    assert KEY not in (tmp_path / "tape.jsonl").read_text()
    shown = await run("show", "last", "--json")
    assert json.loads(shown.out)["mode"] == "cassette"


async def test_a_miss_ends_the_run_with_what_differs_and_the_way_to_refresh(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = NAMED["chat"]
    monkeypatch.setenv(wire.key, KEY)
    async with Stub(wire.reply("Hello.")) as stub:
        staged(tmp_path, wire, stub.url)
        await run("run", "play.yaml", "--record", "tape.jsonl")
        missed = await run("run", "play.yaml", "--cassette", "tape.jsonl", "-i", "who=Bob")
        assert missed.code == 1
        assert "-Say hello to Ann +Say hello to Bob" in " ".join(missed.err.split())
        both = ("--cassette", "tape.jsonl", "--record", "tape.jsonl")
        assert " ".join(both) in " ".join(missed.err.split())
        refreshed = await run("run", "play.yaml", *both, "-i", "who=Bob")
        assert refreshed.code == 0, refreshed.err
    again = await run("run", "play.yaml", "--cassette", "tape.jsonl", "-i", "who=Bob")
    assert again.code == 0, again.err


async def test_a_recording_that_is_killed_keeps_what_was_finished_and_is_gone_on_with(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = NAMED["chat"]
    monkeypatch.setenv(wire.key, KEY)
    tape = tmp_path / "tape.jsonl"
    begun = wire.answer("And to you.")[:1]
    async with Stub(wire.reply("Hello."), wire.stream(begun, ends="never"), wire.reply("And to you.")) as stub:
        staged(tmp_path, wire, stub.url)
        words = ("run", "play.yaml", "--record", str(tape))
        process = Begun(Job(words, str(tmp_path), {**os.environ, "PYTHONPATH": str(ROOT)}))
        async with asyncio.timeout(PATIENCE):
            while len(stub.asked) < 2 and process.poll() is None:
                await asyncio.sleep(0.01)
        process.close()
        assert [json.loads(line)["step"] for line in tape.read_text().splitlines()[1:]] == ["first"]
        resumed = await run("resume", "last")
        assert (resumed.code, resumed.out) == (0, "And to you.\n"), resumed.err
    played = await run("run", "play.yaml", "--cassette", "tape.jsonl")
    assert (played.code, played.out) == (0, "And to you.\n"), played.err


async def test_one_agent_is_live_and_the_other_is_played(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = NAMED["chat"]
    monkeypatch.setenv(wire.key, KEY)
    async with Stub(wire.reply("Hello."), wire.reply("And to you."), wire.reply("Fresh.")) as stub:
        staged(tmp_path, wire, stub.url)
        await run("run", "play.yaml", "--record", "tape.jsonl")
        mixed = await run("run", "play.yaml", "--cassette", "tape.jsonl", "--live", "b")
        assert (mixed.code, mixed.out) == (0, "Fresh.\n"), mixed.err
        assert len(stub.asked) == 3


def test_play_takes_a_cassette_too(perform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    staged(tmp_path, NAMED["chat"], "http://127.0.0.1:9")
    asked = [{"role": "system", "content": "The first."}, {"role": "user", "content": "Say hello to Ann"}]
    call = {"step": "first", "agent": "a", "model": "one", "use": NAMED["chat"].use, "asked": {"messages": asked}}
    lines = [{"cassette": 1}, {**call, "answer": {"text": "Hello."}}]
    (tmp_path / "tape.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    played = perform("play", "play.yaml", "--cassette", "tape.jsonl")
    assert "Hello." in played.err
    assert "unrecorded" in played.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cassette", "gone.jsonl"), "there is no cassette /"),
        (("--cassette", "pley.yaml"), 'play.yaml"?'),
        (("--record", "play.yaml"), "there is a cassette play.yaml already"),
        (("--cassette", "play.yaml"), "play.yaml:1:1: the first line does not say that this is a cassette"),
        (("--rehearse", "--record", "tape.jsonl"), "a rehearsal asks no model"),
        (("--live", "a"), "nothing says which cassette is played"),
    ],
)
def test_what_cannot_be_played_is_said_before_anything_begins(
    words: tuple[str, ...], said: str, perform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    staged(tmp_path, NAMED["chat"], "http://127.0.0.1:9")
    refused = perform("run", "play.yaml", *words)
    assert refused.code == 2
    assert said in " ".join(refused.err.split())
