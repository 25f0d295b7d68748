"""What a batch is going to do, cell by cell: for `--dry-run`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from app.batch.outlook import most_usd
from app.batch.plan import Item, Plan
from app.batch.planning import cell_called
from app.cli.ink import Ink
from app.cli.tables import Cell, Giving, table
from app.state.words import money

HEAD = ("scenario", "cell", "runs", "seeds")


def plan_lines(plan: Plan, outlook: str, ink: Ink) -> Iterator[str]:
    """The plan, a line a cell."""
    most = [most_usd(plan, source) for source in plan.sources]
    rows = []
    for items in _by_cell(plan):
        first = items[0]
        usd = most[first.source]
        seeds = sorted({item.seed for item in items})
        rows.append(
            [
                Cell(plan.sources[first.source].scenario, "accent"),
                Cell(cell_called(plan, first)),
                Cell(f"{len(items):,}", right=True),
                Cell(f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0]), "dim"),
                Cell("unknown" if math.isinf(usd) else money(usd), right=True),
            ]
        )
    if rows:
        last = "live at most" if plan.leaves_nothing_to_chance else "each at most"
        yield from table((*HEAD, last), rows, ink, yielding=Giving(1, (3,), apart=True))
        yield ""
    yield ink.glyphs(outlook)


def plan_data(plan: Plan) -> dict[str, Any]:
    """The same for programs."""
    free = plan.leaves_nothing_to_chance
    most = [0.0 if free else most_usd(plan, source) for source in plan.sources]
    return {
        "title": plan.title,
        "mode": plan.mode,
        "runs": len(plan.items),
        "axes": list(plan.axes),
        "compare": plan.compare or None,
        "budget": plan.budget,
        "items": [
            {
                "scenario": plan.sources[item.source].scenario,
                "cell": item.cell,
                "repeat": item.repeat + 1,
                "seed": item.seed,
                "inputs": item.inputs,
                "at_most_usd": None if math.isinf(most[item.source]) else most[item.source],
            }
            for item in plan.items
        ],
    }


def _by_cell(plan: Plan) -> list[list[Item]]:
    found: dict[tuple[int, str], list[Item]] = {}
    for item in plan.items:
        found.setdefault((item.source, cell_called(plan, item)), []).append(item)
    return list(found.values())
