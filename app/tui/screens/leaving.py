"""Asks what becomes of the runs that are still performed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from app.tui.paint.options import Option
from app.tui.screens.choosing import Choosing

if TYPE_CHECKING:
    from app.tui.sources import Source


class Leaving(Choosing):
    """Gives keep, stop or cancel. Ctrl+C once more stops: whoever presses it twice wants to be out."""

    BINDINGS: ClassVar = [Binding("ctrl+c", "stop", "stop", show=False)]

    def __init__(self, going: Sequence[Source]) -> None:
        one = len(going) == 1
        what = "this run" if one else f"these {len(going)} runs"
        super().__init__(
            "Leave the theatre",
            (
                Option("stop", "Stop, to resume later", "what is under way may end first", "s"),
                Option("keep", "Leave it running" if one else "Leave them running", "here, as plain lines", "k"),
                Option("cancel", "Cancel", f"end {what} for good", "c"),
            ),
            says=f"{'A run is' if one else f'{len(going)} runs are'} still being performed here.",
        )

    def action_stop(self) -> None:
        """Stop, to resume later."""
        self.dismiss("stop")
