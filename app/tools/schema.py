"""The tool `schema.validate`: does a value fit a JSON Schema?"""

from __future__ import annotations

from typing import Any

from app.tools.apart import apart
from app.tools.base import Arguments, Surroundings, Tool, arguments_of
from app.tools.strangers import schema_problems


async def _validate(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    problems = await apart(schema_problems, value=arguments["value"], schema=arguments["schema"])
    return {"ok": not problems, "problems": problems}


TOOLS = (
    Tool(
        "schema.validate",
        "Check a value against a JSON Schema. Gives {ok, problems: [{path, message}]}; addresses are never followed.",
        arguments_of(
            required=("value", "schema"), value={"description": "any value"}, schema={"type": ["object", "boolean"]}
        ),
        _validate,
        example={
            "value": {"name": "Mira", "age": "forty"},
            "schema": {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["name"]},
        },
    ),
)
