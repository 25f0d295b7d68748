"""Every text of a scenario in which expressions are read, with its place and with what it may refer to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from app.document import Path
from app.document.values import FileText, Section
from app.scenario.model import BlockStep, Loop, ParallelStep, Scenario
from app.scenario.model.rehearsal import Rehearsal
from app.scenario.places import Place

Reading = Literal["template", "bare", "none"]

# Read before a step begins, so they see what is around it, not what it brings along itself.
BEFORE_THE_STEP = ("if", "for_each")
# Read when the step has ended, so they may refer to what it gave.
AFTER_THE_STEP = ("handoff", "until")
BARE = ("if", "until")
# Texts of their own, in which "${{" means nothing.
LITERAL = ("speaker_note",)


class Passage(NamedTuple):
    """One text: where it stands, how it is read, and the names it may use."""

    text: str
    at: Path
    reading: Reading
    names: frozenset[str]
    file: str | None = None  # the text stands in this file, not in the scenario
    key: str = ""  # the step's own key it belongs to


def passages_of_step(place: Place) -> Iterator[Passage]:
    """The texts of one step, without those of the steps inside it."""
    for name, value, names in _fields(place.step):
        if isinstance(place.step, BlockStep | ParallelStep) and name == place.step.kind:
            continue
        yield from _passages(value, (*place.at, name), name, names, name)


def passages_of_top_level(scenario: Scenario) -> Iterator[Passage]:
    """The texts outside the steps."""
    for name, value, names in _fields(scenario):
        if name != "steps":
            yield from _passages(value, (name,), name, names, name)


def _passages(value: Any, at: Path, name: str, names: frozenset[str], key: str) -> Iterator[Passage]:
    match value:
        case str():
            yield Passage(value, at, "none" if not names else "bare" if name in BARE else "template", names, key=key)
        case FileText(file=file):
            yield Passage("", (*at, "file"), "template" if names else "none", names, file=file, key=key)
        case Rehearsal():
            return  # what a model is said to answer is never read as an expression
        case Section():
            for inner, content, allowed in _fields(value):
                yield from _passages(content, (*at, inner), inner, allowed, "until" if isinstance(value, Loop) else key)
        case dict():
            for inner, content in value.items():
                yield from _passages(content, (*at, inner), name, names, key)
        case list():
            for index, content in enumerate(value):
                yield from _passages(content, (*at, index), name, names, key)


def _fields(section: BaseModel) -> Iterator[tuple[str, Any, frozenset[str]]]:
    """The keys that were written, under their names in the file, with the names their texts may use."""
    for field, (alias, names) in _facts(type(section)).items():
        if field in section.model_fields_set and alias not in LITERAL:
            yield alias, getattr(section, field), names


@cache
def _facts(section: type[BaseModel]) -> dict[str, tuple[str, frozenset[str]]]:
    return {
        name: (field.alias or name, frozenset(scope_words(field.json_schema_extra)))
        for name, field in section.model_fields.items()
    }


def scope_words(told: object) -> list[str]:
    """The names a key's expressions may use, as the model tells them."""
    scope = told.get("scope", "") if isinstance(told, dict) else ""
    return [word.strip() for word in str(scope).split(",") if word.strip()]
