"""What can stand over the stage, or alone, when the curtain rises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.playback.cues import CueSheet
    from app.tui.app import Theatre
    from app.tui.left_off import LeftOff
    from app.tui.screens.stage import Stage

Opens = Callable[["Theatre"], Awaitable[None]]


def cued(sheet: CueSheet) -> Opens:
    """The stage, with the cues of a file."""

    async def then(house: Theatre) -> None:
        from app.playback.cue_file import placing_of

        stage_of(house).playhead.set_cues(placing_of(sheet))

    return then


def presented(sheet: CueSheet | None, *, viewers: Callable[[], int] = lambda: -1, left: LeftOff | None = None) -> Opens:
    """The view for the room over the stage; what is recorded waits there for the first GO.

    `viewers` counts those of a mirror, for the speaker; `left` is where another presentation was interrupted.
    """

    async def then(house: Theatre) -> None:
        from app.tui.screens.presenter import Presenter

        stage = stage_of(house)
        if sheet is not None:
            await cued(sheet)(house)
        stage.playhead.paused = stage.source.performed == "nowhere"
        presenter = Presenter(stage.show, stage.source, stage.playhead, sheet, left)
        presenter.talk.viewers = viewers
        await house.push_screen(presenter)

    return then


def followed(path: Path) -> Opens:
    """The speaker's view of what is presented in another terminal."""

    async def then(house: Theatre) -> None:
        from app.tui.screens.speaker import Speaker

        await house.push_screen(Speaker(path))

    return then


def stage_of(house: Theatre) -> Stage:
    """The stage that is open, whatever stands over it."""
    from app.tui.screens.stage import Stage

    return next(screen for screen in reversed(house.screen_stack) if isinstance(screen, Stage))
