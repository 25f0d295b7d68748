"""A card to choose one thing of several: with the arrows and enter, by its key, or by a click."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from app.tui.card import Card, Face
from app.tui.paint.frame import BORDERS, framed
from app.tui.paint.options import Option, key_of, options
from app.tui.paint.rows import Row, Span, key_words
from app.tui.text import wrap


class Choosing(Card[str]):
    """Gives the value that was chosen, or nothing."""

    def __init__(
        self, title: str, listed: Sequence[Option], *, says: str = "", right: str = "", cursor: int = 0
    ) -> None:
        super().__init__()
        self.title_said = title
        self.says = says
        self.right = right
        self.listed = tuple(listed)
        self.cursor = self._first_from(cursor)

    def compose(self) -> ComposeResult:
        """One face."""
        with Vertical():
            yield _Options(self)

    def on_key(self, event: Key) -> None:
        """Move, or choose."""
        found = next((at for at, one in enumerate(self.listed) if event.character == key_of(one, at + 1)), None)
        if found is not None:  # before the motions: an option may have one of their letters
            self.choose(found)
        elif event.key in ("up", "k", "shift+tab"):
            self._move(-1)
        elif event.key in ("down", "j", "tab"):
            self._move(1)
        elif event.key == "enter" and not self.listed:
            self.action_put_away()
        elif event.key == "enter":
            self.choose(self.cursor)
        else:
            return
        event.stop()
        event.prevent_default()

    def _first_from(self, at: int) -> int:
        """The cursor begins on what can be chosen, if anything can."""
        order = [*range(at, len(self.listed)), *range(at)]
        return next((number for number in order if not self.listed[number].why_not), at)

    def choose(self, at: int) -> None:
        """Take one, unless it cannot be taken."""
        if not 0 <= at < len(self.listed):
            return
        if self.listed[at].why_not:
            self.house.say(self.listed[at].why_not, severity="warning")
            return
        self.dismiss(self.listed[at].value)

    def _move(self, by: int) -> None:
        if self.listed:
            self.cursor = (self.cursor + by) % len(self.listed)
            self.query_one(_Options).redraw()


class _Options(Face):
    def __init__(self, card: Choosing) -> None:
        super().__init__()
        self._card = card

    def rows(self, width: int) -> Sequence[Row]:
        card, room = self._card, width - 4
        says: list[Row] = [(Span(line, "muted"),) for line in wrap(card.says, room)] if card.says else []
        glyphs = self._card.house.glyphs
        chosen = options(card.listed, card.cursor, room, glyphs)
        most = max(3, self.app.size.height - len(says) - 7)
        first = max(0, min(card.cursor - most // 2, len(chosen) - most))
        self._first_row = 1 + len(says) + (2 if says else 1) - first
        body: list[Row] = [*([(), *says] if says else []), (), *chosen[first : first + most], *([()] if chosen else [])]
        title: Row = (Span(card.title_said, "text bold"),)
        foot = key_words(*([("enter", "choose")] if chosen else []), ("esc", "back"))
        height = len(body) + BORDERS
        return framed(body, width, height, title=title, right=card.right, foot=foot, style="focus", glyphs=glyphs)

    def pointed(self, row: int) -> None:
        self._card.choose(row - self._first_row)
