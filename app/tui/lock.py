"""A lock on the keyboard: which keys still count, and what opens it. For kiosks, and for whoever presents.

Hold q for two seconds, or press it three times; with a PIN, type the PIN. A terminal does not say that a key is held,
it repeats it, so the two are one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal

Verdict = Literal["through", "stopped", "opened"]

PRESSES, WITHIN = 3, 2.0  # so many times q, in so many seconds
TYPING = 10.0  # seconds in which a PIN is typed


class Lock:
    """Stops every key but some, until it is opened."""

    def __init__(
        self, passes: Iterable[str] = (), *, pin: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._passes = frozenset(passes)
        self._secret = pin or "q" * PRESSES
        self._within = TYPING if pin else WITHIN
        self._clock = clock
        self._typed: deque[tuple[str, float]] = deque(maxlen=len(self._secret))

    @property
    def opens_with(self) -> str:
        """How it is opened, for whoever may know."""
        return "hold q to unlock" if self._secret == "q" * PRESSES else "the PIN unlocks"

    def press(self, key: str, character: str | None = None) -> Verdict:
        """What becomes of a key: `key` as Textual names it, and the character that it writes."""
        now = self._clock()
        self._typed.append((character or "", now))
        if self._is_said and now - self._typed[0][1] <= self._within:
            self._typed.clear()
            return "opened"
        return "through" if key in self._passes else "stopped"

    @property
    def _is_said(self) -> bool:
        return "".join(character for character, _ in self._typed) == self._secret
