"""Sets aside the parts of a file that cannot be understood, so that the rest can still be checked."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import ValidationError

from app.document import Path
from app.document.mistakes import path_of
from app.scenario.model import Scenario
from app.scenario.model.steps import KIND_KEYS

# What stands in for an entry that is wrong, so that names that refer to it are not called unknown.
STAND_INS: dict[str, Any] = {
    "inputs": {"type": "any"},
    "models": {"use": "rehearsal/any"},
    "agents": {"persona": "?"},
    "steps": {"tool": "any"},  # whose output can be anything
    "parallel": {"tool": "any"},
    "expect": {"cost_under": 1},
}
# What an entry cannot do without; any other key is dropped alone, and the rest of the entry still checked.
NEEDED = frozenset((*KIND_KEYS, "prompt", "use", "persona", "card"))
ATTEMPTS = 8


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
                about = complaint.get("ctx", {}).get("at")
                _set_aside(left, path_of(complaint) if about is None else (*path_of(complaint), about))
    return None


def _set_aside(left: dict[str, Any], path: Path) -> None:
    """Drop the key of the innermost entry that holds the mistake, or the entry itself when it cannot do without."""
    for length in range(len(path), 1, -1):
        section, name = path[length - 2], path[length - 1]
        holder = _walk(left, path[: length - 1])
        known = name in holder if isinstance(holder, dict) else isinstance(holder, list) and isinstance(name, int)
        if section not in STAND_INS or not known or not _is_section(path[: length - 1]):
            continue
        entry, key = holder[name], path[length] if length < len(path) else None
        if isinstance(entry, dict) and key in entry and key not in NEEDED:
            del entry[key]
        else:
            holder[name] = copy.deepcopy(STAND_INS[str(section)])
        return
    holder = left.get(str(path[0])) if len(path) > 1 else None
    if isinstance(holder, dict) and path[1] in holder:
        del holder[path[1]]
    elif path:
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
