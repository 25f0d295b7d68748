"""What a batch is going to do, cell by cell: for `--dry-run`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.batch.outlook import worst_cost
from app.batch.plan import Item, Plan
from app.batch.planning import cell_called
from app.cli.ink import Ink
from app.cli.tables import Cell, Giving, table
from app.state.words import money

HEAD = ("scenario", "cell", "runs", "seeds", "each at most")


def plan_lines(plan: Plan, outlook: str, ink: Ink) -> Iterator[str]:
    """The plan, a line a cell."""
    worst = [worst_cost(source) for source in plan.sources]
    rows = []
    for items in _by_cell(plan):
        first = items[0]
        most = worst[first.source]
        seeds = sorted({item.seed for item in items})
        rows.append(
            [
                Cell(plan.sources[first.source].scenario, "accent"),
                Cell(cell_called(plan, first)),
                Cell(f"{len(items):,}", right=True),
                Cell(f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0]), "dim"),
                Cell("unknown" if most is None else money(min(most, plan.limits.get("cost_usd", most))), right=True),
            ]
        )
    yield from table(HEAD, rows, ink, yielding=Giving(1, (3,)))
    yield ""
    yield ink.glyphs(outlook)


def plan_data(plan: Plan) -> dict[str, Any]:
    """The same for programs."""
    worst = [worst_cost(source) for source in plan.sources]
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
                "repeat": item.repeat,
                "seed": item.seed,
                "inputs": item.inputs,
                "at_most_usd": worst[item.source],
            }
            for item in plan.items
        ],
    }


def _by_cell(plan: Plan) -> list[list[Item]]:
    found: dict[tuple[int, str], list[Item]] = {}
    for item in plan.items:
        found.setdefault((item.source, cell_called(plan, item)), []).append(item)
    return list(found.values())
