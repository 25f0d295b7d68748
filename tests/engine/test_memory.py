"""What agents remember: shared by the cast for the run, or an agent's own for ever."""

from __future__ import annotations

import pytest

from app.events import MemoryRead, MemoryWritten, ToolFinished, encode
from corpus.playing import House, Played, Says, Scripted


def write(key: str, value: str, scope: str = "run") -> Says:
    return Says(tools=(("memory.write", f'{{"key": "{key}", "value": "{value}", "scope": "{scope}"}}'),))


def read(query: str = "", scope: str = "run") -> Says:
    return Says(tools=(("memory.read", f'{{"query": "{query}", "scope": "{scope}"}}'),))


CAST = """
agents: {a: {persona: A., tools: [memory.read, memory.write]}, b: {persona: B., tools: [memory.read, memory.write]}}
models: {m: {use: openai-compatible/memory, base_url: 'http://memory.example/v1'}}
"""
TWO = CAST + "steps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n"


def found(played: Played) -> list[object]:
    return [played.value(event.value) for event in played.of(MemoryRead)]


@pytest.mark.parametrize("mode", ["live", "rehearsal"])
async def test_the_memory_of_a_run_is_shared_by_its_cast(house: House, mode: str) -> None:
    script = Scripted.all(write("customer", "likes tea"), "Noted.", read("tea"), "I see.")
    played = await house.play(TWO, mode=mode, providers=script)
    assert found(played) == [[{"key": "customer", "value": "likes tea"}]]
    (written,) = played.of(MemoryWritten)
    assert (written.scope, played.value(written.key), written.agent, written.step) == ("run", "customer", "a", "one")
    assert "likes tea" in str(played.messages("two"))


async def test_the_words_for_what_is_remembered_and_looked_for_stand_in_no_event(house: House) -> None:
    script = Scripted.all(write("customer", "likes tea"), "Noted.", read("tea"), "I see.")
    played = await house.play(TWO, mode="live", providers=script)
    assert played.value(played.of(MemoryRead)[0].query) == "tea"
    assert [event for event in played.events if b"customer" in encode(event) or b"tea" in encode(event)] == []


async def test_an_agents_own_memory_is_not_seen_by_another(house: House) -> None:
    script = Scripted.all(write("customer", "likes tea", "agent"), "Noted.", read("", "agent"), "I see.")
    played = await house.play(TWO, mode="live", providers=script)
    assert found(played) == [[]]


async def test_an_agents_own_memory_lasts_into_later_runs_and_a_runs_does_not(house: House) -> None:
    text = "name: lasting\n" + CAST + "steps: {one: {agent: a, prompt: x, turns: 9}}\n"
    first = Scripted.all(write("own", "likes tea", "agent"), write("shared", "likes milk"), "Noted.")
    await house.play(text, mode="live", providers=first)
    played = await house.play(text, mode="live", providers=Scripted.all(read("", "agent"), read(""), "I see."))
    own, shared = found(played)
    assert [(one["key"], one["value"]) for one in own] == [("own", "likes tea")]  # type: ignore[attr-defined]
    assert shared == []
    other = await house.play(
        text.replace("lasting", "elsewhere"), mode="live", providers=Scripted.all(read("", "agent"), "I see.")
    )
    assert found(other) == [[]], "an agent of another scenario is somebody else"


async def test_a_rehearsal_begins_with_nothing_remembered_and_leaves_nothing(house: House) -> None:
    text = "name: rehearsed\n" + CAST + "steps: {one: {agent: a, prompt: x, turns: 9}}\n"
    await house.play(text, mode="live", providers=Scripted.all(write("k", "live", "agent"), "Noted."))
    rehearsed = await house.play(
        text, providers=Scripted.all(read("", "agent"), write("k", "rehearsed", "agent"), read("", "agent"), "Done.")
    )
    assert found(rehearsed) == [[], [{"key": "k", "value": "rehearsed"}]]
    again = await house.play(text, mode="live", providers=Scripted.all(read("", "agent"), "Done."))
    assert [one["value"] for one in found(again)[0]] == ["live"]  # type: ignore[attr-defined]


async def test_it_is_found_by_words_in_key_or_value_and_a_key_is_written_anew(house: House) -> None:
    text = CAST + "steps: {one: {agent: a, prompt: x, turns: 20}}\n"
    script = Scripted.all(
        write("tea", "green"),
        write("milk", "for tea"),
        write("tea", "black"),
        read("tea"),
        read("GREEN"),
        read("black tea"),
        "Done.",
    )
    played = await house.play(text, providers=script)
    everything, green, black = found(played)
    assert everything == [{"key": "tea", "value": "black"}, {"key": "milk", "value": "for tea"}]
    assert green == []
    assert black == [{"key": "tea", "value": "black"}]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("memory.write", "{}"),
        ("memory.write", '{"key": "k"}'),
        ("memory.write", '{"key": 5, "value": 1}'),
        ("memory.write", '{"key": "k", "value": 1, "scope": "world"}'),
        ("memory.read", '{"query": 5}'),
        ("memory.read", '{"words": "x"}'),
    ],
)
async def test_a_wrong_use_is_told_to_the_model_and_nothing_is_remembered(
    house: House, name: str, arguments: str
) -> None:
    script = Scripted.all(Says(tools=((name, arguments),)), "I see.")
    played = await house.play(CAST + "steps: {one: {agent: a, prompt: x}}\n", providers=script)
    assert played.output("one") == "I see."
    assert played.messages("one")[-1]["content"].startswith("error: ")
    assert [*played.of(MemoryWritten), *played.of(MemoryRead), *played.of(ToolFinished)] == []


async def test_what_is_remembered_may_be_any_data(house: House) -> None:
    say = Says(tools=(("memory.write", '{"key": "k", "value": {"list": [1, null, "${{ run.id }}"]}}'),))
    played = await house.play(
        CAST + "steps: {one: {agent: a, prompt: x, turns: 9}}\n", providers=Scripted.all(say, read(), "Done.")
    )
    assert found(played) == [[{"key": "k", "value": {"list": [1, None, "${{ run.id }}"]}}]]
