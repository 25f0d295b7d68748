"""Did you mean: the nearest of the names that exist; and names as messages show them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable

from app.safety import safe_text

# To compare a word with each of thousands of names takes seconds, so then only those that begin like it are looked at.
_COMPARED = 100


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, if one is near enough."""
    from difflib import get_close_matches  # only a mistake needs it

    candidates = list(known)
    if len(candidates) > _COMPARED:
        candidates.sort()
        middle = bisect(candidates, word)
        candidates = candidates[max(0, middle - _COMPARED // 2) : middle + _COMPARED // 2]
    names = {name.lower().replace("-", "_"): name for name in candidates}
    found = get_close_matches(word.lower().replace("-", "_")[:80], names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint with the nearest name, or all of them when they are few."""
    names = sorted(known)
    if found := nearest(word, names):
        return f'did you mean "{found}"?'
    if otherwise:
        return otherwise
    if names and len(names) <= 8:
        return f"there is {listed(names)}"
    return ""


def shortened(text: str, most: int = 60) -> str:
    """The text as a message can hold it: of one line, and with nothing in it that cannot be seen."""
    return safe_text(text if len(text) <= most else text[: most - 1] + "…", newlines=False)


def listed(names: Iterable[str], joint: str = "and") -> str:
    """`a, b and c`."""
    *head, last = list(names)
    return f"{', '.join(head)} {joint} {last}" if head else last
