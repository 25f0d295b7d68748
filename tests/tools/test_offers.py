"""Arguments are checked before anything is done, in words that a model can mend them by; secrets stay out."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.base import Surroundings, Tool, ToolError, arguments_of
from app.tools.covering import COVER, cover
from app.tools.offers import check_arguments, offer, use
from app.tools.registry import find

SECRET = 'k3y/with "odd" letters+'


def tool(name: str) -> Tool:
    found = find(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        (
            "http",
            {"url": "https://a.example", "metod": "GET"},
            ['there is no argument "metod": did you mean "method"?'],
        ),
        ("http", {}, ['the argument "url" is missing']),
        ("http", {"url": 4}, ['url: 4 is not of type "string"']),
        ("http", {"url": "x", "accept": ["no"]}, ['accept[0]: "no" is not of type "integer"']),
        (
            "http",
            {"url": "x", "method": "STEAL"},
            ['method: "STEAL" is not one of "GET", "HEAD" or 4 other candidates'],
        ),
        ("http", ["url"], ["the arguments are a map of names and values"]),
        ("http", "url", ["the arguments are a map of names and values"]),
        ("table.filter", {"rows": [{"a": 1}], "limit": -1}, ["limit: -1 is less than the minimum of 0"]),
        ("table.filter", {"rows": [{"a": 1}], "limit": None, "where": None}, []),
        (
            "table.filter",
            {"rows": None},
            ["rows: null is not valid under any of the schemas listed in the 'anyOf' keyword"],
        ),
        ("schema.validate", {"value": None, "schema": True}, []),
    ],
)
def test_what_is_wrong_with_arguments_is_said(name: str, arguments: Any, said: list[str]) -> None:
    assert check_arguments(tool(name), arguments) == said


async def test_a_tool_is_never_run_on_arguments_that_do_not_fit(surroundings: Surroundings) -> None:
    ran = []

    async def perform(arguments: dict[str, Any], _surroundings: Surroundings) -> None:
        ran.append(arguments)

    counting = Tool("counting", "", arguments_of(required=("n",), n={"type": "integer"}), perform, example={"n": 1})
    with pytest.raises(ToolError) as raised:
        await use(counting, {"n": "1"}, surroundings)
    assert ran == []
    assert (raised.value.error, raised.value.hint) == ("bad_arguments", 'such as {"n": 1}')


@given(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
        lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
        max_leaves=20,
    )
)
def test_no_arguments_break_the_check(arguments: Any) -> None:
    for name in ("http", "table.sql", "notify"):
        assert all(isinstance(problem, str) for problem in check_arguments(tool(name), arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        {"url": "\ud800"},
        {1: "url"},
        {"url": 10**400},
        {"json": json.loads("[" * 900 + "]" * 900), "url": "x"},
        {"url": float("nan")},
        {f"name{number}": 1 for number in range(10_000)},
    ],
    ids=["lone surrogate", "number as a name", "huge number", "deep", "not a number", "many"],
)
def test_arguments_that_no_sound_mind_would_send_are_checked_as_well(arguments: Any) -> None:
    problems = check_arguments(tool("http"), arguments)
    assert all(len(problem) < 500 for problem in problems)
    assert len(problems) <= 8


def test_a_tool_is_offered_with_its_schema() -> None:
    offered = offer(tool("http"))
    assert (offered.name, offered.parameters) == ("http", tool("http").parameters)
    assert offered.description


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        json.dumps(SECRET)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    ],
    ids=["raw", "url", "json", "base64", "base64 for urls"],
)
def test_a_secret_is_covered_however_it_is_written(written: str) -> None:
    held = {f"a {written} name": [f"x{written}y", {"deep": written}], "n": 1}
    assert cover(held, (SECRET,)) == {f"a {COVER} name": [f"x{COVER}y", {"deep": COVER}], "n": 1}


def test_what_is_too_short_to_be_a_secret_covers_nothing() -> None:
    assert cover("a cat", ("a", "")) == "a cat"


async def test_secrets_are_covered_in_results_and_in_errors(surroundings: Surroundings) -> None:
    async def perform(arguments: dict[str, Any], surroundings: Surroundings) -> Any:
        if arguments["fail"]:
            raise ToolError("failed", f"it was {SECRET}", f"look at {SECRET}", retry_after=2.0) from ValueError(SECRET)
        return {"echo": SECRET}

    echo = Tool("echo", "", arguments_of(required=("fail",), fail={"type": "boolean"}), perform)
    around = Surroundings(surroundings.root, surroundings.outbox, secrets=(SECRET,))
    assert await use(echo, {"fail": False}, around) == {"echo": COVER}
    with pytest.raises(ToolError) as raised:
        await use(echo, {"fail": True}, around)
    assert (raised.value.message, raised.value.hint) == (f"it was {COVER}", f"look at {COVER}")
    assert raised.value.retry_after == 2.0
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    "slip",
    [
        OverflowError("too large"),
        ZeroDivisionError(),
        ValueError("\x1b[2J"),
        KeyError("k"),
        TypeError(),
        RecursionError(),
    ],
    ids=lambda slip: type(slip).__name__,
)
async def test_sums_that_cannot_be_done_are_an_error_of_the_tool(slip: Exception, surroundings: Surroundings) -> None:
    async def perform(arguments: dict[str, Any], _surroundings: Surroundings) -> None:
        raise slip

    adding = Tool("adding", "", arguments_of(n={"type": "integer"}), perform, example={"n": 1})
    with pytest.raises(ToolError, match=r"^adding cannot do this with these values: [^\x1b]+$") as raised:
        await use(adding, {}, surroundings)
    assert (raised.value.error, raised.value.hint) == ("failed", 'such as {"n": 1}')


async def test_being_cancelled_is_no_mistake(surroundings: Surroundings) -> None:
    async def perform(arguments: dict[str, Any], _surroundings: Surroundings) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await use(Tool("resting", "", arguments_of(), perform), {}, surroundings)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
async def test_a_number_without_end_is_no_result(number: float, surroundings: Surroundings) -> None:
    async def perform(arguments: dict[str, Any], _surroundings: Surroundings) -> Any:
        return {"rows": [{"sharpe": number}]}

    with pytest.raises(ToolError, match="a number that adding gives is not finite"):
        await use(Tool("adding", "", arguments_of(), perform), {}, surroundings)


async def test_halves_of_characters_are_replaced_on_the_way_in_and_out(surroundings: Surroundings) -> None:
    given = []

    async def perform(arguments: dict[str, Any], _surroundings: Surroundings) -> Any:
        given.append(arguments)
        return {"said": ["b\udfff"]}

    echo = Tool("echo", "", {"type": "object", "properties": {}, "required": []}, perform)
    assert await use(echo, {"a\ud800": ["\ud83d\ude00 \ud800"]}, surroundings) == {"said": ["b\ufffd"]}
    assert given == [{"a\ufffd": ["😀 \ufffd"]}]


async def test_errors_drive_no_terminal_and_have_an_end(surroundings: Surroundings) -> None:
    async def perform(arguments: dict[str, Any], _surroundings: Surroundings) -> None:
        raise ToolError("failed", "\x1b[2J\u202e" + "m" * 1_000, "\x1b]0;h\x07" + "h" * 1_000)

    with pytest.raises(ToolError) as raised:
        await use(Tool("loud", "", arguments_of(), perform), {}, surroundings)
    assert raised.value.message == "␛[2J<U+202E>" + "m" * 487 + "…"
    assert raised.value.hint.startswith("␛]0;h␇hhh")
    assert len(raised.value.hint) == 500
