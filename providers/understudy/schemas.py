"""Reads a JSON Schema as far as it can be filled: references followed, parts joined, one branch chosen."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_LONGEST_CHAIN = 16  # of references to references
_BRANCHES = ("anyOf", "oneOf")


def resolved(given: Any, root: Schema) -> Schema:
    """The schema as one map of plain keywords."""
    schema: Schema = given if isinstance(given, dict) else {}
    for _ in range(_LONGEST_CHAIN):
        if isinstance(reference := schema.get("$ref"), str):
            schema = _joined(_without(schema, "$ref"), _target(reference, root))
        elif parts := schema.get("allOf"):
            schema = _without(schema, "allOf")
            for part in parts:
                schema = _joined(schema, resolved(part, root))
        elif branches := schema.get("anyOf") or schema.get("oneOf"):
            chosen = next((one for one in branches if not _is_null(one)), branches[0])
            schema = _joined(_without(schema, *_BRANCHES), chosen if isinstance(chosen, dict) else {})
        else:
            break
    return schema


def type_of(schema: Schema) -> str:
    """The type of a resolved schema: the first that is not null, else what its keywords speak of."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    if schema.keys() & {"properties", "required", "minProperties", "additionalProperties"}:
        return "object"
    if schema.keys() & {"items", "prefixItems", "minItems"}:
        return "array"
    numbers = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    return "number" if schema.keys() & numbers else "string"


def allows_null(schema: Any, root: Schema) -> bool:
    """May it be null as well?"""
    if not isinstance(schema, dict):
        return False
    kind = schema.get("type")
    return (
        kind == "null"
        or (isinstance(kind, list) and "null" in kind)
        or any(_is_null(one) for key in _BRANCHES for one in schema.get(key, ()))
    )


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and (schema.get("type") == "null" or schema.get("enum") == [None])


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}


def _target(reference: str, root: Schema) -> Schema:
    found: Any = root
    for part in reference.lstrip("#").split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = found[int(part)] if part.isdigit() and int(part) < len(found) else {}
        else:
            found = found.get(part, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _joined(one: Schema, other: Schema) -> Schema:
    """What both ask for: all properties of either, and the narrower of two bounds."""
    joined = {**other, **one}
    for key in one.keys() & other.keys():
        if key == "properties":
            joined[key] = {**other[key], **one[key]}
            for name in one[key].keys() & other[key].keys():
                joined[key][name] = {"allOf": [one[key][name], other[key][name]]}
        elif key == "required":
            joined[key] = [*other[key], *one[key]]
        elif key.startswith(("min", "exclusiveMin")):
            joined[key] = max(one[key], other[key])
        elif key.startswith(("max", "exclusiveMax")):
            joined[key] = min(one[key], other[key])
    return joined
