"""The face of a box: its border, the title in it, what stands inside, and the marks on its edge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.scenario.picture.text import BLANK, Line, Row, centred, clip, padded, row, row_of, wrap

READABLE = 36  # columns of text that are comfortable to read
SMALLEST = 17  # columns below which a card says too little
WIDEST_EDGE = 49  # columns a box is widened to for the marks in its lower border
TEXT_ROWS = 3
UNNAMED = {"agent", "steps", "parallel"}  # kinds that need no label: their look says it


@dataclass(frozen=True, slots=True)
class Box:
    """A step as it is drawn.

    Marks are told apart by how they start: "if" is a condition, "↻" the bound of a loop, "each" what a for_each goes
    through; all others are notes, such as a retry or a cue.
    """

    id: str  # unique among its siblings
    title: str
    kind: str  # the key of the step in the scenario file
    lines: tuple[Line, ...] = ()  # what stands under the title
    marks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # ids of siblings it waits for
    inside: tuple["Box", ...] = ()  # a block has a graph of its own

    def marked(self, *starts: str) -> tuple[str, ...]:
        """The marks that start in one of these ways."""
        return tuple(mark for mark in self.marks if mark.startswith(starts))

    @property
    def conditions(self) -> tuple[str, ...]:
        """When the step happens at all."""
        return self.marked("if")

    @property
    def turns(self) -> tuple[str, ...]:
        """How often a loop goes round."""
        return self.marked("↻")

    @property
    def copies(self) -> tuple[str, ...]:
        """What a for_each goes through."""
        return self.marked("each", "×")

    @property
    def notes(self) -> tuple[str, ...]:
        """The other marks: retries, cues."""
        known = {*self.conditions, *self.turns, *self.copies}
        return tuple(mark for mark in self.marks if mark not in known)

    @property
    def is_gate(self) -> bool:
        """Whether a person has to answer."""
        return self.kind in {"approve", "ask"}


@dataclass(frozen=True, slots=True)
class Border:
    """The glyphs and the style of a border."""

    top: str
    side: str
    bottom: str
    style: str


PLAIN = Border("╭─╮", "│", "╰─╯", "border")
LOOP = Border("╭─╮", "│", "╰─╯", "border.loop")
CONDITION = Border("╭┄╮", "┆", "╰┄╯", "border.condition")
GATE = Border("╔═╗", "║", "╚═╝", "border.gate")


def border_of(box: Box) -> Border:
    """The border that shows at a glance what kind of step it is."""
    if box.is_gate:
        return GATE
    if box.conditions:
        return CONDITION
    return LOOP if box.turns else PLAIN


def natural_width(box: Box, content: int = 0) -> int:
    """Columns at which nothing of the box is cut, within reason; `content` is what the drawing inside takes."""
    text = max((min(len(cells), READABLE) for cells in texts(box)), default=0)
    top = len(title(box)) + len(label(box)) + (9 if label(box) else 6)
    edge = min(2 * max(len(left), len(right)) + 11 for left, right, inside in arrangements(box) if not inside)
    width = max(SMALLEST, content + 4, text + 4, min(top, READABLE + 4), edge if edge <= WIDEST_EDGE else 0)
    return odd(width) + bool(box.copies)


def smallest_width(box: Box, content: int = 0) -> int:
    """Columns below which the box is not drawn as a card."""
    width = max(SMALLEST, content + 4, min(len(title(box)) + 6, READABLE // 2 + 8))
    return min(natural_width(box, content), odd(width) + bool(box.copies))


def frame_width(box: Box) -> int:
    """Columns that border and margin take from what is inside a box."""
    return 5 if box.copies else 4


def odd(width: int) -> int:
    """The width or one more, so that there is a column in the middle."""
    return width | 1


def card(box: Box, width: int, content: Sequence[Row] = ()) -> list[Row]:
    """The rows of a box, with the drawing of what is inside it."""
    if not box.copies:
        return front(box, width, content)
    return with_shadow(front(box, width - 1, content))


def front(box: Box, width: int, content: Sequence[Row]) -> list[Row]:
    """A border with title and marks in it, and everything the box says."""
    border, room = border_of(box), width - 4
    left, right, rest = edge_marks(box, width)
    said = texts(box) if fits_label(box, width) else [label(box), *texts(box)]
    body = [piece for text in said for piece in wrap(text, room, TEXT_ROWS)]
    body += [centred(piece, room) for piece in content]
    body += [piece for text in rest for piece in wrap(text, room, TEXT_ROWS)]
    side = row(border.side, border.style)
    return [
        top_edge(box, width),
        *([*side, BLANK, *padded(piece, room), BLANK, *side] for piece in body),
        bottom_edge(border, width, left, right),
    ]


def with_shadow(rows: list[Row]) -> list[Row]:
    """The rows with the edge of a second card behind them, for what happens once for each item."""
    width = len(rows[0])
    corner, side = row("╮", "dim"), row("│", "dim")
    behind = [[*piece, *(corner if index == 0 else side)] for index, piece in enumerate(rows[1:])]
    return [[*rows[0], BLANK], *behind, [BLANK, *row("╰" + "─" * (width - 2) + "╯", "dim")]]


def title(box: Box) -> Row:
    """The title, with a question mark where a person has to answer."""
    name = row(box.title, "title") or row(box.id, "title")
    return row("? ", "border.gate") + name if box.is_gate else name


def label(box: Box) -> Row:
    """The kind of step, where its look does not say it."""
    return [] if box.kind in UNNAMED else row(box.kind, "kind")


def terms(box: Box) -> list[Row]:
    """When the box happens, and for what it is repeated."""
    copies = (text if text.startswith("×") else f"× {text}" for text in box.copies)
    return [*(row(text, "condition") for text in box.conditions), *(row(text, "mark") for text in copies)]


def texts(box: Box) -> list[Row]:
    """What stands in the box: its terms, then its lines."""
    return [*terms(box), *map(row_of, box.lines)]


def fits_label(box: Box, width: int) -> bool:
    """Whether the kind has room beside the title."""
    return not label(box) or len(title(box)) + len(label(box)) + 9 <= width


def top_edge(box: Box, width: int) -> Row:
    """The border above, with the title and the kind in it."""
    border = border_of(box)
    name = clip(title(box), width - 6)
    kind = label(box) if fits_label(box, width) else []
    name = [BLANK, *name, BLANK] if name else name
    kind = [BLANK, *kind, BLANK] if kind else kind
    fill = row(border.top[1] * (width - 4 - len(name) - len(kind)), border.style)
    return [*row(border.top[:2], border.style), *name, *fill, *kind, *row(border.top[1:], border.style)]


def bottom_edge(border: Border, width: int, left: Row, right: Row) -> Row:
    """The border below, with marks left and right of the middle, where a line may leave."""
    cells = row(border.bottom[0] + border.bottom[1] * (width - 2) + border.bottom[2], border.style)
    for text, position in ((left, 2), (right, width - 4 - len(right))):
        if text:
            cells[position : position + len(text) + 2] = [BLANK, *text, BLANK]
    return cells


def edge_marks(box: Box, width: int) -> tuple[Row, Row, list[Row]]:
    """The marks left and right in the border below, and those that have no room there."""
    room = (width - 1) // 2 - 5
    return next(marks for marks in arrangements(box) if max(len(marks[0]), len(marks[1])) <= room)


def arrangements(box: Box) -> Iterator[tuple[Row, Row, list[Row]]]:
    """Ways to put the bound of a loop and the notes on both sides of where a line leaves, the best one first."""
    bound, notes = ", ".join(box.turns), " · ".join(box.notes)
    head, _, until = bound.partition(", ")
    yield row(bound, "mark"), row(notes, "mark"), []
    if until and not notes:
        yield row(head, "mark"), row(until, "mark"), []
    sign, rest = row(bound[:1], "mark"), [row(bound[1:].strip(), "mark")] if bound[1:] else []
    yield sign, row(notes, "mark"), rest
    yield sign, [], [*rest, row(notes, "mark")] if notes else rest
