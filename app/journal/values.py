"""Turns what models, people and tools gave into plain JSON that every reader can take, known by its digest."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

from app.journal.chain import digest_of

SHORT = 1024  # bytes: up to here a value is stored beside the event that first names it

_LONG_INTEGER = 2**63
_DEEPEST = 200

# What may hide something to mend: null stands for what is not finite, too, and long numbers get lost in many readers.
_SUSPECT = re.compile(rb"null|\d{19}")

_encode = msgspec.json.Encoder().encode


def packed(value: Any) -> tuple[str, bytes]:
    """Return the digest of a value and its JSON, after mending what JSON has no word for."""
    body = encoded(value)
    return digest_of(body), body


def encoded(value: Any) -> bytes:
    """Return the JSON of a value. Lone surrogates become U+FFFD; what is no finite number becomes text."""
    try:
        body = _encode(value)
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError, ValueError):
        return _encode(normalised(value))
    return _encode(normalised(value)) if _SUSPECT.search(body) else body


def normalised(value: Any, depth: int = 0) -> Any:
    """Return the nearest plain JSON value."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if _torn(value) else value
    if isinstance(value, int):
        return value if -_LONG_INTEGER <= value < _LONG_INTEGER else _digits(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {normalised(str(key)): normalised(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [normalised(inner, depth + 1) for inner in value]
    try:
        return normalised(msgspec.to_builtins(value), depth + 1)
    except (TypeError, ValueError, RecursionError):
        return normalised(str(value))


def _torn(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _digits(number: int) -> str:
    """Write a long number out; Python refuses to do so for one of thousands of digits, so that goes in hexadecimal."""
    return str(number) if number.bit_length() < 10_000 else hex(number)
