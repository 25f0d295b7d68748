"""What a value must look like to be of a type, what fits where, and how a type is told to people and providers."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
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
    Mismatch,
    Nothing,
    Number,
    Text,
    Type,
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
WORDS = st.sampled_from([Text(), Number(), Integer(), Boolean(), Anything()])
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
