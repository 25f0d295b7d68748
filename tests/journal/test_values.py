"""What is kept is plain JSON that every reader can take, whatever was given."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.journal.values import packed

plain = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**63), 2**63 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=12,
)
anything = some.recursive(
    some.none() | some.integers() | some.floats() | some.text(some.characters(exclude_categories=())) | some.binary(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text() | some.integers(), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    digest, body = packed(value)
    assert json.loads(body) == value
    assert packed(json.loads(body)) == (digest, body)


@given(anything)
def test_every_value_becomes_json_that_is_its_own_normal_form(value: Any) -> None:
    digest, body = packed(value)
    assert packed(json.loads(body.decode())) == (digest, body)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("torn \ud83d", "torn \ufffd"),
        ({"\udc00": ["\ud800a"]}, {"\ufffd": ["\ufffda"]}),
        ([math.nan, math.inf, -math.inf, None], ["nan", "inf", "-inf", None]),
        (2**64, "18446744073709551616"),
        (-(2**63) - 1, "-9223372036854775809"),
        ({1: (2, 3)}, {"1": [2, 3]}),
        (object, "<class 'object'>"),
    ],
)
def test_what_json_has_no_word_for_becomes_the_nearest_it_has(value: Any, kept: Any) -> None:
    assert json.loads(packed(value)[1]) == kept


def test_a_number_of_a_million_digits_is_kept_without_working_them_out() -> None:
    assert json.loads(packed(1 << 3_000_000)[1]).startswith("0x1000")


def test_a_value_that_holds_itself_is_cut_off() -> None:
    value: list[Any] = []
    value.append(value)
    assert "…" in packed(value)[1].decode()
