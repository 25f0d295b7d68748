"""What agents remember across runs: a value under a key, found again by words."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import msgspec

from app.journal.search import query_of
from app.journal.values import encoded


def remember(connection: sqlite3.Connection, agent: str, key: str, value: Any, run: str) -> None:
    """Keep a value, in place of what the agent knew under this key. To be called in a transaction."""
    connection.execute(_UNLEARN, (agent, key))
    written = (agent, key, encoded(value).decode(), run, time.time_ns() // 1000)
    connection.execute(_REMEMBER, written)
    connection.execute(_LEARN, (agent, key))


def recollect(connection: sqlite3.Connection, agent: str, words: str, limit: int) -> list[dict[str, Any]]:
    """Return what an agent knows that has all these words in its key or value; without words, the latest."""
    query = query_of(words)
    if not query and words.strip():
        return []
    found = connection.execute(*((_FOUND, (query, agent, limit)) if query else (_LATEST, (agent, limit))))
    return [{"key": key, "value": msgspec.json.decode(value)} for key, value in found]


_REMEMBER = (
    "INSERT INTO memory (agent, key, value, run, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (agent, key)"
    " DO UPDATE SET value = excluded.value, run = excluded.run, at = excluded.at"
)
_LEARN = "INSERT INTO memory_words (rowid, key, value) SELECT id, key, value FROM memory WHERE agent = ? AND key = ?"
_UNLEARN = (  # an index without a text of its own has to be told what it should forget
    "INSERT INTO memory_words (memory_words, rowid, key, value)"
    " SELECT 'delete', id, key, value FROM memory WHERE agent = ? AND key = ?"
)
_FOUND = (
    "SELECT memory.key, memory.value FROM memory_words JOIN memory ON memory.id = memory_words.rowid"
    " WHERE memory_words MATCH ? AND memory.agent = ? ORDER BY rank, memory.id LIMIT ?"
)
_LATEST = "SELECT key, value FROM memory WHERE agent = ? ORDER BY at DESC, id DESC LIMIT ?"
