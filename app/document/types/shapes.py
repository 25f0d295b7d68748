"""The types there are, and three ways to say one: in the shorthand of `output:`, in a sentence, as a JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Scalar: TypeAlias = str | int | float | bool


class _Whole:
    """A type without parts: all of a kind are equal. (A dataclass each would take ten times as long to load.)"""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Anything(_Whole):
    """Any value at all."""

    __slots__ = ()


class Nothing(_Whole):
    """Only null."""

    __slots__ = ()


class Text(_Whole):
    """A string."""

    __slots__ = ()


class Number(_Whole):
    """A number, whole or not."""

    __slots__ = ()


class Integer(_Whole):
    """A whole number."""

    __slots__ = ()


class Boolean(_Whole):
    """True or false."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few written values."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items all have one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map with known fields; closed unless `rest` says what its other values are."""

    fields: Mapping[str, Type]
    rest: Type | None = None
    noun: str = "field"  # what one of its keys is called: there is no step "plna"


@dataclass(frozen=True, slots=True)
class Maybe:
    """A value or null; as a field of a map it may also be absent."""

    of: Type


@dataclass(frozen=True, slots=True)
class Described:
    """What a JSON Schema says. `shape` is as much of it as the other types can express, and never stricter."""

    schema: dict[str, Any]
    shape: Type


Type: TypeAlias = Anything | Nothing | Text | Number | Integer | Boolean | Choice | ListOf | MapOf | Maybe | Described

# The words of the shorthand. JSON Schema has the same, but for `any`.
WORDS: Mapping[str, Type] = {
    "string": Text(),
    "number": Number(),
    "integer": Integer(),
    "boolean": Boolean(),
    "any": Anything(),
}
_WORD_OF = {**{type: word for word, type in WORDS.items()}, Nothing(): "null"}
_SPOKEN = {
    Text(): "text",
    Number(): "a number",
    Integer(): "a whole number",
    Boolean(): "true or false",
    Anything(): "anything",
    Nothing(): "null",
}
_PLURALS = {
    "text": "texts",
    "a number": "numbers",
    "a whole number": "whole numbers",
    "a list": "lists",
    "a map": "maps",
}
_BARE = re.compile(r"[A-Za-z_](?:[\w .-]*[\w.-])?", re.ASCII)


def describe(type: Type) -> str:
    """Return the type in the shorthand of `output:`."""
    match type:
        case Choice(values):
            return f"one of {listed_values(values)}"
        case ListOf(item):
            return f"[{describe(item)}]"
        case MapOf(fields, rest):
            written = [f"{_written(name)}: {describe(field)}" for name, field in fields.items()]
            if rest is not None:
                written.append("..." if rest == Anything() else f"...: {describe(rest)}")
            return f"{{{', '.join(written)}}}"
        case Maybe(of):
            return f"{describe(of)}?"
        case Described(_, shape):
            return describe(shape)
    return _WORD_OF[type]


def listed_values(values: Iterable[Scalar]) -> str:
    """Return the values of a choice as the shorthand lists them: `[ship, hold]`."""
    return f"[{', '.join(map(_written, values))}]"


def _written(value: Scalar) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _BARE.fullmatch(value) and value not in ("true", "false", "null"):
        return value
    return "'" + value.replace("'", "''") + "'"


def spoken(type: Type) -> str:
    """Return what a value of this type is called in a sentence: text, a whole number, a list."""
    match type:
        case Choice(values):
            kinds = {spoken(type_of(value)) for value in values}
            return kinds.pop() if len(kinds) == 1 else "one of several values"
        case Maybe(of) | Described(_, of):
            return spoken(of)
        case ListOf(item):
            items = _PLURALS.get(spoken(item))
            return f"a list of {items}" if items else "a list"
        case MapOf():
            return "a map"
    return _SPOKEN[type]


def spoken_value(value: object) -> str:
    """Return what a value is called in a sentence: a small one is shown, any other named."""
    match value:
        case None | bool():
            return json.dumps(value)
        case int() | float():
            return repr(value) if -1e15 < value < 1e15 else "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a map"
    return "no plain value"


def type_of(value: Scalar) -> Type:
    """Return the type that a single value has."""
    match value:
        case bool():
            return Boolean()
        case int():
            return Integer()
        case float():
            return Number()
    return Text()


def json_schema(type: Type) -> dict[str, Any]:
    """Return the type as a strict JSON Schema, for providers that can be held to one.

    Their strict modes want every field required and no others, so an optional field may be null instead of absent.
    """
    match type:
        case Choice(values):
            kinds = sorted({_WORD_OF[type_of(value)] for value in values})
            return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": list(values)}
        case ListOf(item):
            return {"type": "array", "items": json_schema(item)}
        case MapOf(fields, rest):
            return {
                "type": "object",
                "properties": {name: json_schema(field) for name, field in fields.items()},
                "required": list(fields),
                "additionalProperties": False if rest is None else json_schema(rest),
            }
        case Maybe(of):
            schema = json_schema(of)
            return schema and {"anyOf": [schema, {"type": "null"}]}
        case Described(schema=described):
            return dict(described)
        case Anything():
            return {}
    return {"type": _WORD_OF[type]}
