"""A place over a run that follows what goes on: it draws while it is seen, and rests while something lies over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.tui.frames import Frames
from app.tui.place import Place
from app.tui.widgets.messages import Inspect

if TYPE_CHECKING:
    from app.playback.show import Show
    from app.tui.sources import Source


class Following(Place):
    """A subclass draws in `frame`, and says there when to look again."""

    show: Show
    source: Source
    frames: Frames  # as soon as it is mounted

    def frame(self) -> float | None:
        """Draw what changed; seconds until the next look, or none while nothing will come."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Begin to follow."""
        self.frames = Frames(self.app, self.frame)
        self.frames.start()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self.frames.stop()

    def on_screen_suspend(self) -> None:
        """Something lies over it."""
        self.frames.stop()

    def seen_again(self) -> None:
        """Catch up."""
        if self.is_mounted:
            self.frames.start()

    def on_inspect(self, message: Inspect) -> None:
        """A second click opens what was clicked."""
        message.stop()
        self.house.inspect(self.show, self.source, message.thing)
