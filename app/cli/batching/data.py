"""A batch for programs: everything that is known of it, as plain data."""

from __future__ import annotations

from typing import Any

from app.batch.groups import groups_of, spent_in
from app.batch.results import ItemResult, Results
from app.batch.standing import ORDER
from app.cli.figures import MICROSECONDS
from app.journal.batches import BatchRow


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
        "cost_usd": row.cost_usd,
        "tokens": row.tokens,
    }


def results_data(results: Results) -> dict[str, Any]:
    """A batch whole."""
    spent = spent_in(results)
    return {
        **row_data(results.row),
        "axes": list(results.plan.axes),
        "counts": {verdict: results.count(verdict) for verdict in ORDER if results.count(verdict)},
        "estimated_usd": spent.estimated_usd,
        "rehearsed_usd": spent.rehearsed_usd,
        "played_usd": spent.played_usd,
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
        "items": [item_data(item) for item in results.items],
    }


def item_data(item: ItemResult) -> dict[str, Any]:
    """One run of it."""
    return {
        "number": item.number,
        "run": item.item.run,
        "name": item.name,
        "scenario": item.scenario,
        "cell": item.item.cell,
        "repeat": item.item.repeat,
        "seed": item.item.seed,
        "inputs": item.item.inputs,
        "verdict": item.verdict,
        "outcome": item.outcome or None,
        "why": item.why,
        "cost_usd": item.cost_usd,
        "tokens": item.tokens,
        "seconds": item.seconds,
        "calls": item.calls,
        "retries": item.retries,
        "score": item.score,
        "checks": [
            {"about": check.about, "met": check.met, "found": check.found, "mark": check.mark} for check in item.checks
        ],
    }
