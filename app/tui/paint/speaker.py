"""The speaker's view: what to say now, what comes next, how the talk stands against its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.tui.look.glyphs import Glyphs
from app.tui.paint.bar import speed_of
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.leaf import bar
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.podium import Line, Prompt
from app.tui.text import cells, clock, cut, wrap

_ON_TIME = 15  # seconds that nobody minds
_TALL = 19  # rows from which there is room for what comes later, and for the house
_WIDE = 110  # cells from which there are two columns
_HOUSE = 32  # cells of what is told of the house
_AIRY = 5  # rows of a box that nothing stands on, from which some of them are air
_READS = 16  # cells of the words before what the room reads
_LATER = 24  # at least, of what comes later
_MEASURE = 84  # cells of a line of notes: longer ones are lost in a talk


@dataclass(frozen=True, slots=True)
class Desk:
    """What the speaker has in front of them."""

    prompt: Prompt | None = None  # none: no presenter has been there yet
    is_there: bool = False  # the presenter
    offset: int = 0  # rows of the notes that were read


def paint_speaker(desk: Desk, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The whole view in exactly this size."""
    prompt = desk.prompt
    if width <= 0 or height <= 0:
        return []
    if prompt is None:
        return _nobody(width, height)
    rows = [_head(desk, prompt, width, glyphs)]
    body = _in_two if width >= _WIDE and height >= _TALL else _in_one
    rows += body(desk, prompt, width, height - 1, glyphs)
    rows += [()] * (height - len(rows))
    return [fitted(row, width) for row in rows[:height]]


def notes_rows(prompt: Prompt | None, width: int) -> int:
    """How many rows the notes of this moment take: as far as one can read on."""
    if prompt is None or prompt.cue is None:
        return 0
    return len(wrap(prompt.cue.notes, _measure(width)))


def pressed(prompt: Prompt) -> tuple[str, str]:
    """How the talk stands against its clock, and how that looks."""
    if prompt.talk < 0:
        return f"{clock(prompt.planned)} planned" if prompt.planned else "", "muted"
    if not prompt.planned:
        return "", "muted"
    if prompt.talk > prompt.planned:
        return f"over by {clock(prompt.talk - prompt.planned)}", "error bold"
    if not prompt.length:
        return f"{clock(prompt.planned - prompt.talk)} left", "text"
    ahead = prompt.talk - prompt.planned * prompt.now / prompt.length
    said = clock(abs(ahead))
    if abs(ahead) <= _ON_TIME:
        return f"on time {'+' if ahead >= 0 else '-'}{said}", "good"
    return (f"late {said}", "warning bold") if ahead > 0 else (f"early {said}", "info bold")


# Above


def _head(desk: Desk, prompt: Prompt, width: int, glyphs: Glyphs) -> Row:
    stands = prompt.paused or prompt.standing or not desk.is_there
    way = (
        Span(f"{glyphs.paused if stands else glyphs.running} ", "accent bold"),
        Span(speed_of(prompt.speed, glyphs), "text"),
    )
    says, look = pressed(prompt)
    of = f" of {clock(prompt.planned)}" if prompt.planned else ""
    talk = Span(f"talk {clock(prompt.talk)}{of}" if prompt.talk >= 0 else "talk not begun", "text bold")
    right: Row = (talk, *((Span("  "), Span(says, look)) if says else ()), Span(" "))
    title = (Span(" SPEAKER  ", "accent bold"), Span(prompt.title, "text bold"))
    middle: Row = (*way, Span("   "))
    if width_of((*middle, *right)) + 24 > width:
        middle = ()
    room = max(0, width - width_of((*middle, *right)) - 2)
    return spread((*fitted(title, room), Span("  ")), (*middle, *right), width)


# The body, in one column or in two


