"""SQL over rows that are in memory: SQLite, with everything but reading and reckoning taken away.

What is asked may come from a model. So the database holds nothing but the rows, only SELECT and known functions pass
the authorizer, and each query is bounded in time, memory, length and size. It is SQLite because it is at hand, starts
in a millisecond, and can be locked down from the inside; nothing larger reads `at >= '13:30'` any better.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from threading import Event
from time import monotonic
from typing import Any

from app.document.suggest import did_you_mean, nearest, shortened
from app.tools.base import ToolError
from app.tools.rows import MAX_ROWS, Row, columns_of, unknown_column

SECONDS = 10.0
MAX_ROW_BYTES = 250_000
_MAX_GROWTH = 500_000_000  # bytes that a query may add to this process
_OPERATIONS_BETWEEN_LOOKS = 2_000
_LOOKS_BETWEEN_WEIGHINGS = 16

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_ROW_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 2_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
FUNCTIONS = {
    "abs", "avg", "ceil", "ceiling", "coalesce", "count", "cume_dist", "date", "datetime", "dense_rank", "exp",
    "first_value", "floor", "glob", "group_concat", "ifnull", "iif", "instr", "json", "json_array_length",
    "json_extract", "json_type", "json_valid", "julianday", "lag", "last_value", "lead", "length", "like", "ln",
    "log", "log10", "log2", "lower", "ltrim", "max", "min", "mod", "nth_value", "ntile", "nullif",
    "percent_rank", "pow", "power", "rank", "replace", "round", "row_number", "rtrim", "sign", "sqrt",
    "strftime", "substr", "substring", "sum", "time", "total", "trim", "trunc", "typeof", "unixepoch", "upper",
    "->", "->>",
}  # fmt: skip
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_WORD = re.compile(
    r"""'(?:[^']|'')*' | "(?P<name>(?:[^"]|"")*)" | `(?:[^`]|``)*` | \[[^\]]*\] | --[^\n]* | /\*.*?\*/""",
    re.VERBOSE | re.DOTALL,
)
_NAMING = re.compile(r"\bas\s+\Z", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Database:
    """Some tables in memory, for one thread. Whoever waits in another sets `stopped`, and a query gives up."""

    def __init__(self, tables: Mapping[str, list[Row]], stopped: Event) -> None:
        self.columns = {name: columns_of(rows) for name, rows in tables.items()}
        self._stopped = stopped
        self._enough = ""  # why the last query was cut short
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute("PRAGMA temp_store = MEMORY")  # rows of a customer do not belong in /tmp
        for limit, most in _LIMITS.items():
            self._connection.setlimit(limit, most)
        try:
            for name, rows in tables.items():
                self._fill(name, rows)
        except BaseException:
            self.close()
            raise
        for name, function in (("lower", str.lower), ("upper", str.upper)):  # SQLite's own know only ASCII
            self._connection.create_function(name, 1, _of_text(function), deterministic=True)
        self._connection.set_authorizer(_authorize)

    def ask(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the names and the rows of an answer; raises ToolError for everything that is wrong with the query."""
        words = [word for word in _WORD.finditer(query) if word["name"] is not None]
        given = {_unquoted(word) for word in words if _NAMING.search(query, max(0, word.start() - 20), word.start())}
        for word in words:
            if _unquoted(word) not in given:
                self._check_quoted(_unquoted(word))
        self._connection.set_progress_handler(self._watch(), _OPERATIONS_BETWEEN_LOOKS)
        try:
            answer = self._connection.execute(query)
            if answer.description is None:
                raise ToolError("bad_arguments", "this is no question", "a query begins with SELECT or WITH")
            rows = answer.fetchmany(MAX_ROWS + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError, UnicodeError) as error:
            raise self._meaning(error) from None
        if len(rows) > MAX_ROWS:
            raise ToolError(
                "refused", f"the answer has more than {MAX_ROWS:,} rows", "ask for less: LIMIT, WHERE, GROUP BY"
            )
        return [column[0] for column in answer.description], rows

    def close(self) -> None:
        """Free the memory."""
        self._connection.close()

    def _fill(self, name: str, rows: list[Row]) -> None:
        columns = self.columns[name]
        if clash := _alike(columns):
            raise ToolError(
                "bad_arguments", f"SQL cannot tell the columns {clash[0]} and {clash[1]} apart", "rename one"
            )
        try:
            declared = ", ".join(map(quoted, columns)) or '"(no columns)"'
            self._connection.execute(f"CREATE TABLE {quoted(name)} ({declared})")
            if columns:
                slots = ", ".join("?" * len(columns))
                values = (tuple(_stored(row.get(column)) for column in columns) for row in rows)
                self._connection.execute("BEGIN")
                self._connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({slots})", values)
                self._connection.execute("COMMIT")
        except (sqlite3.Error, ValueError, OverflowError) as error:
            raise self._meaning(error) from None

    def _watch(self) -> Callable[[], bool]:
        """Return what SQLite asks every now and then: is it enough?"""
        import psutil  # only those who ask tables need it

        process = psutil.Process()
        deadline, most, looks = monotonic() + SECONDS, process.memory_info().rss + _MAX_GROWTH, 0

        def enough() -> bool:
            nonlocal looks
            looks += 1
            if looks % _LOOKS_BETWEEN_WEIGHINGS == 0 and process.memory_info().rss > most:
                self._enough = f"{_MAX_GROWTH // 1_000_000} MB of memory"
            elif monotonic() > deadline:
                self._enough = f"{SECONDS:g} s"
            return bool(self._enough) or self._stopped.is_set()

        return enough

    def _check_quoted(self, name: str) -> None:
        """Refuse "text" in double quotes where no such name exists: SQLite would silently take it for a text."""
        known = {*self.columns, *(column for columns in self.columns.values() for column in columns)}
        if name.lower() not in {_kept(word).lower() for word in known}:
            near = nearest(name, known)
            raise ToolError(
                "bad_arguments",
                f'there is no column "{shortened(name)}"',
                f'did you mean "{near}"?' if near else f"a text stands in single quotes: '{shortened(name)}'",
            )

    def _meaning(self, error: Exception) -> ToolError:
        said = str(error)
        columns = [column for names in self.columns.values() for column in names]
        if found := re.match(r"no such column: (.*)", said):
            return unknown_column(found[1].rpartition(".")[2].strip('"'), columns)
        if found := re.match(r"no such table: (.*)", said):
            return ToolError(
                "bad_arguments", f'there is no table "{shortened(found[1])}"', did_you_mean(found[1], self.columns)
            )
        if found := re.search(r"no such function: (.*)|authorized to use function: (.*)", said):
            name = found[1] or found[2]
            return ToolError(
                "bad_arguments", f'there is no function "{shortened(name)}" here', did_you_mean(name.lower(), FUNCTIONS)
            )
        if re.search("prohibited|not authorized|authorization denied|constructor failed", said):
            return ToolError("refused", "a query only reads: SELECT, and WITH that does not call itself")
        if said == "interrupted":
            return ToolError("failed", f"the query took more than {self._enough or 'it may'}", "join or sort less")
        if "too big" in said:
            return ToolError("refused", f"a row or a value is longer than {MAX_ROW_BYTES:,} bytes", "shorten it first")
        if "one statement" in said:
            return ToolError("bad_arguments", "this is more than one statement", "ask one question")
        return ToolError(
            "bad_arguments", f"SQL: {shortened(said, 200)}", "columns as they are, texts in 'single quotes'"
        )


def quoted(name: str) -> str:
    """Return the name of a column as SQL takes it, whatever it is."""
    return '"' + _kept(name).replace('"', '""') + '"'


def expression(formula: str) -> str:
    """Return a formula as one part of a query; raises ToolError for what would end that part and begin another."""
    bare, depth = _WORD.sub(" ", formula), 0
    for sign in bare:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            break
    if depth or any(opened in bare for opened in ("'", '"', "`", "[", ";", "/*")):
        hint = "is there a bracket or a quote too many, or too few?"
        raise ToolError("bad_arguments", f'"{shortened(formula)}" is not one formula', hint)
    return f"(\n{formula}\n)"


def plain(value: Any) -> Any:
    """Return a value of SQLite as plain data."""
    return value.hex() if isinstance(value, bytes) else value


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _by: str | None) -> int:
    if action in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _stored(value: Any) -> Any:
    """Return a value as SQLite can keep it: lists and maps as JSON."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value) if abs(value) < 10**300 else str(value)[:100]
    if isinstance(value, list | dict):
        return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False))
    return value


def _unquoted(word: re.Match[str]) -> str:
    return word["name"].replace('""', '"')


def _kept(name: str) -> str:
    return _SURROGATE.sub("\ufffd", name).replace("\x00", "\ufffd")


def _of_text(function: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: function(value) if isinstance(value, str) else value


def _alike(columns: list[str]) -> tuple[str, str] | None:
    seen: dict[str, str] = {}
    for column in columns:
        if (before := seen.setdefault(quoted(column).lower(), column)) is not column:
            return before, column
    return None
