"""The list of plays: with a cursor, a search, and the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from app.state.words import plural
from app.tui.canvas import Canvas
from app.tui.library import Catalogue, Play, shelved
from app.tui.paint.library import Placed, library, placed
from app.tui.paint.rows import Row, Span, spread
from app.tui.text import wrap
from app.tui.widgets.table import WHEEL, glyphs_of

HEAD = 2  # rows above the list
FIRST_LOOK = "first-look"  # the tag of a play that shows much of what there is
_TALL = 16  # rows from which a play may take two


class Library(Canvas):
    """Draws the catalogue, or what a search left of it. Whoever listens is told what the cursor stands on."""

    @dataclass
    class Chosen(Message):
        """The cursor stands on a play; none when nothing was found."""

        play: Play | None

    @dataclass
    class Opened(Message):
        """Somebody clicked on what the cursor stands on already."""

        play: Play

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.catalogue: Catalogue | None = None  # none yet: it is being read
        self.words = ""
        self.broken: set[str] = set()  # those that were checked and have errors
        self._found: tuple[Play, ...] = ()
        self._places: list[Placed] = []
        self._order: list[Play] = []  # as they stand on screen
        self._at = 0
        self._top = 0
        self._tall = False
        self._told: Play | None = None  # what listeners think is chosen

    @property
    def chosen(self) -> Play | None:
        """What the cursor stands on."""
        return self._order[self._at] if self._at < len(self._order) else None

    @property
    def page(self) -> int:
        """How many plays are seen at a time, more or less."""
        return max(1, (self.size.height - HEAD) // (2 if self._tall else 1) - 1)

    def fill(self, catalogue: Catalogue, name: str) -> None:
        """Show all plays, with the cursor on one of them; when it is not there, on the one to look at first."""
        self.catalogue = catalogue
        self._found = catalogue.found(self.words)
        self._lay_out()
        last = next((at for at, play in enumerate(self._order) if play.name == name), None)
        first = next((at for at, play in enumerate(self._order) if FIRST_LOOK in play.tags), 0)
        self._go(first if last is None else last)

    def find(self, words: str) -> None:
        """Show what has these words; the cursor stays on its play, if that is among them."""
        before = self.chosen
        self.words = words
        self._found = self.catalogue.found(words) if self.catalogue is not None else ()
        self._lay_out()
        at = self._order.index(before) if before in self._order else 0
        self._go(at)

    def move(self, by: int) -> None:
        """Move the cursor."""
        self._go(self._at + by)

    def to_company(self, by: int) -> None:
        """To the first play of the next company, or of the one before."""
        starts = [at for at, play in enumerate(self._order) if not at or play.company != self._order[at - 1].company]
        beyond = [at for at in starts if (at > self._at if by > 0 else at < self._at)]
        if beyond:
            self._go(beyond[0] if by > 0 else beyond[-1])

    def first(self) -> None:
        """To the first one."""
        self._go(0)

    def last(self) -> None:
        """To the last one."""
        self._go(len(self._order) - 1)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The heading, and as much of the list as there is room for."""
        room = max(0, height - HEAD)
        tall = room >= _TALL and not self.screen.has_class("-compact")
        if tall != self._tall:
            self._tall = tall
            self._lay_out()
        self._keep_in_sight(room)
        rows = self._empty(width) or self._listed(width, room)
        return [self._heading(width), (), *rows][:height]

    def on_click(self, event: Click) -> None:
        """A click chooses; another one on the same opens."""
        row = event.y - HEAD + self._top
        play = next(
            (line for line, first, size in self._places if first <= row < first + size and isinstance(line, Play)), None
        )
        if play is None or event.y < HEAD:
            return
        if play == self.chosen:
            self.post_message(self.Opened(play))
        self._go(self._order.index(play))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move(-WHEEL)

    def _go(self, at: int) -> None:
        self._at = max(0, min(len(self._order) - 1, at))
        self.redraw()
        if self.chosen != self._told:
            self._told = self.chosen
            self.post_message(self.Chosen(self.chosen))

    def _lay_out(self) -> None:
        lines = shelved(self._found)
        self._places = placed(lines, tall=self._tall)
        self._order = [line for line in lines if isinstance(line, Play)]

    def _keep_in_sight(self, room: int) -> None:
        """Scroll no further than the cursor needs; the company above the first of its plays is seen with it."""
        if not self._places or room <= 0:
            self._top = 0
            return
        chosen = self.chosen
        at = next(index for index, place in enumerate(self._places) if place.line == chosen)
        _, first, size = self._places[at]
        above = self._places[at - 1]
        start = first if isinstance(above.line, Play) else above.first
        end = self._places[-1].first + self._places[-1].height
        self._top = min(start, max(self._top, first + size - room))
        self._top = max(0, min(self._top, end - room))

    def _listed(self, width: int, room: int) -> list[Row]:
        return library(self._places, self.chosen, self.broken, self._top, width, room, glyphs_of(self))

    def _heading(self, width: int) -> Row:
        if self.catalogue is None:
            return (Span(" plays", "text bold"),)
        total = len(self.catalogue.plays)
        said = f"{len(self._order)} of {total} " if self.words else f"{total} "
        left: Row = (Span(" plays", "text bold"),)
        if self.words and self.screen.focused is None:  # else it is seen where it is typed
            left = (*left, Span(f"  {self.words}", "accent"))
        return spread(left, (Span(said, "muted"),), width)

    def _empty(self, width: int) -> list[Row]:
        """What stands where no play is."""
        if self.catalogue is None:
            return [(Span("  reading the library …", "muted"),)]
        if self._order:
            return []
        if self.words:
            said = f"no play has these words; esc shows all {plural(len(self.catalogue.plays), 'play')}"
        else:
            said = "no plays here yet; footlights new my-first-play writes one"
        return [(Span(f"  {line}", "muted"),) for line in wrap(said, max(8, width - 3))]
