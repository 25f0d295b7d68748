"""The playbill on Home: a poster with the title, the cast, the graph and what it takes, lit from below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from app.errors import Problem
from app.state.words import plural
from app.tui.library import Play
from app.tui.look.glyphs import UNICODE, Glyphs
from app.tui.paint.graph import Drawn, outline, panned, picture, whole_graph
from app.tui.paint.light import lit_from_below
from app.tui.paint.programme import limit, parts, programme, section, verdict_of
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.playbill import NO_HISTORY, History, Playbill
from app.tui.preflight import NOBODY_SPEAKS, Check
from app.tui.text import cut, wrap

Page = Literal["programme", "graph"]

TWO_COLUMNS = 81  # cells from which the steps stand beside the programme
ROOMY = 140  # cells from which they do so in the whole height
_PROSE = 72  # cells of a synopsis: more is hard to read
_PROGRAMME = (38, 62)  # cells of the programme beside a graph, at least and at most
_GAP = 3
_STAY = 2  # parts of the programme that never stand below the graph: the cast, and what it takes
_GLOW = 0.8
_LAMPS = 8  # cells from one lamp to the next
_MORE = 1  # the row that says how much is below


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that a playbill is drawn from."""

    play: Play | None
    bill: Playbill | None = None  # none yet: it is being checked
    history: History = NO_HISTORY
    checks: tuple[Check, ...] = ()
    page: Page = "programme"
    down: int = 0
    left: int = 0
    now: int = 0
    roomy: bool = True
    glyphs: Glyphs = UNICODE


class Painted(NamedTuple):
    """The picture, and how many rows and columns more there are to be seen."""

    rows: list[Row]
    below: int = 0
    beyond: int = 0


def playbill(look: Look, width: int, height: int) -> Painted:
    """The whole poster."""
    if look.play is None or width < 8 or height < 4:
        return Painted([()] * height)
    foot = _foot(look, width, 3 if height >= 18 else 1)
    room = max(0, height - len(foot))
    above = _beside_a_graph(look, width, room) if _is_roomy(look, width) else _below_each_other(look, width, room)
    rows = [*above.rows[:room], *[()] * (room - len(above.rows)), *foot]
    lit = _GLOW if _is_ready(look) else 0.0
    return above._replace(rows=lit_from_below([fitted(row, width) for row in rows], lit))


def _is_ready(look: Look) -> bool:
    """Can it be performed?"""
    return _is_whole(look) and all(check.verdict != "error" for check in look.checks)


def _is_whole(look: Look) -> bool:
    """Has it been checked, and found in order?"""
    return look.bill is not None and look.bill.checked is not None


def _is_roomy(look: Look, width: int) -> bool:
    """Is there room for the whole poster at the left, and the graph in all its height at the right?"""
    return width >= ROOMY and _is_whole(look) and look.page == "programme"


def _below_each_other(look: Look, width: int, height: int) -> Painted:
    head = _head(look, width, height)
    body = _body(look, width, max(0, height - len(head)))
    return body._replace(rows=[*head, *body.rows])


