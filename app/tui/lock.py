"""A lock on the keyboard: which keys still count, and what opens it. For kiosks, and for whoever presents.

Hold q for two seconds; with a PIN, type the PIN. A terminal does not say that a key is held, it repeats it: fast and
evenly, which nobody's finger does for long.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal

Verdict = Literal["through", "stopped", "opened"]

HELD = 2.0  # seconds that q is held
REPEATS = 18  # in those seconds: the slowest terminals repeat a key ten times a second, and nobody taps as fast
GAP = 0.6  # seconds without q after which it was let go
QUIET = 0.7  # seconds without q after which it may be meant again
TYPING = 10.0  # seconds in which a PIN is typed


class Lock:
    """Stops every key but some, until it is opened."""

    def __init__(
        self, passes: Iterable[str] = (), *, pin: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._passes = frozenset(passes)
        self._pin = pin
        self._clock = clock
        self._typed: deque[tuple[str, float]] = deque(maxlen=len(pin))
        self._pressed: list[float] = []  # when q came, since it was last let go

    @property
    def opens_with(self) -> str:
        """How it is opened, for whoever may know."""
        return "the PIN unlocks" if self._pin else "hold q to unlock"

    def press(self, key: str, character: str | None = None) -> Verdict:
        """What becomes of a key: `key` as Textual names it, and the character that it writes."""
        if self._is_typed(character or "") if self._pin else self._is_held(key):
            return "opened"
        return "through" if key in self._passes else "stopped"

    def echoes(self, key: str) -> bool:
        """Is it open, and this only the q that opened it, still held?"""
        if self._pin or key != "q":
            return False
        now, last = self._clock(), self._pressed[-1]
        self._pressed = [now]
        return now - last < QUIET

    def _is_held(self, key: str) -> bool:
        now = self._clock()
        if key != "q" or (self._pressed and now - self._pressed[-1] > GAP):
            self._pressed.clear()
        if key != "q":
            return False
        self._pressed.append(now)
        lately = sum(now - at <= HELD for at in self._pressed)
        return now - self._pressed[0] >= HELD and lately >= REPEATS

    def _is_typed(self, character: str) -> bool:
        now = self._clock()
        self._typed.append((character, now))
        said = "".join(each for each, _ in self._typed)
        return said == self._pin and now - self._typed[0][1] <= TYPING
