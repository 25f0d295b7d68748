"""In which layer of a graph each box stands, and in which order within it.

Layered drawing after Sugiyama: layers by longest path, long edges led through the layers between as bends, and few
crossings by barycentres. The same input always gives the same order.
"""

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise
from statistics import fmean

from app.scenario.picture.cards import Box

GAP = 3  # columns between boxes side by side; odd, so that two alike have a column in the middle
BEND_GAP = 2  # columns beside a line that passes through
SWEEPS = 4
MOST_ROWS = 4  # into which a layer with lines may be broken and still be read
MOST_PASSING = 8  # lines side by side that an eye can keep apart

Needs = Sequence[Sequence[int]]  # for each box, the boxes it waits for


@dataclass(slots=True, eq=False)
class Node:
    """What stands in a layer: a box, or the bend of a line on its way down to a later layer."""

    box: int | None
    rank: float  # where it would stand in file order
    width: int = 1
    port: int = 0  # the column where lines enter and leave
    above: list["Node"] = field(default_factory=list)
    below: list["Node"] = field(default_factory=list)

    @property
    def before(self) -> int:
        """Columns left of the port."""
        return (self.width - 1) // 2

    @property
    def left(self) -> int:
        """The first column it takes."""
        return self.port - self.before

    @property
    def right(self) -> int:
        """The first column after it."""
        return self.left + self.width

    def lead_to(self, other: "Node") -> None:
        """Draw a line to a node of the next layer."""
        if other not in self.below:
            self.below.append(other)
            other.above.append(self)


Layer = list[Node]


@dataclass(frozen=True, slots=True)
class Trunk:
    """Edges longer than a layer that share an end and run as one line through the layers between."""

    first: int
    last: int
    edges: list[tuple[int, int]]


def needs_of(boxes: Sequence[Box]) -> list[list[int]]:
    """For each box the positions of those it waits for, without what follows from others."""
    position = {box.id: index for index, box in enumerate(boxes)}
    return reduced([[position[need] for need in box.needs if need in position and need != box.id] for box in boxes])


def reduced(needs: Needs) -> list[list[int]]:
    """The needs without those that follow from others."""
    reach = [0] * len(needs)  # the boxes above each, as bits
    kept: list[list[int]] = [[] for _ in needs]
    for box in TopologicalSorter(dict(enumerate(needs))).static_order():
        for need in needs[box]:
            reach[box] |= reach[need]
        kept[box] = [need for need in sorted({*needs[box]}) if not reach[box] >> need & 1]
        for need in kept[box]:
            reach[box] |= 1 << need
    return kept


def ideal_numbers(needs: Needs) -> list[int]:
    """The layer of each box by longest path."""
    numbers = [0] * len(needs)
    for box in TopologicalSorter(dict(enumerate(needs))).static_order():
        numbers[box] = max((numbers[need] + 1 for need in needs[box]), default=0)
    return numbers


def numbered(needs: Needs, widths: Sequence[int], room: int) -> list[int] | None:
    """The layer of each box, crowded ones broken into rows, or None where that is no help."""
    ideal = ideal_numbers(needs)
    numbers, awaited = ideal, {need for sources in needs for need in sources}
    while crowd := crowded(needs, numbers, widths, room):
        layer, boxes, left = crowd
        through = any(needs[box] for box in boxes) + any(box in awaited for box in boxes)
        rows = broken(boxes, widths, left - through * (1 + BEND_GAP))
        if rows and through:
            rows = evened(boxes, len(rows))
        if rows is None:
            return None
        later = {box: index for index, row in enumerate(rows) for box in row}
        numbers = [
            number if number < layer else number + later.get(box, len(rows) - 1) for box, number in enumerate(numbers)
        ]
        same = {number for number, wanted in zip(numbers, ideal, strict=True) if wanted == ideal[boxes[0]]}
        if through and len(same) > MOST_ROWS:
            return None
    return numbers


def crowded(
    needs: Needs, numbers: Sequence[int], widths: Sequence[int], room: int
) -> tuple[int, list[int], int] | None:
    """The first layer that is too wide, with its boxes and the columns that lines on their way leave to them."""
    members: dict[int, list[int]] = defaultdict(list)
    for box, number in enumerate(numbers):
        members[number].append(box)
    bends = bends_by_layer(needs, numbers)
    for layer in range(len(members)):
        left = room - bends[layer] * (1 + BEND_GAP) if bends[layer] <= MOST_PASSING else 0
        if packed(widths[box] for box in members[layer]) > left:
            return layer, members[layer], left
    return None


def packed(widths: Iterable[int]) -> int:
    """Columns that neighbours take side by side."""
    return sum(width + GAP for width in widths) - GAP


