"""`ask:` a person answers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.expressions import render_text
from app.engine.gates import Question
from app.engine.outcomes import Gives
from app.engine.steps.approve import rehearsed_choice
from app.scenario.model import AskStep

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Ask, and give the answer; when nobody answered in time, the default, and the outcome says so."""
    step, play = act.place.step, act.scene.play
    assert isinstance(step, AskStep)
    asked = step.ask
    question = Question(
        act.path,
        "ask",
        render_text(play.text(asked.question), act.values),
        (),
        asked.timeout,
        asked.default,
        asked.role or "",
        rehearsed_choice(act),
        act.cause,
    )
    answer = await play.performance.gates.ask(question)
    output = {"answer": answer.choice, "by": answer.by or "nobody"}
    return Gives(output, outcome="expired" if answer.expired else "succeeded")
