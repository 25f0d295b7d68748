"""At which column of its layer each box of a graph stands: near the middle of its neighbours, lines straight."""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import median

from app.scenario.picture.layers import BEND_GAP, GAP, SWEEPS, Layer, Node

HELD = 100_000  # weight of what should not move


def place(layers: list[Layer], room: int) -> int:
    """Give every node its column, lines straight where possible, and return the width of the whole."""
    for layer in layers:
        spread(layer, [room / 2] * len(layer), [1] * len(layer), room)
    settle(layers, room, set())
    settle(layers, room, straighten(layers, room))
    for layer in layers:
        nudge(layer, room)
    return align(layers, room)


def align(layers: list[Layer], room: int) -> int:
    """Let the whole start at the first column, and in rows without lines every row; return the width."""
    tied = [any(node.above or node.below for node in layer) for layer in layers]
    start = min((layer[0].left for layer, is_tied in zip(layers, tied, strict=True) if is_tied), default=0)
    for layer, is_tied in zip(layers, tied, strict=True):
        offsets, low, _ = leeway(layer, room)
        for node, offset in zip(layer, offsets, strict=True):
            node.port = node.port - start if is_tied else low + offset
    return max(layer[-1].right for layer in layers)


def settle(layers: list[Layer], room: int, held: set[Node]) -> None:
    """Let the nodes pull at each other downwards and upwards in turn, and keep the most balanced state."""
    best, least = [[node.port for node in layer] for layer in layers], imbalance(layers)
    for sweep in range(2 * SWEEPS):
        if sweep % 2 == 0:
            for layer in layers[1:]:
                pull(layer, room, held, lambda node: node.above)
        else:
            for layer in layers[-2::-1]:
                pull(layer, room, held, lambda node: node.below)
        if (cost := imbalance(layers)) < least:
            best, least = [[node.port for node in layer] for layer in layers], cost
    for layer, ports in zip(layers, best, strict=True):
        for node, port in zip(layer, ports, strict=True):
            node.port = port


def straighten(layers: list[Layer], room: int) -> set[Node]:
    """Put the bends of each long line into one column, the longest line first, and return these bends."""
    limits: dict[Node, tuple[int, int]] = {}
    for layer in layers:
        offsets, low, high = leeway(layer, room)
        limits |= {node: (low + offset, high + offset) for node, offset in zip(layer, offsets, strict=True)}
    held: set[Node] = set()
    for start, line in sorted(long_lines(layers), key=lambda found: len(found[1]), reverse=True):
        low, high = max(limits[bend][0] for bend in line), min(limits[bend][1] for bend in line)
        goal = min(max(round(median(bend.port for bend in line)), low), high)
        for bend, layer in zip(line, layers[start:], strict=False):
            fix(bend, goal, layer, limits, room)
        held.update(line)
    for layer in layers:
        wishes = [limits[node][0] if node in held else node.port for node in layer]
        spread(layer, wishes, [HELD if node in held else 1 for node in layer], room)
    return held


def long_lines(layers: list[Layer]) -> Iterator[tuple[int, list[Node]]]:
    """The lines that pass through more than one layer, with the first layer of each."""
    for start, layer in enumerate(layers):
        for node in layer:
            if node.box is None and all(one.box is not None for one in node.above):
                line = [node]
                while following := [end for end in line[-1].below if end.box is None]:
                    line += following
                if len(line) > 1:
                    yield start, line


def fix(bend: Node, column: int, layer: Layer, limits: dict[Node, tuple[int, int]], room: int) -> None:
    """Note that a bend has its column, which limits the others in its layer."""
    offsets, _, _ = leeway(layer, room)
    here = layer.index(bend)
    for index, node in enumerate(layer):
        low, high = limits[node]
        edge = column + offsets[index] - offsets[here]
        limits[node] = (max(low, edge) if index >= here else low, min(high, edge) if index <= here else high)


def nudge(layer: Layer, room: int) -> None:
    """Move nodes by a column or two where that straightens a line with a kink."""
    for index, node in enumerate(layer):
        low = layer[index - 1].right + gap(layer[index - 1], node) if index else 0
        high = layer[index + 1].left - gap(node, layer[index + 1]) if index + 1 < len(layer) else room
        free = [shift for shift in (0, -1, 1, -2, 2) if low <= node.left + shift and node.right + shift <= high]
        ports = [other.port for other in (*node.above, *node.below)]
        node.port += max(free, key=lambda shift: ports.count(node.port + shift))


def imbalance(layers: list[Layer]) -> float:
    """How far the nodes are from the middle of those above them and of those below."""
    sides = [(node, side) for layer in layers for node in layer for side in (node.above, node.below) if side]
    return sum(abs(node.port - middle(node, side)) for node, side in sides)


def pull(layer: Layer, room: int, held: set[Node], neighbours: Callable[[Node], list[Node]]) -> None:
    """Move the nodes of a layer as near as possible to the middle of their neighbours, but those that are held."""
    wishes = [node.port if node in held else middle(node, neighbours(node)) for node in layer]
    weights = [HELD if node in held else weight(node, neighbours(node)) for node in layer]
    spread(layer, wishes, weights, room)


def middle(node: Node, neighbours: list[Node]) -> float:
    """The middle of a node's neighbours; a line that passes through looks at itself first, to stay straight."""
    line = [one for one in neighbours if node.box is None and one.box is None]
    return median(one.port for one in line or neighbours or [node])


def weight(node: Node, neighbours: list[Node]) -> int:
    """How much the wish of a node counts: more for long lines, least where there is nothing to be near to."""
    if not neighbours:
        return 1
    return 800 if node.box is None else 100


def leeway(layer: Layer, room: int) -> tuple[list[int], int, int]:
    """The least distances of the ports from the first one, and the first and last column that one may take."""
    steps = (left.width - left.before + gap(left, right) + right.before for left, right in pairwise(layer))
    offsets = [0, *accumulate(steps)]
    return offsets, layer[0].before, room - (layer[-1].width - layer[-1].before) - offsets[-1]


def spread(layer: Layer, wishes: Sequence[float], weights: Sequence[int], room: int) -> None:
    """Set the ports of a layer as near as possible to what is wished, without overlap, within the room.

    With the least distances between neighbours subtracted, what remains is to find the nearest sequence that does not
    fall: neighbours that want to pass each other are pooled at their common median.
    """
    offsets, low, high = leeway(layer, room)
    pools: list[list[tuple[float, int]]] = []
    middles: list[float] = []
    for wish, offset, mass in zip(wishes, offsets, weights, strict=True):
        pool = [(wish - offset, mass)]
        while middles and middles[-1] > weighted_median(pool):
            middles.pop()
            pool = sorted(pools.pop() + pool)
        pools.append(pool)
        middles.append(weighted_median(pool))
    starts = [min(max(round(at), low), high) for at, pool in zip(middles, pools, strict=True) for _ in pool]
    for node, start, offset in zip(layer, starts, offsets, strict=True):
        node.port = start + offset


def weighted_median(values: list[tuple[float, int]]) -> float:
    """The middle of values in rising order, each as many times as it weighs."""
    half, passed = sum(mass for _, mass in values) / 2, 0
    for index, (value, mass) in enumerate(values):
        passed += mass
        if passed == half:
            return (value + values[index + 1][0]) / 2
        if passed > half:
            break
    return value


def gap(left: Node, right: Node) -> int:
    """Columns between two neighbours."""
    return BEND_GAP if left.box is None or right.box is None else GAP
