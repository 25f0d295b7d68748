"""Reads the cells of a table one by one, so that a mistake is told with its row and its column."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from app.document.suggest import shortened
from app.tools.base import ToolError

MOST = 1e12  # beyond this a sum of squares is no longer what it seems
A_LONG_ONE = "a whole number of 19 digits or more"
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")


class Cells:
    """One row of a table, with its number as people count it."""

    __slots__ = ("number", "row", "table")

    def __init__(self, row: Mapping[str, Any], number: int, table: str) -> None:
        self.row = row
        self.number = number
        self.table = table

    def text(self, column: str) -> str:
        """Return what stands there as a text; it must not be empty."""
        value = self.row.get(column)
        if value is None or isinstance(value, list | dict) or not str(value).strip():
            self.wrong(column, "should be a name", value)
        return str(value).strip()

    def amount(self, column: str, *, least: float = 0.0, most: float = MOST) -> float:
        """Return a number that has to be there."""
        value = self.maybe(column, least=least, most=most)
        if value is None:
            self.wrong(column, "should be a number", None)
        return value

    def maybe(self, column: str, *, least: float = 0.0, most: float = MOST) -> float | None:
        """Return a number, or None where the cell is empty or there is no such column."""
        value = self.row.get(column)
        if value is None:
            return None
        if is_too_long(value):
            self.wrong(column, f"should be from {least:g} to {most:g}", value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.wrong(column, "should be a number", value)
        if not least <= value <= most:
            self.wrong(column, f"should be from {least:g} to {most:g}", value)
        return float(value)

    def clock(self, column: str) -> int | None:
        """Return a time of day such as 09:30 in minutes since midnight, or None where the cell is empty."""
        value = self.row.get(column)
        if value is None:
            return None
        found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
        minutes = int(found[1]) * 60 + int(found[2]) if found else -1
        if not 0 <= minutes <= 24 * 60:
            self.wrong(column, 'should be a time such as "09:30"', value)
        return minutes

    def wrong(self, column: str, what: str, value: Any) -> NoReturn:
        """Raise the error for this cell."""
        found = "it is empty" if value is None else f"it is {_shown(value)}"
        raise ToolError("bad_arguments", f'{self.table}, row {self.number}: "{shortened(column)}" {what}; {found}')


def is_too_long(value: Any) -> bool:
    """Tell whether this is a whole number that no column of numbers holds, and that cannot always be written."""
    return isinstance(value, int) and value.bit_length() > 63


def _shown(value: Any) -> str:
    return A_LONG_ONE if is_too_long(value) else shortened(repr(value), 60)


def named_once(names: list[str], table: str) -> None:
    """Raise ToolError when a name stands in two rows of a table."""
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if name in seen:
            raise ToolError(
                "bad_arguments",
                f'{table}, row {number}: "{shortened(name)}" is in row {seen[name]} too',
                "name it once",
            )
        seen[name] = number


def whole(value: float, digits: int = 2) -> float | int:
    """Return a number rounded, and without a point where it needs none."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded
