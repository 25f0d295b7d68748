"""What `apart` is asked to do with a stranger's pattern or schema. Imports little, since each use starts a process."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

_PROBLEMS_TOLD = 50
_LONGEST_MESSAGE = 300


def search(pattern: str, text: str, most: int, ignore_case: bool) -> list[Any]:
    """Find a pattern. Gives texts, or a map for each find if groups have names, or a list if several have none."""
    try:
        compiled = re.compile(pattern, re.MULTILINE | (re.IGNORECASE if ignore_case else 0))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"this pattern cannot be read: {error}") from None
    found = islice(compiled.finditer(text), most)
    if compiled.groupindex:
        return [match.groupdict() for match in found]
    if compiled.groups > 1:
        return [list(match.groups()) for match in found]
    return [match[compiled.groups] for match in found]


def schema_problems(value: Any, schema: dict[str, Any] | bool) -> list[dict[str, str]]:
    """Return where a value does not fit a JSON Schema, and why."""
    import jsonschema_rs

    try:
        validator = jsonschema_rs.validator_for(schema, pattern_options=jsonschema_rs.RegexOptions(), offline=True)
    except ValueError as error:
        raise ValueError(f"this is no JSON Schema: {str(error).partition(chr(10))[0][:_LONGEST_MESSAGE]}") from None
    problems = [
        {"path": "/".join(map(str, error.instance_path)), "message": error.message[:_LONGEST_MESSAGE]}
        for error in islice(validator.iter_errors(value), _PROBLEMS_TOLD)
    ]
    return sorted(problems, key=lambda problem: (problem["path"], problem["message"]))
