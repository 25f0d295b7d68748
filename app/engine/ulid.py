"""Ids of runs: they sort by time, and two are never the same."""

from __future__ import annotations

import os
import time

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A ULID: 48 bits of time in milliseconds, 80 of chance, in Crockford's base 32."""
    return _written((time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10)))


def new_ids(count: int) -> list[str]:
    """So many, one after the other: they sort as they are listed."""
    first = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(9))
    return [_written(first + number) for number in range(count)]


def _written(number: int) -> str:
    return "".join(_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))
