"""What other processes say to whoever performs a run: answers to gates, and directions."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from app.journal.errors import AnswerRefused, RunNotFound, RunOver
from app.journal.standing import ENDED

TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that was said, and by whom."""

    id: int
    kind: str
    about: str
    body: dict[str, Any]
    by: str
    at: int


def post(connection: sqlite3.Connection, run: str, kind: str, about: str, body: dict[str, Any], by: str) -> int:
    """Leave a letter; a gate takes one answer, the first. To be called in a transaction."""
    found = connection.execute("SELECT id, status FROM runs WHERE run = ?", (run,)).fetchone()
    if found is None:
        raise RunNotFound(f"there is no run {run}", "`footlights runs` lists them")
    row, status = found
    if status in ENDED:
        raise RunOver(f"the run {run} is over ({status}); nobody reads what is said to it")
    if kind == "answer" and (first := connection.execute(_FIRST_ANSWER, (row, about, TAKEN)).fetchone()):
        raise AnswerRefused(f"{about} has an answer already" + (f", by {first[0]}" if first[0] else ""))
    written = msgspec.json.encode(body).decode()
    values = (row, time.time_ns() // 1000, kind, about, written, by)
    (letter,) = connection.execute(_POST, values).fetchone()
    return int(letter)


def unread(connection: sqlite3.Connection) -> dict[str, list[Letter]]:
    """Return the letters of each run that nobody has taken."""
    letters: dict[str, list[Letter]] = {}
    for run, letter, kind, about, body, by, at in connection.execute(_UNREAD):
        letters.setdefault(run, []).append(Letter(letter, kind, about, msgspec.json.decode(body), by, at))
    return letters


def take(connection: sqlite3.Connection, letter: int, verdict: str) -> None:
    """Say what became of a letter. To be called in a transaction."""
    connection.execute(_TAKE, (time.time_ns() // 1000, verdict or TAKEN, letter))


_FIRST_ANSWER = "SELECT by FROM inbox WHERE run = ? AND about = ? AND kind = 'answer' AND verdict IN ('', ?)"
_POST = "INSERT INTO inbox (run, at, kind, about, body, by) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
_UNREAD = (
    "SELECT runs.run, inbox.id, inbox.kind, inbox.about, inbox.body, inbox.by, inbox.at"
    " FROM inbox JOIN runs ON runs.id = inbox.run WHERE inbox.verdict = '' ORDER BY inbox.id"
)
_TAKE = "UPDATE inbox SET taken = ?, verdict = ? WHERE id = ?"
