"""Tables of inputs as spreadsheets and databases write them, and their mistakes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.batch_plays import GREET, laid_out
from corpus.commands import Outcome

Perform = Callable[..., Outcome]


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform) -> Perform:
    monkeypatch.chdir(tmp_path)
    laid_out(tmp_path, greet=GREET)
    return lambda table: perform("batch", "greet.yaml", "--rehearse", "--dry-run", "--json", "--each", table)


def inputs(done: Outcome) -> list[dict[str, Any]]:
    assert done.err == ""
    return [item["inputs"] for item in json.loads(done.out)["items"]]


@pytest.mark.parametrize(
    "table",
    [
        b"\xef\xbb\xbftone,guests\r\ndry,2\r\nwarm,3\r\n",
        b"tone;guests\ndry;2\nwarm;3\n",
        b"tone\tguests\ndry\t2\nwarm\t3\n",
        b"tone,guests\rdry,2\rwarm,3\r",
        b'"tone", guests\n"dry",2\n,\nwarm,3',
    ],
    ids=["Excel", "semicolons", "tabs", "old Macs", "quotes"],
)
def test_whatever_a_spreadsheet_writes_is_read(table: bytes, tmp_path: Path, batch: Perform) -> None:
    (tmp_path / "rows.csv").write_bytes(table)
    assert inputs(batch("rows.csv")) == [{"tone": "dry", "guests": 2}, {"tone": "warm", "guests": 3}]


def test_a_letter_that_ends_lines_elsewhere_ends_none_here(tmp_path: Path, batch: Perform) -> None:
    (tmp_path / "rows.jsonl").write_bytes('\ufeff{"tone": "a\u2028b"}\r\n\r\n{}\r\n'.encode())
    assert inputs(batch("rows.jsonl")) == [{"tone": "a\u2028b"}, {}]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"tone,tone\ndry,warm\n", 'rows.csv:1: error: 2 columns are called "tone"'),
        (b"tone,\ndry,x\n", 'rows.csv:1: error: there is no input ""'),
        (b"tone\n\xff\n", "rows.csv:2: error: byte 0xff is not UTF-8"),
        (b"tone\na\x00b\n", "rows.csv:2: error: this is not text"),
        (b'tone\n"dry\n', "rows.csv:2: error: this is not CSV"),
        (b"", "error: rows.csv has no rows"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(table: bytes, said: str, tmp_path: Path, batch: Perform) -> None:
    (tmp_path / "rows.csv").write_bytes(table)
    done = batch("rows.csv")
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("table", [b"tone,guests\ndry,2\nwarm,2\ndry,2\n", b"guests,tone\n2,dry\n2,warm\n2,dry\n"])
def test_two_rows_that_say_the_same_would_be_one_test_that_counts_twice(
    table: bytes, tmp_path: Path, batch: Perform
) -> None:
    (tmp_path / "rows.csv").write_bytes(table)
    done = batch("rows.csv")
    assert done.code == 2
    assert "rows.csv:4: error: this row says the same as that of line 2" in done.err


@pytest.mark.parametrize(
    ("name", "table"),
    [("rows.csv", "guests,tone\n1,dry\n77,dry\nmany,dry\n8,x\n"),
     ("rows.jsonl", '\n{"guests": 1}\n{"guests": 77}\n{"guests": "many"}\n{"tone": "x"}\n')],
)  # fmt: skip
def test_what_is_out_of_bounds_is_told_with_its_line_like_what_is_of_another_type(
    name: str, table: str, tmp_path: Path, batch: Perform
) -> None:
    bounded = GREET.replace("default: 1}", "default: 1, max: 9}").replace("default: plain}", "default: plain, min: 2}")
    laid_out(tmp_path, greet=bounded)
    (tmp_path / name).write_text(table)
    done = batch(name)
    assert done.code == 2
    assert f"{name}:3: error: guests: 77 is above the most, 9" in done.err
    assert f"{name}:4: error: guests: needs a whole number" in done.err
    assert f"{name}:5: error: tone: a length of 1 is below the least, 2" in done.err


def test_an_input_that_a_row_leaves_out_and_nothing_else_gives_is_told_with_its_line(
    tmp_path: Path, perform: Perform, batch: Perform
) -> None:
    laid_out(tmp_path, greet=GREET.replace("default: 1}", "max: 9}"))
    (tmp_path / "rows.csv").write_text("tone,guests\ndry,2\nwarm,\ncold,77\n")
    done = batch("rows.csv")
    assert 'rows.csv:3: error: the input "guests" is missing' in done.err
    assert "rows.csv:4: error: guests: 77 is above the most, 9" in done.err
    (tmp_path / "rows.csv").write_text("tone\ndry\nwarm\n")
    done = perform("batch", "greet.yaml", "--rehearse", "--each", "rows.csv", "--matrix", "guests=three")
    assert done.err.count("error:") == 1
    for more in (["-i", "guests=3"], ["--matrix", "inputs.guests=3"]):
        done = perform("batch", "greet.yaml", "--rehearse", "--dry-run", "--each", "rows.csv", "--json", *more)
        assert [each["guests"] for each in inputs(done)] == [3, 3]


def test_of_several_scenarios_each_has_its_bounds(tmp_path: Path, batch: Perform, perform: Perform) -> None:
    laid_out(tmp_path, other=GREET.replace("name: greet", "name: other").replace("default: 1}", "default: 1, max: 9}"))
    (tmp_path / "rows.csv").write_text("guests\n77\n")
    done = perform("batch", "greet.yaml", "other.yaml", "--rehearse", "--dry-run", "--each", "rows.csv")
    assert "rows.csv:2: error: guests: 77 is above the most, 9" in done.err


def test_a_wrong_head_is_told_once_however_many_rows_there_are(tmp_path: Path, batch: Perform) -> None:
    (tmp_path / "rows.csv").write_text("tune\n" + "dry\n" * 1000)
    done = batch("rows.csv")
    assert done.err.count("error:") == 1


def test_of_many_mistakes_the_first_are_shown_and_the_others_counted(tmp_path: Path, batch: Perform) -> None:
    (tmp_path / "rows.csv").write_text("guests\n" + "many\n" * 1000)
    done = batch("rows.csv")
    assert "rows.csv:21: error: guests:" in done.err
    assert "rows.csv: error: and 980 lines more are wrong" in done.err


def test_a_pipe_is_not_waited_for(tmp_path: Path, batch: Perform) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "--each: pipe is no plain file" in batch("pipe").err


def test_a_table_that_is_not_there_is_told(batch: Perform) -> None:
    done = batch("none.csv")
    assert done.code == 2
    assert "--each: none.csv cannot be read" in done.err
