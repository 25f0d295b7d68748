"""JSON that a model, a tool or a server wrote: read, unless it is nested so deep that nobody could walk through it."""

from __future__ import annotations

from typing import Any

import msgspec

DEEPEST = 100  # lists and maps within one another: no form that means something goes so deep


class NotJson(ValueError):
    """A text is not JSON, or none that can be used."""


def read_json(text: str | bytes) -> Any:
    """The value that a text holds, or NotJson with the reason."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise NotJson(str(error)) from error
    except RecursionError:
        raise NotJson(_TOO_DEEP) from None
    if is_too_deep(value):
        raise NotJson(_TOO_DEEP)
    return value


def is_too_deep(value: Any) -> bool:
    """Is a value nested deeper than anything that walks through it should have to go?"""
    layer = [value]
    for _ in range(DEEPEST + 1):
        layer = [inner for outer in layer if isinstance(outer, dict | list) for inner in _within(outer)]
        if not layer:
            return False
    return True


def _within(outer: dict[Any, Any] | list[Any]) -> list[Any]:
    return list(outer.values()) if isinstance(outer, dict) else outer


_TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"
