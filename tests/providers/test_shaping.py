"""Shapes as the strictest services take them."""

from __future__ import annotations

from typing import Any

import pytest

from app.document.types.shapes import Integer, ListOf, MapOf, Maybe, Text, json_schema
from providers.wires.shaping import closed


def test_bounds_are_left_to_our_own_check_and_names_of_fields_are_no_bounds() -> None:
    shape = {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "minimum": 1, "description": "The least."},
            "names": {"type": "array", "items": {"type": "string", "maxLength": 5}, "maxItems": 3},
            "either": {"anyOf": [{"type": "string", "pattern": "a+"}, {"type": "null"}]},
        },
        "required": ["minimum", "names", "either"],
    }
    assert closed(shape) == {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "description": "The least."},
            "names": {"type": "array", "items": {"type": "string"}},
            "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["minimum", "names", "either"],
        "additionalProperties": False,
    }


def test_what_our_own_types_say_is_taken_as_it_is() -> None:
    shape = json_schema(MapOf({"risk": Integer(), "notes": ListOf(Text()), "why": Maybe(Text())}))
    assert closed(shape) == shape


@pytest.mark.parametrize(
    "shape", [None, {}, {"type": "object"}, {"type": "object", "additionalProperties": {"type": "string"}}]
)
def test_what_leaves_something_open_is_not_asked_for(shape: Any) -> None:
    assert closed(shape) is None
