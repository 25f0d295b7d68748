"""Jump mode: a letter on everything that can be reached; press it, and be there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import ComposeResult
from textual.events import Key
from textual.geometry import Offset
from textual.widgets import Static

from app.tui.card import Once

LETTERS = "asdfghjklqwertyuiopzxcvbnm1234567890"


@dataclass(frozen=True, slots=True)
class Target:
    """Somewhere to go: where its letter stands, and how to get there."""

    x: int
    y: int
    go: Callable[[], Any]


class Jumping(Once[Target]):
    """Gives what was chosen, or nothing."""

    DEFAULT_CSS = """
    Jumping > Static { position: absolute; width: 3; height: 1; background: $accent; color: $ground; text-style: bold; }
    """

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self._targets = dict(zip(LETTERS, targets, strict=False))

    def compose(self) -> ComposeResult:
        """A label at the corner of each."""
        for letter, target in self._targets.items():
            label = Static(f" {letter} ", markup=False)
            label.styles.offset = Offset(target.x, target.y)
            yield label

    def on_key(self, event: Key) -> None:
        """Whatever is pressed ends it."""
        event.stop()
        event.prevent_default()
        self.dismiss(self._targets.get(event.character or ""))
