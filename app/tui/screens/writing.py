"""A card to write a line: a whisper, a limit, a note, a place to go to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from app.tui.card import Card, InnerFace
from app.tui.paint.rows import Row, Span
from app.tui.text import wrap
from app.tui.widgets.one_line import OneLine


class Writing(Card[str]):
    """Gives what was written, or nothing. `wrong` says what is wrong with it, if something is."""

    def __init__(
        self, title: str, *, says: str = "", hint: str = "", value: str = "", wrong: Callable[[str], str] | None = None
    ) -> None:
        super().__init__()
        self.title_said = title
        self.says = says
        self.fault = ""
        self._hint = hint
        self._value = value
        self._wrong = wrong

    def compose(self) -> ComposeResult:
        """What is asked, and where to write."""
        with Vertical(classes="-written"):
            yield _Words(self)
            yield OneLine(self._value, placeholder=self._hint)

    def on_mount(self) -> None:
        """Write at once; whoever has put it away already finds nothing to write in."""
        for line in self.query(Input):
            line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take it, unless something is wrong with it."""
        event.stop()
        text = event.value.strip()
        self.fault = "say something, or press esc" if not text else self._wrong(text) if self._wrong else ""
        if self.fault:
            self.query_one(_Words).changed()
            event.input.action_select_all()  # what is typed next takes its place
        else:
            self.dismiss(text)


class _Words(InnerFace):
    def __init__(self, card: Writing) -> None:
        super().__init__()
        self._card = card

    def rows(self, width: int) -> Sequence[Row]:
        card = self._card
        return [
            (Span(card.title_said, "text bold"),),
            *((Span(line, "muted"),) for line in wrap(card.says, width) if card.says),
            *((Span(line, "error"),) for line in wrap(f"! {card.fault}", width) if card.fault),
        ]
