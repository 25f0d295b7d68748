"""What differs between two pictures, for those who write only that."""

from __future__ import annotations

from collections.abc import Iterator

from app.export.picture.cells import Cell, Look, Row


def changed(was: Row, row: Row, near: int = 0) -> Iterator[tuple[int, int]]:
    """From where to where a row looks different. Stretches so near to each other are one; a wide character is whole."""
    start = end = -1
    for at, (before, cell) in enumerate(zip(was, row, strict=True)):
        if before == cell or is_alike(before, cell):
            continue
        first, last = _whole(row, was, at)
        if start >= 0 and first <= end + near:
            end = max(end, last)
            continue
        if start >= 0:
            yield start, end
        start, end = first, last
    if start >= 0:
        yield start, end


def is_alike(one: Cell, other: Cell) -> bool:
    """Does nobody see a difference? Of an empty cell only what is behind it is seen, and a line through it."""
    return one == other or (one.text == other.text == " " and blank(one.look) == blank(other.look))


def blank(look: Look) -> tuple[str, bool, bool, str]:
    """What is seen of an empty cell."""
    is_lined = look.underline or look.strike
    return look.ground, look.underline, look.strike, look.colour if is_lined else ""


def _whole(row: Row, was: Row, at: int) -> tuple[int, int]:
    """The cell, with the one beside it if a character in either picture takes both."""
    first, last = at, at + 1
    for picture in (row, was):
        if not picture[at].text:
            first = at - 1
        elif at + 1 < len(picture) and not picture[at + 1].text:
            last = at + 2
    return first, last
