"""The curtain call: how a run ended, what it took, what was expected, what came of it, and whose part was how large.

It stands at the front of the stage, lit from below, in the room of what is of no use any more when a run is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.tui.look.glyphs import Glyphs
from app.tui.naming import plural, short_title
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.light import RESTING, bright_edge, lit_from_below
from app.tui.paint.rows import Row, Span, fitted, key_words, width_of
from app.tui.paint.said import start_of
from app.tui.paint.spark import gauge
from app.tui.text import cells, cut, took
from app.tui.verdict import Verdict

LEAST = (60, 8)  # cells and rows; below it a line says it
_GAP = 3
_BESIDE = 140  # columns from which a low card has three columns
_TALL = 10  # rows inside from which there is air
_LOW, _LEAST_HEAD = 8, 4  # rows inside below which nothing else has room; rows of how it ended
_MISSED = 3  # expectations that were not met, by name
_NAME, _FIGURE, _BAR = 18, 12, 15  # cells of one of the cast


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the cast took."""

    glyph: str
    style: str
    name: str
    said: str  # as people read it
    share: float  # of whoever took the most


@dataclass(frozen=True, slots=True)
class Ending:
    """Everything that is told at the end."""

    title: str
    verdict: Verdict
    ms: int
    cost: str = ""  # nothing where nobody was called
    cost_note: str = ""  # what there is to know of the money
    tokens: str = ""
    calls: str = ""
    because: str = ""  # why it failed
    expected: str = ""  # 4 of 6 expectations met
    missed: tuple[str, ...] = ()
    answer: str = ""
    answer_of: str = ""  # what the answer is called
    parts: tuple[Part, ...] = ()


def keys_at(ending: Ending) -> Row:
    """What whoever sits there can do now."""
    return key_words(
        ("space", "shows it again"),
        ("v", "timeline"),
        *([("y", "copies the answer")] if ending.answer else []),
        ("esc", "puts this away"),
    )


def paint_ending(ending: Ending, width: int, height: int, glyphs: Glyphs, foot: Row = ()) -> list[Row]:
    """The card in exactly this size, with a few words at its foot."""
    room, rows = max(1, width - INSETS), max(0, height - BORDERS)
    inside = _beside(ending, room, rows, glyphs) if _is_low(width, rows) else _below(ending, room, rows, glyphs)
    edge = "accent" if ending.verdict.tone == "good" else ending.verdict.tone
    title: Row = (Span("".join(glyphs.sparks[:3]), "accent"), Span(f" {ending.title}", "text bold"))
    badge: Row = (Span(f"{ending.verdict.glyph(glyphs)} {ending.verdict.badge}", f"{ending.verdict.tone} bold"),)
    drawn = framed(inside, width, height, title=title, right=badge, foot=foot, style=edge, heavy=True, glyphs=glyphs)
    if not drawn:
        return drawn
    drawn[-1] = bright_edge(drawn[-1], edge, 1.0)
    return lit_from_below(drawn, 1.0 if ending.verdict.tone == "good" else RESTING)


def _is_low(width: int, rows: int) -> bool:
    return width >= _BESIDE and rows < _TALL


