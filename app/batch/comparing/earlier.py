"""Holds a batch against an earlier one of the archive: as against a baseline, and run by run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from app.batch.comparing.against import Against, Tolerance, Turned, held_against
from app.batch.comparing.baseline import place_of, yardstick_of
from app.batch.results import ItemResult, Results
from app.errors import UsageError

Key = tuple[bytes, int, int]  # its place, its seed, and which of those with this seed it is


def held_against_earlier(
    results: Results, earlier: Results, name: str, tolerance: Tolerance | None = None
) -> Against:  # fmt: skip
    """What has changed since, place by place; and run by run, where both performed the same."""
    if results.row.batch == earlier.row.batch:
        raise UsageError(f"{name} is the same batch", "`footlights batches` lists the others")
    against = held_against(results, yardstick_of(earlier), name, tolerance)
    notes = against.notes
    if missing := len(earlier.items) - len(earlier.over):
        notes += (f"{missing:,} of {len(earlier.items):,} runs of {name} have no result, and are not judged",)
    return replace(against, notes=notes, turned=tuple(_turned(earlier, results)))


def _turned(earlier: Results, results: Results) -> Iterator[Turned]:
    """The runs that stand otherwise now, those that passed and do so no more first."""
    before = dict(_by_key(earlier))
    both = [(was, now) for key, now in _by_key(results) if (was := before.get(key)) is not None]
    for was, now in sorted(both, key=lambda pair: pair[1].passed):
        if was.verdict != now.verdict:
            why = (was if now.passed else now).why
            yield Turned(now.name, was.verdict, now.verdict, was.item.run, now.item.run, why)


def _by_key(results: Results) -> Iterator[tuple[Key, ItemResult]]:
    seen: Counter[tuple[bytes, int]] = Counter()
    for found in results.items:
        where = place_of(results.plan, found.item), found.item.seed
        seen[where] += 1
        if found.over:
            yield (*where, seen[where]), found
