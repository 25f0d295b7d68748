"""What a model said, as rows: data as keys and values, Markdown lightly, and only as much as can be seen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.safety import safe_text
from app.tui.look.glyphs import UNICODE
from app.tui.paint.rows import Span, width_of
from app.tui.paint.said import STRUCTURED, Fact, end_of, facts, start_of
from corpus.speed import effort, slowness
from tui.telling import texts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def shown(text: str, width: int = 30, rows: int = 20) -> list[str]:
    return [row.rstrip() for row in texts(end_of(text, width, rows, UNICODE).rows)]


def test_data_is_shown_as_keys_and_values_with_bullets() -> None:
    assert shown('{"pass": false, "risk": 3, "why": null, "findings": ["one", "two"], "none": []}') == [
        "pass  no",
        "risk  3",
        "why  –",
        "findings",
        "  · one",
        "  · two",
        "none  –",
    ]


def test_a_value_too_long_for_its_row_stands_below_its_key() -> None:
    assert shown('{"backend": "Keep one preference for each account"}', 30) == [
        "backend",
        "  Keep one preference for each",
        "  account",
    ]


def test_in_a_narrow_panel_labels_stand_alone_and_texts_have_no_indent() -> None:
    text = '{"backend": "Keep one preference for each account", "findings": [{"risk": "It grows with every turn"}]}'
    found = end_of(text, 24, 20, UNICODE)
    assert [row.rstrip() for row in texts(found.rows)] == [
        "backend",
        "Keep one preference for",
        "each account",
        "findings",
        "· risk",
        "It grows with every turn",
    ]
    assert [span.style for span in found.rows[0] if span.text] == ["muted"]


def test_maps_in_lists_begin_at_their_bullet() -> None:
    assert shown('[{"a": 1, "b": [2]}, {"a": 3}]') == ["· a  1", "  b", "    · 2", "· a  3"]


@pytest.mark.parametrize(
    ("so_far", "read"),
    [
        ("{", []),
        ("[]", [Fact(0, False, "", "–")]),
        ('{"bac', [Fact(0, False, "bac", "")]),
        ('{"backend"', [Fact(0, False, "backend", "")]),
        ('{"backend": "Keep', [Fact(0, False, "backend", "Keep")]),
        ('{"backend": "Keep \\', [Fact(0, False, "backend", "Keep ")]),
        ('{"backend": "Keep \\u00', [Fact(0, False, "backend", "Keep ")]),
        ('{"list": ["one", "tw', [Fact(0, False, "list", ""), Fact(2, True, "", "one"), Fact(2, True, "", "tw")]),
    ],
)
def test_data_can_be_read_while_it_comes(so_far: str, read: list[Fact]) -> None:
    assert facts(so_far) == read


@settings(max_examples=200, deadline=None)
@given(JSON.filter(lambda value: isinstance(value, dict | list)), st.data())
def test_data_that_breaks_off_anywhere_is_shown_in_its_room(value: object, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    text = text[: data.draw(st.integers(0, len(text)))]
    width, rows = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 12))
    for found in (end_of(text, width, rows, UNICODE), start_of(text, width, rows, UNICODE)):
        assert len(found.rows) <= rows and found.hidden >= 0


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab *_`#-\n\t漢🎭é", max_size=200), st.integers(2, 30), st.integers(1, 8))
def test_any_text_stays_in_its_room(text: str, width: int, rows: int) -> None:
    for found in (end_of(text, width, rows, UNICODE), start_of(text, width, rows, UNICODE)):
        assert len(found.rows) <= rows
        assert all(width_of(row) <= width for row in found.rows)


@pytest.mark.parametrize("prose", ["[1] A source.", '["a"] is what it gave.', "{curly} words", "[note] so"])
def test_prose_that_begins_like_data_is_prose(prose: str) -> None:
    assert shown(prose) == [prose.rstrip()]


def test_an_escape_hidden_in_data_drives_nothing() -> None:
    text = "\n".join(shown(r'{"a\u001b[2J": "\u001b]0;gotcha\u0007 \u202e sk-abcdefghijklmnopqrstuvwxyz"}'))
    assert safe_text(text) == text
    assert "sk-a•••" in text and "abcdefgh" not in text


def test_markdown_is_shown_lightly_and_marks_are_no_part_of_it() -> None:
    found = end_of("## The plan\n\nOnly **one** of them has `a source`.\n- so\n* what\n---", 40, 9, UNICODE)
    assert texts(found.rows) == [
        "The plan",
        "",
        "Only one of them has a source.",
        "· so",
        "· what",
        "╌" * 40,
    ]
    assert found.rows[0] == (Span("The plan", "text bold"),)
    assert Span("one", "text bold") in found.rows[2] and Span("a source", "info") in found.rows[2]


def test_what_is_bold_stays_bold_on_the_next_row() -> None:
    found = end_of("Only **one of them all** counts", 12, 9, UNICODE)
    assert [[(span.text, "bold" in span.style) for span in row if span.text] for row in found.rows] == [
        [("Only ", False), ("one of", True)],
        [("them all", True)],
        [("counts", False)],
    ]


def test_code_is_left_as_it_is() -> None:
    assert shown("```py\nx = **y**\n# no heading\n```\n    - indented\nafter") == [
        *("x = **y**", "# no heading", "    - indented", "after")
    ]


def test_markup_of_textual_and_terminals_is_only_text() -> None:
    assert shown("[bold]x[/] [link=a]b[/link] [@click=app.quit]no[/]", 80) == [
        "[bold]x[/] [link=a]b[/link] [@click=app.quit]no[/]"
    ]


def test_the_end_and_the_beginning_say_how_much_is_not_shown() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    end, start = end_of(text, 20, 3, UNICODE), start_of(text, 20, 3, UNICODE)
    assert texts(end.rows) == ["line 97", "line 98", "line 99"]
    assert texts(start.rows) == ["line 0", "line 1", "line 2"]
    assert end.hidden == text.index("line 97")
    assert start.hidden == len(text) - text.index("line 3")
    for whole in (end_of("a\nb", 20, 2, UNICODE), start_of("a\nb", 20, 2, UNICODE)):
        assert texts(whole.rows) == ["a", "b"] and whole.hidden == 0


@pytest.mark.parametrize(
    "huge",
    [
        pytest.param("x" * 10_000_000, id="one line of ten megabytes"),
        pytest.param("word " * 2_000_000, id="one line of two million words"),
        pytest.param("line\n" * 1_000_000, id="a million lines"),
        pytest.param("e" + "\u0301" * 5_000, id="five thousand marks"),
        pytest.param("[" * STRUCTURED, id="a deep list"),
        pytest.param('{"a":' * 4_000, id="a deep map"),
        pytest.param('["' + "y" * (STRUCTURED - 3), id="a string that never ends"),
        pytest.param("*" * 4_000, id="many marks"),
        pytest.param("漢" * 1_000_000, id="a million ideographs"),
    ],
)
def test_however_long_a_text_is_a_frame_is_quick(huge: str) -> None:
    text = safe_text(huge)

    def drawn() -> None:
        start_of.cache_clear()
        assert len(end_of(text, 60, 20, UNICODE).rows) <= 20
        assert len(start_of(text, 60, 20, UNICODE).rows) <= 20

    assert effort(drawn) < 0.5 * slowness()  # a tenth of it where the limit was set
