"""llmock breaks its answers on purpose, and judges how we took it: its strict verdict must be PASS for every fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest

from app.events import CallFailed
from corpus.playing import House, Played
from peers.servers import ask, llmock

pytestmark = pytest.mark.soak

PROTOCOLS = {
    "openai chat": ("openai/gpt-5.5", "/v1", "params: {api: chat}, "),
    "openai responses": ("openai/gpt-5.5", "/v1", "params: {api: responses}, "),
    "anthropic": ("anthropic/claude-sonnet-5-5", "/anthropic", ""),
    "gemini": ("gemini/gemini-2.5-flash", "/gemini", ""),
}
Behaviour = dict[str, Any]
# What goes wrong, and how many calls of ours fail for it before one is answered; None: none is.
PASSING: dict[str, tuple[Behaviour, int]] = {
    "429 with retry-after": ({"type": "fail", "status": 429, "retry_after": 0.4, "times": 2}, 2),
    "429 without": ({"type": "fail", "status": 429, "times": 2}, 2),
    "500": ({"type": "fail", "status": 500, "times": 1}, 1),
    "502": ({"type": "fail", "status": 502, "times": 1}, 1),
    "503 three times": ({"type": "fail", "status": 503, "times": 3}, 3),
    "504": ({"type": "fail", "status": 504, "times": 1}, 1),
    "529": ({"type": "fail", "status": 529, "times": 2}, 2),
    "disconnect at once": ({"type": "stream_fault", "kind": "disconnect", "after_chunks": 0}, 1),
    "disconnect": ({"type": "stream_fault", "kind": "disconnect", "after_chunks": 3}, 1),
    "truncate at once": ({"type": "stream_fault", "kind": "truncate", "after_chunks": 0}, 1),
    "truncate": ({"type": "stream_fault", "kind": "truncate", "after_chunks": 3}, 1),
    "malformed at once": ({"type": "stream_fault", "kind": "malformed", "after_chunks": 0}, 1),
    "malformed": ({"type": "stream_fault", "kind": "malformed", "after_chunks": 3}, 1),
    "stall": ({"type": "stream_fault", "kind": "stall", "after_chunks": 2, "stall_seconds": 20}, 1),
    "slow first token": ({"type": "slow_first_token", "seconds": 20}, 1),
}
FINAL = {status: {"type": "fail", "status": status, "times": None} for status in (400, 401, 403, 404, 413, 422)}
BROKEN_TOOLS = ("malformed_arguments", "unknown_tool")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with llmock() as url:
        yield url


async def perform(house: House, server: str, protocol: str, *behaviours: Behaviour, step: str = "") -> Played:
    """One step, live, with what shall go wrong; the verdict of the server is PASS, also where it is strict."""
    ask(f"{server}/_llmock/reset", {})
    if behaviours:
        ask(f"{server}/_llmock/scenario", {"behaviors": list(behaviours)})
    use, path, params = PROTOCOLS[protocol]
    played = await house.play(
        f"models: {{m: {{use: {use}, base_url: '{server}{path}', {params}"
        "timeouts: {first_token: 2s, between_tokens: 2s}}}\n"
        f"steps: {{one: {{agent: a, prompt: Say something about theatres.{step}}}}}\n",
        mode="live",
    )
    verdict = ask(f"{server}/_llmock/verdict")
    assert not verdict["findings"], urlopen(f"{server}/_llmock/verdict?format=text").read().decode()
    assert verdict["passed"]
    return played


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_without_a_fault_there_is_an_answer_with_its_usage(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol)
    assert played.outcome == "succeeded"
    assert played.result.usage.output > 0
    assert not played.of(CallFailed)


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_passes_is_tried_again_and_answered(house: House, server: str, protocol: str, fault: str) -> None:
    behaviour, fails = PASSING[fault]
    played = await perform(house, server, protocol, behaviour)
    assert played.outcome == "succeeded"
    assert len(played.of(CallFailed)) == fails


@pytest.mark.parametrize("status", FINAL)
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_does_not_pass_fails_at_once(house: House, server: str, protocol: str, status: int) -> None:
    played = await perform(house, server, protocol, FINAL[status])
    assert played.outcome == "failed"
    assert len(played.of(CallFailed)) == 1
    assert played.failure("one").error in ("bad_request", "auth", "context_too_long")


@pytest.mark.parametrize("kind", BROKEN_TOOLS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_broken_tool_call_is_told_to_the_model_and_never_run(
    house: House, server: str, protocol: str, kind: str
) -> None:
    fault = {"type": "tool_fault", "kind": kind, "times": 1}
    played = await perform(house, server, protocol, fault, step=", tools: [text.count]")
    assert played.outcome == "succeeded"
    told = [one["content"] for one in played.messages("one") if one["role"] == "tool"]
    assert any(str(one).startswith("error:") for one in told)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_tool_is_used_and_its_result_answered(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol, step=", tools: [text.count]")
    assert played.outcome == "succeeded"
    assert [one["role"] for one in played.messages("one")][-2:] == ["assistant", "tool"]


# Its Anthropic knows only the name that the schema of an answer had until October 2026.
@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if name != "anthropic"])
async def test_data_has_the_shape_that_was_asked_for(house: House, server: str, protocol: str) -> None:
    played = await perform(house, server, protocol, step=", output: {city: string, risk: number}")
    assert played.outcome == "succeeded"
    assert set(played.output("one")) == {"city", "risk"}
