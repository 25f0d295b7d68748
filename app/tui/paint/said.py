"""What a model said, as rows: structured answers as keys and values, Markdown lightly.

Only what can be seen is worked out: a panel shows some rows of a text that may be very long, ten times a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from app.safety import clean, safe_text
from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span
from app.tui.text import cells, wrap, wrap_tail

WIDEST = 96  # cells of a line of text, however wide the panel: longer ones are hard to follow
_NARROW = 30  # cells below which there is no room for indents
_NARROWEST = 2  # cells: a character may be as wide; what is too wide for its panel is cut there
STRUCTURED = 24_000  # characters up to which an answer that is data is taken apart
_LONG = 4_000  # characters of one line, beyond which only its end is looked at

_DATA = re.compile(r'\{\s*(?:["}]|$)|\[\s*(?:[\[{"\]]|$)')
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_HALF_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_SAYS = {"true": "yes", "false": "no", "null": "–"}

_FENCE = "```"
_MARKUP = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__|`([^`\n]+)`")
_HEADING = re.compile(r"#{1,6} +(.*?)#* *$")
_ITEM = re.compile(r"^( *)[-*+•] +")
_RULE = re.compile(r" *([-*_] *){3,}$")


class Said(NamedTuple):
    """The first or the last rows of a text, and how many characters are not among them."""

    rows: tuple[Row, ...]
    hidden: int


class Fact(NamedTuple):
    """One line of a structured answer."""

    indent: int
    is_item: bool
    key: str
    text: str


def end_of(text: str, width: int, rows: int, glyphs: Glyphs, style: str = "text") -> Said:
    """The last rows of what was said, fit for a terminal already."""
    width = max(_NARROWEST, min(width, WIDEST))
    text = text.strip("\n").rstrip()
    if rows <= 0 or not text:
        return Said((), len(text))
    if (found := _facts_of(text)) is None:
        return _written_end(text, width, rows, glyphs, style)
    shown: list[Row] = []
    for at in range(len(found) - 1, -1, -1):
        shown[:0] = _fact_rows(found[at], width, glyphs, style)
        if len(shown) >= rows:
            return Said(tuple(shown[-rows:]), sum(map(_length, found[:at])))
    return Said(tuple(shown), 0)


# What is over is worked out once. What still grows is not kept: it would be kept once for every frame.
whole_end_of = lru_cache(maxsize=128)(end_of)


@lru_cache(maxsize=128)
def start_of(text: str, width: int, rows: int, glyphs: Glyphs, style: str = "text") -> Said:
    """The first rows of what was said, fit for a terminal already."""
    width = max(_NARROWEST, min(width, WIDEST))
    text = text.strip("\n").rstrip()
    if rows <= 0 or not text:
        return Said((), len(text))
    if (found := _facts_of(text)) is None:
        return _written_start(text, width, rows, glyphs, style)
    shown: list[Row] = []
    for at, fact in enumerate(found):
        shown += _fact_rows(fact, width, glyphs, style)
        if len(shown) > rows:
            over = sum(len(span.text) for row in shown[rows:] for span in row)
            return Said(tuple(shown[:rows]), over + sum(map(_length, found[at + 1 :])))
    return Said(tuple(shown), 0)


def ending(text: str, most: int) -> str:
    """The last characters of what was said, for one line; of an answer that is data, its last key and value."""
    found = _facts_of(text)
    last = ": ".join(filter(None, (found[-1].key, found[-1].text))) if found else text
    return last[-most:]


def _facts_of(text: str) -> list[Fact] | None:
    """What an answer that is data says; None if it is none."""
    if len(text) > STRUCTURED or not _DATA.match(text):
        return None
    return facts(text)


def _length(fact: Fact) -> int:
    return len(fact.key) + len(fact.text)


def facts(text: str) -> list[Fact] | None:
    """The keys and values of JSON that may break off anywhere; None where it goes on as something else."""
    found: list[Fact] = []
    levels: list[_Level] = []
    key = ""
    tokens = _TOKEN.findall(text)
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        level = levels[-1] if levels else None
        if token in "{[":
            inner = _Level(token, level, key)
            if level is not None and following and following in "}]":
                found.append(level.fact(key, _SAYS["null"]))
                inner.lends_bullet = False
            elif level is not None and not inner.lends_bullet:
                found.append(level.fact(key, ""))
            levels.append(inner)
            key = ""
        elif level is None:
            return None
        elif token in "}]":
            levels.pop()
        elif token not in ",:":
            key = _value(token, following, key, level, found)
    return found if found or levels else [Fact(0, False, "", _SAYS["null"])]


def _value(token: str, following: str, key: str, level: _Level, found: list[Fact]) -> str:
    """Take in a key or a value; gives back the key that waits for its value."""
    if level.is_map and not key and following in (":", ""):
        key = _unquoted(token) or "–"
        if not following:
            found.append(level.fact(key, ""))
        return key
    found.append(level.fact(key, _unquoted(token) if token[0] == '"' else _SAYS.get(token, token)))
    return ""


class _Level:
    """A map or a list that is open: how far in it stands, and whether its first line carries a list's bullet."""

    __slots__ = ("indent", "is_map", "lends_bullet")

    def __init__(self, token: str, around: _Level | None, key: str) -> None:
        self.is_map = token == "{"
        self.indent: int = around.indent + 2 if around is not None else 0
        self.lends_bullet = around is not None and not around.is_map and not key

    def fact(self, key: str, text: str) -> Fact:
        if not self.is_map:
            return Fact(self.indent, True, "", text)
        lent, self.lends_bullet = self.lends_bullet, False
        return Fact(self.indent - 2 * lent, lent, key, text)


