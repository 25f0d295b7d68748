"""What the tools of a run left outside the archive: messages and files in the outbox, to be removed with what was said.

A rehearsal's go by their text, which no other run need have written last; a message that was sent goes by its key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.events import Event, RunStarted, ToolStarted

if TYPE_CHECKING:
    from app.journal import Archive


@dataclass(frozen=True, slots=True)
class Traces:
    """What can be told of a run to be a trace of it, and files in a project, which are no longer ours to remove."""

    ours: tuple[Path, ...] = ()
    elsewhere: tuple[str, ...] = ()


async def traces_of(archive: Archive, run: str) -> Traces:
    """What a run left; to be asked before what was said in it is gone."""
    events, texts = await archive.events(run), await archive.texts(run)
    outbox = archive.path.parent / "outbox"
    rehearsed = any(isinstance(event, RunStarted) and event.mode == "rehearsal" for event in events)
    given = [(event, texts.get(event.arguments.ref)) for event in _uses(events) if event.arguments is not None]
    ours = [place for event, told in given for place in _left_by(event, told, outbox, rehearsed)]
    written = [told for event, told in given if event.tool == "file.write" and not rehearsed]
    elsewhere = [str(told.get("path")) for told in written if isinstance(told, dict)]
    return Traces(tuple(dict.fromkeys(ours)), tuple(dict.fromkeys(elsewhere)))


def remove(traces: Traces) -> list[str]:
    """Remove what is ours, and return what remains."""
    remains = []
    for place in traces.ours:
        try:
            place.unlink(missing_ok=True)
        except OSError:
            remains.append(str(place))
    return [*remains, *traces.elsewhere]


def _uses(events: list[Event]) -> Iterator[ToolStarted]:
    return (event for event in events if isinstance(event, ToolStarted))


def _left_by(use: ToolStarted, told: Any, outbox: Path, rehearsed: bool) -> Iterator[Path]:
    if use.tool == "notify" and use.key:
        yield outbox / f"{blake2b(use.key.encode(), digest_size=16).hexdigest()}.json"
    elif use.tool == "notify" and isinstance(told, dict):
        yield from (slip for slip in sorted(outbox.glob("*.json")) if _says(slip, told))
    elif use.tool == "file.write" and rehearsed and isinstance(told, dict):
        drawer = (outbox / "files").resolve()
        place = (drawer / str(told.get("path"))).resolve()
        with suppress(OSError, UnicodeDecodeError):
            if place.is_relative_to(drawer) and place.read_text(encoding="utf-8") == told.get("text"):
                yield place


def _says(slip: Path, told: dict[str, Any]) -> bool:
    """Was this message never sent, and is its text the one that a tool of the run was given?"""
    with suppress(OSError, ValueError):
        note = json.loads(slip.read_text(encoding="utf-8"))
        return isinstance(note, dict) and note.get("sent") is False and note.get("text") == told.get("text")
    return False
