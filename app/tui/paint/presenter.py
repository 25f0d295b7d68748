"""The view for the room: who acts and who is next, a few large words, one lane, one edge. Everything else is air.

Letters of a terminal cannot grow, so what there is of room goes into the space around them. Whoever acts stands in a
pool of light that rises from the edge of the stage; with a handoff it goes to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.tui.look.glyphs import Glyphs
from app.tui.naming import short_title
from app.tui.paint.bar import Transport, edge
from app.tui.paint.caption import LINE
from app.tui.paint.lane import Traffic, track
from app.tui.paint.pool import Pool, lit_by, pool_of
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.text import balanced, cells, clock, cut, wrap

_WIDEST = 120  # cells of everything but the light
_BLOCK = 44  # cells of the block of what is to be read, where no line of it is longer
_WIDE = 66  # cells of a line where it has to be that long
_QUOTED = 52  # of a line of a quote
_CAPTION_LINES, _QUOTE_LINES = 4, 3
_LOW, _TALL, _HIGH = 16, 28, 42  # rows from which there is more air


@dataclass(frozen=True, slots=True)
class Role:
    """One of the cast."""

    glyph: str
    name: str
    style: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody does, in a word."""

    agent: str
    word: str
    style: str


@dataclass(frozen=True, slots=True)
class Slide:
    """What the room sees of one moment."""

    title: str = ""  # of the talk or the play: before it begins
    acting: Role | None = None
    coming: Role | None = None
    cue: str = ""  # Q3/6
    caption: str = ""
    quote: str = ""
    speaker: Role | None = None  # whose words they are
    is_speaking: bool = False  # the words still come
    aside: str = ""  # a quiet line below the words
    cast: Sequence[Role] = ()  # everybody, before anybody acts
    lane: Traffic = field(default_factory=Traffic)
    doing: Sequence[Doing] = ()
    edge: Transport = field(default_factory=Transport)
    seconds: float = 0.0  # of the show
    length: float | None = None
    light: float = 0.0  # how strong it is
    holds: bool = False  # a cue holds the audience
    standby: str = ""  # the next cue, where whoever presents wants to see it
    note: str = ""  # what whoever presents has to do something about


