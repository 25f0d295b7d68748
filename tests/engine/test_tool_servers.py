"""Tools of servers in a run: a person allows what may write, a rehearsal starts nothing, and the servers end with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.engine.gates import Answer, Opened
from app.events import GateAnswered, ToolStarted
from corpus.commands import ROOT
from corpus.playing import House, Says, Scripted
from corpus.processes import below

NOTE = (
    'steps: {say: {tool: "mcp:notes/note", with: {text: hello}}}\noutputs: {said: "${{ steps.say.output.result }}"}\n'
)


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person who has one server, and the file that it writes."""
    written = tmp_path / "notes.txt"
    folder = tmp_path / "config"
    folder.mkdir()
    command = f"[{sys.executable}, {ROOT / 'tests' / 'corpus' / 'tool_server.py'}, {written}]"
    (folder / "mcp.yaml").write_text(f"schema: footlights-mcp/v1\nservers: {{notes: {{command: {command}}}}}\n")
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(folder))
    return written


def saying(choice: str) -> object:
    async def person(opened: Opened) -> Answer:
        assert "wants to use mcp:notes/note" in opened.question.text
        assert '{"text":"hello"}' in opened.question.text
        return Answer(choice, by="Mira")

    return person


async def test_a_person_allows_what_may_write_and_nothing_is_left_running(house: House, notes: Path) -> None:
    played = await house.play(NOTE, mode="live", people=saying("allow"))
    assert played.result.outputs == {"said": "noted"}
    assert notes.read_text() == "hello\n"
    assert played.of(ToolStarted)[0].effect == "write"
    assert not below("tool_server.py")


async def test_what_a_person_does_not_allow_is_not_done(house: House, notes: Path) -> None:
    played = await house.play(NOTE, mode="live", people=saying("refuse"))
    assert played.result.failure is not None
    assert played.result.failure.message == "Mira did not allow mcp:notes/note"
    assert not notes.exists()
    assert played.of(ToolStarted) == []


async def test_an_agent_uses_a_server_and_is_told_when_it_may_not(house: House, notes: Path) -> None:
    text = (
        "agents: {a: {persona: One., model: openai/gpt-5.5, tools: ['mcp:notes']}}\nsteps: {s: {agent: a, prompt: x}}\n"
    )
    asks = Says(tools=(("mcp:notes/look", "{}"), ("mcp:notes/note", '{"text": "hello"}')))
    model = Scripted.all(asks, "Done.")
    played = await house.play(text, mode="live", providers=model, people=saying("refuse"))
    assert played.output("s") == "Done."
    assert [event.tool for event in played.of(ToolStarted)] == ["mcp:notes/look"]
    assert len(played.of(GateAnswered)) == 1
    assert not notes.exists()


async def test_a_rehearsal_starts_no_server(house: House, notes: Path) -> None:
    played = await house.play(NOTE.replace("with:", "rehearsal: {reply: {result: noted}}, with:"))
    assert played.result.outputs == {"said": "noted"}
    assert not notes.exists()
