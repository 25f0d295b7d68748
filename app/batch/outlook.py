"""What a batch is going to do, before it does, in one line: how many runs of what, how, and what they may cost."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.batch.driving import workers_for
from app.batch.here import SLOTS
from app.batch.plan import Plan, Source
from app.batch.planning import cell_called
from app.batch.standing import how_performed
from app.engine.bundle import checked_again
from app.scenario.worst import worst_of
from app.state.words import money, plural

if TYPE_CHECKING:
    from app.batch.results import Results


def outlook_of(plan: Plan, before: Results | None = None, workers: int | None = None, on: str = "") -> str:
    """In one line: `270 runs: 90 scenarios, 3 of each; rehearsed, with 2 processes`."""
    missing = len(plan.items) - (len(before.over) if before is not None else 0)
    what = plural(len(plan.items), "run")
    if before is not None:
        missing_of = f"{missing:,} of {what} {'is' if missing == 1 else 'are'} missing"
        if not missing:
            return f"all {what} are done" if len(plan.items) > 1 else "its run is done"
        what = missing_of
    parts = [f"{what}: {', '.join(_made_of(plan))}", _how(plan, missing, workers, on)]
    if not plan.leaves_nothing_to_chance:
        parts.append(_at_most(plan, before))
    elif "cost_usd" in plan.budget:
        parts.append(f"for at most {money(plan.budget['cost_usd'])} that nobody pays")
    return "; ".join(parts)


def _made_of(plan: Plan) -> Iterator[str]:
    names = {source.scenario for source in plan.sources}
    yield plan.sources[0].scenario if len(names) == 1 else plural(len(names), "scenario")
    often = Counter((plan.sources[item.source].scenario, cell_called(plan, item)) for item in plan.items)
    if len(often) > len(names):
        yield plural(len(often), "cell")
    least, most = min(often.values()), max(often.values())
    if most > 1:
        yield f"{most:,} of each" if least == most else f"{least:,} to {most:,} of each"


def _how(plan: Plan, missing: int, workers: int | None, on: str) -> str:
    how = how_performed(plan.mode, plan.record)
    if on:
        return f"{how}, on {on}"
    processes = workers_for(plan, missing, workers)
    if processes:
        return f"{how}, with {processes} {'process' if processes == 1 else 'processes'}"
    return f"{how}, {min(plan.parallel or SLOTS, max(1, missing))} at a time"


def _at_most(plan: Plan, before: Results | None) -> str:
    most = [most_usd(plan, source) for source in plan.sources]
    missing = plan.items if before is None else [item.item for item in before.items if not item.over]
    total = sum(most[item.source] for item in missing)
    if "cost_usd" in plan.budget:
        total = min(total, max(0.0, plan.budget["cost_usd"] - (0.0 if before is None else before.cost_usd)))
    if math.isinf(total):
        return "nobody can say what they cost at most; --budget cost_usd=5 would bound it"
    return f"at most {money(total)}"


def most_usd(plan: Plan, source: Source) -> float:
    """What a run of it costs at the very most, if models are asked; infinite, where nothing bounds it."""
    most = worst_of(checked_again(source.bundle)).at_most
    return min(math.inf if most is None else most, plan.limits.get("cost_usd", math.inf))
