"""Does it fit: a value to its type, one type where another is wanted, two types under one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, TypeAlias

from app.document.suggest import nearest, shortened
from app.document.types.shapes import (
    Anything,
    Boolean,
    Choice,
    Described,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Nothing,
    Number,
    Text,
    Type,
    listed_values,
    spoken,
    spoken_value,
    type_of,
)

MAX_PARTS = 1000  # of a type that is put together from others
MAX_DEPTH = 32
MAX_MISMATCHES = 20  # more would drown the person, or the model, who has to mend the value

Path: TypeAlias = tuple[str | int, ...]


class Mismatch(NamedTuple):
    """One place in a value that is not as its type says."""

    path: Path
    message: str


def mismatches(type: Type, value: object, path: Path = ()) -> list[Mismatch]:
    """Return where a value is not as its type says: the first few places."""
    return list(islice(_mismatches(type, value, path), MAX_MISMATCHES))


def _mismatches(type: Type, value: object, path: Path) -> Iterator[Mismatch]:
    match type:
        case Maybe(of):
            if value is not None:
                yield from _mismatches(of, value, path)
        case Described(_, shape):
            yield from _mismatches(shape, value, path)
        case ListOf(item) if isinstance(value, list):
            for index, one in enumerate(value):
                yield from _mismatches(item, one, (*path, index))
        case MapOf() if isinstance(value, dict):
            yield from _mismatched_fields(type, value, path)
        case Choice(values):
            if not any(_same(value, choice) for choice in values):
                yield Mismatch(path, _no_choice(type, value))
        case _ if not _is_a(type, value):
            yield Mismatch(path, f"needs {spoken(type)}, this is {spoken_value(value)}")


def _mismatched_fields(type: MapOf, value: dict[object, object], path: Path) -> Iterator[Mismatch]:
    for name, field in type.fields.items():
        if name in value:
            yield from _mismatches(field, value[name], (*path, name))
        elif not isinstance(field, Maybe):
            yield Mismatch(path, f'the {type.noun} "{name}" is missing')
    for key, one in value.items():
        if key in type.fields:
            continue
        name = shortened(str(key))
        if type.rest is not None:
            yield from _mismatches(type.rest, one, (*path, name))
        else:
            near = nearest(name, type.fields)
            instead = f', did you mean "{near}"?' if near else ""
            yield Mismatch((*path, name), f'there is no {type.noun} "{name}"{instead}')


def _no_choice(type: Choice, value: object) -> str:
    if isinstance(value, str) and spoken(type) == "text":
        return f'"{shortened(value)}" is not one of {listed_values(type.values)}'
    return f"needs one of {listed_values(type.values)}, this is {spoken_value(value)}"


def _is_a(type: Type, value: object) -> bool:
    match type:
        case Anything():
            return True
        case Nothing():
            return value is None
        case Text():
            return isinstance(value, str)
        case Boolean():
            return isinstance(value, bool)
        case Number():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Integer() if isinstance(value, float):  # 3.0 is a whole number to JSON Schema, and so to models
            return value.is_integer()
        case Integer():
            return isinstance(value, int) and not isinstance(value, bool)
    return False


def _same(one: object, other: object) -> bool:
    """Equal, and not merely because Python takes true for 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def accepts(wanted: Type, given: Type) -> bool:
    """Could a value of the given type serve where the other is wanted? In doubt, yes."""
    match wanted, given:
        case Described(_, shape), _:
            return accepts(shape, given)
        case _, Described(_, shape):
            return accepts(wanted, shape)
        case (Anything(), _) | (_, Anything()) | (Maybe() | Nothing(), Maybe() | Nothing()):
            return True
        case (_, Maybe(of)):
            return accepts(wanted, of)
        case (Maybe(of), _):
            return accepts(of, given)
        case (Choice(values), other) | (other, Choice(values)):
            return any(not mismatches(other, value) for value in values)
        case (ListOf(item), ListOf(other)):
            return accepts(item, other)
        case (MapOf() as wanted_map, MapOf() as given_map):
            return _accepts_fields(wanted_map, given_map)
        case (Number() | Integer(), Number() | Integer()):
            return True
    return wanted == given


def _accepts_fields(wanted: MapOf, given: MapOf) -> bool:
    for name, field in wanted.fields.items():
        offered = given.fields.get(name, given.rest)
        if not (isinstance(field, Maybe) if offered is None else accepts(field, offered)):
            return False
    others = (field for name, field in given.fields.items() if name not in wanted.fields)
    if wanted.rest is None:
        return all(isinstance(field, Maybe) for field in others)
    return all(accepts(wanted.rest, field) for field in others)


def common(one: Type, other: Type) -> Type:
    """Return the narrowest type that values of both have, as far as the types can say it."""
    match one, other:
        case _ if one == other:
            return one
        case (Described(_, shape), _):
            return common(shape, other)
        case (_, Described(_, shape)):
            return common(one, shape)
        case (Anything(), _) | (_, Anything()):
            return Anything()
        case (Nothing(), given) | (given, Nothing()):
            return given if isinstance(given, Maybe) else Maybe(given)
        case (Maybe(of), given) | (given, Maybe(of)):
            inner = common(of, without_null(given))
            return inner if isinstance(inner, Anything) else Maybe(inner)
        case (Choice(values), Choice(others)):
            return Choice(values + tuple(value for value in others if not any(_same(value, known) for known in values)))
        case (Choice(values), given) | (given, Choice(values)):
            for value in values:
                given = common(given, type_of(value))
            return given
        case (ListOf(item), ListOf(given)):
            return ListOf(common(item, given))
        case (Number() | Integer(), Number() | Integer()):
            return Number()
    return Anything()


def of_fair_size(type: Type) -> Type:
    """Return the type, or anything if it is vast: a value made of values made of values can double with every line."""
    parts, waiting = 0, [(type, 0)]
    while waiting:
        part, depth = waiting.pop()
        parts += 1
        if parts > MAX_PARTS or depth > MAX_DEPTH:
            return Anything()
        match part:
            case ListOf(inner) | Maybe(inner) | Described(_, inner):
                waiting.append((inner, depth + 1))
            case MapOf(fields):
                waiting.extend((field, depth + 1) for field in islice(fields.values(), MAX_PARTS + 1))
    return type


def without_null(type: Type) -> Type:
    """Return the type of what is there when something is."""
    match type:
        case Maybe(of):
            return without_null(of)
        case Described(_, shape):
            return without_null(shape)
    return type
