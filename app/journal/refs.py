"""Which kept values an event refers to, and where a run keeps them: beside its events when short, else in blobs."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from functools import cache
from typing import get_args, get_type_hints

import msgspec

from app.events import Event, Ref

ERASED = b"{}"  # in place of an event's short values: what it refers to was erased on purpose


def refs_of(event: Event) -> Iterator[str]:
    """Yield the digest of every value that an event refers to, in the order of its fields."""
    for name in _fields(type(event)):
        value = getattr(event, name)
        if isinstance(value, Ref):
            yield value.ref
        elif isinstance(value, tuple):
            yield from (each.ref for each in value)


def values_of(connection: sqlite3.Connection, run: int) -> dict[str, bytes]:
    """Return all kept values of a run by their digests, encoded as they were kept."""
    found: dict[str, bytes] = {}
    for (text,) in connection.execute("SELECT text FROM events WHERE run = ? AND text IS NOT NULL", (run,)):
        found |= values_beside(text)
    sql = "SELECT digest, packed, body FROM run_blobs JOIN blobs ON blobs.id = blob WHERE run = ?"
    found |= {digest: unpacked(packed, body) for digest, packed, body in connection.execute(sql, (run,))}
    return found


def values_beside(text: bytes) -> dict[str, bytes]:
    """Return the short values of one event by their digests; none when they are damaged."""
    try:
        return {digest: bytes(value) for digest, value in _decode(text).items()}
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError):
        return {}


def unpacked(packed: int, body: bytes) -> bytes:
    """Return the value in a blob; nothing when it is damaged."""
    try:
        return zlib.decompress(body) if packed else bytes(memoryview(body))
    except (zlib.error, TypeError):
        return b""


@cache
def _fields(kind: type[Event]) -> tuple[str, ...]:
    """Name the fields of a kind of event that hold a Ref, perhaps none, or several."""
    hints = get_type_hints(kind)
    return tuple(name for name in kind.__struct_fields__ if hints[name] is Ref or Ref in get_args(hints[name]))


_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
