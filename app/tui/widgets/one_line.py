"""A line to write in: as long as anybody wants one, and no longer."""

from __future__ import annotations

from textual.events import Paste
from textual.widgets import Input

LONGEST = 10_000  # letters: each key looks at all of them


class OneLine(Input):
    """Textual's own has no end, and would ring for each letter that has no room."""

    def __init__(self, value: str = "", *, placeholder: str = "") -> None:
        super().__init__(value, placeholder=placeholder, max_length=LONGEST)
        self._is_full = False  # and that was said

    def on_paste(self, event: Paste) -> None:
        """Take as much as there is room for."""
        line = event.text.splitlines()[0] if event.text else ""
        room = LONGEST - len(self.value) + len(self.selected_text)
        if len(line) > room:
            event.prevent_default()
            event.stop()
            self.replace(line[:room], *self.selection)
            self.restricted()

    def on_input_changed(self, event: Input.Changed) -> None:
        """There may be room again."""
        self._is_full = self._is_full and len(self.value) >= LONGEST

    def restricted(self) -> None:
        """Say so, once."""
        if self._is_full:
            return
        self._is_full = True
        self.app.say(f"a line holds {LONGEST:,} letters", severity="warning")  # type: ignore[attr-defined]
