"""An agent's part as rows: the scene they are in, and above it, where there is room, how the one before it ended.

A scene begins on a clean page and grows downwards: text moves only once the page is full.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.safety import one_line
from app.tui.entries import Asked, Direction, Entry, Received, Skipped, Speech, ToolUse
from app.tui.look.glyphs import Glyphs
from app.tui.naming import role_of, sign
from app.tui.paint.rows import Row, Span, width_of
from app.tui.paint.said import end_of, ending, start_of, whole_end_of
from app.tui.text import cells, cut, size, took, wrap

_BEFORE = 3  # an earlier scene has at most one of so many rows
_WORTH = 4  # rows of it, below which it is only a scrap
_FADED = "muted dim"
_HANDED = 2  # rows of what was handed over


def part(script: Sequence[Entry], room: int, rows: int, glyphs: Glyphs, *, is_over: bool) -> list[Row]:
    """The part in at most so many rows. Of a speech that is over, its beginning is shown; else its end."""
    room = max(2, room)  # a character may be as wide
    told = [entry for entry in script if not isinstance(entry, Skipped)] or script
    under_way = [entry for entry in told if isinstance(entry, Speech) and entry.is_under_way]
    if len(under_way) > 1:
        return _several(under_way, room, rows, glyphs)
    begins = _scene(told)
    page = _page(told[begins:], room, rows, glyphs, "text", is_over=is_over)
    left = rows - len(page) - 1
    if rows // _BEFORE < _WORTH or left < 1 or not page:
        return page
    before = _page(told[:begins], room, rows // _BEFORE, glyphs, _FADED, is_over=False)[-left:]
    return [*before, (), *page] if before else page


def _several(under_way: Sequence[Speech], room: int, rows: int, glyphs: Glyphs) -> list[Row]:
    """Speeches at the same time: the latest in full, the others above it on a line each where there is room."""
    main = next((speech for speech in reversed(under_way) if speech.text), under_way[-1])
    others = [speech for speech in under_way if speech is not main]
    places = max(0, min(len(others), rows // _BEFORE))
    above = [_beside(speech, room, glyphs) for speech in others[-places:]] if places else []
    if len(others) > places > 1:
        above[0] = (Span(cut(f"{glyphs.continued} {len(others) - places + 1} more", room), "muted"),)
    shown = [*above, ()] if above else []
    return [*shown, *_to_end(main, room, rows - len(shown), glyphs, "text")]


def _beside(speech: Speech, room: int, glyphs: Glyphs) -> Row:
    """Where it is said, and the last words of it."""
    mark = {"speaking": glyphs.speaking, "thinking": glyphs.thinking}.get(speech.status, glyphs.waiting)
    name = cut(one_line(speech.step.rpartition("/")[2]), max(2, room // 2))
    left = room - cells(name) - 4
    words = one_line(ending(speech.text, 2 * left)) if left > _WORTH else ""
    return (
        Span(f"{mark} ", "accent"),
        Span(name, "text"),
        Span(f"  {_last_words(words, left)}" if words else "", "muted"),
    )


def _last_words(words: str, room: int) -> str:
    """The end of a text in so many cells, from the beginning of a word."""
    if cells(words) <= room:
        return words
    kept = words[-room:]
    while cells(kept) > room - 1:
        kept = kept[1:]
    return "…" + (kept.partition(" ")[2] or kept)


def _scene(script: Sequence[Entry]) -> int:
    """Where the last scene begins: with the first entry of the step that the last ones belong to."""
    begins, step = len(script), ""
    for entry in reversed(script):
        if step and entry.step and entry.step != step:
            break
        step = step or entry.step
        begins -= 1
    return begins


def _page(script: Sequence[Entry], room: int, rows: int, glyphs: Glyphs, style: str, *, is_over: bool) -> list[Row]:
    """Entries from the last one upwards, as long as there are rows. All but the last speech have faded."""
    shown: list[Row] = []
    below: Entry | None = None
    for entry in reversed(script):
        gap = 1 if below is not None and _stands_apart(entry, below) else 0
        left = rows - len(shown) - gap
        if left <= 0:
            break
        found = _entry(entry, room, left, glyphs, style, is_over=is_over)
        if not found:
            continue
        shown[:0] = [*found, *[()] * gap]
        below = entry
        if isinstance(entry, Speech) and entry.text:
            style, is_over = _FADED, False
    return shown


def _stands_apart(above: Entry, below: Entry) -> bool:
    """Tools stand under the speech that called for them; all else is apart."""
    if isinstance(below, ToolUse):
        return not isinstance(above, ToolUse | Speech)
    return not (isinstance(above, Received) and isinstance(below, Received))


def _entry(entry: Entry, room: int, rows: int, glyphs: Glyphs, style: str, *, is_over: bool) -> list[Row]:
    match entry:
        case Speech():
            return (_from_start if is_over else _to_end)(entry, room, rows, glyphs, style)
        case ToolUse():
            return [_use(entry, room, glyphs, style)]
        case Received():
            return _if_whole(_received(entry, room, glyphs), rows)
        case Direction():
            return _if_whole(_direction(entry, room, glyphs), rows)
        case Asked():
            return _asked(entry, room, glyphs)
        case Skipped():
            return [(Span(cut(f"{glyphs.skipped} not needed: {entry.title}", room), "muted"),)]


def _if_whole(found: list[Row], rows: int) -> list[Row]:
    """Half of a message from somebody says less than none."""
    return found if len(found) <= rows else []


def _to_end(speech: Speech, room: int, rows: int, glyphs: Glyphs, style: str) -> list[Row]:
    """The last words of a speech, as they come; what is above them is counted."""
    ending = _ending(speech, room, glyphs)
    left = rows - len(ending)
    if left <= 0:
        return ending[-rows:]
    drawn = end_of if speech.is_under_way else whole_end_of
    found = drawn(speech.text, room, left, glyphs, style)
    shown = list(found.rows)
    if found.hidden and left > 1:
        shown[0] = _more(found.hidden + sum(len(span.text) for span in shown[0]), glyphs)
    return [*shown, *ending]


def _from_start(speech: Speech, room: int, rows: int, glyphs: Glyphs, style: str) -> list[Row]:
    """The first words of a speech that is over: they say best what it was about."""
    ending = _ending(speech, room, glyphs)
    left = rows - len(ending)
    if left <= 0:
        return ending[-rows:]
    found = start_of(speech.text, room, left, glyphs, style)
    shown = list(found.rows)
    if found.hidden and left > 1:
        shown[-1] = _more(found.hidden + sum(len(span.text) for span in shown[-1]), glyphs)
    return [*shown, *ending]


def _more(characters: int, glyphs: Glyphs) -> Row:
    return (Span(f"{glyphs.continued} +{size(characters)}", "muted"),)


def _ending(speech: Speech, room: int, glyphs: Glyphs) -> list[Row]:
    """What there is to say besides the words: that it waits, failed, was lost."""
    match speech.status:
        case "waiting":
            wait = f" {took(speech.wait_ms)}" if speech.wait_ms else ""
            line, style = f"{glyphs.waiting} waits{wait} for {speech.about}", "warning"
        case "retrying":
            wait = f" in {took(speech.wait_ms)}" if speech.wait_ms else ""
            line, style = f"{glyphs.retried} again{wait}: {speech.about}", "warning"
        case "failed" | "lost":
            line, style = f"{glyphs.failed} {speech.about}", "error"
        case "cut off" | "refused":
            line, style = f"{glyphs.warned} {speech.about}", "warning"
        case _:
            return []
    return [(Span(row, style),) for row in wrap(line, room)[:2]]


def _use(use: ToolUse, room: int, glyphs: Glyphs, style: str) -> Row:
    """A tool on one line: its name, how it went, how long it took, what came of it."""
    mark, colour = {
        "done": (glyphs.done, "good"),
        "failed": (glyphs.failed, "error"),
        "lost": (glyphs.failed, "error"),
        "running": (glyphs.running, "info"),
        "waiting": (glyphs.waiting, "warning"),
    }[use.status]
    spans = [Span(f"{glyphs.tool} ", "muted"), Span(cut(use.tool, max(1, room - 4)), style), Span(f" {mark}", colour)]
    if use.took_ms:
        spans.append(Span(f" {took(use.took_ms)}", "muted"))
    left = room - width_of(spans) - 2
    if use.about and left >= 6:
        spans.append(Span(f"  {cut(use.about, left)}", colour if use.status == "failed" else "muted"))
    return tuple(spans)


def _received(received: Received, room: int, glyphs: Glyphs) -> list[Row]:
    """Who handed what over."""
    giver = received.giver
    name = one_line(giver.title or giver.id)
    start = (
        Span(f"{sign(giver, glyphs)} ", role_of(giver)),
        Span(cut(name, room - 2), "muted bold"),
    )
    if not received.words:
        return [start]
    taken = width_of(start) + 2
    if taken + cells(received.words) <= room:
        return [(*start, Span(f"  {received.words}", "muted"))]
    lines = wrap(received.words, max(2, room - 2))
    if len(lines) > _HANDED:
        lines[_HANDED - 1 :] = [cut(" ".join(lines[_HANDED - 1 :]), max(2, room - 2))]
    return [start, *((Span(f"  {line}", "muted"),) for line in lines)]


def _direction(direction: Direction, room: int, glyphs: Glyphs) -> list[Row]:
    """What a person did."""
    said_of_it = {
        "whisper": "whispers",
        "mute": "says nothing for now",
        "unmute": "may speak again",
        "swap": "has another model",
        "raise": "has a higher limit",
        "skip": "is let off",
    }.get(direction.what, direction.what)
    who = f"{direction.by} " if direction.by and direction.what == "whisper" else ""
    line = f"{glyphs.person} {who}{said_of_it}"
    if direction.words:
        line += f": {direction.words}"
    return [(Span(row, "accent"),) for row in wrap(line, room)[:3]]


def _asked(asked: Asked, room: int, glyphs: Glyphs) -> list[Row]:
    """A question to a person; the card that answers it is drawn elsewhere, and only there."""
    if asked.status == "open":
        return [(Span(cut(f"{glyphs.gate} waits for a person", room), "gate"),)]
    answer = f": {asked.choice}" if asked.choice else ""
    word = "answered" if asked.status == "answered" else asked.status
    return [(Span(cut(f"{glyphs.gate} {word}{answer}", room), "muted"),)]
