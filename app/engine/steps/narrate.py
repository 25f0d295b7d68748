"""`narrate:` a line for the audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.expressions import render_text
from app.engine.outcomes import Gives
from app.events import Narration
from app.scenario.model import NarrateStep

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Say the line; it has no output."""
    step = act.place.step
    assert isinstance(step, NarrateStep)
    log = act.scene.play.performance.log
    text = render_text(act.scene.play.text(step.narrate), act.values)
    log.once(Narration(log.keep(text), step=act.path, cause=act.cause))
    return Gives()
