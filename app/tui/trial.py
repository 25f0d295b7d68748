"""One agent answers one prompt: a scenario of a single step, made in memory, performed and kept like any other run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from app.cast import Entry
from app.engine.bundle import unpacked
from app.scenario import Checked

TAG = "try"


@contextmanager
def trial_of(entry: Entry, mode: str, use: str = "") -> Iterator[Checked]:
    """The checked scenario, for as long as its files are there. `use` is a provider/model; without one it is rehearsed.

    The prompt is an input, so that whatever stands in it stays text; and no tool may be used, whatever the card says.
    """
    card = entry.card
    title = card.title if card is not None else entry.name
    agent = {"card": entry.name, "mode": mode, "tools": []} | ({"model": "chosen"} if use else {})
    scenario = {
        "schema": "footlights/v1",
        "name": TAG,
        "title": f"{title} answers",
        "tags": [TAG],
        "inputs": {"prompt": {"type": "string", "min": 1, "max": 20_000}},
        "models": {"chosen": {"use": use}} if use else {},
        "agents": {"agent": agent},
        "steps": {"answer": {"agent": "agent", "prompt": "${{ inputs.prompt }}"}},
        "outputs": {"answer": "${{ steps.answer.output }}"},
    }
    text = json.dumps({name: said for name, said in scenario.items() if said}, indent=2)
    files = {f"scenarios/{TAG}.yaml": text, f"agents/{entry.name}.yaml": entry.text}
    with unpacked({"path": f"scenarios/{TAG}.yaml", "name": TAG, "files": files}) as checked:
        yield checked
