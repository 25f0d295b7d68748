"""What can be read and as what; what cannot, and what is said about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.scenario.expressions import (
    EvaluationError,
    Expression,
    ExpressionMistake,
    Reference,
    evaluate,
    parse,
    parse_bare,
    references,
)
from app.scenario.expressions.nodes import walk
from corpus.marked import Marked, read_marked

UNREADABLE = read_marked(Path(__file__).with_name("unreadable.txt"))
NAMES: dict[str, object] = {name: name for name in "abcd"} | {"t": True, "f": False, "one": 1, "two": 2}


def mistake_in(source: str) -> ExpressionMistake:
    with pytest.raises(ExpressionMistake) as caught:
        parse(source)
    return caught.value


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case.source)
def test_what_cannot_be_read_is_marked_and_answered_in_these_words(case: Marked) -> None:
    mistake = mistake_in(case.source)
    assert case.said == ((mistake.start, mistake.end, mistake.message, mistake.hint),)


def test_there_are_many_slips_with_an_answer_of_their_own() -> None:
    assert len(UNREADABLE) > 150
    assert len({case.said[0].message for case in UNREADABLE}) > 60


@pytest.mark.parametrize(
    ("source", "message", "start", "end"),
    [
        ("", "an expression is missing here", 0, 0),
        (" \n ", "an expression is missing here", 0, 3),
        ("a\u200b.b", "there is an unseen character here, U+200B", 1, 2),
        ("a\u00a0== 1", "there is an unseen character here, U+00A0", 1, 2),
        ("a ==\u202e1", "there is an unseen character here, U+202E", 4, 5),
        ("a\x00", "there is an unseen character here, U+0000", 1, 2),
        ("\ud800", "there is an unseen character here, U+D800", 0, 1),
        ("a == 💥", '"💥" has no meaning here', 5, 6),
        ("іnputs", '"і" cannot be in a name', 0, 1),
        ("x" * 4097, "this expression is too long: 4,097 characters", 0, 4097),
        ("a and " * 300 + "a", "this expression has too many parts: 500 at most", 1500, 1501),
        ("(" * 4000, "this is nested too deeply: 32 levels at most", 32, 33),
        ("a?b:" * 1000 + "c", "this is nested too deeply: 32 levels at most", 126, 127),
        ("x" + "[x" * 100, "this is nested too deeply: 32 levels at most", 64, 65),
        ("${{ a ", '"${{" cannot stand inside an expression', 0, 3),
    ],
)
def test_what_is_empty_unseen_or_too_much_is_a_mistake(source: str, message: str, start: int, end: int) -> None:
    mistake = mistake_in(source)
    assert (mistake.message, mistake.start, mistake.end) == (message, start, end)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("12", 12),
        ("-12", -12),
        ("- 12", -12),
        ("0.5", 0.5),
        ("-0.25", -0.25),
        ("1e3", 1000.0),
        ("2.5E-3", 0.0025),
        ("1e+2", 100.0),
        ("999999999999999", 999_999_999_999_999),
        ("0.000000000000000000000000000001", 1e-30),
        ("''", ""),
        ("'a'", "a"),
        ('"a"', "a"),
        ("'it''s'", "it's"),
        ("''''", "'"),
        ('"say ""so"""', 'say "so"'),
        ("'\"'", '"'),
        ('"\'"', "'"),
        (r"'\n'", r"\n"),
        ("'a\nb'", "a\nb"),
        ("'}}'", "}}"),
        ("'${{ a }}'", "${{ a }}"),
        ("'ünï 😀'", "ünï 😀"),
        ("  1\t\n", 1),
    ],
)
def test_literals_are_read_as_what_they_write(source: str, value: object) -> None:
    found = evaluate(parse(source), {})
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("a or b and c", "a or (b and c)"),
        ("f and t or t", "(f and t) or t"),
        ("not f and f", "(not f) and f"),
        ("not one == two", "not (one == two)"),
        ("!one == two", "(!one) == two"),
        ("not not t", "not (not t)"),
        ("!!t", "!(!t)"),
        ("not !t", "not (!t)"),
        ("t && f || t", "(t && f) || t"),
        ("f ? a : t ? b : c", "f ? a : (t ? b : c)"),
        ("t ? f ? a : b : c", "t ? (f ? a : b) : c"),
        ("f or t ? a : b", "(f or t) ? a : b"),
        ("one < two and two > one", "(one < two) and (two > one)"),
        ("a == 'a' ? b : c", "(a == 'a') ? b : c"),
        ("f || t && f", "f || (t && f)"),
    ],
)
def test_what_binds_tighter_needs_no_parentheses(source: str, same: str) -> None:
    assert shape(parse(source)) == shape(parse(same))
    assert evaluate(parse(source), NAMES) == evaluate(parse(same), NAMES)


