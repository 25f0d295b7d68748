"""Sets aside the parts of a file that cannot be understood, so that the rest can still be checked."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import ValidationError

from app.document import Path
from app.document.mistakes import path_of
from app.scenario.model import Scenario

# What stands in for an entry that is wrong, so that names that refer to it are not called unknown.
STAND_INS: dict[str, Any] = {
    "inputs": {"type": "any"},
    "models": {"use": "rehearsal/any"},
    "agents": {"persona": "?"},
    "steps": {"set": {"any": None}},
    "parallel": {"set": {"any": None}},
    "expect": {"cost_under": 1},
}
ATTEMPTS = 4


def without_mistakes(data: Any) -> Scenario | None:
    """The scenario without its wrong parts, or nothing when too little is left."""
    if not isinstance(data, dict) or not isinstance(data.get("steps"), dict):
        return None
    left = copy.deepcopy(data)
    left.update(schema="footlights/v1", name="scenario")
    for _ in range(ATTEMPTS):
        try:
            return Scenario.model_validate(left)
        except ValidationError as error:
            for complaint in error.errors(include_url=False, include_input=False):
                _set_aside(left, path_of(complaint), complaint["type"] == "extra_forbidden")
    return None


def _set_aside(left: dict[str, Any], path: Path, unknown_key: bool) -> None:
    """Remove an unknown key; replace the innermost entry that has a stand-in; else drop the whole section."""
    if unknown_key:
        holder = _walk(left, path[:-1])
        if isinstance(holder, dict):
            holder.pop(path[-1], None)
        return
    for length in range(len(path), 1, -1):
        section, name = path[length - 2], path[length - 1]
        holder = _walk(left, path[: length - 1])
        known = name in holder if isinstance(holder, dict) else isinstance(holder, list) and isinstance(name, int)
        if section in STAND_INS and known and _is_section(path[: length - 1]):
            holder[name] = copy.deepcopy(STAND_INS[str(section)])
            return
    if path:
        left.pop(str(path[0]), None)


def _is_section(path: Path) -> bool:
    """Does this path lead to a map of named entries, not to a key of the same name inside one?"""
    return len(path) == 1 or path[-1] in ("steps", "parallel")


def _walk(data: Any, path: Path) -> Any:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data
