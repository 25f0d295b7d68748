"""What a person wrote on one line, as a value: of a type, in the notation of a scenario file, or out of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.document.source import Source, read_source
from app.document.suggest import shortened
from app.document.tree import parse
from app.document.types import Choice, Maybe, Text, Type, without_null
from app.errors import ScenarioRefused, UsageError

_NULLS = ("null", "~")


def read_value(name: str, text: str, type: Type) -> Any:
    """What was written, as a value of the type where it can be one."""
    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        text = read_text(name, text[1:])
    if isinstance(type, Maybe) and text in _NULLS:
        return None
    match without_null(type):
        case Text():
            return text
        case Choice(values):
            return next((value for value in values if text == in_notation(value)), text)
    return read_notation(name, text)


def read_notation(name: str, text: str) -> Any:
    """What a text says in the notation of a scenario file, which JSON is a part of."""
    written = "".join(f"  {line}" for line in text.splitlines(keepends=True))
    try:
        return parse(Source(name, f"value:\n{written}")).data["value"]
    except ScenarioRefused as refused:
        first = refused.problems[0]
        raise UsageError(f"{name}: {first.message}", first.hint) from refused


def read_text(name: str, path: str) -> str:
    """What stands in a file."""
    try:
        return read_source(Path(path), path).text
    except ScenarioRefused as refused:
        hint = f"it is looked for where you stand; a text that begins with @ is written  {name}=@@{shortened(path, 20)}"
        raise UsageError(f"{name}: {refused.problems[0].message}", hint) from refused


def in_notation(value: object) -> str:
    """A plain value, as it is written."""
    return json.dumps(value) if isinstance(value, bool) else str(value)
