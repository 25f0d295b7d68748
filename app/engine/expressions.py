"""Puts values into the texts of a scenario while it is performed; a text is read once, however often it is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.engine.outcomes import Mishap
from app.scenario.expressions import EvaluationError, Expression, Status, Template, evaluate, parse_bare, parse_template
from app.scenario.expressions import render as render_template
from app.scenario.expressions.nodes import Call, walk

_template = lru_cache(maxsize=4096)(parse_template)
_bare = lru_cache(maxsize=4096)(parse_bare)


def render(text: str, values: Mapping[str, Any]) -> Any:
    """A text with its values; a lone expression keeps the type of its value."""
    if "{{" not in text:
        return text
    template: Template = _template(text)
    try:
        return render_template(template, values)
    except EvaluationError as error:
        raise _mishap(error, text) from error


def render_text(text: str, values: Mapping[str, Any]) -> str:
    """The same for a prompt or a question, which is text whatever is put into it."""
    value = render(text, values)
    return value if isinstance(value, str) else as_text(value)


def render_all(data: Any, values: Mapping[str, Any]) -> Any:
    """Values put into every text of a structure."""
    if isinstance(data, str):
        return render(data, values)
    if isinstance(data, dict):
        return {name: render_all(value, values) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [render_all(value, values) for value in data]
    return data


def holds(text: str, values: Mapping[str, Any], status: Status | None = None) -> bool:
    """Is a condition true?"""
    try:
        return bool(evaluate(_bare(text), values, status))
    except EvaluationError as error:
        raise _mishap(error, text) from error


@lru_cache(maxsize=4096)
def decides_itself(text: str) -> bool:
    """Does a condition take steps that failed or were skipped into account, instead of leaving them to the rule?"""
    expression: Expression = _bare(text)
    return any(isinstance(node, Call) and node.function in ("always", "failure") for node in walk(expression.root))


def as_text(value: Any) -> str:
    """Data as people and models read it."""
    import msgspec

    return "" if value is None else msgspec.json.encode(value).decode()


def _mishap(error: EvaluationError, text: str) -> Mishap:
    part = " ".join(text[error.start : error.end].split())
    return Mishap("expression", f"{error.message}, in {part[:80]}" if part else error.message, error.hint)
