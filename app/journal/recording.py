"""A whole run in memory, and as one file that can be sent: its events and every value they refer to, a line each.

Whatever replays, films or reports a run is given one of these, wherever the run came from. What looks like a key is
covered before it is written.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from app.errors import FootlightsError
from app.events import AnyEvent, Event, Ref, RunFinished, RunStarted
from app.journal.archive import Archive
from app.journal.refs import refs_of
from app.journal.sound import fault_of, is_run_id
from app.journal.values import normalised
from app.safety import covered

FORMAT = "footlights recording 1"
SUFFIX = ".run.jsonl"
_LARGEST = 256 * 1024 * 1024  # bytes: larger than any run, smaller than what a machine cannot hold
_ERASED = "(erased)"
_DRIVES = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")  # a terminal


class NoRecording(FootlightsError):
    """A file that is no recording, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A run, whole: its events in order, and the values that they refer to by digest."""

    run: str
    events: tuple[Event, ...]
    values: Mapping[str, Any] = field(repr=False)

    def value(self, ref: Ref) -> Any:
        """What a Ref in one of its events stands for."""
        return self.values.get(ref.ref, _ERASED)

    @property
    def title(self) -> str:
        """What it is called."""
        begun = self.events[0] if self.events else None
        return (begun.title or begun.scenario) if isinstance(begun, RunStarted) else ""

    @property
    def status(self) -> str:
        """How it ended, or that it was interrupted."""
        ended = self.events[-1] if self.events else None
        return ended.outcome if isinstance(ended, RunFinished) else "interrupted"

    @property
    def last(self) -> int:
        """The number of its last event."""
        return self.events[-1].seq if self.events else 0

    def when(self, kind: type[Event], step: str) -> int:
        """The number of the first event of a kind in a step."""
        return next(event.seq for event in self.events if isinstance(event, kind) and event.step == step)

    def up_to(self, last: int) -> Recording:
        """As much of it as there was when an event had just happened."""
        return replace(self, events=tuple(event for event in self.events if event.seq <= last))


async def recording_of(archive: Archive, wanted: str) -> Recording:
    """A run of the archive: its id, as much of one as tells it apart, or last."""
    row = await archive.find(wanted)
    return Recording(row.run, tuple(await archive.history(row)), await archive.texts(row.run))


def lines_of(recording: Recording) -> Iterable[str]:
    """The file, line by line, each ended: a head, the values in the order in which they are named, the events."""
    yield _line({"footlights": FORMAT, "run": recording.run, "title": recording.title})
    named = dict.fromkeys(digest for event in recording.events for digest in refs_of(event))
    for digest in named:
        if digest in recording.values:
            yield _line({"ref": digest, "value": covered(recording.values[digest])})
    for event in recording.events:
        yield _line(covered(msgspec.to_builtins(event)))


def write_recording(recording: Recording, path: Path) -> None:
    """Write it as one file."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines_of(recording))


def read_recording(path: Path) -> Recording:
    """Read one that anybody may have written; what is wrong with it is said with the line where it is."""
    lines = _lines_in(path)
    head = _object(lines[0], path, 1)
    if head.get("footlights") != FORMAT:
        raise NoRecording(f"{path}:1:1 this is no recording of a run", _HINT)
    run = str(head.get("run", ""))
    if not is_run_id(run):
        raise NoRecording(f"{path}:1:1 this is no id of a run", _HINT)
    values: dict[str, Any] = {}
    events: list[Event] = []
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        said = _object(line, path, number)
        if "ref" in said:
            values[str(said["ref"])] = said.get("value")
        else:
            events.append(_event(said, events[-1] if events else None, f"{path}:{number}:1"))
    if not events:
        raise NoRecording(f"{path} has no beginning", _HINT)
    return Recording(run, tuple(events), values)


def _lines_in(path: Path) -> list[str]:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for, and a device may never end
            raise NoRecording(f"{path} is no file", _HINT)
        if found.st_size > _LARGEST:
            raise NoRecording(f"{path} is too large for a recording")
        return path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise NoRecording(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NoRecording(f"{path} is no recording", _HINT) from error


def _event(said: dict[str, Any], before: Event | None, where: str) -> Event:
    try:
        event: Event = msgspec.convert(said, AnyEvent)
    except msgspec.ValidationError as error:
        raise NoRecording(f"{where} this is no event: {error}", _HINT) from error
    if fault := fault_of(event, before):
        raise NoRecording(f"{where} this is no event of a run: {fault}", _HINT)
    return event


_HINT = "footlights export RUN json writes one"


def _line(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _DRIVES.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        said = normalised(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise NoRecording(f"{path}:{number}:1 this is no JSON", _HINT) from error
    if not isinstance(said, dict):
        raise NoRecording(f"{path}:{number}:1 this is no JSON object", _HINT)
    return said
