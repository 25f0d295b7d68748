"""What a run is measured by when arms are compared: one number each, none where it cannot be known."""

from __future__ import annotations

from collections.abc import Iterable

from app.batch.executor import Ending
from app.batch.results import ItemResult
from app.batch.statistics import Measure
from app.events import Event, ExpectationChecked


def value_of(item: ItemResult, measure: Measure) -> float | None:
    """The measure of an item that is over."""
    if not item.over:
        return None
    values: dict[Measure, float | None] = {
        "success": float(item.passed),
        "cost_usd": None if item.spent.unpriced else item.cost_usd,
        "seconds": item.seconds,
        "tokens": float(item.tokens),
        "score": item.score,
    }
    return values[measure]


def value_at_end(ending: Ending, measure: Measure, events: Iterable[Event] = ()) -> float | None:
    """The same of a run that has just ended; its `events` hold the marks that it was given."""
    if ending.status != "finished":
        return None
    if measure == "score":
        marks = [event.mark for event in events if isinstance(event, ExpectationChecked) and event.mark is not None]
        return sum(marks) / len(marks) if marks else None
    values: dict[Measure, float | None] = {
        "success": float(ending.verdict == "passed"),
        "cost_usd": None if ending.unpriced else ending.cost_usd,
        "seconds": ending.seconds,
        "tokens": float(ending.usage.total),
    }
    return values[measure]