def _below(ending: Ending, room: int, rows: int, glyphs: Glyphs) -> list[Row]:
    """How it ended on top; below it what came of it, and beside that the parts."""
    air: list[Row] = [()] if rows >= _TALL else []
    head = _head(ending, room, max(_LEAST_HEAD, rows // 2) if rows >= _LOW else rows, glyphs)
    left = rows - len(head) - 2 * len(air)
    return [*air, *head, *air, *_columns(ending, room, left, glyphs)]


def _columns(ending: Ending, room: int, rows: int, glyphs: Glyphs) -> list[Row]:
    if not ending.answer:
        return _parts(ending, room, rows, glyphs)
    if len(ending.parts) < 2 or room < LEAST[0]:
        return _answer(ending, room, rows, glyphs)
    wide = min(_NAME + _FIGURE + _BAR + 4, room * 2 // 5)
    answer = _answer(ending, room - wide - _GAP, rows, glyphs)
    return _joined((answer, room - wide), (_parts(ending, wide, rows, glyphs), wide))


def _beside(ending: Ending, room: int, rows: int, glyphs: Glyphs) -> list[Row]:
    """Three columns: how it ended, what came of it, the parts."""
    wide = min(_NAME + _FIGURE + _BAR + 4, room // 4)
    first = (room - wide) * 2 // 5
    second = room - wide - first
    return _joined(
        (_head(ending, first - _GAP, rows, glyphs), first),
        (_answer(ending, second - _GAP, rows, glyphs), second),
        (_parts(ending, wide, rows, glyphs), wide),
    )


def _joined(*columns: tuple[Sequence[Row], int]) -> list[Row]:
    """Columns of so many cells each, beside one another."""
    height = max(len(rows) for rows, _ in columns)
    return [
        tuple(span for rows, width in columns for span in fitted(rows[y] if y < len(rows) else (), width))
        for y in range(height)
    ]


def _head(ending: Ending, room: int, most: int, glyphs: Glyphs) -> list[Row]:
    """In a word how it ended and how long it took; what it cost; what was expected of it."""
    tone = ending.verdict.tone
    word = f"{ending.verdict.glyph(glyphs)} {ending.verdict.told}"
    rows: list[Row] = [
        (Span(word, f"{tone} bold"), Span(f" {'in' if tone == 'good' else 'after'} {took(ending.ms)}", "text"))
    ]
    if ending.because:
        rows.append((Span(cut(ending.because, room, ellipsis=glyphs.ellipsis), "error"),))
    rows += _figures(ending, room, glyphs)
    if ending.expected:
        is_met = not ending.missed
        sign, style = (glyphs.done, "good") if is_met else (glyphs.failed, "error bold")
        rows.append((Span(f"{sign} {ending.expected}", style),))
        rows += _missed(ending, room, max(1, most - len(rows)), glyphs)
    return rows[: max(1, most)]


def _figures(ending: Ending, room: int, glyphs: Glyphs) -> list[Row]:
    """Money, tokens and calls, on one row if that is wide enough."""
    if not ending.cost:
        return []
    note = f" {ending.cost_note}" if ending.cost_note else ""
    money: Row = (Span(ending.cost, "text bold"), Span(note, "muted"))
    dot = f" {glyphs.dot} "
    counts: Row = (Span(ending.tokens, "text"), Span(dot, "muted"), Span(ending.calls, "text"))
    if width_of(money) + width_of(counts) + cells(dot) <= room:
        return [(*money, Span(dot, "muted"), *counts)]
    return [money, counts]


def _missed(ending: Ending, room: int, most: int, glyphs: Glyphs) -> list[Row]:
    """Those that were not met, by name; of many the first, and how many more there are."""
    shown = ending.missed[: min(_MISSED, most)]
    more = len(ending.missed) - len(shown)
    rows: list[Row] = []
    for number, name in enumerate(shown, 1):
        others = f"  and {more} more" if more and number == len(shown) else ""
        told = cut(name, max(1, room - 2 - cells(others)), ellipsis=glyphs.ellipsis)
        rows.append((Span(f"  {told}", "error"), Span(others, "muted")))
    return rows


def _answer(ending: Ending, room: int, rows: int, glyphs: Glyphs) -> list[Row]:
    """The first lines of what came of it."""
    if rows < 2 or room < 1 or not ending.answer:
        return []
    said = start_of(ending.answer, room, rows - 1, glyphs)
    more = f" {glyphs.dot} {plural(said.hidden, 'character')} more" if said.hidden else ""
    name = cut(ending.answer_of, max(1, room - cells(more)), ellipsis=glyphs.ellipsis)
    heading: Row = (Span(name.upper(), "accent bold"), Span(more, "muted"))
    return [heading, *said.rows]


def _parts(ending: Ending, room: int, rows: int, glyphs: Glyphs) -> list[Row]:
    """A row for each of the cast; of a crowd those who took the most, in the order of the cast."""
    shown = ending.parts
    if len(shown) > rows:
        most = sorted(shown, key=lambda part: -part.share)[: max(0, rows - 1)]
        shown = tuple(part for part in shown if part in most)
    bar = min(_BAR, room - _FIGURE - 4 - 8)
    name = min(_NAME, room - _FIGURE - 4 - max(0, bar))
    drawn = [_part(part, name, bar, glyphs) for part in shown]
    if len(shown) < len(ending.parts) and rows > 0:
        drawn.append((Span(f"  and {len(ending.parts) - len(shown)} more", "muted"),))
    return drawn


def _part(part: Part, name: int, bar: int, glyphs: Glyphs) -> Row:
    told = short_title(part.name, name, ellipsis=glyphs.ellipsis)
    line = gauge((part.share, part.style), bar, glyphs)[:1] if bar >= 4 and part.share > 0 else ()
    blank = max(0, bar) - width_of(line)
    return (
        Span(f"{part.glyph} ", f"{part.style} bold"),
        Span(told + " " * max(0, name - cells(told)), "text"),
        Span(" "),
        *line,
        Span(" " * blank),
        Span(f"{part.said:>{_FIGURE}}", "muted"),
    )
