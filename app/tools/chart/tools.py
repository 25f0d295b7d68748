"""The tools `chart.*`: six kinds of charts from rows, as text for a terminal or as SVG."""

from __future__ import annotations

import asyncio
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.chart.points import Picture, bounds
from app.tools.chart.svg import svg
from app.tools.chart.text import DRAWN, cells, cut
from app.tools.drawable import drawable
from app.tools.figures import at_least, at_most, number_in, numbers
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

_MOST_LABELS = {"bar": 40, "share": 20, "gauge": 1, "heat": 40, "line": 20_000, "area": 20_000}
_MOST_COLUMNS = 40


async def _draw(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(_as_text, arguments, surroundings)


async def _svg(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(_as_svg, arguments, surroundings)


def _as_text(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    picture = _picture(arguments, surroundings, arguments.get("width", 60), arguments.get("height", 8))
    lines = [line.rstrip() for line in DRAWN[picture.kind](picture)]
    titled = [cut(picture.title, picture.width), *lines] if picture.title else lines
    return {"text": "\n".join(titled), "kind": picture.kind, "width": max(map(cells, titled))}


def _as_svg(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    picture = _picture(arguments, surroundings, arguments.get("width", 640), arguments.get("height", 320))
    return {"kind": picture.kind, "width": picture.width, "height": picture.height, "svg": svg(picture)}


def _picture(arguments: Arguments, surroundings: Surroundings, width: int, height: int) -> Picture:
    kind, rows = arguments["kind"], read_rows(arguments["rows"], surroundings.root)
    at_least(rows, 1, "rows")
    x, y = arguments.get("x"), arguments["y"]
    check_columns([name for name in (x, arguments.get("by")) if name], columns_of(rows))
    labels = [_label(row.get(x)) if x else str(number) for number, row in enumerate(rows, 1)]
    title = _label(arguments["title"]) if "title" in arguments else ""
    if kind == "heat":
        labels, columns, grid = _crossed(rows, arguments)
        return Picture(kind, title, labels, [], 0, 1, width, height, columns, grid)
    at_most(rows, _MOST_LABELS[kind], f"rows for a chart of kind {kind}")
    values = numbers(rows, y)
    if kind == "share" and (min(values) < 0 or not any(values)):
        raise ToolError("bad_arguments", "shares are of something: none below zero, and one above it")
    low, high = bounds(values, from_zero=kind == "area")
    if kind == "gauge":
        low, high = 0.0, 100.0
    low, high = arguments.get("low", low), arguments.get("high", high)
    if low >= high:
        raise ToolError("bad_arguments", f"the axis would go from {low:g} to {high:g}", "low is less than high")
    if kind != "gauge" and (min(values) < low or max(values) > high):
        low, high = min(low, *values), max(high, *values)  # a chart never hides what is in it
    return Picture(kind, title, labels, values, low, high, width, height, [], [])


def _crossed(rows: list[Row], arguments: Arguments) -> tuple[list[str], list[str], list[list[float | None]]]:
    """Return the heat map's labels, columns and cells; two rows for one cell are a mistake."""
    x, by, y = arguments.get("x"), arguments.get("by"), arguments["y"]
    if not x or not by:
        raise ToolError("bad_arguments", "a heat map needs x (its columns) and by (its lines)")
    check_columns([y], columns_of(rows))
    found: dict[tuple[str, str], float] = {}
    for position, row in enumerate(rows, 1):
        place = (_label(row.get(by)), _label(row.get(x)))
        if place in found:
            raise ToolError("bad_arguments", f'row {position}: "{place[0]}" and "{place[1]}" have a value already')
        found[place] = number_in(row, y, position)
    lines, columns = (list(dict.fromkeys(place[side] for place in found)) for side in (0, 1))
    at_most(lines, _MOST_LABELS["heat"], "lines")
    at_most(columns, _MOST_COLUMNS, "columns")
    return lines, columns, [[found.get((line, column)) for column in columns] for line in lines]


def _label(value: Any) -> str:
    return shortened(" ".join(drawable("" if value is None else str(value)).split())) or "-"


_COLUMN = {"type": "string", "minLength": 1, "maxLength": 100}
_AXIS = {"type": "number", "minimum": -1e15, "maximum": 1e15}
_COMMON: dict[str, Any] = {
    "rows": TABLE_SCHEMA,
    "kind": {"enum": list(DRAWN), "description": "share is a pie told by bars"},
    "x": _COLUMN | {"description": "the column with labels"},
    "y": _COLUMN | {"description": "the column with numbers"},
    "by": _COLUMN | {"description": "for heat: the column with its lines"},
    "title": {"type": "string", "maxLength": 200},
    "low": _AXIS | {"description": "where the axis begins"},
    "high": _AXIS | {"description": "where it ends; of a gauge, 100"},
}
_EXAMPLE = {"kind": "bar", "rows": "town,visits\nGraz,40\nLinz,20\n", "x": "town", "y": "visits"}

TOOLS = (
    Tool(
        "chart.draw",
        "Draw a chart as text from rows: bar, line, area, share, gauge or heat. Gives {text, kind, width}.",
        arguments_of(
            required=("kind", "rows", "y"),
            **_COMMON,
            width={"type": "integer", "minimum": 20, "maximum": 160, "description": "in cells; 60"},
            height={"type": "integer", "minimum": 2, "maximum": 40, "description": "of line and area; 8"},
        ),
        _draw,
        example=_EXAMPLE | {"width": 30},
    ),
    Tool(
        "chart.svg",
        "Draw the same as SVG that stands alone. Gives {kind, width, height, svg}.",
        arguments_of(
            required=("kind", "rows", "y"),
            **_COMMON,
            width={"type": "integer", "minimum": 160, "maximum": 2_000, "description": "640"},
            height={"type": "integer", "minimum": 100, "maximum": 2_000, "description": "320"},
        ),
        _svg,
        example=_EXAMPLE,
    ),
)
