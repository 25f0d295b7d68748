"""A batch for programs: everything that is known of it, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from app.batch.comparing.stopping import ended_early
from app.batch.groups import groups_of, spent_in
from app.batch.results import ItemResult, Results
from app.batch.standing import ORDER
from app.cli.figures import MICROSECONDS
from app.journal.batches import BatchRow
from app.state.words import known_usd


def row_data(row: BatchRow) -> dict[str, Any]:
    """A batch in a list."""
    return {
        "batch": row.batch,
        "title": row.title,
        "mode": row.mode,
        "state": row.state,
        "stopped": row.stopped,
        "created": row.created / MICROSECONDS,
        "runs": row.items,
        "over": row.ended,
        "passed": row.passed,
        "cost_usd": round(row.cost_usd, 9),
        "tokens": row.tokens,
    }


def results_data(results: Results, items: Iterable[ItemResult] | None = None) -> dict[str, Any]:
    """A batch; of its runs those that are wanted, if not all are."""
    spent = spent_in(results)
    return {
        **row_data(replace(results.row, ended_early=ended_early(results))),
        "cost_usd": _rounded(known_usd(spent)),
        "axes": list(results.plan.axes),
        "counts": {verdict: results.count(verdict) for verdict in ORDER if results.count(verdict)},
        "estimated_usd": round(spent.estimated_usd, 9),
        "rehearsed_usd": round(spent.rehearsed_usd, 9),
        "played_usd": round(spent.played_usd, 9),
        "unpriced_calls": spent.unpriced,
        "cells": [
            {
                "scenario": group.scenario,
                "cell": group.cell,
                "runs": len(group.items),
                "over": len(group.over),
                "passed": group.passed,
                "mean_cost_usd": group.mean_cost_usd,
                "p50_seconds": group.seconds(0.5),
                "p95_seconds": group.seconds(0.95),
            }
            for group in groups_of(results)
        ],
        "items": [item_data(item) for item in (results.items if items is None else items)],
    }


def item_data(item: ItemResult) -> dict[str, Any]:
    """One run of it."""
    return {
        "number": item.number,
        "run": item.item.run,
        "name": item.name,
        "scenario": item.scenario,
        "cell": item.item.cell,
        "repeat": item.item.repeat + 1,
        "seed": item.item.seed,
        "inputs": item.item.inputs,
        "verdict": item.verdict,
        "outcome": item.outcome or None,
        "why": item.why,
        "cost_usd": _rounded(known_usd(item.spent)),
        "rehearsed_usd": round(item.spent.rehearsed_usd, 9),
        "played_usd": round(item.spent.played_usd, 9),
        "tokens": item.tokens,
        "seconds": item.seconds,
        "calls": item.calls,
        "failed_calls": item.failed_calls,
        "score": item.score,
        "checks": [
            {"about": check.about, "met": check.met, "found": check.found, "mark": check.mark} for check in item.checks
        ],
    }


def _rounded(usd: float | None) -> float | None:
    return None if usd is None else round(usd, 9)
