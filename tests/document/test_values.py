"""Notations: what 15m, 200k and 75% mean, and what is said about those that mean nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.document.values import Count, Duration, Share, strictest


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (Duration, "500ms", 0.5), (Duration, "30s", 30.0), (Duration, "1h30m", 5400.0), (Duration, "2d", 172800.0),
        (Duration, "1 h 30 m", 5400.0), (Duration, "30d", 2592000.0),
        (Count, "200k", 200_000), (Count, "1.5M", 1_500_000),
        (Count, 1500, 1500), (Share, "75%", 0.75), (Share, "100%", 1.0), (Share, "12.5 %", 0.125),
    ],
)  # fmt: skip
def test_a_notation_is_read(kind: Any, written: object, meant: float) -> None:
    assert TypeAdapter(kind).validate_python(written) == pytest.approx(meant)


@pytest.mark.parametrize(
    ("kind", "written", "told"),
    [
        (Duration, 15, "15 has no unit"),
        (Duration, "15", '"15" is not a time'),
        (Duration, "-5s", '"-5s" is not a time'),
        (Duration, "0s", "this time is zero"),
        (Duration, "31d", "31d is longer than 30 days"),
        (Duration, "999999999d", "999999999d is longer than 30 days"),
        (Duration, None, "this needs a time such as 30s, 15m or 1h30m"),
        (Duration, True, "this needs a time such as 30s, 15m or 1h30m"),
        (Count, "-3", "-3 is negative"),
        (Count, 0, "0 is not a whole number above zero"),
        (Count, "1.5", "1.5 is not a whole number above zero"),
        (Count, "9999999M", "9999999M is more than any run can use"),
        (Count, "many", "this needs a whole number such as 1500, 200k or 1.5M"),
        (Count, True, "this needs a whole number such as 1500, 200k or 1.5M"),
        (Share, "0%", "this needs a share such as 75%, above 0% and at most 100%"),
        (Share, "101%", "this needs a share such as 75%, above 0% and at most 100%"),
        (Share, 0.75, "this needs a share such as 75%, above 0% and at most 100%"),
    ],
)
def test_what_is_no_notation_is_told_in_words(kind: Any, written: object, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(written)
    assert refused.value.errors()[0]["msg"] == told


def test_the_strictest_privacy_wins() -> None:
    assert strictest(None, "public", "local", "private") == "local"
    assert strictest(None) == "public"
