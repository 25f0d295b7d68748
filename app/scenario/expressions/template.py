"""Finds the expressions in a text: `${{ ... }}` is one, `$${{` writes the sign itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.scenario.expressions.mistakes import ExpressionMistake, ExpressionMistakes
from app.scenario.expressions.nodes import Expression, references
from app.scenario.expressions.parser import parse_wrapped
from app.scenario.expressions.values import MAX_RESULT

MAX_MISTAKES = 20

_OPENING = re.compile(r"\$?\$\{\{")
# Up to the first }} that is not inside quotes. Possessive, so that a text without one is read once only.
_WRAPPED = re.compile(r"""\$\{\{(?:[^'"}]++|'[^']*+'|"[^"]*+"|\}(?!\}))*+\}\}""")


class Placed(NamedTuple):
    """An expression, and where it stands in the text with its `${{ }}`. Its own offsets count from `start`."""

    expression: Expression
    start: int
    end: int


@dataclass(frozen=True)
class Template:
    """A text as what is written and what is worked out, in turn."""

    parts: tuple[str | Placed, ...]

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The expressions, in order."""
        return tuple(part for part in self.parts if isinstance(part, Placed))

    @cached_property
    def lone(self) -> Expression | None:
        """The expression that is all there is but for white space; its value keeps its type."""
        placed = self.placed
        if len(placed) != 1 or any(isinstance(part, str) and part.strip() for part in self.parts):
            return None
        return placed[0].expression


def parse_template(text: str) -> Template:
    """Read a text, or raise ExpressionMistakes with every mistake in it, each counted in the text."""
    template, mistakes = read_template(text)
    if mistakes:
        raise ExpressionMistakes(mistakes)
    return template


def read_template(text: str) -> tuple[Template, tuple[ExpressionMistake, ...]]:
    """Read a text as far as it can be read: what is right in it, and every mistake, each counted in the text."""
    if len(text) > MAX_RESULT:
        message = f"this text is longer than {MAX_RESULT // 1024} KB"
        return Template(()), (ExpressionMistake(message, "no result can be", 0, len(text)),)
    parts: list[str | Placed] = []
    mistakes: list[ExpressionMistake] = []
    written = 0  # up to where the text is in parts
    opening = _OPENING.search(text)
    while opening and len(mistakes) < MAX_MISTAKES:
        start, end = opening.span()
        if end - start == len("$${{"):
            parts.append(text[written:start] + "${{")
        else:
            parts.append(text[written:start])
            end = _end(text, start)
            try:
                parts.append(Placed(_parse(text[start:end]), start, end))
            except ExpressionMistake as mistake:
                mistakes.append(mistake.moved(start))
        written = end
        opening = _OPENING.search(text, end)
    parts.append(text[written:])
    return Template(tuple(part for part in parts if part != "")), tuple(mistakes)


def _end(text: str, start: int) -> int:
    """Return where the expression that begins at `start` ends, or where its opening does when nothing closes it."""
    if whole := _WRAPPED.match(text, start):
        return whole.end()
    closing = text.find("}}", start)  # past a quote that is never closed, which the parser can point at
    return start + len("${{") if closing < 0 else closing + len("}}")


def _parse(source: str) -> Expression:
    if source == "${{":
        raise ExpressionMistake('this "${{" is never closed', 'add a "}}", or write $${{ for the sign itself', 0, 3)
    return parse_wrapped(source)


def secrets_in(text: str) -> list[str]:
    """The names of the secrets that a text asks for."""
    paths = [reference.path for placed in parse_template(text).placed for reference in references(placed.expression)]
    return [str(path[1]) for path in paths if path[0] == "secrets" and len(path) > 1]
