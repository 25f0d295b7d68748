"""`approve:` a person decides between options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.expressions import render_text
from app.engine.gates import Question, as_output
from app.engine.outcomes import Gives
from app.engine.scripts import due_turn, written_turns
from app.scenario.model import ApproveStep

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Ask, and give the choice; when nobody answered in time, the default, and the outcome says so."""
    step, play = act.place.step, act.scene.play
    assert isinstance(step, ApproveStep)
    gate = step.approve
    question = Question(
        act.path,
        "approve",
        render_text(play.text(gate.ask), act.values),
        tuple(gate.options),
        gate.timeout,
        gate.default,
        gate.role or "",
        rehearsed_choice(act),
        act.cause,
    )
    answer = await play.performance.gates.ask(question)
    return Gives(as_output(answer), outcome="expired" if answer.expired else "succeeded")


def rehearsed_choice(act: Act) -> str | None:
    """What is answered in a rehearsal, if that was written."""
    play = act.scene.play
    turns = written_turns(play, play.lines(act.place))
    if not turns:
        return None
    line = turns[min(due_turn(act, ""), len(turns)) - 1]
    reply = line.get("reply", line.get("choice", line.get("answer"))) if isinstance(line, dict) else line
    return None if reply is None else str(reply)
