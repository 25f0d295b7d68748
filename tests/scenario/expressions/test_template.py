"""Where expressions stand in a text, and what is said when they do not."""

from __future__ import annotations

import pytest

from app.scenario.expressions import ExpressionMistakes, Placed, Template, parse, parse_template, references


def found_in(text: str) -> list[str]:
    return [text[placed.start : placed.end] for placed in parse_template(text).placed]


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("", []),
        ("no expression", []),
        ("$ { {{ }} ${ x } $ {{ x }}", []),
        ("$${{ x }}", []),
        ("${{ x }}", ["${{ x }}"]),
        ("a${{x}}b${{ y }}c", ["${{x}}", "${{ y }}"]),
        ("${{ 'a}}b' }} }}", ["${{ 'a}}b' }}"]),
        ("""${{ "a}}'b" }} it's""", ["""${{ "a}}'b" }}"""]),
        ("${{ 'it''s }}' }}", ["${{ 'it''s }}' }}"]),
        ("$${{ ${{ x }}", ["${{ x }}"]),
        ("$$ ${{ x }}", ["${{ x }}"]),
        ("${{\n  x\n}}", ["${{\n  x\n}}"]),
        ("it's ${{ x }} isn't ${{ y }}", ["${{ x }}", "${{ y }}"]),
        ("${{ x }}}", ["${{ x }}"]),
        ("{${{ x }}}", ["${{ x }}"]),
    ],
)
def test_expressions_are_found_where_they_stand(text: str, expressions: list[str]) -> None:
    assert found_in(text) == expressions


def test_the_places_in_an_expression_count_from_where_it_begins() -> None:
    text = "Build ${{ steps.plan.output }} now"
    (placed,) = parse_template(text).placed
    reference = references(placed.expression)[0]
    assert text[placed.start + reference.start : placed.start + reference.end] == "steps.plan.output"
    assert placed.expression.source == "${{ steps.plan.output }}"


def test_a_template_is_what_is_written_and_what_is_worked_out_in_turn() -> None:
    parts = parse_template("a ${{ x }} $${{ b").parts
    assert [part if isinstance(part, str) else part.expression.source for part in parts] == [
        "a ",
        "${{ x }}",
        " ${{",
        " b",
    ]
    assert isinstance(parts[1], Placed)


@pytest.mark.parametrize("text", ["${{ x }}", " \n${{ x }}\n", "\t${{ x }}"])
def test_an_expression_is_alone_when_only_white_space_is_around_it(text: str) -> None:
    template = parse_template(text)
    assert template.lone is template.placed[0].expression
    assert template.placed


@pytest.mark.parametrize("text", ["x ${{ x }}", "${{ x }}.", "${{ x }}${{ y }}", "$${{ ${{ x }}", "", "x", "$${{ x }}"])
def test_any_other_text_has_no_lone_expression(text: str) -> None:
    assert parse_template(text).lone is None


def test_a_text_without_expressions_is_plain() -> None:
    assert not parse_template("a $${{ b }}").placed
    assert parse_template("plain") == Template(("plain",))


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("a ${{ }} b", [(2, 8, "an expression is missing here")]),
        ("a ${{}}", [(2, 7, "an expression is missing here")]),
        ("a ${{ x", [(2, 5, 'this "${{" is never closed')]),
        ("a ${{", [(2, 5, 'this "${{" is never closed')]),
        ("${{ 'x }}", [(4, 5, "this text is never closed")]),
        ("${{ it's }} more", [(6, 7, "this text is never closed")]),
        ("${{ x + 1 }}", [(6, 7, "there is no arithmetic")]),
        ("${{ a ${{ b }}", [(6, 9, '"${{" cannot stand inside an expression')]),
        (
            "${{ a = b }} fine ${{ c }} ${{ d | e }} ${{ f",
            [
                (6, 7, 'a single "=" does not compare'),
                (33, 34, 'there is no "|"'),
                (40, 43, 'this "${{" is never closed'),
            ],
        ),
    ],
)
def test_every_mistake_of_a_text_is_told_at_once_with_its_place_in_the_text(
    text: str, mistakes: list[tuple[int, int, str]]
) -> None:
    with pytest.raises(ExpressionMistakes) as caught:
        parse_template(text)
    assert [(found.start, found.end, found.message) for found in caught.value.mistakes] == mistakes


def test_the_exception_says_all_that_is_wrong() -> None:
    with pytest.raises(ExpressionMistakes, match=r"there is no arithmetic; an expression is missing here"):
        parse_template("${{ 1 + 1 }} ${{ }}")


def test_a_text_of_nothing_but_mistakes_is_given_up_on_after_twenty() -> None:
    with pytest.raises(ExpressionMistakes) as caught:
        parse_template("${{ + }} " * 20_000)
    assert len(caught.value.mistakes) == 20


def test_a_text_longer_than_any_result_is_a_mistake() -> None:
    with pytest.raises(ExpressionMistakes, match="longer than 256 KB"):
        parse_template("x" * 262_145)
    assert not parse_template("x" * 262_144).placed


def test_an_expression_in_a_text_is_the_one_that_stands_alone() -> None:
    alone, placed = parse("a.b == 1"), parse_template("${{ a.b == 1 }}").placed[0].expression
    assert [reference.path for reference in references(alone)] == [reference.path for reference in references(placed)]