def _in_one(desk: Desk, prompt: Prompt, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    house = _house_facts(desk, prompt)
    below = min(len(house) + BORDERS, 7) if height >= _TALL and width >= _HOUSE + _LATER else 0
    standby = _standby_height(prompt, width, (height - below) // 3)
    now = height - standby - below - (below == 0)
    rows = [*_now(desk, prompt, width, now, glyphs), *_standby(prompt, width, standby, glyphs)]
    if not below:
        return [*rows, _house_line(desk, prompt, width, glyphs)]
    beside = width - _HOUSE
    boxes = zip(_later(prompt, beside, below, glyphs), _house(house, _HOUSE, below, glyphs), strict=True)
    return [*rows, *((*left, *right) for left, right in boxes)]


def _in_two(desk: Desk, prompt: Prompt, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    right = max(_HOUSE + 8, width * 3 // 10)
    left = width - right
    standby = max(_standby_height(prompt, left, height // 2), height * 2 // 5)
    first = [*_now(desk, prompt, left, height - standby, glyphs), *_standby(prompt, left, standby, glyphs)]
    house = _house_facts(desk, prompt)
    tall, talk = len(house) + BORDERS, 3 + BORDERS
    second = [
        *_clocks(prompt, right, talk, glyphs),
        *_later(prompt, right, height - tall - talk, glyphs),
        *_house(house, right, tall, glyphs),
    ]
    return [(*one, *other) for one, other in zip(first, second, strict=True)]


# The boxes


def _now(desk: Desk, prompt: Prompt, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    cue = prompt.cue
    inside, room = height - BORDERS, width - INSETS
    lines = wrap(cue.notes, _measure(width)) if cue is not None and cue.notes else []
    lead, top = _air(inside - len(lines))
    below: list[Row] = [(lead, *_happening(desk, prompt))]
    if cue is not None and cue.caption and top:
        seen = cut(cue.caption, room - _READS - len(lead.text), ellipsis=glyphs.ellipsis)
        below = [(lead, Span("the room reads  ", "muted"), Span(seen, "text")), (), *below]
    free = max(0, inside - len(top) - len(below) - (inside > 3))
    offset = min(desk.offset, max(0, len(lines) - free))
    shown: list[Row] = [*top, *((lead, Span(line, "text bold")) for line in lines[offset : offset + free])]
    if not lines and free:
        shown.append((lead, Span("no notes" if cue is not None else "before the first cue", "muted")))
    more = len(lines) - offset - free
    shown += [()] * (inside - len(shown) - len(below))
    foot: Row = (Span(f"{more} more lines: j", "muted"),) if more > 0 else ()
    title = (Span("NOW", "accent bold"), *_titled(cue, room - 6))
    style = "accent" if desk.is_there else "edge"
    rows = [*shown[: max(0, inside - len(below))], *below]
    return framed(rows, width, height, title=title, foot_right=foot, style=style, heavy=True, glyphs=glyphs)


def _air(spare: int) -> tuple[Span, list[Row]]:
    """What stands before each row of a box, and above the first: nothing, where there are few rows to spare."""
    return (Span("  "), [()]) if spare >= _AIRY else (Span(""), [])


def _clocks(prompt: Prompt, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """How far the talk and the show are, one below the other: so one sees which of them is ahead."""
    rows: list[Row] = []
    for name, gone, whole in (("talk", max(0, prompt.talk), prompt.planned), ("show", prompt.now, prompt.length)):
        told = f" {clock(gone)}"
        line = bar(min(1.0, gone / whole), width - INSETS - 6 - cells(told), "accent", glyphs) if whole else ()
        rows.append(spread((Span(f"{name}  ", "muted"), *line), (Span(told, "text bold"),), width - INSETS))
    says, look = pressed(prompt)
    rows.append((Span("      "), Span(says or "how long the talk may take, the cue file says: talk: 12:00", look)))
    return framed(rows, width, height, title=(Span("CLOCK", "muted"),), glyphs=glyphs)


def _happening(desk: Desk, prompt: Prompt) -> Row:
    """How it goes on from here."""
    if not desk.is_there:
        return (Span("the presenter has gone; this view waits for it to come back", "warning bold"),)
    if prompt.asks:
        return (Span("a question waits for a person: answer it on the stage", "gate bold"),)
    if prompt.blank:
        return (Span("the room sees nothing", "warning bold"), Span("  GO or b shows it again", "muted"))
    if prompt.standing:
        return (Span("holds until GO", "accent bold"),)
    if prompt.talk < 0 and prompt.paused:
        return (Span("ready", "accent bold"), Span("  the first GO begins the talk", "muted"))
    if prompt.paused:
        return (Span("paused", "warning"), Span("  GO goes on", "muted"))
    if prompt.over:
        return (Span("the show is over", "muted"),)
    following = prompt.standby
    wait = f", the next cue in {_in(following)}" if following is not None and following.inside is not None else ""
    return (Span(f"goes on{wait}", "muted"),)


def _standby_height(prompt: Prompt, width: int, most: int) -> int:
    notes = prompt.standby.notes if prompt.standby is not None else ""
    return max(3, min(most, len(wrap(notes, _measure(width))) + BORDERS + 1 if notes else 3))


def _standby(prompt: Prompt, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    cue = prompt.standby
    if cue is None:
        return framed(
            [(Span("nothing comes after this", "muted"),)],
            width,
            height,
            title=(Span("STANDBY", "muted"),),
            glyphs=glyphs,
        )
    inside = height - BORDERS
    lead, top = _air(inside - len(wrap(cue.notes, _measure(width))))
    notes: list[Row] = [(lead, Span(line, "text")) for line in wrap(cue.notes, _measure(width))] if cue.notes else []
    says = _does(cue) or ("" if notes else "goes on by itself")
    rows: list[Row] = [*top, *([(lead, Span(says[0].upper() + says[1:], "accent"))] if says else []), *notes]
    if len(rows) > inside > 0:
        rows = [*rows[: inside - 1], (*rows[inside - 1], Span(f" {glyphs.ellipsis}", "muted"))]
    right = (Span(f"in {_in(cue)}", "muted"),) if cue.inside is not None and not prompt.standing else ()
    title = (Span("STANDBY", "muted"), *_titled(cue, width - 24))
    return framed(rows, width, height, title=title, right=right, glyphs=glyphs)


def _later(prompt: Prompt, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    inside, room = height - BORDERS, width - INSETS
    widest = max((cells(cue.name) for cue in prompt.later), default=0)
    rows: list[Row] = []
    for cue in prompt.later[:inside]:
        does = (Span(f" {cue.does}", "muted"),) if cue.does else ()
        name = f"{cue.name:<{widest}}  "
        rows.append(
            spread((Span(name, "accent"), Span(cut(cue.label, room - cells(name) - width_of(does)))), does, room)
        )
    if not prompt.later:
        rows = [(Span("nothing more", "muted"),)]
    return framed(rows, width, height, title=(Span("LATER", "muted"),), glyphs=glyphs)


def _house(facts: Sequence[tuple[str, str, str]], width: int, height: int, glyphs: Glyphs) -> list[Row]:
    column = max((cells(name) for name, _, _ in facts), default=0)
    rows: list[Row] = [(Span(f"{name:<{column}}  ", "muted"), Span(told, look)) for name, told, look in facts]
    return framed(rows, width, height, title=(Span("HOUSE", "muted"),), glyphs=glyphs)


def _house_line(desk: Desk, prompt: Prompt, width: int, glyphs: Glyphs) -> Row:
    """The same on one row: only what is not as usual, and where the show is."""
    unusual = [(told, look) for _, told, look in _house_facts(desk, prompt) if look.startswith(("warning", "gate"))]
    left: list[Span] = [Span(" ")]
    for told, look in unusual:
        left += [Span(told, look), Span("  ")]
    return spread(tuple(left), (Span(_place(prompt), "muted"), Span(" ")), width)


def _house_facts(desk: Desk, prompt: Prompt) -> list[tuple[str, str, str]]:
    """What is told of the house: name, words, how they look."""
    room = ("sees nothing", "warning") if prompt.blank else ("sees the show", "text")
    found = [("room", *room), ("show", _place(prompt), "text"), ("pace", prompt.pace, "text")]
    if prompt.live:
        ahead = f", {prompt.ahead} ahead" if prompt.ahead else ""
        found.append(("engine", *(("held", "warning") if prompt.held else (f"running{ahead}", "text"))))
    if prompt.locked:
        found.append(("keys", "locked there", "warning"))
    if prompt.viewers >= 0:
        found.append(("viewers", str(prompt.viewers), "text"))
    return found


# Words


def _titled(cue: Line | None, room: int) -> Row:
    if cue is None:
        return ()
    return (Span(f"  {cue.name}  ", "accent bold"), Span(cut(cue.label, max(4, room - cells(cue.name))), "text bold"))


def _does(cue: Line) -> str:
    return {"holds": "holds until GO", "holds the engine": "holds the engine until GO", "blank": "blank until GO"}.get(
        cue.does, f"pace {cue.does}" if cue.does else ""
    )


def _in(cue: Line | None) -> str:
    seconds = 0 if cue is None or cue.inside is None else round(cue.inside)
    return f"{seconds} s" if seconds < 60 else clock(seconds)


def _place(prompt: Prompt) -> str:
    return f"{clock(prompt.now)} of {clock(prompt.length)}" if prompt.length else clock(prompt.now)


def _measure(width: int) -> int:
    return max(1, min(_MEASURE, width - INSETS - 2))


def _nobody(width: int, height: int) -> list[Row]:
    """Nothing is presented yet."""
    said = [("waiting for a presenter", "text bold"), ("footlights present RUN begins, in another terminal", "muted")]
    lines = [(line, look) for text, look in said for line in wrap(text, max(1, width - 4))]
    rows: list[Row] = [()] * max(0, (height - len(lines)) // 2)
    rows += [(Span("  "), Span(line, look)) for line, look in lines]
    rows += [()] * (height - len(rows))
    return [fitted(row, width) for row in rows[:height]]
