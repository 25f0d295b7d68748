"""SQL from a stranger reads the rows it is given, and nothing else, and not for long."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from app.tools.base import ToolError
from app.tools.queries import FUNCTIONS, Database
from tools.conftest import Failing, Using

TABLES = {"t": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}
MANY = {"t": [{"a": number} for number in range(20_000)]}


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM t", "UPDATE t SET a = 2", "INSERT INTO t VALUES (1, 2)", "DROP TABLE t", "CREATE TABLE x (a)",
        "ALTER TABLE t RENAME TO x", "ATTACH '{file}' AS x", "ATTACH ':memory:' AS x", "DETACH main", "VACUUM",
        "VACUUM INTO '{file}'", "PRAGMA journal_mode = DELETE", "PRAGMA temp_store_directory = '/tmp'", "BEGIN",
        "COMMIT", "REINDEX", "ANALYZE", "CREATE VIRTUAL TABLE x USING fts5(a)",
        "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END", "SELECT load_extension('{file}')",
        "SELECT readfile('{file}')", "SELECT writefile('{file}', 'x')", "SELECT edit('x')",
        "SELECT fts3_tokenizer('x')", "SELECT random()", "SELECT randomblob(9)", "SELECT zeroblob(9)",
        "SELECT printf('%.*c', 1000000000, 'x')", "SELECT current_timestamp", "SELECT sqlite_version()",
        "SELECT changes()", "SELECT * FROM pragma_database_list", "SELECT * FROM json_each('[1]')",
        "SELECT * FROM generate_series(1, 9)", "SELECT * FROM dbstat",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c", "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE t", "", ";", "-- nothing", "nonsense", "SELECT", "SELECT * FROM x", "SELECT ?",
        "SELECT :name", "SELECT \x00", "SELECT '\ud800'", "SELECT " + "(" * 5_000, "SELECT " + "1+" * 5_000 + "1",
        "SELECT 1 " + "UNION SELECT 1 " * 100,
    ],
)  # fmt: skip
def test_a_query_that_does_more_than_read_is_refused_and_changes_nothing(tmp_path: Path, query: str) -> None:
    file = tmp_path / "file"
    database = Database(TABLES, Event())
    with pytest.raises(ToolError):
        database.ask(query.replace("{file}", str(file)))
    assert not file.exists()
    assert database.ask("SELECT a, b FROM t") == (["a", "b"], [(1, "x"), (2, "y")])
    database.close()


@pytest.mark.parametrize(
    "where",
    ["1) UNION SELECT name FROM sqlite_master --", "1); DROP TABLE rows; --", "a) OR (load_extension('x')",
     "1 /*", "1 LIMIT 5", "a = 1) ORDER BY (SELECT readfile('/etc/passwd')"],
)  # fmt: skip
async def test_breaking_out_of_where_leads_nowhere(failing: Failing, where: str) -> None:
    raised = await failing("table.filter", {"rows": TABLES["t"], "where": where})
    assert raised.error in ("bad_arguments", "refused")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM t x, t y, t z",
        "SELECT count(*) FROM t x, t y WHERE x.a + y.a < 0",
        "SELECT x.a FROM t x, t y, t z ORDER BY x.a * y.a % 7",
    ],
)
def test_a_query_that_takes_too_long_is_ended(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tools.queries.SECONDS", 0.2)
    start = time.thread_time()
    with pytest.raises(ToolError, match=r"took more than 0\.2 s") as raised:
        Database(MANY, Event()).ask(query)
    assert raised.value.error == "failed"
    assert time.thread_time() - start < 5


def test_a_query_that_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tools.queries._MAX_GROWTH", 50_000_000)
    wide = {"t": [{"a": "x" * 20_000, "n": number} for number in range(500)]}
    with pytest.raises(ToolError, match="took more than 50 MB of memory"):
        Database(wide, Event()).ask("SELECT x.a || y.n AS n FROM t x, t y ORDER BY n")


def test_an_answer_has_an_end() -> None:
    with pytest.raises(ToolError, match="more than 200,000 rows"):
        Database(MANY, Event()).ask("SELECT x.a FROM t x, t y")


@pytest.mark.parametrize(
    "expression",
    [
        "a LIKE '%aaaaa%aaaaa%aaaaa%aaaaa%aaaaa%aaaaa%aaaaa%c'",
        "a GLOB '*aaaaa*aaaaa*aaaaa*aaaaa*aaaaa*aaaaa*aaaaa*c'",
        "instr(a || a, a || 'b')",
        "replace(a, 'a', a)",
        "group_concat(a || a, a)",
        "upper(a) || lower(a) || trim(a, a)",
    ],
)
def test_no_function_runs_away(expression: str) -> None:
    database = Database({"t": [{"a": "a" * 100_000}]}, Event())
    start = time.thread_time()
    with suppress(ToolError):
        database.ask(f"SELECT {expression} AS x FROM t")
    assert time.thread_time() - start < 2


async def test_a_query_that_is_cancelled_gives_up(using: Using) -> None:
    import threading

    asking = asyncio.create_task(using("table.sql", {"tables": MANY, "query": "SELECT count(*) FROM t x, t y, t z"}))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.get_running_loop().shutdown_default_executor()  # waits for its threads
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("asyncio")]


def test_values_come_back_as_plain_data() -> None:
    names, rows = Database(
        {"t": [{"big": 2**80, "huge": 10**400, "list": [1, {"b": None}], "odd": "\ud800"}]}, Event()
    ).ask("SELECT * FROM t")
    assert dict(zip(names, rows[0], strict=True)) == {
        "big": 2.0**80,
        "huge": "1" + "0" * 99,
        "list": '[1, {"b": null}]',
        "odd": "\ufffd",
    }


def test_no_function_is_allowed_that_plays_dice_or_makes_giants() -> None:
    asked = {"random", "randomblob", "zeroblob", "printf", "format", "load_extension", "hex", "quote", "char"}
    assert not asked & FUNCTIONS