def shape(expression: Expression) -> str:
    """An expression without its places and its source."""
    return re.sub(r", start=\d+, end=\d+", "", repr(expression.root))


@pytest.mark.parametrize(
    "word", ["and", "or", "not", "null", "true", "in", "is", "if", "None", "lambda", "a-b", "_x", "A1"]
)
def test_every_word_can_stand_after_a_dot(word: str) -> None:
    assert evaluate(parse(f"x.{word}"), {"x": {word: "found"}}) == "found"


def test_a_hyphen_belongs_to_a_name() -> None:
    assert references(parse("steps.sign-off.output-1"))[0].path == ("steps", "sign-off", "output-1")


def test_every_node_knows_its_place_and_parentheses_belong_to_it() -> None:
    source = "not (a.b == 'x') and lower( c ) ? -1 : d[0].e"
    pieces = [source[node.start : node.end] for node in walk(parse(source).root)]
    assert pieces == [
        source,
        "not (a.b == 'x') and lower( c )",
        "not (a.b == 'x')",
        "(a.b == 'x')",
        "a.b",
        "a",
        "b",
        "'x'",
        "lower( c )",
        "c",
        "-1",
        "d[0].e",
        "d",
        "0",
        "e",
    ]


@pytest.mark.parametrize(
    "source", ["a == 'x'", "${{ a == 'x' }}", "  ${{a == 'x'}}\n", "${{ a == '}}' }}", "a == '${{'"]
)
def test_a_condition_may_be_written_with_its_sign_or_without(source: str) -> None:
    expression = parse_bare(source)
    reference = references(expression)[0]
    assert expression.source == source
    assert source[reference.start : reference.end] == "a"


@pytest.mark.parametrize(
    ("source", "start"), [("${{ a }} && ${{ b }}", 6), ("${{ a }} == 'b'", 0), ("${{ a", 0), ("a }}", 2), ("${{ }}", 0)]
)
def test_a_condition_that_is_partly_wrapped_is_a_mistake(source: str, start: int) -> None:
    with pytest.raises(ExpressionMistake) as caught:
        parse_bare(source)
    assert caught.value.start == start


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("item", [("item",)]),
        ("steps.plan.output.risk >= 4", [("steps", "plan", "output", "risk")]),
        ("steps['plan'].output[0].x", [("steps", "plan", "output", 0, "x")]),
        ("a[-1]", [("a", -1)]),
        ("a[b.c].d", [("a",), ("b", "c")]),
        ("a.b[c[d]][0]", [("a", "b"), ("c",), ("d",)]),
        ("a[1.5].b", [("a",)]),
        ("a[null].b", [("a",)]),
        ("a[true].b", [("a",)]),
        ("lower(a.b).c", [("a", "b")]),
        ("from_json(a)[b]", [("a",), ("b",)]),
        ("(a.b).c", [("a", "b")]),
        ("a.b ? c : not d and e or f(g, h.i)", [("a", "b"), ("c",), ("d",), ("e",), ("g",), ("h", "i")]),
        ("'a.b'", []),
        ("success()", []),
    ],
)
def test_references_are_what_is_looked_up_by_written_names(source: str, paths: list[tuple[str | int, ...]]) -> None:
    assert [reference.path for reference in references(parse(source))] == paths


def test_a_reference_is_marked_from_its_first_name_to_its_last_written_key() -> None:
    source = "x and steps.plan['output'][ n ].y"
    assert references(parse(source)) == (
        Reference(("x",), 0, 1),
        Reference(("steps", "plan", "output"), 6, 26),
        Reference(("n",), 28, 29),
    )


def test_an_expression_is_the_same_however_often_it_is_read() -> None:
    assert parse("a.b == 'x' ? f(1) : null") == parse("a.b == 'x' ? f(1) : null")


@pytest.mark.parametrize("depth", [1, 10, 30])
def test_nesting_within_the_limit_is_read_and_worked_out(depth: int) -> None:
    assert evaluate(parse("(" * depth + "1" + ")" * depth), {}) == 1
    assert evaluate(parse("!" * (2 * (depth // 2)) + "true"), {}) is True
    assert evaluate(parse("default(null, " * depth + "1" + ")" * depth), {}) == 1
    assert evaluate(parse("false ? 0 : " * depth + "2"), {}) == 2


def test_a_call_of_an_unknown_function_can_be_read_and_is_refused_later() -> None:
    with pytest.raises(EvaluationError, match='there is no function "startsWith"'):
        evaluate(parse("startsWith('a', 'b')"), {})
