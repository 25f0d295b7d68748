"""The first line: of the stage, what is shown and how it goes; of every other screen, the house and its places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.tui.look.glyphs import Glyphs
from app.tui.paint.bar import speed_of
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.text import clock, cut
from app.tui.verdict import Verdict

WORDMARK = "FOOTLIGHTS"

# The word says it, the colour makes it found. What is not here is told quietly.
_BADGES = {
    "REHEARSAL": "info bold on:panel",
    "CASSETTE": "info bold on:panel",
    "LIVE": "good bold on:panel",
    "ATTACHED": "accent bold on:panel",
    "RECORDED": "text bold on:panel",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What is shown on the stage, and how it goes."""

    title: str
    run: str = ""  # the end of its id
    badges: tuple[str, ...] = ()
    pace: str = ""
    speed: float = 1.0
    is_playing: bool = True
    cue: str = ""
    standby: str = ""  # the cue that comes next
    seconds: float = 0.0
    lag: float | None = None  # None: the run does not go on by itself
    asks: bool = False  # a question waits, of which nothing is to be seen here
    verdict: Verdict | None = None  # how it ended, or why it stands still


def title_line(heading: Heading, width: int, glyphs: Glyphs) -> Row:
    """The title at the left and the clock at the right; between them what there is room for."""
    right = _right(heading, glyphs)
    way: Row = (Span(f"{glyphs.running if heading.is_playing else glyphs.paused} ", "accent bold"),)
    way = (*way, Span(f"{heading.pace} {speed_of(heading.speed, glyphs)}", "text"))
    cue: Row = (Span(f"  {heading.cue}", "accent"),) if heading.cue else ()
    coming: Row = (Span(f" {glyphs.handoff} {heading.standby}", "muted"),) if heading.standby else ()
    run: Row = (Span(f" {glyphs.dot} {heading.run}", "muted"),) if heading.run else ()
    mark = Span(" » " if not glyphs.rail.isascii() else " > ", "accent bold")
    least = min(24, len(heading.title))
    marks, fewer = (tuple(_badges(heading, glyphs, told)) for told in (heading.badges, ("private",)))
    air = Span("  ")
    choices: tuple[tuple[Row, Row], ...] = (
        ((*run, *marks), (*way, *cue, *coming, air)),
        ((*run, *marks), (*way, *cue, air)), (marks, (*way, *cue, air)), (fewer, (*way, *cue, air)),
        (fewer, (*way, air)), (fewer, ()), ((), ()),
    )  # fmt: skip
    for beside, middle in choices:
        room = width - width_of((mark, *beside, *middle, *right)) - 1
        if room >= least:
            break
    title = Span(cut(heading.title, max(4, room), ellipsis=glyphs.ellipsis), "text bold")
    return spread((mark, title, *beside), (*middle, *right), width)


def app_bar(places: Sequence[tuple[str, str]], current: str, width: int, glyphs: Glyphs, *, waiting: int = 0) -> Row:
    """The wordmark, and the places by (name, what it is called); how many questions wait stands beside the inbox."""
    tabs = _tabs(places, current, width, waiting)
    left: list[Span] = [Span(f" {''.join(glyphs.sparks[:3])} ", "accent")]
    left += [Span(WORDMARK, "accent bold"), Span("   ")] if tabs.lead > _SIGN else []
    left += [Span(glyphs.ellipsis, "muted")] if tabs.before else []
    for name, label in tabs.seen:
        look = "text bold underline" if name == current else "gate" if name == "inbox" and waiting else "muted"
        left += [Span(" ", "text"), Span(label.strip(), look), Span(" ", "text")]
    left += [Span(glyphs.ellipsis, "muted")] if tabs.after else []
    return fitted(tuple(left), width)


def place_at(places: Sequence[tuple[str, str]], current: str, x: int, width: int, *, waiting: int = 0) -> str:
    """The place whose name is drawn at a cell of the bar; "" between them."""
    tabs = _tabs(places, current, width, waiting)
    at = tabs.lead + tabs.before
    for name, label in tabs.seen:
        if at <= x < at + len(label):
            return name
        at += len(label)
    return ""


_SIGN = 1 + 3 + 1  # cells of the house's sign alone


class _Tabs(NamedTuple):
    """What is seen of the places: the current one always, and as many around it as have room."""

    lead: int  # cells before them
    seen: list[tuple[str, str]]
    before: bool = False  # there are others
    after: bool = False


def _tabs(places: Sequence[tuple[str, str]], current: str, width: int, waiting: int) -> _Tabs:
    every = [
        (name, f" {called} {waiting} " if name == "inbox" and waiting else f" {called} ") for name, called in places
    ]
    whole = sum(len(label) for _, label in every)
    for lead in (_SIGN + len(WORDMARK) + 3, _SIGN):
        if lead + whole <= width:
            return _Tabs(lead, every)
    room = width - _SIGN - 2  # the signs of what is not seen
    at = next((at for at, (name, _) in enumerate(every) if name == current), 0)
    first, last = at, at + 1
    while last < len(every) or first > 0:
        wider = (first, last + 1) if last < len(every) else (first - 1, last)
        if sum(len(label) for _, label in every[slice(*wider)]) > room:
            break
        first, last = wider
    return _Tabs(_SIGN, every[first:last], first > 0, last < len(every))


def _badges(heading: Heading, glyphs: Glyphs, quiet: tuple[str, ...]) -> Iterator[Span]:
    """What must be known stands out; of the rest what is named is told quietly."""
    for said in heading.badges:
        if said in _BADGES:
            yield from (Span("  "), Span(f" {said} ", _BADGES[said]))
        elif said in quiet:
            yield Span(f" {glyphs.dot} {said}", "muted")
    if heading.asks:
        yield from (Span("  "), Span(f" {glyphs.gate} ASKS ", "gate bold on:panel"))
    if heading.verdict is not None:
        said = f" {heading.verdict.glyph(glyphs)} {heading.verdict.badge} "
        yield from (Span("  "), Span(said, f"{heading.verdict.tone} bold on:panel"))


def _right(heading: Heading, glyphs: Glyphs) -> Row:
    lag: Row = ()
    if heading.lag is not None:
        lag = (Span("  lag ", "muted"), Span(f"{heading.lag:.1f} s", "warning" if heading.lag > 20 else "text"))
    return (Span(" "), Span(clock(heading.seconds), "text bold"), *lag, Span(" "))
