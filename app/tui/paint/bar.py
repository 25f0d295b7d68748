"""The transport bar: the edge of the stage, lit as far as the show has come, with lamps where it is worth to stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.events import Mode
from app.playback.play import HURRY, LAG
from app.tui.look.glyphs import Glyphs
from app.tui.naming import plural
from app.tui.paint.rows import Row, Span, fitted, joined, spread, width_of
from app.tui.text import cells, clock, tokens
from app.tui.verdict import Verdict

Condition = Literal["playing", "paused", "held", "asking", "standing", "catching up", "at the edge", "over"]

FAR = 60.0  # seconds behind a live run from which on it is offered to leave out what was missed
_NARROWEST = 12  # cells of the edge; below it the words give way
_FIRST_PAGE, _NEXT_PAGE = 64, 1.5  # events that the edge of a live run has room for, and how it grows


@dataclass(frozen=True, slots=True)
class Lamp:
    """Something on the edge that is worth a stop."""

    at: float  # from 0 to 1
    glyph: str
    style: str
    rank: int = 0  # of several at one place the highest is seen, and of these the last


@dataclass(frozen=True, slots=True)
class Cue:
    """A moment that somebody gave a name."""

    at: float  # from 0 to 1
    label: str
    name: str = ""  # Q3
    seconds: float | None = None  # of the show, until it comes


@dataclass(frozen=True, slots=True)
class Transport:
    """Where the audience is in a run, and how it goes on."""

    played: float = 0.0  # from 0 to 1
    head: float = 1.0  # how far the run itself has come
    lamps: tuple[Lamp, ...] = ()
    squeezed: tuple[float, ...] = ()  # where a wait was longer than it is shown
    cues: tuple[Cue, ...] = ()
    count: int = 0  # of the cues that came
    standby: Cue | None = None  # the one that comes next
    standing: str = ""  # the cue that holds the audience
    condition: Condition = "playing"
    pace: str = "theatrical"
    speed: float = 1.0
    seconds: float = 0.0  # of the run, at the playhead
    now: float = 0.0  # of the show
    length: float | None = None  # seconds that the whole show takes; none, while the run goes on
    seq: int = 0
    last: int = 0  # seq
    lag: float = 0.0  # seconds
    ahead: int = 0  # events that have happened and were not seen
    is_live: bool = False  # the engine goes on by itself: nothing is drawn right of the playhead
    mode: Mode = "live"
    is_led: bool = False  # the engine waits for this audience before each effect
    asks: bool = False  # something waits for a person
    verdict: Verdict | None = None  # of a run that has come to its end, or stands still


def paint_bar(transport: Transport, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The edge with a few words beside it; on a second row the names of the cues stand below their lamps."""
    if width <= 0 or height <= 0:
        return []
    rows = [_one_row(transport, width, glyphs)]
    return rows if height == 1 else [*rows, _below(transport, width, glyphs)]


def edge(transport: Transport, width: int, glyphs: Glyphs) -> Row:
    """The edge of the stage alone, in exactly so many cells."""
    if width <= 0:
        return ()
    playhead = _cell(transport.played, width)
    head = _cell(transport.head, width) if transport.is_live else width - 1
    dark, lit = glyphs.sparks[:2]
    cells = [(lit, "accent")] * playhead + [(dark, "faint")] * (width - playhead)
    if transport.is_live:  # behind its head it is dark: nobody knows what comes, nor how much of it
        cells[playhead:] = [(dark, "accent")] * (head + 1 - playhead) + [(" ", "text")] * (width - head - 1)
    for share in transport.squeezed:
        at = _cell(share, width)
        cells[at] = (_squeezed(glyphs), "accent" if at < playhead else "faint")
    for lamp in sorted(transport.lamps, key=lambda lamp: lamp.rank):
        at = _cell(lamp.at, width)
        if at < playhead:
            cells[at] = (lamp.glyph, f"{lamp.style} bold")
        elif not transport.is_live and lamp.at > transport.played:
            cells[at] = (lamp.glyph, f"{lamp.style} dim")
    cells[playhead] = (glyphs.playhead, "text bold")
    return joined(cells)


