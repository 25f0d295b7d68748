"""`approve:` a person decides between options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.expressions import render_text
from app.engine.gates import Answer, Asks, Question, as_output
from app.engine.outcomes import Gives
from app.engine.scripts import due_turn, written_turns
from app.scenario.model import ApproveStep

if TYPE_CHECKING:
    from app.document.values import FileText
    from app.engine.act import Act
    from app.scenario.model.steps import Approve, Ask


async def perform(act: Act) -> Gives:
    """Ask, and give the choice; when nobody answered in time, the default, and the outcome says so."""
    step = act.place.step
    assert isinstance(step, ApproveStep)
    answer = await answered(act, "approve", step.approve, step.approve.ask, tuple(step.approve.options))
    return Gives(as_output(answer), outcome="expired" if answer.expired else "succeeded")


async def answered(
    act: Act, asks: Asks, gate: Approve | Ask, text: str | FileText, options: tuple[str, ...] = ()
) -> Answer:
    """What a person answers to a step."""
    play = act.scene.play
    question = Question(
        act.path,
        asks,
        render_text(play.text(text), act.values),
        options,
        gate.timeout,
        gate.default,
        gate.role or "",
        _rehearsed_choice(act),
        act.cause,
    )
    return await play.performance.gates.ask(question)


def _rehearsed_choice(act: Act) -> str | None:
    """What is answered in a rehearsal, if that was written."""
    play = act.scene.play
    turns = written_turns(play, play.lines(act.place))
    if not turns:
        return None
    line = turns[min(due_turn(act, ""), len(turns)) - 1]
    reply = line.get("reply", line.get("choice", line.get("answer"))) if isinstance(line, dict) else line
    return None if reply is None else str(reply)
