"""The parts of a batch's screen: its head, its grid with a cursor that keys and the mouse move, and the chosen item."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message

from app.batch.cells import Names
from app.batch.results import ItemResult
from app.batch.verdicts import Verdict
from app.tui.batches.grid import Grid, Group, grid_of
from app.tui.canvas import Canvas
from app.tui.paint.batch import Progress, grid_rows, head_rows
from app.tui.paint.batch_item import item_rows
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span
from app.tui.widgets.table import WHEEL, glyphs_of


class BatchHead(Canvas):
    """How all of it stands."""

    def __init__(self, progress: Callable[[], Progress | None]) -> None:
        super().__init__(id="batch-head")
        self._progress = progress

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The bar, and what is told below it."""
        progress = self._progress()
        return head_rows(progress, width, height, glyphs_of(self)) if progress is not None else ()


class GridView(Canvas):
    """Every item, one cell each. Whoever changes what is shown calls `show`; what it looks like, `redraw`."""

    @dataclass
    class Moved(Message):
        """The cursor stands on another item."""

    @dataclass
    class Chosen(Message):
        """Somebody clicked on the item that the cursor stands on."""

    def __init__(self) -> None:
        super().__init__(id="grid")
        self.grid = Grid()
        self.cursor: int | None = None
        self.step = -1  # of what moves; below 0, nothing does
        self.title_said: Row = ()
        self.right: Row = ()
        self.empty: Sequence[Row] = ()
        self.verdicts: Sequence[Verdict] = ()
        self._top = 0

    def show(self, groups: Sequence[Group], width: int, most: int) -> None:
        """These items, in at most so many rows of a window; the cursor stays where it is, if that is still there."""
        self.grid = grid_of(groups, width - INSETS, most - BORDERS)
        if self.cursor not in self.grid.places:
            self.cursor = self.grid.order[0] if self.grid.order else None
            self.post_message(self.Moved())
        self._keep_in_sight()
        self.redraw()

    def on_resize(self, event: Resize) -> None:
        """There is other room."""
        self._keep_in_sight()
        self.redraw()

    @property
    def page(self) -> int:
        """How many rows are seen."""
        return max(1, self.size.height - BORDERS)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The rows that are seen, in a frame."""
        glyphs, grid = glyphs_of(self), self.grid
        rows = grid_rows(grid, self.verdicts, self.cursor, self._top, self.page, glyphs, self.step)
        below = len(grid.rows) - self._top - self.page
        told = [f"{self._top} rows above"] if self._top else []
        told += [f"{below} below"] if below > 0 else []
        title, right = self.title_said, self.right
        foot = (Span(", ".join(told), "muted"),) if told else ""
        return framed(rows or self.empty, width, height, title=title, right=right, foot_right=foot, glyphs=glyphs)

    # The cursor

    def go(self, item: int | None) -> None:
        """To an item."""
        if item is None or item == self.cursor or item not in self.grid.places:
            return
        self.cursor = item
        self._keep_in_sight()
        self.redraw()
        self.post_message(self.Moved())

    def beside(self, by: int) -> None:
        """So many items on."""
        if self.cursor is not None:
            self.go(self.grid.beside(self.cursor, by))

    def below(self, by: int) -> None:
        """So many rows down."""
        if self.cursor is not None:
            self.go(self.grid.below(self.cursor, by))

    def to_next(self, wanted: Collection[int], by: int) -> bool:
        """To the next of some items; false when there is none."""
        found = self.grid.next_of(self.cursor, wanted, by) if self.cursor is not None else None
        self.go(found)
        return found is not None

    def on_click(self, event: Click) -> None:
        """Choose; the chosen one is opened by another click."""
        item = self.grid.item_at(event.x - INSETS // 2, event.y - BORDERS // 2 + self._top)
        if item is not None and item == self.cursor:
            self.post_message(self.Chosen())
        self.go(item)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.below(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.below(-WHEEL)

    def _keep_in_sight(self) -> None:
        last = max(0, len(self.grid.rows) - self.page)
        row = self.grid.places[self.cursor][0] if self.cursor in self.grid.places else 0
        self._top = max(0, min(row, max(self._top, row - self.page + 1), last))


class ItemBox(Canvas):
    """The item that the cursor stands on."""

    def __init__(self, item: Callable[[], ItemResult | None], names: Callable[[], Names | None]) -> None:
        super().__init__(id="item")
        self._item = item
        self._names = names

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """What is known of it, in a frame where there is room for one."""
        result, glyphs, names = self._item(), glyphs_of(self), self._names()
        if result is None:
            return ()
        if height <= BORDERS + 1:
            return [(Span(" "), *row) for row in item_rows(result, width - 2, height, glyphs, names)]
        rows = item_rows(result, width - INSETS, height - BORDERS, glyphs, names)
        return framed(rows, width, height, title=(Span(f"item {result.number:,}", "muted"),), glyphs=glyphs)