def share_at(cell: int, width: int) -> float:
    """The place on an edge of so many cells that a mouse points at."""
    return min(1.0, max(0.0, cell / max(1, width - 1)))


def room_for(events: int) -> int:
    """How many events the edge of a run that goes on has room for: it fills up, and seldom is drawn anew."""
    room = _FIRST_PAGE
    while events > room:
        room = int(room * _NEXT_PAGE)
    return room


def edge_in(transport: Transport, width: int, glyphs: Glyphs) -> tuple[int, int]:
    """Where the edge begins on its row, and how long it is."""
    sign, words = _one_row_parts(transport, width, glyphs)
    return width_of(sign), max(0, width - width_of(sign) - width_of(words))


def _one_row(transport: Transport, width: int, glyphs: Glyphs) -> Row:
    sign, words = _one_row_parts(transport, width, glyphs)
    return fitted((*sign, *edge(transport, width - width_of(sign) - width_of(words), glyphs), *words), width)


def _below(transport: Transport, width: int, glyphs: Glyphs) -> Row:
    """The names of the cues below their lamps, as far as they do not touch; which comes next, and how fast it goes."""
    start, length = edge_in(transport, width, glyphs)
    playing: Row = (*_told(transport, glyphs), Span("  ")) if transport.condition == "playing" else ()
    rest: Row = (*_way(transport, glyphs), *_lag(transport), Span(" "))
    told = (*_cued(transport, glyphs), *playing, *rest)
    way = told if width_of(told) <= width // 2 else (*playing, *rest)
    cues, room = sorted(transport.cues, key=lambda cue: cue.at), width - width_of(way) - 2
    places = [start + _cell(cue.at, length) for cue in cues]
    spans: list[Span] = []
    at = 0
    for cue, place, end in zip(cues, places, (*places, width)[1:], strict=True):
        says = called(cue.name, cue.label)
        if place + cells(says) >= min(end, room + 1):
            says = cue.name or cue.label
        if place < at + bool(spans) or place + cells(says) > room:
            continue
        is_past = cue.at <= transport.played
        spans += [Span(" " * (place - at)), Span(says, "accent" if is_past else "muted")]
        at = place + cells(says)
    return spread(tuple(spans), way, width)


def called(name: str, label: str) -> str:
    """A cue by its number and its name."""
    return f"{name} {label}".strip()


def _cued(transport: Transport, glyphs: Glyphs) -> Row:
    """How many cues have come, and which is next: Q3/6 → standby Q4 critic veto −0:22."""
    coming = transport.standby
    if not transport.cues and coming is None:
        return ()
    said: list[Span] = []
    if not transport.is_live:
        said = [Span(f"{transport.count}/{len(transport.cues)} cues", "text")]
    if coming is not None:
        left = "" if coming.seconds is None else f" {_minus(glyphs)}{clock(coming.seconds)}"
        said += [Span(f" {glyphs.handoff} standby ", "muted"), Span(called(coming.name, coming.label), "text")]
        said += [Span(left, "muted")]
    return (*said, Span("   "))


