"""The stage for an empty room: it plays again and again. Locked, few keys count, and an idle minute starts it anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from app.tui.keys import BY_ID, Key, bindings, keys_of
from app.tui.paint.rows import Row, Span, spread
from app.tui.screens.stage import Stage
from app.tui.widgets.foot import StageFoot

if TYPE_CHECKING:
    from app.tui.lock import Lock
    from app.tui.sources import Source

BOW = 8.0  # seconds that its end stands before it begins again
IDLE = 60.0  # seconds after which whoever stopped it is taken to have gone


class Kiosk(Stage):
    """Loops over what is known to its end; with a lock, nobody leaves it but who can open that."""

    SPOTS: ClassVar = ("kiosk",)
    BINDINGS: ClassVar = bindings("kiosk")

    def __init__(
        self, source: Source, pace: str, *, clock: Callable[[], float] = time.monotonic, lock: Lock | None = None
    ) -> None:
        super().__init__(source, pace, clock=clock)
        self._lock = lock
        self._touched = clock()  # when somebody pressed a key that counts
        self._ended: float | None = None  # when the bow was over
        if lock is not None:
            self._parts["keys"] = FewKeys(self, lock.opens_with)

    @staticmethod
    def keys_that_count() -> Iterable[str]:
        """Those that a lock lets through."""
        return [each for key in keys_of("kiosk") for each in key.keys.split(",")]

    @property
    def is_locked(self) -> bool:
        """Do only few keys count?"""
        return self._lock is not None and self.house.lock is self._lock

    def on_mount(self) -> None:
        """Lock the keyboard before anybody can press a key. What the stage does then, it does besides."""
        self.house.lock = self._lock

    def on_unmount(self) -> None:
        """Somebody has opened it and left."""
        if self.house.lock is self._lock:
            self.house.lock = None

    def frame(self) -> float | None:
        """As on every stage; and from its end, or from where it was left, to its beginning."""
        due = super().frame()
        left = self._until_again()
        if left is None:
            return due
        if left <= 0:
            self._begin_again()
            return 0.0
        return left if due is None else min(due, left)

    def _until_again(self) -> float | None:
        """Seconds until it begins again; None, while it plays."""
        playhead, now = self.playhead, self._clock()
        if playhead.length is None:
            return None
        if playhead.paused or playhead.standing is not None:
            self._ended = None
            return self._touched + IDLE - now
        if playhead.behind or playhead.due() is not None:
            self._ended = None
            return None
        if self._ended is None:
            self._ended = now
        return self._ended + BOW - now

    def _begin_again(self) -> None:
        self._ended = None
        self.playhead.to_start()
        self.playhead.paused = False
        self._go_on()

    def _go_on(self) -> None:
        self._touched = self._clock()
        super()._go_on()


class FewKeys(StageFoot):
    """The keys that count, and how the others are unlocked; once they are, how one leaves, and all of the stage."""

    def __init__(self, kiosk: Kiosk, opens_with: str) -> None:
        super().__init__(kiosk.show, kiosk.playhead, kiosk.source)
        self._kiosk = kiosk
        self._opens_with = opens_with

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those that count here, for now."""
        if self._kiosk.is_locked:
            return keys_of("kiosk")
        return (replace(BY_ID["stage.clear"], says="leave", rank=1), *super().keys)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        if not self._kiosk.is_locked:
            return super().paint(width, height)
        says = (Span(f"{self._opens_with} ", "muted"),)
        (row,) = super().paint(width - len(self._opens_with) - 1, height)
        return (spread(row, says, width),)
