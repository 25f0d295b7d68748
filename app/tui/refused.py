"""What is said of an error in one line: what is wrong, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.safety import one_line

if TYPE_CHECKING:
    from app.errors import FootlightsError


def in_words(error: FootlightsError) -> str:
    """Both halves, fit for a terminal. A hint is written to stand after a semicolon, in small letters."""
    return one_line(f"{error.message.rstrip('.')}; {error.hint}" if error.hint else error.message)
