"""`set:` values computed from expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.expressions import render_all
from app.engine.outcomes import Gives
from app.scenario.model import SetStep

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Compute each value; none of them sees the others."""
    step = act.place.step
    assert isinstance(step, SetStep)
    return Gives(render_all(step.set, act.values))
