"""The tools `table.*`: rows filtered, counted, joined, changed and asked, with SQL where something is reckoned.

Rows keep their values as they came: SQL only decides which rows, in what order and what is new, and never turns a yes
into a 1 on the way through. The order is always told: as asked for, else as the rows came.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from threading import Event
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.queries import Database, expression, plain, quoted
from app.tools.rows import MAX_ROWS, TABLE_SCHEMA, Row, check_columns, columns_of, read_file, read_rows

_ROW_NUMBERS = ("rowid", "_rowid_", "oid")  # SQLite's names for it; a column of the same name would hide one


async def _read(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    rows = await asyncio.to_thread(read_file, arguments["path"], surroundings.root)
    return _projected(rows, arguments.get("columns"))[: arguments.get("limit", MAX_ROWS)]


async def _filter(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    rows = await _rows(arguments, surroundings)
    columns = columns_of(rows)
    number = _number_of(columns)
    order = [_ordered(word, columns) for word in _listed(arguments.get("sort"))]
    if not rows:
        return []
    query = f"SELECT {number} FROM rows"
    if where := arguments.get("where"):
        query += f" WHERE {expression(where)}"
    query += f" ORDER BY {', '.join([*order, number])} LIMIT {arguments.get('limit', MAX_ROWS)}"
    _, found = await _asked({"rows": rows}, query)
    return _projected([rows[position - 1] for (position,) in found], arguments.get("columns"), columns)


async def _aggregate(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    rows = await _rows(arguments, surroundings)
    by = _listed(arguments.get("by"))
    values: dict[str, str] = arguments.get("values") or {"count": "count(*)"}
    columns = columns_of(rows)
    if rows:
        check_columns(by, columns)
    elif by:
        return []
    for name in values:
        if name in by:
            raise ToolError("bad_arguments", f'"{shortened(name)}" is both grouped by and reckoned', "rename the value")
    number = _number_of(columns)
    query = f"SELECT min({number}), {', '.join(map(expression, values.values()))} FROM rows"
    if by:
        query += f" GROUP BY {', '.join(map(quoted, by))} ORDER BY 1"
    _, found = await _asked({"rows": rows}, query)
    return [
        {name: rows[first - 1].get(name) for name in by} | dict(zip(values, map(plain, rest), strict=True))
        for first, *rest in found
    ]


async def _join(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    left, right = [await asyncio.to_thread(read_rows, arguments[side], surroundings.root) for side in ("left", "right")]
    on = arguments["on"]
    keys = on if isinstance(on, dict) else {name: name for name in _listed(on)}
    if left:
        check_columns(keys, columns_of(left))
    if right:
        check_columns(keys.values(), columns_of(right))
    return await asyncio.to_thread(_joined, left, right, keys, arguments.get("how", "inner"))


async def _transform(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    rows = await _rows(arguments, surroundings)
    new: dict[str, str] = arguments["set"]
    if not rows:
        return []
    number = _number_of(columns_of(rows))
    values = ", ".join(expression(value) for value in new.values())
    _, found = await _asked({"rows": rows}, f"SELECT {values} FROM rows ORDER BY {number}")
    if len(found) != len(rows):
        raise ToolError(
            "bad_arguments", "one of `set` sums rows up instead of reckoning for each", "that is table.aggregate"
        )
    changed = [row | dict(zip(new, map(plain, cells), strict=True)) for row, cells in zip(rows, found, strict=True)]
    return _projected(changed, arguments.get("columns"))


async def _sql(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    tables = {
        name: await asyncio.to_thread(read_rows, table, surroundings.root)
        for name, table in arguments["tables"].items()
    }
    names, found = await _asked(tables, arguments["query"])
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ToolError(
                "bad_arguments", f'two columns of the answer are called "{shortened(name)}"', "name one: ... AS other"
            )
    return [dict(zip(names, map(plain, cells), strict=True)) for cells in found]


async def _rows(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    return await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)


async def _asked(tables: dict[str, list[Row]], query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Ask in a thread; whoever cancels this makes the query give up as well."""
    stopped = Event()

    def ask() -> tuple[list[str], list[tuple[Any, ...]]]:
        database = Database(tables, stopped)
        try:
            return database.ask(query)
        finally:
            database.close()

    try:
        return await asyncio.to_thread(ask)
    finally:
        stopped.set()


