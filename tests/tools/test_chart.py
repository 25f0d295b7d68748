"""Charts stay inside their width, show everything they are given, and cannot be broken by a label."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.chart.points import Picture, bounds, column_means, compact, shares
from app.tools.chart.svg import svg
from app.tools.chart.text import DRAWN, cells, cut
from tools.conftest import Failing, Using

VALUES = some.lists(some.floats(-1e9, 1e9), min_size=1, max_size=30)
LABELS = some.text(alphabet="ab日本é <&>\"'", min_size=1, max_size=30)


def picture(kind: str, values: list[float], labels: list[str], width: int = 60, height: int = 8) -> Picture:
    shown = [abs(value) + 1 for value in values] if kind in ("share", "gauge") else values
    low, high = bounds(shown, from_zero=kind == "area")
    grid = [[value, None] for value in shown]
    return Picture(kind, "A title", labels, shown, low, high, width, height, ["one", "other"], list(grid))


@settings(max_examples=20)
@given(some.sampled_from(sorted(DRAWN)), VALUES, some.data(), some.integers(20, 160))
def test_no_line_is_wider_than_asked(kind: str, values: list[float], data: Any, width: int) -> None:
    labels = [data.draw(LABELS) for _ in values]
    for line in DRAWN[kind](picture(kind, values, labels, width)):
        assert cells(line) <= width


@settings(max_examples=20)
@given(some.sampled_from(sorted(DRAWN)), VALUES, some.data())
def test_a_drawing_for_the_web_is_xml_whatever_is_in_it(kind: str, values: list[float], data: Any) -> None:
    labels = [data.draw(LABELS) for _ in values]
    drawn = svg(picture(kind, values, labels, 640, 320))
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert drawn == svg(picture(kind, values, labels, 640, 320))


@settings(max_examples=20)
@given(
    some.lists(some.floats(0, 1e6), min_size=1, max_size=20).filter(lambda values: sum(values) > 0),
    some.integers(20, 160),
)
def test_shares_fill_the_bar_and_none_is_off_by_a_cell(values: list[float], width: int) -> None:
    labels = [str(number) for number in range(len(values))]
    whole = DRAWN["share"](Picture("share", "", labels, values, 0, 1, width, 8, [], []))[0]
    assert len(whole) == width
    if len(values) <= 4:
        for mark, part in zip("█▓▒░", shares(values), strict=False):
            assert abs(whole.count(mark) - part * width) < 1


@settings(max_examples=20)
@given(VALUES, some.integers(5, 160))
def test_columns_keep_the_range_of_the_values(values: list[float], room: int) -> None:
    columns = column_means(values, room)
    assert 1 <= len(columns) <= room
    assert min(values) - 1e-6 * abs(min(values)) <= min(columns)
    assert max(columns) <= max(values) + 1e-6 * abs(max(values))


def test_the_longest_bar_is_that_of_the_largest_value() -> None:
    lines = DRAWN["bar"](picture("bar", [10, 40, 20], ["a", "b", "c"]))
    assert [line.count("█") for line in lines] == [13, 55, 27]
    assert "░" in DRAWN["bar"](picture("bar", [10, -5], ["a", "b"]))[1]


def test_numbers_at_an_axis_are_short() -> None:
    assert [compact(value) for value in (0.05, 12, 9_999, 12_345, 3.4e6, -2e9)] == [
        "0.05", "12", "9999", "12.3k", "3.4M", "-2G",
    ]  # fmt: skip


def test_a_label_too_long_is_cut_by_its_cells() -> None:
    assert cut("日本語のラベル", 6) == "日本…"
    assert cells("日本…") == 5


async def test_a_chart_of_rows_says_its_kind_and_width(using: Using) -> None:
    rows = "hour,day,visits\n9,Mon,4\n10,Mon,8\n9,Tue,2\n"
    found = await using(
        "chart.draw", {"kind": "heat", "rows": rows, "x": "hour", "by": "day", "y": "visits", "width": 20}
    )
    assert found["text"] == "    9       10\nMon ▒▒▒▒▒▒▒ ███████\nTue ░░░░░░░ ·······\n░ 2  █ 8  · none"
    assert found["width"] == 19


async def test_what_hides_in_a_label_is_taken_out(using: Using) -> None:
    rows = [{"who": "a\x1b[31m\u202e<script>", "n": 1}]
    text = await using("chart.draw", {"kind": "bar", "rows": rows, "x": "who", "y": "n"})
    drawn = await using("chart.svg", {"kind": "bar", "rows": rows, "x": "who", "y": "n"})
    assert "\x1b" not in text["text"] + drawn["svg"]
    assert "<script>" not in drawn["svg"]


async def test_an_axis_never_hides_a_value(using: Using) -> None:
    rows = [{"n": 5}, {"n": 50}]
    found = await using("chart.draw", {"kind": "line", "rows": rows, "y": "n", "low": 0, "high": 10})
    assert found["text"].lstrip().startswith("50 ┤")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {"kind": "share", "rows": "n\n1\n-1\n", "y": "n"},
            "shares are of something: none below zero, and one above it",
        ),
        ({"kind": "bar", "rows": "n\n1\n", "y": "m"}, 'there is no column "m"'),
        ({"kind": "bar", "rows": "n\nx\n", "y": "n"}, 'row 1, column "n": "x" is no number'),
        ({"kind": "heat", "rows": "n\n1\n", "y": "n"}, "a heat map needs x (its columns) and by (its lines)"),
        ({"kind": "gauge", "rows": "n\n1\n", "y": "n", "low": 5, "high": 5}, "the axis would go from 5 to 5"),
        ({"kind": "bar", "rows": "n\n", "y": "n"}, "there are 0 rows; at least 1 are needed"),
        (
            {"kind": "heat", "rows": "a,b,n\n1,1,1\n1,1,2\n", "x": "a", "by": "b", "y": "n"},
            'row 2: "1" and "1" have a value already',
        ),
    ],
)
async def test_what_cannot_be_drawn_is_said(failing: Failing, arguments: dict[str, Any], said: str) -> None:
    error = await failing("chart.draw", arguments)
    assert (error.error, error.message) == ("bad_arguments", said)


async def test_too_many_bars_are_refused(failing: Failing) -> None:
    error = await failing("chart.svg", {"kind": "bar", "rows": [{"n": 1}] * 41, "y": "n"})
    assert error.error == "refused"


def test_a_label_beside_a_number_of_ten_signs_keeps_the_width() -> None:
    for kind in ("bar", "share", "gauge"):
        for line in DRAWN[kind](
            Picture(kind, "", ["a" * 30] * 2, [0.0001234, 1.234e-210], -1.234e-10, 1.234e-10, 20, 8, [], [])
        ):
            assert cells(line) <= 20


async def test_what_is_no_character_of_xml_is_not_drawn(using: Using) -> None:
    arguments = {"kind": "bar", "rows": [{"t": "a\ufffe\uffffb\u202e", "v": 1}], "x": "t", "y": "v"}
    drawn = (await using("chart.svg", arguments))["svg"]
    assert "ab&lt;U+202E&gt;" in drawn and ElementTree.fromstring(drawn) is not None
