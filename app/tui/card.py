"""Cards: small screens over the stage, on which a person chooses or writes something."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import ModalScreen

from app.tui.canvas import Canvas
from app.tui.paint.rows import Row
from app.tui.punctual import Punctual

if TYPE_CHECKING:
    from textual.events import Click

    from app.tui.app import Theatre

Chosen = TypeVar("Chosen")

MARGIN = 4  # cells that a card leaves free around itself, where it can
WIDEST = 78
BORDERS = 6  # cells of a card with a border and air, across


class Once(Punctual, ModalScreen[Chosen]):
    """Ends once: a second key that comes before it is gone does not end what lies below it."""

    def dismiss(self, result: Chosen | None = None) -> AwaitComplete:
        """Give what was chosen, and go away."""
        return super().dismiss(result) if self.is_active else AwaitComplete.nothing()  # type: ignore[no-untyped-call]


class Card(Once[Chosen]):
    """A card in the middle of the screen. Escape puts it away, and so does q where nobody writes."""

    CSS_PATH: ClassVar = [Path(__file__).with_name("card.tcss")]
    BINDINGS: ClassVar = [
        Binding("escape", "put_away", "back", show=False),
        Binding("q", "put_away", "back", show=False),
        Binding("ctrl+c", "app.leave", "leave", show=False),
    ]
    AUTO_FOCUS = ""

    def action_put_away(self) -> None:
        """Nothing was chosen."""
        self.dismiss(None)

    @property
    def house(self) -> Theatre:
        """The app, by its own type."""
        return self.app  # type: ignore[return-value]


class Face(Canvas):
    """The picture of a card: as high as its rows, as wide as a card may be."""

    GROUND = "panel"
    DEFAULT_CSS = "Face { width: auto; height: auto; }"

    def rows(self, width: int) -> Sequence[Row]:
        """All its rows, for a width."""
        raise NotImplementedError

    def pointed(self, row: int) -> None:
        """Somebody clicked on a row of it."""

    def paint(self, width: int, height: int) -> Sequence[Row]:
        return self.rows(width)[:height]

    def get_content_width(self, container: object, viewport: object) -> int:
        return max(1, min(WIDEST, self.app.size.width - MARGIN))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return max(1, min(len(self.rows(width)), self.app.size.height - 2))

    def on_click(self, event: Click) -> None:
        """A mouse can do what keys can."""
        self.pointed(event.y)

    def changed(self) -> None:
        """It may be higher or lower now."""
        self.refresh(layout=True)
        self.repaint()


class InnerFace(Face):
    """A part of a card that has a border: narrower by that."""

    def get_content_width(self, container: object, viewport: object) -> int:
        return max(1, super().get_content_width(container, viewport) - BORDERS)
