"""A card that asks before something is done that cannot be undone, and shows how far it is while it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from app.errors import FootlightsError
from app.tui.card import Card, Face
from app.tui.paint.frame import framed
from app.tui.paint.leaf import bar
from app.tui.paint.rows import Row, Span
from app.tui.refused import in_words
from app.tui.text import wrap
from app.tui.widgets.table import glyphs_of

MOST_NAMED = 8  # things, by a line each


class Confirm(Card[int]):
    """Does something to one thing after the other once a person has said yes; gives how many it was done to.

    `act` is called in a thread, with each thing's number; what it raises ends the whole and is told.
    """

    def __init__(
        self, title: str, named: Sequence[str], lost: Sequence[str], yes: str, act: Callable[[int], None]
    ) -> None:
        super().__init__()
        self.title_said = title
        self.named = tuple(named)
        self.lost = tuple(lost)
        self.yes = yes
        self.done = 0
        self.is_acting = False
        self._act = act

    def compose(self) -> ComposeResult:
        """One face."""
        with Vertical():
            yield _Face(self)

    def on_key(self, event: Key) -> None:
        """y does it, anything that means no does not."""
        event.stop()
        event.prevent_default()
        if event.key == "y" and not self.is_acting:
            self.begin()
        elif event.key in ("n", "escape", "ctrl+c", "q"):
            self.action_put_away()

    def action_put_away(self) -> None:
        """Leave the rest as it is."""
        if self.is_acting:
            self.is_acting = False  # what is being done now is still done
        else:
            self.dismiss(self.done)

    def begin(self) -> None:
        """Do it."""
        self.is_acting = True
        self.run_worker(self._work, group="confirmed")  # type: ignore[arg-type]

    async def _work(self) -> None:
        from asyncio import to_thread

        try:
            while self.is_acting and self.done < len(self.named):
                await to_thread(self._act, self.done)
                self.done += 1
                for face in self.query(_Face):  # none, when the app was left meanwhile
                    face.changed()
        except FootlightsError as error:
            self.house.say(in_words(error), severity="error")
        self.dismiss(self.done)


class _Face(Face):
    def __init__(self, card: Confirm) -> None:
        super().__init__()
        self._card = card

    def rows(self, width: int) -> Sequence[Row]:
        card, room, glyphs = self._card, width - 4, glyphs_of(self)
        rows: list[Row] = [()]
        rows += [(Span(f"  {name}"),) for name in card.named[:MOST_NAMED]]
        if len(card.named) > MOST_NAMED:
            rows.append((Span(f"  and {len(card.named) - MOST_NAMED} more", "muted"),))
        rows.append(())
        for line in card.lost:
            rows += [(Span(part, "muted"),) for part in wrap(line, room)]
        rows.append(())
        foot: Row = (
            Span("y ", "accent bold"), Span(f"{card.yes}  ", "muted"),
            Span("esc ", "accent bold"), Span("leave it as it is", "muted"),
        )  # fmt: skip
        if card.is_acting:
            count = f"  {card.done} of {len(card.named)}"
            rows[-1] = (*bar(card.done / len(card.named), max(1, room - len(count)), "accent", glyphs), Span(count))
            foot = (Span("esc ", "accent bold"), Span("leave the rest", "muted"))
        title: Row = (Span(card.title_said, "text bold"),)
        return framed(rows, width, len(rows) + 2, title=title, foot=foot, style="warning", glyphs=glyphs)