def broken(boxes: list[int], widths: Sequence[int], room: int) -> list[list[int]] | None:
    """The boxes of a layer in full rows, or None if one is too wide for any row."""
    rows: list[list[int]] = [[]]
    for box in boxes:
        if rows[-1] and packed(widths[one] for one in (*rows[-1], box)) > room:
            rows.append([])
        rows[-1].append(box)
    return None if len(boxes) == 1 or max(widths[box] for box in boxes) > room else rows


def evened(boxes: list[int], rows: int) -> list[list[int]]:
    """The boxes in two or more rows of about the same number."""
    size, longer = divmod(len(boxes), max(2, rows))
    ends = [0, *accumulate(size + (index < longer) for index in range(max(2, rows)))]
    return [boxes[start:end] for start, end in pairwise(ends)]


def trunks(needs: Needs, numbers: Sequence[int]) -> list[Trunk]:
    """The edges that are longer than a layer, in bundles: by their source or by their target, whichever has more."""
    long = [(s, t) for t, sources in enumerate(needs) for s in sources if numbers[t] - numbers[s] > 1]
    leaving, arriving = Counter(s for s, _ in long), Counter(t for _, t in long)
    bundles: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for s, t in long:
        bundles[("from", s) if leaving[s] >= arriving[t] else ("to", t)].append((s, t))
    return [
        Trunk(min(numbers[s] for s, _ in edges) + 1, max(numbers[t] for _, t in edges) - 1, edges)
        for edges in bundles.values()
    ]


def bends_by_layer(needs: Needs, numbers: Sequence[int]) -> Counter[int]:
    """How many lines pass through each layer."""
    return Counter(layer for trunk in trunks(needs, numbers) for layer in range(trunk.first, trunk.last + 1))


def layered(needs: Needs, numbers: Sequence[int]) -> list[Layer]:
    """The nodes in their layers, in an order with few crossings."""
    boxes = [Node(box, box) for box in range(len(needs))]
    layers: list[Layer] = [[] for _ in range(max(numbers) + 1)]
    for box, number in zip(boxes, numbers, strict=True):
        layers[number].append(box)
    for target, sources in enumerate(needs):
        for source in sources:
            if numbers[target] - numbers[source] == 1:
                boxes[source].lead_to(boxes[target])
    for trunk in trunks(needs, numbers):
        rank = fmean(fmean(edge) for edge in trunk.edges)
        bends = {layer: Node(None, rank) for layer in range(trunk.first, trunk.last + 1)}
        for layer, bend in bends.items():
            layers[layer].append(bend)
        for upper, lower in pairwise(bends.values()):
            upper.lead_to(lower)
        for source, target in trunk.edges:
            boxes[source].lead_to(bends[numbers[source] + 1])
            bends[numbers[target] - 1].lead_to(boxes[target])
    starts = [
        [sorted(layer, key=lambda node: node.rank) for layer in layers],
        [sorted(layer, key=lambda node: (node.box is None, node.rank)) for layer in layers],
    ]
    return min(map(untangled, starts), key=crossings)


def untangled(layers: list[Layer]) -> list[Layer]:
    """The layers with their nodes sorted towards their neighbours, as long as that saves crossings."""
    best, fewest = layers, crossings(layers)
    for sweep in range(2 * SWEEPS):
        if not fewest:
            break
        layers = sorted_down(layers) if sweep % 2 == 0 else sorted_up(layers)
        if (count := crossings(layers)) < fewest:
            best, fewest = layers, count
    return best


def sorted_down(layers: list[Layer]) -> list[Layer]:
    """Each layer sorted by the places of the nodes above, from the top down."""
    done = layers[:1]
    for layer in layers[1:]:
        done.append(by_barycentre(layer, done[-1], lambda node: node.above))
    return done


def sorted_up(layers: list[Layer]) -> list[Layer]:
    """Each layer sorted by the places of the nodes below, from the bottom up."""
    done = layers[-1:]
    for layer in layers[-2::-1]:
        done.append(by_barycentre(layer, done[-1], lambda node: node.below))
    return done[::-1]


def by_barycentre(layer: Layer, other: Layer, neighbours: Callable[[Node], list[Node]]) -> Layer:
    """The layer sorted by the mean place of each node's neighbours; who has none keeps its place."""
    place = {node: index for index, node in enumerate(other)}
    wish = {
        node: fmean(place[one] for one in neighbours(node)) if neighbours(node) else index * len(other) / len(layer)
        for index, node in enumerate(layer)
    }
    return sorted(layer, key=lambda node: wish[node])


def crossings(layers: list[Layer]) -> int:
    """How many pairs of lines cross."""
    count = 0
    for upper, lower in pairwise(layers):
        place = {node: index for index, node in enumerate(lower)}
        seen: list[int] = []
        for node in upper:
            ends = sorted(place[end] for end in node.below)
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count
