"""How a long text that a run was given is told where there is one line for it."""

from __future__ import annotations

from typing import Any

MOST_LINES = 3  # that are told as they are


def in_brief(value: Any) -> Any:
    """Its first line and how many there are; what is no text, or short, as it is."""
    if not isinstance(value, str) or value.strip().count("\n") < MOST_LINES:
        return value
    first, *rest = value.strip().splitlines()
    return f"{first} … {len(rest) + 1} lines"
