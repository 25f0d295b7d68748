"""The stage: the Textual app. Opened by `footlights`, `play`, `attach` and `replay`; Textual is loaded only then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.tui.app import Left, Opening
    from app.tui.sources import Source


async def open_stage(
    start: Callable[[], Awaitable[Source]],
    *,
    pace: str = "theatrical",
    stepping: bool = False,
    workspace: Path | None = None,
) -> Left:
    """Open the stage on a run; how somebody left it."""
    from app.tui.app import Opening

    return await _open(Opening(source=start, pace=pace, stepping=stepping, workspace=workspace))


async def open_home(workspace: Path | None = None) -> Left:
    """Open the house where it was left last."""
    from app.tui.app import Opening

    return await _open(Opening(workspace=workspace))


async def _open(opening: Opening) -> Left:
    from app.tui.app import Left, Theatre
    from app.tui.curtain import Curtain

    theatre = Theatre(opening)
    with Curtain(theatre):
        left = await theatre.run_async(mouse=opening.remembered.mouse)
    return left or Left("stop", theatre.signal, theatre.going)  # nobody has decided anything: nothing is lost
