"""The stage without a terminal: one run, drawn for the mirror alone. Nobody can press a key in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver

from app.tui.app import Left, Opening, Theatre
from app.web.mirror import Mirror

if TYPE_CHECKING:
    from pathlib import Path

    from app.tui.sources import Source


class Unseen(HeadlessDriver):
    """A terminal that is not there, and is drawn on all the same."""

    @property
    def is_headless(self) -> bool:
        """Textual draws nothing where this is so."""
        return False


class Shown(Theatre):
    """The house, for those who look on from outside."""

    CSS: ClassVar[str] = "Foot { visibility: hidden; }"  # keys, which nobody here has

    def get_driver_class(self) -> type[Driver]:
        """One that is seen in the mirror alone."""
        return Unseen


async def show_to_all(
    mirror: Mirror, start: Callable[[], Awaitable[Source]], size: tuple[int, int], *, pace: str, workspace: Path | None
) -> Left | None:
    """Show a run in the mirror, from when the first viewer comes in until somebody ends it."""

    async def then(house: Theatre) -> None:
        mirror.follow(house)

    await mirror.until_somebody_looks()
    return await Shown(Opening(source=start, then=then, pace=pace, workspace=workspace)).run_async(
        size=size, mouse=False
    )
