"""Shows problems the way a compiler does: the address, the line itself with the place underlined, a hint, a count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TextIO

from app.cli.ink import Ink, cell_width
from app.errors import Problem
from app.safety import clean, safe_text, secret_spans

_TAB = 4
_NARROWEST = 24
_SEVERITIES = ("error", "warning", "note")


def write_problems(problems: Sequence[Problem], sources: Mapping[str, str], stream: TextIO) -> None:
    """Write every problem, with its line from `sources` (text by file name) where there is one, and a closing count."""
    ink = Ink.for_stream(stream)
    lines = {file: _with_secrets_covered(text).split("\n") for file, text in sources.items()}
    for problem in problems:
        stream.write("\n".join(_describe(problem, lines.get(problem.file, ()), ink)) + "\n\n")
    if problems:
        stream.write(f"{closing_line(problems)}\n")


def closing_line(problems: Sequence[Problem]) -> str:
    """Say how many problems of each severity there are, and where: `3 errors, 1 warning in feature-sprint.yaml`."""
    counts = {severity: sum(problem.severity == severity for problem in problems) for severity in _SEVERITIES}
    said = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count)
    files = {problem.file for problem in problems if problem.file}
    if not files:
        return said
    first = next(iter(files))  # the folder one stands in has no name
    return f"{said} in {_one_line(PurePath(first).name or first) if len(files) == 1 else f'{len(files)} files'}"


def _describe(problem: Problem, source: Sequence[str], ink: Ink) -> list[str]:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part not in (None, ""))
    address = ink.paint(f"{_one_line(place)}: ", "bold") if place else ""
    shown = [f"{address}{ink.paint(problem.severity + ':', problem.severity)} {_one_line(problem.message)}"]
    if problem.line is not None and 0 < problem.line <= len(source):
        shown += _excerpt(problem, problem.line, source[problem.line - 1], ink)
    if problem.hint:
        first, *more = clean(problem.hint).splitlines()
        shown += [f"  {ink.paint('hint:', 'good')} {first}", *(f"        {line}" for line in more)]
    return [ink.glyphs(line) for line in shown]


def _excerpt(problem: Problem, number: int, line: str, ink: Ink) -> list[str]:
    """Return the source line and, when the column is known, a second line that underlines the place."""
    gutter = f"{number:>5} │ "
    room = max(_NARROWEST, ink.width - len(gutter))
    if problem.column is None:
        return [ink.paint(gutter, "dim") + _window(_plain(line[: room + 1], 0), 0, room)]
    start = min(problem.column - 1, len(line))
    end = start + max(1, problem.length)
    nearby = max(0, start - room)  # a file may be one line of a million characters: only these can be on show
    before = _plain(line[nearby:start], 0)
    marked = _plain(line[start : min(end, start + room)], cell_width(before))
    after = _plain(line[end : end + room], cell_width(before + marked))
    text = before + marked + after
    left = 0
    if nearby or cell_width(text) > room:
        left = max(1 if nearby else 0, min(cell_width(before) - room // 3, cell_width(text) - room))
    indent = cell_width(before) - left
    span = min(max(1, cell_width(marked)), room - indent)
    return [
        ink.paint(gutter, "dim") + _window(text, left, room),
        ink.paint("      │ ", "dim") + " " * indent + ink.paint("^" * span, problem.severity),
    ]


def _window(text: str, left: int, room: int) -> str:
    """Return the cells of `text` from `left` on that fit the room, with an ellipsis where something was left out."""
    right = left + room
    shown: list[str] = []
    cell = 0
    for character in text:
        width = cell_width(character)
        first, cell = cell, cell + width
        if first >= left and cell <= right:
            shown.append(character)
        elif first < right and cell > left:
            shown.append(" ")  # half of a wide character
    if left:
        shown = ["…", " " * (cell_width(shown[0]) - 1), *shown[1:]]
    if cell > right:
        shown = [*shown[:-1], " " * (cell_width(shown[-1]) - 1), "…"]
    return "".join(shown)


def _plain(text: str, column: int) -> str:
    """Make part of a line safe, with its tabs as the spaces they take when the part starts at a column."""
    shown = ""
    for index, part in enumerate(safe_text(text.removesuffix("\r")).split("\t")):
        if index:
            shown += " " * (_TAB - (column + cell_width(shown)) % _TAB)
        shown += part
    return shown


def _with_secrets_covered(text: str) -> str:
    """Cover each secret character by character, which keeps every line and column where it was."""
    parts, shown = [], 0
    for start, end in secret_spans(text):
        parts += [text[shown : start + 4], re.sub(r"[^\n]", "•", text[start + 4 : end])]
        shown = end
    return "".join((*parts, text[shown:]))


def _one_line(text: str) -> str:
    return clean(text, newlines=False)
