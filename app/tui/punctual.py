"""Timers that ring once, and do so however late the machine is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from textual.timer import Timer


class Punctual(MessagePump):
    """Textual leaves out the beats that a busy machine is too late for, also the only one of a timer that rings once.

    Whoever waited for that one waits for ever: an app whose window was resized at such a moment heeds no later size.
    """

    def set_timer(self, delay: float, callback: Callable[[], Any] | None = None, **more: Any) -> Timer:
        """As Textual's, but it rings."""
        timer = super().set_timer(delay, callback, **more)
        timer._skip = False  # its task has not begun yet
        return timer
