"""Did you mean: the nearest of the names that exist."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, if one is near enough."""
    from difflib import get_close_matches  # only a mistake needs it

    names = {name.lower().replace("-", "_"): name for name in known}
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


def listed(names: Iterable[str], joint: str = "and") -> str:
    """`a, b and c`."""
    *head, last = list(names)
    return f"{', '.join(head)} {joint} {last}" if head else last
