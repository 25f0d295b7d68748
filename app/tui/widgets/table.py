"""The one list of the app: any number of items in columns, with a cursor, marks, sorting and search.

`Table` draws a `Listing`; `Pane` beside it holds what is told of the chosen item; `Search` is the line one types in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from textual.events import Click, Key, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.widgets import Input

from app.tui.canvas import Canvas
from app.tui.look.glyphs import Glyphs
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span
from app.tui.paint.table import HEAD, column_at, rows_for, table
from app.tui.table import Heading, Listing
from app.tui.text import tokens
from app.tui.widgets.one_line import OneLine

Item = TypeVar("Item")

WHEEL = 3  # rows that one notch of a mouse wheel moves


class Table(Canvas, Generic[Item]):
    """Draws a list. Whoever changes it calls `changed`."""

    @dataclass
    class Moved(Message):
        """The cursor stands on something else."""

        table: Table[object]

    @dataclass
    class Chosen(Message):
        """Somebody clicked on what the cursor stands on."""

        table: Table[object]

    def __init__(self, listing: Listing[Item], title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.listing = listing
        self.title_said = title
        self.right: Row = ()
        self.empty: Sequence[Row] = ()
        self.counts: Callable[[Item], bool] = lambda item: True  # is it one of those that the title counts?
        self._top = 0
        self._held: str | None = None

    @property
    def page(self) -> int:
        """How many items are seen at a time."""
        return max(1, rows_for(self.size.height - BORDERS))

    def changed(self) -> None:
        """Draw anew; whoever shows the chosen item is told when it is another one."""
        self._keep_in_sight()
        self.redraw()
        chosen = self.listing.chosen
        key = None if chosen is None else self.listing.key(chosen)
        if key != self._held:
            self._held = key
            self.post_message(self.Moved(self))  # type: ignore[arg-type]

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The list in a frame, with how many there are."""
        listing, glyphs = self.listing, glyphs_of(self)
        self._keep_in_sight()
        rows = table(listing, width - INSETS, height - BORDERS, self._top, glyphs, empty=self.empty)
        title: Row = (Span(self.title_said, "text bold"), Span(f"  {_count(listing, self.counts)}", "muted"))
        return framed(rows, width, height, title=title, right=self.right, glyphs=glyphs)

    def on_click(self, event: Click) -> None:
        """A title sorts, an item is chosen; the chosen one is opened by another click."""
        width, height = self.size
        x, y = event.x - INSETS // 2, event.y - BORDERS // 2
        if y == 0:
            column = column_at(self.listing, width - INSETS, height - BORDERS, x)
            if column is not None and column.by is not None:
                self.listing.sort_by(column)
        elif HEAD <= y <= self.page and (line := self._top + y - HEAD) < len(self.listing.lines):
            if line == self.listing.cursor:
                self.post_message(self.Chosen(self))  # type: ignore[arg-type]
            self.listing.go(line)
        self.changed()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.listing.move(WHEEL)
        self.changed()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.listing.move(-WHEEL)
        self.changed()

    def _keep_in_sight(self) -> None:
        """Move the window no further than the cursor needs; the heading above the first item is seen with it."""
        cursor, page = self.listing.cursor, self.page
        first = cursor - 1 if cursor == 1 else cursor
        self._top = max(0, min(first, max(self._top, cursor - page + 1), len(self.listing.lines) - 1))
        self._top = min(self._top, max(0, len(self.listing.lines) - page))


class Pane(Canvas):
    """What is told of one thing, in a frame; what is longer than the frame can be scrolled."""

    def __init__(self, draw: Callable[[int], tuple[Row | str, Sequence[Row]]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._top = 0
        self._longest = 0

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The part of it that is seen."""
        title, rows = self._draw(max(1, width - INSETS))
        seen = height - BORDERS
        self._longest = max(0, len(rows) - seen)
        self._top = min(self._top, self._longest)
        left = len(rows) - seen - self._top
        foot = (Span(f"{left} more", "muted"),) if left > 0 else ""
        return framed(rows[self._top :], width, height, title=title, foot_right=foot, glyphs=glyphs_of(self))

    def show_other(self) -> None:
        """Something else is told here now."""
        self._top = 0
        self.redraw()

    def read_from(self, row: int) -> None:
        """Read on from there."""
        self._top = row
        self.redraw()

    def scroll_by(self, rows: int) -> None:
        """Read on, or back."""
        self._top = max(0, min(self._longest, self._top + rows))
        self.redraw()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Read on."""
        event.stop()
        self.scroll_by(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Read back."""
        event.stop()
        self.scroll_by(-WHEEL)


class Search(OneLine):
    """The line in which one types what is looked for; it is there only while somebody looks."""

    @dataclass
    class Left(Message):
        """Somebody is done with typing; `kept` tells whether what was typed shall hold."""

        kept: bool

    def open(self) -> None:
        """Let somebody type."""
        self.add_class("-open")
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Of letters that come faster than anything can be found the last is looked at."""
        if event.value != self.value:
            event.stop()

    def on_key(self, event: Key) -> None:
        """Escape gives up and forgets the words; the arrows and enter go back to the list, with what was found."""
        if event.key not in ("escape", "enter", "up", "down"):
            return
        event.stop()
        event.prevent_default()
        kept = event.key != "escape"
        if not kept:
            self.value = ""
        self.remove_class("-open")
        self.screen.set_focus(None)
        self.post_message(self.Left(kept))


def glyphs_of(canvas: Canvas) -> Glyphs:
    """The glyphs that the app draws with."""
    found: Glyphs = canvas.app.glyphs  # type: ignore[attr-defined]
    return found


def _count(listing: Listing[Item], counts: Callable[[Item], bool]) -> str:
    said = tokens(sum(map(counts, listing.items)))
    if listing.query:
        said = f"{tokens(sum(not isinstance(line, Heading) for line in listing.lines))} of {said}"
    return f"{said}, {len(listing.marks)} marked" if listing.marks else said
