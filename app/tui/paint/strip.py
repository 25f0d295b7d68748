"""Everybody on one row: who it is and what they are at. Of a crowd those who act are named, and the rest counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from app.events import Performer
from app.safety import one_line
from app.tui.arrangement import MANY
from app.tui.look.glyphs import Glyphs
from app.tui.naming import role_of, sign
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.standing import Standing, Word
from app.tui.text import cells, wrap_tail
from app.tui.titles import known_as

_GAPS = (3, 2, 1)
_APART = 3  # cells between everybody's places and the words at the right
_NAME, _LONG_NAME = 10, 24  # cells of a name at most; in a crowd that is counted there may be room for more
_LEAST = 12  # cells of somebody's sign, name and word, at least
_STANDINGS = (10, 8, 6)  # cells for what somebody is at
_ORDER: tuple[Word, ...] = (
    "asks", "speaking", "using tool", "thinking", "waiting", "again", "failed", "next", "done", "muted", "idle"
)  # fmt: skip


class Seen(NamedTuple):
    """Somebody in the strip."""

    who: Performer
    standing: Standing
    is_lit: bool = False


def strip(cast: Sequence[Seen], width: int, glyphs: Glyphs) -> Row:
    """The strip. Everybody keeps their place in it, whatever they do, as long as there are places for all."""
    room = width - 2
    if room <= 0 or not cast:
        return fitted((), max(0, width))
    names = _names(cast, _NAME)
    bare = sum(3 + cells(name) for name in names)
    for standing, gap in product(_STANDINGS, _GAPS):
        if bare + standing * len(cast) + gap * (len(cast) - 1) <= room:
            return _row([_cell(*pair, standing, glyphs) for pair in zip(cast, names, strict=True)], gap, width)
    told = _told(cast, names)
    for places in (
        ()
        if len(cast) > MANY
        else (
            [_cell(*pair, 1, glyphs) for pair in zip(cast, names, strict=True)],
            [_glyphs_alone(each, glyphs) for each in cast],
        )
    ):
        for gap in (2, 1):
            left = _row(places, gap, 0)
            right = _words(told, room - width_of(left) - _APART + 1, glyphs)
            if right is not None and width_of(left) <= width:
                return spread(left, (*right, Span(" ")), width) if right else fitted(left, width)
    return fitted(_counts(cast, room, glyphs), width)


def spotlight(cast: Sequence[Seen], words: str, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """Who is in the light, their last words, and who else acts or comes next: a stage where there is room for none."""
    lit = next((each for each in cast if each.is_lit), None)
    if lit is None or height < 2:
        return [strip(cast, width, glyphs), *[fitted((), width)] * (height - 1)][:height]
    name = known_as(one_line(lit.who.title or lit.who.id).upper(), max(1, width - _LEAST))
    head = _spoken(lit, name, width - 1, glyphs) or _cell(lit, name, 1, glyphs)
    said = wrap_tail(words, width - 2, height - 1) if words and width > 2 else []
    rows: list[Row] = [(Span(" "), *head), *((Span(" "), Span(line)) for line in said)]
    beside = [_spoken(*pair, width - 1, glyphs) for pair in _told(cast, _names(cast, _LONG_NAME)) if pair[0] is not lit]
    rows += [(), *((Span(" "), *each) for each in beside if each is not None)]
    rows += [()] * (height - len(rows))
    return [fitted(row, width) for row in rows[:height]]


def _names(cast: Sequence[Seen], room: int) -> list[str]:
    """As much of each title as tells it from the others."""
    titles = [one_line(each.who.title or each.who.id).upper() for each in cast]
    return [known_as(title, room, titles) for title in titles]


def _told(cast: Sequence[Seen], names: Sequence[str]) -> list[tuple[Seen, str]]:
    """Whose words count most: the one in the light, whoever else acts, whoever comes next."""
    pairs = list(zip(cast, names, strict=True))
    return [
        *(pair for pair in pairs if pair[0].is_lit),
        *(pair for pair in pairs if pair[0].standing.is_active and not pair[0].is_lit),
        *(pair for pair in pairs if pair[0].standing.word == "next" and not pair[0].is_lit),
    ]


def _words(told: Sequence[tuple[Seen, str]], room: int, glyphs: Glyphs) -> Row | None:
    """What these are at, as many of them as there is room for; None where the first one has none."""
    if not told:
        return () if room >= -_APART else None
    spans: list[Span] = []
    for number, (each, name) in enumerate(told):
        cell = _spoken(each, name, room - width_of(spans) - (2 if number else 0), glyphs)
        if cell is None:
            break
        spans += [*([Span("  ")] if number else []), *cell]
    return tuple(spans) or None


def _spoken(each: Seen, name: str, room: int, glyphs: Glyphs) -> Row | None:
    """Sign, name and word in at most so many cells: the whole word, or a short one."""
    if room < _LEAST:
        return None
    whole = each.standing.says(glyphs)
    said = whole if 3 + cells(name) + cells(whole) <= room else each.standing.says(glyphs, room - 3 - cells(name))
    return _cell(each, name, cells(said), glyphs) if cells(said) > 1 else None


def _row(drawn: list[Row], gap: int, width: int) -> Row:
    spans: list[Span] = [Span(" ")]
    for number, cell in enumerate(drawn):
        spans += [*([Span(" " * gap)] if number else []), *cell]
    return fitted(tuple(spans), width) if width else tuple(spans)


def _cell(each: Seen, name: str, room: int, glyphs: Glyphs) -> Row:
    """One of them, always as wide."""
    said = each.standing.says(glyphs, room)
    cell = (Span(f"{sign(each.who, glyphs)} {name}", _look(each)), Span(" "), Span(said, each.standing.style))
    return fitted(cell, 3 + cells(name) + room) if width_of(cell) < 3 + cells(name) + room else cell


def _glyphs_alone(each: Seen, glyphs: Glyphs) -> Row:
    return (
        Span(sign(each.who, glyphs), _look(each)),
        Span(" "),
        Span(each.standing.says(glyphs, 1), each.standing.style),
    )


def _counts(cast: Sequence[Seen], room: int, glyphs: Glyphs) -> Row:
    """Those who act or come next by name, as many as there is room for; then how many of the others are at what."""
    for name in (_LONG_NAME, _NAME):
        told = _told(cast, _names(cast, name))
        for count in range(len(told), 0, -1):
            named = [_cell(each, said, cells(each.standing.says(glyphs)), glyphs) for each, said in told[:count]]
            found = _row([*named, *_counted(cast, told[:count], glyphs)], 2, 0)
            if width_of(found) <= room + 1 and (count == len(told) or name == _NAME):
                return found
    told = told[:1]
    first = _spoken(*told[0], room, glyphs) if told else None
    drawn = [*([first] if first is not None else []), *_counted(cast, told, glyphs)]
    while len(drawn) > 1 and width_of(_row(drawn, 2, 0)) > room + 1:
        drawn.pop()
    return _row(drawn, 2, 0)


def _counted(cast: Sequence[Seen], but: Sequence[tuple[Seen, str]], glyphs: Glyphs) -> Iterator[Row]:
    known = {each.who.id for each, _ in but}
    cast = [each for each in cast if each.who.id not in known]
    counts = Counter(each.standing.word for each in cast)
    for word in _ORDER:
        if counts[word]:
            standing = Standing(word)
            yield (Span(f"{counts[word]} ", "text bold"), Span(standing.says(glyphs), standing.style))


def _look(each: Seen) -> str:
    return f"{role_of(each.who)} bold" if each.is_lit or each.standing.is_active else f"{role_of(each.who)} dim"
