"""Numbers out of the rows of a table: each is one, finite and of a size to reckon with, or its cell is named."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from app.document.suggest import shortened
from app.tools.base import ToolError
from app.tools.cells import A_LONG_ONE, is_too_long
from app.tools.rows import Row, check_columns, columns_of

LARGEST = 1e15  # beyond it, the sums of many squares lose their meaning


def numbers(rows: list[Row], column: str, *, above: float | None = None) -> list[float]:
    """Return a column as numbers; `above` is what each must be more than."""
    if rows:
        check_columns([column], columns_of(rows))
    return [number_in(row, column, position, above=above) for position, row in enumerate(rows, 1)]


def number_in(row: Row, column: str, position: int, *, above: float | None = None) -> float:
    """Return one cell as a number; positions count from 1, without the line of names."""
    value = row.get(column)
    if is_too_long(value):
        raise _wrong(position, column, A_LONG_ONE, "is too large to reckon with")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(position, column, value, "is no number")
    if abs(value) > LARGEST:
        raise _wrong(position, column, value, "is too large to reckon with")
    if above is not None and value <= above:
        raise _wrong(position, column, value, f"must be more than {above:g}")
    return float(value)


def text_in(row: Row, column: str, position: int) -> str:
    """Return one cell as the text that it shows; it may not be empty."""
    value = row.get(column)
    if value is None or value == "" or isinstance(value, list | dict):
        raise _wrong(position, column, value, "is no name")
    return str(value)


def date_in(row: Row, column: str, position: int) -> date:
    """Return one cell as a day, written 2026-03-14; what follows the day is left alone."""
    value = row.get(column)
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise _wrong(position, column, value, "is no day such as 2026-03-14") from None


def at_most(things: list[Any], most: int, what: str) -> None:
    """Refuse more of something than the work is made for."""
    if len(things) > most:
        raise ToolError("refused", f"these are {len(things):,} {what}; {most:,} is the most", "take a part of them")


def at_least(things: Iterable[Any], least: int, what: str) -> None:
    """Refuse less of something than an answer needs."""
    if (found := sum(1 for _ in things)) < least:
        raise ToolError("bad_arguments", f"there are {found} {what}; at least {least} are needed")


def _wrong(position: int, column: str, value: Any, why: str) -> ToolError:
    shown = "nothing" if value in (None, "") else f'"{shortened(str(value))}"'
    return ToolError("bad_arguments", f'row {position}, column "{shortened(column)}": {shown} {why}')
