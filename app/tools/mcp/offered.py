"""What a tool server offers, made fit to show and to use: names, descriptions and schemas are a stranger's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from app.safety import safe_text
from app.tools.offers import compiled
from app.tools.plain import whole_characters

if TYPE_CHECKING:
    from mcp.types import Tool as Listed

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_LONGEST = 4_000  # characters of what is said about a tool, or about one of its arguments
_LARGEST = 100_000  # characters of a schema: a model reads all of it
_DEEPEST = 60
_OF_NAMES = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_OF_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_OF_SEVERAL = ("anyOf", "allOf", "oneOf", "prefixItems")


class Offered(NamedTuple):
    """One tool of a server."""

    name: str
    says: str
    parameters: dict[str, Any]
    reads: bool  # as it says itself
    is_idempotent: bool


def usable(tools: Iterable[Listed]) -> list[Offered]:
    """Return the tools that can be named, each once."""
    found: dict[str, Offered] = {}
    for tool in tools:
        if not _NAME.fullmatch(tool.name) or tool.name in found:
            continue
        hints = tool.annotations
        found[tool.name] = Offered(
            tool.name,
            _said(tool.description or tool.title or tool.name),
            parameters_of(tool.input_schema),
            bool(hints and hints.read_only_hint),
            bool(hints and hints.idempotent_hint),
        )
    return list(found.values())


def parameters_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without the patterns that cannot be read; one that cannot be used at all keeps only its names."""
    try:
        tidy = {"properties": {}, "required": [], **_tidy(whole_characters(schema), 0), "type": "object"}
        compiled(tidy)
        if len(json.dumps(tidy)) <= _LARGEST:
            return tidy
    except (ValueError, RecursionError):
        pass
    names = schema.get("properties")
    names = list(names)[:100] if isinstance(names, dict) else []
    known: dict[str, Any] = {name: {} for name in whole_characters(names) if len(name) <= 100}
    return {"type": "object", "properties": known, "required": []}


def _tidy(schema: Any, depth: int) -> dict[str, Any]:
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if not isinstance(schema, dict) or depth > _DEEPEST:
        raise ValueError("this is no schema")
    tidy: dict[str, Any] = {}
    for word, value in schema.items():
        if word in ("description", "title"):
            tidy[word] = _said(str(value))
        elif word in _OF_NAMES and isinstance(value, dict):
            kept = {name: item for name, item in value.items() if word != "patternProperties" or _is_readable(name)}
            tidy[word] = {name: _tidy(item, depth + 1) for name, item in kept.items()}
        elif word in _OF_SEVERAL and isinstance(value, list):
            tidy[word] = [_tidy(item, depth + 1) for item in value]
        elif word in _OF_ONE and isinstance(value, dict if word != "items" else dict | bool):
            tidy[word] = _tidy(value, depth + 1)
        elif word != "pattern" or (isinstance(value, str) and _is_readable(value)):
            tidy[word] = value
    return tidy


@lru_cache(maxsize=500)
def _is_readable(pattern: str) -> bool:
    try:
        compiled({"pattern": pattern})
    except ValueError:
        return False
    return True


def _said(text: str) -> str:
    return safe_text(text[:_LONGEST])[:_LONGEST]
