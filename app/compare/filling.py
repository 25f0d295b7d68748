"""Pieces of text as rows of a width: words are kept whole, and what is marked in them stays marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from app.compare.texts import Piece

Row = tuple[Piece, ...]
Cells = Callable[[str], int]  # how many cells of a terminal a text takes

_TOKEN = re.compile(r"\n|[^\S\n]+|\S+")
_TAB = 4


def filled(pieces: Iterable[Piece], width: int, cells: Cells) -> Iterator[Row]:
    """As many rows as it takes; a last line that is not ended is one too."""
    row: list[Piece] = []
    used, has_text, is_open = 0, False, False
    for word in _words(pieces):
        is_open = True
        if word[0].text == "\n":
            yield tuple(row)
            row, used, has_text, is_open = [], 0, False, False
            continue
        size = sum(cells(piece.text) for piece in word)
        is_air = not word[0].text.strip()
        if used + size > width and has_text:
            yield tuple(row)
            row, used, has_text = [], 0, False
            if is_air:
                continue
        if is_air and used + size > width:
            continue
        for piece in word:
            for part in _parts(piece, width, used, cells):
                if part is None:
                    yield tuple(row)
                    row, used = [], 0
                    continue
                row.append(part)
                used += cells(part.text)
        has_text = has_text or not is_air
    if is_open:
        yield tuple(row)


def _words(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Words with the pieces they are made of; white space and line ends by themselves."""
    word: list[Piece] = []
    for piece in pieces:
        for token in _TOKEN.findall(piece.text.expandtabs(_TAB)):
            if token.strip():
                word.append(Piece(token, piece.is_own))
                continue
            if word:
                yield word
                word = []
            yield [Piece(token, piece.is_own)]
    if word:
        yield word


def _parts(piece: Piece, width: int, used: int, cells: Cells) -> Iterator[Piece | None]:
    """A piece of a word, cut where it is wider than a row; None where another row begins."""
    text = piece.text
    while used + cells(text) > width:
        room, at = width - used, 0
        taken = 0
        while at < len(text) and taken + cells(text[at]) <= room:
            taken += cells(text[at])
            at += 1
        if not at and not used:  # a single character that is wider than a row
            at = 1
        if at:
            yield Piece(text[:at], piece.is_own)
        yield None
        text, used = text[at:], 0
    if text:
        yield Piece(text, piece.is_own)
