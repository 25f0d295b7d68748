"""An empty stage: nothing is shown until somebody presses a key."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.events import Click, Key

from app.tui.card import Once


class Blank(Once[None]):
    """Dark, and nothing on it."""

    DEFAULT_CSS = "Blank { background: black; }"
    BINDINGS: ClassVar = [Binding("ctrl+c", "app.leave", "leave", show=False)]

    def on_key(self, event: Key) -> None:
        """Whichever key it is, it is for the light."""
        if event.key != "ctrl+c":
            event.stop()
            self.dismiss()

    def on_click(self, event: Click) -> None:
        """So is a click."""
        self.dismiss()
