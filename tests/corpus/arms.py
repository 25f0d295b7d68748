"""Batches that were never performed, for tests of what is concluded from them: a plan, and what came of each item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.batch.executor import Ending
from app.batch.plan import Item, Plan, Source
from app.batch.results import ItemResult, Results
from app.journal.batches import BatchRow

AXIS = "agents.cto.model"
Came = Callable[[Item], dict[str, Any]]  # what is told of an item, beside its verdict `passed`


def plan_of(
    arms: Sequence[Any] = ("smart", "cheap"),
    pairs: int = 50,
    cells: Sequence[dict[str, Any]] = ({},),
    **about: Any,
) -> Plan:
    """So many repeats of each arm in each cell, round by round."""
    items = [
        Item(f"run-{repeat}-{cell}-{arm}", 0, {AXIS: value} | values, repeat, repeat)
        for repeat in range(pairs)
        for cell, values in enumerate(cells)
        for arm, value in enumerate(arms)
    ]
    settled: dict[str, Any] = {"mode": "live", "axes": (AXIS, *cells[0]), "compare": AXIS}
    source = Source("talk", "A talk", {"files": {"talk.yaml": "a talk"}}, "/")
    return Plan("batch", "talk", sources=(source,), items=tuple(items), **(settled | about))


def results_from(plan: Plan, came: Came, stopped: str = "") -> Results:
    """What `came` of each item."""
    items = tuple(_result(plan, number, item, came(item)) for number, item in enumerate(plan.items, 1))
    return Results(BatchRow(plan.batch, plan.title, plan.mode, len(items), 0, stopped, ""), plan, items)


def _result(plan: Plan, number: int, item: Item, told: dict[str, Any]) -> ItemResult:
    usual: dict[str, Any] = {"verdict": "passed", "seconds": 2.0, "cost_usd": 0.01, "tokens": 100}
    return ItemResult(number, item, item.run, plan.sources[item.source].scenario, **(usual | told))


def passed_if(passes: bool, **told: Any) -> dict[str, Any]:
    """An item that passed, or did not."""
    return {"verdict": "passed" if passes else "unmet", **told}


def is_cheap(item: Item) -> bool:
    """Is it of the second arm?"""
    return bool(item.cell[AXIS] == "cheap")


def ending(item: Item, passes: bool) -> Ending:
    """The same as it comes back from whoever performed it."""
    return Ending(item.run, "finished", "succeeded", expected=passes)
