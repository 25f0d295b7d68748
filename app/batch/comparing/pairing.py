"""Finds the pairs of a comparison: items of a plan that agree in everything but one axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.batch.cells import value_key, value_name
from app.batch.plan import Item, Plan
from app.batch.planning import SCENARIO
from app.document.suggest import did_you_mean, listed, shortened
from app.errors import UsageError
from app.scenario.cells import Cell

Row = tuple[int | None, ...]  # places in the plan, one for each arm; none where no such item was planned


@dataclass(frozen=True, slots=True)
class Pairing:
    """The arms of an axis, and which items belong together."""

    axis: str
    values: tuple[Any, ...]  # the first is the control
    names: tuple[str, ...]  # as people read them
    rows: tuple[Row, ...]  # in the order of the plan

    def pairs(self, arm: int) -> Iterator[tuple[int, int]]:
        """The items of the control, each with the one of an arm that is held against it."""
        for row in self.rows:
            first, other = row[0], row[arm]
            if first is not None and other is not None:
                yield first, other

    def alone(self, arm: int) -> int:
        """How many items, of the control and of an arm, have nothing that they could be held against."""
        return sum((row[0] is None) != (row[arm] is None) for row in self.rows)


def paired(plan: Plan, axis: str) -> Pairing:
    """Pair the items of a plan; raises UsageError where the axis has nothing to compare."""
    arms: dict[bytes, int] = {}
    values: list[Any] = []
    rows: dict[bytes, dict[int, int]] = {}
    seen: Counter[tuple[int, bytes]] = Counter()
    for place, item in enumerate(plan.items):
        if axis not in item.cell:
            continue
        value = item.cell[axis]
        arm = arms.setdefault(value_key(value), len(arms))
        if arm == len(values):
            values.append(value)
        rest = _rest(plan, item, axis)
        seen[arm, rest] += 1  # two rows of inputs may be equal: the second belongs to the second
        rows.setdefault(rest + b"%d" % seen[arm, rest], {})[arm] = place
    if not values:
        otherwise = (
            f"there {'is' if len(plan.axes) == 1 else 'are'} {listed(plan.axes)}" if plan.axes else "it has none"
        )
        raise UsageError(f'"{shortened(axis)}" is no axis of this batch', did_you_mean(axis, plan.axes, otherwise))
    if len(values) < 2:
        said = f'"{axis}" has one value: {value_name(values[0])}'
        raise UsageError(said, f"two values can be compared:  --matrix {axis}=one,two")
    names = tuple(plan.names.of(axis, value) for value in values)
    return Pairing(axis, tuple(values), names, tuple(tuple(map(row.get, range(len(values)))) for row in rows.values()))


def other_cell(item: Item, axis: str) -> Cell:
    """The cell of an item without the axis that is compared."""
    return {name: value for name, value in item.cell.items() if name not in (axis, SCENARIO)}


def place_name(plan: Plan, item: Item, axis: str) -> str:
    """Where a pair stands: its scenario, when there are several, and its cell."""
    several = axis != SCENARIO and SCENARIO in item.cell
    scenario = plan.sources[item.source].scenario if several else ""
    return " ".join(filter(None, (scenario, plan.names.of_cell(other_cell(item, axis)))))


def _rest(plan: Plan, item: Item, axis: str) -> bytes:
    """Everything that two items of a pair share."""
    scenario = "" if axis == SCENARIO else plan.sources[item.source].scenario
    inputs = {name: value for name, value in item.inputs.items() if name != axis.removeprefix("inputs.")}
    return value_key([scenario, other_cell(item, axis), item.repeat, item.seed, inputs])