def _beside_a_graph(look: Look, width: int, height: int) -> Painted:
    assert look.bill is not None
    left = min(_PROGRAMME[1], max(_PROGRAMME[0], width * 2 // 5))
    right = width - left - _GAP - 2
    drawn = whole_graph(look.bill.boxes, right, look.glyphs)
    told, beside = _shared_out(look, look.bill, _head(look, left, height), drawn, left, right, height)
    return _side_by_side(told, beside, left, right, look, height)


# The head of the poster


def _head(look: Look, width: int, height: int) -> list[Row]:
    play = look.play
    assert play is not None
    title = look.bill.title if look.bill and look.bill.title else play.title
    rows: list[Row] = [_centred((Span(_spaced(title, width) if height >= 30 else title, "accent bold"),), width)]
    if look.page == "graph" or height < 14:
        return [*rows, _rule(width, look.glyphs)]
    said = look.bill.synopsis if look.bill else play.synopsis
    lines = wrap(said, min(_PROSE, width - 4)) if said else []
    if height < 30 and len(lines) > 2:
        lines = [lines[0], cut(f"{lines[1]} …", width - 4)]
    rows += [_centred((Span(line, "text"),), width) for line in lines]
    if height >= 30:
        tags = f" {look.glyphs.dot} ".join(dict.fromkeys((play.company or play.origin, *play.tags)))
        rows = [_centred((Span(cut(tags, width - 4), "muted"),), width), (), rows[0], (), *rows[1:]]
    return [*rows, _badges(look, width) or _rule(width, look.glyphs), *([()] if height >= 30 else [])]


def _badges(look: Look, width: int) -> Row:
    """How it stands, at a glance: as much of it as has room."""
    bill, glyphs = look.bill, look.glyphs
    if bill is None or bill.checked is None:
        return ()
    poor = next((check for check in look.checks if check.verdict != "good" and check != NOBODY_SPEAKS), None)
    said: list[tuple[str, str, str]] = [(glyphs.done, "good", "ready to rehearse")]
    if poor is not None:
        said = [(*verdict_of(poor.verdict, glyphs), f"{poor.what}: {poor.says}")]
    if _is_ready(look) and bill.cannot_play:
        said.append((glyphs.warned, "warning", "no model to play it live"))
    elif _is_ready(look) and bill.unasked:
        said.append((glyphs.dot, "muted", "live: local servers are not asked yet"))
    elif _is_ready(look):
        said.append((glyphs.done, "good", "ready to play live"))
    if asks := sum(need.what == "person" for need in bill.needs):
        said.append((glyphs.person, "gate", f"asks {'a person' if asks == 1 else f'people {asks} times'}"))
    said[0] = (*said[0][:2], cut(said[0][2], width - 6))
    row: Row = ()
    for glyph, style, words in said:
        badge: Row = (Span("   " if row else ""), Span(f"{glyph} ", style), Span(words, "muted"))
        if width_of((*row, *badge)) <= width - 2:
            row = (*row, *badge)
    return _centred(row, width)


def _spaced(title: str, width: int) -> str:
    """The title as posters have it: in capitals, with air between them; as it is where that has no room."""
    spaced = "   ".join(" ".join(word) for word in title.upper().split())
    return spaced if title.isascii() and len(spaced) <= width - 4 else title


def _centred(row: Row, width: int) -> Row:
    row = row if width_of(row) <= width - 2 else fitted(row, width - 2)
    return (Span(" " * ((width - width_of(row)) // 2)), *row)


def _rule(width: int, glyphs: Glyphs) -> Row:
    line = glyphs.rule * min(24, width // 3)
    return _centred((Span(line, "faint"),), width)


# What stands below it


def _body(look: Look, width: int, room: int) -> Painted:
    bill = look.bill
    if bill is None:
        return Painted([_padded((Span("reading it …", "muted"),))])
    if bill.checked is None:
        return _scrolled([*map(_padded, _mistakes(bill.problems, width - 2, look.glyphs))], look, width, room)
    if look.page == "graph":
        return _panned(whole_graph(bill.boxes, width - 2, look.glyphs), look, width, room)
    glyphs = look.glyphs
    if width < TWO_COLUMNS:
        rows = [
            *_programme_of(look, bill, width - 2),
            *section("the play", width - 2, glyphs),
            *outline(bill.boxes, width - 2, glyphs).rows,
        ]
        return _scrolled([*map(_padded, rows)], look, width, room)
    left = min(_PROGRAMME[1], max(_PROGRAMME[0], width * 2 // 5))
    right = width - left - _GAP - 2
    drawn = picture(bill.boxes, right, room, glyphs)
    return _side_by_side(*_shared_out(look, bill, [], drawn, left, right, room), left, right, look, room)


def _programme_of(look: Look, bill: Playbill, width: int) -> list[Row]:
    return programme(bill, look.history, look.checks, look.now, width, look.glyphs, roomy=look.roomy)


def _shared_out(
    look: Look, bill: Playbill, head: list[Row], drawn: Drawn, left: int, right: int, room: int
) -> tuple[list[Row], list[Row]]:
    """What stands at the left, and at the right: below a small graph, the last parts of the programme."""
    if not drawn.is_graph:
        return [*head, *_programme_of(look, bill, left)], list(drawn.rows)
    wide = min(right, _PROGRAMME[1])
    narrow_ones, wide_ones = (
        parts(bill, look.history, look.checks, look.now, width, look.glyphs, roomy=look.roomy) for width in (left, wide)
    )
    graph, indent = _in_middle(drawn, right), Span(" " * ((right - wide) // 2))
    under: list[Row] = []
    while len(narrow_ones) > _STAY:
        long = len(head) + sum(map(len, narrow_ones))
        part = wide_ones[len(narrow_ones) - 1]
        if len(graph) + len(under) + len(part) > room or long <= len(graph) + len(under):
            break
        under = [*((indent, *row) for row in part), *under]
        narrow_ones.pop()
    return [*head, *(row for part in narrow_ones for row in part)], [*graph, *under]


def _side_by_side(told: list[Row], rows: list[Row], left: int, right: int, look: Look, room: int) -> Painted:
    below = max(0, len(rows) - room, len(told) - room)
    first, second = (min(look.down, max(0, len(column) - room)) for column in (told, rows))
    both = []
    for at in range(room):
        one = told[first + at] if first + at < len(told) else ()
        other = rows[second + at] if second + at < len(rows) else ()
        both.append((Span(" "), *fitted(one, left), Span(" " * _GAP), *other))
    return _with_more(Painted(both, below), look, left + right + _GAP + 2, room)


def _scrolled(rows: list[Row], look: Look, width: int, room: int) -> Painted:
    below = max(0, len(rows) - room)
    first = min(look.down, below)
    return _with_more(Painted(rows[first : first + room], below), look, width, room)


def _panned(picture: Drawn, look: Look, width: int, room: int) -> Painted:
    beyond = max(0, picture.width - (width - 2))
    left = min(look.left, beyond)
    rows = [_padded(panned(row, left)) for row in _in_middle(picture, width - 2)]
    found = _scrolled(rows, look, width, room)
    return Painted(found.rows, found.below, beyond)


def _with_more(painted: Painted, look: Look, width: int, room: int) -> Painted:
    """With a word in the last row about how much is below."""
    left = painted.below - look.down
    if left <= 0 or room < 4:
        return painted
    more: Row = (Span(f"{look.glyphs.falling} {left + _MORE} more ", "muted"), Span("J K ", "accent"))
    rows = painted.rows[: room - 1]
    return painted._replace(rows=[*rows, spread((), more, width)])


def _in_middle(picture: Drawn, width: int) -> list[Row]:
    indent = max(0, (width - picture.width) // 2)
    return [(Span(" " * indent), *row) if row else row for row in picture.rows]


def _padded(row: Row) -> Row:
    return (Span(" "), *row)


# A file that cannot be performed


def _mistakes(problems: Sequence[Problem], width: int, glyphs: Glyphs) -> Iterator[Row]:
    errors = [problem for problem in problems if problem.severity == "error"]
    yield (Span(f"{glyphs.failed} ", "error"), Span(f"{plural(len(errors), 'error')} in this file", "error bold"))
    for problem in errors:
        place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
        yield ()
        yield (Span(cut(place, width), "accent"),)
        yield from ((Span(f"  {line}"),) for line in wrap(problem.message, width - 2))
        hint = wrap(problem.hint, width - 4) if problem.hint else []
        yield from (
            (Span(f"  {glyphs.right if at == 0 else ' '} ", "good"), Span(line, "muted"))
            for at, line in enumerate(hint)
        )


# The light from below


def _foot(look: Look, width: int, height: int) -> list[Row]:
    """What one came for, above a row of lamps."""
    words = _call(look, width)
    if height == 1:
        return [words]
    count = max(1, (width + 2) // _LAMPS)
    lamps = (" " * (_LAMPS - 2)).join([look.glyphs.lamp * 2] * count)
    return [(), words, _centred((Span(lamps, "accent" if _is_ready(look) else "faint"),), width)]


def _call(look: Look, width: int) -> Row:
    bill = look.bill
    if bill is None:
        return ()
    if bill.checked is None:
        return _centred((Span("mend the file, and it can be performed", "text"),), width)
    if not _is_ready(look):
        wrong = next(check for check in look.checks if check.verdict == "error")
        return _centred((Span(f"the {wrong.what} comes first: ", "error"), Span(wrong.remedy)), width)
    live = "" if bill.cannot_play else f"   {look.glyphs.dot}   "
    row: Row = (Span("enter ", "accent bold"), Span("raises the curtain on a rehearsal"))
    if live:
        cost = f", at most {limit(bill.worst.cost_usd)}" if bill.worst.cost_usd is not None else ""
        row = (*row, Span(live, "muted"), Span("p ", "accent bold"), Span(f"plays it live{cost}"))
    return _centred(row, width) if width_of(row) < width else _centred(row[:2], width)
