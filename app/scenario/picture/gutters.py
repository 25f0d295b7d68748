"""The lines between two layers of boxes: which of them run together, on which track, and how they are drawn.

Lines are read downwards. Edges that share an end may share a track (a bus: every source of it leads to every target of
it), but never so that who follows a line down could arrive at a box that it does not lead to. Where strangers cross,
the vertical line passes over the horizontal one.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

Edge = tuple[int, int]  # positions of the source in the layer above and of the target in the layer below
Glyphs = dict[int, str]  # what stands in the columns of a row
End = tuple[str, int]  # "last" with a source or "first" with a target
Claims = dict[End, "Bus"]

MOST_DETOURS = 6
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

    def route(self, width: int, detours: int = MOST_DETOURS) -> list[Glyphs] | None:
        """Rows that lead the edges from above to below, or None where there is no room or nobody could follow them."""
        buses, tangled = bundled(self)
        if tangled:
            return self.detour(width, detours - len(tangled), [[edge] for edge in tangled])
        for attempt in (buses, [self.bus([source], [target]) for source, target in self.edges]):
            claims = claimed(self, attempt)
            tracks = None if claims is None else ranked(self, attempt, claims)
            if tracks is not None:
                return drawn(self, tracks)
        return self.detour(width, detours - 1, [self.blocked()])

    def detour(self, width: int, detours: int, groups: list[list[Edge]]) -> list[Glyphs] | None:
        """Route in two goes: some edges, grouped by target, lead to free columns first, and home from there."""
        below, outward = list(self.below), dict(zip(self.edges, self.edges, strict=True))
        for group in groups:
            used = {*self.above, *below}
            start, home = self.above[group[0][0]], self.below[group[0][1]]
            free = [column for column in range(width) if column not in used]
            if not free or detours < 0:
                return None
            outward |= {(source, target): (source, len(below)) for source, target in group}
            below.append(nearest(free, used, home, start))
        homeward = sorted({(end, target) for (_, target), (_, end) in outward.items()})
        upper = Gutter(self.above, below, [*outward.values()]).route(width, detours)
        lower = Gutter(below, self.below, homeward).route(width, detours)
        return None if upper is None or lower is None else upper + lower

    def blocked(self) -> list[Edge]:
        """All the edges to a target that has a source straight above it, a stranger if there is one."""
        above = {column: source for source, column in enumerate(self.above)}
        targets = [target for _, target in self.edges if self.below[target] in above]
        blocked = min(targets, key=lambda target: (above[self.below[target]], target) in self.edges)
        return [(source, target) for source, target in self.edges if target == blocked]

    def is_straight(self, edge: Edge) -> bool:
        """Whether the target is right under the source."""
        return self.above[edge[0]] == self.below[edge[1]]

    def bus(self, sources: Iterable[int], targets: Iterable[int]) -> Bus:
        """The bus from some sources to some targets."""
        sources, targets = frozenset(sources), frozenset(targets)
        columns = {self.above[source] for source in sources} | {self.below[target] for target in targets}
        return Bus(sources, targets, frozenset(columns))


def nearest(free: Sequence[int], used: set[int], home: int, start: int) -> int:
    """The free column nearest to home, not next to another line if possible, rather on the side of the start."""
    return min(
        free, key=lambda column: (bool({column - 1, column + 1} & used), abs(column - home), abs(column - start))
    )


def bundled(gutter: Gutter) -> tuple[list[Bus], list[Edge]]:
    """Few buses for the edges, and the edges that cannot be had as well without misleading somebody."""
    single = [gutter.bus([source], [target]) for source, target in gutter.edges]
    single.sort(key=lambda bus: max(bus.columns) - min(bus.columns))
    largest = sorted(families(gutter), key=lambda bus: -len(bus.sources) * len(bus.targets))
    fans = sorted(largest, key=lambda bus: len(bus.sources))
    shares = []
    for first in (largest, fans, []):
        buses, left = shared_out(gutter, [*first, *single])
        if not left:
            return buses, left
        shares.append((buses, left))
    return min(shares, key=lambda share: (len(share[1]), sum(map(gutter.is_straight, share[1])), len(share[0])))


def shared_out(gutter: Gutter, wanted: list[Bus]) -> tuple[list[Bus], list[Edge]]:
    """The edges shared out among those of the wanted buses that are legible together, and the edges left over."""
    buses: list[Bus] = []
    left = dict.fromkeys(gutter.edges)
    for bus in wanted:
        edges = [(source, target) for source in bus.sources for target in bus.targets]
        if all(edge in left for edge in edges) and claimed(gutter, [*buses, bus]) is not None:
            buses.append(bus)
            for edge in edges:
                del left[edge]
    buses = gathered(gutter, buses, lambda bus: bus.sources)
    return gathered(gutter, buses, lambda bus: bus.targets), [*left]


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


def gathered(gutter: Gutter, buses: list[Bus], kin: Callable[[Bus], frozenset[int]]) -> list[Bus]:
    """The buses with those of one kin put together."""
    for family in dict.fromkeys(map(kin, buses)):
        one, *others = (bus for bus in buses if kin(bus) == family)
        for other in others:
            both = gutter.bus(one.sources | other.sources, one.targets | other.targets)
            merged = [both if bus is one else bus for bus in buses if bus is not other]
            if claimed(gutter, merged) is not None:
                buses, one = merged, both
    return buses


def claimed(gutter: Gutter, buses: list[Bus]) -> Claims | None:
    """Who is the last bus of each source and the first of each target, or None where lines could be misread.

    Who follows a line down may turn at each of its junctions. So of the buses of a source only the last may have other
    sources, lest their lines go on down its column; of those of a target only the first may have other targets. Who
    comes down to a target and turns on a later bus must find nothing there but sources whose columns end. And where a
    source stands straight above a target, the column does not end, so that the bus of both is last as well as first.
    """
    below = {column: target for target, column in enumerate(gutter.below)}
    claims: Claims = {}
    for bus in buses:
        lasts = {source for source in bus.sources if below.get(gutter.above[source]) in bus.targets}
        firsts = {below[gutter.above[source]] for source in lasts}
        needed = [("last", source) for source in (bus.sources if len(bus.sources) > 1 else lasts)]
        needed += [("first", target) for target in (bus.targets if len(bus.targets) > 1 else firsts)]
        if any(end in claims for end in needed):
            return None
        claims |= dict.fromkeys(needed, bus)
    shared = Counter(end for bus in buses for end in ends(bus))
    single = [
        bus for bus in buses if len(bus.columns) == 2 == len(ends(bus)) and min(shared[end] for end in ends(bus)) > 1
    ]
    while single:
        free = {bus: [end for end in ends(bus) if end not in claims] for bus in single}
        rivals = Counter(end for choice in free.values() for end in choice)
        bus = min(single, key=lambda bus: (len(free[bus]), min((rivals[end] for end in free[bus]), default=0)))
        if not free[bus]:
            return None
        claims[min(free[bus], key=lambda end: rivals[end])] = bus
        single.remove(bus)
    return claims


def ends(bus: Bus) -> list[End]:
    """What a bus may be: the last of its sources, the first of its targets. A single edge needs one of the two."""
    return [*(("last", source) for source in bus.sources), *(("first", target) for target in bus.targets)]


def ranked(gutter: Gutter, buses: list[Bus], claims: Claims) -> list[tuple[Bus, int]] | None:
    """The buses with their tracks, counted from above, or None where each would have to be above another.

    Of the buses that may come next, the one goes first that crosses least by being above the rest.
    """
    level = [bus for bus in buses if not bus.straight]
    earlier = must_precede(gutter, level, claims)
    cost = {one: {two: crossings(gutter, one, two) - crossings(gutter, two, one) for two in level} for one in level}
    waiting, tracks = dict.fromkeys(level), {bus: 0 for bus in buses if bus.straight}
    while waiting:
        ready = [bus for bus in waiting if not earlier[bus] & waiting.keys()]
        if not ready:
            return None
        bus = min(ready, key=lambda bus: (sum(cost[bus][other] for other in waiting), min(bus.columns)))
        del waiting[bus]
        over = [tracks[other] for other in level if other in tracks and (other.meets(bus) or other in earlier[bus])]
        tracks[bus] = max(over, default=-1) + 1
    return list(tracks.items())


def must_precede(gutter: Gutter, buses: list[Bus], claims: Claims) -> dict[Bus, set[Bus]]:
    """For each bus, those that have to be above it."""
    leaving: dict[int, set[Bus]] = defaultdict(set)
    arriving: dict[int, set[Bus]] = defaultdict(set)
    earlier: dict[Bus, set[Bus]] = {bus: set() for bus in buses}
    for bus in buses:
        for source in bus.sources:
            leaving[source].add(bus)
        for target in bus.targets:
            arriving[target].add(bus)
    for (claim, end), bus in claims.items():
        if bus in earlier and claim == "last":
            earlier[bus] |= leaving[end] - {bus}
        for later in arriving[end] - {bus} if bus in earlier and claim == "first" else ():
            earlier[later].add(bus)
    below = {column: target for target, column in enumerate(gutter.below)}
    for source, column in enumerate(gutter.above):
        for later in arriving[below[column]] - leaving[source] if column in below else ():
            earlier[later] |= leaving[source]
    return earlier


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
