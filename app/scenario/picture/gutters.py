"""The lines between two layers of boxes: which of them run together, on which track, and how they are drawn.

Lines are read downwards. Edges that share an end may share a track (a bus: every source of it leads to every target of
it), but never so that who follows a line down could arrive at a box that it does not lead to. Where strangers cross,
the vertical line passes over the horizontal one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement

Edge = tuple[int, int]  # positions of the source in the layer above and of the target in the layer below
Glyphs = dict[int, str]  # what stands in the columns of a row

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
JUNCTIONS = {
    UP | DOWN: "│", LEFT | RIGHT: "─",
    DOWN | RIGHT: "╭", DOWN | LEFT: "╮", UP | RIGHT: "╰", UP | LEFT: "╯",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤", DOWN | LEFT | RIGHT: "┬", UP | LEFT | RIGHT: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bus:
    """Edges drawn as one: each of the sources leads to each of the targets."""

    sources: frozenset[int]
    targets: frozenset[int]
    columns: frozenset[int]

    @property
    def straight(self) -> bool:
        """Whether the target is right under its source, so that no track is needed."""
        return len(self.columns) == 1

    def passes(self, column: int) -> bool:
        """Whether the bus goes past a column without touching it."""
        return min(self.columns) < column < max(self.columns) and column not in self.columns

    def meets(self, other: "Bus") -> bool:
        """Whether the two would touch, or nearly so, on one track."""
        return min(self.columns) <= max(other.columns) + 1 and min(other.columns) <= max(self.columns) + 1


@dataclass(frozen=True, slots=True)
class Gutter:
    """The space between two layers: columns of the sources, columns of the targets, and who leads to whom."""

    above: Sequence[int]
    below: Sequence[int]
    edges: Sequence[Edge]

    def route(self, width: int) -> list[Glyphs] | None:
        """Rows that lead the edges from above to below, or None where there is no room for them."""
        for buses in (bundled(self), self.single_edges()):
            tracks = ranked(self, buses)
            if tracks is not None:
                return drawn(self, tracks)
        return self.detour(width)

    def detour(self, width: int) -> list[Glyphs] | None:
        """Route in two goes: to a free column beside a target that cannot be reached at once, then home."""
        target = self.blocked()
        used = {*self.above, *self.below}
        free = [column for column in range(width) if not used & {column - 1, column, column + 1}]
        if not free:
            return None
        aside = list(self.below)
        aside[target] = min(free, key=lambda column: abs(column - self.below[target]))
        homewards = sorted({(target, target) for _, target in self.edges})
        upper = Gutter(self.above, aside, self.edges).route(width)
        lower = Gutter(aside, self.below, homewards).route(width)
        return None if upper is None or lower is None else upper + lower

    def blocked(self) -> int:
        """A target that has a source straight above it, a stranger if there is one."""
        above = {column: source for source, column in enumerate(self.above)}
        targets = [target for _, target in self.edges if self.below[target] in above]
        return min(targets, key=lambda target: (above[self.below[target]], target) in self.edges)

    def single_edges(self) -> list[Bus]:
        """A bus for every edge."""
        return [self.bus([source], [target]) for source, target in self.edges]

    def bus(self, sources: Iterable[int], targets: Iterable[int]) -> Bus:
        """The bus from some sources to some targets."""
        sources, targets = frozenset(sources), frozenset(targets)
        columns = {self.above[source] for source in sources} | {self.below[target] for target in targets}
        return Bus(sources, targets, frozenset(columns))


def bundled(gutter: Gutter) -> list[Bus]:
    """Few buses for all the edges: what has the same sources or the same targets together, while it stays legible."""
    buses = gutter.single_edges()
    for bus in sorted(families(gutter), key=lambda bus: -len(bus.sources) * len(bus.targets)):
        inner = [one for one in buses if one.sources <= bus.sources and one.targets <= bus.targets]
        merged = [one for one in buses if one not in inner] + [bus]
        if len(inner) == len(bus.sources) * len(bus.targets) and legible(gutter, merged):
            buses = merged
    while merged := next(mergers(gutter, buses), []):
        buses = merged
    return buses


def families(gutter: Gutter) -> list[Bus]:
    """Sources that two targets, or all the sources that one target, waits for, with all the targets of all of them."""
    sources: dict[int, set[int]] = defaultdict(set)
    for source, target in gutter.edges:
        sources[target].add(source)
    shared = {frozenset(sources[one] & sources[other]) for one, other in combinations_with_replacement(sources, 2)}
    return [
        gutter.bus(family, [target for target in sources if family <= sources[target]])
        for family in sorted(shared, key=sorted)
        if family
    ]


def mergers(gutter: Gutter, buses: list[Bus]) -> Iterator[list[Bus]]:
    """The ways to put two of the buses together."""
    for one, other in combinations(buses, 2):
        if one.sources == other.sources or one.targets == other.targets:
            both = gutter.bus(one.sources | other.sources, one.targets | other.targets)
            merged = [bus for bus in buses if bus not in (one, other)] + [both]
            if legible(gutter, merged):
                yield merged


def legible(gutter: Gutter, buses: list[Bus]) -> bool:
    """Whether who follows a line down arrives only where it leads.

    A line that comes down a column may turn at each of its junctions. So a source stands with other sources on one bus
    at most (the last of its column) and a target with other targets on one bus at most (the first of its column). In a
    column that goes straight from a source to a target, that bus must hold both.
    """
    gathered = [(source, bus) for bus in buses if len(bus.sources) > 1 for source in bus.sources]
    scattered = [(target, bus) for bus in buses if len(bus.targets) > 1 for target in bus.targets]
    ends = [("source", source) for source, _ in gathered] + [("target", target) for target, _ in scattered]
    if len(ends) > len(set(ends)):
        return False
    under = {s: t for s, t in gutter.edges if gutter.above[s] == gutter.below[t]}
    over = {t: s for s, t in under.items()}
    return all(under[source] in bus.targets for source, bus in gathered if source in under) and all(
        over[target] in bus.sources for target, bus in scattered if target in over
    )


def ranked(gutter: Gutter, buses: list[Bus]) -> list[tuple[Bus, int]] | None:
    """The buses with their tracks, counted from above, or None where each would have to be above another.

    Of the buses that may come next, the one goes first that crosses least by being above the rest.
    """
    level = [bus for bus in buses if not bus.straight]
    first = must_precede(gutter, level)
    cost = {one: {two: crossings(gutter, one, two) - crossings(gutter, two, one) for two in level} for one in level}
    waiting, tracks = dict.fromkeys(level), {bus: 0 for bus in buses if bus.straight}
    while waiting:
        ready = [bus for bus in waiting if not first[bus] & waiting.keys()]
        if not ready:
            return None
        bus = min(ready, key=lambda bus: (sum(cost[bus][other] for other in waiting), min(bus.columns)))
        del waiting[bus]
        over = [tracks[other] for other in level if other in tracks and (other.meets(bus) or other in first[bus])]
        tracks[bus] = max(over, default=-1) + 1
    return list(tracks.items())


def must_precede(gutter: Gutter, buses: list[Bus]) -> dict[Bus, set[Bus]]:
    """For each bus, those that have to be above it."""
    leaving: dict[int, list[Bus]] = defaultdict(list)
    arriving: dict[int, list[Bus]] = defaultdict(list)
    for bus in buses:
        for source in bus.sources:
            leaving[gutter.above[source]].append(bus)
        for target in bus.targets:
            arriving[gutter.below[target]].append(bus)
    first: dict[Bus, set[Bus]] = {bus: set() for bus in buses}
    for column, group in leaving.items():
        last = [bus for bus in group if len(bus.sources) > 1]
        for bus in last:
            first[bus] |= {*group} - {bus}
        for bus in arriving.get(column, []):
            if bus not in group:
                first[bus] |= {*group}
    for group in arriving.values():
        for bus in group:
            first[bus] |= {other for other in group if len(other.targets) > 1 and other is not bus}
    return first


def crossings(gutter: Gutter, upper: Bus, lower: Bus) -> int:
    """How often two buses cross if one is above the other."""
    falling = sum(lower.passes(gutter.below[target]) for target in upper.targets)
    return falling + sum(upper.passes(gutter.above[source]) for source in lower.sources)


def drawn(gutter: Gutter, tracks: list[tuple[Bus, int]]) -> list[Glyphs]:
    """The rows of a gutter: columns first, then the tracks, which pass under the columns they do not touch."""
    height = max((track + 1 for bus, track in tracks if not bus.straight), default=0)
    arms: list[dict[int, int]] = [defaultdict(int) for _ in range(height)]
    for bus, track in tracks:
        turn = height if bus.straight else track
        for column in (gutter.above[source] for source in bus.sources):
            draw_column(arms[:turn], column)
            draw_end(arms[turn : turn + 1], column, UP)
        for column in (gutter.below[target] for target in bus.targets):
            draw_end(arms[turn : turn + 1], column, DOWN)
            draw_column(arms[turn + 1 :], column)
    for bus, track in tracks:
        if not bus.straight:
            draw_track(arms[track], bus.columns)
    return [{column: JUNCTIONS[arm] for column, arm in row.items()} for row in arms]


def draw_column(rows: list[dict[int, int]], column: int) -> None:
    """A line down through rows."""
    for row in rows:
        row[column] |= UP | DOWN


def draw_end(rows: list[dict[int, int]], column: int, arm: int) -> None:
    """The end of a column on its track."""
    for row in rows:
        row[column] |= arm


def draw_track(row: dict[int, int], columns: frozenset[int]) -> None:
    """A line along a row that turns at its columns and passes under all others."""
    low, high = min(columns), max(columns)
    for column in range(low, high + 1):
        if column in columns:
            row[column] |= (LEFT if column > low else 0) | (RIGHT if column < high else 0)
        elif column not in row:
            row[column] = LEFT | RIGHT
