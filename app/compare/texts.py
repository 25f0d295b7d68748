"""What two values say otherwise: prose to the word, code and data to the line or the key; as long as that is bearable.

Text is disarmed and secrets are covered before anything is compared: a key that is cut into words is no longer known as
one. Where comparing word by word would take too long it is done by lines, and where that would too, it is only said
that they differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, NamedTuple

from app.compare.halves import as_json
from app.safety import clean

NOT_BY_WORDS = "too long to compare word by word"
NOT_AT_ALL = "too long to compare: all that can be said is that they differ"
UNSEEN = "they differ, in nothing that is shown: a covered key, or white space at an end"

_WORD = re.compile(r"\s+|\w+|[^\w\s]+")
_MOST_WORDS = 1_000_000  # words of one side times words of the other, of all that is compared together
_MOST_LINES = 4_000_000  # the same for lines
_MOST_KEYS = 2_000  # places of data beyond which it is compared as lines of JSON
_MOST_READ = 4_000_000  # characters beyond which nobody reads on
_DEEPEST = 40


class Piece(NamedTuple):
    """A stretch of text; `is_own` tells that the other side does not have it."""

    text: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Some text of both sides that stands side by side: the same, or what became of it. Whole lines, or one value."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]
    where: str = ""  # the key that leads there, in data

    @property
    def is_same(self) -> bool:
        """Does it say the same on both sides?"""
        return not any(piece.is_own for piece in (*self.left, *self.right))


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values side by side, whole."""

    blocks: tuple[Block, ...] = ()
    note: str = ""  # why it is told no finer

    @property
    def is_same(self) -> bool:
        """Is nothing seen to differ?"""
        return not self.note and all(block.is_same for block in self.blocks)


def difference(left: Any, right: Any) -> Difference:
    """Hold one value against another."""
    left, right = _unwrapped(left), _unwrapped(right)
    patience = _Patience()
    if isinstance(left, str) or isinstance(right, str) or left is None or right is None:
        blocks = patience.texts(_readable(left), _readable(right))
    else:
        blocks = _data(left, right, patience)
    found = Difference(tuple(blocks), patience.note)
    if found.is_same and as_json(left) != as_json(right):
        return Difference(found.blocks, UNSEEN)
    return found


def readable(value: Any) -> str:
    """A value as text for people, data as lines of JSON also where it came as text."""
    return _readable(_unwrapped(value))


def places(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in plain data with the keys that lead to it: `findings[0].why`."""
    waiting = [(where, value, 0)]
    while waiting:
        path, each, depth = waiting.pop()
        inner: list[tuple[str, Any]] = []
        if depth < _DEEPEST and isinstance(each, dict):
            inner = [(f"{path}.{key}" if path else str(key), item) for key, item in each.items()]
        elif depth < _DEEPEST and isinstance(each, list | tuple):
            inner = [(f"{path}[{at}]", item) for at, item in enumerate(each)]
        if not inner:
            yield path, each
        waiting += [(name, item, depth + 1) for name, item in reversed(inner)]


class _Patience:
    """How much may still be compared finely; says when it was too little."""

    def __init__(self) -> None:
        self._words = _MOST_WORDS
        self._lines = _MOST_LINES
        self.note = ""

    def texts(self, left: str, right: str, where: str = "") -> Iterator[Block]:
        """Two texts by their lines, and what was changed in these by words."""
        one, other = ([f"{line}\n" for line in text.splitlines()] for text in (left, right))
        same = _common(one, other)
        end = _common(one[same:][::-1], other[same:][::-1])
        if same:
            yield _alike("".join(one[:same]), where)
        yield from self._middle(one[same : len(one) - end], other[same : len(other) - end], where)
        if end:
            yield _alike("".join(one[len(one) - end :]), where)

    def _middle(self, one: Sequence[str], other: Sequence[str], where: str) -> Iterator[Block]:
        self._lines -= len(one) * len(other)
        if self._lines < 0:
            self.note = NOT_AT_ALL
            yield Block((Piece("".join(one), True),), (Piece("".join(other), True),), where)
            return
        for tag, a, b, c, d in SequenceMatcher(None, one, other).get_opcodes():
            if tag == "equal":
                yield _alike("".join(one[a:b]), where)
                continue
            for first, second in _paired(one[a:b], other[c:d]):
                yield self._words_of(first, second, where)

    def _words_of(self, left: str, right: str, where: str) -> Block:
        whole = Block(_own(left), _own(right), where)
        if not left or not right:
            return whole
        one, other = _WORD.findall(left), _WORD.findall(right)
        if self._words < len(one) * len(other):
            self.note = self.note or NOT_BY_WORDS
            return whole
        self._words -= len(one) * len(other)
        matcher = SequenceMatcher(None, one, other)
        if matcher.ratio() < 0.3:  # another text: words that both happen to have tell nothing
            return whole
        pieces: tuple[list[Piece], list[Piece]] = ([], [])
        for tag, a, b, c, d in matcher.get_opcodes():
            for side, text in ((0, "".join(one[a:b])), (1, "".join(other[c:d]))):
                if text:
                    pieces[side].append(Piece(text, tag != "equal"))
        return Block(tuple(pieces[0]), tuple(pieces[1]), where)


def _data(left: Any, right: Any, patience: _Patience) -> Iterator[Block]:
    """Two structures, key by key; where there are too many keys, as lines."""
    from app.compare.aligning import merged

    one, other = dict(places(left)), dict(places(right))
    if len(one) + len(other) > _MOST_KEYS:
        yield from patience.texts(_readable(left), _readable(right))
        return
    for key in merged(list(one), list(other)):
        first, second = (_readable(side[key]) if key in side else "" for side in (one, other))
        yield from patience.texts(first, second, clean(key))


def _paired(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines that became others: one with one where there are as many of both, else all with all."""
    if len(one) == len(other):
        yield from zip_longest(one, other, fillvalue="")
    else:
        yield "".join(one), "".join(other)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many are the same from the start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _alike(text: str, where: str) -> Block:
    return Block((Piece(text),), (Piece(text),), where)


def _own(text: str) -> tuple[Piece, ...]:
    return (Piece(text, True),) if text else ()


def _unwrapped(value: Any) -> Any:
    """The data in a text that is JSON; any other value as it is."""
    if isinstance(value, str) and value[:1] in ("{", "[") and len(value) <= _MOST_READ:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _readable(value: Any) -> str:
    """Any value as text for people."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value[:_MOST_READ])
    try:
        return clean(json.dumps(value, ensure_ascii=False, indent=2)[:_MOST_READ])
    except RecursionError:
        return as_json(value)
