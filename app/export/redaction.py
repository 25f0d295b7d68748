"""What of a run may leave the house: no keys, nothing of the machine it ran on, and no word that somebody wants hidden.

A recording is made fit once, before anything is made of it, so that no export can forget. What it says of a person is
that there was one; what it says of a path is what stands inside the project.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any, Literal, get_origin, get_type_hints
from urllib.parse import quote

import msgspec

from app.events import CallFinished, Event, Ref, RunStarted
from app.journal.recording import Recording
from app.playback.cues import CueSheet
from app.safety import mask_secrets, secret_spans

HIDDEN = "•••"
SOMEBODY = "a person"
_OURS = ("", "rehearsal", "answers file")  # who answers a question without being a person
_TELLING = ("footlights",)  # of the versions
_DECIDES = {"glyph", "color", "of", "limits"}  # fields that are no words for people
# What our own data is read by: the keys of plans, bundles, conversations and settings.
_NAMED = {
    "step", "kind", "title", "needs", "agents", "line", "path", "name", "files", "role", "content", "tool_calls",
    "tool_call", "id", "arguments", "limits", "matrix", "hosts", "cassette", "record", "live", "choice", "note",
}  # fmt: skip
_HOMES = re.compile(r"(?:/home|/Users|[A-Za-z]:\\Users)[/\\][^/\\\s\"'<>|:]+")

Change = Callable[[str], str]


def fit_to_leave(recording: Recording, hide: Sequence[str] = ()) -> Recording:
    """The same run, as strangers may read it."""
    change = _change(_folders(recording), hide)
    return replace(
        recording,
        run=_numbered(recording.run, change),
        events=tuple(_changed(_unplaced(event), change) for event in recording.events),
        values={digest: _changed(value, change) for digest, value in recording.values.items()},
    )


def sheet_fit_to_leave(sheet: CueSheet, hide: Sequence[str] = ()) -> CueSheet:
    """The same cues, with words that strangers may read; what says where they belong is shown to nobody."""
    change = _change([], hide)
    cues = [
        replace(cue, label=change(cue.label), caption=change(cue.caption), notes=change(cue.notes))
        for cue in sheet.cues
    ]
    return replace(sheet, cues=tuple(cues), title=change(sheet.title))


def hidden_in(recording: Recording, hide: Sequence[str] = ()) -> dict[str, int]:
    """How often each word that is to be hidden is there, and, by "key", how many things that look like one."""
    found: Counter[str] = Counter()
    for text in _texts([*recording.events, *recording.values.values()]):
        found.update(word for word in hide if word.strip() for _ in _pattern([word]).finditer(text))
        found.update("key" for _ in secret_spans(text))
    return dict(found)


def _change(folders: Iterable[str], hide: Sequence[str]) -> Change:
    """What becomes of every text. Keys come first: a word that is hidden in one must not leave the rest of it."""
    instead = dict.fromkeys(folders, "") | dict.fromkeys(own_home(), "~")
    deepest_first = sorted(instead, key=lambda folder: (-len(folder), folder))
    places = [place for folder in deepest_first for place in _instead(folder, instead[folder])]
    words = [word for word in hide if word.strip()]
    pattern = _pattern(words) if words else None

    @cache
    def change(text: str) -> str:
        text = mask_secrets(text)
        for place, short in places:
            text = place.sub(short, text)
        text = _HOMES.sub("~", text)
        return text if pattern is None else pattern.sub(HIDDEN, text)

    return change


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Words in any case, broken over lines or not, as they are and as an address writes them."""
    forms = [form for word in sorted(words, key=len, reverse=True) for form in (_spaced(word), re.escape(quote(word)))]
    return re.compile("|".join(dict.fromkeys(forms)), re.IGNORECASE)


def _spaced(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def _folders(recording: Recording) -> list[str]:
    """Those that the run knows of: of its project, and of the files that it was given."""
    begun = recording.events[0] if recording.events else None
    settings = begun.settings if isinstance(begun, RunStarted) else {}
    files = [begun.file if isinstance(begun, RunStarted) else "", settings.get("cassette"), settings.get("record")]
    folders = [str(PurePath(file).parent) for file in files if file]
    return [folder for folder in [*folders, str(settings.get("root", ""))] if _is_a_place(folder)]


def own_home() -> list[str]:
    """The folder of whoever is at this machine, if there is one."""
    try:
        home = str(Path.home())
    except RuntimeError:  # a container may run as a user without a name or a home
        return []
    return [home] if _is_a_place(home) else []


def _instead(folder: str, instead: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """For what is in a folder, and for the folder itself; never for one whose name only begins alike."""
    if not instead:
        yield re.compile(rf"{re.escape(folder)}[/\\]"), ""
    yield re.compile(rf"{re.escape(folder)}(?![\w-])"), instead or "."


def _is_a_place(folder: str) -> bool:
    path = PureWindowsPath(folder) if "\\" in folder else PurePath(folder)
    return path.is_absolute() and len(path.parts) > 1


def _unplaced(event: Event) -> Event:
    """An event without what only its machine and its people are told."""
    if isinstance(event, RunStarted):
        settings = {name: value for name, value in event.settings.items() if name != "root"}
        versions = {name: event.versions[name] for name in _TELLING if name in event.versions}
        origin = msgspec.structs.replace(event.origin, who="")
        return msgspec.structs.replace(event, settings=settings, machine={}, versions=versions, origin=origin)
    if isinstance(event, CallFinished):
        return msgspec.structs.replace(event, request="", echo=None)
    if getattr(event, "by", "") not in _OURS:
        return msgspec.structs.replace(event, by=SOMEBODY)
    return event


def _changed(value: Any, change: Change) -> Any:
    """The same with every text in it changed, but for what decides how the rest is read."""
    match value:
        case str():
            return change(value)
        case Ref():
            return value
        case msgspec.Struct():
            told = {name: _changed(getattr(value, name), change) for name in _wordy(type(value)) if name != "run"}
            if isinstance(run := getattr(value, "run", None), str):
                told["run"] = _numbered(run, change)
            return msgspec.structs.replace(value, **told)
        case dict():
            return {name if name in _NAMED else change(name): _changed(each, change) for name, each in value.items()}
        case list():
            return [_changed(each, change) for each in value]
        case tuple():
            return tuple(_changed(each, change) for each in value)
    return value


def _numbered(run: str, change: Change) -> str:
    """The id of a run; one in which something is to be hidden is hidden whole, and an id all the same."""
    return run if change(run) == run else "0" * len(run)


@cache
def _wordy(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a struct that may hold words: not those in which one of a few is chosen."""
    hints = get_type_hints(kind)
    return tuple(
        name for name in kind.__struct_fields__ if get_origin(hints[name]) is not Literal and name not in _DECIDES
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text in plain data and in events."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Ref):
        for name in _wordy(type(value)):
            yield from _texts(getattr(value, name))
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _texts(list(pair))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
