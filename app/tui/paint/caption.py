"""Words for the audience: two short lines in the middle that can be read from the back row, or one where need be."""

from __future__ import annotations

from functools import lru_cache

from app.state.sentences import sentence_end
from app.tui.look.glyphs import Glyphs
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span, fitted
from app.tui.text import balanced, cells, cut, wrap

LINE = 42  # characters of a line: what film subtitles keep to
LINES = 2
_INDENT = 1
_SENTENCE = 63  # characters of a line that is a sentence: better a longer one than two in pieces


def caption(words: str, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The caption in this size: a box from four rows on."""
    words = " ".join(words.split())
    if height < BORDERS + LINES or width < INSETS + LINE // 2:
        return _bare(words, width, height)
    room = width - INSETS
    shown = lines(words, room - 2 * _INDENT, height - BORDERS)
    top = max(0, (height - BORDERS - len(shown)) // 2)
    rows: list[Row] = [()] * top + [_centred(line, room) for line in shown]
    return framed(rows, width, height, title=(Span("CAPTION", "muted"),), glyphs=glyphs)


@lru_cache(maxsize=16)
def lines(words: str, room: int, most: int) -> tuple[str, ...]:
    """The words in short lines; in longer ones, as long as there is room, rather than that some are lost."""
    if room <= 0 or most <= 0 or not words:
        return ()
    if cells(words) > min(LINE, room) and most >= LINES and (apart := _sentences(words, min(_SENTENCE, room))):
        return apart
    for measure in (min(LINE, room), *range(min(LINE, room) + 1, room + 1)):
        shown = wrap(words, measure)
        if len(shown) <= min(most, LINES) or (len(shown) <= most and measure == room):
            return tuple(balanced(words, measure))
    shown = wrap(words, room)
    return (*shown[: most - 1], cut(" ".join(shown[most - 1 :]), room))


def _sentences(words: str, room: int) -> tuple[str, ...]:
    """The words on two lines with a full stop between them, as even as they can be; none where that does not go."""
    pairs, start = list[tuple[str, str]](), 0
    while end := sentence_end(words[start:], len(words)):
        start += end
        first, second = words[:start], words[start:].strip()
        if second and max(cells(first), cells(second)) <= room:
            pairs.append((first, second))
    return min(pairs, key=lambda pair: max(map(cells, pair)), default=())


def _bare(words: str, width: int, height: int) -> list[Row]:
    """Without a box: one line, or the lines in the middle of what there is."""
    room = max(2, width - 2)  # a character may be as wide
    shown = (cut(words, room),) if height == 1 or cells(words) <= min(room, LINE) else lines(words, room, height)
    rows: list[Row] = [()] * max(0, (height - len(shown)) // 2)
    rows += [_centred(line, width) for line in shown]
    rows += [()] * (height - len(rows))
    return [fitted(row, width) for row in rows[:height]]


def _centred(line: str, width: int) -> Row:
    """In the middle, as a subtitle is."""
    return (Span(" " * max(0, (width - cells(line)) // 2)), Span(line, "text bold"))
