"""A list, before it is drawn: which items are shown and in which order, where the cursor is, and what is marked.

Items are formatted only when they are on screen, so that a hundred thousand of them are as quick as ten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.tui.paint.rows import Row

Item = TypeVar("Item")

GAP = 2  # cells between two columns


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """What is shown of each item, and how much room it has."""

    title: str
    show: Callable[[Item], Row]
    width: int
    grows: int = 0  # its share of the room that is left; 0: none
    right: bool = False  # numbers stand at the right
    leaves: int = 0  # in a narrow window the highest leaves first; 0: never
    by: Callable[[Item], Any] | None = None  # what it is sorted by
    falls: bool = False  # the largest first, at the first sorting


@dataclass(frozen=True, slots=True)
class Heading:
    """A line between groups of items."""

    text: str
    more: str = ""


class Listing(Generic[Item]):
    """The items of a list and what a person did with it."""

    def __init__(
        self,
        columns: Sequence[Column[Item]],
        key: Callable[[Item], str],
        words: Callable[[Item], str],
        group: Callable[[Item], Heading] | None = None,
    ) -> None:
        self.columns = tuple(columns)
        self.items: Sequence[Item] = ()
        self.lines: Sequence[Item | Heading] = ()  # what is shown, from the first to the last
        self.cursor = 0  # a place among the lines
        self.marks: set[str] = set()
        self.query = ""
        self.sorted_by: Column[Item] | None = None
        self.falling = False
        self.key = key
        self._words_of = words
        self._group = group
        self._texts: list[str] = []  # the words of each item, once somebody has searched
        self._also: Collection[str] = ()

    # What is in it

    def put(self, items: Sequence[Item]) -> None:
        """Show these; the cursor stays with its item, and the marks with theirs."""
        self.items = items
        self._texts = []
        if self.marks:
            self.marks &= {self.key(item) for item in items}
        self._arrange()

    def search(self, query: str, also: Collection[str] = ()) -> None:
        """Show only what has all these words, and what was found elsewhere, by key."""
        self.query, self._also = " ".join(query.lower().split()), also
        self._arrange()

    def sort_by(self, column: Column[Item] | None) -> None:
        """Sort by a column; once more turns it round."""
        if column is not None and column == self.sorted_by:
            self.falling = not self.falling
        else:
            self.sorted_by, self.falling = column, column is not None and column.falls
        self._arrange()

    def sort_by_next(self) -> None:
        """Sort by the next column that can be sorted by; after the last one, as the items came."""
        able = [column for column in self.columns if column.by is not None]
        at = able.index(self.sorted_by) + 1 if self.sorted_by in able else 0
        self.sort_by(able[at] if at < len(able) else None)

    # Where the cursor is

    @property
    def chosen(self) -> Item | None:
        """The item under the cursor."""
        line = self.lines[self.cursor] if 0 <= self.cursor < len(self.lines) else None
        return None if isinstance(line, Heading) else line

    @property
    def acted_on(self) -> list[Item]:
        """What something is done to: all that are marked, else the one under the cursor."""
        if self.marks:
            return [item for item in self.items if self.key(item) in self.marks]
        return [] if self.chosen is None else [self.chosen]

    def move(self, by: int) -> None:
        """The cursor so many lines on."""
        self.go(self.cursor + by, 1 if by >= 0 else -1)

    def go(self, line: int, onward: int = 1) -> None:
        """The cursor to a line, or to the nearest item if a heading stands there."""
        last = len(self.lines) - 1
        at = max(0, min(last, line))
        while 0 <= at <= last and isinstance(self.lines[at], Heading):
            at += onward
        if not 0 <= at <= last:
            at = next((place for place, one in enumerate(self.lines) if not isinstance(one, Heading)), 0)
        self.cursor = at

    def go_to(self, key: str) -> bool:
        """The cursor to the item of this key, if it is shown."""
        at = self._place_of(key)
        if at is not None:
            self.cursor = at
        return at is not None

    def mark(self) -> None:
        """Mark the item under the cursor, or mark it no more."""
        if self.chosen is not None:
            self.marks ^= {self.key(self.chosen)}

    # What is shown

    def _arrange(self) -> None:
        held = None if self.chosen is None else self.key(self.chosen)
        shown = self._found() if self.query else self.items
        by = self.sorted_by.by if self.sorted_by is not None else None
        if by is not None:
            shown = sorted(shown, key=by, reverse=self.falling)
        self.lines = self._grouped(shown)
        if held is None or not self.go_to(held):
            self.go(self.cursor)

    def _grouped(self, items: Sequence[Item]) -> Sequence[Item | Heading]:
        """The items with a heading before each group, the groups in the order in which they appear."""
        if self._group is None:
            return items
        groups: dict[Heading, list[Item]] = {}
        for item in items:
            groups.setdefault(self._group(item), []).append(item)
        lines: list[Item | Heading] = []
        for heading, members in groups.items():
            lines += [heading, *members]
        return lines

    def _found(self) -> Sequence[Item]:
        """The items with all the words: one word after the other, each among what the one before has left."""
        if not self._texts:
            self._texts = [self._words_of(item).lower() for item in self.items]
        left: Sequence[int] = range(len(self.items))
        for word in self.query.split():
            left = [at for at in left if word in self._texts[at]]
        if self._also:
            others = (at for at, item in enumerate(self.items) if self.key(item) in self._also)
            left = sorted({*left, *others})
        return [self.items[at] for at in left]

    def _place_of(self, key: str) -> int | None:
        if self.cursor < len(self.lines) and self._is(self.lines[self.cursor], key):
            return self.cursor
        return next((place for place, line in enumerate(self.lines) if self._is(line, key)), None)

    def _is(self, line: Item | Heading, key: str) -> bool:
        return not isinstance(line, Heading) and self.key(line) == key


def columns_in(columns: Sequence[Column[Item]], room: int) -> list[tuple[Column[Item], int]]:
    """The columns that fit so many cells, each with its width; what is left goes to those that grow."""
    kept = list(columns)
    while _taken(kept) > room and (leaving := max(kept, key=lambda column: column.leaves)).leaves:
        kept.remove(leaving)
    spare = room - _taken(kept)
    if spare < 0:  # the last ones share what there is
        widest = max(kept, key=lambda column: column.width)
        return [(one, max(1, one.width + spare) if one is widest else one.width) for one in kept]
    shares = sum(column.grows for column in kept)
    widths: list[tuple[Column[Item], int]] = []
    for column in kept:
        extra = spare * column.grows // shares if shares else 0
        spare, shares = spare - extra, shares - column.grows
        widths.append((column, column.width + extra))
    return widths


def _taken(columns: Sequence[Column[Item]]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)
