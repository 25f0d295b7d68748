"""Words for a narrator: values of any shape as lines of a width."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from app.cli.ink import cell_width
from app.safety import clean, one_line
from app.state.brief import in_brief
from app.state.words import plural

LONGEST = 65_536  # characters of one text that are looked at; nobody reads more of it in a narration
_COUNTED = 999  # lines beyond those shown are counted up to here
_DEEPEST = 3
_LONG = 40  # characters of a text that is worth more than the counts beside it
_BRIEF = 60  # cells of one value of several in a line
_WORD = re.compile(r" *[^ ]*\d %[^ ]*| *[^ ]+")  # a number keeps its %
_HANGING = re.compile(r" *(?:[-*•·–>] +|\d{1,3}[.)] +)?")


def shortened(text: str, width: int) -> str:
    """The text in at most so many cells, with an ellipsis where some of it was left out."""
    if cell_width(text) <= width:
        return text
    head, _ = _cut(text, width - 1)
    return f"{head.rstrip(' …')}…"


def shortened_apart(texts: Sequence[str], width: int) -> list[str]:
    """Each in at most so many cells: those that would read alike then keep their ends too, or are told by a number."""
    cut = {text: shortened(text, width) for text in texts}
    for cut_otherwise in (_both_ends, _numbered):
        again = Counter(cut.values())
        alike = [text for text, short in cut.items() if again[short] > 1]
        cut |= {text: cut_otherwise(number, text, width) for number, text in enumerate(alike, 1)}
    return [cut[text] for text in texts]


def _both_ends(_: int, text: str, width: int) -> str:
    if cell_width(text) <= width:
        return text
    head, _more = _cut(text, width // 3)
    tail, _more = _cut(text[::-1], width - 1 - cell_width(head))
    return f"{head.rstrip()}…{tail[::-1].lstrip()}"


def _numbered(number: int, text: str, width: int) -> str:
    return shortened(f"({number}) {text}", width)


def wrap(text: str, width: int) -> Iterator[str]:
    """The lines of a clean text in at most so many cells; lists and indented lines go on at their indent."""
    for line in text.split("\n"):
        line = line.expandtabs(4).rstrip()
        if cell_width(line) <= width:
            yield line
        else:
            yield from _wrap_line(line, width)


def excerpt(value: Any, width: int, most: int) -> tuple[list[str], int]:
    """The first lines of a value, and how many more there are (counted up to a thousand)."""
    lines = iter(_without_empty_ends(describe(value, width)))
    shown = list(islice(lines, most + 2))
    more = sum(1 for _ in islice(lines, _COUNTED))
    if not more:
        return shown, 0  # two lines more take no more room than saying that there are more
    more += len(shown) - most
    del shown[most:]
    while shown and not shown[-1].strip():
        shown.pop()
        more += 1
    return shown, min(_COUNTED, more)


def digest(values: dict[Any, Any], width: int, most: int) -> Iterator[str]:
    """A map as lines, of each of its values only the first ones."""
    for name, room, item in _columns(values, width):
        lines, more = excerpt(item, room, most)
        if more:
            lines.append(f"… {more} more lines")
        yield from _beside(name, lines, room == width - 2)


def describe(value: Any, width: int, depth: int = 0) -> Iterator[str]:
    """Any plain data as lines: texts as they are, maps with their keys in a column, lists with a dash each."""
    if isinstance(value, str):
        yield from wrap(clean(value[:LONGEST]), width)
    elif not isinstance(value, dict | list) or not value or depth == _DEEPEST or width < 16:
        yield from wrap(compact(value), width)
    elif isinstance(value, dict):
        yield from _describe_map(value, width, depth)
    else:
        for item in value:
            for index, line in enumerate(describe(item, width - 2, depth + 1)):
                yield f"- {line}" if index == 0 else f"  {line}"


def compact(value: Any) -> str:
    """Any plain data on one clean line: texts as they are, the rest nearly as JSON writes it."""
    if isinstance(value, str):
        return one_line(value, most=LONGEST)
    try:
        return one_line(json.dumps(value, ensure_ascii=False), most=LONGEST)
    except RecursionError:
        return "…"


def in_a_line(values: dict[Any, Any]) -> str:
    """The values of a map in brief, one after another."""
    return " · ".join(f"{one_line(str(name))} {_in_few_words(value)}" for name, value in values.items())


def _in_few_words(value: Any) -> str:
    value = unwrapped(value)
    told = compact(in_brief(value))
    if isinstance(value, list | dict) and cell_width(told) > _BRIEF:
        return plural(len(value), "item")
    return shortened(told, _BRIEF)


def gist(result: Any) -> Any:
    """The text that a tool gave, where nothing stands beside it but counts and names; any other result as it is."""
    if not isinstance(result, dict) or not isinstance(text := result.get("text"), str) or len(text) < _LONG:
        return result
    return text if all(_is_small(value) for name, value in result.items() if name != "text") else result


def _is_small(value: Any) -> bool:
    """Is it a number, a word, or a list of words?"""
    if isinstance(value, list):
        return all(isinstance(item, str) and _is_small(item) for item in value)
    if isinstance(value, str):
        return len(value) < _LONG and not any(map(str.isspace, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def unwrapped(value: Any) -> Any:
    """The data in a text that is JSON; any other value as it is."""
    if isinstance(value, str) and value[:1] in ("{", "[") and len(value) <= LONGEST:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _describe_map(value: dict[Any, Any], width: int, depth: int) -> Iterator[str]:
    for name, room, item in _columns(value, width):
        yield from _beside(name, describe(item, room, depth + 1), room == width - 2)


def _columns(value: dict[Any, Any], width: int) -> Iterator[tuple[str, int, Any]]:
    """Each name filled up to a column, the room beside it (or below it, where that is too little), and the value."""
    names = [shortened(one_line(str(name)), 20) for name in value]
    column = max(map(cell_width, names)) + 2
    for name, item in zip(names, value.values(), strict=True):
        if width - column < 20:
            yield f"{name}:", width - 2, item
        else:
            yield name + " " * (column - cell_width(name)), width - column, item


def _beside(name: str, lines: Iterable[str], below: bool) -> Iterator[str]:
    start = name
    if below:
        yield name
        start = "  "
    for line in lines:
        yield start + line
        start = " " * cell_width(start)


def _without_empty_ends(lines: Iterator[str]) -> Iterator[str]:
    begun, empty = False, 0
    for line in lines:
        if not line:
            empty += 1
            continue
        yield from [""] * min(empty, 1) if begun else []
        begun, empty = True, 0
        yield line


def _wrap_line(line: str, width: int) -> Iterator[str]:
    """One line in several; the spaces inside stay, so that columns and code can be read."""
    hanging = _HANGING.match(line)
    indent = " " * min(len(hanging[0]) if hanging else 0, width // 2)
    shown, used = "", 0
    for word in _WORD.findall(line):
        cells = cell_width(word)
        if used and used + cells > width:
            yield shown
            word = word.lstrip(" ")
            shown, used, cells = indent, len(indent), cell_width(word)
        while used + cells > width:  # wider than a line: a link, a digest, a language without spaces
            head, word = _cut(word, max(2, width - used))
            yield shown + head
            shown, used, cells = indent, len(indent), cell_width(word)
        shown += word
        used += cells
    if shown.strip():
        yield shown


def _cut(text: str, width: int) -> tuple[str, str]:
    """The part of a text that fits so many cells, and the rest."""
    used = 0
    for index, character in enumerate(text):
        used += cell_width(character)
        if used > width:
            return text[:index], text[index:]
    return text, ""
