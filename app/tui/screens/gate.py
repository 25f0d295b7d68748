"""The card on which a person answers a question of a run. Only this card has a double border.

What an agent wrote stands inside it as text; the border, the heading and the options are ours. Keys that were typed
before the card could be read answer nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from app.tui.asking import Asked
from app.tui.card import Card, InnerFace
from app.tui.look.glyphs import ASCII
from app.tui.paint.options import Option, options
from app.tui.paint.rows import Row, Span, key_words, spread
from app.tui.text import clock, wrap
from app.tui.widgets.one_line import OneLine

UNREADABLE = 0.6  # seconds in which nobody can have read the question: what is typed meanwhile was meant for the stage
HEADINGS = {
    "approve": "A decision is yours",
    "ask": "A question for you",
    "budget": "A limit is reached",
    "tool": "A tool asks for consent",
    "cue": "The stage waits for you",
}


class GateCard(Card[tuple[str, str]]):
    """Gives the choice and a note, or nothing."""

    def __init__(self, asked: Asked, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.asked = asked
        self.cursor: int | None = None  # nothing is chosen until somebody chooses
        self.fault = ""
        self.scrolled = 0
        self._now = now
        self._shown_at = now()

    def compose(self) -> ComposeResult:
        """The question, and where to write."""
        with Vertical(classes="-gate -ascii" if self.house.glyphs is ASCII else "-gate"):
            yield _Question(self)
            yield OneLine(placeholder="a note, if you like" if self.asked.options else "your answer")
            yield _Keys(self.asked)

    def on_mount(self) -> None:
        """A question without options is answered in words."""
        self.query_one(Input).display = not self.asked.options
        if not self.asked.options:
            self.query_one(Input).focus()
        if self.asked.expires_at:
            self.set_interval(1.0, self.query_one(_Question).redraw)

    @property
    def is_readable(self) -> bool:
        """Has it been there long enough to be meant?"""
        return self._now() - self._shown_at >= UNREADABLE

    def on_key(self, event: Key) -> None:
        """Choose with arrows or a number, then enter; n writes a note."""
        if self.query_one(Input).has_focus:
            return
        if not self._heeds(event.key, event.character or ""):
            return
        event.stop()
        event.prevent_default()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """With options it was the note; without, the answer."""
        event.stop()
        if not self.asked.options:
            self._answer(event.value.strip(), "")
            return
        self.set_focus(None)
        if self.cursor is not None:
            self._answer(self.asked.options[self.cursor], event.value.strip())
        else:
            self._say("now choose")

    def point(self, at: int) -> None:
        """Put the cursor on an option."""
        if 0 <= at < len(self.asked.options):
            self.cursor = at
            self._say("")

    def _heeds(self, key: str, character: str) -> bool:
        count = len(self.asked.options)
        if key in ("up", "k", "down", "j", "tab", "shift+tab") and count:
            by = -1 if key in ("up", "k", "shift+tab") else 1
            self.point((-1 if by > 0 else 0) + by if self.cursor is None else (self.cursor + by) % count)
            if self.cursor is None:
                self.point(count - 1)
        elif character.isdigit() and 0 < int(character) <= count:
            if self.is_readable:
                self.point(int(character) - 1)
        elif key in ("pagedown", "pageup"):
            self.scrolled = max(0, self.scrolled + (5 if key == "pagedown" else -5))
            self.query_one(_Question).redraw()
        elif key == "n" and count:
            self.query_one(Input).display = True
            self.query_one(Input).focus()
        elif key == "enter":
            if self.cursor is None:
                self._say("choose first: with the arrows or a number")
            else:
                self._answer(self.asked.options[self.cursor], self.query_one(Input).value.strip())
        else:
            return False
        return True

    def _answer(self, choice: str, note: str) -> None:
        if not choice:
            self._say("say something, or press esc to leave it open")
        elif self.is_readable:
            self.dismiss((choice, note))

    def _say(self, fault: str) -> None:
        self.fault = fault
        self.query_one(_Question).changed()


class _Question(InnerFace):
    def __init__(self, card: GateCard) -> None:
        super().__init__()
        self._card = card
        self._first_option = 0

    def rows(self, width: int) -> Sequence[Row]:
        """The whole card."""
        asked, room = self._card.asked, width
        glyphs = self._card.house.glyphs
        left = (asked.expires_at / 1e6 - time.time()) if asked.expires_at else 0.0
        heading: Row = (Span(HEADINGS.get(asked.asks, "A question for you"), "gate bold"),)
        expires: Row = (Span(f"expires in {clock(max(0.0, left))}", "warning"),) if asked.expires_at else ()
        question = wrap(asked.question or "It asks to go on.", room)
        most = max(3, self.app.size.height - len(asked.options) - 12)
        scrolled = min(self._card.scrolled, max(0, len(question) - most))
        shown = question[scrolled : scrolled + most]
        about = " · ".join(part for part in (asked.title, asked.step, asked.role and f"for: {asked.role}") if part)
        offered = [
            Option(name, name, "taken when nobody answers" if name == asked.default else "") for name in asked.options
        ]
        body: list[Row] = [
            spread(heading, expires, room),
            (Span(about, "muted"),),
            (),
            *((Span(line, "text"),) for line in shown),
        ]
        if len(question) > most:
            body.append((Span(f"{scrolled + 1}-{scrolled + len(shown)} of {len(question)} lines, pgup pgdn", "muted"),))
        body.append(())
        self._first_option = len(body)
        body += options(offered, self._card.cursor, room, glyphs)
        body += [(), (Span(self._card.fault, "warning"),)] if self._card.fault else []
        return body

    def pointed(self, row: int) -> None:
        """A click chooses; enter still has to say so."""
        self._card.point(row - self._first_option)


class _Keys(InnerFace):
    def __init__(self, asked: Asked) -> None:
        super().__init__()
        note = [("n", "note")] if asked.options else []
        self._row = key_words(("enter", "answer"), *note, ("esc", "leave it open"))

    def rows(self, width: int) -> Sequence[Row]:
        """Below all that is asked and written."""
        return [(), self._row]
