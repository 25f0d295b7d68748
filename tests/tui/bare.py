"""The app with an empty place in it: what a card, a widget or a key does, without the rest of the house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from app.tui.app import Left, Opening, Theatre
from app.tui.keys import bindings
from app.tui.place import Place
from app.tui.remembered import Remembered
from tui.pictures import cells


class Bare(Place):
    """Nothing but what a test puts into it."""

    NAME = "home"
    SPOTS: ClassVar[tuple[str, ...]] = ()
    BINDINGS: ClassVar = bindings()

    def __init__(self, widgets: Sequence[Widget]) -> None:
        super().__init__()
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def copied(self) -> str:
        return "what is here"


class BareHouse(Theatre):
    """The app, with that place as its first."""

    def __init__(self, *widgets: Widget, remembered: Remembered | None = None) -> None:
        super().__init__(Opening(remembered=remembered or Remembered()))
        self.widgets = widgets
        self.clipped: list[str] = []

    def place(self, name: str) -> Bare:
        return Bare(self.widgets)

    def copy_to_clipboard(self, text: str) -> None:
        self.clipped.append(text)

    @property
    def left(self) -> Left | None:
        return self.return_value


@asynccontextmanager
async def opened(house: Theatre, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[Any]]:
    """The app on a terminal of some size."""
    async with house.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot


def text_of(house: App[Any]) -> str:
    """All that can be read on its screen."""
    return "\n".join(cells(house))
