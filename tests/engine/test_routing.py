"""Which model answers while a scenario is performed, and the receipt that a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.events import BudgetExceeded, CallRouted, CallStarted, Remark, encode
from app.journal import Journal
from app.state.words import money
from corpus.playing import Fails, House, Played, Scripted
from providers.base import NoProvider, Provider

ONE = "steps: {one: {agent: a, prompt: x}}\n"
LONG = "word " * 40_000


def told(played: Played, step: str = "one", call: int = -1) -> dict[str, tuple[str, str]]:
    """Of each model why it was out, and what was noted."""
    return {one.model: (one.out, one.note) for one in played.of(CallRouted, step)[call].candidates}


def routed(models: str, route: str, steps: str = ONE, more: str = "") -> str:
    return f"models: {{{models}}}\nagents: {{a: {{persona: A., model: {{route: {{{route}}}}}}}}}\n{more}{steps}"


async def test_the_receipt_says_what_speaks_for_each_model_and_what_against_it(house: House) -> None:
    def provider(use: str) -> Provider:
        if use.startswith("gemini/"):
            raise NoProvider(use, "GEMINI_API_KEY is not set")
        return Scripted.all("Done.")(use)

    played = await house.play(
        routed(
            "smart: {use: anthropic/claude-opus-5-5}, other: {use: gemini/gemini-2.5-pro},"
            " short: {use: ollama/of-ours, context: 8k}, own: {use: openai-compatible/x, base_url: 'http://x.example'},"
            " weak: {use: openai/gpt-6-luna}",
            "among: [smart, other, short, own, weak], complexity: medium",
            f"steps: {{one: {{agent: a, prompt: {LONG}}}}}\n",
        ),
        providers=provider,
    )
    assert told(played) == {
        "smart": ("", f"{money(played.of(CallStarted)[0].hold.cost_usd)} at most, 50 tokens/s"),
        "other": ("no key", "GEMINI_API_KEY is not set"),
        "short": ("context", "its window is 8,000 tokens, this needs about 49,000"),
        "own": ("capability", "nobody knows how hard its work may be, and this is medium"),
        "weak": ("capability", "it is for low complexity, this is medium"),
    }


async def test_that_no_model_is_able_enough_is_said_once_and_stands_in_every_receipt(house: House) -> None:
    played = await house.play(
        routed(
            "weak: {use: openai/gpt-6-luna}, weaker: {use: openai/of-ours}",
            "among: [weak, weaker], prefer: [cost], complexity: high",
            "steps: {one: {agent: a, prompt: x}, two: {agent: a, prompt: y}}\n",
        ),
        providers=Scripted.all("Done."),
    )
    assert [remark.text for remark in played.of(Remark)] == [
        "a: no model that can take it is known for high complexity; weaker is the ablest"
    ]
    assert {call.policy for call in played.of(CallRouted)} == {
        "prefer cost; complexity high: none of them is known for it, the ablest that can was taken"
    }


async def test_what_one_address_taught_is_not_held_against_another(workspace: House) -> None:
    models = "models: {m: {use: openai-compatible/x, base_url: 'http://PLACE.example'}}\n"
    steps = f"agents: {{a: {{persona: A., model: m}}}}\n{ONE}"
    for _ in range(5):
        await workspace.play(models.replace("PLACE", "one") + steps, mode="live", providers=Scripted.all("Done."))
    for place, calls in (("one", 5), ("two", 0)):
        played = await workspace.play(
            models.replace("PLACE", place) + steps, mode="live", providers=Scripted.all("Done.")
        )
        assert played.of(CallStarted)[0].address == f"http://{place}.example"
        assert (f"of {calls} calls" in told(played)["m"][1]) == bool(calls)


async def test_a_model_that_is_too_dear_for_what_is_left_leaves_the_call_to_another(house: House) -> None:
    text = routed(
        "dear: {use: openai/dear, price: {input: 100, output: 100}, max_output: 1000},"
        " cheap: {use: openai/cheap, price: {input: 1, output: 1}, max_output: 1000}",
        "among: [dear, cheap]",
        more="limits: {cost_usd: 0.05}\n",
    )
    played = await house.play(text, providers=Scripted.all("Done."))
    assert played.of(CallStarted)[0].model == "cheap"
    assert played.of(BudgetExceeded) == []
    out, note = told(played)["dear"]
    assert out == "price"
    assert note.endswith("at most, over the $0.0500 that are left")


async def test_where_no_model_fits_what_is_left_the_limit_speaks(house: House) -> None:
    text = routed(
        "dear: {use: openai/dear, price: {input: 100, output: 100}},"
        " dearer: {use: openai/dearer, price: {input: 200, output: 200}}",
        "among: [dear, dearer]",
        more="limits: {cost_usd: 0.05}\n",
    )
    played = await house.play(text, providers=Scripted.all("Done."))
    assert (played.outcome, played.of(BudgetExceeded)[0].measure) == ("exhausted", "cost_usd")


WINDOWS = (
    "first: {use: openai/first, context: 32k}, same: {use: openai/same, context: 32k},"
    " larger: {use: openai/larger, context: 64k}"
)


async def test_after_a_request_that_was_too_long_only_a_larger_window_is_tried(house: House) -> None:
    script = Scripted(
        {"openai/first": [Fails("context_too_long", message="32,001 tokens are too many")], "": ["Done."]}
    )
    played = await house.play(routed(WINDOWS, "among: [first], fallback: [same, larger]"), providers=script)
    assert script.models() == ["openai/first", "openai/larger"]
    assert told(played)["first"] == ("context_too_long", "32,001 tokens are too many")
    assert told(played)["same"] == ("context", "its window is 32,000 tokens, and 32,000 were not enough")
    assert played.of(CallRouted)[-1].policy == "fallback"


async def test_where_no_window_is_larger_the_call_fails_as_it_did(house: House) -> None:
    script = Scripted({"openai/larger": [Fails("context_too_long")]})
    played = await house.play(routed(WINDOWS, "among: [larger], fallback: [same, first]"), providers=script)
    assert played.failure("one").error == "context_too_long"
    assert script.models() == ["openai/larger"]


async def test_a_fallback_without_a_key_is_passed_over_with_the_reason(house: House) -> None:
    script = Scripted({"openai/first": [Fails("quota")], "": ["Done."]})

    def provider(use: str) -> Provider:
        if use == "openai/second":
            raise NoProvider(use, "the package openai is not installed")
        return script(use)

    models = "first: {use: openai/first}, second: {use: openai/second}, third: {use: openai/third}"
    played = await house.play(routed(models, "among: [first], fallback: [second, third]"), providers=provider)
    assert played.output("one") == "Done."
    assert told(played)["second"] == ("no key", "the package openai is not installed")


async def test_when_nobody_can_be_asked_the_failure_says_why_of_each(house: House) -> None:
    def nobody(use: str) -> Provider:
        raise NoProvider(use, f"{use} sleeps")

    models = "first: {use: openai/first}, second: {use: openai/second}"
    played = await house.play(routed(models, "among: [first, second]"), providers=nobody)
    assert played.failure("one").message == (
        "no model can take this (first: openai/first sleeps; second: openai/second sleeps)"
    )


# What earlier runs teach


EMPTY = Fails("empty", retry_after=0.001)
QUICK_OR_STEADY = routed(
    "quick: {use: openai/quick}, steady: {use: openai/steady}", "among: [quick, steady], prefer: [privacy]"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[House]:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        yield House(journal, tmp_path)


async def test_a_live_run_learns_from_those_before_it_and_says_so(workspace: House) -> None:
    script = Scripted({"openai/quick": [EMPTY], "openai/steady": ["Done."]})
    text = QUICK_OR_STEADY.replace("[quick, steady], prefer", "[quick], fallback: [steady], prefer")
    for _ in range(3):
        await workspace.play(text, mode="live", providers=script)
    after = await workspace.play(
        QUICK_OR_STEADY.replace("privacy]", "quality, privacy]"), mode="live", providers=script
    )
    assert told(after)["quick"] == ("", "nobody knows its price, 0 % of 6 calls")
    assert told(after)["steady"] == ("", "nobody knows its price")


async def test_a_rehearsal_learns_nothing_and_stays_the_same(workspace: House) -> None:
    def receipts(played: Played) -> list[bytes]:
        return [encode(replace(event, run="", at=0)) for event in played.of(CallRouted)]

    before = receipts(await workspace.play(QUICK_OR_STEADY))
    script = Scripted({"openai/quick": [EMPTY]})
    for _ in range(3):
        await workspace.play(QUICK_OR_STEADY, mode="live", providers=script)
    assert receipts(await workspace.play(QUICK_OR_STEADY)) == before