def _joined(left: list[Row], right: list[Row], keys: dict[str, str], how: str) -> list[Row]:
    """Match rows by their keys, in the order of the left rows; what is null matches nothing."""
    names = _right_names(columns_of(left), [name for name in columns_of(right) if name not in keys.values()])
    matches: dict[Any, list[int]] = {}
    for position, row in enumerate(right):
        if (key := _key(row, keys.values())) is not None:
            matches.setdefault(key, []).append(position)
    joined: list[Row] = []
    used: set[int] = set()
    nothing = dict.fromkeys(names.values())
    for row in left:
        found = matches.get(_key(row, keys), [])
        used.update(found)
        joined += [row | {new: right[position].get(old) for old, new in names.items()} for position in found]
        if not found and how in ("left", "full"):
            joined.append(row | nothing)
        if len(joined) > MAX_ROWS:
            raise ToolError("refused", f"joined, these are more than {MAX_ROWS:,} rows", "are the keys the right ones?")
    if how in ("right", "full"):
        empty = dict.fromkeys(columns_of(left))
        for position in sorted(set(range(len(right))) - used):
            row = right[position]
            same = {mine: row.get(theirs) for mine, theirs in keys.items()}
            joined.append(empty | same | {new: row.get(old) for old, new in names.items()})
    return joined


def _right_names(left: list[str], right: list[str]) -> dict[str, str]:
    """Return what the columns from the right are called in the result, so that none covers one from the left."""
    names = {name: f"{name}_right" if name in left else name for name in right}
    for name in names.values():
        if name in left or list(names.values()).count(name) > 1:
            raise ToolError("bad_arguments", f'both tables have a column "{shortened(name)}"', "rename one beforehand")
    return names


def _key(row: Row, names: Any) -> Any:
    """Return what rows are matched by: 1 and 1.0 are equal, 1 and true are not."""
    cells = [row.get(name) for name in names]
    if any(cell is None for cell in cells):
        return None
    return tuple(
        (isinstance(cell, bool), json.dumps(cell, sort_keys=True) if isinstance(cell, list | dict) else cell)
        for cell in cells
    )


def _number_of(columns: list[str]) -> str:
    taken = {column.lower() for column in columns}
    for name in _ROW_NUMBERS:
        if name not in taken:
            return name
    raise ToolError("bad_arguments", f"columns are called {', '.join(_ROW_NUMBERS)}", "rename one of them")


def _ordered(word: str, columns: list[str]) -> str:
    """Return one part of ORDER BY: a column, or with a minus the other way round; what is null comes last."""
    descending = word not in columns and word.startswith("-")
    name = word.removeprefix("-") if descending else word
    if columns:
        check_columns([name], columns)
    return f"{quoted(name)} IS NULL, {quoted(name)}{' DESC' if descending else ''}"


def _projected(rows: list[Row], wanted: list[str] | None, columns: list[str] | None = None) -> list[Row]:
    if not wanted or not rows:
        return rows
    check_columns(wanted, columns or columns_of(rows))
    return [{name: row.get(name) for name in wanted} for row in rows]


