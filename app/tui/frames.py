"""The one frame clock: it ticks while something moves, and is silent when nothing does."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

MOTION = 1 / 15  # seconds between frames while something moves
SPEECH = 1 / 10  # while text comes
LONGEST = 0.5  # in any case, as long as something is due
SECOND = 1.0  # while there is nothing but a clock to move on


class Frames:
    """Calls one function for each frame; that one says when the next is due."""

    def __init__(self, app: App[object], draw: Callable[[], float | None]) -> None:
        self._app = app
        self._draw = draw
        self._timer: Timer | None = None
        self._due: float | None = None
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
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def wake(self) -> None:
        """Something has come: look soon, unless a look is due soon anyway."""
        if self._running and (self._due is None or self._due > MOTION):
            self._context.run(self._next, MOTION / 2)  # the engine calls this from tasks that know no app

    def _next(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._due = seconds
        if seconds is not None and self._running:
            self._timer = self._app.set_timer(max(0.001, seconds), self._tick, name="frame")

    def _tick(self) -> None:
        self._timer = None
        if not self._app.is_running:  # it is being left: its screens are gone already
            return
        self._due = 0.0
        wanted = self._draw()
        self._next(wanted)
