"""Plain data as JSON can hold it: whole characters only, and numbers that have an end."""

from __future__ import annotations

import math
from typing import Any

import msgspec


def whole_characters(value: Any) -> Any:
    """Return plain data in which halves of characters, which no file and no terminal takes, are replaced."""
    try:
        msgspec.json.encode(value)  # much quicker than to look at each text
    except UnicodeEncodeError:
        return _mended(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        pass  # no matter of characters
    return value


def is_finite(value: Any) -> bool:
    """Tell whether all numbers in plain data are finite."""
    left = [value]
    while left:
        found = left.pop()
        if isinstance(found, float):
            if not math.isfinite(found):
                return False
        elif isinstance(found, dict):
            left.extend(found.values())
        elif isinstance(found, list | tuple):
            left.extend(found)
    return True


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(name): _mended(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return value
