"""The stage: the Textual app. Opened by `footlights`, `play`, `attach` and `replay`; Textual is loaded only then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.tui.app import Left, Opening, Theatre
    from app.tui.launcher import Launch
    from app.tui.sources import Source


async def open_stage(
    start: Callable[[], Awaitable[Source]],
    *,
    pace: str = "theatrical",
    stepping: bool = False,
    then: Callable[[Theatre], Awaitable[None]] | None = None,
    workspace: Path | None = None,
) -> Left:
    """Open the stage on a run, and whatever stands over it; how somebody left it."""
    from app.tui.app import Opening

    return await _open(Opening(source=start, pace=pace, stepping=stepping, then=then, workspace=workspace))


async def open_over_nothing(then: Callable[[Theatre], Awaitable[None]], workspace: Path | None = None) -> Left:
    """Open one screen without a stage below it."""
    from app.tui.app import Opening

    return await _open(Opening(then=then, workspace=workspace))


async def open_home(workspace: Path | None = None, place: str = "home") -> Left:
    """Open the house at one of its places."""
    from app.tui.app import Opening

    return await _open(Opening(place, workspace=workspace))


async def open_launcher(launch: Launch, workspace: Path | None = None) -> Left:
    """Open the launcher, with something chosen or started already."""
    from app.tui.app import Opening

    return await _open(Opening("launcher", workspace=workspace, launch=launch))


async def _open(opening: Opening) -> Left:
    from app.tui.app import Left, Theatre
    from app.tui.curtain import Curtain

    theatre = Theatre(opening)
    with Curtain(theatre):
        left = await theatre.run_async(mouse=opening.remembered.mouse)
    return left or Left(
        "stop", theatre.signal, theatre.going, theatre.batches_going
    )  # nobody has decided anything: nothing is lost
