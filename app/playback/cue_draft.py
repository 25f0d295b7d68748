"""Writes cue files: a first draft out of a run, and one more cue in a file that is there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.document import Node, Source, parse, read_source
from app.errors import FootlightsError, ScenarioRefused
from app.events import Event, GateOpened, Handoff, Ref, RunFinished, RunStarted, StepStarted, definition
from app.playback.anchors import ERRORS, words_for
from app.playback.cue_file import FORMAT, cues_in
from app.playback.cues import CueSheet
from app.safety import one_line
from app.state.words import spaced

_HEAD = """\
schema: {format}
title: {title}
# talk: 12:00              how long it may take; the speaker view counts against it

# Each cue says where it belongs by what happens there, so it is found in the next run of the play too.
# Besides "at" everything may be left out:
#   number: 3.5             its number; left out, the next whole one
#   label, caption, notes   its name; words for the audience; words for you
#   hold: true              the audience stands still here until GO; engine: a live run begins nothing new either
#   pace: brisk             from here on: instant, brisk, real, theatrical, keynote
#   focus: critic           the agent to look at
#   blank: true             nothing is shown until GO
cues:
"""
_PLAIN = re.compile(r"[A-Za-z0-9][\w ,./()'’–?-]*")
_RESERVED = frozenset(("true", "false", "null", "~"))
_ASKS = ("approve", "ask")
_PER_KIND = 6  # handoffs in a draft that has no cues of the scenario to lean on


class CannotAdd(FootlightsError):
    """A cue cannot be put into a file."""


@dataclass(frozen=True, slots=True)
class _Draft:
    at: str
    label: str = ""
    caption: str = ""
    notes: str = ""
    hold: bool = False


def draft_of(events: Sequence[Event], value: Callable[[Ref], Any], title: str) -> str:
    """A first draft: the cues of the scenario, the first handoffs between any two, gates, errors and the end."""
    begun = events[0] if events else None
    notes = speaker_notes(begun, value) if isinstance(begun, RunStarted) else {}
    found = dict(_drafts(events, value, notes))
    return _HEAD.format(format=FORMAT, title=_scalar(title)) + "".join(_written(found[seq]) for seq in sorted(found))


def add_cue(path: Path, at: str, label: str = "", *, after: str = "") -> str:
    """Put a cue into a file, behind the one of a number or at the end, and make the file if there is none; its number.

    What stands there stays as it is, comments and all.
    """
    text = read_source(path).text if path.exists() else f"schema: {FORMAT}\ncues:\n"
    sheet = _sheet(path, text)
    numbers = [cue.number for cue in sheet.cues]
    place = numbers.index(after) + 1 if after in numbers else len(numbers)
    number = _between(numbers, place)
    added = _with(path, text, place, _Draft(at, label), number)
    known = _sheet(path, added).cues
    if len(known) != len(numbers) + 1 or known[place].at != " ".join(at.split()) or known[place].number != number:
        raise CannotAdd(f"{path} is written in a way that a cue cannot be put into", "add it by hand")
    _keep(path, added)
    return number


# The draft


def _drafts(
    events: Sequence[Event], value: Callable[[Ref], Any], notes: dict[str, str]
) -> Iterator[tuple[int, _Draft]]:
    pairs: set[tuple[str, str]] = set()
    cues: set[str] = set()
    named: set[str] = set()  # steps that have a cue: what happens as they begin needs none of its own
    titles = {event.step: event.title for event in events if isinstance(event, StepStarted)}
    for event in events:
        at = words_for(events, event.seq)
        if isinstance(event, StepStarted) and event.cue and event.cue not in cues:
            cues.add(event.cue)
            named.add(event.step)
            label = event.title or spaced(definition(event.step).rpartition("/")[2])
            caption = str(value(event.caption)) if event.caption is not None else ""
            yield event.seq, _Draft(at, label, caption, notes.get(definition(event.step), ""), event.of in _ASKS)
        elif event.step in named and isinstance(event, Handoff | GateOpened):
            continue
        elif isinstance(event, Handoff) and (event.giver, event.taker) not in pairs and len(pairs) < _PER_KIND:
            pairs.add((event.giver, event.taker))
            yield event.seq, _Draft(at, f"{event.giver} to {event.taker}")
        elif isinstance(event, GateOpened):
            yield event.seq, _Draft(at, titles.get(event.step, "") or "a person decides", hold=True)
        elif isinstance(event, ERRORS):
            yield event.seq, _Draft(at, f"it goes wrong: {event.failure.error.replace('_', ' ')}")
        elif isinstance(event, RunFinished):
            yield event.seq, _Draft(at, "the end", hold=True)


def speaker_notes(begun: RunStarted, value: Callable[[Ref], Any]) -> dict[str, str]:
    """The notes of the scenario itself, by step."""
    told = value(begun.source) if begun.source is not None else None
    files = told.get("files") if isinstance(told, dict) else None
    found: dict[str, str] = {}
    for name, text in files.items() if isinstance(files, dict) else ():
        with suppress(ScenarioRefused):
            _collect(parse(Source(str(name), str(text))).data, "", found)
    return found


def _collect(section: Any, path: str, found: dict[str, str]) -> None:
    steps = section.get("steps") if isinstance(section, dict) else None
    for name, step in steps.items() if isinstance(steps, dict) else ():
        here = f"{path}/{name}" if path else str(name)
        if isinstance(step, dict):
            if isinstance(note := step.get("speaker_note"), str):
                found[here] = note.strip()
            for block in (step, *(inner for inner in step.values() if isinstance(inner, dict))):
                _collect(block, here, found)


def _written(each: _Draft, number: str = "", indent: str = "  ") -> str:
    lines = [f"at: {_scalar(each.at)}"]
    lines += [f"number: {number}"] if number else []
    lines += [f"{name}: {_scalar(text)}" for name, text in (("label", each.label), ("caption", each.caption)) if text]
    lines += ["notes: |-", *(f"  {one_line(line)}" for line in each.notes.splitlines())] if each.notes else []
    lines += ["hold: true"] if each.hold else []
    return f"{indent}- " + f"\n{indent}  ".join(lines) + "\n"


def _scalar(text: str) -> str:
    """A text as YAML reads it back: plain where that is safe, else in double quotes."""
    said = one_line(text)[:300]
    is_plain = _PLAIN.fullmatch(said) and not said.endswith(" ") and said.lower() not in _RESERVED
    if is_plain and not said.replace(".", "").replace(" ", "").isdigit() and said[:1].isalpha():
        return said
    if is_plain and re.match(r"\d+(st|nd|rd|th) ", said):
        return said
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'


# One more


def _sheet(path: Path, text: str) -> CueSheet:
    try:
        root = parse(Source(str(path), text))
        return CueSheet() if root.data.get("cues") in (None, []) else cues_in(Source(str(path), text))
    except ScenarioRefused as refused:
        first = refused.problems[0]
        said = f"{first.file}:{first.line}:{first.column} {first.message}"
        raise CannotAdd(f"no cue can be added while the file has mistakes: {said}", first.hint) from refused


def _with(path: Path, text: str, place: int, draft: _Draft, number: str) -> str:
    """The text with one more cue."""
    entry = (parse(Source(str(path), text)).entries or {}).get("cues")
    if entry is None:
        return f"{text.rstrip()}\ncues:\n{_written(draft, number)}"
    items = entry.value.items or []
    if not items:
        start, end = entry.key.end.offset, entry.value.end.offset
        line_end = _line_end(text, max(start, end))
        return f"{text[:start]}:{text[max(start + 1, end) : line_end]}\n{_written(draft, number)}{text[line_end + 1 :]}"
    before = items[max(0, place - 1)]
    first = items[0]
    lead = text[text.rfind("\n", 0, first.start.offset) + 1 : first.start.offset]
    if lead.strip() != "-":
        raise CannotAdd(f"the cues in {path} do not stand one below the other", 'begin each on a line with "- at:"')
    end = _line_end(text, _last_of(before, text))
    piece = _written(draft, number, lead[: lead.index("-")])
    if place == 0:
        start = text.rfind("\n", 0, first.start.offset) + 1
        return text[:start] + piece + text[start:]
    rest = text[end + 1 :]
    return f"{text[:end]}\n{piece}{rest}"


def _last_of(node: Node, text: str) -> int:
    """Where the last of a value stands: what YAML says goes on into the comments behind it."""
    last = node
    while inner := list(last.children()):
        last = inner[-1]
    return len(text[: last.end.offset].rstrip())


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _between(numbers: Sequence[str], place: int) -> str:
    """A number for a cue at a place: between its neighbours, or the next whole one."""
    before = Decimal(numbers[place - 1]) if place else Decimal(0)
    if place == len(numbers):
        return str(int(before) + 1)
    middle = (before + Decimal(numbers[place])) / 2
    while str(shown := middle.quantize(Decimal("0.0001")).normalize()) in numbers or shown == before:
        raise CannotAdd(
            f"there is no number left between Q{numbers[place - 1]} and Q{numbers[place]}", "number them anew"
        )
    return f"{shown:f}"


def _keep(path: Path, text: str) -> None:
    """Whole, or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CannotAdd(f"{path} cannot be written: {error.strerror}") from error
