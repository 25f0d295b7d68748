"""How often a comparison that may end early is wrong, and how much it saves: thousands of batches with a known truth.

The hook is the real one, and it is given its runs one by one as a batch gives them. For `make bench` and for tests; run
alone it prints a table.
"""

from __future__ import annotations

import random
import sys
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.batch.comparing.stopping import EarlyEnd
from app.batch.statistics import rates
from corpus.arms import AXIS, ending, plan_of

MOST = 0.06  # of batches whose arms are alike


class Truth(NamedTuple):
    """What is true of the arms, the control first, and how it is looked at."""

    rates: tuple[float, ...]
    pairs: int = 50
    looks: int = 5


class Seen(NamedTuple):
    """What came of so many batches."""

    differs: float  # the share in which some arm was called better or worse
    performed: float  # the share of the planned runs that was performed


def seen(truth: Truth, batches: int, seed: int = 1) -> Seen:
    """Simulate them."""
    arms = [f"arm {number}" for number in range(len(truth.rates))]
    passes = dict(zip(arms, truth.rates, strict=True))
    plan = plan_of(arms, truth.pairs, looks=truth.looks)
    chance = random.Random(seed)
    differs = performed = 0
    for _ in range(batches):
        end = EarlyEnd(plan)
        for item in plan.items:
            performed += 1
            if end(item, ending(item, chance.random() < passes[item.cell[AXIS]])):
                break
        comparisons = [looked.decision.comparison for looked in end.looked() if looked is not None]
        differs += any(found is not None and found.verdict in ("better", "worse") for found in comparisons)
    return Seen(differs / batches, performed / (batches * len(plan.items)))


def main(batches: int = 4000) -> int:
    """Print the table; the exit code is 1 where a difference is found too often that is not there."""
    rates.tango = lru_cache(None)(rates.tango)  # the same few counts come up again and again
    rates.mcnemar = lru_cache(None)(rates.mcnemar)
    print(f"{batches:,} batches each   called different   performed")
    kept = True
    for truth in (
        Truth((0.7, 0.7)), Truth((0.9, 0.9), pairs=40, looks=3), Truth((0.7, 0.7, 0.7)),
        Truth((0.85, 0.55)), Truth((0.95, 0.5)),
    ):  # fmt: skip
        found = seen(truth, batches)
        told = " ".join(f"{rate:.0%}" for rate in truth.rates)
        print(f"{told:<14} {truth.pairs} pairs, {truth.looks} looks   {found.differs:6.1%}   {found.performed:6.1%}")
        kept = kept and (found.differs <= MOST or len(set(truth.rates)) > 1)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
