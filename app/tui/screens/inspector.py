"""The inspector: one thing of a run, whole, in parts that can be scrolled, searched, copied, and followed to others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widgets import Input

from app.playback.show import Show
from app.tui.following import Following
from app.tui.frames import LONGEST, SPEECH
from app.tui.keys import bindings
from app.tui.widgets.inspected import InspectedView
from app.tui.widgets.table import Search

if TYPE_CHECKING:
    from app.tui.sources import Source


class Inspector(Following):
    """One thing."""

    NAME = "inspector"
    SPOTS = ("inspector", "lists")
    BINDINGS: ClassVar = bindings("inspector", "lists")
    CSS_PATH = "inspector.tcss"

    def __init__(self, show: Show, source: Source, thing: str) -> None:
        super().__init__()
        self.show = show
        self.source = source
        self.view = InspectedView(show, thing)

    def body(self) -> ComposeResult:
        """The thing, and a line to type what is looked for."""
        yield self.view
        yield Search(placeholder="words to look for in this part")

    def frame(self) -> float | None:
        """Look anew while the thing may still change."""
        if self.view.follow():
            self.view.redraw()
        if not self.view.inspected.lasts or self.source.performed == "nowhere":
            return None
        return SPEECH if self.show.heard else LONGEST

    # Keys

    def action_part(self, by: int) -> None:
        """The next part, or the one before."""
        self.view.turn(self.view.part + by)

    def action_down(self) -> None:
        """One down."""
        self.view.move(1)

    def action_up(self) -> None:
        """One up."""
        self.view.move(-1)

    def action_page_down(self) -> None:
        """A page down."""
        self.view.scroll(self.view.page - 1)

    def action_page_up(self) -> None:
        """A page up."""
        self.view.scroll(1 - self.view.page)

    def action_first(self) -> None:
        """To the first row."""
        self.view.to_end(first=True)

    def action_last(self) -> None:
        """To the last row."""
        self.view.to_end(first=False)

    def action_link(self, by: int) -> None:
        """To what can be opened."""
        self.view.link(by)

    def action_open(self) -> None:
        """Open what the cursor stands on."""
        if thing := self.view.chosen:
            self.house.inspect(self.show, self.source, thing)

    def action_fork(self) -> None:
        """Begin a run of its own from here."""
        seq = self.view.inspected.seq
        if not seq:
            self.house.say("nothing has happened here from which to begin", severity="warning")
            return
        self.run_worker(partial(self.house.fork, self.source.run, seq), group="fork", exclusive=True)  # type: ignore[arg-type]

    def action_search(self) -> None:
        """Type words to look for."""
        self.query_one(Search).open()

    def action_found(self, by: int) -> None:
        """To the next place where the words stand."""
        if not self.view.reading.words:
            self.action_search()
        elif not self.view.found(by):
            self._not_there()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find while somebody types."""
        event.stop()
        self.view.look_for(event.value)

    def on_search_left(self, message: Search.Left) -> None:
        """Say it when the words are nowhere."""
        words = self.query_one(Search).value
        if message.kept and words and not self.view.look_for(words):
            self._not_there()

    def _not_there(self) -> None:
        self.house.say("these words are not in this part", severity="warning")

    # What the house asks of a place

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        if action == "open" and not self.view.chosen:
            return "nothing here leads on"
        if action == "fork" and not self.view.inspected.seq:
            return "nothing has happened here"
        return ""

    def copied(self) -> str:
        """The part that is seen, whole."""
        return self.view.document.text

    def on_inspected_view_turned(self) -> None:
        """Other keys count now."""
        from app.tui.widgets.foot import Foot

        for foot in self.query(Foot):  # none, when the place is being left
            foot.redraw()
