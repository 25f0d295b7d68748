"""Where keys come from: the environment, or a file that a variable names. Values are handed on and never shown."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and where it was found."""

    name: str
    value: str = field(repr=False)
    source: str


class UnreadableKey(Exception):
    """A key is said to be in a place where it cannot be read."""


def find_key(name: str) -> Key | None:
    """The key of a name, or None when there is none."""
    if value := os.environ.get(name):
        return Key(name, value, f"{name} in the environment")
    if file := os.environ.get(f"{name}_FILE"):
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableKey(f"{name}_FILE names no file that can be read") from error
        if value:
            return Key(name, value, f"the file that {name}_FILE names")
    return None
