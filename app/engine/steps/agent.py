"""`agent:` one agent answers one prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.expressions import render_text
from app.engine.outcomes import Giver, Gives
from app.engine.speaking import Turn, speak
from app.scenario.model import AgentStep

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Ask the agent, let it use its tools, and hold its answer to the type of the output."""
    step, play = act.place.step, act.scene.play
    assert isinstance(step, AgentStep)
    speaker = play.speakers[step.agent]
    mode = speaker.mode(step.mode)
    prompt = render_text(play.text(step.prompt), {**act.values, "agent": speaker.as_value(mode)})
    turn = Turn(
        speaker,
        prompt,
        mode=mode,
        type=play.type_of(act.place),
        tools=tuple(speaker.tools(step.tools)),
        turns=step.turns,
        lines=play.lines(act.place, speaker.id),
    )
    output = await speak(act, turn)
    return Gives(output, givers=(Giver(speaker.id, act.path, None, output),))
