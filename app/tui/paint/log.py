"""The log: a row for each event, the latest at the bottom, with what is chosen, looked for and hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.safety import one_line
from app.tui.log.lines import Line
from app.tui.log.rules import Mark, Tone
from app.tui.look.glyphs import Glyphs
from app.tui.naming import short_title
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span, fitted, on, width_of
from app.tui.text import cells, cut, fine_clock, fit, tokens

FRAMED = 4  # rows from which there is a frame
_SEQ_FROM = 70  # cells of a row
_WORD = 8
_LEAST_TOLD = 24  # cells that what is told keeps; figures go before


class Sign(NamedTuple):
    """How one of the cast is drawn."""

    glyph: str
    style: str


@dataclass(frozen=True, slots=True)
class View:
    """The part of a log that is seen, and how it is looked at."""

    lines: tuple[Line, ...] = ()
    signs: Mapping[str, Sign] | None = None
    chosen: int = 0  # seq
    level: str = "all"
    query: str = ""
    is_typing: bool = False
    follows: bool = True
    kept: int = 0
    total: int = 0
    below: int = 0  # kept ones under the last row
    is_through: bool = True  # false: not all of it was looked at yet
    has_focus: bool = False
    names: int = 12  # cells for whom or what a line is about

    @property
    def hidden(self) -> int:
        """Events that the level or the query leaves out."""
        return self.total - self.kept


def rows_in(height: int) -> int:
    """How many events can be seen in so many rows."""
    return height - BORDERS if height >= FRAMED else height


def paint_log(view: View, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The log in a frame; on few rows without one."""
    if height < FRAMED:
        return [log_row(line, view, width, glyphs) for line in view.lines][:height]
    room = width - INSETS
    rows = [log_row(line, view, room, glyphs) for line in view.lines] or [_empty(view)]
    return framed(
        rows,
        width,
        height,
        title=_title(view, glyphs),
        right=_state(view, glyphs),
        foot_right=_hints(view),
        style="focus" if view.has_focus else "edge",
        glyphs=glyphs,
    )


def log_row(line: Line, view: View, width: int, glyphs: Glyphs) -> Row:
    """One event on one row."""
    is_chosen = line.seq == view.chosen
    look = _TONES[line.tone]
    front: list[Span] = [Span(f"{line.seq:>{_digits(view)}} ", "muted")] if width >= _SEQ_FROM else []
    front += [Span(f"{fine_clock(line.at):>7} ", "muted"), *_about(line, view, glyphs)]
    front.append(Span(fit(line.word, _WORD, ellipsis=glyphs.ellipsis), look.word))
    front.append(Span(f" {_mark(line.mark, glyphs)} ", look.mark))
    room = width - width_of(front)
    back = _figures(line, room, glyphs)
    room = max(0, room - width_of(back))
    told = _told(line, view, look, glyphs, room)
    row = fitted((*front, *fitted(told, room), *back), width)
    return on(row, "selection") if is_chosen else row


class _Look(NamedTuple):
    word: str
    told: str
    mark: str


_TONES: dict[Tone, _Look] = {
    "plain": _Look("muted", "text", "good"),
    "quiet": _Look("muted", "muted", "muted"),
    "good": _Look("muted", "good", "good"),
    "warning": _Look("warning", "warning", "warning"),
    "error": _Look("error", "error", "error bold"),
    "person": _Look("gate", "text", "gate"),
    "handoff": _Look("accent", "text", "accent"),
    "story": _Look("muted", "text italic", "accent"),
}


def _about(line: Line, view: View, glyphs: Glyphs) -> Row:
    """The agent's glyph in their colour, and the name; a step has no glyph."""
    sign = (view.signs or {}).get(line.agent)
    room, ellipsis = view.names, glyphs.ellipsis
    if sign is None:
        return (Span("  "), Span(fit(line.about, room, ellipsis=ellipsis), "muted"), Span(" "))
    name = fit(short_title(line.about, room, ellipsis=ellipsis), room)
    return (Span(f"{sign.glyph} ", f"{sign.style} bold"), Span(name, sign.style), Span(" "))


