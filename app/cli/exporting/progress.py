"""Says on a terminal how far something has come, once it takes longer than one likes to wait."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_PATIENCE = 1.0  # seconds
_GLANCE = 0.1  # seconds between two looks


class Progress:
    """One line, which is gone in the end; call it with a share from 0 to 1."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + _PATIENCE
        self._is_shown = False
        self._stream = sys.stderr  # now: while a film is made, the app has its own
        self._is_terminal = self._stream.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now < self._next or not self._is_terminal:
            return
        self._next, self._is_shown = now + _GLANCE, True
        self._stream.write(f"\r{self._what} {max(0.0, min(1.0, share)):4.0%}")
        self._stream.flush()
