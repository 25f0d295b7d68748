"""The functions: what each gives, what each refuses, and that its line in the reference is true."""

from __future__ import annotations

import json

import pytest

from app.document.types import Anything, mismatches
from app.scenario.expressions import (
    FUNCTIONS,
    EvaluationError,
    Function,
    Scope,
    Status,
    check,
    evaluate,
    parse,
    signature,
)
from app.scenario.expressions.functions import ALIASES

VALUES: dict[str, object] = {
    "list": ["a", "b", "c"],
    "numbers": [3, 1.5, 2],
    "mixed": [1, True, None, "x", [1], {"k": 1}],
    "empty": [],
    "map": {"risk": 4, "b": None},
}
STATUS = Status(success=True, failure=False)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_does_what_its_example_says(function: Function) -> None:
    expression = parse(function.example)
    value = evaluate(expression, {}, STATUS)
    checked = check(expression, Scope({}, status_functions=True))
    assert json.dumps(value) == function.gives
    assert checked.mistakes == ()
    assert mismatches(checked.type, value) == []
    assert function.name + "(" in function.example
    assert function.summary.endswith(".")


def test_the_functions_are_those_of_the_reference() -> None:
    assert " ".join(FUNCTIONS) == (
        "contains starts_with ends_with format join length default lower upper trim round number min max sum json "
        "from_json matches success failure always"
    )
    assert set(ALIASES.values()) <= set(FUNCTIONS)
    assert not set(ALIASES) & set(FUNCTIONS)


