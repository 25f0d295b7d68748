"""The loader: YAML 1.2 core scalars with their places, and nothing that grows without bound."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document import Source, parse
from app.errors import ScenarioRefused


def data_of(text: str) -> Any:
    return parse(Source("file.yaml", text)).data


def refusal_of(text: str) -> str:
    with pytest.raises(ScenarioRefused) as refused:
        parse(Source("file.yaml", text))
    return refused.value.problems[0].code


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"), ("on", "on"), ("NO", "NO"), ("1:30", "1:30"), ("2026-11-21", "2026-11-21"), ("017", 17),
        ("0o17", 15), ("0x1f", 31), ("1e3", 1000.0), (".5", 0.5), ("+7", 7), ("-0", 0), ("1_000", "1_000"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("'true'", "true"), ('"7"', "7"),
        ("1.2.3", "1.2.3"), ("-", "-"), ("0b1", "0b1"), ("1e", "1e"),
    ],
)  # fmt: skip
def test_plain_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    if written == "-":
        written = '"-"'
    found = data_of(f"key: {written}\n")["key"]
    assert found == meant
    assert type(found) is type(meant)


def test_keys_are_text_whatever_they_look_like() -> None:
    assert data_of("on: 1\n2: a\nnull: b\ntrue: c\n") == {"on": 1, "2": "a", "null": "b", "true": "c"}


def test_every_value_knows_its_place() -> None:
    root = parse(Source("file.yaml", "a:\n  - x\n  - {b: ü, c: y}\n"))
    item = root.child("a")
    assert item is not None
    inner = item.child(1)
    assert inner is not None
    found = inner.child("c")
    assert found is not None
    assert (found.start.line, found.start.column, found.data) == (3, 15, "y")


def test_an_alias_repeats_a_value_and_points_at_where_it_was_written() -> None:
    root = parse(Source("file.yaml", "a: &list [1, 2]\nb: *list\n"))
    assert root.data == {"a": [1, 2], "b": [1, 2]}
    repeated = root.child("b")
    assert repeated is not None
    assert repeated.start.line == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2\n", "duplicate-key"),
        ("a: !!set {x}\n", "tag"),
        ("<<: {a: 1}\n", "merge-key"),
        ("a: 1\n---\nb: 2\n", "two-documents"),
        ("[" * 65 + "]" * 65, "too-deep"),
        ("a: &a [*a]\n", "endless-alias"),
        ("a: *b\n", "unknown-alias"),
        ("a: &x 1\nb: [" + "*x, " * 101 + "]\n", "too-many-aliases"),
        ("a: [" + "x, " * 30_001 + "]\n", "too-many-values"),
        ("? [a]\n: b\n", "key"),
        ("a: 9223372036854775808\n", "number"),
        ("a: .inf\n", "number"),
        ("a: 1e999\n", "number"),
        ('a: "\\e[2J"\n', "control-character"),
        ('a: "\\ud800"\n', "yaml"),
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("just a text\n", "not-a-map"),
        ("- a\n", "not-a-map"),
        ("a: 'b\n", "yaml"),
    ],
)
def test_what_cannot_be_read_safely_is_refused(text: str, code: str) -> None:
    assert refusal_of(text) == code


def test_a_billion_laughs_end_at_the_limit() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 10)]
    assert refusal_of("\n".join(lines)) == "too-many-values"


def test_an_alias_cannot_make_a_tree_deeper_than_the_limit() -> None:
    text = "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 30 + "*a" + "]" * 30 + "\n"
    assert refusal_of(text) == "too-deep"


def test_all_problems_of_a_tree_are_told_at_once() -> None:
    with pytest.raises(ScenarioRefused) as refused:
        parse(Source("file.yaml", "a: 1\na: 2\nb: .nan\nc: !x y\n"))
    assert [problem.line for problem in refused.value.problems] == [2, 3, 4]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"), max_size=200))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        parse(Source("file.yaml", text))
    except ScenarioRefused as refused:
        assert all(problem.line and problem.column for problem in refused.problems)
