"""Tables as tools take them: a list of maps, CSV text, or a file of the project, read into rows with typed values."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from app.document.suggest import did_you_mean, shortened
from app.tools.base import ToolError
from app.tools.plain import whole_characters
from app.tools.project import MAX_TABLE_BYTES, read_text

Row = dict[str, Any]

MAX_ROWS = 200_000
MAX_COLUMNS = 500
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")  # 007 and what is longer are names, not numbers
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")

TABLE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "array", "items": {"type": "object"}, "maxItems": MAX_ROWS},
        {"type": "string", "maxLength": MAX_TABLE_BYTES},
        {
            "type": "object",
            "properties": {"file": {"type": "string", "minLength": 1}},
            "required": ["file"],
            "additionalProperties": False,
        },
    ],
    "description": "a list of maps, CSV text, or {file: path} of a .csv, .tsv, .json or .jsonl file in the project",
}


def read_rows(table: Any, root: Path) -> list[Row]:
    """Return the rows of a table, however it was given; raises ToolError with the line where it is wrong."""
    if isinstance(table, str):
        return _bounded(_from_csv(table, "the table"), "the table")
    if isinstance(table, dict):
        return read_file(table["file"], root)
    return _bounded(table, "the table")


def read_file(path: str, root: Path) -> list[Row]:
    """Return the rows of a file of the project."""
    ending = path.rpartition(".")[2].lower()
    reader = _READERS.get(ending)
    if reader is None:
        raise ToolError(
            "bad_arguments", f'"{shortened(path)}" is no table', "a table ends in .csv, .tsv, .json or .jsonl"
        )
    return _bounded(reader(read_text(root, path, MAX_TABLE_BYTES), shortened(path)), shortened(path))


def columns_of(rows: Iterable[Row]) -> list[str]:
    """Return the names of all columns, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


def check_columns(wanted: Iterable[str], columns: list[str]) -> None:
    """Raise ToolError for the first column that is not there, with the nearest that is."""
    for name in wanted:
        if name not in columns:
            raise unknown_column(name, columns)


def unknown_column(name: str, columns: list[str]) -> ToolError:
    """Return the error that says which column is missing, and which may have been meant."""
    hint = did_you_mean(
        name, columns, "" if len(columns) <= 8 else f"there are {len(columns)} columns, such as {columns[0]}"
    )
    return ToolError("bad_arguments", f'there is no column "{shortened(name)}"', shortened(hint, 200))


def _bounded(rows: list[Row], shown: str) -> list[Row]:
    if len(rows) > MAX_ROWS:
        raise ToolError("refused", f"{shown} has more than {MAX_ROWS:,} rows", "split it, or take a part of it")
    if len(names := columns_of(rows)) > MAX_COLUMNS:
        raise ToolError("refused", f"{shown} has {len(names):,} columns; {MAX_COLUMNS} is the most")
    return rows


def _from_csv(text: str, shown: str) -> list[Row]:
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)  # of equals the first, so a lone column is comma-separated
    return _from_separated(text, shown, delimiter)


def _from_separated(text: str, shown: str, delimiter: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = next(reader, [])
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise ToolError("failed", f"{shown}, line {reader.line_num}: this is not CSV ({error})") from None
    names = [name.strip() for name in names]
    if not all(names) or len(set(names)) < len(names):
        raise ToolError("failed", f"{shown}, line 1: each column needs a name of its own", "the first line names them")
    for line, cells in lines:
        if len(cells) != len(names):
            raise ToolError(
                "failed",
                f"{shown}, line {line}: {len(cells)} cells where {len(names)} are named",
                "is a quote missing?",
            )
    columns = [_typed([cells[index] for _, cells in lines]) for index in range(len(names))]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)] if lines else []


def _typed(cells: list[str]) -> list[Any]:
    """Give a column the one type that all its cells have; an empty cell is null in any of them."""
    kept = [cell for cell in cells if cell]
    convert: Callable[[str], Any] = str
    if kept and all(_WHOLE.fullmatch(cell) for cell in kept):
        convert = int
    elif kept and all(_NUMBER.fullmatch(cell) for cell in kept):
        convert = float
    elif kept and all(cell in ("true", "false") for cell in kept):
        convert = "true".__eq__
    return [convert(cell) if cell else None for cell in cells]


def _from_json(text: str, shown: str) -> list[Row]:
    rows = _parsed(text, shown, 1)
    if not isinstance(rows, list):
        raise ToolError("failed", f"{shown} holds no list", "a table is a list of maps")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise ToolError("failed", f"{shown}: entry {number} is no map", "a table is a list of maps")
    return rows


def _from_json_lines(text: str, shown: str) -> list[Row]:
    rows = [(number, _parsed(line, shown, number)) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    for number, row in rows:
        if not isinstance(row, dict):
            raise ToolError("failed", f"{shown}, line {number}: this is no map", "each line is one, such as {...}")
    return [row for _, row in rows]


def _parsed(text: str, shown: str, line: int) -> Any:
    try:
        return whole_characters(json.loads(text, parse_constant=_no_number, parse_float=_finite))
    except json.JSONDecodeError as error:
        place = f"{shown}, line {line + error.lineno - 1}"
        raise ToolError("failed", f"{place}: this is not JSON: {error.msg}") from None
    except OverflowError as error:
        raise ToolError(
            "failed", f"{shown}: {error} is no number to reckon with", "leave the cell out, or write null"
        ) from None
    except (ValueError, RecursionError):
        raise ToolError("failed", f"{shown}, line {line}: this JSON is too deep, or a number in it too long") from None


def _no_number(written: str) -> NoReturn:
    raise OverflowError(shortened(written, 40))


def _finite(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else _no_number(written)


_READERS: dict[str, Callable[[str, str], list[Row]]] = {
    "csv": _from_csv,
    "tsv": lambda text, shown: _from_separated(text.removeprefix("\ufeff"), shown, "\t"),
    "json": _from_json,
    "jsonl": _from_json_lines,
    "ndjson": _from_json_lines,
}
