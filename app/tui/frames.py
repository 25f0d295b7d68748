"""The one frame clock: it ticks while something moves, and is silent when nothing does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

MOTION = 1 / 15  # seconds between frames while something moves
SPEECH = 1 / 10  # while text comes
LONGEST = 0.5  # in any case, as long as something is due
SECOND = 1.0  # while there is nothing but a clock to move on


class Frames:
    """Calls one function for each frame; that one says when the next is due.

    By the event loop's own timer: one of Textual's leaves its only beat out when the machine is late to begin it, and
    then nothing would ever be drawn again.
    """

    def __init__(self, app: App[object], draw: Callable[[], float | None]) -> None:
        self._app = app
        self._draw = draw
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None  # 0 while a frame is on its way
        self._running = False
        self._context = copy_context()

    def start(self) -> None:
        """Begin."""
        self._context = copy_context()
        self._running = True
        self._next(0.0)

    def stop(self) -> None:
        """Draw nothing more."""
        self._running = False
        self._next(None)

    def wake(self) -> None:
        """Something has come: look soon, unless a look is due soon anyway."""
        if self._running and (self._due is None or self._due > MOTION):
            self._next(MOTION / 2)

    def _next(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = seconds
        if seconds is not None and self._running:
            loop, context = asyncio.get_running_loop(), self._context  # whoever wakes it may know no app
            self._timer = loop.call_later(seconds, self._ring, context=context)

    def _ring(self) -> None:
        self._timer, self._due = None, 0.0
        self._app.call_next(self._tick)

    def _tick(self) -> None:
        if self._running and self._app.is_running:  # else it is being left: its screens are gone already
            self._next(self._draw())
