"""Every key that counts where one is, in one place; made of the one table of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key as KeyPressed

from app.tui.card import Card, Face
from app.tui.keys import Key, keys_of, shown, with_own
from app.tui.paint.frame import BORDERS, framed
from app.tui.paint.rows import Row, Span, fitted, key_words
from app.tui.text import cells, fit, wrap

_KEYS = 14  # cells for the keys
_COLUMN = 52  # cells of a column; with room for two, there are two
HEADINGS = {"everywhere": "Everywhere", "lists": "In lists"}


class Help(Card[None]):
    """The keys of some spots."""

    BINDINGS: ClassVar = [
        Binding("question_mark,f1", "put_away", "back", show=False),
    ]

    def __init__(self, title: str, spots: Sequence[str], says: str = "") -> None:
        super().__init__()
        self.title_said = title
        self.says = says
        self.spots = spots
        self.scrolled = 0

    def compose(self) -> ComposeResult:
        """One face."""
        with Vertical():
            yield _Keys(self)

    def on_key(self, event: KeyPressed) -> None:
        """Scroll."""
        by = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": 10, "pageup": -10, "space": 10}.get(event.key)
        if by is None:
            return
        event.stop()
        self.scrolled = max(0, self.scrolled + by)
        self.query_one(_Keys).redraw()


class _Keys(Face):
    def __init__(self, card: Help) -> None:
        super().__init__()
        self._card = card

    def rows(self, width: int) -> Sequence[Row]:
        card, room = self._card, width - 4
        says: list[Row] = [(Span(line, "muted"),) for line in wrap(card.says, room)] if card.says else []
        own = card.house.own_keys
        written: list[Row] = [*says, ()] if says else []
        for spot in (*card.spots, "everywhere"):
            written += [(Span(HEADINGS.get(spot, spot.capitalize()), "accent bold"),)]
            written += [row for key in with_own(keys_of(spot), own) for row in _lines(key, room)]
            written += [()]
        height = min(len(written), max(3, self.app.size.height - 4))
        card.scrolled = max(0, min(card.scrolled, len(written) - height))
        shown_rows = written[card.scrolled : card.scrolled + height]
        more = f"{card.scrolled + height} of {len(written)}" if height < len(written) else ""
        title: Row = (Span(card.title_said, "text bold"),)
        foot = key_words(("esc", "back"))
        right: Row = (Span(more, "muted"),) if more else ()
        glyphs = card.house.glyphs
        box = height + BORDERS
        return framed(shown_rows, width, box, title=title, right=right, foot=foot, style="focus", glyphs=glyphs)

    def get_content_width(self, container: object, viewport: object) -> int:
        return max(1, min(_COLUMN + _KEYS + 12, self.app.size.width - 2))


def _lines(key: Key, room: int) -> list[Row]:
    """A key and its sentence, in as many rows as that takes."""
    pressed = " ".join(dict.fromkeys(shown(one) for one in key.keys.split(",")))
    said = wrap(key.more or key.says, max(10, room - _KEYS - 2))
    first: Row = (Span(fit(pressed, max(_KEYS, cells(pressed))), "text bold"), Span(f" {said[0]}", "muted"))
    return [fitted(first, room), *((Span(" " * (_KEYS + 1) + line, "muted"),) for line in said[1:])]