def paint_presenter(slide: Slide, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The slide in exactly this size."""
    if width <= 0 or height <= 0:
        return []
    room = _Room(width, height)
    head = _head(slide, room, glyphs)
    lane, places = _lane(slide, room, glyphs)
    foot = [edge(slide.edge, room.measure, glyphs), _status(slide, room, glyphs), *[()] * (room.air >= 2)]
    below = [*lane, *[()] * room.air, *foot]
    body = _body(slide, room, height - len(head) - len(below))
    rows = [fitted(_inset(row, room), width) for row in (*head, *body, *below)][:height]
    places = {agent: room.margin + place for agent, place in places.items()}
    pool = pool_of(slide.lane, places, len(lane) + room.air + 2, max(9.0, room.measure / 5), slide.light)
    return rows if pool is None else _lit(rows, pool, height - len(foot))


def paint_blank(width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """Nothing, but for a dot that tells whoever presents that the screen is not broken."""
    rows: list[Row] = [fitted((), width)] * max(0, height)
    if rows and width > 2:
        rows[-1] = fitted((Span(" " * (width - 2)), Span(glyphs.dot, "faint")), width)
    return rows


@dataclass(frozen=True, slots=True)
class _Room:
    """How the air is spread in a size."""

    width: int
    height: int

    @property
    def margin(self) -> int:
        """Cells at each side."""
        least = 1 if self.width < 50 else 3 if self.width < 100 else 8
        return max(least, (self.width - _WIDEST) // 2)

    @property
    def measure(self) -> int:
        """Cells between the margins."""
        return max(1, self.width - 2 * self.margin)

    def indent(self, lines: Sequence[str]) -> int:
        """Cells before what is to be read: its block stands in the middle, its lines begin one below the other."""
        return max(0, (self.measure - max(_BLOCK, *map(cells, lines), 0)) // 2)

    @property
    def air(self) -> int:
        """Rows between things."""
        return 0 if self.height < _LOW else 1 if self.height < _TALL else 2 if self.height < _HIGH else 3


def _lit(rows: list[Row], pool: Pool, edge_at: int) -> list[Row]:
    """The light on the rows that end with the edge of the stage."""
    for above in range(min(pool.reach, edge_at + 1)):
        at = edge_at - above
        rows[at] = lit_by(rows[at], pool, above)
    return rows


# Above: who acts, who is next, which cue


def _head(slide: Slide, room: _Room, glyphs: Glyphs) -> list[Row]:
    cue: Row = (Span(slide.cue, "muted"),) if slide.cue else ()
    who = _who(slide, room.measure - width_of(cue) - 2, glyphs)
    return [*[()] * room.air, spread(who, cue, room.measure)]


def _who(slide: Slide, width: int, glyphs: Glyphs) -> Row:
    """Who acts and who is next; the second gives way."""
    if slide.acting is None:
        return ()
    acting = _named(slide.acting, "bold")
    if slide.coming is None:
        return acting
    both = (*acting, Span(f"  {glyphs.right}  ", "muted"), *_named(slide.coming, "dim"))
    if width_of(both) <= width:
        return both
    short = (*acting, Span(f" {glyphs.right} ", "muted"), Span(slide.coming.glyph, slide.coming.style))
    return short if width_of(short) <= width else acting


def _named(role: Role, look: str) -> Row:
    return (Span(f"{role.glyph} ", f"{role.style} bold"), Span(role.name.upper(), f"{role.style} {look}"))


# In the middle: what is to be read


def _body(slide: Slide, room: _Room, rows: int) -> list[Row]:
    """The caption and the quote, a little above the middle, as the eye wants it."""
    if rows <= 0:
        return []
    said = _words(slide, room, rows)
    top = max(min(1, rows - len(said)), (rows - len(said)) * 2 // 5)
    body = [*[()] * top, *said]
    return [*body, *[()] * (rows - len(body))][:rows]


def _words(slide: Slide, room: _Room, rows: int) -> list[Row]:
    width = min(_WIDE, room.measure)
    caption = slide.caption or (slide.title if slide.acting is None else "")
    told = _lines(caption, min(LINE, width), _CAPTION_LINES, width, balanced)
    quote = _lines(slide.quote, min(_QUOTED, width) - 2, _QUOTE_LINES, width - 2)
    lead = Span(" " * room.indent(told))
    gap = 1 + room.air
    spaced = room.air >= 3 and 2 * (len(told) + len(quote)) + gap < rows
    taken = len(told) * (1 + spaced)
    if quote and taken + gap + len(quote) >= rows:
        gap, quote = 1, quote[: max(0, rows - taken - 2)]
    shown: list[Row] = [(lead, Span(line, "text bold")) for line in told]
    below = _spread_out(_quoted(quote, slide, lead), spaced) or _cast(slide, lead)
    if slide.aside:
        below += [*[()] * bool(below), (lead, Span(cut(slide.aside, width), "muted"))]
    between: list[Row] = [()] * (gap if told and below else 0)
    return [*_spread_out(shown, spaced), *between, *below][:rows]


def _cast(slide: Slide, lead: Span) -> list[Row]:
    """Everybody, one below the other."""
    return [(lead, Span(f"{role.glyph}  ", f"{role.style} bold"), Span(role.name, role.style)) for role in slide.cast]


def _spread_out(rows: Sequence[Row], spaced: bool) -> list[Row]:
    """With a row of air between any two, where there is room."""
    if not spaced:
        return list(rows)
    return [each for row in rows for each in (row, ())][:-1]


def _lines(
    text: str, measure: int, most: int, widest: int, wrapped: Callable[[str, int], list[str]] = wrap
) -> list[str]:
    """A text in short lines; in longer ones where it would take too many, and cut where there is no way."""
    if not text or measure <= 0:
        return []
    for width in (measure, widest):
        lines = wrapped(text, width)
        if len(lines) <= most:
            return lines
    return [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), widest)]


def _quoted(lines: Sequence[str], slide: Slide, lead: Span) -> list[Row]:
    """Somebody's words, in their colour, the marks hanging left of them; while they come, nothing closes them."""
    style = slide.speaker.style if slide.speaker is not None else "muted"
    rows: list[Row] = []
    for number, line in enumerate(lines):
        mark = Span("“" if number == 0 else " ", "muted")
        end = (Span("”", "muted"),) if number == len(lines) - 1 and not slide.is_speaking else ()
        rows.append((lead, mark, Span(line, style), *end))
    return rows


# Below: the lane, the time


def _lane(slide: Slide, room: _Room, glyphs: Glyphs) -> tuple[list[Row], Mapping[str, int]]:
    """The way with the cast on it, and below each what they do, as far as the words do not touch."""
    if not slide.lane.stations or room.height < 8:
        return [], {}
    rail, places = track(slide.lane, room.measure, glyphs)
    names = _names(slide.lane, places, room) if room.height >= _LOW else ()
    spans: list[Span] = []
    at = 0
    for doing in slide.doing:
        place = places.get(doing.agent)
        if place is None or not doing.word:
            continue
        start = max(0, min(place, room.measure - cells(doing.word)))
        if start >= at + bool(spans):
            spans += [Span(" " * (start - at)), Span(doing.word, doing.style)]
            at = start + cells(doing.word)
    bare = tuple(Span(span.text, span.style.partition(" on:")[0]) for span in rail)  # the light comes from below
    between: list[Row] = [()] * (room.air >= 3)
    return [*([names, *between] if names else []), bare, *between, tuple(spans)], places


def _names(lane: Traffic, places: Mapping[str, int], room: _Room) -> Row:
    """Who stands where: as many words of each name as there is room for; none at all, where one has no room."""
    shown = [station for station in lane.stations if station.agent in places]
    ends = [*(places[station.agent] - 1 for station in shown[1:]), room.measure]
    spans: list[Span] = []
    at = 0
    for station, end in zip(shown, ends, strict=True):
        begin = places[station.agent] if end < room.measure else at + bool(spans)  # the last may stand further left
        name = short_title(station.name, end - begin)
        if name.endswith("…"):
            return ()
        start = min(places[station.agent], room.measure - cells(name))
        look = f"{station.style} bold" if station.agent == lane.lit else "muted"
        spans += [Span(" " * (start - at)), Span(name, look)]
        at = start + cells(name)
    return tuple(spans)


def _status(slide: Slide, room: _Room, glyphs: Glyphs) -> Row:
    """The time at the right; at the left, quietly, what whoever presents has to know."""
    length = f" / {clock(slide.length)}" if slide.length is not None and room.width >= 60 else ""
    held = f"{glyphs.paused} " if slide.holds else ""
    right: Row = (Span(held, "accent"), Span(clock(slide.seconds), "text"), Span(length, "muted"))
    left: list[Span] = []
    if slide.standby:
        left += [Span("standby ", "muted"), Span(slide.standby, "text")]
    if slide.note:
        left += [Span("  " if slide.standby else ""), Span(slide.note, "warning")]
    return spread(tuple(left), right, room.measure)


def _inset(row: Row, room: _Room) -> Row:
    return (Span(" " * room.margin), *row) if row else ()
