"""Every shape that can be understood is filled as it asks, whatever its parts, and with values that make sense."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.document.types import json_schema, parse_type
from providers import understudy
from providers.base import Message, Request, Script

NAMES = ("risk", "confidence", "pass", "findings", "reasons", "title", "cost_usd", "says", "position", "url", "owner",
         "percent", "backend", "due", "ids", "x", "données", "would_kill_it", "firstYearCost")  # fmt: skip


def filled(shape: dict[str, Any], prompt: str = 'Review "dark mode", risk from 1 to 5.', **script: Any) -> Any:
    request = Request("m", (Message("user", prompt),), shape=shape, script=Script(prompt=prompt, **script))
    value = json.loads(understudy.answer(request))
    jsonschema_rs.validate(shape, value)
    return value


def numbers(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    bound = st.integers(-50, 5000) if kind == "integer" else st.floats(-50, 5000).map(lambda n: round(n, 2))

    def bounded(low: float, width: float, how: tuple[bool, bool], exclusive: bool) -> dict[str, Any]:
        prefix = ("exclusiveMinimum", "exclusiveMaximum") if exclusive else ("minimum", "maximum")
        schema: dict[str, Any] = {"type": kind}
        if how[0]:
            schema[prefix[0]] = low
        if how[1]:
            schema[prefix[1]] = low + width
        return schema

    ranged = st.builds(bounded, bound, st.integers(2, 900), st.tuples(st.booleans(), st.booleans()), st.booleans())
    stepped = st.builds(
        lambda step, low: {"type": kind, "multipleOf": step, "minimum": low}, st.sampled_from([1, 3, 5, 10]), bound
    )
    return ranged | stepped


def texts() -> st.SearchStrategy[dict[str, Any]]:
    sized = st.builds(
        lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
        st.integers(0, 300), st.integers(0, 200),
    )  # fmt: skip
    formats = ["date", "time", "date-time", "email", "uri", "uuid", "ipv4", "hostname"]
    return st.just({"type": "string"}) | sized | st.sampled_from(formats).map(lambda f: {"type": "string", "format": f})


def maps(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    def built(properties: dict[str, Any], optional: bool, closed: bool) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        return schema | ({} if optional else {"required": list(properties)}) | (
            {"additionalProperties": False} if closed else {}
        )  # fmt: skip

    return st.builds(built, st.dictionaries(st.sampled_from(NAMES), inner, max_size=5), st.booleans(), st.booleans())


def lists(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    def built(items: Any, least: int, more: int) -> dict[str, Any]:
        return {"type": "array", "items": items, "minItems": least, "maxItems": least + more}

    return st.builds(built, inner, st.integers(0, 5), st.integers(0, 3))


LEAVES: st.SearchStrategy[Any] = (
    numbers("integer") | numbers("number") | texts() | st.just({"type": "boolean"}) | st.just({"type": "null"})
    | st.just({}) | st.lists(st.sampled_from(["a", "b", 3, None, True]), min_size=1, unique=True).map(
        lambda values: {"enum": values})
    | st.sampled_from(["yes", 4, {"a": [1]}]).map(lambda value: {"const": value})
    | st.sampled_from(["integer", "string", "array", "object"]).map(lambda kind: {"type": [kind, "null"]})
)  # fmt: skip
SHAPES = st.recursive(
    LEAVES,
    lambda inner: maps(inner) | lists(inner) | st.lists(inner, min_size=1, max_size=3).map(lambda of: {"anyOf": of}),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(SHAPES, st.integers(0, 5))
def test_every_shape_is_honoured(shape: dict[str, Any], seed: int) -> None:
    filled(shape, seed=seed)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SHAPES, st.integers(0, 5))
def test_every_shape_is_honoured_in_great_numbers(shape: dict[str, Any], seed: int) -> None:
    filled(shape, seed=seed)


@pytest.mark.parametrize(
    "output",
    [
        "string", "number", "integer", "boolean", "any", "string?", "[string]", "one of [ship, hold]",
        "one of [1, 2.5]",
        {"backend": "string", "frontend": "string", "risk": "integer"}, {"pass": "boolean", "findings": ["string"]},
        [{"name": "string", "price": "number?", "tags": ["string"]}], {"a": {"b": {"c": {"d": ["integer"]}}}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", range(5))
def test_every_output_of_the_format_is_honoured(output: Any, seed: int) -> None:
    filled(json_schema(parse_type(output)), seed=seed)


@pytest.mark.parametrize(
    "shape",
    [
        {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}}}},
        {"type": "object", "required": ["next"], "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}},
        {"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
                   {"required": ["b"], "properties": {"b": {"type": "string", "maxLength": 9}, "a": {"minimum": 90}}}]},
        {"type": "array", "uniqueItems": True, "minItems": 7, "items": {"type": "string"}},
        {"type": "array", "uniqueItems": True, "minItems": 5, "items": {"type": "integer", "minimum": 1, "maximum": 9}},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"enum": ["a", "b", "c"]}},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
        {"type": "object", "minProperties": 3, "additionalProperties": {"type": "integer"}},
        {"type": "object", "maxProperties": 1, "required": ["b"], "properties": {"a": {}, "b": {}, "c": {}}},
        {"type": "object", "required": ["not told"]},
        {"type": "number", "multipleOf": 0.01, "maximum": 0.3},
        {"type": "integer", "multipleOf": 1.5, "minimum": 4},
        {"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 0.2},
        {"type": "string", "minLength": 2000},
        {"type": "string", "maxLength": 1},
        {"type": "string", "maxLength": 0},
        {"properties": {"a": {"minimum": 7}}, "required": ["a"]},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        True,
    ],
)  # fmt: skip
def test_the_corners_of_json_schema_are_honoured(shape: Any) -> None:
    for seed in range(5):
        filled(shape, seed=seed)


def test_numbers_suit_their_names() -> None:
    for seed in range(30):
        shape = {name: {"type": "number"} for name in ("severity", "confidence", "percent", "cost", "error_rate")}
        value = filled({"type": "object", "properties": shape, "required": list(shape)}, prompt="Look.", seed=seed)
        assert 1 <= value["severity"] <= 5
        assert 0.5 < value["confidence"] < 1
        assert 0 < value["percent"] < 100
        assert value["cost"] >= 100
        assert 0 < value["error_rate"] < 1


def test_a_range_in_the_prompt_counts() -> None:
    found = {filled({"type": "object", "properties": {"heat": {"type": "integer"}}, "required": ["heat"]},
                    prompt="State a heat from 10 to 20.", seed=seed)["heat"] for seed in range(40)}  # fmt: skip
    assert found <= set(range(10, 21))
    assert len(found) > 3


def test_a_confidence_that_was_written_is_the_one_that_is_stated() -> None:
    shape = {"type": "object", "properties": {"answer": {"type": "string"}, "confidence": {"type": "number"}},
             "required": ["answer", "confidence"]}  # fmt: skip
    assert filled(shape, confidence=0.35)["confidence"] == 0.35


def test_findings_do_not_stand_beside_a_good_verdict() -> None:
    shape = json_schema(parse_type({"pass": "boolean", "findings": ["string"]}))
    seen = set()
    for seed in range(40):
        value = filled(shape, seed=seed, place="polish/1/verdict")
        assert value["pass"] == (not value["findings"])
        seen.add(value["pass"])
    assert seen == {True, False}


def test_a_loop_mostly_turns_once_or_twice() -> None:
    shape = json_schema(parse_type({"pass": "boolean"}))
    passed = [sum(filled(shape, seed=seed, place=f"polish/{turn}/verdict")["pass"] for seed in range(200)) / 200
              for turn in (1, 2, 3)]  # fmt: skip
    assert passed[0] < 0.4
    assert passed[1] > 0.6
    assert passed[2] > 0.6


def test_items_of_a_list_differ_and_texts_are_about_the_prompt() -> None:
    shape = json_schema(parse_type({"reasons": ["string"], "summary": "string"}))
    value = filled(shape | {"properties": shape["properties"] | {"reasons": {
        "type": "array", "items": {"type": "string"}, "minItems": 4}}})  # fmt: skip
    assert len(set(value["reasons"])) == 4
    assert any("dark mode" in filled(shape, seed=seed)["summary"] for seed in range(9))
