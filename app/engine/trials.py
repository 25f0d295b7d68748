"""Scenarios of one step, made in memory: an agent answers one prompt, a model shows that it works.

They are performed, paid and kept like any other run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.cast import Entry
from app.engine.bundle import unpacked
from app.events import Prices
from app.scenario import Checked
from providers.catalogue import lookup
from providers.pricing import live_prices

TRY = "try"
TEST = "test"
LIMIT = 0.01  # US dollars

_WORD = "overture"
_MOST_TOKENS = 20_000  # of a test whose price nobody knows
_MOST_OUTPUT = 2000  # tokens: a word needs few, but some models think first
_SHARE = 0.8  # of the limit that may go into one answer; what is asked is paid for too
_PERSONA = "You check that a connection works. You answer briefly and exactly as asked."
_SAYS: dict[str, Any] = {"agent": "tester", "prompt": "Count from one to ten in words, and say nothing else."}
_FILLS_IN: dict[str, Any] = {
    "agent": "tester",
    "prompt": f'Fill in the word "{_WORD}" and the number of its letters.',
    "output": {"word": "string", "letters": "integer"},
}
_ASKS: dict[str, Any] = {
    "agent": "tester",
    "tools": ["text.count"],
    "prompt": f'Use the tool to count the characters of the text "{_WORD}", then answer with the number alone.',
}


@contextmanager
def trial_of(entry: Entry, mode: str, use: str = "") -> Iterator[Checked]:
    """An agent answers one prompt. `use` is a provider/model; without one it is rehearsed.

    The prompt is an input, so that whatever stands in it stays text; and no tool may be used, whatever the card says.
    """
    card = entry.card
    title = card.title if card is not None else entry.name
    agent = {"card": entry.name, "mode": mode, "tools": []} | ({"model": "chosen"} if use else {})
    scenario = {
        "name": TRY,
        "title": f"{title} answers",
        "tags": [TRY],
        "inputs": {"prompt": {"type": "string", "min": 1, "max": 20_000}},
        "models": {"chosen": {"use": use}} if use else {},
        "agents": {"agent": agent},
        "steps": {"answer": {"agent": "agent", "prompt": "${{ inputs.prompt }}"}},
        "outputs": {"answer": "${{ steps.answer.output }}"},
    }
    with _in_memory(scenario, {f"agents/{entry.name}.yaml": entry.text}) as checked:
        yield checked


@contextmanager
def sound_check(use: str, *, base_url: str | None = None, limit: float = LIMIT) -> Iterator[Checked]:
    """A model says a few words: the least that a live run can ask of it."""
    with _test_of(use, base_url, limit, {"says": _SAYS}) as checked:
        yield checked


@contextmanager
def full_check(use: str, *, base_url: str | None = None, limit: float = LIMIT) -> Iterator[Checked]:
    """A model says something; if it can, it also fills in a form and asks for a tool, each whether the other works."""
    tolerant = {"continue_on_error": True, "needs": "says"}
    facts, steps = lookup(use, base_url), {"says": _SAYS}
    if facts is None or facts.data:
        steps["fills_in"] = _FILLS_IN | tolerant
    if facts is None or facts.tools:
        steps["asks"] = _ASKS | tolerant
    with _test_of(use, base_url, limit, steps) as checked:
        yield checked


@contextmanager
def _test_of(use: str, base_url: str | None, limit: float, steps: dict[str, Any]) -> Iterator[Checked]:
    prices = live_prices(use, base_url)  # a limit of money would refuse what nobody can price
    choice = {"use": use, "params": {"max_tokens": _most_output(prices, limit)}}
    scenario = {
        "name": TEST,
        "title": f"Test of {use}",
        "tags": [TEST],
        "limits": {"cost_usd": limit} if prices is not None else {"tokens": _MOST_TOKENS},
        "models": {"tested": choice | ({"base_url": base_url} if base_url else {})},
        "agents": {"tester": {"persona": _PERSONA, "model": "tested", "tools": []}},
        "steps": steps,
    }
    with _in_memory(scenario, {}) as checked:
        yield checked


def _most_output(prices: Prices | None, limit: float) -> int:
    """As many tokens as the limit pays for; so that a cent is enough to ask even a dear model."""
    price = prices.output if prices is not None else 0.0
    return min(_MOST_OUTPUT, max(1, int(_SHARE * limit * 1_000_000 / price))) if price else _MOST_OUTPUT


@contextmanager
def _in_memory(scenario: dict[str, Any], files: dict[str, str]) -> Iterator[Checked]:
    name = f"scenarios/{scenario['name']}.yaml"
    said = {"schema": "footlights/v1"} | {key: value for key, value in scenario.items() if value}
    text = json.dumps(said, indent=2)
    with unpacked({"path": name, "name": scenario["name"], "files": {**files, name: text}}) as checked:
        yield checked