def _told(line: Line, view: View, look: _Look, glyphs: Glyphs, room: int) -> Row:
    to: Row = ()
    if line.taker:
        sign = (view.signs or {}).get(line.taker) or Sign(cut(one_line(line.taker), view.names), "text")
        to = (Span(f"{sign.glyph} ", f"{sign.style} bold"),)
    said = cut(line.told.replace(" · ", f" {glyphs.dot} "), max(0, room - width_of(to)), ellipsis=glyphs.ellipsis)
    return (*to, *_found(said, view.query, look.told))


def _figures(line: Line, room: int, glyphs: Glyphs) -> Row:
    """As many of the figures as leave room for what is told; the first ones matter most."""
    parts = line.figures.split(" · ") if line.figures else []
    least = min(_LEAST_TOLD, cells(line.told))
    while parts and cells(" · ".join(parts)) + 2 > room - least:
        parts.pop()
    return (Span("  " + f" {glyphs.dot} ".join(parts), "muted"),) if parts else ()


def _found(said: str, query: str, style: str) -> Row:
    """The text, with what is looked for underlined."""
    terms = query.split()
    if not terms or not said:
        return (Span(said, style),)
    parts = re.split(
        f"({'|'.join(re.escape(term) for term in sorted(terms, key=len, reverse=True))})", said, flags=re.I
    )
    return tuple(Span(part, style if at % 2 == 0 else "accent bold underline") for at, part in enumerate(parts) if part)


def _mark(mark: Mark, glyphs: Glyphs) -> str:
    if not mark:
        return " "
    return {
        "done": glyphs.done, "failed": glyphs.failed, "waiting": glyphs.waiting, "running": glyphs.running,
        "retried": glyphs.retried, "skipped": glyphs.skipped, "paused": glyphs.paused, "warned": glyphs.warned,
        "gate": glyphs.gate, "person": glyphs.person, "to": glyphs.right,
    }[mark]  # fmt: skip


def _digits(view: View) -> int:
    return max(3, len(str(view.total)))


# Around it


def _title(view: View, glyphs: Glyphs) -> Row:
    title: list[Span] = [Span("LOG", "accent bold" if view.has_focus else "muted")]
    if view.is_typing:
        title += [Span("  / ", "accent"), Span(view.query, "text"), Span(" ", "reverse")]
    elif view.query:
        title.append(Span(f"  / {view.query}", "text"))
    return tuple(title)


def _state(view: View, glyphs: Glyphs) -> Row:
    """What is left out, and whether new ones come into sight by themselves."""
    dot = f" {glyphs.dot} "
    parts = [view.level] if view.level != "all" else []
    if not view.is_through:
        parts.append("looking")
    if view.query:
        parts.append(f"{tokens(view.kept)} found")
    elif view.hidden:
        parts.append(f"{tokens(view.hidden)} hidden")
    if view.follows:
        parts.append("follows")
        return (Span(dot.join(parts), "muted"),)
    waits = Span(f"{glyphs.paused} stands still{f', {tokens(view.below)} below' if view.below else ''}", "warning")
    return (Span(dot.join(parts) + dot, "muted"), waits) if parts else (waits,)


def _hints(view: View) -> Row:
    if view.is_typing:
        return (Span("enter keep  esc give up", "muted"),)
    if not view.has_focus:
        return ()
    return (Span("f follow  / words  l level  enter inspect", "muted"),)


def _empty(view: View) -> Row:
    if not view.is_through:
        return (Span("looking ...", "muted"),)
    if view.query or view.level != "all":
        return (Span("Nothing like this has happened. Escape shows everything.", "muted"),)
    return (Span("Nothing has happened yet.", "muted"),)
