"""What most commands end with: it is done, there is nothing to show, or the whole answer as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from app.cli.ink import Ink
from app.safety import clean, covered


def say_good(text: str) -> None:
    """Say on stdout that something is in order."""
    ink = Ink.for_stream(sys.stdout)
    sys.stdout.write(f"{ink.paint(ink.glyphs('✓'), 'good')} {clean(text)}\n")


def narrate(text: str) -> None:
    """Say something on stderr that is not the answer itself."""
    sys.stderr.write(f"{clean(text)}\n")


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON of nothing but visible ASCII, which keeps every character and drives no terminal; keys in it are covered."""
    return json.dumps(covered(value), ensure_ascii=True, indent=indent, default=str) + "\n"
