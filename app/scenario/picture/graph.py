"""A graph of boxes as rows of cells: cards in layers, lines in the gutters between, blocks with graphs of their own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.scenario.picture.cards import Box, card, frame_width, natural_width, smallest_width
from app.scenario.picture.columns import gap, place
from app.scenario.picture.gutters import Gutter
from app.scenario.picture.layers import (
    BEND_GAP,
    Layer,
    Node,
    bends_by_layer,
    ideal_numbers,
    layered,
    needs_of,
    numbered,
    packed,
)
from app.scenario.picture.outline import outline
from app.scenario.picture.text import BLANK, Row, Sheet

EXITS = {"─": "┬", "┄": "┬", "═": "╤"}  # a border where a line leaves it


@dataclass(frozen=True, slots=True)
class Part:
    """A box with the width that suits it and the least it can do with."""

    box: Box
    natural: int
    smallest: int
    inside: "Group | None"


@dataclass(frozen=True, slots=True)
class Group:
    """Siblings, and for each the positions of those it waits for."""

    parts: list[Part]
    needs: list[list[int]]

    @classmethod
    def of(cls, boxes: Sequence[Box]) -> "Group":
        """Measure boxes and all that is inside them."""
        parts = []
        for box in boxes:
            inside = cls.of(box.inside) if box.inside else None
            natural = natural_width(box, inside.natural() if inside else 0)
            smallest = smallest_width(box, max(part.smallest for part in inside.parts) if inside else 0)
            parts.append(Part(box, natural, smallest, inside))
        return cls(parts, needs_of(boxes))

    def natural(self) -> int:
        """Columns that the widest layer would like to have."""
        numbers = ideal_numbers(self.needs)
        bends = bends_by_layer(self.needs, numbers)
        layers: dict[int, list[Part]] = defaultdict(list)
        for part, number in zip(self.parts, numbers, strict=True):
            layers[number].append(part)
        return max(
            packed(alike(parts, widest_card(parts))) + bends[layer] * (1 + BEND_GAP) for layer, parts in layers.items()
        )


def block(group: Group, width: int) -> Sheet:
    """Siblings as a graph, or as an outline where the width is too small for that."""
    return graph(group, width) or outline([part.box for part in group.parts], width)


def graph(group: Group, width: int) -> Sheet | None:
    """Siblings in layers with lines between, or None where the width is too small for that."""
    numbers = numbered(group.needs, [part.smallest for part in group.parts], width)
    if numbers is None:
        return None
    layers = layered(group.needs, numbers)
    set_widths(layers, group.parts, width)
    contents = inside_drawings(layers, group.parts)
    span = place(layers, width)
    rows: list[Row] = []
    for upper, layer in pairwise([[], *layers]):
        lines = gutter(upper, layer, span)
        if lines is None:
            return None
        cards = {
            node: card(group.parts[node.box].box, node.width, contents[node].rows if node in contents else [])
            for node in layer
            if node.box is not None
        }
        rows += [*lines, *shelf(layer, cards, span)]
    return Sheet(rows, span, all(content.whole for content in contents.values()))


def inside_drawings(layers: Sequence[Layer], parts: Sequence[Part]) -> dict[Node, Sheet]:
    """What is drawn inside the blocks, which become as narrow as that allows."""
    drawings = {}
    for node in (node for layer in layers for node in layer):
        part = None if node.box is None else parts[node.box]
        if part and part.inside:
            drawings[node] = block(part.inside, node.width - frame_width(part.box))
            node.width = min(node.width, natural_width(part.box, drawings[node].width))
    return drawings


def set_widths(layers: Sequence[Layer], parts: Sequence[Part], room: int) -> None:
    """Make the cards of a layer alike, and those alone in their layers, as far as there is room."""
    rows = [[parts[node.box] for node in layer if node.box is not None] for layer in layers]
    alone = widest_card([row[0] for row in rows if len(row) == 1])
    for layer, row in zip(layers, rows, strict=True):
        lines = sum(1 for node in layer if node.box is None) + sum(gap(*pair) for pair in pairwise(layer))
        widths = shared_room(row, alone if len(row) == 1 else widest_card(row), room - lines)
        for node, width in zip((node for node in layer if node.box is not None), widths, strict=True):
            node.width = width
    grid = [layer for layer in layers if not any(node.above or node.below for node in layer)]
    for node in (node for layer in grid[1:] for node in layer):
        if node.box is not None and not parts[node.box].inside:
            node.width = min(node.width, max(peer.width for peer in grid[0]))


def widest_card(parts: Sequence[Part]) -> int:
    """The natural width of the widest card that is not a block."""
    return max((part.natural for part in parts if not part.inside), default=0)


def alike(parts: Sequence[Part], width: int) -> list[int]:
    """The natural widths, cards widened to a common one."""
    return [part.natural if part.inside else max(part.natural, width) for part in parts]


def shared_room(parts: Sequence[Part], common: int, room: int) -> list[int]:
    """The widths of neighbours: as alike as the room allows, else natural, else the widest cut down first."""
    low, high = [part.natural for part in parts], alike(parts, common)
    if sum(low) > room:
        low, high = [part.smallest for part in parts], low
    for level in range(max(high, default=0), 0, -1):
        widths = [min(max(least, level), most) for least, most in zip(low, high, strict=True)]
        if sum(widths) <= room:
            return widths
    return low


def gutter(upper: Layer, lower: Layer, span: int) -> list[Row] | None:
    """The rows between two layers: lines, and an arrow head over each box that waits for another."""
    positions = {node: index for index, node in enumerate(lower)}
    edges = [(index, positions[end]) for index, node in enumerate(upper) for end in node.below]
    if not edges:
        return []
    lines = Gutter([node.port for node in upper], [node.port for node in lower], edges).route(span)
    if lines is None:
        return None
    arrows = {node.port: "│" if node.box is None else "▼" for node in lower if node.above}
    return [
        [(line[column], "edge") if column in line else BLANK for column in range(span)] for line in [*lines, arrows]
    ]


def shelf(layer: Layer, cards: dict[Node, list[Row]], span: int) -> list[Row]:
    """The cards of a layer side by side, with the lines that leave them and those that pass between them."""
    height = max(map(len, cards.values()), default=1)
    rows: list[Row] = [[BLANK] * span for _ in range(height)]
    for node in layer:
        face = cards.get(node, [])
        for cells, piece in zip(rows, face, strict=False):
            cells[node.left : node.right] = piece
        if node.below:
            for cells in rows[len(face) :]:
                cells[node.port] = ("│", "edge")
        if node.below and face:
            glyph, style = face[-1][node.before]
            rows[len(face) - 1][node.port] = (EXITS[glyph], style)
    return rows
