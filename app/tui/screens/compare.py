"""Compare: two runs, or a run and its fork, side by side: what was changed, what came of it, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from app.compare import Comparison, Pair, Shared, Side
from app.compare.words import name_of, sign_of
from app.errors import FootlightsError
from app.safety import one_line
from app.tui.compare import VIEWS, Excerpts, FromHere, Line, Reader, differs, key_of, lines_of, words_of
from app.tui.history import gathered
from app.tui.keys import bindings
from app.tui.listed import ListPlace
from app.tui.paint.compare import columns_of
from app.tui.paint.compared_step import shared, told
from app.tui.paint.leaf import invitation
from app.tui.paint.rows import Row, Span
from app.tui.refused import in_words
from app.tui.table import Listing
from app.tui.widgets.compare import Summary
from app.tui.widgets.table import Pane, Table

if TYPE_CHECKING:
    from textual.events import Resize

TALL = 34  # rows from which the step under the cursor is seen below the list


class Compare(ListPlace[Line]):
    """The summary, the steps, and one step whole."""

    NAME = "compare"
    SPOTS = ("compare", "lists", "tables", "places")
    BINDINGS: ClassVar = bindings("compare", "lists", "tables", "places")
    CSS_PATH: ClassVar = [*ListPlace.CSS_PATH, Path(__file__).with_name("compare.tcss")]

    def __init__(self, first: str, second: str) -> None:
        super().__init__()
        self.reader = Reader(first, second)
        self.comparison: Comparison | None = None
        self.view = VIEWS[0]
        self.listing: Listing[Line] = Listing((), key_of, words_of)
        self.table = Table(self.listing, "Steps", id="steps")
        self.pane = Pane(self._told, id="step")
        self.summary = Summary()
        self._drawn: tuple[object, tuple[Row | str, Sequence[Row]]] | None = None

    def body(self) -> ComposeResult:
        """The summary above the list."""
        yield self.summary
        yield from super().body()

    # What is shown

    async def look(self) -> None:
        """Read both, when either has gone on."""
        found = await gathered(self.house.workspace, self.reader.read, None)
        if found is None:
            return
        is_first, self.comparison = self.comparison is None, found
        self.summary.show(found)
        self.listing.put(lines_of(found))
        self.table.empty = invitation("Neither came to a step", "esc goes back")
        self._choose_columns()
        if is_first and found.first is not None:
            self.listing.go_to(found.first.path)
        self.table.changed()
        self.pane.redraw()

    def _choose_columns(self) -> None:
        assert self.comparison is not None
        self.listing.columns = columns_of(self.comparison, Excerpts(self.comparison), self.view, self.house.glyphs)
        self.table.right = (Span(f"{self.comparison.differing} differ  ", "muted"), Span(self.view, "accent"))

    def _told(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        """The step under the cursor, laid out once for a width."""
        line, found = self.listing.chosen, self.comparison
        if line is None or found is None:
            return "", ()
        known = (id(found), key_of(line), width)
        if self._drawn is None or self._drawn[0] != known:
            self._drawn = (known, self._laid_out(found, line, width))
        return self._drawn[1]

    def _laid_out(self, found: Comparison, line: Line, width: int) -> tuple[Row | str, Sequence[Row]]:
        if isinstance(line, Shared):
            return (Span(one_line(name_of(line)), "text bold"), Span("  taken over", "muted")), shared(line, width)
        sign = sign_of(line)
        title: Row = (Span(one_line(line.path), "text bold"), Span(f"  {sign.word}", "muted"))
        return title, told(found, line, width, self.house.glyphs)

    def on_resize(self, event: Resize) -> None:
        """Where there is room the step is seen below the list."""
        self.set_class(event.size.height >= TALL, "-tall")
        self.summary.fit()

    @property
    def is_opened(self) -> bool:
        """Is one step seen alone?"""
        return self.has_class("-opened")

    # Keys

    def action_details(self) -> None:
        """One step alone; once more, the list again."""
        if self._may("details"):
            self._open(not self.is_opened)

    def _open(self, is_opened: bool) -> None:
        self.set_class(is_opened, "-opened")
        self.pane.show_other()
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        self.summary.redraw()
        self.table.redraw()
        self.pane.redraw()

    async def action_clear(self) -> None:
        """The list again; then as in every list."""
        if self.is_opened:
            self._open(False)
            return
        await super().action_clear()

    def action_differing(self, by: int) -> None:
        """To the next step that differs, or the one before."""
        at = self.listing.cursor + by
        while 0 <= at < len(self.listing.lines):
            line = self.listing.lines[at]
            if isinstance(line, Pair) and differs(line):
                self.listing.go(at)
                self.table.changed()
                return
            at += by
        self.house.say(f"nothing differs {'after' if by > 0 else 'before'} this")

    def action_next_view(self) -> None:
        """What came, what it took, who answered."""
        self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]
        if self.comparison is not None:
            self.listing.sort_by(None)
            self._choose_columns()
            self.table.changed()

    async def action_open(self, name: str) -> None:
        """One of the two on the stage, at this step."""
        if not self._may(f"open('{name}')") or (line := self.listing.chosen) is None or self.comparison is None:
            return
        half = self.comparison.left if name == "A" else self.comparison.right
        side = _side(line, name)
        assert side is not None
        from app.journal import Archive

        try:
            async with Archive.open(self.house.workspace) as archive:
                row = await archive.find(half.run)
        except FootlightsError as error:  # somebody has removed it meanwhile
            self.house.say(in_words(error), severity="error")
            return
        source = FromHere(row, self.house.workspace)
        source.at = side.step.began_at
        self.house.open_stage(source)

    def action_swap(self) -> None:
        """B against A, instead of A against B."""
        self.reader = Reader(self.reader.second, self.reader.first)
        self._looked = float("-inf")
        self.look_again()

    def action_down(self) -> None:
        """One down; in a step that is seen alone, read on."""
        if self.is_opened:
            self.pane.scroll_by(1)
        else:
            super().action_down()

    def action_up(self) -> None:
        """One up; in a step that is seen alone, read back."""
        if self.is_opened:
            self.pane.scroll_by(-1)
        else:
            super().action_up()

    def action_page_down(self) -> None:
        """A page down."""
        if self.is_opened:
            self.pane.scroll_by(self.pane.size.height - 3)
        else:
            super().action_page_down()

    def action_page_up(self) -> None:
        """A page up."""
        if self.is_opened:
            self.pane.scroll_by(3 - self.pane.size.height)
        else:
            super().action_page_up()

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        line = self.listing.chosen
        if line is None and action.startswith(("details", "open")):
            return "there is no step here"
        if action.startswith("open") and line is not None:
            name = "A" if "A" in action else "B"
            return "" if _side(line, name) is not None else f"{name} did not come to this step"
        if action.startswith("differing") and (self.comparison is None or not self.comparison.differing):
            return "every step is the same"
        return ""

    def copied(self) -> str:
        """The step under the cursor, as it is told."""
        _, rows = self._told(100)
        return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


def _side(line: Line, name: str) -> Side | None:
    pair = line if isinstance(line, Pair) else line.pairs[0]
    return pair.left if name == "A" else pair.right
