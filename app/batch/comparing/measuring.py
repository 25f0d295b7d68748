"""What a run is measured by when arms are compared: one number each, none where it cannot be known."""

from __future__ import annotations

from app.batch.executor import Ending
from app.batch.results import ItemResult
from app.batch.statistics import Measure


def value_of(run: ItemResult | Ending, measure: Measure) -> float | None:
    """The measure of a run that is over, as it comes back or as the archive has it."""
    if not run.over:
        return None
    values: dict[Measure, float | None] = {
        "success": float(run.passed),
        "cost_usd": None if run.unpriced else run.cost_usd,
        "seconds": run.seconds,
        "tokens": float(run.tokens),
        "score": run.score,
    }
    return values[measure]
