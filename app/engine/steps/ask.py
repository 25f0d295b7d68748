"""`ask:` a person answers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.outcomes import Gives
from app.engine.steps.approve import answered
from app.scenario.model import AskStep

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Ask, and give the answer; when nobody answered in time, the default, and the outcome says so."""
    step = act.place.step
    assert isinstance(step, AskStep)
    answer = await answered(act, "ask", step.ask, step.ask.question)
    output = {"answer": answer.choice, "by": answer.by or "nobody"}
    return Gives(output, outcome="expired" if answer.expired else "succeeded")
