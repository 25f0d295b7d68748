"""A question to a person as whoever watches sees it: what was asked, of whom, out of what, and what the answer was.

It looks like the card on which a person answers, and nobody can answer on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.tui.look.glyphs import Glyphs
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span, fitted, on, spread
from app.tui.text import cells, cut, wrap

LEAST = (24, 6)  # cells and rows; below it the log alone tells
WIDEST = 78
_ANSWER = 3  # rows of an answer in words, at most


@dataclass(frozen=True, slots=True)
class Posed:
    """A question at one moment of a show."""

    gate: str
    heading: str
    question: str
    about: str = ""  # where in the play
    role: str = ""  # who it is for
    options: tuple[str, ...] = ()
    chosen: str = ""  # once it was answered
    said: str = ""  # who answers: ada answers, rehearsal answers

    @property
    def answer(self) -> str:
        """What became of it, in a line; nothing, as long as it is open."""
        return f"{self.said}: {self.chosen}" if self.said and self.chosen else self.said


def height_of(posed: Posed, width: int) -> int:
    """Rows in which all of it has room."""
    room = max(1, width - INSETS)
    return BORDERS + len(_head(posed, room)) + len(wrap(posed.question, room)) + len(_below(posed, room, "")) + 1


def paint_question(posed: Posed, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The card in exactly this size; where it is low, air goes first, then the end of the question."""
    room, rows = max(1, width - INSETS), height - BORDERS
    head, below = _head(posed, room), [(), *_below(posed, room, glyphs.cursor)]
    question = wrap(posed.question, room)
    if len(head) + len(question) + len(below) > rows:
        head, below = head[:1], [row for row in below if row]
        if len(head) + len(question) + len(below) < rows:
            below = [(), *below]
    most = max(1, rows - len(head) - len(below))
    if len(question) > most:
        question = [*question[: most - 1], cut(" ".join(question[most - 1 :]), room, ellipsis=glyphs.ellipsis)]
    shown: list[Row] = [*head, *((Span(line, "text bold"),) for line in question), *below]
    return framed(shown, width, height, border=glyphs.double, style="gate", glyphs=glyphs)


def _head(posed: Posed, room: int) -> list[Row]:
    role: Row = (Span(f"for: {posed.role}", "muted"),) if posed.role else ()
    about: list[Row] = [(Span(posed.about, "muted"),)] if posed.about else []
    return [spread((Span(posed.heading, "gate bold"),), role, room), *about, ()]


def _below(posed: Posed, room: int, cursor: str) -> Sequence[Row]:
    """The options, the chosen one lit; and who answers."""
    options = [_option(option, option == posed.chosen, room, cursor) for option in posed.options]
    if not posed.answer:
        answer: list[Row] = [(Span("waits for an answer", "muted"),)]
    else:
        answer = [(Span(line, "gate bold"),) for line in wrap(posed.answer, room)[:_ANSWER]]
    return [*options, *([()] if options else []), *answer]


def _option(option: str, is_chosen: bool, room: int, cursor: str) -> Row:
    sign = cursor if is_chosen else " " * cells(cursor)
    row = fitted((Span(f"{sign} ", "accent bold"), Span(option, "text bold" if is_chosen else "text")), room)
    return on(row, "selection") if is_chosen else row
