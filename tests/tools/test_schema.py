"""A value is checked against a schema that anybody may have written."""

from __future__ import annotations

from typing import Any

import pytest

from tools.conftest import Failing, Loopback, Using


async def test_what_does_not_fit_is_told_with_its_place(using: Using) -> None:
    schema = {"type": "object", "properties": {"a": {"items": {"type": "integer"}}}, "required": ["b"]}
    assert await using("schema.validate", {"value": {"a": [1, "x"]}, "schema": schema}) == {
        "ok": False,
        "problems": [
            {"path": "", "message": '"b" is a required property'},
            {"path": "a/1", "message": '"x" is not of type "integer"'},
        ],
    }


@pytest.mark.parametrize(("value", "schema"), [(None, True), (1, {}), ([1], {"type": "array"}), ("a", {"$ref": "#"})])
async def test_what_fits_has_no_problems(using: Using, value: Any, schema: Any) -> None:
    assert await using("schema.validate", {"value": value, "schema": schema}) == {"ok": True, "problems": []}


@pytest.mark.parametrize("schema", [{"type": "number or so"}, {"pattern": "("}, {"$ref": "#/nowhere"}])
async def test_what_is_no_schema_is_said_to_be_none(failing: Failing, schema: Any) -> None:
    raised = await failing("schema.validate", {"value": 1, "schema": schema})
    assert raised.error == "bad_arguments"
    assert raised.message.startswith("this is no JSON Schema")


async def test_a_schema_is_never_fetched(server: Loopback, failing: Failing) -> None:
    server.answer("/schema", b"{}")
    for address in (f"{server.url}/schema", "file:///etc/passwd"):
        raised = await failing("schema.validate", {"value": 1, "schema": {"$ref": address}}, hosts=("*", server.host))
        assert raised.error == "bad_arguments"
    assert server.requests == []


async def test_a_schema_that_would_take_for_ever_is_ended(failing: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tools.apart.SECONDS", 1.0)
    twice = {f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level + 1}"}] * 2} for level in range(40)}
    schema = {"$ref": "#/$defs/d0", "$defs": {**twice, "d40": {"type": "string"}}}
    assert (await failing("schema.validate", {"value": 1, "schema": schema})).error == "failed"


async def test_a_long_list_of_problems_is_cut(using: Using) -> None:
    got = await using("schema.validate", {"value": ["x"] * 1_000, "schema": {"items": {"type": "integer"}}})
    assert len(got["problems"]) == 50
