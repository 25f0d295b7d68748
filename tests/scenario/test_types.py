"""The little language of types: what can be written, what a value must look like, and what fits where."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scenario.types import (
    Anything,
    Boolean,
    Choice,
    Described,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Mismatch,
    Nothing,
    Number,
    Text,
    Type,
    TypeMistake,
    accepts,
    common,
    describe,
    json_schema,
    mismatches,
    parse_type,
    spoken,
    without_null,
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


@pytest.mark.parametrize(
    ("type", "schema"),
    [
        ("string", {"type": "string"}),
        ("any", {}),
        ("any?", {}),
        ("integer?", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("[number]", {"type": "array", "items": {"type": "number"}}),
        ("one of [a, b]", {"type": "string", "enum": ["a", "b"]}),
        ("one of [1, a]", {"type": ["integer", "string"], "enum": [1, "a"]}),
        (
            "{a: string, b: boolean?}",
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}},
                "required": ["a", "b"],
                "additionalProperties": False,
            },
        ),
    ],
)
def test_providers_are_given_a_strict_json_schema(type: str, schema: dict[str, Any]) -> None:
    assert json_schema(parse_type(type)) == schema


def test_an_open_map_and_null_have_a_json_schema_too() -> None:
    assert json_schema(MapOf({}, rest=Text()))["additionalProperties"] == {"type": "string"}
    assert json_schema(Nothing()) == {"type": "null"}


@pytest.mark.parametrize(
    ("type", "value", "path", "message"),
    [
        ("string", 3, (), "needs text, this is 3"),
        ("string", None, (), "needs text, this is null"),
        ("string", ["a"], (), "needs text, this is a list"),
        ("integer", "3", (), "needs a whole number, this is text"),
        ("integer", 3.5, (), "needs a whole number, this is 3.5"),
        ("integer", True, (), "needs a whole number, this is true"),
        ("number", False, (), "needs a number, this is false"),
        ("number", {}, (), "needs a number, this is a map"),
        ("boolean", 1, (), "needs true or false, this is 1"),
        ("boolean", "true", (), "needs true or false, this is text"),
        ("[integer]", [1, "x"], (1,), "needs a whole number, this is text"),
        ("[integer]", "x", (), "needs a list of whole numbers, this is text"),
        ("{a: string}", [], (), "needs a map, this is a list"),
        ("{a: string}", {}, (), 'the field "a" is missing'),
        ("{a: string?}", {"b": 1, "a": "x"}, ("b",), 'there is no field "b"'),
        ("{risk: string?}", {"risc": 1}, ("risc",), 'there is no field "risc", did you mean "risk"?'),
        ("{a: [{b: integer}]}", {"a": [{"b": 1}, {"b": None}]}, ("a", 1, "b"), "needs a whole number, this is null"),
        ("one of [ship, hold]", "shp", (), '"shp" is not one of [ship, hold]'),
        ("one of [ship, hold]", 3, (), "needs one of [ship, hold], this is 3"),
        ("one of [1, 2]", True, (), "needs one of [1, 2], this is true"),
        ("one of [true]", 1, (), "needs one of [true], this is 1"),
        ("string?", 3, (), "needs text, this is 3"),
        ("integer", 10**400, (), ""),
        ("string", 10**400, (), "needs text, this is a number"),
        ("string", object(), (), "needs text, this is no plain value"),
    ],
)
def test_a_mismatch_says_where_and_what(type: str, value: object, path: tuple[str | int, ...], message: str) -> None:
    assert mismatches(parse_type(type), value) == ([Mismatch(path, message)] if message else [])


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("any", object()),
        ("string", ""),
        ("number", 3),
        ("number", 0.5),
        ("integer", 3),
        ("integer", 3.0),
        ("boolean", False),
        ("string?", None),
        ("[any]", [1, "a", None]),
        ("[string]", []),
        ("{a: integer?}", {}),
        ("{a: integer?}", {"a": None}),
        ("one of [1, a]", 1.0),
        ("one of [a, b]?", None),
    ],
)
def test_a_value_of_the_type_has_no_mismatches(type: str, value: object) -> None:
    assert mismatches(parse_type(type), value) == []


def test_only_the_first_mismatches_are_told() -> None:
    assert len(mismatches(ListOf(Text()), [0] * 100_000)) == 20


def test_what_a_map_holds_besides_its_fields_has_a_type_of_its_own() -> None:
    type = MapOf({"a": Text()}, rest=Integer())
    assert mismatches(type, {"a": "x", "b": 1}) == []
    assert mismatches(type, {"a": "x", "b": "y"}, ("top",)) == [
        Mismatch(("top", "b"), "needs a whole number, this is text")
    ]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(-5, 5), st.sampled_from(["a", "b", "true", ""])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=6,
)
STRICT = st.recursive(
    st.one_of(WORDS, st.just(Choice(("a", "b"))), st.just(Choice((1, True)))),
    lambda inner: st.one_of(
        inner.map(ListOf), inner.map(Maybe), st.dictionaries(st.sampled_from("abc"), inner, min_size=1).map(MapOf)
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(STRICT, JSON)
def test_what_the_strict_schema_lets_through_has_no_mismatches(type: Type, value: object) -> None:
    if jsonschema_rs.is_valid(json_schema(type), value):
        assert mismatches(type, value) == []


@settings(max_examples=300, deadline=None)
@given(STRICT, JSON)
def test_the_shape_of_a_schema_refuses_nothing_that_the_schema_allows(type: Type, value: object) -> None:
    schema = json_schema(type)
    if jsonschema_rs.is_valid(schema, value):
        assert mismatches(parse_type({"schema": schema}), value) == []


@pytest.mark.parametrize(
    ("wanted", "given", "fits"),
    [
        (Text(), Text(), True),
        (Text(), Integer(), False),
        (Text(), Boolean(), False),
        (Boolean(), Integer(), False),
        (Number(), Integer(), True),
        (Integer(), Number(), True),
        (Anything(), VERDICT, True),
        (VERDICT, Anything(), True),
        (Text(), Maybe(Text()), True),
        (Maybe(Text()), Text(), True),
        (Maybe(Text()), Nothing(), True),
        (Maybe(Text()), Maybe(Integer()), True),
        (Text(), Nothing(), False),
        (Nothing(), Maybe(Text()), True),
        (Nothing(), Text(), False),
        (Choice(("a", "b")), Text(), True),
        (Choice(("a", "b")), Integer(), False),
        (Text(), Choice(("a", 1)), True),
        (Integer(), Choice(("a", "b")), False),
        (Choice(("a", "b")), Choice(("b", "c")), True),
        (Choice(("a", "b")), Choice(("c",)), False),
        (Choice((1,)), Choice((True,)), False),
        (ListOf(Text()), ListOf(Text()), True),
        (ListOf(Text()), ListOf(Integer()), False),
        (ListOf(Text()), Text(), False),
        (ListOf(Anything()), ListOf(Integer()), True),
        (MapOf({"a": Text()}), MapOf({"a": Text()}), True),
        (MapOf({"a": Text()}), MapOf({"a": Integer()}), False),
        (MapOf({"a": Text()}), MapOf({}), False),
        (MapOf({"a": Maybe(Text())}), MapOf({}), True),
        (MapOf({}), MapOf({"a": Text()}), False),
        (MapOf({}), MapOf({"a": Maybe(Text())}), True),
        (MapOf({}, rest=Text()), MapOf({"a": Text()}), True),
        (MapOf({}, rest=Text()), MapOf({"a": Integer()}), False),
        (MapOf({"a": Text()}), MapOf({}, rest=Text()), True),
        (MapOf({"a": Text()}), MapOf({}, rest=Integer()), False),
        (Described({}, Text()), Text(), True),
        (Integer(), Described({}, Text()), False),
    ],
)
def test_one_type_serves_where_another_is_wanted(wanted: Type, given: Type, fits: bool) -> None:
    assert accepts(wanted, given) is fits


@settings(max_examples=300, deadline=None)
@given(STRICT, STRICT, JSON)
def test_types_that_share_a_value_accept_each_other_and_have_a_common_type_for_it(
    one: Type, other: Type, value: object
) -> None:
    if not mismatches(one, value) and not mismatches(other, value) and value not in ([], {}):
        assert accepts(one, other) or accepts(other, one) or _holds_an_empty_list(value)
    if not mismatches(one, value):
        assert mismatches(common(one, other), value) == []
        assert mismatches(common(other, one), value) == []


def _holds_an_empty_list(value: object) -> bool:
    """An empty list is of every list type: the one value that lists of different items share."""
    if isinstance(value, dict):
        return any(map(_holds_an_empty_list, value.values()))
    return isinstance(value, list) and (not value or any(map(_holds_an_empty_list, value)))


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("string", "string", "string"),
        ("integer", "number", "number"),
        ("string", "integer", "any"),
        ("string?", "string", "string?"),
        ("integer?", "number", "number?"),
        ("string?", "integer", "any"),
        ("one of [a, b]", "one of [b, c]", "one of [a, b, c]"),
        ("one of [a, b]", "string", "string"),
        ("one of [1, 2]", "number", "number"),
        ("one of [a, 1]", "string", "any"),
        ("[integer]", "[number]", "[number]"),
        ("{a: string}", "{a: string}", "{a: string}"),
        ("{a: string}", "{b: string}", "any"),
        ("any", "string", "any"),
    ],
)
def test_two_types_have_a_common_one(one: str, other: str, both: str) -> None:
    assert describe(common(parse_type(one), parse_type(other))) == both
    assert mismatches(common(parse_type(one), Nothing()), None) == []
    assert common(Described({}, parse_type(one)), parse_type(other)) == parse_type(both)
    assert common(parse_type(one), Described({}, parse_type(other))) == parse_type(both)


def test_a_type_without_null_is_what_is_there_when_something_is() -> None:
    assert without_null(Described({}, Maybe(Described({}, Text())))) == Text()
    assert without_null(Integer()) == Integer()


@pytest.mark.parametrize(
    ("type", "words"),
    [
        ("string?", "text"),
        ("[string]", "a list of texts"),
        ("[[any]]", "a list of lists"),
        ("[any]", "a list"),
        ("{a: any}", "a map"),
        ("one of [a, b]", "text"),
        ("one of [1, 2]", "a whole number"),
        ("one of [1, a]", "one of several values"),
        ("any", "anything"),
    ],
)
def test_a_type_has_a_name_in_a_sentence(type: str, words: str) -> None:
    assert spoken(parse_type(type)) == words
