"""Brings a batch and a baseline together: place by place, and run by run where both have the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.batch.cells import cell_name
from app.batch.comparing.baseline import Baseline, Kept, KeptCell, digest_of, kept, place, place_of
from app.batch.planning import cell_called
from app.batch.results import ItemResult, Results
from app.state.words import plural


@dataclass(frozen=True, slots=True)
class Met:
    """One scenario and cell, before and now."""

    name: str
    scenario: str
    before: tuple[Kept, ...]
    now: tuple[Kept, ...]
    pairs: tuple[tuple[Kept, Kept, str], ...]  # those that both have, with the name that they have now
    is_changed: bool  # the scenario, or what it was given
    is_certain: bool  # whatever is asked, it comes out the same

    @property
    def told_new(self) -> str:
        """What of it the baseline lacks."""
        if not self.before:
            return self.name
        more = len(self.now) - len(self.pairs)
        return f"{self.name}: {plural(more, 'run')}" if self.pairs and more else ""

    @property
    def told_gone(self) -> str:
        """What of the baseline is lacking now."""
        if not self.now:
            return self.name
        fewer = len(self.before) - len(self.pairs)
        return f"{self.name}: {plural(fewer, 'run')}" if self.pairs and fewer else ""


def met(results: Results, baseline: Baseline) -> list[Met]:
    """Every place of either, those of the batch first; runs that are not over are left out."""
    plan = results.plan
    waiting = {place(cell.scenario, cell.cell): cell for cell in baseline.cells}
    groups: dict[bytes, list[ItemResult]] = {}
    for found in results.items:
        groups.setdefault(place_of(plan, found.item), []).append(found)
    places = []
    for where, group in groups.items():
        item = group[0].item
        name = _name(plan.sources[item.source].scenario, cell_called(plan, item))
        before = waiting.pop(where, None)
        changed = before is not None and before.digest != digest_of(plan, item)
        over = [found for found in group if found.over]
        if over:
            certain = plan.is_certain(item)
            places.append(_met(name, group[0].scenario, before, over, is_changed=changed, is_certain=certain))
    return places + [
        Met(_name(cell.scenario, cell_name(cell.cell)), cell.scenario, cell.runs, (), (), False, True)
        for cell in waiting.values()
    ]


def _met(
    name: str, scenario: str, cell: KeptCell | None, over: Sequence[ItemResult], *, is_changed: bool, is_certain: bool
) -> Met:
    before = cell.runs if cell is not None else ()
    now = tuple(kept(found) for found in over)
    names = tuple(f"#{found.item.repeat + 1}" for found in over)
    by_seed = dict(zip(_numbered(before), before, strict=True))
    pairs = tuple(
        (by_seed[key], run, said)
        for key, run, said in zip(_numbered(now), now, names, strict=True)
        if key in by_seed
    )  # fmt: skip
    return Met(name, scenario, before, now, pairs, is_changed, is_certain)


def _numbered(runs: Sequence[Kept]) -> list[tuple[int, int]]:
    """The seed of each; the second with a seed is the second."""
    seen: Counter[int] = Counter()
    found = []
    for run in runs:
        seen[run.seed] += 1
        found.append((run.seed, seen[run.seed]))
    return found


def _name(scenario: str, cell: str) -> str:
    return f"{scenario} {cell}" if cell else scenario
