"""What can be written for a type, from a word to a JSON Schema, and what is said of all that cannot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.document.types import (
    Anything,
    Boolean,
    Choice,
    Described,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Number,
    Text,
    Type,
    TypeMistake,
    describe,
    json_schema,
    parse_type,
)

VERDICT = MapOf({"pass": Boolean(), "findings": ListOf(Text()), "risk": Maybe(Integer())})


@pytest.mark.parametrize(
    ("written", "type"),
    [
        ("string", Text()),
        ("number", Number()),
        ("integer", Integer()),
        ("boolean", Boolean()),
        ("any", Anything()),
        (" string ", Text()),
        ("string?", Maybe(Text())),
        ("any?", Maybe(Anything())),
        (["string"], ListOf(Text())),
        ([["integer?"]], ListOf(ListOf(Maybe(Integer())))),
        ("[string]", ListOf(Text())),
        ("[string]?", Maybe(ListOf(Text()))),
        ("[[number]]", ListOf(ListOf(Number()))),
        ("one of [ship, hold]", Choice(("ship", "hold"))),
        ("One  of [ ship it , hold ]", Choice(("ship it", "hold"))),
        (
            "one of [1, -2.5, 'x, y', \"it's\", true, 'true', '1', v1.2]",
            Choice((1, -2.5, "x, y", "it's", True, "true", "1", "v1.2")),
        ),
        ("one of [1, true]", Choice((1, True))),
        ("one of [a]?", Maybe(Choice(("a",)))),
        (["one of [a, b]"], ListOf(Choice(("a", "b")))),
        ({"pass": "boolean", "findings": ["string"], "risk": "integer?"}, VERDICT),
        ("{pass: boolean, findings: [string], risk: integer?}", VERDICT),
        ({"a": {"b": [{"c": "any"}]}}, MapOf({"a": MapOf({"b": ListOf(MapOf({"c": Anything()}))})})),
        ("{'a b': string, \"it's\": any}?", Maybe(MapOf({"a b": Text(), "it's": Anything()}))),
        ({"schema": "string"}, MapOf({"schema": Text()})),
        ({"type": "string", "items": ["any"]}, MapOf({"type": Text(), "items": ListOf(Anything())})),
    ],
)
def test_a_type_is_written_as_a_word_a_list_of_one_a_map_or_a_text_of_these(written: object, type: Type) -> None:
    found = parse_type(written)
    assert repr(found) == repr(type)


ALL = "the types are string, number, integer, boolean, any, [type], {key: type} and one of [a, b]"


@pytest.mark.parametrize(
    ("written", "message", "hint", "path"),
    [
        (None, "the type is missing", ALL, ()),
        (True, "true is not a type", ALL, ()),
        (3, "3 is not a type", ALL, ()),
        ("", "the type is empty", ALL, ()),
        ("  ", "the type is empty", ALL, ()),
        ([], "an empty list is not a type", "write [string] for a list of texts", ()),
        ({}, "an empty map is not a type", "write {name: string}, or any", ()),
        (["a", "b"], "all items of a list have one type", "write [any], or one of [a, b] for a choice", ()),
        ({"x": [[]]}, "an empty list is not a type", "write [string] for a list of texts", ("x", 0)),
        ({"x": {"y": None}}, "the type is missing", ALL, ("x", "y")),
        ({1: "string"}, "the name of a field is a text", 'write "1"', ()),
        ({"": "string"}, "the name of a field is a text", "", ()),
        ({"a?": "string"}, '"a?" cannot be the name of a field', "write a: string?", ("a?",)),
        ({"type": "object", "properties": {}}, "this looks like a JSON Schema", "put it under a key schema:", ()),
        ("str", 'there is no type "str"', "write string", ()),
        ("Text", 'there is no type "Text"', "write string", ()),
        ("String", 'there is no type "String"', "write string", ()),
        ("int", 'there is no type "int"', "write integer", ()),
        ("bool", 'there is no type "bool"', "write boolean", ()),
        ("float", 'there is no type "float"', "write number", ()),
        ("list", 'there is no type "list"', "write [string]", ()),
        ("array", 'there is no type "array"', "write [string]", ()),
        ("object", 'there is no type "object"', "write any or {key: type}", ()),
        ("dict", 'there is no type "dict"', "write any or {key: type}", ()),
        ("datetime", 'there is no type "datetime"', "write string", ()),
        ("null", 'there is no type "null"', "write string? for what may be missing", ()),
        ("strng", 'there is no type "strng"', 'did you mean "string"?', ()),
        ("zzz", 'there is no type "zzz"', ALL, ()),
        ("string[]", 'there is no type "string[]"', "write [string]", ()),
        ("list[int]", 'there is no type "list[int]"', "write [integer]", ()),
        ("List<str>", 'there is no type "List<str>"', "write [string]", ()),
        ("array of strings", 'there is no type "array of strings"', "write [string]", ()),
        ("string | null", 'there is no type "string | null"', "write string?", ()),
        ("int|str", 'there is no type "int|str"', "write one type, or any", ()),
        ("enum [a, b]", 'there is no type "enum"', "write one of [a, b]", ()),
        ("one of a, b", 'there is no type "one of a"', "write one of [a, b]", ()),
        ("one of []", '"one of []" cannot be read as a type', "one of [a, b] needs values", ()),
        ("one of [a, a]", '"a" is there twice', "each value stands once in one of [a, b]", ()),
        ("one of [a, null]", "null cannot be one of the values", "write one of [a, b]? for what may be missing", ()),
        ("one of [it's]", '"one of [it\'s]" cannot be read as a type', 'a "]" is missing', ()),
        ("[string", '"[string" cannot be read as a type', 'a "]" is missing', ()),
        ("[]", '"[]" cannot be read as a type', "a type is missing", ()),
        ("{a string}", '"{a string}" cannot be read as a type', 'a ":" is missing', ()),
        ("{}", '"{}" cannot be read as a type', "the name of a field is missing", ()),
        ("string??", '"string??" cannot be read as a type', '"?" cannot stand here', ()),
        ("string, integer", '"string, integer" cannot be read as a type', '"," cannot stand here', ()),
        ("[" * 50, "this type is nested too deeply", "16 levels at most", ()),
        ("one of [" + "a" * 5000 + "]", "this type is too long", "4,096 characters at most", ()),
        ({"ok": "string", "no": "intger"}, 'there is no type "intger"', 'did you mean "integer"?', ("no",)),
    ],
)
def test_what_is_no_type_is_explained(written: object, message: str, hint: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(TypeMistake) as caught:
        parse_type(written)
    mistake = caught.value
    assert (mistake.message, mistake.hint, mistake.path) == (message, hint, path)


def test_a_type_is_nested_sixteen_levels_at_most() -> None:
    def nested(depth: int) -> object:
        return [nested(depth - 1)] if depth else "string"

    assert describe(parse_type(nested(16))) == "[" * 16 + "string" + "]" * 16
    with pytest.raises(TypeMistake, match="nested too deeply"):
        parse_type(nested(17))


WORDS = st.sampled_from([Text(), Number(), Integer(), Boolean(), Anything()])
NAMES = st.one_of(st.sampled_from(["a", "b c", "it's", "true", "1", "é", "x:y", ""]), st.text(max_size=6)).map(
    lambda name: name or "x"
)
CHOICES = st.lists(st.one_of(NAMES, st.integers(-99, 99), st.booleans()), min_size=1, max_size=4, unique_by=repr).map(
    lambda values: Choice(tuple(values))
)
TYPES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(WORDS, CHOICES),
    lambda inner: st.one_of(
        inner.map(ListOf),
        inner.filter(lambda type: not isinstance(type, Maybe)).map(Maybe),
        st.dictionaries(NAMES, inner, min_size=1, max_size=3).map(MapOf),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(TYPES)
def test_what_describe_says_is_read_as_the_same_type_again(type: Type) -> None:
    assert parse_type(describe(type)) == type


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="string?[]{}:, 'one of\"ab1-.\n", max_size=40))
def test_any_text_is_a_type_or_a_mistake(text: str) -> None:
    try:
        assert describe(parse_type(text))
    except TypeMistake as mistake:
        assert mistake.message


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({}, "any"),
        ({"type": "string", "minLength": 3}, "string"),
        ({"type": ["integer", "null"]}, "integer?"),
        ({"type": ["string", "integer"]}, "any"),
        ({"type": "null"}, "null"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string?"),
        ({"oneOf": [{"type": "string"}, {"type": "number"}]}, "any"),
        ({"enum": ["a", "b"]}, "one of [a, b]"),
        ({"enum": ["a", None]}, "one of [a]?"),
        ({"enum": [None]}, "null"),
        ({"enum": [["a"]]}, "any"),
        ({"const": 3}, "one of [3]"),
        ({"type": "array", "items": {"type": "integer"}}, "[integer]"),
        ({"type": "array"}, "[any]"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "[any]"),
        (
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]},
            "{a: string, b: integer?, ...}",
        ),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, "{a: any}"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "{...: number}"),
        ({"type": "object", "additionalProperties": False, "patternProperties": {"^x": {}}}, "{...}"),
        ({"type": "object", "required": ["x"]}, "{x: any, ...}"),
        ({"$ref": "#/$defs/a"}, "any"),
        ({"type": "strnig"}, "any"),
        ({"type": {"not": "a type"}}, "any"),
        ({"properties": 3, "type": "object", "required": "x"}, "{...}"),
        ({"type": "array", "items": True}, "[any]"),
        ({"enum": "abc"}, "any"),
        ({"enum": []}, "null"),
    ],
)
def test_a_json_schema_is_kept_and_understood_as_far_as_types_go(schema: dict[str, Any], shape: str) -> None:
    found = parse_type({"schema": schema})
    assert isinstance(found, Described)
    assert describe(found) == shape
    assert json_schema(found) == schema


def test_a_json_schema_that_goes_round_in_circles_ends_as_anything() -> None:
    schema: dict[str, Any] = {"type": "array"}
    schema["items"] = schema
    assert describe(parse_type({"schema": schema})).count("[") == 17
