"""What expressions give, what they refuse, and what they never do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scenario.expressions import EvaluationError, Status, evaluate, parse, parse_template, render

VALUES: dict[str, object] = {
    "null_": None,
    "text": "dark mode",
    "n": 3,
    "big": 10**19,
    "list": ["a", "b", "c"],
    "nested": [[1, 2], {"x": [None, True]}],
    "map": {"a": 1, "b": {"c": None}, "with space": 2, "None": "a name", "length": 9},
    "steps": {"plan": {"output": {"risk": 4}}, "skipped": {"output": None}},
}


def value_of(source: str) -> object:
    return evaluate(parse(source), VALUES)


@pytest.mark.parametrize("source", ["null", "false", "0", "0.0", "-0.0", "''", "from_json('[]')", "from_json('{}')"])
def test_nothing_false_zero_and_what_is_empty_count_as_false(source: str) -> None:
    assert value_of(f"{source} ? 1 : 2") == 2
    assert value_of(f"not {source}") is True
    assert value_of(f"!{source}") is True


@pytest.mark.parametrize(
    "source", ["true", "1", "-1", "0.1", "' '", "'false'", "'0'", "list", "map", "from_json('[0]')"]
)
def test_everything_else_counts_as_true(source: str) -> None:
    assert value_of(f"{source} ? 1 : 2") == 1
    assert value_of(f"not {source}") is False


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("text and n", 3),
        ("null_ and n", None),
        ("'' and n", ""),
        ("n and 0 and text", 0),
        ("null_ or text", "dark mode"),
        ("0 or ''", ""),
        ("0 or false or n or text", 3),
        ("null_ or null_", None),
        ("true && n", 3),
        ("false || n", 3),
    ],
)
def test_and_and_or_give_the_operand_that_decides(source: str, value: object) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    "source", ["false and nowhere", "true or nowhere", "true ? 1 : nowhere", "false ? nowhere : 1"]
)
def test_what_does_not_decide_is_not_worked_out(source: str) -> None:
    assert value_of(source) in (False, True, 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1", "1.0"),
        ("0", "-0.0"),
        ("'a'", '"a"'),
        ("null", "null_"),
        ("null", "map.zzz"),
        ("list", 'from_json(\'["a", "b", "c"]\')'),
        ("map.b", "from_json('{\"c\": null}')"),
        ("from_json('[1, [2.0]]')", "from_json('[1.0, [2]]')"),
        ('from_json(\'{"a": 1, "b": 2}\')', 'from_json(\'{"b": 2, "a": 1}\')'),
        ("big", "big"),
    ],
)
def test_what_is_the_same_is_equal_whoever_wrote_it(left: str, right: str) -> None:
    assert value_of(f"{left} == {right}") is True
    assert value_of(f"{right} == {left}") is True
    assert value_of(f"{left} != {right}") is False


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1", "'1'"),
        ("true", "1"),
        ("false", "0"),
        ("true", "'true'"),
        ("null", "0"),
        ("null", "''"),
        ("null", "false"),
        ("''", "false"),
        ("'a'", "'A'"),
        ("list", "'a'"),
        ("from_json('[1]')", "from_json('[true]')"),
        ("from_json('{\"a\": [0]}')", "from_json('{\"a\": [false]}')"),
        ("from_json('[1]')", "1"),
        ("from_json('[]')", "from_json('{}')"),
        ("'e\u0301'", "'é'"),
    ],
)
def test_nothing_is_converted_to_be_equal(left: str, right: str) -> None:
    assert value_of(f"{left} == {right}") is False
    assert value_of(f"{left} != {right}") is True


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 < 2", True),
        ("2 <= 2.0", True),
        ("-1 > 0.5", False),
        ("3 >= 4", False),
        ("big > 1", True),
        ("'a' < 'b'", True),
        ("'B' < 'a'", True),
        ("'a' >= 'aa'", False),
        ("'' <= ''", True),
    ],
)
def test_numbers_and_texts_have_an_order(source: str, value: bool) -> None:
    assert value_of(source) is value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("map.a", 1),
        ("map['with space']", 2),
        ("map.b.c", None),
        ("map.zzz", None),
        ("map.zzz.yyy[3].xxx", None),
        ("null_.a", None),
        ("null_[0]", None),
        ("steps.skipped.output.risk", None),
        ("list[0]", "a"),
        ("list[2]", "c"),
        ("list[3]", None),
        ("list[-1]", "c"),
        ("list[-3]", "a"),
        ("list[-4]", None),
        ("list[999999999999999]", None),
        ("list[map.a]", "b"),
        ("map[list[0]]", 1),
        ("nested[1].x[-1]", True),
        ("map.None", "a name"),
        ("map.length", 9),
        ("(null_ or map).a", 1),
        ("from_json('{\"a\": [1]}').a[0]", 1),
    ],
)
def test_a_look_up_gives_what_is_there_or_null(source: str, value: object) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "message", "hint", "marked"),
    [
        ("texd", 'there is no "texd" here', 'did you mean "text"?', "texd"),
        ("text.x", "there is nothing to look up in text", "", ".x"),
        ("text[0]", "there is nothing to look up in text", "", "[0]"),
        ("n.x.y", "there is nothing to look up in 3", "", ".x"),
        ("map.a.real", "there is nothing to look up in 1", "", ".real"),
        ("list.a", "a list is looked into by a whole number, this is text", "", ".a"),
        ("list['0']", "a list is looked into by a whole number, this is text", "", "['0']"),
        ("list[1.0]", "a list is looked into by a whole number, this is 1.0", "", "[1.0]"),
        ("list[true]", "a list is looked into by a whole number, this is true", "", "[true]"),
        ("list[null_]", "a list is looked into by a whole number, this is null", "", "[null_]"),
        ("map[0]", "a map is looked into by name, this is 0", "", "[0]"),
        ("1 < 'a'", "1 cannot be compared with text", "", "1 < 'a'"),
        ("list < list", "a list cannot be compared with a list", "", "list < list"),
        ("true > false", "true cannot be compared with false", "", "true > false"),
        (
            "map.zzz >= 4",
            "null cannot be compared with 4",
            "write default(value, 0) where null may come",
            "map.zzz >= 4",
        ),
        ("not lower(n)", "lower needs text, this is 3", "", "n"),
        ("lower(null_)", "lower needs text, this is null", "write default(value, other) where null may come", "null_"),
        ("lower()", "lower takes 1 value, not 0", "write lower(text)", "lower()"),
        ("a(1)", 'there is no function "a"', "", "a(1)"),
        ("lowr('a')", 'there is no function "lowr"', 'did you mean "lower"?', "lowr('a')"),
        ("n and success()", "success() only has a meaning in if:", "", "success()"),
        ("big", "this number is too large", "64 bits at most", "big"),
        ("json(big)", "this number is too large", "64 bits at most", "json(big)"),
        ("sum(map)", "sum needs a list of numbers, this is a map", "", "map"),
        ("sum(list)", "this needs numbers, item 0 is text", "", "sum(list)"),
        (
            "matches(text, list[0])",
            "the pattern of matches is written out, not computed",
            "write matches('v1.12', '^v[0-9]+[.]')",
            "list[0]",
        ),
    ],
)
def test_what_gives_no_value_is_explained_at_its_place(source: str, message: str, hint: str, marked: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value_of(source)
    error = caught.value
    assert error.message == message
    assert error.hint == hint
    assert source[error.start : error.end] == marked


class Tempting:
    """A value with everything that an engine of attributes would touch."""

    output = "touched"

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was looked at")

    def __bool__(self) -> bool:
        raise AssertionError("asked whether true")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")

    def __hash__(self) -> int:
        return 1

    def __str__(self) -> str:
        raise AssertionError("made into text")

    __repr__ = __str__


class SubText(str):
    """Text, but not only."""

    __slots__ = ()


NO_PLAIN_DATA: list[Any] = [Tempting(), SubText("x"), (1,), {1}, b"x", 1j, object, len, {"a": Tempting()}, {1: 2}]


@pytest.mark.parametrize("value", NO_PLAIN_DATA, ids=range(len(NO_PLAIN_DATA)))
@pytest.mark.parametrize(
    "source",
    [
        *("v", "v.output", "v[0]", "not v", "v and 1", "v == v", "v != 1", "v < v", "1 < v", "json(v)", "length(v)"),
        *("lower(v)", "contains(v, 'x')", "contains(list, v)", "format('{0}', v)", "join(v)", "v ? 1 : 2"),
    ],
)
def test_only_plain_data_is_ever_touched(source: str, value: Any) -> None:
    try:
        found = evaluate(parse(source), {"v": value, "list": [1]})
    except EvaluationError:
        return
    assert type(value) is dict, "what is no plain data has to be refused"
    assert found in (None, True, False, 1, value)


def test_the_status_decides_success_failure_and_always() -> None:
    well, badly = Status(success=True, failure=False), Status(success=False, failure=True)
    assert [evaluate(parse(f"{name}()"), {}, well) for name in ("success", "failure", "always")] == [True, False, True]
    assert [evaluate(parse(f"{name}()"), {}, badly) for name in ("success", "failure", "always")] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ n }}", 3),
        ("  ${{ list }}\n", ["a", "b", "c"]),
        ("${{ null_ }}", None),
        ("${{ 1 == 1 }}", True),
        ("${{n}}${{n}}", "33"),
        ("n: ${{ n }}", "n: 3"),
        ("${{ null_ }}!", "!"),
        ("<${{ true }} ${{ 0.5 }} ${{ -1 }}>", "<true 0.5 -1>"),
        ("is ${{ list }}", 'is ["a", "b", "c"]'),
        ("is ${{ map.b }}", 'is {"c": null}'),
        ("is ${{ from_json('\"ü\"') }}", "is ü"),
        ("plain", "plain"),
        ("", ""),
        ("$${{ n }}", "${{ n }}"),
        ("$${{ ${{ n }} }}", "${{ 3 }}"),
        ("$$ ${{ n }} $", "$$ 3 $"),
        ("{{ n }}", "{{ n }}"),
    ],
)
def test_a_lone_expression_keeps_its_type_and_any_other_becomes_text(text: str, value: object) -> None:
    found = render(parse_template(text), VALUES)
    assert (type(found), found) == (type(value), value)


@given(st.text(alphabet="${} abn'\"\\", max_size=30))
def test_what_is_put_into_a_text_stays_as_it_is(inserted: str) -> None:
    values = {"inserted": inserted, "a": "SECRET", "n": {"b": inserted}}
    assert render(parse_template("<${{ inserted }}>"), values) == f"<{inserted}>"
    assert render(parse_template("${{ inserted }}"), values) == inserted
    assert render(parse_template("${{ format('{0}', inserted) }}"), values) == inserted
    assert render(parse_template("${{ n.b }}${{ n.b }}"), values) == inserted * 2


def test_the_place_of_an_error_in_a_text_counts_in_the_text() -> None:
    text = "first ${{ n }}, then ${{ list.x }}"
    with pytest.raises(EvaluationError) as caught:
        render(parse_template(text), VALUES)
    assert text[caught.value.start : caught.value.end] == ".x"
    with pytest.raises(EvaluationError) as caught:
        render(parse_template("  ${{ n.x }}"), VALUES)
    assert (caught.value.start, caught.value.end) == (7, 9)


@pytest.mark.parametrize("text", ["${{ t }}${{ t }}", "${{ t }}x", "${{ format('{0}{1}', t, t) }}", "${{ json(t) }}"])
def test_no_result_is_longer_than_256_kb(text: str) -> None:
    with pytest.raises(EvaluationError, match="longer than 256 KB"):
        render(parse_template(text), {"t": "x" * 262_144})
    assert len(str(render(parse_template("${{ t }}"), {"t": "x" * 262_144}))) == 262_144


def test_half_of_a_surrogate_pair_becomes_a_replacement_character() -> None:
    values = {"t": "a\ud800b", "m": {"\udfff": ["\ud800", "é", 1]}}
    assert render(parse_template("${{ t }}"), values) == "a\ufffdb"
    assert render(parse_template("é ${{ t }}"), values) == "é a\ufffdb"
    assert render(parse_template("${{ m }}"), values) == {"\ufffd": ["\ufffd", "é", 1]}
    assert render(parse_template("\ud800 ${{ 1 }}"), values) == "\ufffd 1"
    assert values["m"] == {"\udfff": ["\ud800", "é", 1]}


def test_values_are_handed_out_as_they_are_and_never_changed() -> None:
    values = {"list": [3, 1, 2], "map": {"a": [1]}}
    assert evaluate(parse("list"), values) is values["list"]
    evaluate(parse("join(list) and max(list) and json(map)"), values)
    assert values == {"list": [3, 1, 2], "map": {"a": [1]}}
