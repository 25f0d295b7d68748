"""A place with a list in it and, beside or below it, what is told of the item under the cursor."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input

from app.errors import FootlightsError
from app.journal.questions import Questions
from app.tui.history import Pulse, waiting_count
from app.tui.place import Place
from app.tui.refused import in_words
from app.tui.widgets.foot import Foot
from app.tui.widgets.head import AppBar
from app.tui.widgets.table import Pane, Search, Table

if TYPE_CHECKING:
    from textual.timer import Timer

Item = TypeVar("Item")

STALE = 5.0  # seconds after which one looks also when nothing was written: a performer may have died
REST = 4  # times as long as a look took: so long it rests at least
READ_ON = 3  # rows of the pane that one key moves


class ListPlace(Place, Generic[Item]):
    """Has the keys of the spot `lists`. A subclass gives `table` and `pane`, and says in `look` what it shows."""

    CSS_PATH: ClassVar = [Path(__file__).with_name("listed.tcss")]
    LOOKS: ClassVar[float] = 1.0  # seconds between two looks at what others changed, while it is seen
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (as Textual declares it)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012
    table: Table[Item]
    pane: Pane

    def __init__(self) -> None:
        super().__init__()
        self.questions = Questions()
        self._pulse: Pulse | None = None
        self._timer: Timer | None = None
        self._looked = -STALE
        self._is_looking = False
        self._not_before = 0.0

    def body(self) -> ComposeResult:
        """The list, the pane, and the line to search in."""
        with Container(classes="both"):
            yield self.table
            yield self.pane
        yield Search(placeholder="words to look for")

    async def look(self) -> None:
        """Gather what is shown, and show it."""

    def tick(self) -> None:
        """Nothing was written, but time goes on, and what the screen says of it."""
        self.table.redraw()
        self.pane.redraw()

    def on_mount(self) -> None:
        """Look at once, and then from time to time."""
        self._pulse = Pulse(self.house.workspace)
        self._timer = self.set_interval(self.LOOKS, self.look_again)

    def on_unmount(self) -> None:
        """Let go of the archive."""
        if self._pulse is not None:
            self._pulse.close()

    def seen_again(self) -> None:
        """Somebody looks at it."""
        if self._timer is not None:
            self._timer.resume()
        self.look_again()

    def on_screen_suspend(self) -> None:
        """Nobody looks at it."""
        if self._timer is not None:
            self._timer.pause()

    def look_again(self) -> None:
        """Look, unless one is looking, or a long look is not over long enough."""
        if not self._is_looking and monotonic() >= self._not_before:
            self._is_looking = True
            self.run_worker(self._look, group="look")  # type: ignore[arg-type]

    async def _look(self) -> None:
        assert self._pulse is not None
        began = monotonic()
        try:
            if self._pulse.beats() or began - self._looked >= STALE:
                self._looked = began
                await self.look()
                self.set_class(not self.table.listing.items, "-bare")
                await self._count()
                self._not_before = monotonic() + REST * (monotonic() - began)
            else:
                self.tick()
        except FootlightsError as error:
            self._not_before = monotonic() + STALE
            self.house.say(in_words(error), severity="error")
        finally:
            self._is_looking = False

    async def _count(self) -> None:
        """Tell at the top how many questions wait."""
        waiting = await waiting_count(self.house.workspace, self.questions)
        for bar in self.query(AppBar):  # none, when the place was left meanwhile
            bar.waiting = waiting
            bar.redraw()

    # The keys of every list

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def action_page_down(self) -> None:
        self._move(self.table.page)

    def action_page_up(self) -> None:
        self._move(-self.table.page)

    def action_first(self) -> None:
        self.table.listing.go(0)
        self.table.changed()

    def action_last(self) -> None:
        self.table.listing.go(len(self.table.listing.lines) - 1, -1)
        self.table.changed()

    def action_sort(self) -> None:
        self.table.listing.sort_by_next()
        self.table.changed()

    def action_turn_round(self) -> None:
        self.table.listing.sort_by(self.table.listing.sorted_by)
        self.table.changed()

    def action_read_on(self) -> None:
        self.pane.scroll_by(READ_ON)

    def action_read_back(self) -> None:
        self.pane.scroll_by(-READ_ON)

    def action_search(self) -> None:
        self.query_one(Search).open()

    async def action_clear(self) -> None:
        """Show all again; when all is shown, go back."""
        if self.table.listing.query:
            self._find("")
        elif self.table.listing.marks:
            self.table.listing.marks.clear()
            self.table.changed()
        else:
            await self.house.action_back()

    # What the widgets tell

    def on_table_moved(self, message: Table.Moved) -> None:
        """Another item is told of."""
        self.moved()

    def moved(self) -> None:
        """Tell of the item under the cursor, and of what can be done with it."""
        self.pane.show_other()
        for foot in self.query(Foot):  # none, when the place is being left
            foot.redraw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find while somebody types."""
        if isinstance(event.input, Search):
            event.stop()
            self.found(event.value)

    def found(self, words: str) -> None:
        """Show what has these words."""
        self.table.listing.search(words)
        self.table.changed()

    def _find(self, words: str) -> None:
        self.query_one(Search).value = words
        self.found(words)

    def _move(self, by: int) -> None:
        self.table.listing.move(by)
        self.table.changed()
