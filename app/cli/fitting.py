"""Whether a show can take so long, and how fast it is shown then: asked before anything opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.journal import Journal
from app.playback.course import Course
from app.playback.playhead import Playhead
from app.playback.score import fitted
from app.playback.show import Show

if TYPE_CHECKING:
    from app.engine import Run
    from app.playback.pace import Pace
    from app.tui.app import Theatre
    from app.tui.filed import Filed
    from app.tui.opening import Opens


async def insist_on_its_times(source: Filed, pace: str) -> None:
    """Refuse a length that a show cannot take, and a beginning that it does not have."""
    await source.feed(Playhead(Show(source.value), pace))


async def at_length(begin: Callable[..., Run], seconds: float, then: Opens | None) -> Opens:
    """What is to be opened over the stage, and the pace at which the show takes so long.

    A rehearsal is performed once unseen, in no time, and measured.
    """
    pace = await _measured(begin, seconds)

    async def fitted_then(house: Theatre) -> None:
        from app.tui.opening import stage_of

        stage_of(house).playhead.keep_to(pace, seconds)
        if then is not None:
            await then(house)

    return fitted_then


async def _measured(begin: Callable[..., Run], seconds: float) -> Pace:
    with TemporaryDirectory() as folder, Journal.open(Path(folder) / "unseen.db", fast=True) as journal:
        run = begin(journal, people=None, patient=False)
        await run.result()
        course_at = partial(Course, words=Show(run.value).words)
        return fitted(run.events, course_at, seconds)
