"""What was cut off in a run: calls, tools and gates that began and have no end yet.

A run that is only paused, or whose process dies, leaves them open: whoever goes on takes them up again. When the step
around them ends for good, or the run, nobody will; then they are closed, and what a call may have cost is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.engine.log import Log
from app.engine.past import around
from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Event,
    GateAnswered,
    GateClosed,
    GateOpened,
    RunStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
)
from app.state.cut_off import CUT_OFF, end_of

Closing = CallFailed | ToolFailed | GateClosed


class LooseEnds:
    """What is open and not under way, by the id of the call or the gate, with the event that would close it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._open: dict[str, Closing] = {}
        self._rehearsed = any(isinstance(event, RunStarted) and event.mode == "rehearsal" for event in log.recorded[:1])
        for event in log.recorded:
            self._note(event)

    def leave(self, id: str, closing: Closing) -> None:
        """Something has begun, or was cut off."""
        self._open[id] = closing

    def take_up(self, id: str) -> None:
        """Whoever takes it up says how it ends."""
        self._open.pop(id, None)

    def tie(self, path: str = "") -> Sequence[CallFailed]:
        """Close what lies inside a step that has ended, or all; the calls among it: they may have cost something."""
        if not self._open:
            return ()
        tied = [id for id, closing in self._open.items() if not path or path in around(closing.step)]
        closed = [self._log.add(self._open.pop(id)) for id in tied]
        return [event for event in closed if isinstance(event, CallFailed)]

    def _note(self, event: Event) -> None:
        match event:
            case CallStarted():
                self._open[event.call] = end_of(event, rehearsed=self._rehearsed)
            case ToolStarted():
                self._open[event.call] = ToolFailed(
                    CUT_OFF, step=event.step, agent=event.agent, call=event.call, cause=event.seq
                )
            case GateOpened():
                self._open[event.gate] = GateClosed(event.gate, "cancelled", step=event.step, cause=event.seq)
            case CallFinished() | CallFailed() | ToolFinished() | ToolFailed():
                self._open.pop(event.call, None)
            case GateAnswered() | GateClosed():
                self._open.pop(event.gate, None)