def _one_row_parts(transport: Transport, width: int, glyphs: Glyphs) -> tuple[Row, Row]:
    """What stands before the edge, and behind it: as much as leaves it room."""
    glyph, style = _sign(transport, glyphs)
    sign: Row = (Span(f" {glyph} ", style),)
    told = (Span("  "), *_condition(transport, glyphs)[1:]) if transport.condition != "playing" else ()
    full = (*told, Span("  "), *_place(transport, glyphs), Span(" "))
    for words in (full, (*told, Span("  "), *_clock(transport), Span(" ")), (*told, Span(" ")), ()):
        if width - width_of(sign) - width_of(words) >= max(_NARROWEST, width // 3):
            return sign, words
    return sign, ()


def _sign(transport: Transport, glyphs: Glyphs) -> tuple[str, str]:
    if transport.condition == "over" and transport.verdict is not None:
        return (transport.verdict.glyph(glyphs), f"{transport.verdict.tone} bold")
    return {
        "playing": (glyphs.running, "accent bold"),
        "paused": (glyphs.paused, "warning bold"),
        "held": (glyphs.paused, "warning bold"),
        "standing": (glyphs.paused, "gate bold"),
        "asking": (glyphs.gate, "gate bold"),
        "catching up": (glyphs.running, "warning bold"),
        "at the edge": (glyphs.running, "accent bold"),
        "over": (glyphs.stopped, "muted"),
    }[transport.condition]


def _condition(transport: Transport, glyphs: Glyphs) -> Row:
    """The sign and the words for how it goes on."""
    glyph, style = _sign(transport, glyphs)
    return (Span(f"{glyph} ", style), *_told(transport, glyphs))


def _told(transport: Transport, glyphs: Glyphs) -> Sequence[Span]:
    ahead = f", {tokens(transport.ahead)} ahead" if transport.ahead else ""
    match transport.condition:
        case "playing":
            return (Span("playing" if transport.mode == "live" else transport.mode, "muted"),)
        case "paused":
            meanwhile = _meanwhile(transport, ahead)
            return (Span("paused", "warning"), Span(f" {glyphs.dot} {meanwhile}" if meanwhile else "", "muted"))
        case "held":
            return (Span("engine held", "warning"), Span(f" {glyphs.dot} s one step, H go on", "muted"))
        case "standing":
            meanwhile = _meanwhile(transport, ahead)
            more = f" {glyphs.dot} {meanwhile}" if meanwhile else ""
            return (Span(f"held at {transport.standing}", "gate bold"), Span(f"{more} {glyphs.dot} space GO", "muted"))
        case "asking":
            if transport.ahead:
                return (Span("a question waits", "gate bold"), Span(f" {glyphs.dot} enter answers", "muted"))
            return (Span("waits for a person", "gate bold"),)
        case "catching up":
            events = f"{plural(transport.ahead, 'event')} ahead"
            told = f"{events}, catching up {speed_of(HURRY, glyphs)}"
            offer = f" {glyphs.dot} End to now" if transport.lag > FAR else ""
            return (Span(told, "warning"), Span(offer, "muted"))
        case "at the edge":
            return (Span(transport.mode, "good"),)
        case "over":
            verdict = transport.verdict
            return (Span(verdict.says, verdict.tone) if verdict is not None else Span("the end", "muted"),)


def _meanwhile(transport: Transport, ahead: str) -> str:
    """What the engine does while its audience stands still; a rehearsal begins nothing that nobody sees."""
    if not transport.is_live:
        return ""
    if transport.asks:
        return "a question waits, enter answers"
    return f"the {transport.mode} waits" if transport.is_led else f"engine still running{ahead}"


def _way(transport: Transport, glyphs: Glyphs) -> Row:
    return (Span(f"{transport.pace} ", "text"), Span(speed_of(transport.speed, glyphs), "text"))


def _place(transport: Transport, glyphs: Glyphs) -> Row:
    left: Row = ()
    if transport.length is not None:
        left = (Span(f"  {_minus(glyphs)}{clock(max(0.0, transport.length - transport.now))}", "muted"),)
    return (
        *_clock(transport),
        *left,
        Span("  seq ", "muted"),
        Span(str(transport.seq), "text"),
        Span(f"/{transport.last}", "muted"),
    )


def _clock(transport: Transport) -> Row:
    """Where one is in the show, and how long it is; of a run that goes on, how long it has taken."""
    if transport.length is None:
        return (Span(clock(transport.seconds), "text"),)
    return (Span(clock(transport.now), "text"), Span(f"/{clock(transport.length)}", "muted"))


def _minus(glyphs: Glyphs) -> str:
    return "-" if glyphs.rail.isascii() else "−"


def _squeezed(glyphs: Glyphs) -> str:
    return "~" if glyphs.rail.isascii() else "≈"


def _lag(transport: Transport) -> Row:
    if not transport.is_live:
        return ()
    return (Span("  lag ", "muted"), Span(f"{transport.lag:.1f} s", "warning" if transport.lag > LAG else "text"))


def speed_of(speed: float, glyphs: Glyphs) -> str:
    """How many times as fast: 1.0×."""
    said = f"{speed:.1f}" if round(speed, 1) == speed else f"{speed:g}"
    return said + ("x" if glyphs.rail.isascii() else "×")


def _cell(share: float, width: int) -> int:
    return min(width - 1, max(0, int(share * (width - 1) + 0.5)))
