"""Names cut to the cells there are, so that one can still be told from another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, takewhile

from app.tui.naming import LITTLE
from app.tui.text import cells, cut

_HEAD = 4  # cells of a beginning that are worth to be kept beside an end
_WORDS = 12  # of a name that are looked at
_VAGUE = frozenset(  # words that say little of somebody where they stand alone
    ("agent", "chief", "customer", "data", "executive", "general", "head", "lead", "manager", "master", "officer",
     "senior", "specialist", "technical")
)  # fmt: skip


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
    """The name in at most so many cells: those of its words that tell it from the others, or its initials; else cut."""
    if cells(name) <= room:
        return name
    words, others = name.split()[:_WORDS], [other for other in others if other != name]
    found = [
        (sum(word.lower() not in _VAGUE for word in run), len(run), -start, short)
        for start, end in combinations(range(len(words) + 1), 2)
        if not {(run := words[start:end])[0].lower(), run[-1].lower()} & LITTLE
        and cells(short := " ".join(run).rstrip(",;:")) <= room
        and not any(f" {short} " in f" {other} " for other in others)
    ]
    if found:
        return max(found)[-1]
    short = _initials(name)
    is_own = len(short) > 1 and cells(short) <= room and short not in map(_initials, others)
    return short if is_own else shortened(name, room, others)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word.lower() not in LITTLE).upper()


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
