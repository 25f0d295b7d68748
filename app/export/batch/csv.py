"""A batch as a table for programs: a line a run, with a column for each axis. What nobody knows is an empty cell."""

from __future__ import annotations

import csv as table_of
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.batch.cells import value_text
from app.export.tables import safe_cell
from app.state.words import known_usd

if TYPE_CHECKING:
    from app.batch.comparing.arms import Comparisons
    from app.batch.results import ItemResult, Results

_HEADS = (
    "batch", "number", "run", "scenario", "repeat", "seed", "verdict", "outcome", "score", "cost_usd", "estimated_usd",
    "rehearsed_usd", "played_usd", "unpriced_calls", "tokens", "seconds", "calls", "failed_calls", "expected", "met",
    "why",
)  # fmt: skip


def csv(results: Results, comparisons: Sequence[Comparisons] = ()) -> str:
    """The table, with its heads."""
    axes = [axis for axis in results.plan.axes if axis != "scenario"]
    made = io.StringIO(newline="")
    table = table_of.writer(made, lineterminator="\r\n")
    table.writerow([*_HEADS[:4], *(safe_cell(axis) for axis in axes), *_HEADS[4:]])
    for item in results.items:
        first, last = _cells(results, item)
        values = [value_text(item.item.cell[axis]) if axis in item.item.cell else None for axis in axes]
        table.writerow([safe_cell(value) for value in (*first, *values, *last)])
    return made.getvalue()


def _cells(results: Results, item: ItemResult) -> tuple[tuple[str | int, ...], tuple[str | int | float | None, ...]]:
    spent = item.spent
    return (results.row.batch, item.number, item.item.run, item.scenario), (
        item.item.repeat + 1,
        item.item.seed,
        item.verdict,
        item.outcome or None,
        item.score,
        known_usd(item.spent),
        round(spent.estimated_usd, 9),
        round(spent.rehearsed_usd, 9),
        round(spent.played_usd, 9),
        spent.unpriced,
        item.tokens,
        item.seconds,
        item.calls,
        item.failed_calls,
        len(item.checks),
        sum(check.met for check in item.checks),
        item.why or None,
    )
