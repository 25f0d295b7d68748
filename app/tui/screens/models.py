"""Models: who answers for the agents; what it costs, what it may see, how it stands with it just now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from app.engine.endpoints import Standing, of_this_process
from app.tui.endpoints import Model, models, services
from app.tui.history import Books, Ledger, gathered
from app.tui.keys import bindings
from app.tui.listed import ListPlace
from app.tui.paint.leaf import plain
from app.tui.paint.models import columns_of, group_of, whole, words_of
from app.tui.paint.rows import Row, Span
from app.tui.screens.sheet import Sheet
from app.tui.table import Listing
from app.tui.widgets.table import Pane, Table


class Models(ListPlace[Model]):
    """The services and their models."""

    NAME = "models"
    SPOTS = ("models", "lists", "tables", "places")
    BINDINGS: ClassVar = bindings("models", "lists", "tables", "places")

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing[Model] = Listing((), lambda model: model.use, words_of, group_of)
        self.table = Table(self.listing, "Models", id="models")
        self.pane = Pane(self._told, id="model")
        self._books = Books()
        self._ledger: Ledger | None = None

    def on_mount(self) -> None:
        """What the catalogue knows is there at once."""
        self.listing.columns = columns_of(_standing, self.house.glyphs)
        self._show()
        super().on_mount()

    async def look(self) -> None:
        """What was spent."""
        self._ledger = await gathered(self.house.workspace, self._books.read, Ledger())
        self._show()
        self.tick()

    def _show(self) -> None:
        found = services()
        ready = sum(service.is_ready for service in found.values())
        self.table.right = (Span(f"{ready} of {len(found)} services ready", "muted"),)
        self.listing.put(models(found, self._ledger or Ledger(), time.time()))
        self.table.changed()

    def _told(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        model = self.listing.chosen
        if model is None:
            return "", ()
        title: Row = (Span(plain(model.name), "text bold"), Span(f"  {plain(model.service.name)}", "muted"))
        now = time.time_ns() // 1000
        return title, whole(model, _standing(model), self._ledger, width, now, self.house.glyphs)

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        return "there is no model here" if action == "details" and self.listing.chosen is None else ""

    def copied(self) -> str:
        """The model as a scenario names it."""
        model = self.listing.chosen
        return f"use: {model.use}" if model is not None else ""

    def action_details(self) -> None:
        """All that is known of it, on a sheet of its own."""
        if self.listing.chosen is not None:
            self.house.push_screen(Sheet(self._told))


def _standing(model: Model) -> Standing:
    return of_this_process().standing(model.service.name)
