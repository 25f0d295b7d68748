"""One run as the list of runs shows it, and how one is found by what a person types."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

import msgspec

from app.events import RunFinished, decode
from app.journal.errors import RunNotFound
from app.journal.lease import Holder, holder_alive
from app.journal.standing import ENDED
from app.safety import one_line
from app.state.words import how_ended

INTERRUPTED = "interrupted"
_LONGEST_NAME = 60  # characters


@dataclass(frozen=True, slots=True)
class RunRow:
    """What is known of a run without reading its events."""

    run: str
    scenario: str
    title: str
    digest: str
    mode: str
    origin: str
    batch: str
    parent: str
    status: str  # running, paused, interrupted, or how it ended
    reason: str
    started: int
    ended: int
    seq: int
    hash: bytes
    cost_usd: float
    tokens: int
    tags: tuple[str, ...]
    holder: str  # who performs it, for people; empty when nobody does
    recoveries: int
    standing: str  # the status, or that it ended and not as was expected

    @property
    def over(self) -> bool:
        """Has it ended for good?"""
        return self.status in ENDED


def row_of(values: Sequence[Any]) -> RunRow:
    """Read a row of the database, which may be damaged; a running one whose holder is dead was interrupted."""
    *known, holder, recoveries, heartbeat, missed = values
    msgspec.convert((holder, heartbeat), tuple[str, int])
    found = dict(zip(_KNOWN, known, strict=True))
    performer = Holder.read(holder)
    alive = performer is not None and holder_alive(holder, heartbeat)
    found["tags"] = tuple(msgspec.json.decode(found["tags"], type=list[str]))
    if found["status"] == "running" and not alive:
        found["status"] = INTERRUPTED
    found |= {"holder": performer.described if performer and alive else "", "recoveries": recoveries}
    end = None if missed is None else decode(missed)
    found["standing"] = how_ended(end) if isinstance(end, RunFinished) else found["status"]
    return msgspec.convert(found, RunRow)


def not_found(wanted: str, known: Sequence[str], batches: Collection[str] = ()) -> RunNotFound:
    """Say that no run is called so, and which come near; the list of runs names batches too."""
    name = wanted.upper()
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    if name and any(batch.startswith(name) or batch.endswith(name) for batch in batches):
        hint = f"that is a batch: footlights batches {name}"
    else:
        hint = f"did you mean {' or '.join(near)}?" if near else "`footlights runs` lists them"
    return RunNotFound(f"there is no run {as_typed(wanted)}", hint)


def as_typed(wanted: str) -> str:
    """A name that somebody typed, fit to be said again."""
    return one_line(wanted, most=_LONGEST_NAME)


def ambiguous(wanted: str, found: Sequence[str]) -> RunNotFound:
    """Say that several runs are called so."""
    named = ", ".join(found[:4]) + (" …" if len(found) > 4 else "")
    return RunNotFound(f"{len(found)} runs begin or end with {wanted}: {named}", "write more of its name")


_KNOWN = tuple(field.name for field in fields(RunRow))[:-3]
# The last event, if it says that expectations are unmet. What a text holds is escaped there: these words are the key's.
_MISSED = (
    "(SELECT body FROM events WHERE events.run = runs.id AND events.seq = runs.seq AND kind = 'run.finished'"
    " AND instr(body, CAST('\"expected\":false' AS BLOB)))"
)
COLUMNS = ", ".join((*_KNOWN, "holder", "recoveries", "heartbeat", _MISSED))
