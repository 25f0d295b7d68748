"""The two lines that most commands end with: it is done, or there is nothing to show."""

from __future__ import annotations

import sys

from app.cli.ink import Ink
from app.safety import mask_secrets, safe_text


def say_good(text: str) -> None:
    """Say on stdout that something is in order."""
    ink = Ink.for_stream(sys.stdout)
    sys.stdout.write(f"{ink.paint(ink.glyphs('✓'), 'good')} {clean(text)}\n")


def narrate(text: str) -> None:
    """Say something on stderr that is not the answer itself."""
    sys.stderr.write(f"{clean(text)}\n")


def clean(text: str) -> str:
    """Text from a file, fit to be shown."""
    return safe_text(mask_secrets(text))
