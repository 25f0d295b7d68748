"""Where each item of a batch stands on the screen: a row for each cell, a column for each repeat, and the way about.

What is wider than the screen is wrapped, and many short rows stand beside one another. Pure, for any number of items.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.batch.plan import Plan
from app.batch.planning import SCENARIO
from app.safety import one_line
from app.tui.text import cells, cut

READABLE = 14  # cells of a label, below which rows rather stand below one another
GAP = 3  # cells between two blocks beside one another
TEN = 10  # items, after which there is a little air
LEAST_LABEL, GOOD_LABEL, MOST_LABEL = 6, 20, 40  # cells


class Group(NamedTuple):
    """The repeats of one cell: their places in the plan."""

    name: str
    items: tuple[int, ...]
    parts: tuple[str, ...] = ()  # of the name, where it has several


class Strip(NamedTuple):
    """Items beside one another in a row of the screen, after a label."""

    x: int
    label: str
    is_name: bool  # else a number: how far along the repeats it begins
    items: tuple[int, ...]
    cells: tuple[int, ...]  # where each of them is drawn


@dataclass(frozen=True, slots=True)
class Grid:
    """All of it. Rows are drawn when they are seen."""

    rows: tuple[tuple[Strip, ...], ...] = ()
    label: int = 0  # cells of each label
    order: tuple[int, ...] = ()  # the items as they are read
    places: dict[int, tuple[int, int]] = field(default_factory=dict)  # of each item: its row, its cell
    turns: dict[int, int] = field(default_factory=dict)  # of each item: its place in the order

    def item_at(self, x: int, y: int) -> int | None:
        """The item that is drawn there, or right beside."""
        if not 0 <= y < len(self.rows):
            return None
        near = (
            (abs(cell - x), item) for strip in self.rows[y] for item, cell in zip(strip.items, strip.cells, strict=True)
        )
        off, item = min(near, default=(2, -1))
        return item if off <= 1 else None

    def beside(self, item: int, by: int) -> int:
        """So many items on, as they are read."""
        return self.order[max(0, min(len(self.order) - 1, self.turns[item] + by))]

    def below(self, item: int, by: int) -> int:
        """So many rows down, as straight as there are items."""
        y, x = self.places[item]
        row = self.rows[max(0, min(len(self.rows) - 1, y + by))]
        return min(
            ((abs(cell - x), each) for strip in row for each, cell in zip(strip.items, strip.cells, strict=True))
        )[1]

    def next_of(self, item: int, wanted: Collection[int], by: int) -> int | None:
        """The next of some items, or the one before; after the last comes the first."""
        turns = sorted(self.turns[each] for each in wanted if each in self.turns)
        if not turns:
            return None
        here = self.turns[item]
        at = bisect_left(turns, here + 1) if by > 0 else bisect_left(turns, here) - 1
        return self.order[turns[at % len(turns)]]


def groups_of(plan: Plan) -> tuple[Group, ...]:
    """The cells of a plan, in its order, with their repeats; each by its values, which `axes_of` names."""
    several = len({source.scenario for source in plan.sources}) > 1
    names = plan.names
    found: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for place, item in enumerate(plan.items):
        values = tuple(one_line(names.of(axis, value)) for axis, value in item.cell.items() if axis != SCENARIO)
        found.setdefault((item.source, values), []).append(place)
    groups = []
    for (source, values), items in found.items():
        head = (one_line(plan.sources[source].scenario),) if several or not values else ()
        parts = (*head, *values)
        name = " ".join((*head, *filter(None, (" · ".join(values),))))
        groups.append(Group(name, tuple(items), parts if len(parts) > 1 else ()))
    return tuple(groups)


def axes_of(plan: Plan) -> str:
    """What the values in the names of its cells are values of."""
    return one_line(" · ".join(axis for axis in plan.axes if axis != SCENARIO))


def grid_of(groups: Sequence[Group], width: int, height: int) -> Grid:
    """Arranged for a window: as airy as fits, in one column of rows if they are seen whole, else in several."""
    groups = [group for group in groups if group.items]
    if not groups or width < LEAST_LABEL + 2 or height <= 0:
        return Grid()
    longest = max(len(group.items) for group in groups)
    natural = max(cells(group.name) for group in groups)
    for pitch, least in ((2, min(natural, GOOD_LABEL)), (1, LEAST_LABEL)):
        label = min(natural, width - 1 - _length(longest, pitch), MOST_LABEL)
        if label >= min(natural, least):
            return _beside(groups, label, pitch, longest, width, height)
    label = max(LEAST_LABEL, min(natural, width // 4))
    return _wrapped(groups, label, width)


def _beside(groups: Sequence[Group], label: int, pitch: int, longest: int, width: int, height: int) -> Grid:
    """A row for each cell; in several columns, if not all are seen in one."""
    readable = min(label, READABLE) + 1 + _length(longest, pitch)
    columns = max(1, min(-(-len(groups) // height), (width + GAP) // (readable + GAP)))
    label = min(label, (width + GAP) // columns - GAP - 1 - _length(longest, pitch))
    block = label + 1 + _length(longest, pitch)
    lines = -(-len(groups) // columns)
    names = _labels(groups, label)
    rows = []
    for line in range(lines):
        some = [(column, at) for column in range(columns) if (at := column * lines + line) < len(groups)]
        rows.append(
            tuple(
                _strip(column * (block + GAP), names[at], True, groups[at].items, label, pitch) for column, at in some
            )
        )
    return _read(rows, label)


def _wrapped(groups: Sequence[Group], label: int, width: int) -> Grid:
    """Rows so long as there is room for, by tens."""
    room = width - label - 1
    most = max(1, (room + 1) * TEN // (TEN + 1))
    most = most // TEN * TEN or most
    rows = []
    for group, called in zip(groups, _labels(groups, label), strict=True):
        for start in range(0, len(group.items), most):
            name = f"#{start + 1:,}" if start else called
            rows.append((_strip(0, name, not start, group.items[start : start + most], label, 1),))
    return _read(rows, label)


def _labels(groups: Sequence[Group], room: int) -> list[str]:
    """Their names; where there is no room for all, of each a beginning of every part, so that all are told apart."""
    long = [group for group in groups if group.parts and cells(group.name) > room]
    if not long:
        return [group.name for group in groups]
    most = min(_most_of_a_part(group.parts, room) for group in long)
    return [_squeezed(group.parts, most) or group.name for group in groups]


def named_in_short(parts: Sequence[str], room: int) -> str:
    """The parts of a name; where there is no room for all, a beginning of each."""
    whole = " · ".join(parts)
    return whole if cells(whole) <= room else _squeezed(parts, _most_of_a_part(parts, room))


def _squeezed(parts: Sequence[str], most: int) -> str:
    return "·".join(cut(part, most, ellipsis="") for part in parts)


def _most_of_a_part(parts: Sequence[str], room: int) -> int:
    """Cells that each may take, so that all fit with a point between them; the short ones leave some to others."""
    rest = room - len(parts) + 1
    sizes = range(rest, 1, -1)
    return next((most for most in sizes if sum(min(most, cells(part)) for part in parts) <= rest), 1)


def _strip(x: int, name: str, is_name: bool, items: tuple[int, ...], label: int, pitch: int) -> Strip:
    start = x + label + 1
    return Strip(x, name, is_name, items, tuple(start + at * pitch + at // TEN for at in range(len(items))))


def _length(count: int, pitch: int) -> int:
    """Cells that so many items take."""
    return (count - 1) * pitch + (count - 1) // TEN + 1


def _read(rows: Sequence[tuple[Strip, ...]], label: int) -> Grid:
    order = tuple(_order(rows))
    places = {
        item: (y, cell)
        for y, row in enumerate(rows)
        for strip in row
        for item, cell in zip(strip.items, strip.cells, strict=True)
    }
    return Grid(tuple(rows), label, order, places, {item: turn for turn, item in enumerate(order)})


def _order(rows: Sequence[tuple[Strip, ...]]) -> Iterator[int]:
    for row in rows:
        for strip in row:
            yield from strip.items
