"""The narrow form of a picture: an indented list, for where a graph has no room.

Who follows the list from top to bottom sees the order of things: a box starts after the one above it on the same rail,
unless a note says what it waits for.
"""

from collections.abc import Sequence

from app.scenario.picture.cards import TEXT_ROWS, Box, label, terms, title
from app.scenario.picture.layers import needs_of
from app.scenario.picture.text import BLANK, Row, Sheet, clip, padded, row, row_of, wrap

ROOM = 12  # columns that rails leave to text
STEM = 3


def outline(boxes: Sequence[Box], width: int) -> Sheet:
    """The boxes one under the other, those of a block indented."""
    step = min(STEM, max(1, (width - ROOM) // depth(boxes)))
    rows = branches(boxes, order_notes(boxes), [], step, width)
    span = max(map(len, rows))
    return Sheet([padded(cells, span) for cells in rows], span, False)


def depth(boxes: Sequence[Box]) -> int:
    """How many levels of blocks there are."""
    return 1 + max((depth(box.inside) for box in boxes if box.inside), default=0)


def branches(boxes: Sequence[Box], notes: Sequence[str], rails: Row, step: int, width: int) -> list[Row]:
    """The rows of siblings, each with a stem on the rail that joins them."""
    rows: list[Row] = []
    for index, (box, note) in enumerate(zip(boxes, notes, strict=True)):
        rail = row("│  " if index < len(boxes) - 1 else "   ", "edge")[:step]
        deeper = [*rails, *rail] if len(rails) + step <= width - ROOM else rails
        rows += entry(box, note, [*rails, *stem(box, index == len(boxes) - 1, step)], deeper, width)
        inner = [""] * len(box.inside) if box.kind == "parallel" else order_notes(box.inside)
        rows += branches(box.inside, inner, deeper, step, width)
    return rows


def stem(box: Box, last: bool, step: int) -> Row:
    """What leads from the rail to a title, in the manner of the border that the box has in a graph."""
    corner, line, style = "╰" if last else "├", "─", "edge"
    if box.is_gate:
        corner, line, style = "╘" if last else "╞", "═", "border.gate"
    elif box.conditions:
        line, style = "┄", "border.condition"
    return row(corner + line * (step - 2), style) + [BLANK] * (step > 1)


def entry(box: Box, note: str, start: Row, deeper: Row, width: int) -> list[Row]:
    """The rows of one box: its title, what has room beside it, and the rest below."""
    marks = [row(mark, "mark") for mark in (*box.turns, *box.notes)]
    said = [text for text in (label(box), *map(row_of, box.lines), *terms(box), *marks, row(note, "dim")) if text]
    first = [*start, *title(box)]
    while said and len(first) + 2 + len(said[0]) <= width:
        first += [BLANK, BLANK, *said.pop(0)]
    margin = [*deeper, *(row("│ ", "edge") if box.inside else [BLANK, BLANK])]
    rest = [[*margin, *piece] for text in said for piece in wrap(text, width - len(margin), TEXT_ROWS)]
    return [clip(first, width), *rest]


def order_notes(boxes: Sequence[Box]) -> list[str]:
    """For each box what it waits for, where that is not simply the box before it."""
    notes = []
    for index, needs in enumerate(needs_of(boxes)):
        if needs == [index - 1] or (index == 0 and not needs):
            notes.append("")
        else:
            notes.append("after " + ", ".join(boxes[need].title for need in needs) if needs else "at once")
    return notes
