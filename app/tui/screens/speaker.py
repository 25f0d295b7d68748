"""The speaker: notes, the next cues and a talk clock in a second terminal, which follows the presenter's show."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult

from app.tui.canvas import Canvas
from app.tui.keys import bindings
from app.tui.paint.rows import Row
from app.tui.paint.speaker import Desk, notes_rows, paint_speaker
from app.tui.place import Place
from app.tui.podium import Lectern, Order, Prompt
from app.tui.widgets.foot import Foot
from app.tui.widgets.table import glyphs_of


class SpeakerView(Canvas):
    """Everything but the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Boxes."""
        return paint_speaker(self.desk, width, height, glyphs_of(self))


class Speaker(Place):
    """Follows one presenter, and waits where there is none."""

    NAME = "speaker"
    SPOTS = ("speaker",)
    BINDINGS: ClassVar = bindings("speaker")
    DEFAULT_CSS = "Speaker { SpeakerView { width: 1fr; height: 1fr; } }"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.view = SpeakerView()
        self.lectern = Lectern(path)

    def compose(self) -> ComposeResult:
        """The view, and the keys."""
        yield self.view
        yield Foot(*self.SPOTS)

    def on_mount(self) -> None:
        """Begin to follow."""
        self.run_worker(self._follow, group="follow")  # type: ignore[arg-type]

    async def _follow(self) -> None:
        async with aclosing(self.lectern.follow()) as prompts:
            async for prompt in prompts:
                self._hear(prompt)

    def _hear(self, prompt: Prompt | None) -> None:
        desk = self.view.desk
        if prompt is None:
            self.view.desk = replace(desk, is_there=False)
        else:
            before = desk.prompt.cue.name if desk.prompt is not None and desk.prompt.cue is not None else ""
            now = prompt.cue.name if prompt.cue is not None else ""
            self.view.desk = Desk(prompt, True, desk.offset if before == now else 0)
        self.view.redraw()

    def seen_again(self) -> None:
        """Catch up."""
        self.view.redraw()

    # Keys

    def action_order(self, what: str, to: str = "") -> None:
        """Ask the presenter for something."""
        if not self.lectern.ask(Order(what, to)):  # type: ignore[arg-type]
            self.house.say("there is no presenter now", severity="warning")

    def action_go_to(self) -> None:
        """Ask where to, and go there."""
        self.run_worker(self._go_to, group="go to", exclusive=True)  # type: ignore[arg-type]

    async def _go_to(self) -> None:
        from app.tui.screens.writing import Writing

        said = await self.house.push_screen_wait(
            Writing("Go to", says="A cue, a time, or an event.", hint="Q3   1:47   #410", wrong=wrong_words)
        )
        if said is not None:
            self.action_order("goto", said)

    def action_read(self, by: int) -> None:
        """Read on in the notes, or back."""
        desk = self.view.desk
        last = max(0, notes_rows(desk.prompt, self.view.size.width) - 1)
        self.view.desk = replace(desk, offset=min(last, max(0, desk.offset + by)))
        self.view.redraw()


def wrong_words(said: str) -> str:
    """Why these words name no moment; where it is, the presenter knows."""
    from app.errors import UsageError
    from app.playback.moments import moment_in
    from app.tui.refused import in_words

    try:
        moment_in(said)
    except UsageError as refused:
        return in_words(refused)
    return ""
