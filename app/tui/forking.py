"""Branching off a run at the moment that its audience has come to, and holding the two side by side when it is over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.errors import FootlightsError
from app.tui.paint.options import Option
from app.tui.refused import in_words
from app.tui.screens.choosing import Choosing

if TYPE_CHECKING:
    from app.tui.app import Theatre
    from app.tui.sources import Here
    from app.tui.transport import Transport


async def fork_here(house: Theatre, stage: Transport) -> None:
    """Ask, begin a run of its own from here, and open the stage on it."""
    from app.tui.beginning import fork_from

    run, at = stage.source.run, stage.playhead.seen
    if not at:
        house.say("nothing has happened yet that a fork could take over", severity="warning")
        return
    start = stage.show.state.start
    asks_models = start is None or start.asks_models
    says = (
        "What comes after this moment is performed anew: it calls models, and that costs."
        if asks_models
        else "What comes after this moment is rehearsed anew: no model is called, nothing is paid."
    )
    wanted = await house.push_screen_wait(
        Choosing(
            f"Fork at event {at} of {stage.playhead.head}",
            (
                Option("fork", "Begin the fork", "what was before is taken over", "f"),
                Option("compare", "Begin, then compare", "both side by side when it is over", "c"),
                Option("no", "Back", "", "b"),
            ),
            says=says,
        )
    )
    if wanted not in ("fork", "compare"):
        return
    try:
        fork = await fork_from(house, run, at)
    except FootlightsError as refused:
        house.say(in_words(refused), severity="warning")
        return
    house.open_stage(fork)
    if wanted == "compare":
        house.run_worker(partial(_compare, house, run, fork), group="compare")  # type: ignore[arg-type]


async def _compare(house: Theatre, run: str, fork: Here) -> None:
    """Hold them side by side when the fork is over."""
    await fork.going.result()
    house.compare(run, fork.run)
