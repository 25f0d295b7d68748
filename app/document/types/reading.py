"""Reads a type from what stands in the file: a word, a list of one, a map of fields, a JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from app.document.suggest import did_you_mean, shortened
from app.document.types.shapes import (
    WORDS,
    Anything,
    Choice,
    Described,
    ListOf,
    MapOf,
    Maybe,
    Nothing,
    Scalar,
    Type,
    spoken_value,
)
from app.errors import FootlightsError

MAX_DEPTH = 16
MAX_TEXT = 4096

Path: TypeAlias = tuple[str | int, ...]

_ALL = "the types are string, number, integer, boolean, any, [type], {key: type} and one of [a, b]"
_OTHER_WORDS = {
    "str": "string", "text": "string", "date": "string", "datetime": "string", "url": "string", "email": "string",
    "int": "integer", "long": "integer", "bool": "boolean", "float": "number", "double": "number", "decimal": "number",
    "list": "[string]", "array": "[string]", "tuple": "[string]", "set": "[string]",
    "object": "any or {key: type}", "dict": "any or {key: type}", "map": "any or {key: type}", "json": "any",
    "enum": "one of [a, b]", "choice": "one of [a, b]", "oneof": "one of [a, b]",
    "null": "string? for what may be missing", "none": "string? for what may be missing",
    "optional": "string? for what may be missing",
}  # fmt: skip


class TypeMistake(FootlightsError):
    """A type that cannot be read; `path` leads to it from where reading began."""

    def __init__(self, message: str, hint: str = "", path: Path = ()) -> None:
        """Keep the path beside message and hint."""
        super().__init__(message, hint)
        self.path = path


def parse_type(data: object) -> Type:
    """Return the type that plain data from a file stands for, or raise TypeMistake."""
    return _read(data, ())


def _read(data: object, path: Path) -> Type:
    if len(path) > MAX_DEPTH:
        raise TypeMistake("this type is nested too deeply", f"{MAX_DEPTH} levels at most", path)
    match data:
        case str():
            return _Shorthand(data, path).read()
        case [item]:
            return ListOf(_read(item, (*path, 0)))
        case []:
            raise TypeMistake("an empty list is not a type", "write [string] for a list of texts", path)
        case list():
            raise TypeMistake("all items of a list have one type", "write [any], or one of [a, b] for a choice", path)
        case {"schema": dict(schema), **others} if not others:
            return Described(schema, from_json_schema(schema))
        case {"type": "object" | "array"}:
            raise TypeMistake("this looks like a JSON Schema", "put it under a key schema:", path)
        case dict() if not data:
            raise TypeMistake("an empty map is not a type", "write {name: string}, or any", path)
        case dict():
            return MapOf({_field_name(name, path): _read(type, (*path, name)) for name, type in data.items()})
    what = "the type is missing" if data is None else f"{spoken_value(data)} is not a type"
    raise TypeMistake(what, _ALL, path)


def _field_name(name: object, path: Path) -> str:
    if not isinstance(name, str) or not name:
        raise TypeMistake("the name of a field is a text", f'write "{name}"' if name else "", path)
    if name.endswith("?"):
        raise TypeMistake(f'"{name}" cannot be the name of a field', f"write {name[:-1]}: string?", (*path, name))
    return name


class _Piece(NamedTuple):
    kind: str
    text: str


_PIECES = re.compile(
    r"""\s*(?:(?P<quoted>'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*") | (?P<sign>[\[\]{}:,?])
            | (?P<word>[^\[\]{}:,?'"\s][^\[\]{}:,?'"]*) | (?P<end>\Z) | (?P<stray>.))""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_CONSTANTS = {"true": True, "false": False}
_LIST_ELSEWHERE = re.compile(r"(\w+)\s*\[\]|(?:list|array|sequence|set)\s*(?:\[|<|\(|of\s)\s*(\w+)\W*", re.IGNORECASE)


class _Shorthand:
    """Reads a type from a text: `[string]`, `{a: string, b: integer?}`, `one of [ship, hold]`."""

    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path
        found = _PIECES.finditer(text[:MAX_TEXT])
        self.pieces = [_Piece(kind, piece[kind].strip()) for piece in found if (kind := piece.lastgroup)]
        self.at = 0

    def read(self) -> Type:
        """Return the type that the whole text says."""
        if not self.text.strip():
            raise self.mistake("the type is empty", _ALL)
        if len(self.text) > MAX_TEXT:
            raise self.mistake("this type is too long", f"{MAX_TEXT:,} characters at most")
        if elsewhere := _LIST_ELSEWHERE.fullmatch(self.text.strip()):
            raise self.unknown(self.text.strip(), f"write [{_ours(elsewhere[1] or elsewhere[2])}]")
        type = self.type(len(self.path))
        if self.pieces[self.at].kind != "end":
            raise self.unreadable(f'"{shortened(self.pieces[self.at].text)}" cannot stand here')
        return type

    def type(self, depth: int) -> Type:
        """Return the type that begins here."""
        if depth > MAX_DEPTH:
            raise self.mistake("this type is nested too deeply", f"{MAX_DEPTH} levels at most")
        type = self.required(depth)
        return Maybe(type) if self.takes("?") else type

    def required(self, depth: int) -> Type:
        """Return the type that begins here, but for a `?` after it."""
        if self.takes("["):
            item = self.type(depth + 1)
            self.expect("]")
            return ListOf(item)
        if self.takes("{"):
            return self.fields(depth)
        word = self.word("a type is missing")
        if word in WORDS:
            return WORDS[word]
        if " ".join(word.split()).casefold() == "one of" and self.takes("["):
            return self.choice()
        raise self.unknown(word, _hint_for(word))

    def fields(self, depth: int) -> Type:
        """Return the map whose `{` has been read."""
        fields: dict[str, Type] = {}
        while not fields or self.takes(","):
            name = self.word("the name of a field is missing")
            self.expect(":")
            fields[name] = self.type(depth + 1)
        self.expect("}")
        return MapOf(fields)

    def choice(self) -> Type:
        """Return the choice whose `[` has been read."""
        values: list[Scalar] = []
        seen: set[tuple[type, Scalar]] = set()  # 1 and true are equal to Python
        while not values or self.takes(","):
            quoted = self.pieces[self.at].kind == "quoted"
            word = self.word("one of [a, b] needs values")
            value = word if quoted else _value(word)
            if value is None:
                raise self.mistake("null cannot be one of the values", "write one of [a, b]? for what may be missing")
            if (type(value), value) in seen:
                raise self.mistake(f'"{word}" is there twice', "each value stands once in one of [a, b]")
            values.append(value)
            seen.add((type(value), value))
        self.expect("]")
        return Choice(tuple(values))

    def word(self, otherwise: str) -> str:
        """Take a word or a quoted text."""
        kind, text = self.pieces[self.at]
        if kind not in ("word", "quoted"):
            raise self.unreadable(otherwise)
        self.at += 1
        return text if kind == "word" else text[1:-1].replace(text[0] * 2, text[0])

    def takes(self, sign: str) -> bool:
        """Go past a sign if it stands here."""
        found = self.pieces[self.at] == ("sign", sign)
        self.at += found
        return found

    def expect(self, sign: str) -> None:
        """Go past a sign that has to stand here."""
        if not self.takes(sign):
            raise self.unreadable(f'a "{sign}" is missing')

    def unreadable(self, why: str) -> TypeMistake:
        """Return the mistake of a text that follows no rule."""
        return self.mistake(f'"{shortened(self.text)}" cannot be read as a type', why)

    def unknown(self, word: str, hint: str) -> TypeMistake:
        """Return the mistake of a word that is no type."""
        return self.mistake(f'there is no type "{shortened(word)}"', hint)

    def mistake(self, message: str, hint: str) -> TypeMistake:
        """Return a mistake of this text."""
        return TypeMistake(message, hint, self.path)


def _value(word: str) -> Scalar | None:
    if number := _NUMBER.fullmatch(word):
        return float(word) if number[1] else int(word)
    return None if word == "null" else _CONSTANTS.get(word, word)


def _ours(word: str) -> str:
    word = word.casefold()
    return _OTHER_WORDS.get(word, word.removesuffix("s") if word.removesuffix("s") in WORDS else word)


def _hint_for(word: str) -> str:
    if _ours(word) != word:
        return f"write {_ours(word)}"
    if word.casefold().startswith("one of"):
        return "write one of [a, b]"
    alternatives = [part.strip() for part in word.split("|")]
    if len(alternatives) == 2 and alternatives[1] in ("null", "None"):
        return f"write {_ours(alternatives[0])}?"
    if len(alternatives) > 1:
        return "write one type, or any"
    return did_you_mean(word, WORDS, _ALL)


def from_json_schema(schema: object, depth: int = 0) -> Type:
    """Return as much of a JSON Schema as the types can express; what they cannot is anything."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return Anything()
    if "const" in schema or "enum" in schema:
        return _choice(schema.get("enum", [schema.get("const")]))
    kinds = schema.get("type", schema.get("anyOf", schema.get("oneOf")))
    if not isinstance(kinds, list):
        return _of_kind(kinds, schema, depth)
    others = [kind for kind in kinds if kind not in ("null", {"type": "null"})]
    if len(others) != 1:
        return Anything()
    type = from_json_schema(others[0], depth + 1) if isinstance(others[0], dict) else _of_kind(others[0], schema, depth)
    return Maybe(type) if len(others) < len(kinds) else type


def _choice(values: object) -> Type:
    if not isinstance(values, list):
        return Anything()
    others = tuple(value for value in values if value is not None)
    if not all(isinstance(value, Scalar) for value in others):
        return Anything()
    if not others:
        return Nothing()
    return Maybe(Choice(others)) if len(others) < len(values) else Choice(others)


def _of_kind(kind: object, schema: Mapping[str, Any], depth: int) -> Type:
    match kind:
        case "object":
            return _object(schema, depth)
        case "array":
            return ListOf(from_json_schema(schema.get("items"), depth + 1))
        case "null":
            return Nothing()
        case str():
            return WORDS.get(kind, Anything())
    return Anything()


def _object(schema: Mapping[str, Any], depth: int) -> Type:
    properties, required = schema.get("properties"), schema.get("required")
    needed = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    fields: dict[str, Type] = dict.fromkeys(needed, Anything())
    for name, described in properties.items() if isinstance(properties, dict) else ():
        type = from_json_schema(described, depth + 1)
        fields[str(name)] = type if name in fields else Maybe(type)
    others = schema.get("additionalProperties", True)
    if others is False and "patternProperties" not in schema:
        return MapOf(fields)
    return MapOf(fields, rest=Anything() if "patternProperties" in schema else from_json_schema(others, depth + 1))