def _unquoted(token: str) -> str:
    """The text of a JSON string, also of one that has not ended yet."""
    import json

    if token[0] != '"':
        return token
    whole = token if len(token) > 1 and token[-1] == '"' else _HALF_ESCAPE.sub("", token) + '"'
    try:
        text = str(json.loads(whole, strict=False))
    except ValueError:
        text = token.strip('"')
    return clean(text)  # an escape in JSON may hide what is none in the text


def _fact_rows(fact: Fact, width: int, glyphs: Glyphs, style: str) -> list[Row]:
    is_narrow = width < _NARROW
    indent = 0 if is_narrow else min(fact.indent, width // 3)
    start = " " * indent + (f"{glyphs.bullet} " if fact.is_item else "")
    lead, room = Span(start, "muted"), width - len(start)
    if not fact.key:
        rows = [_marked(line, style) for line in wrap(fact.text, max(_NARROWEST, room))] or [()]
        return [(lead if index == 0 else Span(" " * len(start)), *row) for index, row in enumerate(rows)]
    key = safe_text(" ".join(fact.key.split()), newlines=False)
    label = Span(key, "muted" if is_narrow and fact.text else "muted bold")
    if not fact.text:
        return [(lead, label)]
    if "\n" not in fact.text and cells(key) + 2 + cells(fact.text) <= room:
        return [(lead, label, Span("  "), *_marked(fact.text, style))]
    inner = "" if is_narrow else " " * (len(start) + 2)
    below = [(Span(inner), *_marked(line, style)) for line in wrap(fact.text, max(_NARROWEST, width - len(inner)))]
    return [(lead, label), *below]


def _written_end(text: str, width: int, rows: int, glyphs: Glyphs, style: str) -> Said:
    """Lines of prose, Markdown or code, from the last one upwards."""
    shown: list[Row] = []
    end = len(text)
    is_code = text.count(_FENCE) % 2 == 1
    while True:
        start = text.rfind("\n", max(0, end - _LONG), end) + 1
        if not start and end > _LONG:  # one line, and a long one
            tail = wrap_tail(text[:end], width, rows - len(shown))
            return Said((*((Span(line, style),) for line in tail), *shown), max(0, end - sum(map(len, tail))))
        line = text[start:end]
        if line.lstrip().startswith(_FENCE):
            is_code = not is_code
        else:
            found = _line_rows(line, width, glyphs, style, is_code)
            over = len(shown) + len(found) - rows
            shown[:0] = found
            if over >= 0 and start + over > 0:
                hidden = start + sum(len(span.text) for row in found[:over] for span in row)
                return Said(tuple(shown[over:]), hidden)
        if start == 0:
            return Said(tuple(shown), 0)
        end = start - 1


def _written_start(text: str, width: int, rows: int, glyphs: Glyphs, style: str) -> Said:
    """The same lines from the first one downwards."""
    shown: list[Row] = []
    start, is_code = 0, False
    while start <= len(text):
        end = text.find("\n", start, start + _LONG)
        end = end if end >= 0 else min(len(text), start + _LONG)
        line = text[start:end]
        if line.lstrip().startswith(_FENCE):
            is_code = not is_code
        else:
            shown += _line_rows(line, width, glyphs, style, is_code)
        start = end + (text[end : end + 1] in ("\n", ""))
        if len(shown) > rows or (len(shown) == rows and start < len(text)):
            over = sum(len(span.text) for row in shown[rows:] for span in row)
            return Said(tuple(shown[:rows]), over + len(text) - min(start, len(text)))
    return Said(tuple(shown), 0)


def _line_rows(line: str, width: int, glyphs: Glyphs, style: str, is_code: bool) -> list[Row]:
    """One line of a text in as many rows as it needs."""
    if is_code or line.startswith(("    ", "\t")):
        return [(Span(row, style),) for row in wrap(line, width)]
    if not line.strip():
        return [()]
    if found := _HEADING.match(line):
        return [(Span(row, f"{style} bold"),) for row in wrap(_MARKUP.sub(_bare, found[1]), width)]
    if _RULE.match(line):
        return [(Span(glyphs.rule_faint * width, "faint"),)]
    line = _ITEM.sub(rf"\1{glyphs.bullet} ", line, count=1)
    if not _MARKUP.search(line):
        return [(Span(row, style),) for row in wrap(line, width)]
    return _wrapped_markup(line, width, style)


def _wrapped_markup(line: str, width: int, style: str) -> list[Row]:
    """A line with bold or code in it: wrapped without the marks, and each piece found again in the rows."""
    plain, pieces, at = "", list[tuple[int, int, str]](), 0
    for found in _MARKUP.finditer(line):
        plain += line[at : found.start()]
        inner = _bare(found)
        pieces.append((len(plain), len(plain) + len(inner), _look(found, style)))
        plain += inner
        at = found.end()
    plain += line[at:]
    rows, position = list[Row](), 0
    for row in wrap(plain, width):
        words = row.strip(" ")
        start = plain.find(words, position)
        if start < 0:  # a tab was spread, or a character replaced: this row stays plain
            rows.append((Span(row, style),))
            continue
        lead = row[: len(row) - len(row.lstrip(" "))]
        rows.append((Span(lead, style), *_coloured(plain, start, start + len(words), pieces, style)))
        position = start + len(words)
    return rows


def _coloured(text: str, start: int, end: int, pieces: list[tuple[int, int, str]], style: str) -> Iterator[Span]:
    at = start
    for first, last, look in pieces:
        first, last = max(first, start), min(last, end)
        if first >= last:
            continue
        if at < first:
            yield Span(text[at:first], style)
        yield Span(text[first:last], look)
        at = last
    if at < end:
        yield Span(text[at:end], style)


def _marked(line: str, style: str) -> Row:
    """One row with bold and code in it, where each mark has its end on the same row."""
    spans, at = list[Span](), 0
    for found in _MARKUP.finditer(line):
        if found.start() > at:
            spans.append(Span(line[at : found.start()], style))
        spans.append(Span(_bare(found), _look(found, style)))
        at = found.end()
    if at < len(line):
        spans.append(Span(line[at:], style))
    return tuple(spans)


def _bare(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[3]


def _look(found: re.Match[str], style: str) -> str:
    return f"{style} bold" if found[3] is None else "info" if style == "text" else style
