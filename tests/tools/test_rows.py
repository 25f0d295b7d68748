"""Tables are read from lists, from CSV and from files, with one type a column and the line of every mistake."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.base import ToolError
from app.tools.cells import Cells
from app.tools.figures import numbers
from app.tools.rows import MAX_ROWS, read_rows

HERE = Path()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a,b\n", []),
        ("a,b\n1,x\n2,y", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
        ("a;b\n1;2,5\n", [{"a": 1, "b": "2,5"}]),
        ("a\tb\n1\t2\n", [{"a": 1, "b": 2}]),
        ("a\n1\n\n2.5\n", [{"a": 1.0}, {"a": 2.5}]),
        ("a,b\n1,\n,2\n", [{"a": 1, "b": None}, {"a": None, "b": 2}]),
        ("ok\ntrue\nfalse\n", [{"ok": True}, {"ok": False}]),
        ("ok\ntrue\nmaybe\n", [{"ok": "true"}, {"ok": "maybe"}]),
        ("id\n007\n1\n", [{"id": "007"}, {"id": "1"}]),
        ("id\n12345678901234567890\n", [{"id": "12345678901234567890"}]),
        ("n\n-1\n1e3\n", [{"n": -1.0}, {"n": 1000.0}]),
        ("n\nnan\ninf\n", [{"n": "nan"}, {"n": "inf"}]),
        ('a,b\n"x, ""y""\nz",1\n', [{"a": 'x, "y"\nz', "b": 1}]),
        ("\ufeffa\r\n1\r\n", [{"a": 1}]),
        (" a , b \n1,2\n", [{"a": 1, "b": 2}]),
    ],
)
def test_csv_has_one_type_a_column(text: str, rows: list[dict[str, Any]]) -> None:
    assert read_rows(text, HERE) == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n3\n", "the table, line 3: 1 cells where 2 are named"),
        ("a\n1,2\n", "the table, line 2: 2 cells where 1 are named"),
        ("a,a\n1,2\n", "the table, line 1: each column needs a name of its own"),
        ("a,\n1,2\n", "the table, line 1: each column needs a name of its own"),
        ('a\n"x\n', "the table, line 2: this is not CSV (unexpected end of data)"),
        ('a\n"x"y\n', "the table, line 2: this is not CSV (',' expected after '\"')"),
        ("a\n" + "x" * 200_000, "the table, line 2: this is not CSV (field larger than field limit (131072))"),
    ],
)
def test_what_is_wrong_in_csv_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ToolError) as raised:
        read_rows(text, HERE)
    assert raised.value.message == said


@given(
    some.lists(
        some.lists(some.text(alphabet='ab,;"\n\t 1.', min_size=1, max_size=8), min_size=2, max_size=2), min_size=1
    )
)
def test_what_was_written_as_csv_is_read_as_it_was(cells: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([["first", "other"], *cells])
    rows = read_rows(written.getvalue(), HERE)
    assert len(rows) == len(cells)
    for row, (first, _) in zip(rows, cells, strict=True):
        assert row["first"] == first or row["first"] == float(first)


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("t.csv", "a,b\n1,2", [{"a": 1, "b": 2}]),
        ("t.tsv", "a,x\tb\n1\t2", [{"a,x": 1, "b": 2}]),
        ("t.JSON", '[{"a": 1}, {"b": null}]', [{"a": 1}, {"b": None}]),
        ("t.jsonl", '{"a": 1}\n\n{"a": [2]}\n', [{"a": 1}, {"a": [2]}]),
        ("t.json", '[{"a": "\\ud800", "b": 1e308}]', [{"a": "\ufffd", "b": 1e308}]),
    ],
)
def test_a_file_is_read_by_its_ending(tmp_path: Path, name: str, content: str, rows: list[dict[str, Any]]) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_rows({"file": name}, tmp_path) == rows


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.xlsx", "", '"t.xlsx" is no table'),
        ("t.json", "{}", "t.json holds no list"),
        ("t.json", "[1]", "t.json: entry 1 is no map"),
        ("t.json", "[\n{a}]", "t.json, line 2: this is not JSON"),
        ("t.json", "[" * 100_000, "t.json, line 1: this JSON is too deep"),
        (
            "t.json",
            '[{"a": 1' + "0" * 5_000 + "}]",
            "t.json, line 1: this JSON is too deep, or a number in it too long",
        ),
        ("t.json", '[{"a": NaN}]', "t.json: NaN is no number to reckon with"),
        ("t.json", '[{"a": [-Infinity]}]', "t.json: -Infinity is no number to reckon with"),
        ("t.jsonl", '{"a": 1}\n{"a": 1e999}', "t.jsonl: 1e999 is no number to reckon with"),
        ("t.jsonl", '{"a": 1}\n[2]', "t.jsonl, line 2: this is no map"),
        ("t.jsonl", '{"a": 1}\n{"a"', "t.jsonl, line 2: this is not JSON"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ToolError) as raised:
        read_rows({"file": name}, tmp_path)
    assert raised.value.message.startswith(said)


def test_a_table_has_an_end() -> None:
    with pytest.raises(ToolError, match="more than 200,000 rows"):
        read_rows("a\n" + "1\n" * (MAX_ROWS + 1), HERE)
    with pytest.raises(ToolError, match="501 columns"):
        read_rows([{f"c{number}": 1 for number in range(501)}], HERE)


@pytest.mark.parametrize("number", [2**63, -(10**400), 10**5_000], ids=["64 bits", "400 digits", "5000 digits"])
def test_a_whole_number_that_is_too_long_is_refused_with_its_row_and_column(number: int) -> None:
    told = "a whole number of 19 digits or more"
    with pytest.raises(ToolError) as raised:
        numbers([{"n": 1}, {"n": number}], "n")
    assert raised.value.message == f'row 2, column "n": "{told}" is too large to reckon with'
    with pytest.raises(ToolError) as raised:
        Cells({"n": number}, 2, "orders").amount("n", most=100)
    assert raised.value.message == f'orders, row 2: "n" should be from 0 to 100; it is {told}'
