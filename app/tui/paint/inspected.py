"""Draws one part of what is inspected: only the rows that are seen are wrapped, however long its texts are. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from app.safety import clean, one_line
from app.tui.inspected.parts import Inspected, Item, Part
from app.tui.long_text import LongText
from app.tui.look.glyphs import UNICODE, Glyphs
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.text import cells, fit, wrap

WIDEST = 120  # cells of a text
AIR = 4  # cells of a tab that are air
GUTTER = 2  # cells in which links and the cursor are marked
BAR = 2  # cells for the bar at the right, with some air
HEAD = 4  # rows above a part
TABS = 2  # the row of them that holds the names of the parts
WIDEST_LABEL = 34
COUNTED = 20_000  # pieces beyond which one is taken to be as high as another
KEPT = 2_048  # pieces that are kept wrapped


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A row of a part: the piece of text, and which of its rows."""

    piece: int = 0
    row: int = 0


class Document:
    """The items of a part as rows of a width, any of which can be had without those before it."""

    def __init__(self, items: Sequence[Item], glyphs: Glyphs = UNICODE) -> None:
        self.items = items
        self._signs = str.maketrans({"▸": glyphs.cursor, "│": glyphs.upright, "✓": glyphs.done, "✗": glyphs.failed})
        self._texts = [LongText(item.text) for item in items]
        self._firsts = list(accumulate((len(text.starts) for text in self._texts), initial=0))
        self._count = self._firsts[-1]
        self._rows: dict[int, list[Row]] = {}
        self._heights: list[int] = []
        self._width = -1

    # Rows

    def rows(self, top: Place, width: int, height: int) -> list[tuple[Place, Row]]:
        """So many rows from a place on."""
        self.fit(width)
        found: list[tuple[Place, Row]] = []
        piece, row = top.piece, top.row
        while len(found) < height and piece < self._count:
            rows = self._wrapped(piece)
            found += [(Place(piece, at), rows[at]) for at in range(row, len(rows))][: height - len(found)]
            piece, row = piece + 1, 0
        return found

    def moved(self, top: Place, by: int, height: int) -> Place:
        """So many rows on, or back; not farther than that the last rows fill the screen."""
        piece, row = top.piece, top.row + by
        while row < 0 and piece > 0:
            piece -= 1
            row += len(self._wrapped(piece))
        while piece < self._count - 1 and row >= (count := len(self._wrapped(piece))):
            piece, row = piece + 1, row - count
        return min(Place(piece, max(0, row)), self.last(height))

    def last(self, height: int) -> Place:
        """The place from which the last rows fill the screen."""
        left = height
        for piece in range(self._count - 1, -1, -1):
            left -= len(self._wrapped(piece))
            if left <= 0:
                return Place(piece, -left)
        return Place()

    def fit(self, width: int) -> None:
        """Wrap to a width from now on."""
        if width == self._width:
            return
        self._width = width
        self._rows.clear()
        self._label = self._label_width(width)
        self._heights = list(self._estimated(width)) if self._count <= COUNTED else []

    def share(self, top: Place, height: int) -> tuple[float, float]:
        """Where the screen begins and ends, from 0 to 1 of the whole; about, as nobody has counted its rows."""
        heights = self._heights or range(1, self._count + 1)
        total = max(1, heights[-1] if self._count else 1)
        above = (heights[top.piece - 1] if top.piece else 0) + top.row
        return min(1.0, above / total), min(1.0, (above + height) / total)

    def _estimated(self, width: int) -> Iterator[int]:
        """About how many rows there are up to the end of each piece."""
        pieces = (text.piece(number) for text in self._texts for number in range(len(text.starts)))
        return accumulate(1 + (end - start) // width for start, end in pieces)

    def _label_width(self, width: int) -> int:
        widest = max((cells(_label(item)) for item in self.items if item.label), default=0)
        return min(widest, WIDEST_LABEL, max(8, width // 3)) + 2 if widest else 0

    def _piece(self, piece: int) -> tuple[int, int, int]:
        """The item of a piece, and where in its text it begins and ends."""
        number = bisect_right(self._firsts, piece) - 1
        return number, *self._texts[number].piece(piece - self._firsts[number])

    def _wrapped(self, piece: int) -> list[Row]:
        known = self._rows.get(piece)
        if known is None:
            if len(self._rows) >= KEPT:
                self._rows.clear()
            known = self._rows[piece] = list(self._wrap(piece))
        return known

    def _wrap(self, piece: int) -> Iterator[Row]:
        number, start, end = self._piece(piece)
        item = self.items[number]
        is_first = piece == self._firsts[number]
        lead, below = self._lead(item)
        room = max(1, self._width - width_of(below))
        if is_first and width_of(lead) > width_of(below):
            yield lead
            lead = below
        for row, line in enumerate(wrap(self._texts[number].shown(start, end), room) or [""]):
            dressed = (Span(line, item.style),) if row else _dressed(line, item)
            yield (*(lead if is_first else below), *dressed)
            is_first = False

    def _lead(self, item: Item) -> tuple[Row, Row]:
        """What stands before the first row of an item, and before the others."""
        if item.mark:
            mark = self._plain(item.mark)
            return (Span(mark, "muted"),), (Span(" " * cells(mark)),)
        if not item.label:
            return (), ()
        label = self._plain(_label(item))
        return (Span(fit(label, max(self._label, cells(label) + 2)), "muted"),), (Span(" " * self._label),)

    def _plain(self, text: str) -> str:
        """What we write ourselves, with the glyphs that there are."""
        return text.translate(self._signs)

    # Links and words

    def item_at(self, place: Place) -> Item:
        """The item of a row."""
        return self.items[self.number_at(place)]

    def place_of(self, number: int) -> Place:
        """Where an item begins."""
        return Place(self._firsts[number])

    def number_at(self, place: Place) -> int:
        """The number of the item of a row."""
        return bisect_right(self._firsts, place.piece) - 1

    @cached_property
    def links(self) -> list[int]:
        """The items that lead somewhere."""
        return [number for number, item in enumerate(self.items) if item.thing]

    @cached_property
    def is_list(self) -> bool:
        """Is it mostly of what leads somewhere?"""
        return 2 * len(self.links) > len(self.items)

    def find(self, words: str, after: Place, *, back: bool = False) -> Place | None:
        """The next piece in which words stand; from the other end, where there is none."""
        if not words or not self._count:
            return None
        count = self._count
        step = -1 if back else 1
        numbers = self._items_with(words)
        for far in range(1, count + 1):
            piece = (after.piece + step * far) % count
            number, start, end = self._piece(piece)
            if number in numbers and self._has(piece, number, start, end, words):
                return Place(piece, self._row_with(piece, words))
        return None

    def _items_with(self, words: str) -> set[int]:
        sought = words.lower()
        return {
            number
            for number, (item, text) in enumerate(zip(self.items, self._texts, strict=True))
            if sought in item.label.lower() or text.find(words, 0) >= 0
        }

    def _has(self, piece: int, number: int, start: int, end: int, words: str) -> bool:
        sought = words.lower()
        if piece == self._firsts[number] and sought in self.items[number].label.lower():
            return True
        return sought in self._texts[number].raw[start : end + len(words)].lower()

    def _row_with(self, piece: int, words: str) -> int:
        for row, spans in enumerate(self._wrapped(piece)):
            if words.lower() in "".join(span.text for span in spans).lower():
                return row
        return 0

    @property
    def text(self) -> str:
        """All of it as text, fit for a terminal."""
        rows = []
        for item, text in zip(self.items, self._texts, strict=True):
            label = f"{_label(item).strip()}: " if item.label else ""
            rows.append(f"{item.mark}{label}{text.whole}")
        return "\n".join(rows)


def _label(item: Item) -> str:
    return clean(item.label, newlines=False)


def _dressed(line: str, item: Item) -> Row:
    """Keys of JSON and YAML, comments and headings are told apart, where the text says nothing of its own look."""
    if item.style != "text" or item.label:
        return (Span(line, item.style),)
    if item.mark and line.lstrip().startswith("#"):
        return (Span(line, "muted"),)
    if not item.mark and _HEADING.match(line):
        return (Span(line, "text bold"),)
    if found := (_YAML_KEY if item.mark else _JSON_KEY).match(line):
        return (Span(line[: found.end()], "info"), Span(line[found.end() :]))
    return (Span(line),)


_HEADING = re.compile(r"#{1,6} ")
_JSON_KEY = re.compile(r' *"[^"]{1,80}":')
_YAML_KEY = re.compile(r" *(?:- )?[\w.-]{1,60}:(?= |$)")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a part is looked at."""

    top: Place = Place()
    chosen: int = -1  # the item that enter opens; -1: none
    words: str = ""  # what was looked for


def painted(
    inspected: Inspected,
    part: int,
    document: Document,
    reading: Reading,
    width: int,
    height: int,
    *,
    who: Row = (),
    glyphs: Glyphs = UNICODE,
) -> list[Row]:
    """A title, the names of the parts, and the rows of one part that are seen."""
    head = [
        _title(inspected, width, who),
        _brief(inspected, width, glyphs),
        *_tabs(inspected.parts, part, width, glyphs),
    ][:HEAD]
    room = max(0, height - len(head))
    body_width = text_width(width)
    seen = document.rows(reading.top, body_width, room)
    bar = _bar(document.share(reading.top, room), room, glyphs)
    rows = [*head]
    for (place, row), side in zip(seen, bar, strict=False):
        body = _body(document, place, row, reading, body_width, glyphs)
        rows.append((*body, Span(" " * (width - GUTTER - body_width - 1)), side))
    rows += [()] * (height - len(rows))
    return [fitted(row, width) for row in rows[:height]]


def text_width(width: int) -> int:
    """How wide texts are on so many cells: never wider than is good to read."""
    return max(1, min(WIDEST, width - GUTTER - BAR))


def tab_at(parts: Sequence[Part], x: int) -> int | None:
    """The part whose name stands in a column of the row of tabs."""
    ends = list(accumulate((cells(part.name) + AIR for part in parts), initial=0))
    found = bisect_right(ends, x) - 1
    return found if 0 <= found < len(parts) else None


def _title(inspected: Inspected, width: int, who: Row) -> Row:
    left = (
        Span(f" {inspected.kind}  ", "muted"),
        Span(one_line(inspected.title), "text bold"),
        *((Span("  "), *who) if who else ()),
        Span("  "),
        Span(one_line(inspected.says), inspected.style),
    )
    return spread(left, (Span(f"event {inspected.seq} " if inspected.seq else "", "muted"),), width)


def _brief(inspected: Inspected, width: int, glyphs: Glyphs) -> Row:
    return fitted((Span(" " + f"  {glyphs.dot}  ".join(map(one_line, inspected.brief)), "muted"),), width)


def _tabs(parts: Sequence[Part], chosen: int, width: int, glyphs: Glyphs) -> list[Row]:
    """The names of the parts, and a line below them that is heavy under the one that is seen."""
    names = [f" {part.name}{' ' * (AIR - 1)}" for part in parts]
    before = sum(map(cells, names[:chosen]))
    if sum(map(cells, names)) > width:  # only the one that is seen, and how many there are
        names, before = [f" {parts[chosen].name} {chosen + 1}/{len(parts)} "], 0
        spans: Row = (Span(names[0], "accent bold"),)
    else:
        spans = tuple(
            Span(name, "accent bold" if number == chosen else "error" if part.name == "error" else "muted")
            for number, (name, part) in enumerate(zip(names, parts, strict=True))
        )
    heavy = min(width - before, cells(parts[chosen].name) + 2)
    rule = (
        Span(glyphs.rule * before, "edge"),
        Span(glyphs.line_full * heavy, "accent"),
        Span(glyphs.rule * max(0, width - before - heavy), "edge"),
    )
    return [spans, rule]


def _body(document: Document, place: Place, row: Row, reading: Reading, width: int, glyphs: Glyphs) -> Row:
    item = document.item_at(place)
    chosen = item.thing and document.number_at(place) == reading.chosen
    sign = " "
    if item.thing and place == document.place_of(document.number_at(place)):
        sign = glyphs.cursor if chosen else glyphs.right
    spans: Row = fitted(row, width)
    if reading.words:
        spans = tuple(_lit(spans, reading.words))
    if chosen:
        spans = tuple(span if " on:" in span.style else Span(span.text, f"{span.style} on:selection") for span in spans)
    return (Span(f"{sign} ", "accent bold" if chosen else "faint"), *spans)


def _lit(row: Row, words: str) -> Iterator[Span]:
    """The row with what was looked for set off."""
    sought = words.lower()
    for span in row:
        text, start = span.text, 0
        lowered = text.lower()
        while len(lowered) == len(text) and (found := lowered.find(sought, start)) >= 0:
            if found > start:
                yield Span(text[start:found], span.style)
            yield Span(text[found : found + len(words)], "ground on:accent")
            start = found + len(words)
        if start < len(text):
            yield Span(text[start:], span.style)


def _bar(share: tuple[float, float], height: int, glyphs: Glyphs) -> list[Span]:
    """Which part of the whole is seen; nothing, where all of it is."""
    first, last = share
    if first <= 0 and last >= 1:
        return [Span(" ")] * height
    size = max(1, round((last - first) * height))
    begins = min(height - size, round(first * height))
    return [
        Span(glyphs.full, "edge") if begins <= row < begins + size else Span(glyphs.upright, "faint")
        for row in range(height)
    ]
