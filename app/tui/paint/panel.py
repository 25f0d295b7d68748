"""One agent: who it is and what it is at, its part as far as there is room for its end, and what it has taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.events import Performer
from app.safety import one_line
from app.state.words import PAID, Kind
from app.tui.entries import Entry
from app.tui.look.glyphs import Glyphs
from app.tui.naming import role_of, sign
from app.tui.paint.frame import framed, inside
from app.tui.paint.light import bright_edge, faintly_lit, lit_from_below
from app.tui.paint.part import part
from app.tui.paint.rows import Row, Span, width_of
from app.tui.paint.said import WIDEST
from app.tui.standing import Standing
from app.tui.text import cells, cut, tokens, wrap
from app.tui.titles import known_as

_AIRY = 8  # rows inside from which the first one stays empty
_SHORT = 14  # cells of a title that are enough to know somebody by


@dataclass(frozen=True, slots=True)
class Figures:
    """What an agent has taken so far."""

    tokens: int = 0
    paid: str = ""  # marked for what it is
    unpaid: Kind = PAID  # what to call money that nobody pays
    rate: float = 0.0  # tokens a second, while it speaks


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that one panel shows."""

    who: Performer
    standing: Standing
    script: Sequence[Entry] = ()
    figures: Figures = Figures()
    model: str = ""
    is_lit: bool = False
    has_focus: bool = False
    is_resting: bool = False  # nobody acts: what was said is there to be read
    light: float = 0.0
    task: str = ""  # the first they will do, as long as they were not on
    others: tuple[str, ...] = ()  # the names of everybody in the cast

    @property
    def acts(self) -> bool:
        """Are they at something, in the light or beside it?"""
        return self.is_lit or (self.standing.is_active and not self.is_resting)


def panel(look: Look, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The panel in exactly this size."""
    room, rows = inside(width, height)
    body = _body(look, min(room, WIDEST), rows, glyphs)
    border = "focus" if look.has_focus else role_of(look.who) if look.acts else "edge"
    right = _standing(look, width - 8, glyphs)
    head = _head(look, width - 8 - width_of(right), glyphs)
    foot = _foot(look.figures, room - 2)
    model = _model(look.model, room - 4 - width_of(foot))
    if not look.acts and not look.is_resting:
        body = [_dimmed(row) for row in body]
    drawn = framed(
        body,
        width,
        height,
        title=head,
        right=right,
        foot=foot,
        foot_right=model,
        style=border,
        heavy=look.is_lit,
        glyphs=glyphs,
    )
    if not look.acts or not drawn:
        return drawn
    if not look.is_lit:
        return faintly_lit(drawn)
    drawn[-1] = bright_edge(drawn[-1], border, look.light)
    return lit_from_below(drawn, look.light)


# The border


def _head(look: Look, room: int, glyphs: Glyphs) -> Row:
    """The glyph and the name; of a long name what tells it from others."""
    colour = role_of(look.who)
    name = known_as(_name(look.who).upper(), max(1, room - 2), (other.upper() for other in look.others))
    look_of_it = f"{colour} bold" if look.acts else colour if look.is_resting else f"{colour} dim"
    return (Span(f"{sign(look.who, glyphs)} ", look_of_it), Span(name, look_of_it))


def _name(who: Performer) -> str:
    return one_line(who.title or who.id)


def _standing(look: Look, room: int, glyphs: Glyphs) -> Row:
    """In as many words as leave room for the whole name; where its sign alone is too much, for a short name."""
    name = cells(_name(look.who)) + 2
    room -= name if name + cells(look.standing.says(glyphs, 0)) <= room else min(name, _SHORT)
    style = look.standing.style
    is_loud = look.standing.is_active or look.is_resting
    return (Span(look.standing.says(glyphs, room), style if is_loud else f"{style} dim"),)


def _foot(figures: Figures, room: int) -> Row:
    """Tokens, money, rate: as many of them as fit."""
    if not figures.tokens and not figures.paid:
        return ()
    count = f"{tokens(figures.tokens)} tok"
    spent = f"{count}  {figures.paid}" if figures.paid else count
    rate = f"  {figures.rate:.0f}/s" if figures.rate >= 1 else ""
    long, short = (f" {word}" if word else "" for word in (figures.unpaid.word, figures.unpaid.short))
    for said_of_it in (f"{spent}{long}{rate}", f"{spent}{short}{rate}", f"{spent}{short}"):
        if cells(said_of_it) <= room:
            return (Span(said_of_it, "muted"),)
    return (Span(count, "muted"),) if cells(count) <= room else ()


def _model(model: str, room: int) -> Row:
    """The model where there is room for its whole name."""
    return (Span(model, "muted"),) if model and cells(model) <= room else ()


# What is inside


def _body(look: Look, room: int, rows: int, glyphs: Glyphs) -> list[Row]:
    """The part, or why there is none yet; with a row of air above it, where there is room."""
    if room <= 0 or rows <= 0:
        return []
    top = 1 if rows >= _AIRY else 0
    is_over = not look.is_lit and not look.standing.is_active
    shown = part(look.script, room, rows - top, glyphs, is_over=is_over)
    return [()] * top + (shown or _not_on(look, room)[: rows - top])


def _not_on(look: Look, room: int) -> list[Row]:
    """Why there is nothing yet, and what they will begin with."""
    why: Row = (Span(cut(_NOTHING.get(look.standing.word, ""), room), "muted"),)
    task = [(Span(line, "muted dim"),) for line in wrap(look.task, room)] if look.standing.word in _NOTHING else []
    return [why, (), *task] if task else [why]


_NOTHING: dict[str, str] = {"next": "waits for their cue", "idle": "not on yet", "muted": "says nothing for now"}


def _dimmed(row: Row) -> Row:
    return tuple(Span(span.text, f"{span.style} dim") for span in row)
