"""Reads a file of KEY=VALUE lines, strictly: what a shell and a dotenv library would read differently is refused.

No line of it is ever shown: it holds keys.
"""

from __future__ import annotations

import re
from pathlib import Path

from app.document.source import read_source
from app.errors import Problem, ScenarioRefused

_NAME = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)(?==)")
_COMMENT = re.compile(r"[ \t]+#.*|[ \t]*")
_QUOTED = {"'": re.compile(r"'([^']*)'"), '"': re.compile(r'"((?:[^"\\]|\\.)*)"')}
_BARE = re.compile(r"[^\s'\"]\S*|")
_ESCAPE = re.compile(r"\\(.)")
_HINTS = {  # footlights migrate, which is named otherwise, mends only scenarios and cards
    "byte-order-mark": 'save it as "UTF-8 without BOM"',
    "line-ends": "save it with LF line ends",
}
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


class EnvFileRefused(ScenarioRefused):
    """A file of keys cannot be read; what is wrong is told without what stands in it."""

    def __init__(self, problems: tuple[Problem, ...], name: str) -> None:
        super().__init__(problems)
        self.message = f"{name} cannot be used"
        self.args = (self.message,)


def read_env_file(path: Path) -> dict[str, str]:
    """The values by name; raises `EnvFileRefused` with everything that is wrong."""
    try:
        source = read_source(path)
    except ScenarioRefused as refused:
        mended = tuple(one._replace(hint=_HINTS.get(one.code, one.hint)) for one in refused.problems)
        raise EnvFileRefused(mended, str(path)) from refused
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(source.lines, 1):
        try:
            _take(line, values)
        except _Wrong as wrong:
            problems.append(Problem("env-file", wrong.message, wrong.hint, source.name, number, wrong.column + 1))
    if problems:
        raise EnvFileRefused(tuple(problems), source.name)
    return values


def others_may_read(path: Path) -> bool:
    """May anybody but its owner read a file?"""
    return bool(path.stat().st_mode & 0o077)


class _Wrong(Exception):
    """What is wrong with a line, and where."""

    def __init__(self, column: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message
        self.hint = hint


def _take(line: str, values: dict[str, str]) -> None:
    start = len(line) - len(line.lstrip())
    if not line.strip() or line[start] == "#":
        return
    named = _NAME.match(line, start)
    if named is None:
        raise _Wrong(start, "this is not KEY=VALUE", "a name, = and a value, without spaces around the =")
    name, at = named[1], named.end() + 1
    if name in values:
        raise _Wrong(named.start(1), f"{name} is given twice", "keep one")
    value, end = _value(line, at)
    rest = _COMMENT.fullmatch(line, end)
    if rest is None:
        raise _Wrong(end, "something follows the value", "put a value with spaces into quotes")
    values[name] = value


def _value(line: str, at: int) -> tuple[str, int]:
    """What is written from a column on, and where it ends."""
    quote = line[at : at + 1]
    if quote in _QUOTED and quote:
        quoted = _QUOTED[quote].match(line, at)
        if quoted is None:
            raise _Wrong(at, "this quote is never closed", "close it in the same line")
        value = quoted[1]
        if quote == '"':
            value = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), value)
        return value, quoted.end()
    if quote.isspace() and not _COMMENT.fullmatch(line, at):
        raise _Wrong(at, "a space stands after the =", "write the value at once, in quotes if it begins with a space")
    bare = _BARE.match(line, at)
    return ("", at) if bare is None else (bare[0], bare.end())
