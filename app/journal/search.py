"""Full-text search over what runs brought forth: titles and names, outputs, errors and narration; never whole prompts.

The index is filled apart from performing, up to a watermark in each run's record: `catch_up` brings it to the present,
a run of a transaction each. What a person types is never read as a language of queries: each word is looked for as the
beginning of a word, and all of them must be there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from app.events import (
    CallFailed,
    DebateDecided,
    Event,
    Failure,
    Narration,
    Ref,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepStarted,
    decode,
)
from app.journal.change import changing
from app.journal.reader import open_locked
from app.journal.refs import values_of

# Around what was found in a snippet: control characters that no indexed text holds, so that they cannot be forged.
FOUND_START, FOUND_END = "\x02", "\x03"
SNIPPET_WORDS = 16
MOST_WORDS = 32  # that are looked for at once
LONGEST = 200_000  # characters of one value that are looked at

SEARCH = f"""
SELECT runs.run, words.seq, words.step, snippet(words, 0, '{FOUND_START}', '{FOUND_END}', '…', {SNIPPET_WORDS})
FROM words JOIN runs ON runs.id = words.run WHERE words MATCH ? ORDER BY rank, runs.started DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where something was found: the run, the event, its step, and the words around it."""

    run: str
    seq: int
    step: str
    snippet: str

    @property
    def parts(self) -> Iterator[tuple[str, bool]]:
        """The snippet in pieces, and whether each is what was looked for."""
        for piece in self.snippet.split(FOUND_START):
            found, end, rest = piece.partition(FOUND_END)
            for text, is_match in ((found, bool(end)), (rest, False)):
                if text:
                    yield text, is_match


def search(workspace: Path, text: str, limit: int = 20) -> list[Hit]:
    """Find runs by words, the best matches first. The index must have been brought to the present."""
    query = query_of(text)
    if not query:
        return []
    with closing(open_locked(workspace)) as connection:
        return [Hit(*row) for row in connection.execute(SEARCH, (query, limit))]


def query_of(text: str) -> str:
    """Return what FTS5 is asked for a person's words; empty when there is no word among them."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text))
    return " ".join(f'"{word}"*' for word in words[:MOST_WORDS])


def catch_up(workspace: Path) -> int:
    """Index what was added since the last time, and return how many events that were."""
    with closing(open_locked(workspace)) as connection:
        behind = connection.execute("SELECT id FROM runs WHERE indexed < seq").fetchall()
    return sum(_catch_up_with(workspace, run) for (run,) in behind)


def _catch_up_with(workspace: Path, run: int) -> int:
    with changing(workspace) as connection:
        sql = "SELECT body FROM events WHERE run = ? AND seq > (SELECT indexed FROM runs WHERE id = ?) ORDER BY seq"
        events = [decode(body) for (body,) in connection.execute(sql, (run, run))]
        if not events:
            return 0
        values = values_of(connection, run)
        words = ((words_of(event, values).translate(_FORGED), run, event.seq, event.step) for event in events)
        sql = "INSERT INTO words (text, run, seq, step) VALUES (?, ?, ?, ?)"
        connection.executemany(sql, (row for row in words if row[0]))
        connection.execute("UPDATE runs SET indexed = ? WHERE id = ?", (events[-1].seq, run))
        return len(events)


def words_of(event: Event, values: dict[str, bytes]) -> str:
    """Return the text by which an event can be found; most have none."""
    match event:
        case RunStarted():
            names = [part for performer in event.cast for part in (performer.id, performer.title)]
            return " ".join(dict.fromkeys(filter(None, (event.title, event.scenario, *names))))
        case StepStarted():
            return event.title
        case StepFinished():
            return _text_of(event.output, values)
        case StepFailed():
            return " ".join(filter(None, (_said(event.failure), _text_of(event.output, values))))
        case CallFailed():
            return _said(event.failure)
        case RunFinished():
            return _said(event.failure) if event.failure else ""
        case Narration():
            return _text_of(event.text, values)
        case DebateDecided():
            return _text_of(event.decision, values)
    return ""


def _said(failure: Failure) -> str:
    return " ".join(filter(None, (failure.error, failure.message, failure.hint)))


def _text_of(ref: Ref | None, values: dict[str, bytes]) -> str:
    encoded = values.get(ref.ref) if ref else None
    return " ".join(_leaves(msgspec.json.decode(encoded)))[:LONGEST] if encoded else ""


def _leaves(value: Any) -> Iterator[str]:
    """Yield the texts and numbers in a structure; its keys are the scenario's, not the run's."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


_FORGED = dict.fromkeys(map(ord, FOUND_START + FOUND_END))
