"""What a text field of an answer says: by its format, else by the words in its name."""

from __future__ import annotations

import re

from providers.understudy import phrases
from providers.understudy.composing import Voice, item_kind
from providers.understudy.schemas import Schema

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_FORMATS = {
    "date": "2027-03-18",
    "time": "09:30:00Z",
    "date-time": "2027-03-18T09:30:00Z",
    "duration": "P3D",
    "email": "stage.door@example.com",
    "hostname": "stage.example.com",
    "ipv4": "192.0.2.14",
    "ipv6": "2001:db8::14",
    "uri": "https://example.com/notes",
    "uri-reference": "/notes",
    "uuid": "3f0e7a52-8c41-4d6b-9a17-5e2b90c4d811",
}


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SPOKEN = _set_of(
    "says say text answer output result summary abstract overview body content message note comment description "
    "details explanation reply response speech report memo draft story analysis"
)
_POSITION = _set_of("position decision choice stance vote verdict preference conclusion")
_ADDRESS = _set_of("url link website href")
_LABEL = _set_of("id key code slug")
_DATE = _set_of("date deadline due when")
_PERSON = _set_of("owner assignee by who author")


def text_for(schema: Schema, path: tuple[str, ...], number: int, voice: Voice) -> str:
    """A text for one place, as long as it may be; `number` counts the items of a list."""
    format = schema.get("format")
    if isinstance(format, str) and format in _FORMATS:
        return _FORMATS[format]
    text = _said(path, number, voice)
    most = schema.get("maxLength")
    if most is not None and len(text) > most:
        text = text[:most] if most < 12 or number else text[:most].rsplit(" ", 1)[0].rstrip(",;: ")
    filler = 0
    while len(text) < schema.get("minLength", 0):
        filler += 1
        text = f"{text} {voice.item('fact', filler, 'filler')}".strip()[: most or None]
    return text


def words_of(name: str) -> set[str]:
    """The words in the name of a field."""
    return {part.lower() for part in _SPLIT.split(name) if part}


def _said(path: tuple[str, ...], number: int, voice: Voice) -> str:
    name = path[-1] if path else ""
    words = words_of(name)
    if not words or words & _SPOKEN:
        return voice.speech(3) if number == 0 else voice.item("fact", number, name)
    if words & _POSITION:
        return voice.pick(phrases.POSITIONS, "/".join(path))
    if words & _ADDRESS:
        return f"https://example.com/notes/{number + 1}"
    if words & _LABEL:
        return f"{path[-2] if len(path) > 1 else 'item'}-{number + 1}"
    if words & _DATE:
        return "Thursday, before noon"
    if words & _PERSON:
        return voice.title or "whoever asked"
    if kind := item_kind(" ".join(words)):
        return voice.item(kind, number, "/".join(path))
    said = " ".join(part.lower() for part in _SPLIT.split(name) if part)
    text = voice.pick(phrases.FIELDS, "/".join(path), field=said, Field=said[:1].upper() + said[1:])
    return f"{text} ({number + 1})" if number else text