def _listed(words: str | list[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else words or []


def _tool(name: str, says: str, perform: Callable[..., Any], parameters: dict[str, Any], example: Arguments) -> Tool:
    return Tool(f"table.{name}", says, parameters, perform, example=example)


_NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "maxItems": 500}
_ONE_OR_MORE = {"anyOf": [{"type": "string"}, _NAMES]}
_SQL = {"type": "string", "minLength": 1, "maxLength": 20_000}
_EXPRESSIONS = {"type": "object", "additionalProperties": _SQL, "minProperties": 1, "maxProperties": 100}
_LIMIT = {"type": "integer", "minimum": 0, "maximum": MAX_ROWS}
_COLUMNS = _NAMES | {"description": "only these, in this order"}
_CHANGES = [
    {"at": "13:58", "what": "configuration 2214", "service": "checkout"},
    {"at": "14:02", "what": "release 8.31", "service": "checkout"},
    {"at": "09:15", "what": "new logo", "service": "website"},
]

TOOLS = (
    _tool(
        "read",
        "Read a table of the project: .csv, .tsv, .json or .jsonl. Gives a list of maps.",
        _read,
        arguments_of(required=("path",), path={"type": "string", "minLength": 1}, columns=_COLUMNS, limit=_LIMIT),
        {"path": "data/changes.csv", "limit": 2},
    ),
    _tool(
        "filter",
        "Take the rows of a table that fit, sorted. `where` is SQL, such as: at >= '13:30' AND service = 'checkout'.",
        _filter,
        arguments_of(
            required=("rows",),
            rows=TABLE_SCHEMA,
            where=_SQL,
            sort=_ONE_OR_MORE | {"description": "columns to sort by; -amount begins with the largest"},
            columns=_COLUMNS,
            limit=_LIMIT,
        ),
        {"rows": _CHANGES, "where": "at >= '13:30'", "sort": "-at", "columns": ["at", "what"]},
    ),
    _tool(
        "aggregate",
        "Group the rows of a table and reckon: {total: sum(amount)}. Left out, `values` counts the rows.",
        _aggregate,
        arguments_of(
            required=("rows",),
            rows=TABLE_SCHEMA,
            by=_ONE_OR_MORE | {"description": "columns to group by; none: all rows are one group"},
            values=_EXPRESSIONS | {"description": "names and SQL: count(*), sum(x), avg(x), min(x), max(x)"},
        ),
        {"rows": _CHANGES, "by": "service", "values": {"changes": "count(*)", "latest": "max(at)"}},
    ),
    _tool(
        "join",
        "Match the rows of two tables by columns. A column that both have comes twice, the second as name_right.",
        _join,
        arguments_of(
            required=("left", "right", "on"),
            left=TABLE_SCHEMA,
            right=TABLE_SCHEMA,
            on={
                "anyOf": [
                    {"type": "string"},
                    _NAMES | {"minItems": 1},
                    {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
                ],
                "description": "a column, several, or {left: right} where they are called differently",
            },
            how={"enum": ["inner", "left", "right", "full"], "description": "inner when left out"},
        ),
        {
            "left": _CHANGES,
            "right": "service,owner\ncheckout,Mira\nsearch,Tom\n",
            "on": "service",
            "how": "left",
        },
    ),
    _tool(
        "transform",
        "Add or change columns: {total: price * count, name: trim(name)}. Each is SQL over the row as it was.",
        _transform,
        arguments_of(required=("rows", "set"), rows=TABLE_SCHEMA, set=_EXPRESSIONS, columns=_COLUMNS),
        {"rows": "item,price,count\nlamp,30,2\nrope,4.5,10\n", "set": {"total": "price * count"}},
    ),
    _tool(
        "sql",
        "Ask one SELECT over named tables (SQLite's SQL, nothing but reading). Gives a list of maps.",
        _sql,
        arguments_of(
            required=("tables", "query"),
            tables={"type": "object", "additionalProperties": TABLE_SCHEMA, "minProperties": 1, "maxProperties": 20},
            query=_SQL,
        ),
        {
            "tables": {"changes": _CHANGES},
            "query": "SELECT service, count(*) AS changes FROM changes GROUP BY service ORDER BY changes DESC",
        },
    ),
)
