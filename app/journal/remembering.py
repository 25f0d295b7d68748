"""What agents remember across runs: by key, and by the words in it."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import msgspec

MOST_WORDS = 32


def remember(connection: sqlite3.Connection, agent: str, key: str, value: Any, run: str) -> None:
    """Keep something for an agent; what was kept under the key before is replaced."""
    text = msgspec.json.encode(value).decode()
    known = connection.execute("SELECT id, value FROM memory WHERE agent = ? AND key = ?", (agent, key)).fetchone()
    if known is not None:
        connection.execute(
            "INSERT INTO memory_words (memory_words, rowid, key, value) VALUES ('delete', ?, ?, ?)",
            (known[0], key, known[1]),
        )
    connection.execute(
        "INSERT INTO memory (agent, key, value, run, at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (agent, key) DO UPDATE SET value = excluded.value, run = excluded.run, at = excluded.at",
        (agent, key, text, run, time.time_ns() // 1000),
    )
    (row,) = connection.execute("SELECT id FROM memory WHERE agent = ? AND key = ?", (agent, key)).fetchone()
    connection.execute("INSERT INTO memory_words (rowid, key, value) VALUES (?, ?, ?)", (row, key, text))


def recollect(connection: sqlite3.Connection, agent: str, query: str, most: int) -> list[dict[str, Any]]:
    """What an agent remembers that has all the words of the query in it; the newest first, or what fits best."""
    words = query.split()[:MOST_WORDS]
    if not words:
        rows = connection.execute(
            "SELECT key, value FROM memory WHERE agent = ? ORDER BY at DESC, id DESC LIMIT ?", (agent, most)
        )
    else:
        quoted = " ".join('"' + word.replace('"', '""') + '"' for word in words)  # words, never search syntax
        rows = connection.execute(
            "SELECT memory.key, memory.value FROM memory_words JOIN memory ON memory.id = memory_words.rowid "
            "WHERE memory_words MATCH ? AND memory.agent = ? ORDER BY memory_words.rank, memory.id LIMIT ?",
            (quoted, agent, most),
        )
    return [{"key": key, "value": msgspec.json.decode(value)} for key, value in rows]
