"""The tables of docs/keys.md, a table for each spot: made from the same table as the footer and the help of the app."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.tui.keys import KEYS, keys_of, shown

Listed = tuple[tuple[str, ...], list[tuple[str, ...]]]


def tables() -> dict[str, Callable[[], Listed]]:
    """Each by its name on the page: keys_everywhere, keys_stage."""
    return {f"keys_{spot}": partial(of, spot) for spot in dict.fromkeys(key.spot for key in KEYS)}


def of(spot: str) -> Listed:
    """The keys that count at one spot."""
    rows = [(_keys(key.keys), f"`{key.id}`", key.more or f"{key.says.capitalize()}.") for key in keys_of(spot)]
    return ("keys", "id", "what it does"), rows


def _keys(keys: str) -> str:
    """All keys of one line of the table, as people call them: `` `down` `j` ``."""
    return " ".join(f"`{shown(key)}`" for key in keys.split(","))
