"""Turns what models, people and tools gave into plain JSON that every reader can take, known by its digest."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import msgspec

from app.journal.chain import digest_of

SHORT = 1024  # bytes: up to here a value is stored beside the event that first names it

_LONG_INTEGER = 2**63
_DEEPEST = 200

_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19

_encode = msgspec.json.Encoder().encode


class Packed(NamedTuple):
    """A value as it is kept: its digest, and its JSON."""

    digest: str
    body: bytes


def packed(value: Any) -> Packed:
    """Return a value as it is kept, after mending what JSON has no word for."""
    body = encoded(value)
    return Packed(digest_of(body), body)


def encoded(value: Any) -> bytes:
    """Return the JSON of a value. Lone surrogates become U+FFFD; what is no finite number becomes text."""
    try:
        body = _encode(value)
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError, ValueError):
        return _encode(normalised(value))
    return _encode(normalised(value)) if type(value) is not str and _is_suspect(body) else body


def _is_suspect(body: bytes) -> bool:
    """May it hide something to mend? null stands for what is not finite, too; long numbers get lost in many readers."""
    return b"null" in body or _LONG_NUMBER in body.translate(_DIGITS_ALIKE)


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
