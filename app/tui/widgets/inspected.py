"""One thing with its parts, of which one is seen: scrolled, searched, and with a cursor on what can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from app.playback.show import Show
from app.tui.canvas import Canvas
from app.tui.inspected.parts import Inspected, inspect
from app.tui.naming import name_of, sign
from app.tui.paint.inspected import HEAD, TABS, Document, Place, Reading, painted, tab_at, text_width
from app.tui.paint.rows import Row, Span
from app.tui.widgets.messages import Inspect
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from textual.events import Click, MouseScrollDown, MouseScrollUp

WHEEL = 3  # rows


class InspectedView(Canvas):
    """Draws what is known of one thing."""

    DEFAULT_CSS = "InspectedView { height: 1fr; }"

    class Turned(Message):
        """Another part is seen."""

    def __init__(self, show: Show, thing: str) -> None:
        super().__init__()
        self._show = show
        self._thing = thing
        self._revision = -1
        self._documents: dict[str, Document] = {}
        self._readings: dict[str, Reading] = {}
        self.inspected: Inspected = inspect(show, thing)
        names = [part.name for part in self.inspected.parts]
        self.part = names.index(self.inspected.opens) if self.inspected.opens in names else 0

    # What is seen

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The picture."""
        self.follow()
        self.document.fit(text_width(width))
        return painted(
            self.inspected, self.part, self.document, self.reading, width, height,
            who=self._who(), glyphs=glyphs_of(self),
        )  # fmt: skip

    def follow(self) -> bool:
        """Look anew at what may have changed; tell whether anything may have."""
        if self._revision == self._show.revision:
            return False
        ended = bool(self._documents) and self.reading.top >= self.document.last(self.page)
        was_longer = bool(self._documents) and self.reading.top > Place()
        self._revision = self._show.revision
        if self._documents and not self.inspected.lasts:
            return False
        name = self.inspected.parts[self.part].name
        self.inspected = inspect(self._show, self._thing)
        names = [part.name for part in self.inspected.parts]
        self.part = names.index(name) if name in names else 0
        self._documents.clear()
        self.document.fit(text_width(self.size.width))
        self._read(top=self.document.last(self.page) if ended and was_longer else self.reading.top)
        return True

    @property
    def document(self) -> Document:
        """The part that is seen."""
        part = self.inspected.parts[self.part]
        known = self._documents.get(part.name)
        if known is None:
            known = self._documents[part.name] = Document(part.make(), glyphs_of(self))
            known.fit(text_width(self.size.width))
            if part.name not in self._readings:
                first = known.links[0] if known.is_list else -1
                self._readings[part.name] = Reading(chosen=first)
        return known

    @property
    def reading(self) -> Reading:
        """How the part is looked at."""
        return self._readings.get(self.inspected.parts[self.part].name, Reading())

    @property
    def page(self) -> int:
        """Rows of a part that are seen."""
        return max(1, self.size.height - HEAD)

    @property
    def chosen(self) -> str:
        """What enter would open."""
        items, number = self.document.items, self.reading.chosen
        return items[number].thing if 0 <= number < len(items) else ""

    def _who(self) -> Row:
        known = self._show.state.agents.get(self.inspected.agent)
        if known is None:
            return ()
        color = known.who.color if known.who.color.isidentifier() else "white"
        name = name_of(known.who.id, self._show.state)
        return (Span(f"{sign(known.who, glyphs_of(self))} {name}", f"role:{color}"),)

    def _read(self, **changes: object) -> None:
        name = self.inspected.parts[self.part].name
        self._readings[name] = replace(self.reading, **changes)  # type: ignore[arg-type]
        self.redraw()

    # Where one goes

    def turn(self, part: int) -> None:
        """Another part."""
        self.part = part % len(self.inspected.parts)
        self.redraw()
        self.post_message(self.Turned())

    def scroll(self, rows: int) -> None:
        """So many rows on."""
        document = self.document
        self._read(top=document.moved(self.reading.top, rows, self.page))

    def move(self, by: int) -> None:
        """The next thing in a list; in a text, the next row."""
        if self.document.is_list:
            self.link(by)
        else:
            self.scroll(by)

    def to_end(self, *, first: bool) -> None:
        """To the first row or the last."""
        document = self.document
        links = document.links if document.is_list else []
        chosen = (links[0] if first else links[-1]) if links else self.reading.chosen
        self._read(top=Place() if first else document.last(self.page), chosen=chosen)

    def link(self, by: int) -> None:
        """To the next thing that can be opened."""
        links = self.document.links
        chosen = self.reading.chosen
        ahead = [number for number in links if (number > chosen if by > 0 else number < chosen)]
        if ahead:
            number = ahead[0] if by > 0 else ahead[-1]
            self._read(chosen=number, top=self._showing(self.document.place_of(number)))

    def _showing(self, place: Place) -> Place:
        """The top from which a place is seen; the nearest one."""
        document, top = self.document, self.reading.top
        if place < top:
            return place
        seen = document.rows(top, text_width(self.size.width), self.page)
        if seen and place > seen[-1][0]:
            return document.moved(place, 1 - self.page, self.page)
        return top

    def look_for(self, words: str) -> bool:
        """Set words off, and go to where they first stand; false where they do not."""
        self._read(words=words)
        before = Place(self.reading.top.piece - 1, 0)
        return not words or self._to(self.document.find(words, before))

    def found(self, by: int) -> bool:
        """To the next place where the words stand."""
        return self._to(self.document.find(self.reading.words, self.reading.top, back=by < 0))

    def _to(self, place: Place | None) -> bool:
        if place is None:
            return False
        self._read(top=min(place, self.document.last(self.page)))
        return True

    # The mouse

    def on_click(self, event: Click) -> None:
        """A name of a part shows it; what can be opened is chosen, and opened by another click."""
        if event.y == TABS and (part := tab_at(self.inspected.parts, event.x)) is not None:
            self.turn(part)
            return
        rows = self.document.rows(self.reading.top, text_width(self.size.width), self.page)
        row = event.y - HEAD
        if not 0 <= row < len(rows):
            return
        number = self.document.number_at(rows[row][0])
        if not self.document.items[number].thing:
            return
        if number == self.reading.chosen:
            self.post_message(Inspect(self.chosen))
        else:
            self._read(chosen=number)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Down."""
        event.stop()
        self.scroll(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Up."""
        event.stop()
        self.scroll(-WHEEL)
