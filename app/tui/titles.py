"""Names cut to the cells there are, so that one can still be told from another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from app.tui.naming import short_title
from app.tui.text import cells, cut

_HEAD = 4  # cells of a beginning that are worth to be kept beside an end


def shortened(name: str, room: int, others: Iterable[str] = ()) -> str:
    """The name in at most so many cells, cut after a word where that keeps enough of it.

    Where another one begins alike, the middle is left out instead: "AN AGENT WITH…E 4".
    """
    if cells(name) <= room:
        return name
    head = _head(name, room)
    kept = head.rstrip("…")
    alike = [other for other in others if other != name and other.startswith(kept)]
    if not alike or room <= _HEAD:
        return head
    tail = _differs(name, alike)
    while cells(tail) > room - _HEAD:
        tail = tail[1:]
    tail = tail.lstrip()
    return cut(name, room - cells(tail) - 1, ellipsis="").rstrip() + "…" + tail


def known_as(name: str, room: int, others: Iterable[str] = ()) -> str:
    """The name in at most so many cells: as many of its first words as fit, if nobody else's begins so; else cut."""
    short = short_title(name, room)
    others = tuple(others)
    is_whole = name.startswith(short) and cells(name) > cells(short)
    if is_whole and not any(other != name and other.startswith(short) for other in others):
        return short
    return shortened(name, room, others)


def _head(name: str, room: int) -> str:
    """Whole words, unless half of the room would be lost."""
    head = cut(name, room)
    words = head[:-1].rpartition(" ")[0] if name[len(head) - 1 : len(head)].strip() else head[:-1]
    return f"{words}…" if 2 * cells(words) >= room else head


def _differs(name: str, alike: Iterable[str]) -> str:
    """The end of a name, from two characters before where the last of the others still is the same."""
    return name[max(0, max(_same(name, other) for other in alike) - 2) :]


def _same(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