def test_a_signature_shows_names_defaults_and_what_repeats() -> None:
    shown = [signature(FUNCTIONS[name]) for name in ("lower", "join", "format", "default", "always")]
    assert shown == [
        "lower(text)",
        "join(list, separator = ', ')",
        "format(pattern, ...)",
        "default(value, other, ...)",
        "always()",
    ]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("contains('dark mode', '')", True),
        ("contains('dark mode', 'Dark')", False),
        ("contains(list, 'b')", True),
        ("contains(list, 'z')", False),
        ("contains(mixed, 1)", True),
        ("contains(mixed, 1.0)", True),
        ("contains(mixed, true)", True),
        ("contains(numbers, true)", False),
        ("contains(mixed, null)", True),
        ("contains(mixed, from_json('[1]'))", True),
        ("contains(mixed, from_json('[true]'))", False),
        ("contains(map, 'risk')", True),
        ("contains(map, 'b')", True),
        ("contains(map, 'x')", False),
        ("starts_with('abc', 'ab')", True),
        ("starts_with('abc', 'b')", False),
        ("ends_with('abc', 'bc')", True),
        ("ends_with('abc', '')", True),
        ("format('no places')", "no places"),
        ("format('{1}{0}{1}', 'a', 'b')", "bab"),
        ("format('{0} {1} {2} {3}', null, true, 1.5, list)", ' true 1.5 ["a", "b", "c"]'),
        ("format('{{0}} {{{0}}}', 'x')", "{0} {x}"),
        ("format('{0}', '{0}{1}${{ x }}')", "{0}{1}${{ x }}"),
        ("format('{00}', 'x')", "x"),
        ("join(list)", "a, b, c"),
        ("join(list, '')", "abc"),
        ("join(empty)", ""),
        ("join(mixed, '|')", '1|true||x|[1]|{"k": 1}'),
        ("length('')", 0),
        ("length('😀é')", 2),
        ("length(list)", 3),
        ("length(map)", 2),
        ("default(null, null, 'x')", "x"),
        ("default('', 'x')", ""),
        ("default(false, 'x')", False),
        ("default(null, null)", None),
        ("default(map.b, map.zzz, map.risk)", 4),
        ("lower('ÄÖ')", "äö"),
        ("upper('straße')", "STRASSE"),
        ("trim('\u00a0\t a b \n')", "a b"),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(0.5)", 1),
        ("round(2.4999999)", 2),
        ("round(7)", 7),
        ("round(7, 2)", 7),
        ("round(1.005, 2)", 1.01),
        ("round(1234.5, -2)", 1200),
        ("round(1250, -2)", 1300),
        ("round(1e18)", 10**18),
        ("round(1e300, 2)", 1e300),
        ("round(0.1, 15)", 0.1),
        ("number(19400)", "19,400"),
        ("number(999)", "999"),
        ("number(-1234567)", "-1,234,567"),
        ("number(1234.5)", "1,235"),
        ("number(1234.5, 2)", "1,234.50"),
        ("number(0.005, 2)", "0.01"),
        ("number(-0.004, 2)", "0.00"),
        ("number(0, 15)", "0.000000000000000"),
        ("number(1e21, 1)", "1,000,000,000,000,000,000,000.0"),
        ("number(numbers[1], 1)", "1.5"),
        ("length(number(1e300, 15))", 417),
        ("min(3, 1.5, 2)", 1.5),
        ("max(numbers)", 3),
        ("min(5)", 5),
        ("max(empty)", None),
        ("min(empty)", None),
        ("sum(numbers)", 6.5),
        ("sum(empty)", 0),
        ("sum(from_json('[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]'))", 1.0),
        ("json(mixed)", '[1, true, null, "x", [1], {"k": 1}]'),
        ("json('ü\"😀')", '"ü\\"😀"'),
        ("json(null)", "null"),
        ("from_json(' [1, 2.0, {\"a\": null}] ')", [1, 2.0, {"a": None}]),
        ("from_json('\"\\ud83d\\ude00\"')", "😀"),
        ('from_json(\'{"a": 1, "a": 2}\')', {"a": 2}),
        ("from_json('9223372036854775807')", 2**63 - 1),
        ("from_json('-9223372036854775808')", -(2**63)),
        ("from_json(json(map)) == map", True),
        ("matches('LGTM, ship it', 'LGTM|approved')", True),
        ("matches('abc', '^b')", False),
        ("matches('abc', '(?i)^ABC$')", True),
        ("matches('v1.12', '^v[0-9]+[.][0-9]{1,3}$')", True),
        ("matches('2026-01-31', '^\\d{4}-\\d{2}-\\d{2}$')", True),
        ("matches('über', '^\\w+$')", True),
        ("matches('', '')", True),
    ],
)
def test_a_function_gives(source: str, value: object) -> None:
    found = evaluate(parse(source), VALUES)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("contains('abc1', 1)", "a text can only contain text, this is 1"),
        ("contains(map, 1)", "a map can only contain text, this is 1"),
        ("contains(1, 1)", "contains needs text, a list or a map, this is 1"),
        ("format('{0}')", "there is no value for {0}"),
        ("format('{2}', 1, 2)", "there is no value for {2}"),
        ("format('{}', 1)", 'there is a single "{" in the pattern'),
        ("format('a } b')", 'there is a single "}" in the pattern'),
        ("format('{0.__class__}', 1)", 'there is a single "{" in the pattern'),
        ("format('{0:>1000}', 1)", 'there is a single "{" in the pattern'),
        ("format('{-1}', 1)", 'there is a single "{" in the pattern'),
        ("join('abc')", "join needs a list, this is text"),
        ("join(list, 1)", "join needs text, this is 1"),
        ("length(3)", "length needs text, a list or a map, this is 3"),
        ("round('1')", "round needs a number, this is text"),
        ("round(true)", "round needs a number, this is true"),
        ("round(1, 0.5)", "round needs a whole number, this is 0.5"),
        ("round(1, 16)", "a number is rounded to 15 digits at most"),
        ("round(1e300)", "this number is too large"),
        ("number('19400')", "number needs a number, this is text"),
        ("number(true)", "number needs a number, this is true"),
        ("number(null)", "number needs a number, this is null"),
        ("number(1, 1.5)", "number needs a whole number, this is 1.5"),
        ("number(1, -1)", "a number is written with 0 to 15 digits after the point"),
        ("number(1, 16)", "a number is written with 0 to 15 digits after the point"),
        ("min(1, 'a')", "min needs numbers or one list of them, this is text"),
        ("min(numbers, 1)", "this needs numbers, item 0 is a list"),
        ("max(mixed)", "this needs numbers, item 1 is true"),
        ("sum(from_json('[1e308, 1e308]'))", "this number is too large"),
        ("sum(from_json('[9223372036854775807, 1]'))", "this number is too large"),
        ("from_json('')", "this text is not JSON"),
        ("from_json('{')", "this text is not JSON"),
        ("from_json('NaN')", "this text is not JSON"),
        ("from_json('-Infinity')", "this text is not JSON"),
        ("from_json('1e999')", "this is not a number"),
        ("from_json('9223372036854775808')", "this number is too large"),
        ("from_json('[" + "[" * 64 + "]" * 65 + "')", "this data is nested too deeply: 64 levels at most"),
        ("from_json('" + "[" * 3000 + "')", "this text is not JSON"),
        ("matches('a', 'a{201}')", "this pattern repeats too much"),
        ("matches('a', '(')", "this pattern cannot be read: unclosed group"),
    ],
)
def test_a_function_refuses(source: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        evaluate(parse(source), VALUES)
    assert caught.value.message == message


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_function_takes_anything_without_an_exception_of_its_own(function: Function) -> None:
    sources = ["null", "true", "-1", "0.5", "''", "'x{0}'", "list", "mixed", "empty", "map", "numbers"]
    scope = Scope(dict.fromkeys(VALUES, Anything()), status_functions=True)
    for first in sources:
        for second in sources:
            for given in ("", first, f"{first}, {second}", f"{first}, {second}, 1"):
                expression = parse(f"{function.name}({given})")
                check(expression, scope)
                try:
                    evaluate(expression, VALUES, STATUS)
                except EvaluationError as error:
                    assert error.message
