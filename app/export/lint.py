"""Looks at what was made before it leaves: is there a key in it, a character that drives a terminal, a home folder?

Nothing of it should ever be found, as a recording is made fit to leave first. This is the second pair of eyes: it looks
at rows of cells as they are read, so that a change of colour in the middle of a key hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.export.film import Film
from app.export.redaction import own_home
from app.safety import mask_secrets

_KEY, _CONTROL, _HOME = "what looks like a key", "a character that drives a terminal", "the path of a home folder"
# Line feeds and tabs are text. C0, DEL, C1, and what turns the direction of a text around.
_DRIVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_MARKUP = re.compile(r"<[^<>]{0,2000}>")
_STYLE = re.compile(r"(?:\x1b|\\u001b|\\x1b|\\e)\[[0-9;:?]*[A-Za-z]")


def lint(film: Film) -> list[str]:
    """All that is wrong with a film, each with where it is; nothing of it is repeated."""
    found: dict[str, None] = {}
    looked: set[int] = set()
    for frame in film.frames:
        for number, row in enumerate(frame.rows, 1):
            if id(row) in looked:  # frames share the rows that stand still
                continue
            looked.add(id(row))
            for wrong in _wrong("".join(cell.text for cell in row), one_line=True):
                found[f"row {number} at {frame.at:.1f} s holds {wrong}"] = None
    for where, text in _words(film):
        for wrong in _wrong(text):
            found[f"{where} holds {wrong}"] = None
    return list(found)


def unfit_in(text: str) -> list[str]:
    """What is wrong with a text export, line by line; markup or colours may cut a key in pieces."""
    lines = [(f"line {number}", line.removesuffix("\r")) for number, line in enumerate(text.split("\n"), 1)]
    controls = [f"{name} holds {_CONTROL}" for name, line in lines if _DRIVES.search(line)]
    keys = [f"{name} holds {_KEY}" for name, line in lines if _has_key(line)]
    plain = _MARKUP.sub("", _STYLE.sub("", text))
    return controls + (keys or [f"the text holds {_KEY}"] * _is_uncovered(plain))


def _has_key(line: str) -> bool:
    unstyled = _STYLE.sub("", line)
    return any(map(_is_uncovered, {line, unstyled, _MARKUP.sub("", unstyled)}))


def _is_uncovered(text: str) -> bool:
    """Is there a key in it? What is left of one that was covered may still be shaped like one."""
    return mask_secrets(text) != text


def _words(film: Film) -> Iterator[tuple[str, str]]:
    yield "the title", film.title
    yield "the summary", film.told
    yield from _numbered("mark", (f"{mark.name} {mark.label}" for mark in film.marks))
    yield from _numbered("caption", (caption.text for caption in film.captions))
    yield from _numbered("line", (f"{line.glyph} {line.who} {line.text}" for line in film.transcript))


def _numbered(what: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts, 1):
        yield f"{what} {number}", text


def _wrong(text: str, *, one_line: bool = False) -> Iterator[str]:
    if _is_uncovered(text):
        yield _KEY
    if _DRIVES.search(text) or (one_line and ("\n" in text or "\t" in text)):
        yield _CONTROL
    if any(re.search(rf"{re.escape(home)}(?![\w-])", text) for home in own_home()):
        yield _HOME
