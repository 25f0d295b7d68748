"""The tables about events: every kind, its fields and what they hold, read from the vocabulary itself.

What a kind says is its docstring, what a field says the comment beside it: a new one needs no word here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import FieldInfo

from app import events
from app.events import KINDS, Event, Outcome, Part, Ref

Listed = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]
Field = tuple[FieldInfo, str, str]  # with its type in words, and its note

PARTS = tuple(part for part in vars(events).values() if isinstance(part, type) and part.__base__ is Part)
WORDS = {str: "text", int: "integer", float: "number", bool: "true or false"}
KNOWN = {
    "run": "the run's id, a ULID: sorts by time",
    "seq": "its number in the run, from 1, without a gap",
    "agent": "who of the cast it is about",
    "call": "which call of a model, or use of a tool: the path, and a number",
}
_NOTE = re.compile(r"^    (\w+): [^#\n]*#\s*(.+)$", re.MULTILINE)


def envelope() -> Listed:
    """What every event says."""
    rows = [
        (f"`{field.encode_name}`", words, note or KNOWN[field.name])
        for field, words, note in _fields(Event, msgspec.structs.fields(Event))
    ]
    return ("field", "is", "which"), rows


def kinds() -> Listed:
    """Every kind, with the fields that are its own."""
    common = {field.name for field in msgspec.structs.fields(Event)}
    own = {kind: [field for field in msgspec.structs.fields(kind) if field.name not in common] for kind in KINDS}
    rows = [(f"`{kind.__struct_config__.tag}`", _says(kind), _told(_fields(kind, own[kind]))) for kind in KINDS]
    return ("kind", "what has happened", "its fields"), rows


def parts() -> Listed:
    """The values inside events."""
    rows = [(f"`{_name(part)}`", _says(part), _told(_fields(part, msgspec.structs.fields(part)))) for part in PARTS]
    return ("part", "what it is", "its fields"), rows


def _fields(struct: type[msgspec.Struct], wanted: tuple[FieldInfo, ...] | list[FieldInfo]) -> list[Field]:
    hints = get_type_hints(struct)
    notes: dict[str, str] = dict(_NOTE.findall(inspect.getsource(struct)))
    return [(field, _spoken(hints[field.name]), notes.get(field.name, "")) for field in wanted]


def _told(fields: list[Field]) -> str:
    return "; ".join(
        f"`{field.encode_name}` {words}{_usual(field)}{note and f': {note}'}" for field, words, note in fields
    )


def _usual(field: FieldInfo) -> str:
    """What a field is when it is left out, unless that is nothing, nought or empty."""
    told = isinstance(field.default, str | int | float) and field.default
    return f", else `{str(field.default).lower() if field.default is True else field.default}`" if told else ""


def _says(struct: type[msgspec.Struct]) -> str:
    return " ".join((struct.__doc__ or "").split())


def _spoken(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if hint == Outcome:
        return "[outcome](scenario-reference.md#outcomes)"
    if origin is Literal:
        return f"one of `[{', '.join(inner)}]`"
    if origin in (Union, UnionType):
        return ", or ".join(_spoken(part) for part in inner if part is not NoneType)
    if origin is tuple:
        return "list of " + _plural(_spoken(inner[0])) if inner[-1] is Ellipsis else "pair"
    if origin is dict:
        return f"name → {_spoken(inner[1])}"
    if hint is Ref:
        return "Ref"
    if hint in PARTS:
        return f"[{_name(hint)}](#parts)"
    return WORDS.get(hint, "anything")


def _name(part: type) -> str:
    return part.__name__.lower()


def _plural(words: str) -> str:
    return words.replace("]", "s]", 1) if "]" in words else f"{words}s"
