"""Text in terminal cells: how wide it is, cut to a width, wrapped to one; and numbers as people read them.

The text must have passed `app.safety.safe_text`. A character is never cut in two, whatever it is made of.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from rich.cells import cell_len, split_graphemes

from app.state.words import money as money
from app.state.words import paid as paid
from app.state.words import took as took

_TAB = 4
_FAR = 4096  # characters: a line that is longer is wrapped from a mark in it where only its end is shown
_HANGING = re.compile(r" *(?:[-*•·–>] +|\d{1,3}[.)] +)?")
_NEVER_FIRST = frozenset("、。，．！？：；）」』】》")  # in Chinese and Japanese no line begins with these


def cells(text: str) -> int:
    """How many terminal cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """The text in at most so many cells, with an ellipsis where some of it was left out."""
    if _reach(text, 0, width) == len(text):
        return text
    head = text[: _reach(text, 0, width - cells(ellipsis))].rstrip()
    return head + ellipsis if width >= cells(ellipsis) else ""


def fit(text: str, width: int, *, ellipsis: str = "…") -> str:
    """The text in exactly so many cells: cut, or filled up at the right."""
    shown = cut(text, width, ellipsis=ellipsis)
    return shown + " " * (width - cells(shown))


def wrap(text: str, width: int) -> list[str]:
    """The lines of a text in at most so many cells; lists and indented lines go on at their indent."""
    return [row for line in text.split("\n") for row in _wrap_line(line, width)] if width > 0 else []


def balanced(text: str, width: int) -> list[str]:
    """The same in as many lines, which are as long as one another as far as that goes: no word stands alone."""
    lines = wrap(text, width)
    longest = max(map(cells, lines), default=0)
    least = -(-sum(map(cells, lines)) // max(1, len(lines)))
    return next((even for room in range(least, longest) if len(even := wrap(text, room)) <= len(lines)), lines)


def wrap_tail(text: str, width: int, rows: int) -> list[str]:
    """The last rows of what `wrap` gives; what lies far above them is not looked at, however long the text is.

    Of a line longer than a few thousand characters only the end is wrapped, from a mark that stays where it is while
    the line grows: text that streams in does not dance.
    """
    found: deque[str] = deque(maxlen=max(0, rows))
    if width <= 0 or rows <= 0:
        return []
    end = len(text)
    while len(found) < rows:
        start, is_whole = _last_line(text, end, max(_FAR, 4 * width * rows))
        found.extendleft(reversed(list(_wrap_line(text[start:end], width))[len(found) - rows :]))
        if start == 0:
            break
        end = start - 1 if is_whole else start
    return list(found)


def tokens(count: float) -> str:
    """A count, shorter where it is large: 980, 1,204, 12.4k, 200k, 3.1M."""
    if count < 9_999.5:
        return f"{round(count):,}"
    if count < 999_950:
        return f"{count / 1_000:.1f}".removesuffix(".0") + "k"
    return f"{count / 1_000_000:.1f}".removesuffix(".0") + "M"


def size(chars: int) -> str:
    """How much text that is: 1 char, 640 chars, 12.4k chars."""
    return f"{tokens(chars)} char{'' if chars == 1 else 's'}"


def clock(seconds: float) -> str:
    """A moment of the show, rounded as whatever else tells a time: 0:05, 1:47, 1:02:03."""
    minutes, second = divmod(int(max(0.0, seconds) + 0.5), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def fine_clock(ms: float) -> str:
    """The same to a tenth of a second, as long as there are no hours: 0:05.1, 1:47.0, 1:02:03."""
    tenths = int(max(0.0, ms) / 100 + 0.5)
    if tenths >= 36_000:
        return clock(ms / 1000)
    minutes, left = divmod(tenths, 600)
    return f"{minutes}:{left // 10:02}.{left % 10}"


def _wrap_line(line: str, width: int) -> Iterator[str]:
    line = line.expandtabs(_TAB).rstrip(" ")
    hanging = _HANGING.match(line)
    indent = hanging.end() if hanging else 0
    indent = indent if indent <= width // 3 else 0
    room, lead, start = width, "", 0
    while (end := _reach(line, start, room)) < len(line):
        end = _break(line, start, end, max(start, indent))
        yield lead + line[start:end].rstrip(" ") if end > start else "…"
        start = max(end, start + 1)
        while line[start : start + 1] == " ":
            start += 1
        room, lead = width - indent, " " * indent
    if start < len(line) or not start:
        yield lead + line[start:]


def _break(line: str, start: int, end: int, least: int) -> int:
    """Where to break a line of which the characters up to `end` fit: after a word, or within one that is too long."""
    if line[end] == " ":
        return end
    if line.isascii():
        space = line.rfind(" ", least, end)
        return space if space > start else end
    breaks = (place for place in range(end, max(start, least), -1) if _breaks(line, place))
    return next(breaks, end)


def _breaks(line: str, place: int) -> bool:
    """May a new line begin here? At a space, and before and after an ideograph."""
    before, after = line[place - 1], line[place]
    if after == " ":
        return True
    if before == "\u200d" or after in _NEVER_FIRST or not cells(after):
        return False
    return cells(before) == 2 or cells(after) == 2


def _reach(text: str, start: int, width: int) -> int:
    """The end of as much text as fits so many cells; nothing behind it is looked at."""
    if width <= 0:
        return start
    piece = text[start : start + width + 1]
    if piece.isascii():
        return min(start + width, len(text))
    look = width + 8
    while True:
        piece = text[start : start + look]
        spans, taken = split_graphemes(piece)
        whole = start + len(piece) == len(text)
        if taken <= width and whole:
            return len(text)
        used = 0
        for first, _, wide in spans if whole else spans[:-1]:  # the last may go on behind what was looked at
            used += wide
            if used > width:
                return start + first
        look *= 2


def _last_line(text: str, end: int, far: int) -> tuple[int, bool]:
    """Where the line that ends there starts; or, where that is far away, the mark to start from instead."""
    mark = max(0, (end - far) // far * far)
    start = text.rfind("\n", mark, end) + 1
    if start or mark == 0:
        return start, True
    return text.find(" ", mark, end - far) + 1 or mark, False
