"""How batches of the same kind have come out, one after the other: what became of pass rate, cost and time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.journal.batches import BatchRow

MOST = 12  # batches of a kind, the last ones
MOST_KINDS = 6  # the latest
FEWEST = 2  # of which a trend can be told


@dataclass(frozen=True, slots=True)
class Point:
    """What one batch came to, by run."""

    batch: str
    rate: float
    cost_usd: float
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Batches that are called alike and perform as many runs in the same way; the oldest first."""

    title: str
    mode: str
    runs: int
    points: tuple[Point, ...]


def alike(rows: Iterable[BatchRow]) -> list[list[BatchRow]]:
    """Of batches, the latest first, those of which a trend can be told; each kind with the oldest first."""
    kinds: dict[tuple[str, str, int], list[BatchRow]] = {}
    for row in rows:
        if row.ended:
            kinds.setdefault((row.title, row.mode, row.items), []).append(row)
    return [found[:MOST][::-1] for found in kinds.values() if len(found) >= FEWEST][:MOST_KINDS]


def trend_of(rows: Sequence[BatchRow], seconds: Mapping[str, float]) -> Trend:
    """The trend of batches that are alike; `seconds` is how long a run of each took."""
    first = rows[0]
    points = tuple(
        Point(row.batch, row.passed / row.ended, row.cost_usd / row.ended, seconds.get(row.batch)) for row in rows
    )
    return Trend(first.title, first.mode, first.items, points)
