"""Which patterns are taken, and that none can take for ever."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scenario.expressions.patterns import mistake_in, search
from app.scenario.expressions.values import Refused, Work


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "LGTM|approved|ship it",
        "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
        r"^(\d{1,3}\.){3}\d{1,3}$",
        r"[\w.+-]+@[\w-]+\.\w{2,10}",
        r"(?i)(?P<word>error|warning):\s+(.*)",
        r"\p{Lu}\p{Ll}+",
        "[]a]{3}[^]]",
        "(?:a|b){20,50}",
        "(a+)+$",
        r"\{100\}",
        "[{100}]",
        "a{3}{4}",
    ],
)
def test_patterns_that_people_write_are_taken(pattern: str) -> None:
    assert mistake_in(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a", "this pattern cannot be read: unclosed group"),
        ("[a", "this pattern cannot be read: unclosed character class"),
        ("*a", "this pattern cannot be read: repetition operator missing expression"),
        (r"\1", "this pattern cannot be read: backreferences are not supported"),
        ("(?=a)", "this pattern cannot be read: look-around, including look-ahead and look-behind, is not supported"),
        ("a" * 201, "this pattern is longer than 200 characters"),
        ("a{201}", "this pattern repeats too much"),
        ("a{100,}{3}", "this pattern repeats too much"),
        ("(a{15}){15}", "this pattern repeats too much"),
        ("((a{5}b{5}){5}){5}", "this pattern repeats too much"),
        (r"\w{26}", "this pattern repeats too much"),
        (r"(\pL{5}){6}", "this pattern repeats too much"),
        (r"\PL{26}", "this pattern repeats too much"),
        (r"[\p{Lu}x]{26}", "this pattern repeats too much"),
        (r"(?x)(\w{9}) {90}", "this pattern repeats too much"),
        ("(?x:a) {300}", "this pattern repeats too much"),
        ("a{99999999999999999999}", "this pattern repeats too much"),
        ("(a{150}|b{150})", "this pattern repeats too much"),
    ],
)
def test_a_pattern_that_cannot_be_read_or_is_too_much_is_refused(pattern: str, message: str) -> None:
    refused = mistake_in(pattern)
    assert refused is not None
    assert refused.message == message


def test_what_looking_costs_grows_with_the_text_and_the_pattern() -> None:
    def cost(pattern: str, text: str) -> int:
        work = Work()
        search(pattern, text, work)
        return Work().left - work.left

    assert cost("abc", "x" * 1000) == 3000
    assert cost("(abc){20}", "x" * 1000) == 60_000
    assert cost("", "x" * 1000) == 1000


def test_a_pattern_too_much_for_its_text_is_refused_before_the_search() -> None:
    with pytest.raises(Refused, match="too much"):
        search("[ab]*a[ab]{150}c", "ab" * 100_000, Work())


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab(){}[]|*+?^$\\.,-0123456789wdpPLx:<>=!i", max_size=30))
def test_any_text_is_a_pattern_or_refused(pattern: str) -> None:
    if mistake_in(pattern) is None:
        assert search(pattern, "ab" * 50, Work()) in (True, False)
