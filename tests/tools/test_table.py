"""Tables are filtered, grouped, joined, changed and asked; values stay what they were, in an order that is told."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.tools.base import Surroundings
from tools.conftest import Failing, Using

ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "lamp", "price": 30, "sold": True, "tags": ["light"]},
    {"id": 2, "name": "rope", "price": 4.5, "sold": False, "tags": []},
    {"id": 3, "name": "Öse", "price": None, "sold": True, "tags": {"a": 1}},
    {"id": 4, "name": "lamp", "price": 12, "sold": None},
]


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("price > 10", [1, 4]),
        ("name = 'lamp' AND price < 20", [4]),
        ("sold", [1, 3]),
        ("NOT sold", [2]),
        ("price IS NULL", [3]),
        ("name LIKE 'l%'", [1, 4]),
        ("lower(name) = 'öse'", [3]),
        ("json_extract(tags, '$[0]') = 'light'", [1]),
        ("tags ->> '$.a' = 1", [3]),
        ('"price" > 10 -- a remark', [1, 4]),
        ("id IN (SELECT max(id) FROM rows)", [4]),
        ("id = 1 OR 'it''s \"quoted\"' = ''", [1]),
    ],
)
async def test_rows_that_fit_are_taken_as_they_are(using: Using, where: str, found: list[int]) -> None:
    got = await using("table.filter", {"rows": ROWS, "where": where})
    assert got == [row for row in ROWS if row["id"] in found]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("price", [2, 4, 1, 3]),
        ("-price", [1, 4, 2, 3]),
        (["name", "-id"], [4, 1, 2, 3]),
        ("name", [1, 4, 2, 3]),
        ([], [1, 2, 3, 4]),
    ],
)
async def test_rows_are_sorted_with_nothing_last_and_equals_as_they_came(
    using: Using, sort: Any, found: list[int]
) -> None:
    assert ids(await using("table.filter", {"rows": ROWS, "sort": sort})) == found


async def test_columns_and_a_limit_can_be_chosen(using: Using) -> None:
    arguments = {"rows": ROWS, "sort": "-id", "columns": ["name", "tags"], "limit": 2}
    assert await using("table.filter", arguments) == [{"name": "lamp", "tags": None}, {"name": "Öse", "tags": {"a": 1}}]
    assert await using("table.filter", {"rows": ROWS, "limit": 0}) == []


@pytest.mark.parametrize("tool", ["filter", "aggregate", "transform"])
async def test_a_table_without_rows_gives_none(using: Using, tool: str) -> None:
    more = (
        {"where": "anything", "sort": "x"}
        if tool == "filter"
        else {"by": "x"}
        if tool == "aggregate"
        else {"set": {"a": "b"}}
    )
    assert await using(f"table.{tool}", {"rows": [], **more}) == []


async def test_columns_may_be_called_anything(using: Using) -> None:
    names = ['a "b"', "select", "rowid", "x y", "ü", "1", "'", "a;b", "-minus", "$", "table.column", "\x00"]
    row = {name: number for number, name in enumerate(names)}
    assert await using("table.filter", {"rows": [row], "where": '"select" = 1 AND "x y" = 3', "sort": names}) == [row]
    grouped = await using("table.aggregate", {"rows": [row], "by": names, "values": {"n": "count(*)"}})
    assert grouped == [{**row, "n": 1}]


async def test_rows_are_grouped_in_the_order_in_which_groups_appear(using: Using) -> None:
    values = {"n": "count(*)", "total": "sum(price)", "dearest": "max(price)"}
    assert await using("table.aggregate", {"rows": ROWS, "by": "name", "values": values}) == [
        {"name": "lamp", "n": 2, "total": 42, "dearest": 30},
        {"name": "rope", "n": 1, "total": 4.5, "dearest": 4.5},
        {"name": "Öse", "n": 1, "total": None, "dearest": None},
    ]
    assert await using("table.aggregate", {"rows": ROWS, "by": ["sold"]}) == [
        {"sold": True, "count": 2}, {"sold": False, "count": 1}, {"sold": None, "count": 1}
    ]  # fmt: skip
    assert await using("table.aggregate", {"rows": ROWS}) == [{"count": 4}]
    assert await using("table.aggregate", {"rows": []}) == [{"count": 0}]


async def test_rows_are_changed_from_what_they_were(using: Using) -> None:
    arguments = {
        "rows": ROWS[:2],
        "set": {"price": "price * 2", "before": "price"},
        "columns": ["price", "before", "sold"],
    }
    assert await using("table.transform", arguments) == [
        {"price": 60, "before": 30, "sold": True},
        {"price": 9.0, "before": 4.5, "sold": False},
    ]


OWNERS = [
    {"name": "lamp", "owner": "Mira", "id": 9},
    {"name": "lamp", "owner": "Tom"},
    {"name": "bell", "owner": "Ann"},
]


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("inner", [(1, "Mira"), (1, "Tom"), (4, "Mira"), (4, "Tom")]),
        ("left", [(1, "Mira"), (1, "Tom"), (2, None), (3, None), (4, "Mira"), (4, "Tom")]),
        ("right", [(1, "Mira"), (1, "Tom"), (4, "Mira"), (4, "Tom"), (None, "Ann")]),
        ("full", [(1, "Mira"), (1, "Tom"), (2, None), (3, None), (4, "Mira"), (4, "Tom"), (None, "Ann")]),
    ],
)
async def test_tables_are_joined(using: Using, how: str, found: list[tuple[Any, Any]]) -> None:
    joined = await using("table.join", {"left": ROWS, "right": OWNERS, "on": "name", "how": how})
    assert [(row["id"], row["owner"]) for row in joined] == found
    assert joined[0]["id_right"] == 9
    if how in ("right", "full"):
        assert joined[-1]["name"] == "bell"


async def test_keys_may_be_called_differently_and_match_by_value_not_by_look(using: Using) -> None:
    left = [{"a": 1}, {"a": 1.5}, {"a": True}, {"a": "1"}, {"a": None}, {"a": [1]}]
    right = [{"b": 1.0, "n": "one"}, {"b": True, "n": "yes"}, {"b": "1", "n": "text"}, {"b": None, "n": "null"},
             {"b": [1], "n": "list"}]  # fmt: skip
    joined = await using("table.join", {"left": left, "right": right, "on": {"a": "b"}})
    assert [(row["a"], row["n"]) for row in joined] == [(1, "one"), (True, "yes"), ("1", "text"), ([1], "list")]


async def test_a_join_that_explodes_is_refused(failing: Failing) -> None:
    many = [{"k": 1, "n": number} for number in range(1_000)]
    raised = await failing("table.join", {"left": many, "right": many, "on": "k"})
    assert (raised.error, raised.message) == ("refused", "joined, these are more than 200,000 rows")


async def test_several_tables_are_asked_at_once(using: Using) -> None:
    query = """
        WITH sold AS (SELECT * FROM goods WHERE sold)
        SELECT sold.name, owner FROM sold LEFT JOIN people ON people.name = sold.name ORDER BY owner DESC NULLS LAST
    """
    got = await using("table.sql", {"tables": {"goods": ROWS, "people": "name,owner\nlamp,Mira\n"}, "query": query})
    assert got == [{"name": "lamp", "owner": "Mira"}, {"name": "Öse", "owner": None}]


async def test_tables_may_stand_in_files(surroundings: Surroundings, using: Using) -> None:
    (surroundings.root / "t.csv").write_text("id,at\n1,13:58\n2,09:00\n", encoding="utf-8")
    assert await using("table.read", {"path": "t.csv", "limit": 1}) == [{"id": 1, "at": "13:58"}]
    assert ids(await using("table.filter", {"rows": {"file": "t.csv"}, "where": "at >= '13:30'"})) == [1]
    assert await using("table.sql", {"tables": {"t": {"file": "t.csv"}}, "query": "SELECT sum(id) AS n FROM t"}) == [
        {"n": 3}
    ]


@pytest.mark.parametrize(
    ("tool", "arguments", "message", "hint"),
    [
        ("filter", {"where": "prise > 1"}, 'there is no column "prise"', 'did you mean "price"?'),
        ("filter", {"where": "rows.prise > 1"}, 'there is no column "prise"', 'did you mean "price"?'),
        ("filter", {"where": 'name = "red"'}, 'there is no column "red"', "a text stands in single quotes: 'red'"),
        ("filter", {"where": '"nam" = 1'}, 'there is no column "nam"', 'did you mean "name"?'),
        ("filter", {"sort": "-prize"}, 'there is no column "prize"', 'did you mean "price"?'),
        ("filter", {"columns": ["nmae"]}, 'there is no column "nmae"', 'did you mean "name"?'),
        ("filter", {"where": "lenght(name) > 1"}, 'there is no function "lenght" here', 'did you mean "length"?'),
        ("filter", {"where": "id >"}, 'SQL: near ")": syntax error', "columns as they are, texts in 'single quotes'"),
        ("filter", {"where": "id IN (SELECT 1 FROM row)"}, 'there is no table "row"', 'did you mean "rows"?'),
        ("aggregate", {"by": "nam"}, 'there is no column "nam"', 'did you mean "name"?'),
        ("aggregate", {"by": "id", "values": {"id": "1"}}, '"id" is both grouped by and reckoned', "rename the value"),
        ("transform", {"set": {"x": "pric"}}, 'there is no column "pric"', 'did you mean "price"?'),
    ],
)  # fmt: skip
async def test_a_mistake_is_named_with_what_was_meant(
    failing: Failing, tool: str, arguments: dict[str, Any], message: str, hint: str
) -> None:
    raised = await failing(f"table.{tool}", {"rows": ROWS, **arguments})
    assert (raised.error, raised.message, raised.hint) == ("bad_arguments", message, hint)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"Name": 1, "name": 2}], "SQL cannot tell the columns Name and name apart"),
        ([{"rowid": 1, "_rowid_": 2, "OID": 3}], "columns are called rowid, _rowid_, oid"),
        ([{"a": "x" * 300_000}], "a row or a value is longer than 250,000 bytes"),
    ],
)
async def test_rows_that_sql_cannot_hold_are_refused(failing: Failing, rows: Any, message: str) -> None:
    assert (await failing("table.filter", {"rows": rows, "where": "1"})).message == message


async def test_two_columns_of_one_name_would_hide_one(failing: Failing) -> None:
    raised = await failing(
        "table.sql", {"tables": {"t": ROWS}, "query": "SELECT a.id, b.id FROM t a JOIN t b USING (name)"}
    )
    assert raised.message == 'two columns of the answer are called "id"'
    raised = await failing(
        "table.join", {"left": [{"k": 1, "a": 1, "a_right": 2}], "right": [{"k": 1, "a": 3}], "on": "k"}
    )
    assert raised.message == 'both tables have a column "a_right"'


CELLS = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(max_size=5)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(some.lists(some.fixed_dictionaries({"a": CELLS, "b": CELLS}), max_size=12))
def test_sorting_and_grouping_lose_nothing_and_are_the_same_twice(using: Using, rows: list[dict[str, Any]]) -> None:
    async def both() -> None:
        sorted_once = await using("table.filter", {"rows": rows, "sort": ["a", "-b"]})
        assert sorted_once == await using("table.filter", {"rows": rows, "sort": ["a", "-b"]})
        assert sorted(map(repr, sorted_once)) == sorted(map(repr, rows))
        groups = await using("table.aggregate", {"rows": rows, "by": "a", "values": {"n": "count(*)"}})
        assert sum(group["n"] for group in groups) == len(rows)

    asyncio.run(both())


async def test_a_hundred_thousand_rows_are_no_trouble(using: Using) -> None:
    many = [{"id": number, "name": f"n{number % 100}", "price": number / 2} for number in range(100_000)]
    start = time.process_time()
    assert len(await using("table.filter", {"rows": many, "where": "price > 100", "sort": "-price"})) == 99_799
    assert len(await using("table.aggregate", {"rows": many, "by": "name", "values": {"sum": "sum(price)"}})) == 100
    assert len(await using("table.join", {"left": many, "right": many, "on": "id"})) == 100_000
    assert time.process_time() - start < 15  # the promise of the data analyst's card is 30 s for each; this takes 1.5


async def test_a_column_may_be_given_any_name(using: Using) -> None:
    query = 'SELECT "and", x AS "between" FROM (SELECT x, x + 1 AS "and" FROM a) ORDER BY "between"'
    assert await using("table.sql", {"tables": {"a": [{"x": 1}]}, "query": query}) == [{"and": 2, "between": 1}]


@pytest.mark.parametrize("formula", ["1), (2", "count(*)"])
async def test_a_new_column_is_one_formula_for_each_row(failing: Failing, formula: str) -> None:
    raised = await failing("table.transform", {"rows": [{"x": 1}, {"x": 2}], "set": {"y": formula}})
    assert raised.error == "bad_arguments"
