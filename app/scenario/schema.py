"""The JSON Schema of scenario files and cards, for editors: made from the models, so it cannot fall behind them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from app.cast.card import Card
from app.scenario.model import KINDS, Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OURS = ("scope", "errors")  # facts for the reference, unknown to JSON Schema


class _ForPeople(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes up from names: an editor would show them before the description."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def scenario_schema() -> dict[str, Any]:
    """The schema of a scenario file."""
    schema = _schema_of(Scenario, "Footlights scenario")
    for kind in KINDS:
        # Which kinds a step can be is told by the key that is there, so an editor need not try them all.
        schema["$defs"][kind.__name__]["description"] = kind.__doc__
    return schema


def card_schema() -> dict[str, Any]:
    """The schema of an agent card."""
    return _schema_of(Card, "Footlights agent card")


def _schema_of(model: type[BaseModel], title: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, schema_generator=_ForPeople)
    _tidy(schema)
    return {"$schema": DIALECT, "title": title, **{key: value for key, value in schema.items() if key != "title"}}


def _tidy(part: Any) -> None:
    """Drop what is not JSON Schema, and the null that stands for a key left out."""
    if isinstance(part, list):
        for item in part:
            _tidy(item)
    if not isinstance(part, dict):
        return
    for name in OURS:
        part.pop(name, None)
    if part.get("default", ...) is None:
        del part["default"]
    choices = part.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices and len(choices) == 2 and "description" in part:
        kept = next(choice for choice in choices if choice != {"type": "null"})
        del part["anyOf"]
        part.update({key: value for key, value in kept.items() if key not in part})
    if isinstance(part.get("title"), str) and "type" in part:
        del part["title"]
    for value in list(part.values()):
        _tidy(value)
