"""Real runs over real sockets: a scenario whose models are served by a stub, and what must hold of every such run."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.events import CallFailed, CallFinished, Usage, encode
from corpus.playing import House, Played
from corpus.stub import Stub
from corpus.wires import ENOUGH, WIRES, Wire

KEY = "canary-of-the-wires-0123456789"
PRICE = ", price: {input: 1.0, output: 10.0, cache_read: 0.1, cache_write: 1.25}"
TEXT = ("Hello ", "there, ", "reader.")
WHOLE = "".join(TEXT)


def cost(usage: Usage) -> float:
    """What that costs, in US dollars."""
    dear = usage.input + 10 * usage.output + 0.1 * usage.cache_read + 1.25 * usage.cache_write
    return round(dear / 1e6, 9)


@dataclass
class Hall:
    """Where scenarios are performed live."""

    house: House

    async def ask(self, wire: Wire, stub: Stub, *, more: str = "", steps: str = "", top: str = "") -> Played:
        """One agent asks one model once."""
        models = f"models: {{only: {wire.model(stub.url, PRICE + more)}}}\n"
        agents = "agents: {a: {persona: You greet., model: only}}\n"
        return await self.play(models + agents + top + (steps or "steps: {ask: {agent: a, prompt: Greet me.}}\n"))

    async def ask_first(self, wire: Wire, stub: Stub, then: Wire, other: Stub) -> Played:
        """One agent asks one model, and another one if that fails."""
        first, second = (one.model(at.url, PRICE) for one, at in ((wire, stub), (then, other)))
        models = f"models: {{first: {first}, second: {second}}}\n"
        agents = "agents: {a: {persona: You greet., model: {route: {among: [first], fallback: [second]}}}}\n"
        return await self.play(models + agents + "steps: {ask: {agent: a, prompt: Greet me.}}\n")

    async def play(self, text: str) -> Played:
        """Any scenario; nothing of its run holds the key."""
        played = await self.house.play(text, mode="live")
        for event in played.events:
            assert KEY not in encode(event).decode("utf-8", "replace")
        return played


every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
at_each_place = pytest.mark.parametrize("share", ["first", "middle", "last"])


def failures(played: Played) -> list[CallFailed]:
    return played.of(CallFailed)


def finished(played: Played) -> CallFinished:
    """The one call that was answered."""
    (found,) = played.of(CallFinished)
    return found


def partial(played: Played, failed: CallFailed) -> str:
    """What had come of an answer that failed."""
    return "" if failed.partial is None else str(played.value(failed.partial))


def insist_it_was_tried_again(played: Played, stub: Stub, error: str, so_far: str, usage: Usage = ENOUGH) -> None:
    """The first answer failed, the second came: the run has all of that one and nothing of the first."""
    assert played.outcome == "succeeded", played.failure("ask")
    (failed,) = failures(played)
    assert failed.failure.error == error, failed.failure
    assert failed.retry_ms is not None
    assert partial(played, failed) == so_far
    assert failed.basis == "estimated"
    assert len(stub.asked) == 2
    answered = finished(played)
    assert played.value(answered.text) == played.output("ask") == WHOLE
    assert answered.basis == "exact"
    assert answered.usage == usage
    assert answered.cost_usd == cost(usage)
    assert failed.cost_usd == cost(failed.usage)
    assert (failed.cost_usd > 0) == (failed.usage.total > 0)


def insist_it_failed_at_once(played: Played, stub: Stub, error: str) -> CallFailed:
    """Asked once, and the step failed with what was wrong."""
    (failed,) = failures(played)
    assert failed.failure.error == error, failed.failure
    assert failed.retry_ms is None
    assert len(stub.asked) == 1
    assert played.ended("ask") in ("failed", "refused", "truncated")
    assert played.failure("ask").error == error
    return failed


def upto(wire: Wire, share: str) -> tuple[list[bytes], str]:
    """The pieces of an answer as far as it came, and what they say: nothing, its middle, or all but its end."""
    whole = wire.answer(TEXT)
    if share == "first":
        return [], ""
    if share == "middle":
        middle = next(place for place, piece in enumerate(whole) if TEXT[1].encode() in piece)
        return whole[: middle + 1], "".join(TEXT[:2])
    return whole[: next(place for place, piece in enumerate(whole) if _END[wire.name] in piece)], WHOLE


_END = {  # in the piece which says that an answer is complete
    "chat": b'"finish_reason": "stop"',
    "responses": b"response.completed",
    "anthropic": b"message_delta",
    "gemini": b"finishReason",
    "ollama": b'"done": true',
}
