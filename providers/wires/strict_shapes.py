"""The shape an answer shall have, as a provider can be held to it. Ours is the last word: every answer is checked."""

from __future__ import annotations

from typing import Any

from providers.wires.capabilities import Capabilities

NAME = "answer"
_ONE = ("items", "anyOf")  # what holds schemas, and what holds them by name
_BY_NAME = ("properties", "$defs", "definitions")
_LOOSE = frozenset(
    {"allOf", "oneOf", "not", "if", "patternProperties", "prefixItems", "dependentSchemas", "unevaluatedProperties"}
)


def held_to(shape: dict[str, Any] | None, capabilities: Capabilities) -> dict[str, Any] | None:
    """As OpenAI's protocols say it; None where it is left to our own check alone."""
    if shape is None or shape.get("type") != "object" or not capabilities.can("json_schema"):
        return None
    strict = strictly(shape) if capabilities.can("strict") else None
    return {"name": NAME, "schema": shape if strict is None else strict, "strict": strict is not None}


def strictly(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema as strict modes want it, every field required and no others; None if that would say something else."""
    try:
        found: dict[str, Any] = _strict(schema)
    except _Open:
        return None
    return found


class _Open(Exception):
    """A schema leaves something open, or says it in a way that strict modes do not know."""


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict) or not schema or not _LOOSE.isdisjoint(schema):
        raise _Open
    found = dict(schema)
    for name in _ONE:
        if name in schema:
            found[name] = _strict(schema[name])
    for name in _BY_NAME:
        if name in schema:
            found[name] = {key: _strict(one) for key, one in schema[name].items()}
    kind = schema.get("type")
    if "properties" in schema or _is(kind, "object"):
        fields = schema.get("properties")
        if not fields or set(fields) != set(schema.get("required", ())) or schema.get("additionalProperties"):
            raise _Open
        found["additionalProperties"] = False
    if _is(kind, "array") and "items" not in schema:
        raise _Open
    return found


def _is(kind: Any, name: str) -> bool:
    return kind == name or (isinstance(kind, list) and name in kind)
