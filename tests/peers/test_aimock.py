"""aimock speaks all five protocols from a script: conversations with tools come through each of them alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.events import CallFailed, CallFinished, ToolFinished, ToolStarted
from corpus.playing import House, Played
from peers.servers import aimock

pytestmark = pytest.mark.soak

PROTOCOLS = {
    "openai chat": ("openai/gpt-5.5", "/v1", "params: {api: chat}"),
    "openai responses": ("openai/gpt-5.5", "/v1", "params: {api: responses}"),
    "compatible": ("openai-compatible/of-our-own", "/v1", "privacy: public"),
    "anthropic": ("anthropic/claude-sonnet-5-5", "", ""),
    "gemini": ("gemini/gemini-2.5-flash", "", ""),
    "ollama": ("ollama/qwen3", "", "privacy: local"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with aimock(Path(__file__).with_name("fixtures.json")) as url:
        yield url


async def perform(house: House, server: str, protocol: str, step: str) -> Played:
    use, path, more = PROTOCOLS[protocol]
    return await house.play(
        f"models: {{m: {{use: {use}, base_url: '{server}{path}'{', ' * bool(more)}{more}}}}}\n"
        f"steps: {{one: {{agent: a, {step}}}}}\n",
        mode="live",
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_tool_is_called_and_its_result_answered(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol, "prompt: how many words, tools: [text.count]")
    assert played.output("one") == "There are six words. 🎭 Ende — 終わり."
    assert [played.value(one.arguments) for one in played.of(ToolStarted)] == [{"text": "all the world is a stage"}]
    assert played.value(played.of(ToolFinished)[0].result)["words"] == 6
    assert not played.of(CallFailed)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_two_tools_at_once_are_told_apart(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol, "prompt: two counts, tools: [text.count]")
    assert played.output("one") == "Two and four."
    asked = [played.value(one.arguments)["text"] for one in played.of(ToolStarted)]
    assert asked == ["to be", "or not to be"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_data_comes_as_data(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol, "prompt: as data, output: {city: string, risk: number}")
    assert played.output("one") == {"city": "Paris", "risk": 0.5}


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_plain_answer_comes_in_pieces_and_whole(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol, "prompt: say it plainly")
    assert played.output("one") == "Plainly said."
    assert played.of(CallFinished)[0].finish == "stop"


@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if name != "ollama"])
async def test_what_a_model_thinks_is_kept_apart_from_what_it_says(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol, "prompt: think first")
    assert played.output("one") == "I have thought."
    assert "think" in str(played.value(played.of(CallFinished)[0].thought))
