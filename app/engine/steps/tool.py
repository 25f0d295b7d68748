"""`tool:` a tool, without a model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.engine.expressions import render_all
from app.engine.outcomes import Gives
from app.engine.scripts import cursor_key, due_turn, written_turns
from app.engine.tooling import ToolUse, use_tool
from app.scenario.model import ToolStep

if TYPE_CHECKING:
    from app.engine.act import Act

_SECRET = re.compile(r"secrets\.([A-Za-z_]\w*)")


async def perform(act: Act) -> Gives:
    """Give the tool what `with:` says, and pass on what it gives. Secrets go to the tool and nowhere else."""
    step, performance = act.place.step, act.scene.play.performance
    assert isinstance(step, ToolStep)
    names = sorted(set(_SECRET.findall(str(step.with_))))
    values = {**act.values, "secrets": {name: performance.secret(name) for name in names}}
    arguments: dict[str, Any] = render_all(step.with_, values)
    use = ToolUse(step.tool, arguments, act.path, shown=performance.mask_all(arguments))
    if performance.mode == "rehearsal":
        _rehearse(act, use)
    return Gives(await use_tool(act, use))


def _rehearse(act: Act, use: ToolUse) -> None:
    """What was written for the rehearsal takes the tool's place: its result, and what goes wrong first."""
    play = act.scene.play
    performance, lines = play.performance, play.lines(act.place)
    if lines is None:
        return
    key = cursor_key(act.path, "")
    failed = performance.faults.get(key, 0)
    use.takes = lines.takes or 0.0
    if lines.fault is not None and (lines.times is None or failed < lines.times):
        performance.faults[key] = failed + 1
        use.fault = lines.fault
        return
    turns = written_turns(play, lines)
    if turns:
        line = turns[min(due_turn(act, key), len(turns)) - 1]
        if isinstance(line, dict) and set(line) == {"fault"}:
            use.fault = line["fault"]
            return
        use.scripted = (line["reply"] if isinstance(line, dict) and set(line) == {"reply"} else line,)
        performance.cursors[key] = performance.cursors.get(key, 0) + 1
